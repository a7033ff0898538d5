/* Mapping and class patterns.
 *
 * Follows ceval.c: match_keys, match_class, match_class_attr. */
#include "rt_frame.h"

/* Notes a key or name of the pattern: 1 when it is new, 0 when it was there, -1 with an exception.
 */
static int note_seen(PyObject *seen, PyObject *key) {
    int known = PySet_Contains(seen, key);
    if (known != 0) {
        return known < 0 ? -1 : 0;
    }
    return PySet_Add(seen, key) != 0 ? -1 : 1;
}

/* ---- mappings ---- */

/* map.get(key, missing): neither raises for an absent key nor makes one, as a defaultdict would. */
typedef struct Lookup {
    PyObject *function, *subject, *missing;
    bool unbound;
} Lookup;

static PyObject *get_value(const Lookup *lookup, PyObject *key) {
    PyObject *arguments[] = {lookup->subject, key, lookup->missing};
    return lookup->unbound ? PyObject_Vectorcall(lookup->function, arguments, 3, NULL)
                           : PyObject_Vectorcall(lookup->function, arguments + 1, 2, NULL);
}

/* Fills `values`: 1; 0 when a key is missing; -1 with an exception. */
static int collect_values(PyThreadState *ts, const Lookup *lookup, PyObject *seen, PyObject *keys,
                          PyObject *values) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(keys); i++) {
        PyObject *key = PyTuple_GET_ITEM(keys, i);
        int fresh = note_seen(seen, key);
        if (fresh == 0) {
            _PyErr_Format(ts, PyExc_ValueError, "mapping pattern checks duplicate key (%R)", key);
        }
        PyObject *value = fresh > 0 ? get_value(lookup, key) : NULL;
        if (value == NULL) {
            return -1;
        }
        if (value == lookup->missing) {
            Py_DECREF(value);
            return 0;
        }
        PyTuple_SET_ITEM(values, i, value);
    }
    return 1;
}

PyObject *rt_match_keys(PyThreadState *ts, PyObject *subject, PyObject *keys) {
    if (PyTuple_GET_SIZE(keys) == 0) {
        return PyTuple_New(0);
    }
    Lookup lookup = {.subject = subject};
    lookup.unbound = _PyObject_GetMethod(subject, &_Py_ID(get), &lookup.function);
    PyObject *seen = lookup.function != NULL ? PySet_New(NULL) : NULL;
    lookup.missing = seen != NULL ? _PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type) : NULL;
    PyObject *values = lookup.missing != NULL ? PyTuple_New(PyTuple_GET_SIZE(keys)) : NULL;
    if (values != NULL) {
        int found = collect_values(ts, &lookup, seen, keys, values);
        if (found <= 0) {
            Py_DECREF(values);
            values = found == 0 ? Py_NewRef(Py_None) : NULL;
        }
    }
    Py_XDECREF(lookup.function);
    Py_XDECREF(seen);
    Py_XDECREF(lookup.missing);
    return values;
}

/* ---- classes ---- */

/* One attribute of the subject, appended to `attributes`: 1; 0 when it has none; -1 with an
 * exception. */
static int match_attribute(PyThreadState *ts, PyObject *subject, PyTypeObject *type, PyObject *name,
                           PyObject *seen, PyObject *attributes) {
    int fresh = note_seen(seen, name);
    if (fresh == 0) {
        _PyErr_Format(ts, PyExc_TypeError, "%s() got multiple sub-patterns for attribute %R",
                      type->tp_name, name);
    }
    if (fresh <= 0) {
        return -1;
    }
    PyObject *value = PyObject_GetAttr(subject, name);
    if (value == NULL) {
        if (!_PyErr_ExceptionMatches(ts, PyExc_AttributeError)) {
            return -1;
        }
        _PyErr_Clear(ts);
        return 0;
    }
    int status = PyList_Append(attributes, value);
    Py_DECREF(value);
    return status < 0 ? -1 : 1;
}

/* type.__match_args__, a tuple; *self is set when there is none and the subject itself is what the
 * only positional pattern gets. NULL with an exception. */
static PyObject *positional_names(PyThreadState *ts, PyTypeObject *type, bool *self) {
    PyObject *names = PyObject_GetAttrString((PyObject *)type, "__match_args__");
    if (names == NULL) {
        if (!_PyErr_ExceptionMatches(ts, PyExc_AttributeError)) {
            return NULL;
        }
        _PyErr_Clear(ts);
        *self = PyType_HasFeature(type, _Py_TPFLAGS_MATCH_SELF);
        return PyTuple_New(0);
    }
    if (!PyTuple_CheckExact(names)) {
        _PyErr_Format(ts, PyExc_TypeError, "%s.__match_args__ must be a tuple (got %s)",
                      type->tp_name, Py_TYPE(names)->tp_name);
        Py_DECREF(names);
        return NULL;
    }
    return names;
}

static int match_names(PyThreadState *ts, PyObject *subject, PyTypeObject *type, PyObject *names,
                       Py_ssize_t count, PyObject *seen, PyObject *attributes) {
    int found = 1;
    for (Py_ssize_t i = 0; found > 0 && i < count; i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        if (!PyUnicode_CheckExact(name)) {
            _PyErr_Format(ts, PyExc_TypeError, "__match_args__ elements must be strings (got %s)",
                          Py_TYPE(name)->tp_name);
            return -1;
        }
        found = match_attribute(ts, subject, type, name, seen, attributes);
    }
    return found;
}

static int match_positional(PyThreadState *ts, PyObject *subject, PyTypeObject *type, int count,
                            PyObject *seen, PyObject *attributes) {
    bool self = false;
    PyObject *names = positional_names(ts, type, &self);
    if (names == NULL) {
        return -1;
    }
    Py_ssize_t allowed = self ? 1 : PyTuple_GET_SIZE(names);
    int found;
    if (allowed < count) {
        _PyErr_Format(ts, PyExc_TypeError, "%s() accepts %zd positional sub-pattern%s (%d given)",
                      type->tp_name, allowed, allowed == 1 ? "" : "s", count);
        found = -1;
    } else if (self) {
        found = PyList_Append(attributes, subject) < 0 ? -1 : 1;
    } else {
        found = match_names(ts, subject, type, names, count, seen, attributes);
    }
    Py_DECREF(names);
    return found;
}

PyObject *rt_match_class(PyThreadState *ts, PyObject *subject, PyObject *type, PyObject *names,
                         int count) {
    if (!PyType_Check(type)) {
        _PyErr_Format(ts, PyExc_TypeError, "called match pattern must be a type");
        return NULL;
    }
    int found = rt_is_instance(ts, subject, type);
    if (found <= 0) {
        return found < 0 ? NULL : Py_NewRef(Py_None);
    }
    PyObject *seen = PySet_New(NULL);
    PyObject *attributes = seen != NULL ? PyList_New(0) : NULL;
    PyObject *result = NULL;
    if (attributes != NULL) {
        PyTypeObject *class = (PyTypeObject *)type;
        if (count > 0) {
            found = match_positional(ts, subject, class, count, seen, attributes);
        }
        if (found > 0) {
            found =
                match_names(ts, subject, class, names, PyTuple_GET_SIZE(names), seen, attributes);
        }
        if (found >= 0) {
            result = found > 0 ? PyList_AsTuple(attributes) : Py_NewRef(Py_None);
        }
    }
    Py_XDECREF(seen);
    Py_XDECREF(attributes);
    return result;
}
