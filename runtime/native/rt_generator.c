/* Running generators, coroutines and async generators.
 *
 * They are CPython's own objects, with its frames in them: a native step only takes the
 * interpreter's place between two suspensions. Each time anew: while somebody traces, the
 * interpreter goes on with the same frame.
 *
 * Who asks for the next value (a native loop or `await`, the types' slots: rt_generator_types.c)
 * comes to rt_generator_send, which has the step run without the way over genobject.c and
 * _PyEval_EvalFrameDefault. An exception that is thrown in takes that way; the link leads its end
 * to the wrapper here (--wrap).
 *
 * Delegation. A generator that is suspended in `yield from` or `await` has nothing to do itself
 * when it is asked for a value: it asks its delegate. So its step is not entered. It is made to
 * look as if it ran, standing at its SEND, and the delegate is resumed in its stead, down to the
 * first one that has something to do (descend). Its value then is everybody's value
 * (suspend_all). When it returns or raises instead, the one that waited for it is entered with that
 * (go_on). However deep the delegation, the C stack holds one step. */
#include "rt_generator.h"

#include <opcode.h>

PyObject *__real__PyEval_EvalFrameDefault(PyThreadState *ts, _PyInterpreterFrame *frame,
                                          int throwflag);
PyObject *__wrap__PyEval_EvalFrameDefault(PyThreadState *ts, _PyInterpreterFrame *frame,
                                          int throwflag);

/* ---- states ---- */

/* The native code of a generator, if it may run now. */
static inline const RtCode *native_of(PyThreadState *ts, PyGenObject *generator) {
    const RtCode *native = rt_code_of(RT_CODE(rt_generator_frame(generator)));
    return native != NULL && rt_may_run(ts) ? native : NULL;
}

static RT_COLD void explain_stop(PyThreadState *ts, PyGenObject *generator) {
    const char *kind = PyCoro_CheckExact(generator)       ? "coroutine"
                       : PyAsyncGen_CheckExact(generator) ? "async generator"
                                                          : "generator";
    if (_PyErr_ExceptionMatches(ts, PyExc_StopIteration)) {
        _PyErr_FormatFromCause(PyExc_RuntimeError, "%s raised StopIteration", kind);
    } else if (PyAsyncGen_CheckExact(generator) &&
               _PyErr_ExceptionMatches(ts, PyExc_StopAsyncIteration)) {
        _PyErr_FormatFromCause(PyExc_RuntimeError, "%s raised StopAsyncIteration", kind);
    }
}

/* As _PyFrame_Clear. */
static inline void clear_frame(_PyInterpreterFrame *frame) {
    if (rt_unlikely(frame->frame_obj != NULL)) {
        rt_frame_release(frame);
        return;
    }
    for (int i = 0; i < frame->stacktop; i++) {
        Py_XDECREF(frame->localsplus[i]);
    }
    Py_XDECREF(frame->f_locals);
    Py_DECREF(RT_FUNCTION(frame));
    if (RT_FRAMES_DROP_CODE) {
        Py_DECREF(RT_CODE(frame));
    }
}

/* As clear_gen_frame of 3.12, unless the interpreter has been there already. */
static inline void end(PyThreadState *ts, PyGenObject *generator) {
    _PyInterpreterFrame *frame = rt_generator_frame(generator);
    bool cleared = generator->gi_frame_state == FRAME_CLEARED;
    generator->gi_frame_state = FRAME_CLEARED;
    ts->exc_info = generator->gi_exc_state.previous_item;
    generator->gi_exc_state.previous_item = NULL;
    RT_CURRENT(ts) = frame->previous;
    if (!cleared) {
        clear_frame(frame); /* a frame object that stays has the one before for f_back */
        _PyErr_ClearExcState(&generator->gi_exc_state);
    }
    frame->previous = NULL;
}

/* It returned a result, or raised: NULL. */
static inline void finish(PyThreadState *ts, PyGenObject *generator, const PyObject *result) {
    if (!RT_RESUMER_ENDS_GENERATORS) {
        end(ts, generator);
        return;
    }
    generator->gi_frame_state = FRAME_COMPLETED;
    rt_generator_leave(ts, generator);
    if (rt_unlikely(result == NULL)) {
        explain_stop(ts, generator);
    }
    _PyErr_ClearExcState(&generator->gi_exc_state);
    generator->gi_frame_state = FRAME_CLEARED;
    clear_frame(rt_generator_frame(generator));
}

/* It has yielded, or ended: what the interpreter does in YIELD_VALUE, RETURN_VALUE or when nothing
 * handles an exception, where it does that. */
static inline void leave_or_end(PyThreadState *ts, PyGenObject *generator) {
    if (rt_is_suspended(generator)) {
        rt_generator_leave(ts, generator);
    } else {
        end(ts, generator);
    }
}

/* ---- out of CPython ---- */

/* Entering and leaving as _PyEval_EvalFrameDefault does. At the recursion limit the frame stays as
 * it is, sent value on its stack; gen_send_ex2 clears it. */
