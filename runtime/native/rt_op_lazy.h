/* Numbers that are no objects yet.
 *
 * The result of an arithmetic operation that only the next operation looks at need not become an
 * object: in `a * b + c` nobody can see the product. Where code is hot, generated code keeps such a
 * value as two C variables (codegen/emit_lazy.c): `v`, which says what it is, and `n`, the number:
 *
 *     v == RT_INT      n is an int
 *     v == RT_FLOAT    n has the bits of a float
 *     otherwise        v is an ordinary object, or NULL after a failure
 *
 * RT_INT and RT_FLOAT are no addresses; dropping them is doing nothing (rt_lazy_decref). Operations
 * that take such values have them beside their ordinary operands, whose n is 0. When an operation
 * takes the long way, numbers become objects first, so that nobody ever meets one. */
#ifndef PYC2C_RUNTIME_RT_OP_LAZY_H
#define PYC2C_RUNTIME_RT_OP_LAZY_H

#include "rt_op_attr.h"
#include "rt_op_compare.h"
#include "rt_op_item.h"
#include "rt_op_iter.h"

#include <string.h>

#define RT_INT ((PyObject *)(uintptr_t)1)
#define RT_FLOAT ((PyObject *)(uintptr_t)3)

/* Further bits of `op`, beside the operator and RT_TAKES_…: which operands are of this kind, what
 * the numbers are likely to be (both bits: unknown), and that an int is likely beside a float.
 * Operands of this kind are taken over. A constant that CPython keeps one object of is an operand
 * of this kind, too: RT_INT and the number in generated code. */
enum {
    RT_LAZY_LEFT = 256,
    RT_LAZY_RIGHT = 512,
    RT_INTS = 1024,
    RT_FLOATS = 2048,
    RT_MIXED = 4096,
    RT_OPERATOR = 63,
    RT_PLAIN = 255 /* operator and RT_TAKES_… */
};

RT_INLINE bool rt_is_number(PyObject *value) {
    return ((uintptr_t)value & 1) != 0;
}

RT_INLINE double rt_number_float(int64_t number) {
    double result;
    memcpy(&result, &number, sizeof(result));
    return result;
}

RT_INLINE int64_t rt_float_number(double value) {
    int64_t result;
    memcpy(&result, &value, sizeof(result));
    return result;
}

RT_INLINE void rt_lazy_decref(PyObject *value) {
    if (rt_unlikely(!rt_is_number(value))) {
        Py_DECREF(value);
    }
}

RT_INLINE void rt_lazy_release(PyObject *value) {
    if (!rt_is_number(value)) {
        rt_release(value);
    }
}

RT_INLINE bool rt_lazy_is_float(PyObject *value, bool lazy) {
    return lazy ? value == RT_FLOAT : PyFloat_CheckExact(value);
}

RT_INLINE double rt_lazy_float(PyObject *value, int64_t number, bool lazy) {
    return lazy ? rt_number_float(number) : PyFloat_AS_DOUBLE(value);
}

/* Both operands as floats, if one is a float, and the other one, too, or an int where `op` says
 * that this is likely. */
RT_INLINE bool rt_lazy_floats(PyObject *left, int64_t l, PyObject *right, int64_t r, int op,
                              double *a, double *b) {
    bool ll = (op & RT_LAZY_LEFT) != 0, lr = (op & RT_LAZY_RIGHT) != 0;
    if (!(op & RT_FLOATS)) {
        return false;
    }
    bool real = rt_lazy_is_float(left, ll);
    if (real && rt_lazy_is_float(right, lr)) {
        *a = rt_lazy_float(left, l, ll);
        *b = rt_lazy_float(right, r, lr);
        return true;
    }
    if ((op & RT_MIXED) && lr && real && right == RT_INT) {
        *a = rt_lazy_float(left, l, ll);
        *b = (double)r;
        return true;
    }
    if ((op & RT_MIXED) && ll && left == RT_INT && rt_lazy_is_float(right, lr)) {
        *a = (double)l;
        *b = rt_lazy_float(right, r, lr);
        return true;
    }
    return false;
}

