/* Comparisons of exact ints, floats and strings; others by PyObject_RichCompare. */
#include "rt_native.h"

enum { UNKNOWN = -2 };

static inline int compare_floats(double a, double b, int op) {
    switch (op) {
    case Py_LT: return a < b;
    case Py_LE: return a <= b;
    case Py_EQ: return a == b;
    case Py_NE: return a != b;
    case Py_GT: return a > b;
    default: return a >= b;
    }
}

/* Truth of the comparison where it can be told at once, else UNKNOWN; -1 with an exception. */
static inline int compare_exact(PyObject *left, PyObject *right, int op) {
    PyTypeObject *type = Py_TYPE(left);
    if (type != Py_TYPE(right)) {
        return UNKNOWN;
    }
    if (type == &PyLong_Type && rt_is_digit(left) && rt_is_digit(right)) {
        return rt_compare_digits(rt_digit(left), rt_digit(right), op);
    }
    if (type == &PyFloat_Type) {
        return compare_floats(PyFloat_AS_DOUBLE(left), PyFloat_AS_DOUBLE(right), op);
    }
    if (type == &PyUnicode_Type && (op == Py_EQ || op == Py_NE)) {
        int equal = _PyUnicode_Equal(left, right);
        return equal < 0 ? -1 : equal == (op == Py_EQ);
    }
    return UNKNOWN;
}

int rt_compare_truth_call(PyThreadState *ts, PyObject *left, PyObject *right, int op) {
    int known = compare_exact(left, right, op);
    if (rt_likely(known != UNKNOWN)) {
        return known;
    }
    PyObject *result = PyObject_RichCompare(left, right, op);
    if (result == NULL) {
        return -1;
    }
    int truth = rt_truth(ts, result);
    Py_DECREF(result);
    return truth;
}

PyObject *rt_compare(PyThreadState *ts, PyObject *left, PyObject *right, int op) {
    (void)ts;
    int known = compare_exact(left, right, op);
    if (rt_likely(known >= 0)) {
        return Py_NewRef(known ? Py_True : Py_False);
    }
    return known == UNKNOWN ? PyObject_RichCompare(left, right, op) : NULL;
}
