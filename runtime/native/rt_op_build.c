/* Displays, f-strings, starred items, unpacking.
 *
 * Follows ceval.c: BUILD_*, FORMAT_VALUE, LIST_EXTEND, DICT_UPDATE, DICT_MERGE (with
 * format_kwargs_error), UNPACK_SEQUENCE and UNPACK_EX (unpack_iterable). */
#include "rt_native.h"

/* ---- displays ---- */

static void drop_items(PyObject *const *items, Py_ssize_t count) {
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_DECREF(items[i]);
    }
}

PyObject *rt_list_new(PyThreadState *ts, PyObject *const *items, Py_ssize_t count) {
    (void)ts;
    PyObject *list = PyList_New(count);
    if (list == NULL) {
        drop_items(items, count);
        return NULL;
    }
    if (count > 0) {
        memcpy(((PyListObject *)list)->ob_item, items, (size_t)count * sizeof(PyObject *));
    }
    return list;
}

PyObject *rt_set_new(PyThreadState *ts, PyObject *const *items, Py_ssize_t count) {
    (void)ts;
    PyObject *set = PySet_New(NULL);
    for (Py_ssize_t i = 0; set != NULL && i < count; i++) {
        if (PySet_Add(set, items[i]) != 0) {
            Py_CLEAR(set);
        }
    }
    return set;
}

PyObject *rt_dict_new(PyThreadState *ts, PyObject *const *items, Py_ssize_t count) {
    (void)ts;
    return count == 0 ? PyDict_New() : _PyDict_FromItems(items, 2, items + 1, 2, count / 2);
}

PyObject *rt_dict_const(PyThreadState *ts, PyObject *keys, PyObject *const *items,
                        Py_ssize_t count) {
    if (!PyTuple_CheckExact(keys) || PyTuple_GET_SIZE(keys) != count) {
        _PyErr_SetString(ts, PyExc_SystemError, "bad BUILD_CONST_KEY_MAP keys argument");
        return NULL;
    }
    return _PyDict_FromItems(&PyTuple_GET_ITEM(keys, 0), 1, items, 1, count);
}

/* ---- f-strings ---- */

PyObject *rt_format(PyThreadState *ts, PyObject *value, PyObject *spec, int conversion) {
    (void)ts;
    PyObject *converted;
    switch (conversion) {
    case FVC_STR: converted = PyObject_Str(value); break;
    case FVC_REPR: converted = PyObject_Repr(value); break;
    case FVC_ASCII: converted = PyObject_ASCII(value); break;
    default: converted = Py_NewRef(value);
    }
    /* format() of a str without a specification is the str itself. */
    if (converted == NULL || (spec == NULL && PyUnicode_CheckExact(converted))) {
        return converted;
    }
    PyObject *result = PyObject_Format(converted, spec);
    Py_DECREF(converted);
    return result;
}

PyObject *rt_str_join(PyThreadState *ts, PyObject *const *items, Py_ssize_t count) {
    (void)ts;
    return _PyUnicode_JoinArray(&_Py_STR(empty), items, count);
}

/* ---- starred items ---- */

int rt_list_extend(PyThreadState *ts, PyObject *list, PyObject *iterable) {
    PyObject *none = _PyList_Extend((PyListObject *)list, iterable);
    if (rt_likely(none != NULL)) {
        Py_DECREF(none);
        return 0;
    }
    if (_PyErr_ExceptionMatches(ts, PyExc_TypeError) && Py_TYPE(iterable)->tp_iter == NULL &&
        !PySequence_Check(iterable)) {
        _PyErr_Clear(ts);
        _PyErr_Format(ts, PyExc_TypeError, "Value after * must be an iterable, not %.200s",
                      Py_TYPE(iterable)->tp_name);
    }
    return -1;
}

int rt_dict_update(PyThreadState *ts, PyObject *dict, PyObject *mapping) {
    int status = PyDict_Update(dict, mapping);
    if (status < 0 && _PyErr_ExceptionMatches(ts, PyExc_AttributeError)) {
        _PyErr_Format(ts, PyExc_TypeError, "'%.200s' object is not a mapping",
                      Py_TYPE(mapping)->tp_name);
    }
    return status < 0 ? -1 : 0;
}

/* "f() argument after ** must be a mapping": `keys` was looked up in vain. */
static RT_COLD void raise_not_mapping(PyThreadState *ts, PyObject *callable, PyObject *mapping) {
    _PyErr_Clear(ts);
    PyObject *name = _PyObject_FunctionStr(callable);
    if (name != NULL) {
        _PyErr_Format(ts, PyExc_TypeError, "%U argument after ** must be a mapping, not %.200s",
                      name, Py_TYPE(mapping)->tp_name);
        Py_DECREF(name);
    }
}

/* "f() got multiple values for keyword argument": _PyDict_MergeEx reports a duplicate as a KeyError
 * whose value is the tuple of the key; a KeyError of the mapping itself stays as it is. */
