/* Hashes, equality and order of objects, as far as these take no Python code and mostly no calls.
 */
#ifndef PYC2C_RUNTIME_RT_KEY_H
#define PYC2C_RUNTIME_RT_KEY_H

#include "rt_compute.h"

/* PyObject_Hash; -1 with an exception set. */
static inline Py_hash_t rt_key_hash(PyObject *key) {
    int64_t value;
    if (PyUnicode_CheckExact(key) && ((PyASCIIObject *)key)->hash != -1) {
        return ((PyASCIIObject *)key)->hash;
    }
    if (small_int(key, &value)) {
        return value == -1 ? -2 : (Py_hash_t)value; /* below 2^61 - 1 */
    }
    return PyObject_Hash(key);
}

/* Whether two keys are equal: 1 or 0; RT_ASK: it takes PyObject_RichCompareBool to find out. */
enum { RT_ASK = -1 };
static inline int rt_key_same(PyObject *left, PyObject *right) {
    int64_t a, b;
    if (left == right) {
        return 1;
    }
    if (Py_TYPE(left) != Py_TYPE(right)) {
        return RT_ASK;
    }
    if (small_int(left, &a) && small_int(right, &b)) {
        return a == b;
    }
    if (PyUnicode_CheckExact(left) && PyUnicode_IS_READY(left) && PyUnicode_IS_READY(right)) {
        return _PyUnicode_Equal(left, right);
    }
    if (PyFloat_CheckExact(left)) {
        return PyFloat_AS_DOUBLE(left) == PyFloat_AS_DOUBLE(right);
    }
    return RT_ASK;
}

/* Whether left `op` right, of exact ints that fit or exact floats: 1 or 0; RT_ASK: it takes
 * PyObject_RichCompare. */
static inline int rt_compare_numbers(PyObject *left, PyObject *right, int op) {
    int64_t a, b;
    if (small_ints(left, right, &a, &b)) {
        return rt_compare_digits(a, b, op);
    }
    if (rt_guard(PyFloat_CheckExact(left) && PyFloat_CheckExact(right))) {
        return rt_compare_floats(PyFloat_AS_DOUBLE(left), PyFloat_AS_DOUBLE(right), op);
    }
    return RT_ASK;
}

#endif
