/* Iteration, awaiting and sending. */
#ifndef PYC2C_RUNTIME_RT_OP_ITER_H
#define PYC2C_RUNTIME_RT_OP_ITER_H

#include "rt_loop.h"
#include "rt_op_build.h"
#include "rt_op_number.h"

/* A tp_iternext gave NULL: with an exception only if that is no StopIteration. Returns NULL. */
PyObject *rt_iter_ended(PyThreadState *ts);

PyObject *rt_iter_next_call(PyThreadState *ts, PyObject *iterator);
/* The same, where the iterator is likely to be a range's. */
PyObject *rt_range_next_call(PyThreadState *ts, PyObject *iterator);

/* The next item of a list's iterator, a new reference; NULL at its end, and of other iterators. */
RT_INLINE PyObject *rt_list_next(PyObject *iterator) {
    if (rt_likely(rt_guard(Py_IS_TYPE(iterator, &PyListIter_Type)))) {
        RtListIter *at = (RtListIter *)iterator;
        if (rt_likely(at->list != NULL && at->index < PyList_GET_SIZE(at->list))) {
            return Py_NewRef(PyList_GET_ITEM(at->list, at->index++));
        }
    }
    return NULL;
}

/* The next item of a list; NULL at its end, and of everything else. `loop`: NULL, or that of the
 * iterator's variable (rt_loop.h). */
RT_INLINE PyObject *rt_listed_next(PyObject *iterator, RtLoop *loop) {
    return loop != NULL ? rt_loop_list_next(iterator, loop) : rt_list_next(iterator);
}

RT_INLINE PyObject *rt_iter_next_outlined(PyThreadState *ts, PyObject *iterator, RtLoop *loop) {
    return loop != NULL ? rt_loop_next(ts, iterator, loop) : rt_iter_next_call(ts, iterator);
}

RT_INLINE PyObject *rt_iter_next_inline(PyThreadState *ts, PyObject *iterator, RtLoop *loop) {
    PyObject *item = rt_listed_next(iterator, loop);
    return rt_likely(item != NULL) ? item : rt_iter_next_outlined(ts, iterator, loop);
}

/* FOR_ITER: the next item; NULL when there is none, with an exception only if that is no
 * StopIteration. */
#define rt_iter_next(ts, iterator, loop)                                                           \
    (RT_HOT ? rt_iter_next_inline(ts, iterator, loop) : rt_iter_next_outlined(ts, iterator, loop))

/* rt_op_pair.c: FOR_ITER in front of UNPACK_SEQUENCE 2. As rt_iter_next, but an item that is a pair
 * may come as its two items, new references in pair[]; then the result is None. Otherwise pair[0]
 * is NULL. */
PyObject *rt_pair_next_call(PyThreadState *ts, PyObject *iterator, PyObject **pair);
/* The result for this item, which is taken over. */
PyObject *rt_pair_of(PyObject *item, PyObject **pair);
/* The result for these two, which are taken over by a tuple whose first two items they replace. */
PyObject *rt_pair_give(PyObject *holder, PyObject *first, PyObject *second, PyObject **pair);

RT_INLINE PyObject *rt_pair_next_outlined(PyThreadState *ts, PyObject *iterator, RtLoop *loop,
                                          PyObject **pair) {
    return loop != NULL ? rt_loop_next_pair(ts, iterator, loop, pair)
                        : rt_pair_next_call(ts, iterator, pair);
}

RT_INLINE PyObject *rt_pair_next_inline(PyThreadState *ts, PyObject *iterator, RtLoop *loop,
                                        PyObject **pair) {
    PyObject *item = rt_listed_next(iterator, loop);
    pair[0] = NULL;
    return rt_likely(item != NULL) ? item : rt_pair_next_outlined(ts, iterator, loop, pair);
}

#define rt_pair_next(ts, iterator, loop, pair)                                                     \
    (RT_HOT ? rt_pair_next_inline(ts, iterator, loop, pair)                                        \
            : rt_pair_next_outlined(ts, iterator, loop, pair))

/* That UNPACK_SEQUENCE, as rt_unpack; `value` and `pair` are what rt_pair_next gave. */
RT_INLINE int rt_pair_unpack(PyThreadState *ts, PyObject *value, PyObject *const *pair,
                             PyObject **results, int count) {
    if (rt_likely(pair[0] != NULL)) {
        results[0] = pair[0];
        results[1] = pair[1];
        return 0;
    }
    return rt_unpack(ts, value, results, count);
}

/* GET_LEN. */
PyObject *rt_length(PyThreadState *ts, PyObject *value);

/* GET_YIELD_FROM_ITER. */
PyObject *rt_yield_from_iter(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *value);

/* GET_AWAITABLE; origin 1: what __aenter__ returned, 2: what __aexit__ returned, 0: other. */
PyObject *rt_awaitable(PyThreadState *ts, PyObject *value, int origin);

/* GET_AITER, GET_ANEXT, ASYNC_GEN_WRAP. */
PyObject *rt_async_iter(PyThreadState *ts, PyObject *value);
PyObject *rt_async_next(PyThreadState *ts, PyObject *iterator);
/* GET_ANEXT and the SEND of None behind it, where the frame stands: the next item; or what the
 * awaitable yields, with the awaitable in *awaitable; NULL when there is no next one, with an
 * exception only if that is not a generator's end. */
PyObject *rt_async_step(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *iterator,
                        PyObject **awaitable);
RT_INLINE PyObject *rt_async_wrap(PyThreadState *ts, PyObject *value) {
    return rt_async_wrapper(ts, value);
}

/* SEND: what the receiver yielded (*returned = 0) or returned (1). NULL with an exception. */
PyObject *rt_send(PyThreadState *ts, PyObject *receiver, PyObject *value, int *returned);

#endif
