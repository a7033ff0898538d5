/* Making generators, coroutines and async generators.
 *
 * CPython binds the arguments in a frame of the thread's stack; RETURN_GENERATOR makes the object
 * and copies the frame into it. Here the usual case (positional arguments, no cells to make) is
 * bound in the object at once. Objects that are done with are kept for the next ones, as CPython
 * keeps its frames' room, until a full collection, which clears CPython's free lists, too. */
#include "rt_generator.h"
#include "rt_spare.h"

#include <internal/pycore_gc.h>
#include <opcode.h>

/* ---- memory ---- */

enum { KEPT_SIZES = 32, KEPT_MAX = 64 };

static struct {
    PyGenObject *first; /* each has the address of the next in place of its name */
    int count;
} kept[KEPT_SIZES]; /* by the number of a frame's slots and stack entries */

/* As PyObject_GC_NewVar. What would start a collection goes there, for that is where it starts. */
static inline PyGenObject *take(PyThreadState *ts, PyTypeObject *type, uint32_t size) {
    struct gc_generation *youngest = &ts->interp->gc.generations[0];
    if (rt_unlikely(size >= KEPT_SIZES || kept[size].first == NULL ||
                    youngest->count >= youngest->threshold || RT_TRACEMALLOC_TRACES)) {
        return PyObject_GC_NewVar(PyGenObject, type, size);
    }
    PyGenObject *generator = kept[size].first;
    kept[size].first = (PyGenObject *)generator->gi_name;
    kept[size].count--;
    youngest->count++;
    Py_SET_TYPE(generator, type);
#ifdef Py_REF_DEBUG
    _Py_NewReference((PyObject *)generator); /* counts all references */
#else
    Py_SET_REFCNT(generator, 1);
#endif
    return generator;
}

/* As PyObject_GC_Del. */
void rt_generator_free(PyThreadState *ts, PyGenObject *generator, uint32_t size) {
    if (rt_unlikely(size >= KEPT_SIZES || kept[size].count >= KEPT_MAX || RT_TRACEMALLOC_TRACES ||
                    !rt_may_keep(ts->interp))) {
        PyObject_GC_Del(generator);
        return;
    }
    struct gc_generation *youngest = &ts->interp->gc.generations[0];
    youngest->count -= youngest->count > 0;
    _Py_AS_GC((PyObject *)generator)->_gc_prev = 0; /* nor is the next one finalised */
    generator->gi_name = (PyObject *)kept[size].first;
    kept[size].first = generator;
    kept[size].count++;
}

void __real__PyAsyncGen_ClearFreeLists(RT_FREE_LISTS_PARAMETERS);
void __wrap__PyAsyncGen_ClearFreeLists(RT_FREE_LISTS_PARAMETERS);

/* Called by full collections: who counts blocks of memory finds none left over. */
void __wrap__PyAsyncGen_ClearFreeLists(RT_FREE_LISTS_PARAMETERS) {
    __real__PyAsyncGen_ClearFreeLists(RT_FREE_LISTS_ARGUMENTS);
    if (!RT_FREE_LISTS_ARE_KEPT) {
        return;
    }
    rt_spare_free();
    for (uint32_t size = 0; size < KEPT_SIZES; size++) {
        while (kept[size].first != NULL) {
            PyGenObject *generator = kept[size].first;
            kept[size].first = (PyGenObject *)generator->gi_name;
            PyObject_GC_Del(generator);
        }
        kept[size].count = 0;
    }
}

/* ---- the usual case ---- */

static inline PyTypeObject *type_of(const PyCodeObject *code) {
    switch (code->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) {
    case CO_GENERATOR: return &PyGen_Type;
    case CO_COROUTINE: return &PyCoro_Type;
    default: return &PyAsyncGen_Type;
    }
}

/* As make_gen and _Py_MakeCoro, with a frame whose slots are still to be filled. Not tracked by the
 * collector. */
