/* Items and slices of the built-in containers by the shortest way, others through their slots.
 *
 * Follows PyObject_GetItem, PyObject_SetItem, list_subscript, tuple_subscript, dict_subscript,
 * unicode_subscript, list_ass_subscript. */
#include "rt_array.h"
#include "rt_dict.h"
#include "rt_frame.h"

/* ---- items ---- */

/* A bound or step that cannot run Python code: None or an exact int of at most one digit. */
static bool plain_index(PyObject *object, Py_ssize_t when_none, Py_ssize_t *out) {
    if (object == Py_None) {
        *out = when_none;
        return true;
    }
    if (!rt_guard(rt_is_digit(object))) {
        return false;
    }
    *out = (Py_ssize_t)rt_digit(object);
    return true;
}

/* list[start:stop:step] as list_subscript makes it. NULL without an exception: take the long way.
 */
static PyObject *stepped_slice(PyListObject *list, PySliceObject *slice) {
    Py_ssize_t start, stop, step;
    if (!plain_index(slice->step, 1, &step) || step == 0 ||
        !plain_index(slice->start, step < 0 ? PY_SSIZE_T_MAX : 0, &start) ||
        !plain_index(slice->stop, step < 0 ? PY_SSIZE_T_MIN : PY_SSIZE_T_MAX, &stop)) {
        return NULL;
    }
    Py_ssize_t count = PySlice_AdjustIndices(Py_SIZE(list), &start, &stop, step);
    PyObject *result = PyList_New(count);
    for (Py_ssize_t i = 0; result != NULL && i < count; i++) {
        PyList_SET_ITEM(result, i, Py_NewRef(PyList_GET_ITEM(list, start + i * step)));
    }
    return result;
}

/* As unicode_char. */
static inline PyObject *character(Py_UCS4 code) {
    return rt_likely(code < 128) ? Py_NewRef(&_Py_SINGLETON(strings).ascii[code])
                                 : PyUnicode_FromOrdinal((int)code);
}

PyObject *rt_item_at(PyObject *container, int64_t index) {
    PyTypeObject *type = Py_TYPE(container);
    if (rt_guard(type == &PyTuple_Type)) {
        Py_ssize_t at = rt_place(index, PyTuple_GET_SIZE(container));
        return at >= 0 ? Py_NewRef(PyTuple_GET_ITEM(container, at)) : NULL;
    }
    if (rt_guard(type == &PyUnicode_Type && PyUnicode_IS_READY(container))) {
        Py_ssize_t at = rt_place(index, PyUnicode_GET_LENGTH(container));
        return at >= 0 ? character(PyUnicode_READ_CHAR(container, at)) : NULL;
    }
    if (rt_guard(type == &PyBytes_Type)) {
        Py_ssize_t at = rt_place(index, PyBytes_GET_SIZE(container));
        return at >= 0 ? rt_int_new((uint8_t)PyBytes_AS_STRING(container)[at]) : NULL;
    }
    return rt_array_get(container, index);
}

/* Apart from each other, so that what most items need saves no registers. */
static RT_NOINLINE PyObject *dict_item(PyThreadState *ts, PyObject *dict, PyObject *key) {
    PyObject *value = rt_dict_get(dict, key);
    if (rt_likely(value != NULL)) {
        return Py_NewRef(value);
    }
    if (!_PyErr_Occurred(ts)) {
        _PyErr_SetKeyError(key);
    }
    return NULL;
}

/* What rt_item_at knows, and everything else that is no class of Python code. */
static RT_NOINLINE PyObject *plain_item(PyObject *container, PyObject *key) {
    PyObject *item = rt_is_digit(key) ? rt_item_at(container, rt_digit(key)) : NULL;
    return item != NULL || PyErr_Occurred() ? item : PyObject_GetItem(container, key);
}

static RT_NOINLINE PyObject *list_item(PyObject *list, PyObject *key) {
    PyObject *item = rt_list_item(list, key);
    if (item == NULL && PySlice_Check(key)) {
        item = stepped_slice((PyListObject *)list, (PySliceObject *)key);
        if (item == NULL && PyErr_Occurred()) {
            return NULL;
        }
    }
    return item != NULL ? item : PyObject_GetItem(list, key);
}

/* Slots of classes with a __getitem__ or __setitem__ of Python code: static in typeobject.c, known
 * once such a class was met. */
static binaryfunc getitem_slot;
static objobjargproc setitem_slot;

