/* Arithmetic: binary and unary operators. */
#ifndef PYC2C_RUNTIME_RT_OP_NUMBER_H
#define PYC2C_RUNTIME_RT_OP_NUMBER_H

#include "rt_op_python.h"

#include <opcode.h> /* NB_ADD… */

#define RT_DIGIT_MAX ((int64_t)PyLong_MASK)

/* Exact ints of at most one digit (below 2^30). */
RT_INLINE bool rt_is_digit(PyObject *value) {
    return PyLong_CheckExact(value) && RT_LONG_IS_DIGIT(value);
}

RT_INLINE int64_t rt_digit(PyObject *value) {
    return RT_LONG_DIGIT(value);
}

/* An int object (rt_op_int.c), or NULL with MemoryError. */
PyObject *rt_int_new(int64_t value);
/* Once, before the program starts: ints that die are kept for rt_int_new. */
void rt_int_start(void);

/* In `op` beside the NB_…: references to these operands are taken over, also on failure. An operand
 * that dies this way and that nobody else holds gives its memory to the result. */
enum { RT_TAKES_LEFT = 64, RT_TAKES_RIGHT = 128, RT_TAKES = RT_TAKES_LEFT | RT_TAKES_RIGHT };

PyObject *rt_add(PyObject *left, PyObject *right, int op);
PyObject *rt_subtract(PyObject *left, PyObject *right, int op);
PyObject *rt_multiply(PyObject *left, PyObject *right, int op);
PyObject *rt_divide(PyObject *left, PyObject *right, int op);
PyObject *rt_integral(PyObject *left, PyObject *right, int op);
PyObject *rt_binary_other(PyObject *left, PyObject *right, int op);

/* `op` is a constant, so one case remains. */
RT_INLINE PyObject *rt_binary_call(PyObject *left, PyObject *right, int op) {
    switch (op & ~RT_TAKES) {
    case NB_ADD:
    case NB_INPLACE_ADD: return rt_add(left, right, op);
    case NB_SUBTRACT:
    case NB_INPLACE_SUBTRACT: return rt_subtract(left, right, op);
    case NB_MULTIPLY:
    case NB_INPLACE_MULTIPLY: return rt_multiply(left, right, op);
    case NB_TRUE_DIVIDE:
    case NB_INPLACE_TRUE_DIVIDE: return rt_divide(left, right, op);
    case NB_FLOOR_DIVIDE:
    case NB_INPLACE_FLOOR_DIVIDE:
    case NB_REMAINDER:
    case NB_INPLACE_REMAINDER:
    case NB_AND:
    case NB_INPLACE_AND:
    case NB_OR:
    case NB_INPLACE_OR:
    case NB_XOR:
    case NB_INPLACE_XOR:
    case NB_LSHIFT:
    case NB_INPLACE_LSHIFT:
    case NB_RSHIFT:
    case NB_INPLACE_RSHIFT: return rt_integral(left, right, op);
    default: return rt_binary_other(left, right, op);
    }
}

RT_INLINE PyObject *rt_binary_inline(PyObject *left, PyObject *right, int op) {
    bool sum = op == NB_ADD || op == NB_INPLACE_ADD;
    bool difference = op == NB_SUBTRACT || op == NB_INPLACE_SUBTRACT;
    if ((sum || difference) && rt_guard(rt_is_digit(left) && rt_is_digit(right))) {
        return rt_int_new(sum ? rt_digit(left) + rt_digit(right)
                              : rt_digit(left) - rt_digit(right));
    }
    return rt_binary_call(left, right, op);
}

/* BINARY_OP. */
#define rt_binary(ts, left, right, op)                                                             \
    ((void)(ts), RT_HOT ? rt_binary_inline(left, right, op) : rt_binary_call(left, right, op))

/* The same, but takes over the left operand, the right one, or both. */
#define rt_binary_left(ts, left, right, op)                                                        \
    ((void)(ts), rt_binary_call(left, right, (op) | RT_TAKES_LEFT))
#define rt_binary_right(ts, left, right, op)                                                       \
    ((void)(ts), rt_binary_call(left, right, (op) | RT_TAKES_RIGHT))
