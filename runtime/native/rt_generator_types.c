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

static PySendResult generator_am_send(PyObject *self, PyObject *value, PyObject **result) {
    return rt_generator_send_from_c(_PyThreadState_GET(), (PyGenObject *)self, value, result);
}

static PyObject *generator_send(PyObject *self, PyObject *value) {
    PyThreadState *ts = _PyThreadState_GET();
    PyObject *result;
    if (rt_generator_send_from_c(ts, (PyGenObject *)self, value, &result) == PYGEN_RETURN) {
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

#if RT_CLOSES_SILENTLY
/* What of it is freed within each other: a traceback and a frame. Where CPython would let one wait
 * (PyTrash_UNWIND_LEVEL in Objects/object.c, 50), as chains of generators need it, it does. */
enum { NESTING = 2, MOST_NESTING = 50 };

/* Is it suspended where nothing would notice a GeneratorExit: neither a handler nor a delegate nor
 * who traces? So any(…) and next(…) leave most generator expressions. */
static inline bool closes_silently(PyThreadState *ts, const PyGenObject *generator) {
    const PyCodeObject *code = RT_GENERATOR_CODE(generator);
    return rt_is_suspended(generator) && PyGen_CheckExact(generator) &&
           PyBytes_GET_SIZE(code->co_exceptiontable) == 0 && !rt_generator_delegates(generator) &&
           rt_generator_frame((PyGenObject *)generator)->frame_obj == NULL &&
           RT_RECURSION(ts) > 0 && RT_TRASH_NESTING(ts) <= MOST_NESTING - NESTING && rt_may_run(ts);
}

/* As frame_dealloc, when gen_close drops the traceback that would have the frame: another order
 * than _PyFrame_Clear's. */
static void drop_variables(_PyInterpreterFrame *frame) {
    Py_DECREF(RT_FUNCTION(frame));
    Py_XDECREF(frame->f_locals);
    for (int i = 0; i < frame->stacktop; i++) {
        Py_XDECREF(frame->localsplus[i]);
    }
    if (RT_FRAMES_DROP_CODE) {
        Py_DECREF(RT_CODE(frame));
    }
}

/* As _PyGen_Finalize and gen_close, without the exception: what is on the stack dies while the
 * frame is the current one, its variables afterwards. */
static void close_silently(PyThreadState *ts, PyGenObject *generator) {
    _PyInterpreterFrame *frame = rt_generator_frame(generator);
    PyObject *type, *value, *traceback;
    _PyErr_Fetch(ts, &type, &value, &traceback);
    rt_generator_enter(ts, generator);
    RT_RECURSION(ts)--;
    while (frame->stacktop > RT_GENERATOR_CODE(generator)->co_nlocalsplus) {
        Py_XDECREF(frame->localsplus[--frame->stacktop]);
    }
    RT_RECURSION(ts)++;
    rt_generator_leave(ts, generator);
    generator->gi_frame_state = FRAME_CLEARED;
    RT_TRASH_NESTING(ts) += NESTING;
    if (rt_likely(frame->frame_obj == NULL)) {
        drop_variables(frame);
    } else {
        rt_frame_release(frame);
    }
    RT_TRASH_NESTING(ts) -= NESTING - 1;
    _PyTrash_end(ts);
    _PyErr_Restore(ts, type, value, traceback);
}
#else
#define closes_silently(ts, generator) ((void)(ts), (void)(generator), false)
#define close_silently(ts, generator) ((void)(ts), (void)(generator))
#endif

/* As gen_dealloc for one that is finished, as most are, or that has nothing to do at its end. */
static void generator_dealloc(PyObject *self) {
    PyGenObject *generator = (PyGenObject *)self;
    PyThreadState *ts = _PyThreadState_GET();
    bool open = generator->gi_frame_state != FRAME_CLEARED;
    if (generator->gi_weakreflist != NULL || (open && !rt_guard(closes_silently(ts, generator)))) {
        original_dealloc(self);
        return;
    }
    _PyObject_GC_UNTRACK(self);
    if (open) {
        close_silently(ts, generator);
    }
    if (!PyGen_CheckExact(self)) {
        Py_CLEAR(generator->gi_origin_or_finalizer);
    }
    PyCodeObject *code = RT_GENERATOR_CODE(generator);
    uint32_t size = (uint32_t)(code->co_nlocalsplus + code->co_stacksize);
    Py_DECREF(code);
    Py_DECREF(generator->gi_name);
    Py_DECREF(generator->gi_qualname);
    _PyErr_ClearExcState(&generator->gi_exc_state);
    rt_generator_free(ts, generator, size);
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
    PyGen_Type.tp_iternext = rt_generator_iternext;
    replace_send(PyGen_Type.tp_methods, generator_send);
    replace_send(PyCoro_Type.tp_methods, generator_send);
    _PyAsyncGenASend_Type.tp_as_async->am_send = rt_async_send_value;
    _PyAsyncGenASend_Type.tp_iternext = rt_async_send_next;
    replace_send(_PyAsyncGenASend_Type.tp_methods, rt_async_send_method);
}
