/* Making generators, coroutines and async generators.
 *
 * CPython binds the arguments in a frame of the thread's stack; RETURN_GENERATOR makes the object
 * and copies the frame into it. Here the usual case (positional arguments, no cells to make) is
 * bound in the object at once. */
#include "rt_generator.h"

#include <opcode.h>

/* ---- the usual case ---- */

static PyTypeObject *type_of(const PyCodeObject *code) {
    switch (code->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) {
    case CO_GENERATOR: return &PyGen_Type;
    case CO_COROUTINE: return &PyCoro_Type;
    default: return &PyAsyncGen_Type;
    }
}

/* As make_gen and _Py_MakeCoro, with a frame whose slots are still to be filled. Not tracked by the
 * collector. */
static PyGenObject *new_object(PyFunctionObject *function, const RtCode *native) {
    PyCodeObject *code = native->code;
    PyGenObject *generator =
        PyObject_GC_NewVar(PyGenObject, type_of(code), native->frame_size - FRAME_SPECIALS_SIZE);
    if (generator == NULL) {
        return NULL;
    }
    generator->gi_code = (PyCodeObject *)Py_NewRef(code);
    generator->gi_weakreflist = NULL;
    generator->gi_name = Py_NewRef(function->func_name);
    generator->gi_qualname = Py_NewRef(function->func_qualname);
    generator->gi_exc_state.exc_value = NULL;
    generator->gi_exc_state.previous_item = NULL;
    generator->gi_origin_or_finalizer = NULL;
    generator->gi_hooks_inited = 0;
    generator->gi_closed = 0;
    generator->gi_running_async = 0;
    generator->gi_frame_state = FRAME_CREATED;
    _PyInterpreterFrame *frame = rt_generator_frame(generator);
    frame->f_func = (PyFunctionObject *)Py_NewRef(function);
    frame->f_globals = function->func_globals;
    frame->f_builtins = function->func_builtins;
    frame->f_locals = NULL;
    frame->f_code = (PyCodeObject *)Py_NewRef(code);
    frame->frame_obj = NULL;
    frame->previous = NULL;
    frame->stacktop = (int)native->slots;
    frame->is_entry = false;
    frame->owner = FRAME_OWNED_BY_GENERATOR;
    return generator;
}

/* Nothing in front of RETURN_GENERATOR but a closure to be copied. */
static bool makes_no_cells(const RtCode *native) {
    int first = _Py_OPCODE(*native->first);
    return first == RETURN_GENERATOR ||
           (first == COPY_FREE_VARS && _Py_OPCODE(native->first[1]) == RETURN_GENERATOR);
}

static PyObject *make_plain(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                            PyObject *const *args) {
    PyGenObject *generator = new_object(function, native);
    if (generator == NULL) {
        return NULL;
    }
    _PyInterpreterFrame *frame = rt_generator_frame(generator);
    uint32_t i = 0;
    for (; i < native->argcount; i++) {
        frame->localsplus[i] = Py_NewRef(args[i]);
    }
    for (; i < native->slots; i++) {
        frame->localsplus[i] = NULL;
    }
    frame->prev_instr = native->first;
    if (_Py_OPCODE(*native->first) == COPY_FREE_VARS) {
        rt_cells_copy(ts, frame);
        frame->prev_instr++;
    }
    _PyObject_GC_TRACK(generator);
    return (PyObject *)generator;
}

/* ---- any other ---- */

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
static PyObject *move_frame(PyThreadState *ts, _PyInterpreterFrame *frame, const RtCode *native) {
    if (!run_prologue(ts, frame, native)) {
        return NULL;
    }
    PyGenObject *generator = (PyGenObject *)_Py_MakeCoro(frame->f_func);
    if (generator == NULL) {
        return NULL;
    }
    Py_INCREF(frame->f_func);
    Py_INCREF(frame->f_code);
    _PyInterpreterFrame *own = rt_generator_frame(generator);
    _PyFrame_Copy(frame, own);
    own->owner = FRAME_OWNED_BY_GENERATOR;
    generator->gi_frame_state = FRAME_CREATED;
    return (PyObject *)generator;
}

static PyObject *make_bound(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
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
        generator = move_frame(ts, frame, native);
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

/* A coroutine's origin is the callers of the frame that is not there in the usual case. */
PyObject *rt_generator_new(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                           PyObject *const *args, Py_ssize_t count, PyObject *names) {
    if (rt_likely((native->flags & RT_CODE_POSITIONAL) && names == NULL &&
                  count == (Py_ssize_t)native->argcount && makes_no_cells(native) &&
                  ts->recursion_remaining > 0 && ts->coroutine_origin_tracking_depth == 0)) {
        return make_plain(ts, function, native, args);
    }
    return make_bound(ts, function, native, args, count, names);
}
