/* `async for` over asynchronous generators.
 *
 * What anext() of one gives is an async_generator_asend, to be awaited: CPython resumes the
 * generator through it and hands its item over as the value of a StopIteration. Here it has an
 * am_send, so that the item is a result. And a native `async for` does without the object as long
 * as the generator need not wait itself (rt_async_step): only then anybody could see it. */
#include "rt_generator.h"

/* ---- what anext() gives ---- */

/* As _PyAsyncGenWrappedValue and PyAsyncGenASend in genobject.c, with its AwaitableState. */
typedef struct WrappedValue {
    PyObject_HEAD PyObject *value;
} WrappedValue;

typedef enum AwaitState { AWAIT_INIT, AWAIT_ITER, AWAIT_CLOSED } AwaitState;

typedef struct AsyncSend {
    PyObject_HEAD PyAsyncGenObject *generator;
    PyObject *value; /* NULL: of __anext__() */
    AwaitState state;
} AsyncSend;

/* The item in a wrapper, whose reference is taken over: the generator does not wait any more. */
static inline PyObject *unwrap(PyAsyncGenObject *generator, PyObject *wrapped) {
    PyObject *value = Py_NewRef(((WrappedValue *)wrapped)->value);
    Py_DECREF(wrapped);
    generator->ag_running_async = 0;
    return value;
}

/* As async_gen_unwrap_value for an error. */
static RT_NOINLINE PySendResult fail_await(PyThreadState *ts, AsyncSend *self) {
    if (!_PyErr_Occurred(ts)) {
        _PyErr_SetNone(ts, PyExc_StopAsyncIteration);
    }
    if (_PyErr_ExceptionMatches(ts, PyExc_StopAsyncIteration) ||
        _PyErr_ExceptionMatches(ts, PyExc_GeneratorExit)) {
        self->generator->ag_closed = 1;
    }
    self->generator->ag_running_async = 0;
    self->state = AWAIT_CLOSED;
    return PYGEN_ERROR;
}

/* As async_gen_asend_send. */
PySendResult rt_async_send(PyThreadState *ts, PyObject *object, PyObject *value,
                           PyObject **result) {
    AsyncSend *self = (AsyncSend *)object;
    *result = NULL;
    if (self->state == AWAIT_CLOSED) {
        _PyErr_SetString(ts, PyExc_RuntimeError,
                         "cannot reuse already awaited __anext__()/asend()");
        return PYGEN_ERROR;
    }
    if (self->state == AWAIT_INIT) {
        if (self->generator->ag_running_async) {
            self->state = RT_REFUSED_AWAIT_IS_OVER ? AWAIT_CLOSED : AWAIT_INIT;
            _PyErr_SetString(ts, PyExc_RuntimeError,
                             "anext(): asynchronous generator is already running");
            return PYGEN_ERROR;
        }
        value = value == NULL || Py_IsNone(value) ? self->value : value;
        self->state = AWAIT_ITER;
    }
    self->generator->ag_running_async = 1;
    PySendResult status = rt_generator_send(ts, (PyGenObject *)self->generator, value, result);
    if (status != PYGEN_NEXT) {
        Py_CLEAR(*result);
        return fail_await(ts, self);
    }
    if (!Py_IS_TYPE(*result, &_PyAsyncGenWrappedValue_Type)) {
        return PYGEN_NEXT;
    }
    *result = unwrap(self->generator, *result);
    self->state = AWAIT_CLOSED;
    return PYGEN_RETURN;
}

PySendResult rt_async_send_value(PyObject *self, PyObject *value, PyObject **result) {
    return rt_async_send(_PyThreadState_GET(), self, value, result);
}

PyObject *rt_async_send_method(PyObject *self, PyObject *value) {
    PyObject *result;
    if (rt_async_send(_PyThreadState_GET(), self, value, &result) == PYGEN_RETURN) {
        _PyGen_SetStopIterationValue(result);
        Py_CLEAR(result);
    }
    return result;
}

PyObject *rt_async_send_next(PyObject *self) {
    return rt_async_send_method(self, NULL);
}

/* ---- async for ---- */

/* As GET_ANEXT, which stands two units before the SEND, and SEND. */
static RT_NOINLINE PyObject *step_slowly(PyThreadState *ts, _PyInterpreterFrame *frame,
                                         PyObject *iterator, PyObject **awaitable) {
    frame->prev_instr -= 2;
    PyObject *next = rt_async_next(ts, iterator);
    if (next == NULL) {
        return NULL;
    }
    frame->prev_instr += 2;
    int returned;
    PyObject *result = rt_send(ts, next, Py_None, &returned);
    if (result == NULL || returned) {
        Py_DECREF(next);
    } else {
        *awaitable = next;
    }
    return result;
}

/* The generator waits for something itself: now there is an object to be awaited, begun already.
 * Takes the yielded value over. */
static RT_NOINLINE PyObject *begin_await(PyObject *generator, PyObject *yielded,
                                         PyObject **awaitable) {
    *awaitable = Py_TYPE(generator)->tp_as_async->am_anext(generator);
    if (*awaitable == NULL) {
        Py_DECREF(yielded);
        return NULL;
    }
    ((AsyncSend *)*awaitable)->state = AWAIT_ITER;
    return yielded;
}

PyObject *rt_async_step(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *iterator,
                        PyObject **awaitable) {
    PyAsyncGenObject *generator = (PyAsyncGenObject *)iterator;
    if (rt_unlikely(!rt_guard(PyAsyncGen_CheckExact(iterator)) || !generator->ag_hooks_inited ||
                    generator->ag_running_async)) {
        return step_slowly(ts, frame, iterator, awaitable);
    }
    PyObject *result;
    generator->ag_running_async = 1;
    PySendResult status = rt_generator_send(ts, (PyGenObject *)generator, NULL, &result);
    if (rt_likely(status == PYGEN_NEXT)) {
        return Py_IS_TYPE(result, &_PyAsyncGenWrappedValue_Type)
                   ? unwrap(generator, result)
                   : begin_await(iterator, result, awaitable);
    }
    Py_CLEAR(result);
    generator->ag_running_async = 0;
    if (!RT_RAISED(ts) || _PyErr_ExceptionMatches(ts, PyExc_StopAsyncIteration) ||
        _PyErr_ExceptionMatches(ts, PyExc_GeneratorExit)) {
        generator->ag_closed = 1;
    }
    return NULL;
}
