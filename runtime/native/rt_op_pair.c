/* Loops over pairs: `for k, v in d.items()`, `for i, x in enumerate(…)`, `for a, b in zip(…)`, and
 * lists of pairs.
 *
 * FOR_ITER and the UNPACK_SEQUENCE behind it in one: the two items without the way through a tuple.
 * These iterators give the same tuple out again while nobody else has it; it keeps the last items
 * alive, so it is filled here, too. Follows enum_next, zip_next and dictiter_iternextitem; whatever
 * is not the common case is left to them. */
#include "rt_dict.h"
#include "rt_frame.h"

/* The item of a zip or enumerate object's iterator, as its tp_iternext. */
static inline PyObject *next_of(PyObject *iterator) {
    PyObject *item = rt_list_next(iterator);
    return item != NULL ? item : Py_TYPE(iterator)->tp_iternext(iterator);
}

/* Has only the iterator this tuple? */
static inline bool is_own(PyObject *result) {
    return Py_REFCNT(result) == 1;
}

/* As those functions: the collector may have found that the tuple holds nothing for it. */
static inline void track(PyObject *result) {
    if (rt_unlikely(!_PyObject_GC_IS_TRACKED(result))) {
        _PyObject_GC_TRACK(result);
    }
}

PyObject *rt_pair_give(PyObject *holder, PyObject *first, PyObject *second, PyObject **pair) {
    PyObject *old_first = PyTuple_GET_ITEM(holder, 0), *old_second = PyTuple_GET_ITEM(holder, 1);
    pair[0] = Py_NewRef(first);
    pair[1] = Py_NewRef(second);
    PyTuple_SET_ITEM(holder, 0, first);
    PyTuple_SET_ITEM(holder, 1, second);
    rt_decref(old_first);
    rt_decref(old_second);
    return Py_NewRef(Py_None);
}

/* The same with the iterator's own tuple. A destructor of the last items may ask the same iterator,
 * which must not take the tuple for its own then. */
static PyObject *give(PyObject *result, PyObject *first, PyObject *second, PyObject **pair) {
    Py_INCREF(result);
    PyObject *given = rt_pair_give(result, first, second, pair);
    track(result);
    Py_DECREF(result);
    return given;
}

PyObject *rt_pair_of(PyObject *item, PyObject **pair) {
    if (rt_unlikely(!PyTuple_CheckExact(item) || PyTuple_GET_SIZE(item) != 2)) {
        return item;
    }
    pair[0] = Py_NewRef(PyTuple_GET_ITEM(item, 0));
    pair[1] = Py_NewRef(PyTuple_GET_ITEM(item, 1));
    Py_DECREF(item);
    return Py_NewRef(Py_None);
}

/* A dict that changed its size, an instance's own values and the end are left to CPython. */
static RT_NOINLINE PyObject *next_of_dict(PyThreadState *ts, PyObject *iterator, PyObject **pair) {
    RtDictItemIter *at = (RtDictItemIter *)iterator;
    PyDictObject *dict = at->dict;
    if (dict == NULL || at->used != dict->ma_used || dict->ma_values != NULL || at->left <= 0 ||
        !is_own(at->result)) {
        return rt_iter_next_call(ts, iterator);
    }
    Py_ssize_t position = at->position;
    RtEntry entry = rt_dict_next(dict, &position);
    if (rt_unlikely(entry.key == NULL)) {
        return rt_iter_next_call(ts, iterator);
    }
    at->position = position;
    at->left--;
    return give(at->result, Py_NewRef(entry.key), Py_NewRef(entry.value), pair);
}

/* An index in the upper half of its range is left to CPython, which goes on with larger ints. */
static RT_NOINLINE PyObject *next_of_enumerate(PyThreadState *ts, PyObject *iterator,
                                               PyObject **pair) {
    RtEnumerate *at = (RtEnumerate *)iterator;
    if (at->index > PY_SSIZE_T_MAX / 2) {
        return rt_iter_next_call(ts, iterator);
    }
    PyObject *item = next_of(at->iterator);
    if (item == NULL) {
        return rt_iter_ended(ts);
    }
    PyObject *index = rt_int_new(at->index);
    if (rt_unlikely(index == NULL)) {
        Py_DECREF(item);
        return NULL;
    }
    at->index++;
    if (rt_likely(is_own(at->result))) {
        return give(at->result, index, item, pair);
    }
    pair[0] = index; /* the tuple would be a new one, for us alone */
    pair[1] = item;
    return Py_NewRef(Py_None);
}

/* The items go into the tuple one by one: the first one stays there if there is no second one. */
static RT_NOINLINE PyObject *next_of_zip(PyThreadState *ts, PyObject *iterator, PyObject **pair) {
    const RtZip *at = (const RtZip *)iterator;
    PyObject *result = at->result;
    if (at->count != 2 || at->strict || !is_own(result)) {
        return rt_iter_next_call(ts, iterator);
    }
    Py_INCREF(result);
    for (Py_ssize_t i = 0; i < 2; i++) {
        PyObject *item = next_of(PyTuple_GET_ITEM(at->iterators, i));
        if (rt_unlikely(item == NULL)) {
            Py_DECREF(result);
            return rt_iter_ended(ts);
        }
        PyObject *old = PyTuple_GET_ITEM(result, i);
        PyTuple_SET_ITEM(result, i, item);
        rt_decref(old);
    }
    track(result);
    pair[0] = Py_NewRef(PyTuple_GET_ITEM(result, 0));
    pair[1] = Py_NewRef(PyTuple_GET_ITEM(result, 1));
    Py_DECREF(result);
    return Py_NewRef(Py_None);
}

PyObject *rt_pair_next_call(PyThreadState *ts, PyObject *iterator, PyObject **pair) {
    pair[0] = NULL;
    const PyTypeObject *type = rt_guard(true) ? Py_TYPE(iterator) : NULL;
    if (type == &PyDictIterItem_Type) {
        return next_of_dict(ts, iterator, pair);
    }
    if (type == &PyEnum_Type) {
        return next_of_enumerate(ts, iterator, pair);
    }
    if (type == &PyZip_Type) {
        return next_of_zip(ts, iterator, pair);
    }
    PyObject *item = rt_list_next(iterator);
    if (item != NULL) {
        return rt_pair_of(item, pair);
    }
    return rt_iter_next_call(ts, iterator);
}
