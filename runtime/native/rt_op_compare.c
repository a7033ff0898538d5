/* Comparisons, membership and truth of exact ints, floats, strings and lists by the shortest way;
 * others by PyObject_RichCompare, PySequence_Contains, PyObject_IsTrue. */
#include "rt_dict.h"

enum { UNKNOWN = -2 };

/* As _PyUnicode_Equal (unicode_compare_eq). Most strings are ASCII; most that are not equal differ
 * in length or in the first byte. */
static inline int equal_strings(PyObject *left, PyObject *right) {
    if (left == right) {
        return 1;
    }
    if (!rt_guard(PyUnicode_IS_COMPACT_ASCII(left) && PyUnicode_IS_COMPACT_ASCII(right))) {
        return _PyUnicode_Equal(left, right);
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(left);
    const char *a = (const char *)((PyASCIIObject *)left + 1);
    const char *b = (const char *)((PyASCIIObject *)right + 1);
    if (length != PyUnicode_GET_LENGTH(right) || *a != *b) {
        return 0;
    }
    return length <= 1 || memcmp(a, b, (size_t)length) == 0;
}

/* Truth of the comparison where it can be told at once, else UNKNOWN; -1 with an exception. */
static inline int compare_exact(PyObject *left, PyObject *right, int op) {
    PyTypeObject *type = Py_TYPE(left);
    if (!rt_guard(type == Py_TYPE(right))) {
        return UNKNOWN;
    }
    if (type == &PyLong_Type && rt_is_digit(left) && rt_is_digit(right)) {
        return rt_compare_digits(rt_digit(left), rt_digit(right), op);
    }
    if (type == &PyFloat_Type) {
        return rt_compare_floats(PyFloat_AS_DOUBLE(left), PyFloat_AS_DOUBLE(right), op);
    }
    if (type == &PyUnicode_Type && (op == Py_EQ || op == Py_NE)) {
        int equal = equal_strings(left, right);
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

/* ---- membership ---- */

/* As list_contains and tuplecontains, while items are the object itself or of its type, an exact
 * str or one-digit int; UNKNOWN: another item comes first (nothing was run so far, so all can be
 * compared again). */
static int contains_exact(PyObject *const *items, Py_ssize_t count, PyObject *item) {
    bool is_digit = rt_is_digit(item);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (items[i] == item) {
            return 1;
        }
        if (Py_TYPE(items[i]) != Py_TYPE(item) || is_digit != rt_is_digit(items[i])) {
            return UNKNOWN;
        }
        int equal = is_digit ? rt_digit(items[i]) == rt_digit(item) : equal_strings(items[i], item);
        if (equal != 0) {
            return equal;
        }
    }
    return 0;
}

int rt_contains(PyThreadState *ts, PyObject *container, PyObject *item) {
    (void)ts;
    PyTypeObject *type = Py_TYPE(container);
    int known = UNKNOWN;
    if (rt_guard(type == &PyDict_Type)) {
        return rt_dict_has(container, item);
    }
    if (rt_guard(type == &PyFrozenSet_Type || type == &PySet_Type)) {
        return rt_set_has(container, item);
    }
    if (rt_is_digit(item) || PyUnicode_CheckExact(item)) {
        if (rt_guard(type == &PyList_Type)) {
            known = contains_exact(((PyListObject *)container)->ob_item, PyList_GET_SIZE(container),
                                   item);
        } else if (rt_guard(type == &PyTuple_Type)) {
            known = contains_exact(((PyTupleObject *)container)->ob_item,
                                   PyTuple_GET_SIZE(container), item);
        }
    }
    return known != UNKNOWN ? known : PySequence_Contains(container, item);
}

/* ---- truth ---- */

int rt_truth_call(PyObject *value) {
    PyTypeObject *type = Py_TYPE(value);
    if (type == &PyLong_Type || type == &PyList_Type || type == &PyTuple_Type) {
        return (type == &PyLong_Type ? RT_LONG_SIZE(value) : Py_SIZE(value)) != 0;
    }
    if (rt_guard(type == &PyUnicode_Type && PyUnicode_IS_READY(value))) {
        return PyUnicode_GET_LENGTH(value) != 0;
    }
    if (type == &PyDict_Type) {
        return PyDict_GET_SIZE(value) != 0;
    }
    return PyObject_IsTrue(value);
}
