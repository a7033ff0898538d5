/* Arithmetic on exact ints of up to two digits (60 bits), exact floats and strings without
 * dispatching; everything else through PyNumber_*.
 *
 * A result computed here is the one that long_add and friends, float_add and friends would give;
 * where that is not plain (division by zero, shifts by negative counts, overflow) the operands go
 * the long way, which also words the errors. */
#include "rt_compute.h"

/* ---- results ---- */

/* References that the operation has taken over, the left one first, as the interpreter drops them.
 */
static inline void drop_taken(PyObject *left, PyObject *right, int op) {
    if (op & RT_TAKES_LEFT) {
        Py_DECREF(left);
    }
    if (op & RT_TAKES_RIGHT) {
        Py_DECREF(right);
    }
}

static inline PyObject *float_result(PyObject *left, PyObject *right, int op, double value) {
    if ((op & RT_TAKES_LEFT) && rt_guard(Py_REFCNT(left) == 1 && PyFloat_CheckExact(left))) {
        ((PyFloatObject *)left)->ob_fval = value;
        drop_taken(left, right, op & ~RT_TAKES_LEFT);
        return left;
    }
    if ((op & RT_TAKES_RIGHT) && rt_guard(Py_REFCNT(right) == 1 && PyFloat_CheckExact(right))) {
        ((PyFloatObject *)right)->ob_fval = value;
        drop_taken(left, right, op & ~RT_TAKES_RIGHT);
        return right;
    }
    PyObject *result = float_new(value);
    drop_taken(left, right, op);
    return result;
}

/* Operands of this kind are dropped without running anything, so the order does not matter. */
static inline PyObject *int_result(PyObject *left, PyObject *right, int op, int64_t value) {
    if ((op & RT_TAKES) && rt_is_unshared_digit(value)) {
        bool use_left = (op & RT_TAKES_LEFT) && Py_REFCNT(left) == 1;
        PyObject *place = use_left ? left : right;
        int takes = use_left ? RT_TAKES_LEFT : RT_TAKES_RIGHT;
        if ((op & takes) && rt_guard(Py_REFCNT(place) == 1 && rt_is_digit(place))) {
            rt_digit_set(place, value);
            drop_taken(left, right, op & ~takes);
            return place;
        }
    }
    PyObject *result = rt_int_new(value);
    drop_taken(left, right, op);
    return result;
}

/* ---- operators ---- */

/* What PyNumber_Add and friends find first for two ints: a function of theirs, which has a result
 * for all ints; for another operator `other`. */
static inline binaryfunc int_function(int plain, binaryfunc other) {
    const PyNumberMethods *ints = PyLong_Type.tp_as_number;
    switch (plain) {
    case NB_ADD:
    case NB_INPLACE_ADD: return ints->nb_add;
    case NB_SUBTRACT:
    case NB_INPLACE_SUBTRACT: return ints->nb_subtract;
    case NB_MULTIPLY:
    case NB_INPLACE_MULTIPLY: return ints->nb_multiply;
    default: return other;
    }
}

/* Lists, tuples and strings times small ints, for which PyNumber_Multiply comes to sq_repeat. */
static bool is_repetition(PyObject *left, PyObject *right, int64_t *times) {
    return (PyList_CheckExact(left) || PyTuple_CheckExact(left) || PyUnicode_CheckExact(left)) &&
           small_int(right, times);
}

/* Small powers of small ints. False: it is long_pow's. */
static bool small_power(PyObject *left, PyObject *right, int64_t *power) {
    int64_t base, exponent;
    if (!small_ints(left, right, &base, &exponent) || exponent < 0 || exponent > 8) {
        return false;
    }
    *power = 1;
    for (int64_t i = 0; i < exponent; i++) {
        if (__builtin_mul_overflow(*power, base, power)) {
            return false;
        }
    }
    return true;
}

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
    int plain = op & ~RT_TAKES;
    int64_t number;
    PyObject *result;
    if ((plain == NB_POWER || plain == NB_INPLACE_POWER) && small_power(left, right, &number)) {
        return int_result(left, right, op, number);
    }
    if (plain == NB_MULTIPLY && rt_guard(is_repetition(left, right, &number))) {
        result = Py_TYPE(left)->tp_as_sequence->sq_repeat(left, (Py_ssize_t)number);
    } else if (rt_guard(PyLong_CheckExact(left) && PyLong_CheckExact(right))) {
        result = int_function(plain, functions[plain])(left, right);
    } else {
        result = functions[plain](left, right);
    }
    drop_taken(left, right, op);
    return result;
}

