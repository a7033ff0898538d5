/* Generators, coroutines and async generators.
 *
 * They are CPython's own objects, with its frames in them: a native step only takes the
 * interpreter's place between two suspensions. genobject.c runs a generator through
 * _PyEval_EvalFrameDefault; the link sends that to the wrapper here (--wrap), which runs the step
 * of a frame whose code has one. Each time anew: while somebody traces, the interpreter goes on
 * with the same frame. */
#include "rt_frame.h"

#include <opcode.h>

PyObject *__real__PyEval_EvalFrameDefault(PyThreadState *ts, _PyInterpreterFrame *frame,
                                          int throwflag);
PyObject *__wrap__PyEval_EvalFrameDefault(PyThreadState *ts, _PyInterpreterFrame *frame,
                                          int throwflag);

/* ---- running ---- */

/* Entering and leaving as _PyEval_EvalFrameDefault does. At the recursion limit the frame stays as
 * it is, sent value on its stack; gen_send_ex2 clears it. */
static inline PyObject *run_step(PyThreadState *ts, _PyInterpreterFrame *frame,
                                 const RtCode *native, int throwflag) {
    rt_frame_link(ts, frame);
    frame->is_entry = true;
    PyObject *result = NULL;
    if (rt_likely(rt_recursion_enter(ts) == 0)) {
        result = native->step(ts, frame, throwflag);
        ts->recursion_remaining++;
        if (_PyFrame_GetGenerator(frame)->gi_frame_state != FRAME_SUSPENDED) {
            frame->stacktop = (int)native->slots; /* returned or raised: the stack is empty */
        }
    }
    ts->cframe->current_frame = frame->previous;
    return result;
}

PyObject *__wrap__PyEval_EvalFrameDefault(PyThreadState *ts, _PyInterpreterFrame *frame,
                                          int throwflag) {
    const RtCode *native =
        frame->owner == FRAME_OWNED_BY_GENERATOR ? rt_code_of(frame->f_code) : NULL;
    if (native == NULL || native->step == NULL || ts->cframe->use_tracing) {
        return __real__PyEval_EvalFrameDefault(ts, frame, throwflag);
    }
    return run_step(ts, frame, native, throwflag);
}

/* The frame is as the interpreter left it: nothing was taken from its stack yet. */
PyObject *rt_resume_bytecode(PyThreadState *ts, _PyInterpreterFrame *frame, int throwflag) {
    ts->cframe->current_frame = frame->previous;
    ts->recursion_remaining++;
    PyObject *result = __real__PyEval_EvalFrameDefault(ts, frame, throwflag);
    ts->recursion_remaining--;
    ts->cframe->current_frame = frame;
    return result;
}

/* ---- making ---- */

/* The instructions in front of RETURN_GENERATOR: they make cells and copy the closure. Leaves
 * prev_instr at RETURN_GENERATOR. */
static bool run_prologue(PyThreadState *ts, _PyInterpreterFrame *frame, const RtCode *native) {
    int extended = 0;
    for (_Py_CODEUNIT *at = native->first;; at++) {
        int arg = extended << 8 | _Py_OPARG(*at);
        extended = 0;
        switch (_Py_OPCODE(*at)) {
        case EXTENDED_ARG: extended = arg; break;
        case COPY_FREE_VARS: rt_cells_copy(ts, frame); break;
        case MAKE_CELL:
            if (rt_cell_make(ts, frame, arg) < 0) {
                return false;
            }
            break;
        default: frame->prev_instr = at; return true;
        }
    }
}

/* As RETURN_GENERATOR: the frame moves into the new object. */
static PyObject *make_generator(PyThreadState *ts, _PyInterpreterFrame *frame,
                                const RtCode *native) {
    if (!run_prologue(ts, frame, native)) {
        return NULL;
    }
    PyGenObject *generator = (PyGenObject *)_Py_MakeCoro(frame->f_func);
    if (generator == NULL) {
        return NULL;
    }
    Py_INCREF(frame->f_func);
    Py_INCREF(frame->f_code);
    _PyInterpreterFrame *own = (_PyInterpreterFrame *)generator->gi_iframe;
    _PyFrame_Copy(frame, own);
    own->owner = FRAME_OWNED_BY_GENERATOR;
    generator->gi_frame_state = FRAME_CREATED;
    return (PyObject *)generator;
}

PyObject *rt_generator_new(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                           PyObject *const *args, Py_ssize_t count, PyObject *names) {
    _PyInterpreterFrame *frame = rt_frame_new(ts, function, native);
    if (frame == NULL) {
        return NULL;
    }
    if (!rt_bind(native, function, frame->localsplus, args, count, names)) {
        rt_frame_clear(ts, frame, native->slots);
        return _PyFunction_Vectorcall((PyObject *)function, args, (size_t)count, names);
    }
    rt_frame_link(ts, frame);
    PyObject *generator = NULL;
    bool entered = rt_recursion_enter(ts) == 0;
    if (entered) {
        generator = make_generator(ts, frame, native);
        ts->recursion_remaining++;
    }
    ts->cframe->current_frame = frame->previous;
    if (generator != NULL) {
        rt_frame_free(ts, frame);
    } else {
        rt_frame_clear(ts, frame, native->slots);
    }
    return generator;
}
