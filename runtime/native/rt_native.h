/* The runtime as generated code sees it.
 *
 * A native function runs in a real interpreter frame on the thread's data stack, with its locals in
 * the frame's slots as the code object lays them out, so everything that looks at frames sees what
 * it would see under the interpreter. The frame is pushed and popped by the caller (rt_frame.h),
 * the body only computes:
 *
 *     body(ts, frame)
 *         Arguments are in their slots, other slots are NULL, the frame is the current one.
 *         Result: new reference, or NULL with an exception that has this frame's traceback entry.
 *     step(ts, frame, throwflag)
 *         Of generators, coroutines, async generators. Frame state is exactly the interpreter's:
 *         prev_instr at the RETURN_GENERATOR, YIELD_VALUE or (after a delegate returned) the unit
 *         before the resume point (from 3.13 on one instruction further, rt_suspended_at), operand
 *         stack saved in the frame with the sent value on top. So either side can resume what the
 *         other suspended. With throwflag an exception is set and is raised there. Linking and
 *         unlinking the frame is the caller's work (rt_generator.c).
 *
 * Each generated C file defines one RtUnit, found through a linker section; rt_attach.c connects
 * its codes with the module's code objects (co_extra) when the module is loaded. Functions whose
 * code object has no RtCode run as bytecode. */
#ifndef PYC2C_RUNTIME_RT_NATIVE_H
#define PYC2C_RUNTIME_RT_NATIVE_H

#include "rt_compat_native.h"
#include "rt_guard.h"

#include <stdbool.h>
#include <stdint.h>

#define rt_likely(x) __builtin_expect(!!(x), 1)
#define rt_unlikely(x) __builtin_expect(!!(x), 0)
#define RT_COLD __attribute__((cold, noinline))
#define RT_UNUSED __attribute__((unused))
#define RT_NOINLINE __attribute__((noinline))
#define RT_ALWAYS_INLINE inline __attribute__((always_inline))

typedef PyObject *(*RtBody)(PyThreadState *ts, _PyInterpreterFrame *frame);
typedef PyObject *(*RtStep)(PyThreadState *ts, _PyInterpreterFrame *frame, int throwflag);

typedef struct RtCode RtCode;
/* Calls a body with one object for each of its parameters, in their order. They lie on the C stack
 * and are taken over; the caller keeps the function. */
typedef PyObject *(*RtEnter)(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                             PyObject *const *args);

/* One function. Generated code fills the first five; attaching fills the rest. */
struct RtCode {
    uint32_t ordinal;                       /* of the code object in its module, preorder */
    uint64_t identity;                      /* that the code object must have (py_identity.h) */
    RtBody body;                            /* NULL for generators & co. */
    RtStep step;                            /* NULL for others */
    uint32_t flags;                         /* RT_CODE_* */
    PyCodeObject *code;                     /* owned, for the life of the process */
    PyObject *const *consts, *const *names; /* items of co_consts and co_names */
    _Py_CODEUNIT *first;                    /* first instruction */
    _Py_CODEUNIT *start;                    /* where a frame stands when its body is called */
    uint32_t frame_size;                    /* of a frame, in PyObject * */
    uint32_t slots;                         /* co_nlocalsplus */
    uint32_t argcount;                      /* co_argcount */
    uint32_t params;                        /* and keyword-only ones, *args, **kwargs */
    uint32_t exact;                         /* arguments by position that fill all; or UINT32_MAX */
    RtEnter enter;                          /* of one with a body; else NULL */
};

enum {
    /* Starts with an object for each parameter: a generator makes no cells at its start. */
    RT_CODE_PLAIN = 1,
    /* RESUME is the first instruction, and done before the body is called. */
    RT_CODE_POLLED = 2,
};

typedef struct RtUnit {
    const char *module; /* name in the image */
    RtCode *codes;
    uint32_t count;
} RtUnit;

#define RT_UNIT(unit)                                                                              \
    static const RtUnit *const rt_unit_pointer __attribute__((section("pyc2c_units"), used)) =     \
        &(unit)

/* ---- what the emitter uses apart from the rows of ops.def ---- */

