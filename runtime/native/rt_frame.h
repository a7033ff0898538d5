/* Frames of native functions: pushed before, popped after the body.
 *
 * As _PyEval_Vector and _PyEvalFrameClearAndPop do it for bytecode, with two savings: the frame
 * borrows its function from the caller, who keeps it alive during the call, and its code object,
 * which RtCode keeps for good. When somebody made a frame object of the frame, that one may outlive
 * the call, and gets references of its own (rt_frame_leave_shared). */
#ifndef PYC2C_RUNTIME_RT_FRAME_H
#define PYC2C_RUNTIME_RT_FRAME_H

#include "rt_native.h"

/* ---- code objects ---- */

enum { RT_EXTRA_FUNCTION, RT_EXTRA_BODY }; /* what co_extra holds of native code */

/* As codeobject.c declares it. */
typedef struct RtCodeExtra {
    Py_ssize_t size;
    void *items[];
} RtCodeExtra;

/* The native code of a code object, or NULL. */
static inline const RtCode *rt_code_of(const PyCodeObject *code) {
    const RtCodeExtra *extra = code->co_extra;
    return extra != NULL && extra->size > RT_EXTRA_FUNCTION ? extra->items[RT_EXTRA_FUNCTION]
                                                            : NULL;
}

/* The native code of a module's or a class's body, or NULL: at an index of its own, so that
 * functions which somebody makes of such a code object are none of native code. */
static inline const RtCode *rt_body_of(const PyCodeObject *code) {
    const RtCodeExtra *extra = code->co_extra;
    return extra != NULL && extra->size > RT_EXTRA_BODY ? extra->items[RT_EXTRA_BODY] : NULL;
}

/* Native code may run: nobody traces, profiles or replaced the evaluation of frames. */
static inline bool rt_may_run(PyThreadState *ts) {
    return rt_likely(rt_native_guard(!rt_is_watched(ts) && ts->interp->eval_frame == NULL));
}

/* ---- the C stack (rt_stack.c) ---- */

/* Address below which the stack of this thread must not grow; all ones until it is known. */
extern __thread uintptr_t rt_stack_limit;
/* -1 with a RecursionError when the stack is used up. */
RT_COLD int rt_stack_check(PyThreadState *ts);

/* ---- frames ---- */

RT_COLD _PyInterpreterFrame *rt_frame_room(PyThreadState *ts, const RtCode *native);
RT_COLD void rt_frame_leave_shared(PyThreadState *ts, _PyInterpreterFrame *frame);
RT_COLD void rt_frame_leave_chunk(PyThreadState *ts, _PyInterpreterFrame *frame);

/* All of a frame but its slots and its link. */
static inline void rt_frame_init(_PyInterpreterFrame *frame, PyFunctionObject *function,
                                 const RtCode *native) {
    RT_SET_FUNCTION(frame, function);
    frame->f_globals = function->func_globals;
    frame->f_builtins = function->func_builtins;
    frame->f_locals = NULL;
    RT_SET_CODE(frame, native->code);
    frame->frame_obj = NULL;
    frame->prev_instr = native->start;
    frame->stacktop = (int)native->slots;
    RT_SET_ENTRY(frame);
    frame->owner = FRAME_OWNED_BY_THREAD;
}

/* Room for a frame, all but its slots set, not yet linked. NULL with an exception when memory is
 * out. */
static inline _PyInterpreterFrame *rt_frame_new(PyThreadState *ts, PyFunctionObject *function,
                                                const RtCode *native) {
    _PyInterpreterFrame *frame = (_PyInterpreterFrame *)ts->datastack_top;
    if (rt_likely(native->frame_size < (size_t)(ts->datastack_limit - ts->datastack_top))) {
        ts->datastack_top += native->frame_size;
    } else {
        frame = rt_frame_room(ts, native);
        if (frame == NULL) {
            return NULL;
        }
    }
    rt_frame_init(frame, function, native);
    return frame;
}

static inline void rt_frame_link(PyThreadState *ts, _PyInterpreterFrame *frame) {
    frame->previous = RT_CURRENT(ts);
    RT_CURRENT(ts) = frame;
}

/* Gives the room back; the frame's references are gone. */
static inline void rt_frame_free(PyThreadState *ts, _PyInterpreterFrame *frame) {
    if (rt_unlikely((PyObject **)frame == &ts->datastack_chunk->data[0])) {
        rt_frame_leave_chunk(ts, frame);
    } else {
        ts->datastack_top = (PyObject **)frame;
    }
}

/* Drops what the frame holds; no frame object was made of it. */
static inline void rt_frame_drop(_PyInterpreterFrame *frame, uint32_t slots) {
    PyObject *const *end = frame->localsplus + slots;
    for (PyObject *const *slot = frame->localsplus; slot < end; slot++) {
        if (*slot != NULL) {
            rt_decref(*slot);
        }
    }
    Py_XDECREF(frame->f_locals);
}

