/* Loops without iterator objects.
 *
 * Each kind gives what CPython's iterator would give, at the same time and with the same errors:
 * listiter_next, tupleiter_next, dictiter_iternextkey and its two siblings, setiter_iternext,
 * rangeiter_next, enum_next, zip_next. An iterator that has ended drops what it iterated over; here
 * the loop does, right behind. Lengths are read again for each item. */
#include "rt_dict.h"
#include "rt_frame.h"
#include "rt_spare.h"

PyObject rt_loop_made = RT_OBJECT_INIT(&PyBaseObject_Type);

/* ---- GET_ITER ---- */

/* What the iterator's variable holds in loops over pairs; `other` may be NULL. The collector does
 * not see it, like all that only C variables hold. */
static PyObject *hold(PyObject *over, PyObject *other) {
    PyObject *held = PyTuple_New(other != NULL ? RT_LOOP_OTHER + 1 : RT_LOOP_OTHER);
    if (held != NULL) {
        _PyObject_GC_UNTRACK(held);
        PyTuple_SET_ITEM(held, RT_LOOP_FIRST, Py_NewRef(Py_None));
        PyTuple_SET_ITEM(held, RT_LOOP_SECOND, Py_NewRef(Py_None));
        PyTuple_SET_ITEM(held, RT_LOOP_OVER, Py_NewRef(over));
        if (other != NULL) {
            PyTuple_SET_ITEM(held, RT_LOOP_OTHER, Py_NewRef(other));
        }
    }
    return held;
}

static void over_dict(RtLoop *loop, PyDictObject *dict) {
    loop->at = 0;
    loop->dict = dict;
    loop->end = loop->more = dict->ma_used;
}

/* How to loop over the value without its iterator. Classes that inherit __iter__ from these types
 * have the iterators of these types. */
static RtLoopKind start(PyObject *value, RtLoop *loop) {
    getiterfunc iter = Py_TYPE(value)->tp_iter;
    loop->at = 0;
    if (iter == PyList_Type.tp_iter) {
        return RT_LOOP_LIST;
    }
    if (iter == PyTuple_Type.tp_iter) {
        return RT_LOOP_TUPLE;
    }
    if (iter == PySet_Type.tp_iter) { /* frozenset's is the same */
        loop->more = PySet_GET_SIZE(value);
        return RT_LOOP_SET;
    }
    if (iter == PyDict_Type.tp_iter) {
        over_dict(loop, (PyDictObject *)value);
        return RT_LOOP_KEYS;
    }
    if (iter == PyDictKeys_Type.tp_iter) {
        over_dict(loop, ((_PyDictViewObject *)value)->dv_dict);
        return RT_LOOP_KEYS;
    }
    if (iter == PyDictValues_Type.tp_iter) {
        over_dict(loop, ((_PyDictViewObject *)value)->dv_dict);
        return RT_LOOP_VALUES;
    }
    return RT_LOOP_ITERATOR;
}

PyObject *rt_iter(PyThreadState *ts, PyObject *value, RtLoop *loop) {
    (void)ts;
    if (loop == NULL) {
        return Py_TYPE(value)->tp_iter == PyList_Type.tp_iter ? rt_list_iterator(value)
                                                              : PyObject_GetIter(value);
    }
    if (value == &rt_loop_made) {
        return loop->held;
    }
    loop->kind = rt_guard(true) ? start(value, loop) : RT_LOOP_ITERATOR;
    return loop->kind != RT_LOOP_ITERATOR ? Py_NewRef(value) : PyObject_GetIter(value);
}

PyObject *rt_pair_iter(PyThreadState *ts, PyObject *value, RtLoop *loop) {
    if (loop == NULL || !rt_guard(PyObject_TypeCheck(value, &PyDictItems_Type))) {
        return rt_iter(ts, value, loop);
    }
    loop->kind = RT_LOOP_ITEMS;
    over_dict(loop, ((_PyDictViewObject *)value)->dv_dict);
    return hold(value, NULL);
}

/* ---- calls whose result is only looped over ---- */

/* The end of such a call: `held` is taken over, or NULL with an exception. */
static PyObject *made(PyThreadState *ts, PyObject *held, PyObject *const *items, Py_ssize_t count,
                      RtLoop *loop) {
    rt_drop_arguments(items, count, NULL);
    PyObject *result = held != NULL ? rt_polled(ts, Py_NewRef(&rt_loop_made)) : NULL;
    if (rt_unlikely(result == NULL)) {
        Py_XDECREF(held);
    }
    loop->held = held;
    return result;
}

