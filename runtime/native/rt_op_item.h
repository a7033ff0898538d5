/* Items and slices: container[key], container[start:stop]. */
#ifndef PYC2C_RUNTIME_RT_OP_ITEM_H
#define PYC2C_RUNTIME_RT_OP_ITEM_H

#include "rt_op_python.h"

/* The position that an index means in a sequence of `size` items, negative ones counted from the
 * end; -1 when it is none. */
RT_INLINE Py_ssize_t rt_place(int64_t index, Py_ssize_t size) {
    index += index < 0 ? size : 0;
    return rt_likely((size_t)index < (size_t)size) ? index : -1;
}

/* The same for an exact int of at most one digit; -1 for another key. */
RT_INLINE Py_ssize_t rt_position(PyObject *key, Py_ssize_t size) {
    if (rt_likely(rt_guard(PyLong_CheckExact(key) && RT_LONG_IS_DIGIT(key)))) {
        return rt_place((Py_ssize_t)RT_LONG_DIGIT(key), size);
    }
    return -1;
}

/* New reference; NULL without an exception when `key` is no plain position in `list`. */
RT_INLINE PyObject *rt_list_item(PyObject *list, PyObject *key) {
    Py_ssize_t index = rt_position(key, PyList_GET_SIZE(list));
    return rt_likely(index >= 0) ? Py_NewRef(PyList_GET_ITEM(list, index)) : NULL;
}

/* False, with nothing changed, when `key` is no plain position in `list`. */
RT_INLINE bool rt_list_set_item(PyObject *list, PyObject *key, PyObject *value) {
    Py_ssize_t index = rt_position(key, PyList_GET_SIZE(list));
    if (rt_unlikely(index < 0)) {
        return false;
    }
    PyObject *old = PyList_GET_ITEM(list, index);
    PyList_SET_ITEM(list, index, Py_NewRef(value));
    Py_DECREF(old);
    return true;
}

/* Of a tuple, str or bytes: new reference. NULL, mostly without an exception: take the long way. */
PyObject *rt_item_at(PyObject *container, int64_t index);

PyObject *rt_item_get_call(PyThreadState *ts, PyObject *container, PyObject *key);

RT_INLINE PyObject *rt_item_get_inline(PyThreadState *ts, PyObject *container, PyObject *key) {
    if (rt_likely(PyList_CheckExact(container))) {
        PyObject *item = rt_list_item(container, key);
        if (rt_likely(item != NULL)) {
            return item;
        }
    }
    return rt_item_get_call(ts, container, key);
}

/* BINARY_SUBSCR (PyObject_GetItem). */
#define rt_item_get(ts, container, key)                                                            \
    (RT_HOT ? rt_item_get_inline(ts, container, key) : rt_item_get_call(ts, container, key))

int rt_item_set_call(PyThreadState *ts, PyObject *container, PyObject *key, PyObject *value);

RT_INLINE int rt_item_set_inline(PyThreadState *ts, PyObject *container, PyObject *key,
                                 PyObject *value) {
    if (rt_likely(PyList_CheckExact(container)) &&
        rt_likely(rt_list_set_item(container, key, value))) {
        return 0;
    }
    return rt_item_set_call(ts, container, key, value);
}

/* STORE_SUBSCR (PyObject_SetItem). */
#define rt_item_set(ts, container, key, value)                                                     \
    (RT_HOT ? rt_item_set_inline(ts, container, key, value)                                        \
            : rt_item_set_call(ts, container, key, value))

RT_INLINE int rt_item_del(PyThreadState *ts, PyObject *container, PyObject *key) {
    (void)ts;
    return PyObject_DelItem(container, key) != 0 ? -1 : 0;
}

/* container[start:stop] and its assignment, without the slice object where nobody can see it. */
PyObject *rt_slice_get(PyThreadState *ts, PyObject *container, PyObject *start, PyObject *stop);
int rt_slice_set(PyThreadState *ts, PyObject *container, PyObject *start, PyObject *stop,
                 PyObject *value);

/* The same; takes over `value`. */
int rt_slice_put(PyThreadState *ts, PyObject *container, PyObject *start, PyObject *stop,
                 PyObject *value);

#endif
