/* The runtime as generated code sees it.
 *
 * A native function runs in a real interpreter frame on the thread's data stack, with its locals in
 * the frame's slots as the code object lays them out, so everything that looks at frames sees what
 * it would see under the interpreter. The frame is pushed and popped by the caller (rt_call.c), the
 * body only computes:
 *
 *     body(ts, frame)             arguments are in their slots, other slots are NULL, the frame is
 * the current one. Result: new reference, or NULL with an exception that has this frame's traceback
 * entry. step(ts, frame, throwflag)  of generators, coroutines, async generators. Frame state is
 * exactly the interpreter's: prev_instr at the RETURN_GENERATOR, YIELD_VALUE or (after a delegate
 * returned) the unit before the resume point, operand stack saved in the frame with the sent value
 * on top. So either side can resume what the other suspended. With throwflag an exception is set
 * and is raised there. Linking and unlinking the frame is the caller's work (rt_generator.c).
 *
 * Each generated C file defines one RtUnit, found through a linker section; rt_attach.c connects
 * its codes with the module's code objects (co_extra) when the module is loaded. Functions whose
 * code object has no RtCode run as bytecode. */
#ifndef PYC2C_RUNTIME_RT_NATIVE_H
#define PYC2C_RUNTIME_RT_NATIVE_H

#include "../rt_compat.h"

#include <stdbool.h>
#include <stdint.h>

#define rt_likely(x) __builtin_expect(!!(x), 1)
#define rt_unlikely(x) __builtin_expect(!!(x), 0)
#define RT_COLD __attribute__((cold, noinline))

typedef PyObject *(*RtBody)(PyThreadState *ts, _PyInterpreterFrame *frame);
typedef PyObject *(*RtStep)(PyThreadState *ts, _PyInterpreterFrame *frame, int throwflag);

/* One function. Generated code fills the first three; attaching fills the rest. */
typedef struct RtCode {
    uint32_t ordinal;                       /* of the code object in its module, preorder */
    RtBody body;                            /* NULL for generators & co. */
    RtStep step;                            /* NULL for others */
    PyCodeObject *code;                     /* owned, for the life of the process */
    PyObject *const *consts, *const *names; /* items of co_consts and co_names */
    _Py_CODEUNIT *first;                    /* first instruction */
    uint32_t flags;                         /* RT_CODE_* */
    uint32_t frame_size;                    /* of a frame, in PyObject * */
} RtCode;

enum {
    RT_CODE_PLAIN = 1, /* only positional-or-keyword parameters: a call with exactly argcount
                          arguments binds by position */
};

typedef struct RtUnit {
    const char *module;      /* name in the image */
    const char *fingerprint; /* FrontModuleCode.fingerprint in hex */
    RtCode *codes;
    uint32_t count;
} RtUnit;

#define RT_UNIT(unit)                                                                              \
    static const RtUnit *const rt_unit_pointer __attribute__((section("pyc2c_units"), used)) =     \
        &(unit)

/* ---- what the emitter uses apart from the rows of ops.def ---- */

/* `loc`: frame->prev_instr = self->first + offset. */
#define RT_LOC(offset) (frame->prev_instr = self->first + (offset))
/* On a raise edge, before anything is released: adds the frame's traceback entry. Not on a reraise
 * edge. */
RT_COLD void rt_raised(PyThreadState *ts, _PyInterpreterFrame *frame);
/* `reraise`: sets `exception` (reference taken) as the current one, and prev_instr from `lasti`
 * (may be NULL; borrowed). */
RT_COLD void rt_reraise(PyThreadState *ts, PyObject *exception, PyObject *lasti,
                        _PyInterpreterFrame *frame);
/* `raise`: sets the exception. True when it is a reraise (`raise` without operands succeeded): then
 * there is no traceback entry. */
RT_COLD bool rt_raise(PyThreadState *ts, PyObject *exception, PyObject *cause, int count);
/* `yield`: before: entries (references moved into the frame) are stored from the bottom, the
 * generator is marked suspended; the step then returns the value. */
static inline void rt_suspend(_PyInterpreterFrame *frame, PyObject *const *entries, int count);

#endif