/* As get_len_of_range. */
static int64_t range_length(int64_t start, int64_t stop, int64_t step) {
    if (step > 0) {
        return start < stop ? 1 + (stop - start - 1) / step : 0;
    }
    return start > stop ? 1 + (start - stop - 1) / -step : 0;
}

/* The range object would go through a dozen int objects for its length, and die at once. */
PyObject *rt_call_range(PyThreadState *ts, PyObject *callable, RtLoop *loop, PyObject *const *items,
                        Py_ssize_t count, RtCallSite *site) {
    bool plain = rt_guard(callable == (PyObject *)&PyRange_Type);
    for (Py_ssize_t i = 0; i < count; i++) {
        plain = plain && rt_is_digit(items[i]);
    }
    int64_t step = plain && count == 3 ? rt_digit(items[2]) : 1;
    if (!plain || step == 0) {
        return rt_call(ts, callable, items, count, site);
    }
    int64_t start = count > 1 ? rt_digit(items[0]) : 0;
    int64_t length = range_length(start, rt_digit(items[count > 1]), step);
    if (loop != NULL) {
        loop->kind = RT_LOOP_RANGE;
        loop->at = start;
        loop->more = step;
        loop->end = start + length * step;
        return made(ts, Py_NewRef(&rt_loop_made), items, count, loop);
    }
    RtRangeIter *result = PyObject_New(RtRangeIter, &PyRangeIter_Type);
    if (result != NULL) {
        RT_RANGE_SET(result, start, step, length);
    }
    rt_drop_arguments(items, count, NULL);
    return rt_polled(ts, (PyObject *)result);
}

static bool is_sequence(PyObject *value) {
    return PyList_CheckExact(value) || PyTuple_CheckExact(value);
}

PyObject *rt_call_enumerate(PyThreadState *ts, PyObject *callable, RtLoop *loop,
                            PyObject *const *items, Py_ssize_t count, RtCallSite *site) {
    if (!rt_guard(callable == (PyObject *)&PyEnum_Type && is_sequence(items[0]) &&
                  (count == 1 || rt_is_digit(items[1])))) {
        return rt_call(ts, callable, items, count, site);
    }
    loop->kind = RT_LOOP_ENUMERATE;
    loop->at = 0;
    loop->more = count == 1 ? 0 : rt_digit(items[1]);
    return made(ts, hold(items[0], NULL), items, count, loop);
}

PyObject *rt_call_zip(PyThreadState *ts, PyObject *callable, RtLoop *loop, PyObject *const *items,
                      Py_ssize_t count, RtCallSite *site) {
    if (!rt_guard(callable == (PyObject *)&PyZip_Type && is_sequence(items[0]) &&
                  is_sequence(items[1]))) {
        return rt_call(ts, callable, items, count, site);
    }
    loop->kind = RT_LOOP_ZIP;
    loop->at = 0;
    return made(ts, hold(items[0], items[1]), items, count, loop);
}

/* ---- FOR_ITER ---- */

/* Has the dict another entry than at first, or as many but others? That is an error. */
static RT_NOINLINE RtEntry refuse(PyThreadState *ts, const char *message) {
    _PyErr_SetString(ts, PyExc_RuntimeError, message);
    return (RtEntry){NULL, NULL};
}

static inline RtEntry next_entry(PyThreadState *ts, RtLoop *loop) {
    if (rt_unlikely(loop->dict->ma_used != loop->more)) {
        return refuse(ts, "dictionary changed size during iteration");
    }
    RtEntry entry = rt_dict_next(loop->dict, &loop->at);
    if (entry.key != NULL && rt_unlikely(loop->end-- == 0)) {
        return refuse(ts, "dictionary keys changed during iteration");
    }
    return entry;
}

static RT_NOINLINE PyObject *next_of_set(PyThreadState *ts, PyObject *set, RtLoop *loop) {
    if (rt_unlikely(PySet_GET_SIZE(set) != loop->more)) {
        loop->more = -1; /* from now on */
        _PyErr_SetString(ts, PyExc_RuntimeError, "Set changed size during iteration");
        return NULL;
    }
    return Py_XNewRef(rt_set_next((PySetObject *)set, &loop->at));
}

/* In place of what the variable held at this index; it is dropped. */
static inline void replace(PyObject *held, int index, PyObject *value) {
    PyObject *old = PyTuple_GET_ITEM(held, index);
    PyTuple_SET_ITEM(held, index, value);
    rt_decref(old);
}

