/* The types of generators, coroutines and async generators: their slots and methods that resume.
 *
 * CPython's ones lead through genobject.c into _PyEval_EvalFrameDefault; these go to the step
 * directly (rt_generator_send). They are put into the types before the interpreter exists, so
 * whatever is derived from the slots (`__next__`, the methods' descriptors) has them, too. throw()
 * and close() stay as they are. */
#include "rt_generator.h"

#include <string.h>

sendfunc rt_generator_send_bytecode;

/* ---- generators and coroutines ---- */

static PyObject *generator_next(PyObject *self) {
    PyObject *result;
    PySendResult status =
        rt_generator_send(_PyThreadState_GET(), (PyGenObject *)self, NULL, &result);
    if (status == PYGEN_RETURN) {
        if (result != Py_None) {
            _PyGen_SetStopIterationValue(result);
        }
        Py_CLEAR(result);
    }
    return result;
}

static PySendResult generator_am_send(PyObject *self, PyObject *value, PyObject **result) {
    return rt_generator_send(_PyThreadState_GET(), (PyGenObject *)self, value, result);
}

static PyObject *generator_send(PyObject *self, PyObject *value) {
    PyThreadState *ts = _PyThreadState_GET();
    PyObject *result;
    if (rt_generator_send(ts, (PyGenObject *)self, value, &result) == PYGEN_RETURN) {
        if (result == Py_None) {
            _PyErr_SetNone(ts, PyExc_StopIteration);
        } else {
            _PyGen_SetStopIterationValue(result);
        }
        Py_CLEAR(result);
    }
    return result;
}

/* ---- the end ---- */

static destructor original_dealloc;

/* As gen_dealloc for one that is finished, as most are: nothing to close, nothing to finalise. */
static void generator_dealloc(PyObject *self) {
    PyGenObject *generator = (PyGenObject *)self;
    if (generator->gi_frame_state != FRAME_CLEARED || generator->gi_weakreflist != NULL) {
        original_dealloc(self);
        return;
    }
    _PyObject_GC_UNTRACK(self);
    if (!PyGen_CheckExact(self)) {
        Py_CLEAR(generator->gi_origin_or_finalizer);
    }
    PyCodeObject *code = generator->gi_code;
    uint32_t size = (uint32_t)(code->co_nlocalsplus + code->co_stacksize);
    Py_DECREF(code);
    Py_DECREF(generator->gi_name);
    Py_DECREF(generator->gi_qualname);
    _PyErr_ClearExcState(&generator->gi_exc_state);
    rt_generator_free(_PyThreadState_GET(), generator, size);
}

/* ---- start ---- */

static void replace_send(PyMethodDef *methods, PyCFunction function) {
    while (strcmp(methods->ml_name, "send") != 0) {
        methods++;
    }
    methods->ml_meth = function;
}

__attribute__((constructor)) static void replace_slots(void) {
    rt_generator_send_bytecode = PyGen_Type.tp_as_async->am_send;
    original_dealloc = PyGen_Type.tp_dealloc;
    PyTypeObject *types[] = {&PyGen_Type, &PyCoro_Type, &PyAsyncGen_Type};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        types[i]->tp_as_async->am_send = generator_am_send;
        types[i]->tp_dealloc = generator_dealloc;
    }
    PyGen_Type.tp_iternext = generator_next;
    replace_send(PyGen_Type.tp_methods, generator_send);
    replace_send(PyCoro_Type.tp_methods, generator_send);
    _PyAsyncGenASend_Type.tp_as_async->am_send = rt_async_send_value;
    _PyAsyncGenASend_Type.tp_iternext = rt_async_send_next;
    replace_send(_PyAsyncGenASend_Type.tp_methods, rt_async_send_method);
}
