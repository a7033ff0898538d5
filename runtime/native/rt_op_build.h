/* Displays, comprehensions, f-strings, unpacking. */
#ifndef PYC2C_RUNTIME_RT_OP_BUILD_H
#define PYC2C_RUNTIME_RT_OP_BUILD_H

#include "rt_op_python.h"

/* ---- displays ---- */

/* Take over the references of all items, also when they fail. */
RT_INLINE PyObject *rt_tuple_new(PyThreadState *ts, PyObject *const *items, Py_ssize_t count) {
    (void)ts;
    return _PyTuple_FromArraySteal(items, count);
}

PyObject *rt_list_new(PyThreadState *ts, PyObject *const *items, Py_ssize_t count);
PyObject *rt_set_new(PyThreadState *ts, PyObject *const *items, Py_ssize_t count);
/* items: key, value, key, value… */
PyObject *rt_dict_new(PyThreadState *ts, PyObject *const *items, Py_ssize_t count);
/* keys: a tuple of `count` constants. */
PyObject *rt_dict_const(PyThreadState *ts, PyObject *keys, PyObject *const *items,
                        Py_ssize_t count);

RT_INLINE PyObject *rt_slice_new(PyThreadState *ts, PyObject *start, PyObject *stop,
                                 PyObject *step) {
    (void)ts;
    return PySlice_New(start, stop, step);
}

RT_INLINE PyObject *rt_list_tuple(PyThreadState *ts, PyObject *list) {
    (void)ts;
    return PyList_AsTuple(list);
}

/* ---- f-strings ---- */

/* FORMAT_VALUE. spec may be NULL; conversion: FVC_NONE, FVC_STR, FVC_REPR, FVC_ASCII. */
PyObject *rt_format(PyThreadState *ts, PyObject *value, PyObject *spec, int conversion);
/* CONVERT_VALUE, a step of its own from 3.13 on. */
#define rt_convert(ts, value, conversion)                                                          \
    ((conversion) == FVC_STR    ? PyObject_Str(value)                                              \
     : (conversion) == FVC_REPR ? PyObject_Repr(value)                                             \
                                : PyObject_ASCII(value))
PyObject *rt_str_join(PyThreadState *ts, PyObject *const *items, Py_ssize_t count);

/* ---- comprehensions: the container is exactly a list, set or dict ---- */

/* Takes over `item`. */
RT_INLINE int rt_list_append(PyThreadState *ts, PyObject *list, PyObject *item) {
    (void)ts;
    return _PyList_AppendTakeRef((PyListObject *)list, item);
}

RT_INLINE int rt_set_add(PyThreadState *ts, PyObject *set, PyObject *item) {
    (void)ts;
    return PySet_Add(set, item);
}

RT_INLINE int rt_dict_add(PyThreadState *ts, PyObject *dict, PyObject *key, PyObject *value) {
    (void)ts;
    return PyDict_SetItem(dict, key, value);
}

/* ---- starred items ---- */

int rt_list_extend(PyThreadState *ts, PyObject *list, PyObject *iterable);
RT_INLINE int rt_set_update(PyThreadState *ts, PyObject *set, PyObject *iterable) {
    (void)ts;
    return _PySet_Update(set, iterable);
}
int rt_dict_update(PyThreadState *ts, PyObject *dict, PyObject *mapping);
int rt_dict_merge(PyThreadState *ts, PyObject *dict, PyObject *mapping, PyObject *callable);

/* ---- unpacking ---- */

int rt_unpack_call(PyThreadState *ts, PyObject *value, PyObject **results, int count);

/* UNPACK_SEQUENCE. On success 0 and `count` new references in results, first item first. */
RT_INLINE int rt_unpack(PyThreadState *ts, PyObject *value, PyObject **results, int count) {
    if (rt_likely(rt_guard(PyTuple_CheckExact(value) && PyTuple_GET_SIZE(value) == count))) {
        for (int i = 0; i < count; i++) {
            results[i] = Py_NewRef(PyTuple_GET_ITEM(value, i));
        }
        return 0;
    }
    return rt_unpack_call(ts, value, results, count);
}

/* UNPACK_EX: `before` items, a list, `after` items. */
int rt_unpack_ex(PyThreadState *ts, PyObject *value, PyObject **results, int before, int after);

#endif