/* A new reference; at the end the list or tuple is dropped at once, as its iterator does. */
static PyObject *item_of(PyObject *held, int index, RtLoop *loop) {
    PyObject *sequence = PyTuple_GET_ITEM(held, index);
    if (rt_likely(PyList_CheckExact(sequence))) {
        if (rt_likely(loop->at < PyList_GET_SIZE(sequence))) {
            return Py_NewRef(PyList_GET_ITEM(sequence, loop->at));
        }
    } else if (rt_likely(loop->at < PyTuple_GET_SIZE(sequence))) {
        return Py_NewRef(PyTuple_GET_ITEM(sequence, loop->at));
    }
    replace(held, index, Py_NewRef(Py_None));
    return NULL;
}

static RT_NOINLINE PyObject *next_of_items(PyThreadState *ts, PyObject *held, RtLoop *loop,
                                           PyObject **pair) {
    RtEntry entry = next_entry(ts, loop);
    if (rt_likely(entry.key != NULL)) {
        return rt_pair_give(held, Py_NewRef(entry.key), Py_NewRef(entry.value), pair);
    }
    if (!RT_RAISED(ts)) {
        replace(held, RT_LOOP_OVER, Py_NewRef(Py_None));
    }
    return NULL;
}

static RT_NOINLINE PyObject *next_of_enumerate(PyObject *held, RtLoop *loop, PyObject **pair) {
    PyObject *item = item_of(held, RT_LOOP_OVER, loop);
    PyObject *index = item != NULL ? rt_int_new(loop->more + loop->at) : NULL;
    if (rt_unlikely(index == NULL)) {
        Py_XDECREF(item);
        return NULL;
    }
    loop->at++;
    return rt_pair_give(held, index, item, pair);
}

/* The first item is in its place before the second one is asked for. */
static RT_NOINLINE PyObject *next_of_zip(PyObject *held, RtLoop *loop, PyObject **pair) {
    PyObject *first = item_of(held, RT_LOOP_OVER, loop);
    if (first == NULL) {
        return NULL;
    }
    replace(held, RT_LOOP_FIRST, first);
    PyObject *second = item_of(held, RT_LOOP_OTHER, loop);
    if (second == NULL) {
        return NULL;
    }
    loop->at++;
    replace(held, RT_LOOP_SECOND, second);
    pair[0] = Py_NewRef(first);
    pair[1] = Py_NewRef(second);
    return Py_NewRef(Py_None);
}

PyObject *rt_loop_next(PyThreadState *ts, PyObject *over, RtLoop *loop) {
    switch (loop->kind) {
    case RT_LOOP_RANGE:
        if (loop->at == loop->end) {
            return NULL;
        }
        loop->at += loop->more;
        return rt_int_new(loop->at - loop->more);
    case RT_LOOP_LIST:
        return loop->at < PyList_GET_SIZE(over) ? Py_NewRef(PyList_GET_ITEM(over, loop->at++))
                                                : NULL;
    case RT_LOOP_TUPLE:
        return loop->at < PyTuple_GET_SIZE(over) ? Py_NewRef(PyTuple_GET_ITEM(over, loop->at++))
                                                 : NULL;
    case RT_LOOP_SET: return next_of_set(ts, over, loop);
    case RT_LOOP_KEYS: return Py_XNewRef(next_entry(ts, loop).key);
    case RT_LOOP_VALUES: return Py_XNewRef(next_entry(ts, loop).value);
    default: return rt_iter_next_call(ts, over);
    }
}

static RT_NOINLINE PyObject *next_as_pair(PyThreadState *ts, PyObject *over, RtLoop *loop,
                                          PyObject **pair) {
    PyObject *item = rt_loop_next(ts, over, loop);
    return item != NULL ? rt_pair_of(item, pair) : NULL;
}

PyObject *rt_loop_next_pair(PyThreadState *ts, PyObject *over, RtLoop *loop, PyObject **pair) {
    pair[0] = NULL;
    switch (loop->kind) {
    case RT_LOOP_ITERATOR: return rt_pair_next_call(ts, over, pair);
    case RT_LOOP_ITEMS: return next_of_items(ts, over, loop, pair);
    case RT_LOOP_ENUMERATE: return next_of_enumerate(over, loop, pair);
    case RT_LOOP_ZIP: return next_of_zip(over, loop, pair);
    default: return next_as_pair(ts, over, loop, pair);
    }
}