/* `loc`: the frame stands at the instruction with this offset. */
#define RT_LOC(offset) (frame->prev_instr = first + (offset))
/* On a raise edge, before anything is released: adds the frame's traceback entry. Not on a reraise
 * edge. */
RT_COLD void rt_raised(PyThreadState *ts, _PyInterpreterFrame *frame);
/* `reraise`: sets `exception` (reference taken) as the current one, and prev_instr from `lasti`
 * (may be NULL; borrowed). */
RT_COLD void rt_reraise(PyThreadState *ts, PyObject *exception, PyObject *lasti,
                        _PyInterpreterFrame *frame);
/* `raise`: sets the exception; both operands are borrowed. True when it is a reraise (`raise`
 * without operands succeeded): then there is no traceback entry. */
RT_COLD bool rt_raise(PyThreadState *ts, PyObject *exception, PyObject *cause, int count);
/* On the way to a handler or out; NULL is nothing to drop. */
RT_COLD void rt_release(PyObject *value);
/* `incref`, `decref`. Macros, because there are many, and each inlined function costs the C
 * compiler time. */
#ifdef Py_REF_DEBUG
#define rt_incref(value) Py_INCREF(value)
#define rt_decref(value) Py_DECREF(value)
#else
#define rt_incref(value) ((void)(RT_IS_COUNTED(value) ? (value)->ob_refcnt++ : 0))
#define rt_decref(value)                                                                           \
    do {                                                                                           \
        if (RT_IS_COUNTED(value) && --(value)->ob_refcnt == 0) {                                   \
            _Py_Dealloc(value);                                                                    \
        }                                                                                          \
    } while (0)
#endif
#define rt_xincref(value) Py_XINCREF(value)
#define rt_xdecref(value) rt_release(value)

/* ---- generators (rt_generator.c) ---- */

/* A throwflag: the exception comes from the delegate. It is raised at the SEND, which is the unit
 * before the YIELD_VALUE where the frame stands. */
enum { RT_DELEGATE_RAISED = 2 };

/* `yield`: before: entries (references moved into the frame) are stored from the bottom, the
 * generator is marked suspended; the step then returns the value. */
static inline void rt_suspend(_PyInterpreterFrame *frame, PyObject *const *entries, int count) {
    int base = RT_CODE(frame)->co_nlocalsplus;
    for (int i = 0; i < count; i++) {
        frame->localsplus[base + i] = entries[i];
    }
    frame->stacktop = base + count;
    _PyFrame_GetGenerator(frame)->gi_frame_state = rt_suspend_state(frame);
}
/* At a resume point, after the operand stack was taken from the frame: what is sent in (new
 * reference), or NULL when an exception is raised here. Marks the frame as running: like under the
 * interpreter its stack is out of sight from here on, and it stands at the next instruction. */
static inline PyObject *rt_sent(RT_UNUSED PyThreadState *ts, _PyInterpreterFrame *frame,
                                int throwflag) {
    PyObject *value = frame->localsplus[frame->stacktop - 1];
    frame->stacktop = -1;
    if (rt_unlikely(throwflag)) {
        Py_DECREF(value); /* None, from gen_send_ex2 */
        frame->prev_instr -= RT_DELEGATE_RAISES_AT_YIELD && throwflag == RT_DELEGATE_RAISED;
        return NULL;
    }
    frame->prev_instr += RT_RESUME_AHEAD;
    return value;
}
/* The interpreter goes on with a frame that stands where no resume point is. */
RT_COLD PyObject *rt_resume_bytecode(PyThreadState *ts, _PyInterpreterFrame *frame, int throwflag);

/* ---- slots, cells, exceptions (rt_frame.c, rt_raise.c) ---- */

/* Reading an unset variable: UnboundLocalError. */
RT_COLD void rt_unbound(PyThreadState *ts, _PyInterpreterFrame *frame, int slot);

