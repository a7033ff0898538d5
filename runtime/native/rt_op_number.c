/* Arithmetic on exact ints of up to two digits (60 bits), exact floats and strings without
 * dispatching; everything else through PyNumber_*.
 *
 * A result computed here is the one that long_add and friends, float_add and friends would give;
 * where that is not plain (division by zero, shifts by negative counts, overflow) the operands go
 * the long way, which also words the errors. */
#include "rt_native.h"

/* ---- ints ---- */

/* An exact int that fits in two digits. */
static inline bool small_int(PyObject *object, int64_t *out) {
    if (!PyLong_CheckExact(object)) {
        return false;
    }
    const digit *digits = ((PyLongObject *)object)->ob_digit;
    Py_ssize_t size = Py_SIZE(object);
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

static inline bool small_ints(PyObject *left, PyObject *right, int64_t *a, int64_t *b) {
    return small_int(left, a) && small_int(right, b);
}

/* ---- floats ---- */

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
    return (PyFloat_CheckExact(left) || PyFloat_CheckExact(right)) && as_float(left, a) &&
           as_float(right, b);
}

/* ---- operators ---- */

PyObject *rt_binary_other(PyObject *left, PyObject *right, int op) {
    static const binaryfunc functions[] = {
        [NB_ADD] = PyNumber_Add,
        [NB_AND] = PyNumber_And,
        [NB_FLOOR_DIVIDE] = PyNumber_FloorDivide,
        [NB_LSHIFT] = PyNumber_Lshift,
        [NB_MATRIX_MULTIPLY] = PyNumber_MatrixMultiply,
        [NB_MULTIPLY] = PyNumber_Multiply,
        [NB_REMAINDER] = PyNumber_Remainder,
        [NB_OR] = PyNumber_Or,
        [NB_POWER] = _PyNumber_PowerNoMod,
        [NB_RSHIFT] = PyNumber_Rshift,
        [NB_SUBTRACT] = PyNumber_Subtract,
        [NB_TRUE_DIVIDE] = PyNumber_TrueDivide,
        [NB_XOR] = PyNumber_Xor,
        [NB_INPLACE_ADD] = PyNumber_InPlaceAdd,
        [NB_INPLACE_AND] = PyNumber_InPlaceAnd,
        [NB_INPLACE_FLOOR_DIVIDE] = PyNumber_InPlaceFloorDivide,
        [NB_INPLACE_LSHIFT] = PyNumber_InPlaceLshift,
        [NB_INPLACE_MATRIX_MULTIPLY] = PyNumber_InPlaceMatrixMultiply,
        [NB_INPLACE_MULTIPLY] = PyNumber_InPlaceMultiply,
        [NB_INPLACE_REMAINDER] = PyNumber_InPlaceRemainder,
        [NB_INPLACE_OR] = PyNumber_InPlaceOr,
        [NB_INPLACE_POWER] = _PyNumber_InPlacePowerNoMod,
        [NB_INPLACE_RSHIFT] = PyNumber_InPlaceRshift,
        [NB_INPLACE_SUBTRACT] = PyNumber_InPlaceSubtract,
        [NB_INPLACE_TRUE_DIVIDE] = PyNumber_InPlaceTrueDivide,
        [NB_INPLACE_XOR] = PyNumber_InPlaceXor,
    };
    return functions[op](left, right);
}

PyObject *rt_add(PyObject *left, PyObject *right, int op) {
    int64_t a, b;
    double x, y;
    if (small_ints(left, right, &a, &b)) {
        return rt_int_new(a + b);
    }
    if (floats(left, right, &x, &y)) {
        return PyFloat_FromDouble(x + y);
    }
    if (PyUnicode_CheckExact(left) && PyUnicode_CheckExact(right)) {
        return PyUnicode_Concat(left, right);
    }
    return rt_binary_other(left, right, op);
}

PyObject *rt_subtract(PyObject *left, PyObject *right, int op) {
    int64_t a, b;
    double x, y;
    if (small_ints(left, right, &a, &b)) {
        return rt_int_new(a - b);
    }
    if (floats(left, right, &x, &y)) {
        return PyFloat_FromDouble(x - y);
    }
    return rt_binary_other(left, right, op);
}