RT_INLINE bool rt_lazy_is_int(PyObject *value, bool lazy) {
    return lazy ? value == RT_INT : rt_is_digit(value);
}

RT_INLINE int64_t rt_lazy_int(PyObject *value, int64_t number, bool lazy) {
    return lazy ? number : rt_digit(value);
}

/* ---- arithmetic ---- */

PyObject *rt_lazy_binary_call(PyObject *left, int64_t l, PyObject *right, int64_t r, int op,
                              int64_t *out);

RT_INLINE void rt_lazy_drop(PyObject *left, PyObject *right, int op) {
    if ((op & RT_TAKES_LEFT) && !(op & RT_LAZY_LEFT)) {
        Py_DECREF(left);
    }
    if ((op & RT_TAKES_RIGHT) && !(op & RT_LAZY_RIGHT)) {
        Py_DECREF(right);
    }
}

/* Operators that have a C operator for floats, or for ints; rt_compute.h has the others. */
RT_INLINE bool rt_compute_float(double a, double b, int op, double *out) {
    switch (op & RT_OPERATOR) {
    case NB_ADD:
    case NB_INPLACE_ADD: *out = a + b; return true;
    case NB_SUBTRACT:
    case NB_INPLACE_SUBTRACT: *out = a - b; return true;
    case NB_MULTIPLY:
    case NB_INPLACE_MULTIPLY: *out = a * b; return true;
    case NB_TRUE_DIVIDE:
    case NB_INPLACE_TRUE_DIVIDE: *out = a / b; return b != 0.0;
    default: return false;
    }
}

/* Operands that a processor divides quickly, or a shift does it. */
RT_INLINE bool rt_floor_ints(int64_t a, int64_t b, bool quotient, int64_t *out) {
    if (b <= 0 || b > INT32_MAX || a != (int32_t)a) {
        return false;
    }
    int32_t result = (int32_t)a / (int32_t)b, remainder = (int32_t)a % (int32_t)b;
    if (quotient) {
        *out = result - (remainder < 0);
    } else {
        *out = remainder < 0 ? remainder + b : remainder;
    }
    return true;
}

RT_INLINE bool rt_compute_int(int64_t a, int64_t b, int op, int64_t *out) {
    switch (op & RT_OPERATOR) {
    case NB_ADD:
    case NB_INPLACE_ADD: return !__builtin_add_overflow(a, b, out);
    case NB_SUBTRACT:
    case NB_INPLACE_SUBTRACT: return !__builtin_sub_overflow(a, b, out);
    case NB_MULTIPLY:
    case NB_INPLACE_MULTIPLY: return !__builtin_mul_overflow(a, b, out);
    case NB_AND:
    case NB_INPLACE_AND: *out = a & b; return true;
    case NB_OR:
    case NB_INPLACE_OR: *out = a | b; return true;
    case NB_XOR:
    case NB_INPLACE_XOR: *out = a ^ b; return true;
    case NB_FLOOR_DIVIDE:
    case NB_INPLACE_FLOOR_DIVIDE: return rt_floor_ints(a, b, true, out);
    case NB_REMAINDER:
    case NB_INPLACE_REMAINDER: return rt_floor_ints(a, b, false, out);
    case NB_RSHIFT:
    case NB_INPLACE_RSHIFT: *out = a >> (b & 63); return (uint64_t)b < 63;
    default: return false;
    }
}

/* A number where both operands are numbers that the operator has a result for; else an object, or
 * NULL with an exception. */
RT_INLINE PyObject *rt_lazy_binary(PyObject *left, int64_t l, PyObject *right, int64_t r, int op,
                                   int64_t *out) {
    bool ll = (op & RT_LAZY_LEFT) != 0, lr = (op & RT_LAZY_RIGHT) != 0;
    double a, b, number;
    int64_t integer;
    if (rt_guard(rt_lazy_floats(left, l, right, r, op, &a, &b)) &&
        rt_compute_float(a, b, op, &number)) {
        rt_lazy_drop(left, right, op);
        *out = rt_float_number(number);
        return RT_FLOAT;
    }
    if ((op & RT_INTS) && rt_guard(rt_lazy_is_int(left, ll) && rt_lazy_is_int(right, lr)) &&
        rt_compute_int(rt_lazy_int(left, l, ll), rt_lazy_int(right, r, lr), op, &integer)) {
        rt_lazy_drop(left, right, op);
        *out = integer;
        return RT_INT;
    }
    PyObject *result = rt_lazy_binary_call(left, l, right, r, op & RT_PLAIN, &integer);
    *out = integer;
    return result;
}

