/* Iterators, awaitables, asynchronous iterators.
 *
 * Follows ceval.c: FOR_ITER, GET_LEN, GET_YIELD_FROM_ITER,
 * GET_AWAITABLE (with format_awaitable_error), GET_AITER, GET_ANEXT, SEND. */
#include "rt_frame.h"
#include "rt_generator.h"

PyObject *rt_iter_ended(PyThreadState *ts) {
    if (RT_RAISED(ts) && _PyErr_ExceptionMatches(ts, PyExc_StopIteration)) {
        _PyErr_Clear(ts);
    }
    return NULL;
}

PyObject *rt_iter_next_call(PyThreadState *ts, PyObject *iterator) {
    if (rt_guard(PyGen_CheckExact(iterator))) {
        return rt_generator_next(ts, (PyGenObject *)iterator);
    }
    PyObject *item = Py_TYPE(iterator)->tp_iternext(iterator);
    return rt_likely(item != NULL) ? item : rt_iter_ended(ts);
}

PyObject *rt_range_next_call(PyThreadState *ts, PyObject *iterator) {
    if (rt_guard(Py_IS_TYPE(iterator, &PyRangeIter_Type))) {
        RtRangeIter *at = (RtRangeIter *)iterator;
        if (rt_likely(RT_RANGE_HAS_NEXT(at))) {
            long value = RT_RANGE_NEXT(at);
            RT_RANGE_STEP(at);
            return rt_int_new(value);
        }
        return NULL;
    }
    return rt_iter_next_call(ts, iterator);
}

PyObject *rt_length(PyThreadState *ts, PyObject *value) {
    (void)ts;
    Py_ssize_t length = PyObject_Length(value);
    return length < 0 ? NULL : PyLong_FromSsize_t(length);
}

PyObject *rt_yield_from_iter(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *value) {
    if (PyCoro_CheckExact(value)) {
        if (RT_CODE(frame)->co_flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE)) {
            return Py_NewRef(value);
        }
        _PyErr_SetString(ts, PyExc_TypeError,
                         "cannot 'yield from' a coroutine object in a non-coroutine generator");
        return NULL;
    }
    return PyGen_CheckExact(value) ? Py_NewRef(value) : PyObject_GetIter(value);
}

/* In `async with`, an object without __await__ is reported with the method that returned it. */
static RT_COLD void explain_awaitable(PyThreadState *ts, PyTypeObject *type, int origin) {
    if (type->tp_as_async != NULL && type->tp_as_async->am_await != NULL) {
        return;
    }
    if (origin == 1 || origin == 2) {
        _PyErr_Format(ts, PyExc_TypeError,
                      "'async with' received an object from %s that does not implement __await__: "
                      "%.100s",
                      origin == 1 ? "__aenter__" : "__aexit__", type->tp_name);
    }
}

PyObject *rt_awaitable(PyThreadState *ts, PyObject *value, int origin) {
    PyObject *iterator = _PyCoro_GetAwaitableIter(value);
    if (iterator == NULL) {
        explain_awaitable(ts, Py_TYPE(value), origin);
        return NULL;
    }
    PyObject *delegate = PyCoro_CheckExact(iterator) ? _PyGen_yf((PyGenObject *)iterator) : NULL;
    if (delegate != NULL) {
        /* Somebody else awaits it: it waits for something itself. */
        Py_DECREF(delegate);
        Py_DECREF(iterator);
        _PyErr_SetString(ts, PyExc_RuntimeError, "coroutine is being awaited already");
        return NULL;
    }
    return iterator;
}

PyObject *rt_async_iter(PyThreadState *ts, PyObject *value) {
    PyAsyncMethods *methods = Py_TYPE(value)->tp_as_async;
    if (methods == NULL || methods->am_aiter == NULL) {
        _PyErr_Format(ts, PyExc_TypeError,
                      "'async for' requires an object with __aiter__ method, got %.100s",
                      Py_TYPE(value)->tp_name);
        return NULL;
    }
    PyObject *iterator = methods->am_aiter(value);
    if (iterator == NULL) {
        return NULL;
    }
    methods = Py_TYPE(iterator)->tp_as_async;
    if (methods == NULL || methods->am_anext == NULL) {
        _PyErr_Format(ts, PyExc_TypeError,
                      "'async for' received an object from __aiter__ that does not implement "
                      "__anext__: %.100s",
                      Py_TYPE(iterator)->tp_name);
        Py_DECREF(iterator);
        return NULL;
    }
    return iterator;
}

PyObject *rt_async_next(PyThreadState *ts, PyObject *iterator) {
    PyTypeObject *type = Py_TYPE(iterator);
    if (type->tp_as_async == NULL || type->tp_as_async->am_anext == NULL) {
        _PyErr_Format(ts, PyExc_TypeError,
                      "'async for' requires an iterator with __anext__ method, got %.100s",
                      type->tp_name);
        return NULL;
    }
    PyObject *next = type->tp_as_async->am_anext(iterator);
    if (next == NULL || PyAsyncGen_CheckExact(iterator)) {
        return next;
    }
    PyObject *awaitable = _PyCoro_GetAwaitableIter(next);
    if (awaitable == NULL) {
        _PyErr_FormatFromCause(PyExc_TypeError,
                               "'async for' received an invalid object from __anext__: %.100s",
                               Py_TYPE(next)->tp_name);
    }
    Py_DECREF(next);
    return awaitable;
}

PyObject *rt_send(PyThreadState *ts, PyObject *receiver, PyObject *value, int *returned) {
    PyObject *result;
    PySendResult status;
    if (rt_guard(PyCoro_CheckExact(receiver) || PyGen_CheckExact(receiver))) {
        status = rt_generator_send(ts, (PyGenObject *)receiver, value, &result);
    } else if (rt_guard(Py_IS_TYPE(receiver, &_PyAsyncGenASend_Type))) {
        status = rt_async_send(ts, receiver, value, &result);
    } else {
        status = PyIter_Send(receiver, value, &result);
    }
    *returned = status == PYGEN_RETURN;
    return status == PYGEN_ERROR ? NULL : result;
}