static inline PyObject *rt_slot_get(PyThreadState *ts, _PyInterpreterFrame *frame, int slot) {
    PyObject *value = frame->localsplus[slot];
    if (rt_unlikely(value == NULL)) {
        rt_unbound(ts, frame, slot);
    }
    return value;
}
#define rt_slot_bound(ts, frame, slot) ((frame)->localsplus[slot])
static inline PyObject *rt_slot_take(RT_UNUSED PyThreadState *ts, _PyInterpreterFrame *frame,
                                     int slot) {
    PyObject *value = frame->localsplus[slot];
    frame->localsplus[slot] = NULL;
    return value;
}
/* Stores first, then drops the old value: its finaliser may look at the variable. */
static inline void rt_slot_set(RT_UNUSED PyThreadState *ts, _PyInterpreterFrame *frame,
                               PyObject *value, int slot) {
    PyObject *old = frame->localsplus[slot];
    frame->localsplus[slot] = value;
    Py_XDECREF(old);
}
int rt_slot_del(PyThreadState *ts, _PyInterpreterFrame *frame, int slot);
int rt_cell_make(PyThreadState *ts, _PyInterpreterFrame *frame, int slot);
void rt_cells_copy(PyThreadState *ts, _PyInterpreterFrame *frame);
static inline PyObject *rt_cell_ref(RT_UNUSED PyThreadState *ts, _PyInterpreterFrame *frame,
                                    int slot) {
    return frame->localsplus[slot];
}
PyObject *rt_exc_lasti(PyThreadState *ts, _PyInterpreterFrame *frame);
PyObject *rt_exc_catch(PyThreadState *ts, _PyInterpreterFrame *frame);
PyObject *rt_exc_push(PyThreadState *ts, PyObject *exception);
void rt_exc_pop(PyThreadState *ts, PyObject *previous);

/* ---- calls (rt_call.c) ---- */

/* In front of `items` the caller leaves this many entries that the helper may write to. */
enum { RT_CALL_ROOM = 2 };

/* What was called here last, when it has a native body that these arguments fit by position,
 * perhaps with defaults. Zero: nothing yet. */
typedef struct RtCallSite {
    PyObject *code; /* of the function; its RtCode keeps it alive */
    const RtCode *native;
    RtEnter enter;    /* for `count` arguments */
    Py_ssize_t count; /* of arguments, `self` included */
    PyObject *init;   /* __init__ or the static method __new__ of the class that was called last */
    uint32_t version; /* tag of that class, which stands for all that `init` was found by; or 0 */
} RtCallSite;

PyObject *rt_call(PyThreadState *ts, PyObject *callable, PyObject *const *items, Py_ssize_t count,
                  RtCallSite *site);
/* rt_call, where `callable` was named super and a method of the result is looked up next. */
PyObject *rt_call_super(PyThreadState *ts, PyObject *callable, PyObject *const *items,
                        Py_ssize_t count, RtCallSite *site);
PyObject *rt_call_method(PyThreadState *ts, PyObject *callable, PyObject *self,
                         PyObject *const *items, Py_ssize_t count, RtCallSite *site);
PyObject *rt_call_kw(PyThreadState *ts, PyObject *callable, PyObject *self, PyObject *const *items,
                     Py_ssize_t count, PyObject *names, RtCallSite *site);
PyObject *rt_call_ex(PyThreadState *ts, PyObject *callable, PyObject *args, PyObject *kwargs);
/* The same; takes over `args` and `kwargs`. */
PyObject *rt_call_ex_moved(PyThreadState *ts, PyObject *callable, PyObject *args, PyObject *kwargs);
PyObject *rt_func_new(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *code,
                      PyObject *defaults, PyObject *kwdefaults, PyObject *annotations,
                      PyObject *closure);
/* CALL_INTRINSIC_1, CALL_INTRINSIC_2: new reference, NULL with an exception. */
PyObject *rt_intrinsic(PyThreadState *ts, PyObject *value, int which);
PyObject *rt_intrinsic_pair(PyThreadState *ts, PyObject *left, PyObject *right, int which);

/* ---- poll (rt_poll.c) ---- */

RT_COLD int rt_poll_now(PyThreadState *ts);
static inline int rt_poll(PyThreadState *ts, RT_UNUSED _PyInterpreterFrame *frame) {
    return rt_unlikely(rt_asked(ts)) ? rt_poll_now(ts) : 0;
}

/* ---- all other rows of ops.def ---- */
#include "rt_op.h"

/* ---- what runs seldom ---- */
#include "rt_brief.h"

#endif
