/* Iteration, awaiting and sending. */
#ifndef PYC2C_RUNTIME_RT_OP_ITER_H
#define PYC2C_RUNTIME_RT_OP_ITER_H

#include "rt_op_number.h"

/* GET_ITER. */
RT_INLINE PyObject *rt_iter(PyThreadState *ts, PyObject *value) {
    (void)ts;
    return PyObject_GetIter(value);
}

PyObject *rt_iter_next_call(PyThreadState *ts, PyObject *iterator);
/* The same, where the iterator is likely to be a range's. */
PyObject *rt_range_next_call(PyThreadState *ts, PyObject *iterator);

RT_INLINE PyObject *rt_iter_next_inline(PyThreadState *ts, PyObject *iterator) {
    if (rt_guard(Py_IS_TYPE(iterator, &PyListIter_Type))) {
        RtListIter *at = (RtListIter *)iterator;
        if (rt_likely(at->list != NULL && at->index < PyList_GET_SIZE(at->list))) {
            return Py_NewRef(PyList_GET_ITEM(at->list, at->index++));
        }
    }
    return rt_iter_next_call(ts, iterator);
}

/* FOR_ITER: the next item; NULL when there is none, with an exception only if that is no
 * StopIteration. */
#define rt_iter_next(ts, iterator)                                                                 \
    (RT_HOT ? rt_iter_next_inline(ts, iterator) : rt_iter_next_call(ts, iterator))

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
    (void)ts;
    return _PyAsyncGenValueWrapperNew(value);
}

/* SEND: what the receiver yielded (*returned = 0) or returned (1). NULL with an exception. */
PyObject *rt_send(PyThreadState *ts, PyObject *receiver, PyObject *value, int *returned);

#endif