/* The function with native code that is a class's `__getitem__` or `__setitem__`: what is in the
 * slot then calls it, update_one_slot sees to that. Borrowed, or NULL. */
static inline PyObject *own_function(const PyTypeObject *type, PyObject *name) {
    if ((type->tp_flags & (Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_IMMUTABLETYPE)) !=
        Py_TPFLAGS_HEAPTYPE) {
        return NULL;
    }
    PyObject *function = _PyType_Lookup((PyTypeObject *)type, name);
    return rt_guard(function != NULL && Py_IS_TYPE(function, &rt_function_type)) &&
                   rt_calls_itself((PyFunctionObject *)function)
               ? function
               : NULL;
}

static inline PyObject *own_getitem(const PyTypeObject *type) {
    const PyMappingMethods *slots = type->tp_as_mapping;
    if (slots == NULL || (getitem_slot != NULL && slots->mp_subscript != getitem_slot)) {
        return NULL;
    }
    PyObject *function = own_function(type, &_Py_ID(__getitem__));
    if (function != NULL) {
        getitem_slot = slots->mp_subscript;
    }
    return function;
}

static inline PyObject *own_setitem(const PyTypeObject *type) {
    const PyMappingMethods *slots = type->tp_as_mapping;
    if (slots == NULL || (setitem_slot != NULL && slots->mp_ass_subscript != setitem_slot)) {
        return NULL;
    }
    PyObject *function = own_function(type, &_Py_ID(__setitem__));
    if (function != NULL) {
        setitem_slot = slots->mp_ass_subscript;
    }
    return function;
}

/* Items of dict's subclasses are those of dict where these do not say otherwise: defaultdicts. What
 * is missing is theirs again. */
static inline bool is_like_dict(PyTypeObject *type) {
    return (type->tp_flags & Py_TPFLAGS_DICT_SUBCLASS) &&
           type->tp_as_mapping->mp_subscript == PyDict_Type.tp_as_mapping->mp_subscript;
}

static inline bool is_set_like_dict(PyTypeObject *type) {
    return (type->tp_flags & Py_TPFLAGS_DICT_SUBCLASS) &&
           type->tp_as_mapping->mp_ass_subscript == PyDict_Type.tp_as_mapping->mp_ass_subscript;
}

static RT_NOINLINE PyObject *other_item(PyObject *container, PyObject *key) {
    if (rt_guard(is_like_dict(Py_TYPE(container)))) {
        PyObject *value = rt_dict_get(container, key);
        if (value != NULL || PyErr_Occurred()) {
            return Py_XNewRef(value);
        }
    }
    PyObject *function = own_getitem(Py_TYPE(container));
    if (function != NULL) {
        rt_c_exempt(_PyThreadState_GET());
        PyObject *result =
            rt_function_vectorcall(function, (PyObject *[]){container, key}, 2, NULL);
        rt_c_exempt_end(_PyThreadState_GET());
        return result;
    }
    return plain_item(container, key);
}

PyObject *rt_item_get_call(PyThreadState *ts, PyObject *container, PyObject *key) {
    PyTypeObject *type = Py_TYPE(container);
    if (rt_guard(type == &PyDict_Type)) {
        return dict_item(ts, container, key);
    }
    if (type == &PyList_Type) {
        return list_item(container, key);
    }
    if (type == &PyTuple_Type) {
        Py_ssize_t index = rt_position(key, PyTuple_GET_SIZE(container));
        if (rt_likely(index >= 0)) {
            return Py_NewRef(PyTuple_GET_ITEM(container, index));
        }
    }
    if (type == &PyUnicode_Type) {
        return plain_item(container, key);
    }
    return other_item(container, key);
}

static RT_NOINLINE int other_item_set(PyObject *container, PyObject *key, PyObject *value) {
    if (rt_guard(is_set_like_dict(Py_TYPE(container)))) {
        return rt_dict_set(container, key, value);
    }
    PyObject *function = own_setitem(Py_TYPE(container));
    if (function != NULL) {
        PyObject *args[] = {container, key, value};
        PyObject *result = rt_function_vectorcall(function, args, 3, NULL);
        Py_XDECREF(result);
        return result == NULL ? -1 : 0;
    }
    if (rt_is_digit(key) && rt_array_set(container, rt_digit(key), value, 0)) {
        return 0;
    }
    return PyObject_SetItem(container, key, value) != 0 ? -1 : 0;
}

