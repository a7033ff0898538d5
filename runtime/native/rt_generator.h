/* Generators, coroutines and async generators: what the parts of their runtime share. */
#ifndef PYC2C_RUNTIME_RT_GENERATOR_H
#define PYC2C_RUNTIME_RT_GENERATOR_H

#include "rt_frame.h"

#include <opcode.h>

static inline _PyInterpreterFrame *rt_generator_frame(PyGenObject *generator) {
    return (_PyInterpreterFrame *)generator->gi_iframe;
}

/* Is a suspended generator waiting for a delegate? As _PyGen_yf. */
static inline bool rt_generator_delegates(const PyGenObject *generator) {
    _Py_CODEUNIT next =
        ((const _PyInterpreterFrame *)generator->gi_iframe)->prev_instr[RT_RESUME_AHEAD];
    return RT_IS_RESUME(next) && RT_RESUME_PLACE(next) >= 2;
}

/* A generator's frame becomes the current one, its handled exceptions come before the caller's. */
static inline void rt_generator_enter(PyThreadState *ts, PyGenObject *generator) {
    rt_frame_link(ts, rt_generator_frame(generator));
    generator->gi_exc_state.previous_item = ts->exc_info;
    ts->exc_info = &generator->gi_exc_state;
    generator->gi_frame_state = FRAME_EXECUTING;
}

static inline void rt_generator_leave(PyThreadState *ts, PyGenObject *generator) {
    _PyInterpreterFrame *frame = rt_generator_frame(generator);
    ts->exc_info = generator->gi_exc_state.previous_item;
    generator->gi_exc_state.previous_item = NULL;
    RT_CURRENT(ts) = frame->previous;
    frame->previous = NULL;
}

/* ---- rt_generator.c ---- */

/* Runs a generator, coroutine or async generator up to its next suspension or its end, as
 * gen_send_ex2 of genobject.c without an exception to throw. `value` is borrowed; NULL is that of
 * next(): then a returned None gives PYGEN_ERROR without an exception. *result is a new reference,
 * NULL with PYGEN_ERROR. */
PySendResult rt_generator_send(PyThreadState *ts, PyGenObject *generator, PyObject *value,
                               PyObject **result);

/* The same, asked by C code. */
PySendResult rt_generator_send_from_c(PyThreadState *ts, PyGenObject *generator, PyObject *value,
                                      PyObject **result);

/* FOR_ITER of a generator: NULL without an exception when it returned. */
PyObject *rt_generator_next(PyThreadState *ts, PyGenObject *generator);

/* tp_iternext of generators. */
PyObject *rt_generator_iternext(PyObject *self);

/* ---- rt_generator_new.c ---- */

/* Gives the memory of a finished one back; `size` counts its frame's slots and stack entries. */
void rt_generator_free(PyThreadState *ts, PyGenObject *generator, uint32_t size);

/* ---- rt_generator_async.c ---- */

/* Resumes an async_generator_asend, as PyIter_Send. */
PySendResult rt_async_send(PyThreadState *ts, PyObject *object, PyObject *value, PyObject **result);

/* am_send, tp_iternext and send() of that type. */
PySendResult rt_async_send_value(PyObject *self, PyObject *value, PyObject **result);
PyObject *rt_async_send_next(PyObject *self);
PyObject *rt_async_send_method(PyObject *self, PyObject *value);

/* ---- rt_generator_types.c ---- */

/* What CPython does with a generator whose step is not native, or may not run now. */
extern sendfunc rt_generator_send_bytecode;

#endif
