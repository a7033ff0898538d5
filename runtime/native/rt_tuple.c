/* Hashes and comparisons of tuples, for C code and bytecode, too: items that are mostly strs, ints
 * and floats are not asked through their types.
 *
 * Follows tuplehash (xxHash, with each item's hash for a lane) and tuplerichcompare. */
#include "rt_key.h"

static Py_hash_t tuple_hash(PyObject *tuple) {
    const uint64_t prime_1 = UINT64_C(11400714785074694791),
                   prime_2 = UINT64_C(14029467366897019727),
                   prime_5 = UINT64_C(2870177450012600261);
    Py_ssize_t count = PyTuple_GET_SIZE(tuple);
    uint64_t sum = prime_5;
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_hash_t lane = rt_key_hash(PyTuple_GET_ITEM(tuple, i));
        if (lane == -1) {
            return -1;
        }
        sum += (uint64_t)lane * prime_2;
        sum = (sum << 31 | sum >> 33) * prime_1;
    }
    sum += (uint64_t)count ^ (prime_5 ^ UINT64_C(3527539));
    return sum == UINT64_MAX ? 1546275796 : (Py_hash_t)sum;
}

/* The number of items that are equal at the start of both; -1 with an exception set. */
static inline Py_ssize_t equal_items(PyObject *left, PyObject *right) {
    Py_ssize_t count = Py_MIN(PyTuple_GET_SIZE(left), PyTuple_GET_SIZE(right)), i = 0;
    int same = 1;
    for (; i < count; i++) {
        PyObject *one = PyTuple_GET_ITEM(left, i), *other = PyTuple_GET_ITEM(right, i);
        same = rt_key_same(one, other);
        if (same == RT_ASK) {
            same = PyObject_RichCompareBool(one, other, Py_EQ);
        }
        if (same != 1) {
            break;
        }
    }
    return same < 0 ? -1 : i;
}

static PyObject *tuple_compare(PyObject *left, PyObject *right, int op) {
    if (!PyTuple_Check(left) || !PyTuple_Check(right)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Py_ssize_t l = PyTuple_GET_SIZE(left), r = PyTuple_GET_SIZE(right);
    Py_ssize_t i = equal_items(left, right);
    int truth;
    if (i < 0) {
        return NULL;
    }
    if (i == l || i == r) {
        truth = rt_compare_digits(l, r, op);
    } else if (op == Py_EQ || op == Py_NE) {
        truth = op == Py_NE;
    } else {
        PyObject *one = PyTuple_GET_ITEM(left, i), *other = PyTuple_GET_ITEM(right, i);
        truth = rt_compare_numbers(one, other, op);
        if (truth == RT_ASK) {
            return PyObject_RichCompare(one, other, op);
        }
    }
    return Py_NewRef(truth ? Py_True : Py_False);
}

/* Before the interpreter exists: types that are made of tuple inherit its slots. */
__attribute__((constructor)) static void replace_slots(void) {
    PyTuple_Type.tp_hash = tuple_hash;
    PyTuple_Type.tp_richcompare = tuple_compare;
}