PyObject *__wrap__PyEval_EvalFrameDefault(PyThreadState *ts, _PyInterpreterFrame *frame,
                                          int throwflag) {
    const RtCode *native =
        frame->owner == FRAME_OWNED_BY_GENERATOR ? rt_code_of(RT_CODE(frame)) : NULL;
    if (!rt_native_guard(native != NULL && native->step != NULL && !rt_is_watched(ts)) ||
        !rt_c_enter(ts)) {
        return __real__PyEval_EvalFrameDefault(ts, frame, throwflag);
    }
    rt_frame_link(ts, frame);
    PyObject *result = NULL;
    if (rt_likely(rt_recursion_enter(ts) == 0)) {
        result = native->step(ts, frame, throwflag);
        RT_RECURSION(ts)++;
        if (!rt_is_suspended(_PyFrame_GetGenerator(frame))) {
            frame->stacktop = (int)native->slots; /* returned or raised: the stack is empty */
        }
    }
    if (RT_RESUMER_ENDS_GENERATORS) {
        RT_CURRENT(ts) = frame->previous;
    } else {
        leave_or_end(ts, _PyFrame_GetGenerator(frame));
    }
    rt_c_leave(ts);
    return result;
}

/* The frame is as the interpreter left it: nothing was taken from its stack yet. */
PyObject *rt_resume_bytecode(PyThreadState *ts, _PyInterpreterFrame *frame, int throwflag) {
    if (RT_DELEGATE_RAISES_AT_YIELD && throwflag == RT_DELEGATE_RAISED) {
        frame->prev_instr--;
    }
    _PyInterpreterFrame *previous = frame->previous;
    RT_CURRENT(ts) = previous;
    RT_RECURSION(ts)++;
    PyObject *result = __real__PyEval_EvalFrameDefault(ts, frame, throwflag);
    RT_RECURSION(ts)--;
    if (!RT_RESUMER_ENDS_GENERATORS) { /* as if it were still to be left */
        PyGenObject *generator = _PyFrame_GetGenerator(frame);
        generator->gi_exc_state.previous_item = ts->exc_info;
        ts->exc_info = &generator->gi_exc_state;
        frame->previous = previous;
    }
    RT_CURRENT(ts) = frame;
    return result;
}

/* Runs the step of a generator that was entered, with what is on its stack. One that yielded is
 * left as suspended, but for its links; one that returned or raised has an empty stack. */
static inline PyObject *run(PyThreadState *ts, PyGenObject *generator, const RtCode *native,
                            int throwflag) {
    _PyInterpreterFrame *frame = rt_generator_frame(generator);
    PyObject *output = native->step(ts, frame, throwflag);
    RT_RECURSION(ts)++;
    if (!rt_is_suspended(generator)) {
        frame->stacktop = (int)native->slots;
    }
    return output;
}

static inline void push_value(PyGenObject *generator, PyObject *value) {
    _PyFrame_StackPush(rt_generator_frame(generator), Py_NewRef(value != NULL ? value : Py_None));
}

/* ---- delegation ---- */

/* The delegate, if its step may be resumed; borrowed. */
static inline PyGenObject *delegate_of(PyThreadState *ts, PyGenObject *generator) {
    const _PyInterpreterFrame *frame = rt_generator_frame(generator);
    PyObject *delegate = frame->localsplus[frame->stacktop - 1];
    if (!PyGen_CheckExact(delegate) && !PyCoro_CheckExact(delegate)) {
        return NULL;
    }
    PyGenObject *other = (PyGenObject *)delegate;
    return rt_is_suspended(other) && native_of(ts, other) != NULL ? other : NULL;
}

/* Enters the delegates that a generator waits for; each that waits itself stands at its SEND. The
 * last one has something to do; its step runs next. *failed: it found the recursion limit reached,
 * an exception is set. */
static inline PyGenObject *descend(PyThreadState *ts, PyGenObject *generator, bool *failed) {
    PyGenObject *delegate;
    *failed = false;
    while (!*failed && rt_guard(rt_generator_delegates(generator)) &&
           (delegate = delegate_of(ts, generator)) != NULL) {
        rt_generator_frame(generator)->prev_instr -= RT_SEND_BEHIND;
        generator = delegate;
        rt_generator_enter(ts, generator);
        *failed = rt_unlikely(rt_recursion_enter(ts) < 0);
    }
    return generator;
}

/* The delegate yielded: all who wait for it do, up to the root, which is not left yet. */
static inline void suspend_all(PyThreadState *ts, PyGenObject *generator, PyGenObject *root) {
    while (generator != root) {
        _PyInterpreterFrame *waiting = rt_generator_frame(generator)->previous;
        rt_generator_leave(ts, generator);
        waiting->prev_instr += RT_SEND_BEHIND;
        generator = _PyFrame_GetGenerator(waiting);
        generator->gi_frame_state = RT_SUSPENDED_FOR_DELEGATE;
        RT_RECURSION(ts)++;
    }
}

/* The delegate of a generator that stands at its SEND returned (reference taken over) or raised
 * (NULL): its own step goes on with that. */