int rt_item_set_call(PyThreadState *ts, PyObject *container, PyObject *key, PyObject *value) {
    (void)ts;
    if (rt_guard(PyDict_CheckExact(container))) {
        return rt_dict_set(container, key, value);
    }
    if (PyList_CheckExact(container) && rt_list_set_item(container, key, value)) {
        return 0;
    }
    return other_item_set(container, key, value);
}

/* ---- slices ---- */

/* A bound within a sequence of `size` items. */
static bool plain_bound(PyObject *bound, Py_ssize_t when_none, Py_ssize_t size, Py_ssize_t *out) {
    Py_ssize_t value;
    if (!plain_index(bound, when_none, &value)) {
        return false;
    }
    if (value < 0) {
        value += size;
        value = value < 0 ? 0 : value;
    }
    *out = value < size ? value : size;
    return true;
}

/* Both bounds within a sequence of `size` items, *start <= *stop. False: take the long way. */
static bool plain_bounds(PyObject *start, PyObject *stop, Py_ssize_t size, Py_ssize_t *first,
                         Py_ssize_t *last) {
    if (!plain_bound(start, 0, size, first) || !plain_bound(stop, size, size, last)) {
        return false;
    }
    *last = *last < *first ? *first : *last;
    return true;
}

PyObject *rt_slice_get(PyThreadState *ts, PyObject *container, PyObject *start, PyObject *stop) {
    (void)ts;
    PyTypeObject *type = Py_TYPE(container);
    Py_ssize_t first, last;
    if (type == &PyList_Type) {
        if (plain_bounds(start, stop, PyList_GET_SIZE(container), &first, &last)) {
            return PyList_GetSlice(container, first, last);
        }
    } else if (type == &PyTuple_Type) {
        if (plain_bounds(start, stop, PyTuple_GET_SIZE(container), &first, &last)) {
            return PyTuple_GetSlice(container, first, last);
        }
    } else if (type == &PyUnicode_Type && PyUnicode_IS_READY(container)) {
        if (plain_bounds(start, stop, PyUnicode_GET_LENGTH(container), &first, &last)) {
            return PyUnicode_Substring(container, first, last);
        }
    }
    PyObject *slice = PySlice_New(start, stop, NULL);
    if (slice == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_GetItem(container, slice);
    Py_DECREF(slice);
    return result;
}

int rt_slice_set(PyThreadState *ts, PyObject *container, PyObject *start, PyObject *stop,
                 PyObject *value) {
    (void)ts;
    Py_ssize_t first, last;
    /* Whether iterating or the bounds come first, and what an error says, differs by version. */
    bool items = PyList_CheckExact(value) || PyTuple_CheckExact(value);
    if (PyList_CheckExact(container) && items &&
        plain_bounds(start, stop, PyList_GET_SIZE(container), &first, &last)) {
        return PyList_SetSlice(container, first, last, value);
    }
    PyObject *slice = PySlice_New(start, stop, NULL);
    if (slice == NULL) {
        return -1;
    }
    int status = PyObject_SetItem(container, slice, value) != 0 ? -1 : 0;
    Py_DECREF(slice);
    return status;
}

/* As many items as it replaces: they change places, and those that were replaced die with `value`,
 * the last one first as list_ass_slice drops them. */
static bool exchange_items(PyObject *container, PyObject *start, PyObject *stop, PyObject *value) {
    Py_ssize_t first, last;
    if (container == value || !rt_guard(Py_REFCNT(value) == 1) || !PyList_CheckExact(value) ||
        !plain_bounds(start, stop, PyList_GET_SIZE(container), &first, &last) ||
        last - first != PyList_GET_SIZE(value)) {
        return false;
    }
    PyObject **into = ((PyListObject *)container)->ob_item + first;
    PyObject **from = ((PyListObject *)value)->ob_item;
    for (Py_ssize_t i = 0; i < last - first; i++) {
        PyObject *old = into[i];
        into[i] = from[i];
        from[i] = old;
    }
    return true;
}

int rt_slice_put(PyThreadState *ts, PyObject *container, PyObject *start, PyObject *stop,
                 PyObject *value) {
    int status = 0;
    if (!PyList_CheckExact(container) || !exchange_items(container, start, stop, value)) {
        status = rt_slice_set(ts, container, start, stop, value);
    }
    Py_DECREF(value);
    return status;
}
