/* Values of numbers, and what Python's operators make of them.
 *
 * Exact ints of up to two digits (60 bits) as int64_t, exact floats as double. Where an operator
 * has no plain result (division by zero, overflow, shifts by negative counts, complex powers) the
 * functions say so, and the operands go the long way, which also words the errors. */
#ifndef PYC2C_RUNTIME_RT_COMPUTE_H
#define PYC2C_RUNTIME_RT_COMPUTE_H

#include "rt_native.h"

#include <math.h>

/* Below, ints are doubles without rounding. */
#define RT_EXACT_MAX (INT64_C(1) << 53)

/* ---- objects ---- */

/* An exact int that fits in two digits. */
static inline bool small_int(PyObject *object, int64_t *out) {
    if (!PyLong_CheckExact(object)) {
        return false;
    }
    const digit *digits = RT_LONG_DIGITS(object);
    Py_ssize_t size = RT_LONG_SIZE(object);
    if (rt_likely((size_t)(size + 1) <= 2)) {
        *out = (int64_t)size * digits[0];
        return true;
    }
    if (size != 2 && size != -2) {
        return false;
    }
    int64_t magnitude = (int64_t)digits[1] << PyLong_SHIFT | digits[0];
    *out = size < 0 ? -magnitude : magnitude;
    return true;
}

/* The same, or a bool. */
static inline bool small_int_or_bool(PyObject *object, int64_t *out) {
    if (PyBool_Check(object)) {
        *out = object == Py_True;
        return true;
    }
    return small_int(object, out);
}

static inline bool small_ints(PyObject *left, PyObject *right, int64_t *a, int64_t *b) {
    return rt_guard(small_int(left, a) && small_int(right, b));
}

/* An exact float, or an exact int that the float operators would convert to this value. */
static inline bool as_float(PyObject *object, double *out) {
    int64_t integer;
    if (PyFloat_CheckExact(object)) {
        *out = PyFloat_AS_DOUBLE(object);
        return true;
    }
    if (!small_int(object, &integer)) {
        return false;
    }
    *out = (double)integer; /* rounds half to even, as PyLong_AsDouble does */
    return true;
}

/* True when the float operators apply: at least one float, the other a float or small int. */
static inline bool floats(PyObject *left, PyObject *right, double *a, double *b) {
    return rt_guard((PyFloat_CheckExact(left) || PyFloat_CheckExact(right)) && as_float(left, a) &&
                    as_float(right, b));
}

/* PyFloat_FromDouble without its calls: native code runs in the main interpreter. */
static inline PyObject *float_new(double value) {
    RtFloats *state = RT_FREE_FLOATS;
    PyFloatObject *result = state->RT_FIRST_FLOAT;
    if (rt_unlikely(result == NULL || RT_TRACEMALLOC_TRACES)) {
        return PyFloat_FromDouble(value);
    }
    state->RT_FIRST_FLOAT = (PyFloatObject *)Py_TYPE(result);
    state->numfree--;
    Py_SET_TYPE(result, &PyFloat_Type);
    Py_SET_REFCNT(result, 1);
    result->ob_fval = value;
    return (PyObject *)result;
}

/* ---- operators ---- */

/* Quotient and remainder as C has them. Processors divide 64 bits several times as slowly as 32. */
static inline int64_t divide_ints(int64_t a, int64_t b, int64_t *remainder) {
    if (rt_likely(a == (int32_t)a && b == (int32_t)b && b != -1)) {
        *remainder = (int32_t)a % (int32_t)b;
        return (int32_t)a / (int32_t)b;
    }
    *remainder = a % b;
    return a / b;
}

/* Floor division and remainder of b != 0; C rounds to zero, Python down. */
static inline int64_t floor_ints(int64_t a, int64_t b, bool quotient) {
    int64_t remainder, result = divide_ints(a, b, &remainder);
    bool adjust = remainder != 0 && (remainder < 0) != (b < 0);
    if (quotient) {
        return result - adjust;
    }
    return adjust ? remainder + b : remainder;
}

/* a << b where that fits. */
static inline bool shift_left(int64_t a, int64_t b, int64_t *out) {
    uint64_t magnitude = a < 0 ? 0 - (uint64_t)a : (uint64_t)a;
    int64_t bits = 64 - __builtin_clzll(magnitude | 1);
    if (b < 0 || b > 62 - bits) {
        return false;
    }
    *out = a * (INT64_C(1) << b);
    return true;
}

/* a ** b where that is an ordinary float; as float_pow computes it. */
static inline bool power_floats(double a, double b, double *out) {
    if (a < 0.0 && b == 2.0) {
        a = -a;
    }
    if (!(a > 0.0) || !isfinite(b)) {
        return false;
    }
    *out = pow(a, b);
    return isnormal(*out);
}

/* The float result of an operator that has one for these operands; false: take the long way. */
static inline bool compute_float(double a, double b, int op, double *out) {
    if (op == NB_POWER || op == NB_INPLACE_POWER) {
        return power_floats(a, b, out);
    }
    return rt_compute_float(a, b, op, out);
}

/* The int result of an operator that has one that fits; false: take the long way. */
static inline bool compute_int(int64_t a, int64_t b, int op, int64_t *out) {
    switch (op) {
    case NB_FLOOR_DIVIDE:
    case NB_INPLACE_FLOOR_DIVIDE:
    case NB_REMAINDER:
    case NB_INPLACE_REMAINDER:
        if (b == 0 || (b == -1 && a == INT64_MIN)) {
            return false;
        }
        *out = floor_ints(a, b, op == NB_FLOOR_DIVIDE || op == NB_INPLACE_FLOOR_DIVIDE);
        return true;
    case NB_RSHIFT:
    case NB_INPLACE_RSHIFT: *out = a >> (0 <= b && b < 63 ? b : 63); return b >= 0;
    case NB_LSHIFT:
    case NB_INPLACE_LSHIFT: return shift_left(a, b, out);
    default: return rt_compute_int(a, b, op, out);
    }
}

/* The quotient of ints that both are doubles without rounding. */
static inline bool divide_exact(int64_t a, int64_t b, double *out) {
    if (b == 0 || a < -RT_EXACT_MAX || a > RT_EXACT_MAX || b < -RT_EXACT_MAX || b > RT_EXACT_MAX) {
        return false;
    }
    *out = (double)a / (double)b;
    return true;
}

static inline bool is_true_divide(int op) {
    return op == NB_TRUE_DIVIDE || op == NB_INPLACE_TRUE_DIVIDE;
}

/* Neither a number nor a str, for which there are shorter ways. */
static inline bool is_other(PyObject *value) {
    return !PyFloat_CheckExact(value) && !PyLong_CheckExact(value) && !PyUnicode_CheckExact(value);
}

/* x = a new reference; NULL: an exception is set. */
static inline int store_slot(_PyInterpreterFrame *frame, PyObject *value, int slot) {
    if (rt_unlikely(value == NULL)) {
        return -1;
    }
    rt_slot_set(NULL, frame, value, slot);
    return 0;
}

#endif