/* Drops what the frame holds and gives its room back. It is unlinked: finalisers that run now must
 * not see it (CPython's GH-99729). */
static inline void rt_frame_clear(PyThreadState *ts, _PyInterpreterFrame *frame, uint32_t slots) {
    if (rt_unlikely(frame->frame_obj != NULL)) {
        rt_frame_leave_shared(ts, frame);
        return;
    }
    rt_frame_drop(frame, slots);
    rt_frame_free(ts, frame);
}

/* Counts one level of recursion. -1 with a RecursionError, and nothing counted, at the limit. */
static inline int rt_recursion_enter(PyThreadState *ts) {
    if (rt_unlikely((uintptr_t)__builtin_frame_address(0) < rt_stack_limit) &&
        rt_stack_check(ts) < 0) {
        return -1;
    }
    return rt_unlikely(RT_RECURSION(ts)-- <= 0) ? rt_recursion_error(ts) : 0;
}

/* Does what somebody asks for before a body begins (rt_poll.c): NULL when that raised. */
RT_COLD PyObject *rt_body_asked(PyThreadState *ts, _PyInterpreterFrame *frame,
                                const RtCode *native);

/* The body, in a frame that is linked. */
static inline PyObject *rt_body_run(PyThreadState *ts, _PyInterpreterFrame *frame,
                                    const RtCode *native) {
    return rt_unlikely(rt_asked(ts)) ? rt_body_asked(ts, frame, native) : native->body(ts, frame);
}

/* Runs the body in a frame whose slots are filled, and drops the frame. */
static inline PyObject *rt_frame_run(PyThreadState *ts, _PyInterpreterFrame *frame,
                                     const RtCode *native) {
    rt_frame_link(ts, frame);
    if (rt_unlikely(rt_recursion_enter(ts) < 0)) {
        RT_CURRENT(ts) = frame->previous;
        rt_frame_clear(ts, frame, native->slots);
        return NULL;
    }
    PyObject *result = rt_body_run(ts, frame, native);
    RT_CURRENT(ts) = frame->previous;
    rt_frame_clear(ts, frame, native->slots);
    RT_RECURSION(ts)++;
    return result;
}

/* ---- rt_enter.c ---- */

RtEnter rt_enter_choose(const RtCode *native);

/* ---- rt_bind.c ---- */

/* Binds a call's arguments to the parameters of native code, as initialize_locals of ceval.c:
 * fills all slots. `names` (or NULL) names the last ones of the arguments. False when the call is
 * wrong in some way, or memory is out: slots are filled or NULL, no exception is set; the caller
 * lets CPython find out what is wrong. */
bool rt_bind(const RtCode *native, PyFunctionObject *function, PyObject **slots,
             PyObject *const *args, Py_ssize_t count, PyObject *names);

/* Drops the arguments of a call that ended with an exception before the body began, in the order in
 * which CPython does it where they do not fit: those without a parameter come first. */
void rt_drop_refused(const RtCode *native, PyObject *const *args, Py_ssize_t count,
                     PyObject *names);

/* Whose references the arguments of a call are. Native callers hand theirs over, as the
 * interpreter's stack does: an argument that nobody else holds dies when the callee drops it. */
typedef enum RtArguments { RT_BORROWED, RT_MOVED } RtArguments;

/* As rt_bind, for code with up to RT_BIND_MOST parameters, and into an array with a reference for
 * each. False: it takes rt_bind to do it, or to fail, and nothing was done. */
enum { RT_BIND_MOST = 12 };
bool rt_bind_all(const RtCode *native, PyFunctionObject *function, PyObject **all,
                 PyObject *const *args, Py_ssize_t count, PyObject *names, RtArguments whose);

/* ---- rt_function.c ---- */

/* Type of functions with native code: a subtype of PyFunction_Type, or that itself. */
#if RT_FUNCTIONS_HAVE_TYPE
extern PyTypeObject rt_function_type;
#else
#define rt_function_type PyFunction_Type
#endif
static inline bool rt_is_function(PyObject *object) {
    return Py_IS_TYPE(object, &rt_function_type) || PyFunction_Check(object);
}
int rt_function_start(void); /* -1 with an exception set */

/* ---- rt_instance.c ---- */

int rt_instance_start(void); /* -1 with an exception set */
/* As PyObject_IsInstance: -1 with an exception set. */
int rt_is_instance(PyThreadState *ts, PyObject *object, PyObject *classes);

/* ---- rt_exact.c, where functions have a type of their own; rt_watch.c elsewhere ---- */

