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

#include "rt_op_compare.h"
#include "rt_op_item.h"
#include "rt_op_iter.h"

#include <string.h>

#define RT_INT ((PyObject *)(uintptr_t)1)
#define RT_FLOAT ((PyObject *)(uintptr_t)3)

/* Further bits of `op`, beside the operator and RT_TAKES_…: which operands are of this kind, and
 * what the numbers are likely to be (both bits: unknown). Operands of this kind are taken over. */
enum {
    RT_LAZY_LEFT = 256,
    RT_LAZY_RIGHT = 512,
    RT_INTS = 1024,
    RT_FLOATS = 2048,
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
    default: return false;
    }
}

/* A number where both operands are numbers that the operator has a result for; else an object, or
 * NULL with an exception. */
RT_INLINE PyObject *rt_lazy_binary(PyObject *left, int64_t l, PyObject *right, int64_t r, int op,
                                   int64_t *out) {
    bool ll = (op & RT_LAZY_LEFT) != 0, lr = (op & RT_LAZY_RIGHT) != 0;
    double number;
    int64_t integer;
    if ((op & RT_FLOATS) && rt_guard(rt_lazy_is_float(left, ll) && rt_lazy_is_float(right, lr)) &&
        rt_compute_float(rt_lazy_float(left, l, ll), rt_lazy_float(right, r, lr), op, &number)) {
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

/* The same with an object as the result. */
PyObject *rt_lazy_binary_box(PyObject *left, int64_t l, PyObject *right, int64_t r, int op);

/* x = the number; -1 with MemoryError. */
int rt_slot_set_int(_PyInterpreterFrame *frame, int64_t number, int slot);

int rt_lazy_slot_binary_call(_PyInterpreterFrame *frame, PyObject *left, int64_t l, PyObject *right,
                             int64_t r, int slot, int op);

/* x = left op right. */
RT_INLINE int rt_lazy_slot_binary(_PyInterpreterFrame *frame, PyObject *left, int64_t l,
                                  PyObject *right, int64_t r, int slot, int op) {
    bool ll = (op & RT_LAZY_LEFT) != 0, lr = (op & RT_LAZY_RIGHT) != 0;
    PyObject *old = frame->localsplus[slot];
    double number;
    int64_t integer;
    if ((op & RT_FLOATS) && rt_guard(rt_lazy_is_float(left, ll) && rt_lazy_is_float(right, lr)) &&
        old != NULL && PyFloat_CheckExact(old) && Py_REFCNT(old) == 1 &&
        rt_compute_float(rt_lazy_float(left, l, ll), rt_lazy_float(right, r, lr), op, &number)) {
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
    if ((op & RT_FLOATS) && rt_guard(rt_lazy_is_float(left, ll) && rt_lazy_is_float(right, lr))) {
        return rt_compare_floats(rt_lazy_float(left, l, ll), rt_lazy_float(right, r, lr),
                                 op & RT_OPERATOR);
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

/* Key, value or both are of this kind. A float in a list that nobody else holds is changed in
 * place. */
int rt_lazy_item_set(PyThreadState *ts, PyObject *container, PyObject *key, int64_t k,
                     PyObject *value, int64_t v);

/* ---- iteration ---- */

/* The next item, to be stored to a variable at once: where it is an int that can take the place of
 * the variable's own, it has been stored, and the result is RT_INT. */
RT_INLINE PyObject *rt_iter_next_slot(PyThreadState *ts, _PyInterpreterFrame *frame,
                                      PyObject *iterator, int slot) {
    PyObject *old = frame->localsplus[slot];
    if (rt_guard(Py_IS_TYPE(iterator, &PyRangeIter_Type) && old != NULL && Py_REFCNT(old) == 1 &&
                 rt_is_digit(old))) {
        RtRangeIter *at = (RtRangeIter *)iterator;
        long value =
            (long)((unsigned long)at->start + (unsigned long)at->index * (unsigned long)at->step);
        if (rt_likely(at->index < at->length && rt_is_unshared_digit(value))) {
            at->index++;
            rt_digit_set(old, value);
            return RT_INT;
        }
    }
    return rt_iter_next(ts, iterator);
}

#endif