#define rt_binary_both(ts, left, right, op)                                                        \
    ((void)(ts), rt_binary_call(left, right, (op) | RT_TAKES))

/* True when the value of a variable may be changed in place: the variable holds `left`, and it is
 * the only one that does. (Generated code never uses a borrowed value after its variable was
 * stored to, so there are no uncounted references.) */
RT_INLINE bool rt_slot_owns(const _PyInterpreterFrame *frame, PyObject *left, int slot) {
    return Py_REFCNT(left) == 1 && frame->localsplus[slot] == left;
}

int rt_slot_binary_call(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int slot,
                        int op);
/* The same for operands that are neither numbers nor strings. */
int rt_slot_binary_other(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int slot,
                         int op);

/* Outside of this range CPython makes a new object for each int. */
RT_INLINE bool rt_is_unshared_digit(int64_t value) {
    return (value >= _PY_NSMALLPOSINTS || value < -_PY_NSMALLNEGINTS) && -RT_DIGIT_MAX <= value &&
           value <= RT_DIGIT_MAX;
}

/* An exact int of one digit gets another value. */
RT_INLINE void rt_digit_set(PyObject *number, int64_t value) {
    RT_LONG_DIGITS(number)[0] = (digit)(value < 0 ? -value : value);
    RT_LONG_SET_SIZE(number, value < 0 ? -1 : 1);
}

/* x += y, or x -= y, in place. False, with nothing changed: that is not possible. */
RT_INLINE bool rt_slot_add(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int slot,
                           bool negate) {
    if (rt_guard(rt_is_digit(left) && rt_is_digit(right))) {
        int64_t value =
            negate ? rt_digit(left) - rt_digit(right) : rt_digit(left) + rt_digit(right);
        if (rt_slot_owns(frame, left, slot) && rt_is_unshared_digit(value)) {
            rt_digit_set(left, value);
            return true;
        }
    }
    return false;
}

RT_INLINE int rt_slot_binary_inline(_PyInterpreterFrame *frame, PyObject *left, PyObject *right,
                                    int slot, int op) {
    bool sum = op == NB_ADD || op == NB_INPLACE_ADD;
    bool difference = op == NB_SUBTRACT || op == NB_INPLACE_SUBTRACT;
    if ((sum || difference) && rt_slot_add(frame, left, right, slot, difference)) {
        return 0;
    }
    return rt_slot_binary_call(frame, left, right, slot, op);
}

/* BINARY_OP and STORE_FAST. Floats and ints get the memory of those that they replace; a variable
 * that is the left operand is changed in place, strings are extended (ceval.c:
 * BINARY_OP_INPLACE_ADD_UNICODE, so that building a string in a loop takes linear time). -1 with an
 * exception. */
#define rt_slot_binary(ts, frame, left, right, slot, op)                                           \
    ((void)(ts), RT_HOT ? rt_slot_binary_inline(frame, left, right, slot, op)                      \
                        : rt_slot_binary_call(frame, left, right, slot, op))

/* The same, but takes over the left operand, the right one, or both. */
#define rt_slot_binary_left(ts, frame, left, right, slot, op)                                      \
    ((void)(ts), rt_slot_binary_call(frame, left, right, slot, (op) | RT_TAKES_LEFT))
#define rt_slot_binary_right(ts, frame, left, right, slot, op)                                     \
    ((void)(ts), rt_slot_binary_call(frame, left, right, slot, (op) | RT_TAKES_RIGHT))
#define rt_slot_binary_both(ts, frame, left, right, slot, op)                                      \
    ((void)(ts), rt_slot_binary_call(frame, left, right, slot, (op) | RT_TAKES))

PyObject *rt_negative(PyThreadState *ts, PyObject *value);

RT_INLINE PyObject *rt_positive(PyThreadState *ts, PyObject *value) {
    (void)ts;
    return PyNumber_Positive(value);
}

RT_INLINE PyObject *rt_invert(PyThreadState *ts, PyObject *value) {
    (void)ts;
    return PyNumber_Invert(value);
}

#endif