/* An object for a number; the reference of what is an object is handed on. NULL with MemoryError.
 */
PyObject *rt_lazy_box(PyObject *value, int64_t number);

/* The same with an object as the result. */
RT_INLINE PyObject *rt_lazy_binary_box(PyObject *left, int64_t l, PyObject *right, int64_t r,
                                       int op) {
    int64_t number;
    PyObject *result = rt_lazy_binary(left, l, right, r, op, &number);
    return rt_likely(rt_is_number(result)) ? rt_lazy_box(result, number) : result;
}

/* x = the number; -1 with MemoryError. */
int rt_slot_set_int(_PyInterpreterFrame *frame, int64_t number, int slot);

int rt_lazy_slot_binary_call(_PyInterpreterFrame *frame, PyObject *left, int64_t l, PyObject *right,
                             int64_t r, int slot, int op);

/* x = left op right. */
RT_INLINE int rt_lazy_slot_binary(_PyInterpreterFrame *frame, PyObject *left, int64_t l,
                                  PyObject *right, int64_t r, int slot, int op) {
    bool ll = (op & RT_LAZY_LEFT) != 0, lr = (op & RT_LAZY_RIGHT) != 0;
    PyObject *old = frame->localsplus[slot];
    double a, b, number;
    int64_t integer;
    if (rt_guard(rt_lazy_floats(left, l, right, r, op, &a, &b)) && old != NULL &&
        PyFloat_CheckExact(old) && Py_REFCNT(old) == 1 && rt_compute_float(a, b, op, &number)) {
        rt_lazy_drop(left, right, op);
        ((PyFloatObject *)old)->ob_fval = number;
        return 0;
    }
    if ((op & RT_INTS) && rt_guard(rt_lazy_is_int(left, ll) && rt_lazy_is_int(right, lr)) &&
        rt_compute_int(rt_lazy_int(left, l, ll), rt_lazy_int(right, r, lr), op, &integer)) {
        rt_lazy_drop(left, right, op);
        return rt_slot_set_int(frame, integer, slot);
    }
    return rt_lazy_slot_binary_call(frame, left, l, right, r, slot, op & RT_PLAIN);
}

/* ---- comparison: operands are borrowed ---- */

int rt_lazy_compare_truth_call(PyThreadState *ts, PyObject *left, int64_t l, PyObject *right,
                               int64_t r, int op);

RT_INLINE int rt_lazy_compare_truth(PyThreadState *ts, PyObject *left, int64_t l, PyObject *right,
                                    int64_t r, int op) {
    bool ll = (op & RT_LAZY_LEFT) != 0, lr = (op & RT_LAZY_RIGHT) != 0;
    double a, b;
    if (rt_guard(rt_lazy_floats(left, l, right, r, op, &a, &b))) {
        return rt_compare_floats(a, b, op & RT_OPERATOR);
    }
    if ((op & RT_INTS) && rt_guard(rt_lazy_is_int(left, ll) && rt_lazy_is_int(right, lr))) {
        return rt_compare_digits(rt_lazy_int(left, l, ll), rt_lazy_int(right, r, lr),
                                 op & RT_OPERATOR);
    }
    return rt_lazy_compare_truth_call(ts, left, l, right, r, op & RT_OPERATOR);
}

/* ---- items: operands are borrowed ---- */

PyObject *rt_lazy_item_get_call(PyThreadState *ts, PyObject *container, PyObject *key, int64_t k);