PyObject *rt_multiply(PyObject *left, PyObject *right, int op) {
    int64_t a, b, product;
    double x, y;
    if (small_ints(left, right, &a, &b)) {
        if (!__builtin_mul_overflow(a, b, &product)) {
            return rt_int_new(product);
        }
    } else if (floats(left, right, &x, &y)) {
        return PyFloat_FromDouble(x * y);
    }
    return rt_binary_other(left, right, op);
}

PyObject *rt_divide(PyObject *left, PyObject *right, int op) {
    static const int64_t exact = INT64_C(1) << 53; /* below, ints are doubles without rounding */
    int64_t a, b;
    double x, y;
    if (floats(left, right, &x, &y)) {
        if (y != 0.0) {
            return PyFloat_FromDouble(x / y);
        }
    } else if (small_ints(left, right, &a, &b) && b != 0 && -exact <= a && a <= exact &&
               -exact <= b && b <= exact) {
        return PyFloat_FromDouble((double)a / (double)b);
    }
    return rt_binary_other(left, right, op);
}

/* Floor division and remainder; C rounds to zero, Python down. */
PyObject *rt_floor(PyObject *left, PyObject *right, int op) {
    int64_t a, b;
    if (!small_ints(left, right, &a, &b) || b == 0) {
        return rt_binary_other(left, right, op);
    }
    int64_t quotient = a / b, remainder = a % b;
    bool adjust = remainder != 0 && (remainder < 0) != (b < 0);
    if (op == NB_FLOOR_DIVIDE || op == NB_INPLACE_FLOOR_DIVIDE) {
        return rt_int_new(quotient - adjust);
    }
    return rt_int_new(adjust ? remainder + b : remainder);
}

static inline bool small_bits(int64_t a, int64_t b, int op, int64_t *out) {
    switch (op) {
    case NB_AND:
    case NB_INPLACE_AND: *out = a & b; return true;
    case NB_OR:
    case NB_INPLACE_OR: *out = a | b; return true;
    case NB_XOR:
    case NB_INPLACE_XOR: *out = a ^ b; return true;
    case NB_RSHIFT:
    case NB_INPLACE_RSHIFT: *out = a >> (0 <= b && b < 63 ? b : 63); return b >= 0;
    default: {
        /* left shift: the result has to fit */
        int64_t bits = 64 - __builtin_clzll((unsigned long long)(a < 0 ? -a : a) | 1);
        if (b < 0 || b > 62 - bits) {
            return false;
        }
        *out = a * (INT64_C(1) << b);
        return true;
    }
    }
}

PyObject *rt_bits(PyObject *left, PyObject *right, int op) {
    int64_t a, b, result;
    if (small_ints(left, right, &a, &b) && small_bits(a, b, op, &result)) {
        return rt_int_new(result);
    }
    return rt_binary_other(left, right, op);
}

/* ---- changing a variable ---- */

/* The float result of an operator that has one for these operands; false: take the long way. */
static inline bool float_result(double a, double b, int op, double *out) {
    switch (op) {
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

int rt_slot_binary_call(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int slot,
                        int op) {
    PyObject **variable = &frame->localsplus[slot];
    double b, result;
    if (PyFloat_CheckExact(left)) {
        if (rt_slot_owns(frame, left, slot) && as_float(right, &b) &&
            float_result(PyFloat_AS_DOUBLE(left), b, op, &result)) {
            ((PyFloatObject *)left)->ob_fval = result;
            return 0;
        }
    } else if ((op == NB_ADD || op == NB_INPLACE_ADD) && left != right && *variable == left &&
               PyUnicode_CheckExact(left) && PyUnicode_CheckExact(right)) {
        PyUnicode_Append(variable, right);
        return *variable == NULL ? -1 : 0;
    }
    PyObject *value = rt_binary_call(left, right, op);
    if (value == NULL) {
        return -1;
    }
    PyObject *old = *variable;
    *variable = value;
    Py_XDECREF(old);
    return 0;
}

PyObject *rt_negative(PyThreadState *ts, PyObject *value) {
    (void)ts;
    int64_t integer;
    if (small_int(value, &integer)) {
        return rt_int_new(-integer);
    }
    if (PyFloat_CheckExact(value)) {
        return PyFloat_FromDouble(-PyFloat_AS_DOUBLE(value));
    }
    return PyNumber_Negative(value);
}