static RT_COLD void raise_duplicate(PyThreadState *ts, PyObject *callable) {
    PyObject *type, *value, *traceback;
    _PyErr_Fetch(ts, &type, &value, &traceback);
    PyObject *args = RT_EXCEPTION_ARGS(value);
    if (args == NULL || !PyTuple_Check(args) || PyTuple_GET_SIZE(args) != 1) {
        _PyErr_Restore(ts, type, value, traceback);
        return;
    }
    PyObject *name = _PyObject_FunctionStr(callable);
    if (name != NULL) {
        _PyErr_Format(ts, PyExc_TypeError, "%U got multiple values for keyword argument '%S'", name,
                      PyTuple_GET_ITEM(args, 0));
        Py_DECREF(name);
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

int rt_dict_merge(PyThreadState *ts, PyObject *dict, PyObject *mapping, PyObject *callable) {
    if (rt_likely(_PyDict_MergeEx(dict, mapping, 2) >= 0)) {
        return 0;
    }
    if (_PyErr_ExceptionMatches(ts, PyExc_AttributeError)) {
        raise_not_mapping(ts, callable, mapping);
    } else if (_PyErr_ExceptionMatches(ts, PyExc_KeyError)) {
        raise_duplicate(ts, callable);
    }
    return -1;
}

/* ---- unpacking ---- */

static PyObject *unpack_iterator(PyThreadState *ts, PyObject *value) {
    PyObject *iterator = PyObject_GetIter(value);
    if (iterator == NULL && _PyErr_ExceptionMatches(ts, PyExc_TypeError) &&
        Py_TYPE(value)->tp_iter == NULL && !PySequence_Check(value)) {
        _PyErr_Format(ts, PyExc_TypeError, "cannot unpack non-iterable %.200s object",
                      Py_TYPE(value)->tp_name);
    }
    return iterator;
}

/* Takes items until `count` are there or the iterator ends; the number taken, which is less than
 * `count` then and when an exception is set. */
static int take_items(PyObject *iterator, PyObject **results, int count) {
    int taken = 0;
    while (taken < count && (results[taken] = PyIter_Next(iterator)) != NULL) {
        taken++;
    }
    return taken;
}

/* Drops in the order in which CPython pops them. */
static RT_COLD int give_up(PyObject *iterator, PyObject **results, int taken) {
    while (taken > 0) {
        Py_DECREF(results[--taken]);
    }
    Py_DECREF(iterator);
    return -1;
}

int rt_unpack_call(PyThreadState *ts, PyObject *value, PyObject **results, int count) {
    if (rt_guard(PyList_CheckExact(value) && PyList_GET_SIZE(value) == count)) {
        for (int i = 0; i < count; i++) {
            results[i] = Py_NewRef(PyList_GET_ITEM(value, i));
        }
        return 0;
    }
    PyObject *iterator = unpack_iterator(ts, value);
    if (iterator == NULL) {
        return -1;
    }
    int taken = take_items(iterator, results, count);
    if (taken < count) {
        if (!_PyErr_Occurred(ts)) {
            _PyErr_Format(ts, PyExc_ValueError, "not enough values to unpack (expected %d, got %d)",
                          count, taken);
        }
        return give_up(iterator, results, taken);
    }
    PyObject *extra = PyIter_Next(iterator);
    if (extra == NULL && !_PyErr_Occurred(ts)) {
        Py_DECREF(iterator);
        return 0;
    }
    if (extra != NULL) {
        Py_DECREF(extra);
        _PyErr_Format(ts, PyExc_ValueError, "too many values to unpack (expected %d)", count);
    }
    return give_up(iterator, results, taken);
}

int rt_unpack_ex(PyThreadState *ts, PyObject *value, PyObject **results, int before, int after) {
    PyObject *iterator = unpack_iterator(ts, value);
    if (iterator == NULL) {
        return -1;
    }
    int taken = take_items(iterator, results, before);
    if (taken < before) {
        if (!_PyErr_Occurred(ts)) {
            _PyErr_Format(ts, PyExc_ValueError,
                          "not enough values to unpack (expected at least %d, got %d)",
                          before + after, taken);
        }
        return give_up(iterator, results, taken);
    }
    PyObject *list = PySequence_List(iterator);
    if (list == NULL) {
        return give_up(iterator, results, taken);
    }
    results[taken++] = list;
    Py_ssize_t rest = PyList_GET_SIZE(list) - after;
    if (rest < 0) {
        _PyErr_Format(ts, PyExc_ValueError,
                      "not enough values to unpack (expected at least %d, got %zd)", before + after,
                      before + PyList_GET_SIZE(list));
        return give_up(iterator, results, taken);
    }
    /* The list's last items move out of it. */
    for (int i = 0; i < after; i++) {
        results[taken + i] = PyList_GET_ITEM(list, rest + i);
    }
    Py_SET_SIZE(list, rest);
    Py_DECREF(iterator);
    return 0;
}
