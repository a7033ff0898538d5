/* What a code object is, in one number: all that its native code rests on.
 *
 * Native code travels apart from the code objects that it belongs to. The compiler computes this
 * number from the code object that it reads, the runtime from the one that it loads, with the same
 * functions; only equal ones are connected (runtime/native/rt_attach.c). Lines, columns and the
 * file's name do not count: native code leaves them to the code object. Code objects among the
 * constants have numbers of their own. Include Python.h first. */
#ifndef PYC2C_FRONT_PY_IDENTITY_H
#define PYC2C_FRONT_PY_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { IDENTITY_CONST_DEPTH = 8 }; /* of tuples in tuples; what lies deeper counts as a tuple */

/* Eight bytes a step: the multiplication and shift of splitmix64's finaliser. */
static inline uint64_t identity_number(uint64_t state, uint64_t number) {
    state = (state ^ number) * UINT64_C(0xbf58476d1ce4e5b9);
    return state ^ state >> 29;
}

static inline uint64_t identity_bytes(uint64_t state, const void *data, Py_ssize_t size) {
    const char *at = data;
    state = identity_number(state, (uint64_t)size);
    for (; size > 0; at += 8, size -= 8) {
        uint64_t word = 0;
        memcpy(&word, at, size < 8 ? (size_t)size : 8);
        state = identity_number(state, word);
    }
    return state;
}

static inline uint64_t identity_text(uint64_t state, PyObject *text) {
    int kind = (int)PyUnicode_KIND(text);
    return identity_bytes(identity_number(state, (uint64_t)kind), PyUnicode_DATA(text),
                          PyUnicode_GET_LENGTH(text) * kind);
}

static inline uint64_t identity_const(uint64_t state, PyObject *value, int depth);

static inline uint64_t identity_tuple(uint64_t state, PyObject *tuple, int depth) {
    Py_ssize_t count = PyTuple_GET_SIZE(tuple);
    state = identity_number(state, (uint64_t)count);
    for (Py_ssize_t i = 0; i < count && depth < IDENTITY_CONST_DEPTH; i++) {
        state = identity_const(state, PyTuple_GET_ITEM(tuple, i), depth + 1);
    }
    return state;
}

static inline uint64_t identity_const(uint64_t state, PyObject *value, int depth) {
    const char *type = Py_TYPE(value)->tp_name;
    state = identity_bytes(state, type, (Py_ssize_t)strlen(type));
    if (PyBool_Check(value)) {
        return identity_number(state, value == Py_True);
    }
    if (PyLong_CheckExact(value)) {
        state = identity_number(state, _PyLong_NumBits(value));
        return identity_number(state, (uint64_t)PyLong_Type.tp_hash(value));
    }
    if (PyFloat_CheckExact(value)) {
        return identity_bytes(state, &((PyFloatObject *)value)->ob_fval, sizeof(double));
    }
    if (PyComplex_CheckExact(value)) {
        return identity_bytes(state, &((PyComplexObject *)value)->cval, sizeof(Py_complex));
    }
    if (PyUnicode_CheckExact(value)) {
        return identity_text(state, value);
    }
    if (PyBytes_CheckExact(value)) {
        return identity_bytes(state, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value));
    }
    if (PyTuple_CheckExact(value)) {
        return identity_tuple(state, value, depth);
    }
    /* The order of a frozenset depends on the process. */
    return PyFrozenSet_CheckExact(value) ? identity_number(state, (uint64_t)PySet_GET_SIZE(value))
                                         : state;
}

/* `units` are the instructions, a bytes object, as PyCode_GetCode gives them: without what the
 * interpreter specialised. All parts of the code object must be there. */
static inline uint64_t identity_of(PyCodeObject *code, PyObject *units) {
    const int numbers[] = {code->co_argcount, code->co_posonlyargcount, code->co_kwonlyargcount,
                           code->co_stacksize, code->co_flags};
    uint64_t state = PY_VERSION_HEX >> 16;
    state = identity_bytes(state, numbers, sizeof(numbers));
    state = identity_bytes(state, PyBytes_AS_STRING(units), PyBytes_GET_SIZE(units));
    state = identity_const(state, code->co_exceptiontable, 0);
    state = identity_const(state, code->co_localspluskinds, 0);
    state = identity_tuple(state, code->co_localsplusnames, 0);
    state = identity_tuple(state, code->co_names, 0);
    return identity_tuple(state, code->co_consts, 0);
}

#endif