static inline PyGenObject *new_object(PyThreadState *ts, PyFunctionObject *function,
                                      const RtCode *native) {
    PyCodeObject *code = native->code;
    PyGenObject *generator =
        take(ts, type_of(code), native->frame_size - (uint32_t)FRAME_SPECIALS_SIZE);
    if (rt_unlikely(generator == NULL)) {
        return NULL;
    }
    RT_SET_GENERATOR_CODE(generator, code);
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
    RT_SET_FUNCTION(frame, (PyFunctionObject *)Py_NewRef(function));
    frame->f_globals = function->func_globals;
    frame->f_builtins = function->func_builtins;
    frame->f_locals = NULL;
    RT_SET_CODE(frame, (PyCodeObject *)Py_NewRef(code));
    frame->frame_obj = NULL;
    frame->previous = NULL;
    frame->stacktop = (int)native->slots;
    RT_SET_ENTRY(frame);
    frame->owner = FRAME_OWNED_BY_GENERATOR;
    return generator;
}

bool rt_generator_is_plain(const RtCode *native) {
    int first = _Py_OPCODE(*native->first);
    return first == RETURN_GENERATOR ||
           (first == COPY_FREE_VARS && _Py_OPCODE(native->first[1]) == RETURN_GENERATOR);
}

static inline PyObject *make_plain(PyThreadState *ts, PyFunctionObject *function,
                                   const RtCode *native, PyObject *const *args) {
    PyGenObject *generator = new_object(ts, function, native);
    if (rt_unlikely(generator == NULL)) {
        rt_drop_arguments(args, native->params, NULL);
        return NULL;
    }
    _PyInterpreterFrame *frame = rt_generator_frame(generator);
    uint32_t i = 0;
    for (; i < native->params; i++) {
        frame->localsplus[i] = args[i];
    }
    for (; i < native->slots; i++) {
        frame->localsplus[i] = NULL;
    }
    frame->prev_instr = rt_suspended_at(native->first);
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
    PyGenObject *generator = (PyGenObject *)_Py_MakeCoro(RT_FUNCTION(frame));
    if (generator == NULL) {
        return NULL;
    }
    Py_INCREF(RT_FUNCTION(frame));
    Py_INCREF(RT_CODE(frame));
    _PyInterpreterFrame *own = rt_generator_frame(generator);
    _PyFrame_Copy(frame, own);
    own->prev_instr = rt_suspended_at(own->prev_instr);
    own->owner = FRAME_OWNED_BY_GENERATOR;
    generator->gi_frame_state = FRAME_CREATED;
    return (PyObject *)generator;
}

/* The frame's slots are filled. */
static PyObject *make_of_frame(PyThreadState *ts, _PyInterpreterFrame *frame,
                               const RtCode *native) {
    rt_frame_link(ts, frame);
    PyObject *generator = NULL;
    bool entered = rt_recursion_enter(ts) == 0;
    if (entered) {
        generator = move_frame(ts, frame, native);
        RT_RECURSION(ts)++;
    }
    RT_CURRENT(ts) = frame->previous;
    if (generator != NULL) {
        rt_frame_free(ts, frame);
    } else {
        rt_frame_clear(ts, frame, native->slots);
    }
    return generator;
}

PyObject *rt_generator_new(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                           PyObject *const *args, Py_ssize_t count, PyObject *names) {
    _PyInterpreterFrame *frame = rt_frame_new(ts, function, native);
    if (frame == NULL) {
        return NULL;
    }
    if (!rt_bind(native, function, frame->localsplus, args, count, names)) {
        rt_frame_clear(ts, frame, native->slots);
        return rt_function_interpret(ts, function, args, count, names);
    }
    return make_of_frame(ts, frame, native);
}

/* A coroutine's origin is the callers of a frame that the usual case does not have. */
PyObject *rt_generator_plain(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                             PyObject *const *args) {
    if (rt_likely(rt_guard(RT_RECURSION(ts) > 0 && ts->coroutine_origin_tracking_depth == 0))) {
        return make_plain(ts, function, native, args);
    }
    _PyInterpreterFrame *frame = rt_frame_new(ts, function, native);
    if (frame == NULL) {
        rt_drop_arguments(args, native->params, NULL);
        return NULL;
    }
    for (uint32_t i = 0; i < native->slots; i++) {
        frame->localsplus[i] = i < native->params ? args[i] : NULL;
    }
    return make_of_frame(ts, frame, native);
}