PyObject *rt_add(PyObject *left, PyObject *right, int op) {
    int64_t a, b;
    double x, y;
    if (small_ints(left, right, &a, &b)) {
        return int_result(left, right, op, a + b);
    }
    if (floats(left, right, &x, &y)) {
        return float_result(left, right, op, x + y);
    }
    if (PyUnicode_CheckExact(left) && PyUnicode_CheckExact(right)) {
        PyObject *result = PyUnicode_Concat(left, right);
        drop_taken(left, right, op);
        return result;
    }
    return rt_binary_other(left, right, op);
}

PyObject *rt_subtract(PyObject *left, PyObject *right, int op) {
    int64_t a, b;
    double x, y;
    if (small_ints(left, right, &a, &b)) {
        return int_result(left, right, op, a - b);
    }
    if (floats(left, right, &x, &y)) {
        return float_result(left, right, op, x - y);
    }
    return rt_binary_other(left, right, op);
}

PyObject *rt_multiply(PyObject *left, PyObject *right, int op) {
    int64_t a, b, product;
    double x, y;
    if (small_ints(left, right, &a, &b)) {
        if (!__builtin_mul_overflow(a, b, &product)) {
            return int_result(left, right, op, product);
        }
    } else if (floats(left, right, &x, &y)) {
        return float_result(left, right, op, x * y);
    }
    return rt_binary_other(left, right, op);
}

PyObject *rt_divide(PyObject *left, PyObject *right, int op) {
    int64_t a, b;
    double x, y;
    if (floats(left, right, &x, &y)) {
        if (y != 0.0) {
            return float_result(left, right, op, x / y);
        }
    } else if (small_ints(left, right, &a, &b) && divide_exact(a, b, &x)) {
        return float_result(left, right, op, x);
    }
    return rt_binary_other(left, right, op);
}

/* Operators that are for ints most of the time. */
PyObject *rt_integral(PyObject *left, PyObject *right, int op) {
    int64_t a, b, result;
    if (small_ints(left, right, &a, &b) && compute_int(a, b, op & ~RT_TAKES, &result)) {
        return int_result(left, right, op, result);
    }
    return rt_binary_other(left, right, op);
}

/* ---- storing to a variable ---- */

/* Puts the result in the place of the variable's value, which nobody else holds. False: it does not
 * fit there. */
static inline bool store_number(PyObject *old, PyObject *left, PyObject *right, int op) {
    double x, y, number;
    if (PyFloat_CheckExact(old)) {
        if (floats(left, right, &x, &y) && compute_float(x, y, op, &number)) {
            ((PyFloatObject *)old)->ob_fval = number;
            return true;
        }
        return false;
    }
    int64_t integer;
    if (rt_is_digit(old) && rt_is_digit(left) && rt_is_digit(right) &&
        compute_int(rt_digit(left), rt_digit(right), op, &integer) &&
        rt_is_unshared_digit(integer)) {
        rt_digit_set(old, integer);
        return true;
    }
    return false;
}

int rt_slot_binary_call(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int slot,
                        int op) {
    if (rt_guard(is_other(left))) {
        return rt_slot_binary_other(frame, left, right, slot, op);
    }
    PyObject **variable = &frame->localsplus[slot];
    PyObject *old = *variable;
    int plain = op & ~RT_TAKES;
    if (rt_guard(old != NULL && Py_REFCNT(old) == 1) && store_number(old, left, right, plain)) {
        drop_taken(left, right, op);
        return 0;
    }
    if (rt_guard((plain == NB_ADD || plain == NB_INPLACE_ADD) && left != right && old == left &&
                 PyUnicode_CheckExact(left) && PyUnicode_CheckExact(right))) {
        PyUnicode_Append(variable, right);
        drop_taken(left, right, op);
        return *variable == NULL ? -1 : 0;
    }
    return store_slot(frame, rt_binary_call(left, right, op), slot);
}

int rt_slot_binary_other(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int slot,
                         int op) {
    return store_slot(frame, rt_binary_other(left, right, op), slot);
}

PyObject *rt_negative(PyThreadState *ts, PyObject *value) {
    (void)ts;
    int64_t integer;
    if (small_int(value, &integer)) {
        return rt_int_new(-integer);
    }
    if (PyFloat_CheckExact(value)) {
        return float_new(-PyFloat_AS_DOUBLE(value));
    }
    return PyNumber_Negative(value);
}