int rt_exact_start(void); /* -1 with an exception set */
int rt_watch_start(void); /* -1 with an exception set */
#if RT_FUNCTIONS_HAVE_TYPE
#define rt_version_start rt_exact_start
#else
#define rt_version_start rt_watch_start
#endif

/* ---- rt_call.c, rt_call_c.c ---- */

static inline void rt_drop_arguments(PyObject *const *args, Py_ssize_t count, PyObject *names) {
    Py_ssize_t total = names != NULL ? count + PyTuple_GET_SIZE(names) : count;
    for (Py_ssize_t i = 0; i < total; i++) {
        Py_DECREF(args[i]);
    }
}
/* What C code called for, a signal that it sent above all, is done right behind the call, as CALL
 * does it (CHECK_EVAL_BREAKER); functions in Python have looked for it when they began. */
static inline PyObject *rt_polled(PyThreadState *ts, PyObject *result) {
    if (result != NULL && rt_poll(ts, NULL) < 0) {
        Py_CLEAR(result);
    }
    return result;
}
/* Calls what has no native code. Takes over the arguments, which have a writable entry in front;
 * polls. */
PyObject *rt_call_c(PyThreadState *ts, PyObject *callable, PyObject *const *args, Py_ssize_t count,
                    PyObject *names);
/* The same for a PyCFunction, for a method descriptor, */
PyObject *rt_call_c_function(PyThreadState *ts, PyObject *callable, PyObject *const *args,
                             Py_ssize_t count);
PyObject *rt_call_c_method(PyThreadState *ts, PyObject *callable, PyObject *const *args,
                           Py_ssize_t count);
/* for a class whose type is `type`. False, and nothing happened: there is no short way for it. */
bool rt_call_c_class(PyThreadState *ts, PyObject *class, PyObject *const *args, Py_ssize_t count,
                     PyObject **result);
int rt_builtin_start(void); /* rt_builtin.c: -1 with an exception set */
/* The definition of a type's method, or NULL: there is none. */
PyMethodDef *rt_method_of(PyTypeObject *type, const char *name);
/* Puts `function` in the place of a definition's, which must have these flags; the function that
 * was there, or NULL with an exception set. */
PyCFunction rt_replace_function(PyMethodDef *definition, const char *name, int flags,
                                PyCFunction function);
int rt_super_start(void); /* rt_super.c; the same */
/* vectorcall of rt_function_type. */
PyObject *rt_function_vectorcall(PyObject *function, PyObject *const *args, size_t flags,
                                 PyObject *names);
/* As _PyFunction_Vectorcall, which takes exact functions only: the interpreter runs the bytecode.
 */
PyObject *rt_function_interpret(PyThreadState *ts, PyFunctionObject *function,
                                PyObject *const *args, Py_ssize_t count, PyObject *names);

/* As a call of a function from C; takes over the arguments. */
PyObject *rt_call_from_c(PyThreadState *ts, PyObject *object, PyObject *const *args,
                         Py_ssize_t count, PyObject *names);

/* ---- rt_construct.c ---- */

int rt_construct_start(void); /* -1 with an exception set */
/* A class whose objects are made or initialised by Python code: the site has its __init__ or the
 * static method __new__ then, for the class's version. */
bool rt_construct_find(PyTypeObject *type, RtCallSite *site);
/* Objects of such classes. The arguments are borrowed in the first, taken over in the second, where
 * somebody holds them until it is over and there is a writable entry in front. New reference, or
 * NULL with an exception set. */
PyObject *rt_construct_exception(PyTypeObject *type, PyObject *const *args, Py_ssize_t count);
PyObject *rt_construct_by_new(PyThreadState *ts, PyTypeObject *type, PyObject *method,
                              PyObject *const *args, Py_ssize_t count, PyObject *names);
/* As type_call with BaseException's tp_new and tp_init, where the class has these: false for any
 * other. *result: new reference, or NULL with an exception set. The arguments are borrowed. */
bool rt_call_exception(PyThreadState *ts, PyObject *class, PyObject *const *args, Py_ssize_t count,
                       PyObject **result);

/* ---- rt_traceback.c ---- */

/* As PyTraceBack_Here, for a frame of native code. */
void rt_traceback_add(PyThreadState *ts, PyFrameObject *object, const _PyInterpreterFrame *frame);

/* ---- rt_generator.c ---- */

/* Nothing in front of RETURN_GENERATOR but a closure to be copied. */
bool rt_generator_is_plain(const RtCode *native);
/* Calls a generator-like function: a new generator, coroutine or async generator. Of a plain one,
 * with an object for each parameter, which are taken over; */
PyObject *rt_generator_plain(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                             PyObject *const *args);
/* with any arguments, borrowed. */
PyObject *rt_generator_new(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                           PyObject *const *args, Py_ssize_t count, PyObject *names);

#endif
