/* Comparisons, truth, membership. */
#ifndef PYC2C_RUNTIME_RT_OP_COMPARE_H
#define PYC2C_RUNTIME_RT_OP_COMPARE_H

#include "rt_op_number.h"

#define RT_COMPARISON(name, type)                                                                  \
    RT_INLINE bool name(type a, type b, int op) {                                                  \
        switch (op) {                                                                              \
        case Py_LT: return a < b;                                                                  \
        case Py_LE: return a <= b;                                                                 \
        case Py_EQ: return a == b;                                                                 \
        case Py_NE: return a != b;                                                                 \
        case Py_GT: return a > b;                                                                  \
        default: return a >= b;                                                                    \
        }                                                                                          \
    }
RT_COMPARISON(rt_compare_digits, int64_t)
RT_COMPARISON(rt_compare_floats, double)
#undef RT_COMPARISON

int rt_compare_truth_call(PyThreadState *ts, PyObject *left, PyObject *right, int op);

RT_INLINE int rt_compare_truth_inline(PyThreadState *ts, PyObject *left, PyObject *right, int op) {
    if (rt_guard(rt_is_digit(left) && rt_is_digit(right))) {
        return rt_compare_digits(rt_digit(left), rt_digit(right), op);
    }
    return rt_compare_truth_call(ts, left, right, op);
}

/* COMPARE_OP and the truth of its result: 0, 1, or -1 with an exception. */
#define rt_compare_truth(ts, left, right, op)                                                      \
    (RT_HOT ? rt_compare_truth_inline(ts, left, right, op)                                         \
            : rt_compare_truth_call(ts, left, right, op))

/* COMPARE_OP. */
PyObject *rt_compare(PyThreadState *ts, PyObject *left, PyObject *right, int op);

/* CONTAINS_OP: 0, 1, or -1 with an exception. */
int rt_contains(PyThreadState *ts, PyObject *container, PyObject *item);

int rt_truth_call(PyObject *value);

/* bool(value): 0, 1, or -1 with an exception. */
RT_INLINE int rt_truth(PyThreadState *ts, PyObject *value) {
    (void)ts;
    if (rt_guard(value == Py_True)) {
        return 1;
    }
    if (rt_guard(value == Py_False || value == Py_None)) {
        return 0;
    }
    return rt_truth_call(value);
}

#endif