static PyObject *go_on(PyThreadState *ts, PyGenObject *generator, PyObject *returned) {
    _PyInterpreterFrame *frame = rt_generator_frame(generator);
    const RtCode *native = rt_code_of(RT_CODE(frame));
    if (returned == NULL) {
        frame->prev_instr += RT_DELEGATE_RAISES_AT_YIELD;
        push_value(generator, NULL);
        return run(ts, generator, native, RT_DELEGATE_RAISED);
    }
    if (RT_SEND_DROPS_DELEGATE) {
        PyObject **top = &frame->localsplus[frame->stacktop - 1], *delegate = *top;
        *top = returned;
        Py_DECREF(delegate);
    } else {
        _PyFrame_StackPush(frame, returned);
    }
    frame->prev_instr += rt_send_length(frame->prev_instr);
    return run(ts, generator, native, 0);
}

/* Resumes a generator that waits for its delegate and was entered. Afterwards it is as after run.
 */
static RT_NOINLINE PyObject *run_delegate(PyThreadState *ts, PyGenObject *root, PyObject *value) {
    bool failed;
    PyObject *output = NULL;
    PyGenObject *generator = descend(ts, root, &failed);
    if (rt_likely(!failed)) {
        push_value(generator, value);
        output = run(ts, generator, rt_code_of(RT_CODE(rt_generator_frame(generator))), 0);
    }
    while (generator != root && !rt_is_suspended(generator)) {
        _PyInterpreterFrame *waiting = rt_generator_frame(generator)->previous;
        finish(ts, generator, output);
        generator = _PyFrame_GetGenerator(waiting);
        output = go_on(ts, generator, output);
    }
    if (rt_is_suspended(generator)) {
        suspend_all(ts, generator, root);
    }
    return output;
}

/* ---- sending ---- */

static RT_ALWAYS_INLINE PySendResult resume(PyThreadState *ts, PyGenObject *generator,
                                            PyObject *value, PyObject **result) {
    bool may_run = rt_is_suspended(generator) || (generator->gi_frame_state == FRAME_CREATED &&
                                                  (value == NULL || Py_IsNone(value)));
    const RtCode *native = native_of(ts, generator);
    if (rt_unlikely(!may_run || native == NULL)) {
        return rt_generator_send_bytecode((PyObject *)generator, value, result);
    }
    PyObject *output = NULL;
    rt_generator_enter(ts, generator);
    if (rt_likely(rt_recursion_enter(ts) == 0)) {
        if (rt_guard(rt_generator_delegates(generator))) {
            output = run_delegate(ts, generator, value);
        } else {
            push_value(generator, value);
            output = run(ts, generator, native, 0);
        }
    }
    if (rt_likely(rt_is_suspended(generator))) {
        rt_generator_leave(ts, generator);
        *result = output;
        return PYGEN_NEXT;
    }
    finish(ts, generator, output);
    if (value == NULL && output == Py_None && !PyAsyncGen_CheckExact(generator)) {
        Py_CLEAR(output);
    }
    *result = output;
    return output != NULL ? PYGEN_RETURN : PYGEN_ERROR;
}

PySendResult rt_generator_send(PyThreadState *ts, PyGenObject *generator, PyObject *value,
                               PyObject **result) {
    return resume(ts, generator, value, result);
}

/* The same for the two that ask most often, each with the common way in place. */

PyObject *rt_generator_next(PyThreadState *ts, PyGenObject *generator) {
    PyObject *result;
    if (rt_unlikely(resume(ts, generator, NULL, &result) == PYGEN_RETURN)) {
        Py_CLEAR(result);
    }
    return result;
}

/* Is its step what C code enters? The interpreter counts for itself. */
static inline bool counts_levels(PyThreadState *ts, PyGenObject *generator) {
    return RT_C_LEVELS > 0 && native_of(ts, generator) != NULL;
}

PySendResult rt_generator_send_from_c(PyThreadState *ts, PyGenObject *generator, PyObject *value,
                                      PyObject **result) {
    if (!counts_levels(ts, generator)) {
        return rt_generator_send(ts, generator, value, result);
    }
    if (!rt_c_enter(ts)) {
        return rt_generator_send_bytecode((PyObject *)generator, value, result);
    }
    PySendResult status = rt_generator_send(ts, generator, value, result);
    rt_c_leave(ts);
    return status;
}

PyObject *rt_generator_iternext(PyObject *self) {
    PyObject *result;
    PyThreadState *ts = _PyThreadState_GET();
    bool counts = counts_levels(ts, (PyGenObject *)self), room = !counts || rt_c_enter(ts);
    if (rt_unlikely((room ? resume(ts, (PyGenObject *)self, NULL, &result)
                          : rt_generator_send_bytecode(self, NULL, &result)) == PYGEN_RETURN)) {
        if (result != Py_None) {
            _PyGen_SetStopIterationValue(result);
        }
        Py_CLEAR(result);
    }
    if (counts && room) {
        rt_c_leave(ts);
    }
    return result;
}
