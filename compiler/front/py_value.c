/* Documents: what json and tomllib return, as Values in an arena. */
#include "py_common.h"

#include <string.h>

enum { MAX_DEPTH = 200 };

static bool refuse(FrontError *error, const char *message) {
    *error = (FrontError){.message = message};
    return false;
}

static bool convert(Arena *arena, PyObject *object, Value *out, FrontError *error, int depth);

static bool convert_text(Arena *arena, PyObject *object, Value *out, FrontError *error) {
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(object, &size);
    if (text == NULL) {
        PyErr_Clear();
        return refuse(error, "a string holds half of a surrogate pair, which is no text");
    }
    if (strlen(text) != (size_t)size) {
        return refuse(error, "a string holds a null character");
    }
    out->kind = VALUE_STRING;
    out->string = arena_strndup(arena, text, (size_t)size);
    return true;
}

static bool convert_list(Arena *arena, PyObject *list, Value *out, FrontError *error, int depth) {
    out->kind = VALUE_LIST;
    out->count = (size_t)PyList_GET_SIZE(list);
    out->items = ARENA_ARRAY(arena, Value, out->count);
    for (size_t i = 0; i < out->count; i++) {
        if (!convert(arena, PyList_GET_ITEM(list, (Py_ssize_t)i), &out->items[i], error, depth)) {
            return false;
        }
    }
    return true;
}

static bool convert_table(Arena *arena, PyObject *table, Value *out, FrontError *error, int depth) {
    out->kind = VALUE_TABLE;
    out->count = (size_t)PyDict_GET_SIZE(table);
    out->items = ARENA_ARRAY(arena, Value, out->count);
    out->keys = ARENA_ARRAY(arena, const char *, out->count);
    PyObject *key, *value;
    Py_ssize_t position = 0;
    for (size_t i = 0; PyDict_Next(table, &position, &key, &value); i++) {
        Value name;
        if (!convert_text(arena, key, &name, error) ||
            !convert(arena, value, &out->items[i], error, depth)) {
            return false;
        }
        out->keys[i] = name.string;
    }
    return true;
}

static bool convert_integer(PyObject *number, Value *out, FrontError *error) {
    int overflow;
    long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (overflow != 0) {
        return refuse(error, "a whole number is too large (more than 64 bits)");
    }
    out->kind = VALUE_INT;
    out->integer = value;
    return true;
}

/* Dates and times of TOML: their text. */
static bool convert_other(Arena *arena, PyObject *object, Value *out, FrontError *error) {
    PyObject *text = PyObject_Str(object);
    bool ok = text != NULL && convert_text(arena, text, out, error);
    Py_XDECREF(text);
    return ok;
}

static bool convert(Arena *arena, PyObject *object, Value *out, FrontError *error, int depth) {
    if (depth > MAX_DEPTH) {
        return refuse(error, "the document is nested too deeply");
    }
    *out = (Value){.kind = VALUE_NULL};
    if (object == Py_None) {
        return true;
    }
    if (PyBool_Check(object)) {
        out->kind = VALUE_BOOL;
        out->boolean = object == Py_True;
        return true;
    }
    if (PyLong_Check(object)) {
        return convert_integer(object, out, error);
    }
    if (PyFloat_Check(object)) {
        out->kind = VALUE_FLOAT;
        out->number = PyFloat_AS_DOUBLE(object);
        return true;
    }
    if (PyUnicode_Check(object)) {
        return convert_text(arena, object, out, error);
    }
    if (PyList_Check(object)) {
        return convert_list(arena, object, out, error, depth + 1);
    }
    if (PyDict_Check(object)) {
        return convert_table(arena, object, out, error, depth + 1);
    }
    return convert_other(arena, object, out, error);
}

bool front_value(Arena *arena, PyObject *object, Value *out, FrontError *error) {
    return convert(arena, object, out, error, 0);
}