RT_INLINE PyObject *rt_lazy_item_get(PyThreadState *ts, PyObject *container, PyObject *key,
                                     int64_t k) {
    if (rt_likely(rt_guard(PyList_CheckExact(container) && key == RT_INT))) {
        Py_ssize_t size = PyList_GET_SIZE(container);
        k += k < 0 ? size : 0;
        if (rt_likely((uint64_t)k < (uint64_t)size)) {
            return Py_NewRef(PyList_GET_ITEM(container, k));
        }
        k -= k < 0 ? size : 0;
    }
    return rt_lazy_item_get_call(ts, container, key, k);
}

int rt_lazy_item_set_call(PyThreadState *ts, PyObject *container, PyObject *key, int64_t k,
                          PyObject *value, int64_t v);

/* Key, value or both are of this kind. A number in a list that nobody else holds is changed in
 * place. */
RT_INLINE int rt_lazy_item_set(PyThreadState *ts, PyObject *container, PyObject *key, int64_t k,
                               PyObject *value, int64_t v) {
    if (rt_guard(value == RT_FLOAT && PyList_CheckExact(container))) {
        Py_ssize_t size = PyList_GET_SIZE(container);
        Py_ssize_t index = key == RT_INT ? k : key == RT_FLOAT ? -1 : rt_position(key, size);
        PyObject *old = (size_t)index < (size_t)size ? PyList_GET_ITEM(container, index) : NULL;
        if (rt_likely(rt_guard(old != NULL && PyFloat_CheckExact(old) && Py_REFCNT(old) == 1))) {
            ((PyFloatObject *)old)->ob_fval = rt_number_float(v);
            return 0;
        }
    }
    return rt_lazy_item_set_call(ts, container, key, k, value, v);
}

/* ---- attributes ---- */

/* The value is of this kind. A number that only the object holds is changed in place. */
int rt_lazy_attr_set(PyThreadState *ts, PyObject *owner, PyObject *value, int64_t v, PyObject *name,
                     RtAttrSite *site);

/* ---- iteration ---- */

/* The next item, to be stored to a variable at once: where it is an int that can take the place of
 * the variable's own, it has been stored, and the result is RT_INT. */
RT_INLINE PyObject *rt_range_next_slot(PyThreadState *ts, _PyInterpreterFrame *frame,
                                       PyObject *iterator, int slot) {
    PyObject *old = frame->localsplus[slot];
    if (rt_guard(Py_IS_TYPE(iterator, &PyRangeIter_Type) && old != NULL && Py_REFCNT(old) == 1 &&
                 rt_is_digit(old))) {
        RtRangeIter *at = (RtRangeIter *)iterator;
        long value = RT_RANGE_NEXT(at);
        if (rt_likely(RT_RANGE_HAS_NEXT(at) && rt_is_unshared_digit(value))) {
            RT_RANGE_STEP(at);
            rt_digit_set(old, value);
            return RT_INT;
        }
    }
    return rt_range_next_call(ts, iterator);
}

/* The same of a loop that needs no iterator. */
RT_INLINE PyObject *rt_loop_next_slot(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *over,
                                      RtLoop *loop, int slot) {
    PyObject *old = frame->localsplus[slot];
    if (rt_guard(loop->kind == RT_LOOP_RANGE && old != NULL && Py_REFCNT(old) == 1 &&
                 rt_is_digit(old))) {
        Py_ssize_t value = loop->at;
        if (rt_likely(value != loop->end && rt_is_unshared_digit(value))) {
            loop->at = value + loop->more;
            rt_digit_set(old, value);
            return RT_INT;
        }
    }
    return rt_loop_next(ts, over, loop);
}

PyObject *rt_iter_next_slot_call(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *iterator,
                                 int slot);

/* The same, where nothing is known about the iterator: it is another function's. */
RT_INLINE PyObject *rt_iter_next_slot(PyThreadState *ts, _PyInterpreterFrame *frame,
                                      PyObject *iterator, int slot) {
    PyObject *item = rt_list_next(iterator);
    return rt_likely(item != NULL) ? item : rt_iter_next_slot_call(ts, frame, iterator, slot);
}

#endif
