/* Entering a body with an object for each parameter.
 *
 * What most calls come to. For small numbers of arguments and variables there is a function each,
 * in which both are constants: it has no loops over the slots, which would cost more than what they
 * do, most of all in branches that the processor cannot foresee. */
#include "rt_frame.h"

#include <string.h>

/* Where it does not go the short way: a new chunk of the data stack, and whatever is to be said at
 * the end of a recursion. */
static RT_COLD PyObject *enter_at_limit(PyThreadState *ts, PyFunctionObject *function,
                                        const RtCode *native, PyObject *const *args) {
    _PyInterpreterFrame *frame = rt_frame_new(ts, function, native);
    if (frame == NULL) {
        rt_drop_arguments(args, native->params, NULL);
        return NULL;
    }
    for (uint32_t i = 0; i < native->slots; i++) {
        frame->localsplus[i] = i < native->params ? args[i] : NULL;
    }
    return rt_frame_run(ts, frame, native);
}

/* Somebody looked at the frame, and it holds more than its slots. */
static RT_COLD void leave_seen(PyThreadState *ts, _PyInterpreterFrame *frame, uint32_t slots) {
    rt_frame_clear(ts, frame, slots);
}

/* ---- slots: of small numbers, which are constants ---- */

static RT_ALWAYS_INLINE void fill_few(PyObject **slots, PyObject *const *args, uint32_t arguments,
                                      uint32_t count) {
#pragma GCC unroll 8
    for (uint32_t i = 0; i < arguments; i++) {
        slots[i] = args[i];
    }
#pragma GCC unroll 8
    for (uint32_t i = arguments; i < count; i++) {
        slots[i] = NULL;
    }
}

static RT_ALWAYS_INLINE void drop_few(PyObject *const *slots, uint32_t count) {
#pragma GCC unroll 8
    for (uint32_t i = 0; i < count; i++) {
        PyObject *value = slots[i];
        if (value != NULL) {
            rt_decref(value);
        }
    }
}

/* ---- of any numbers, from four on ---- */

/* Four at a time, from the end: the first ones may belong to the arguments, or lie before them. */
static inline void clear_many(PyObject **slots, uint32_t arguments, uint32_t count) {
    for (PyObject **end = slots + count; end > slots + arguments; end -= 4) {
        memset(end - 4, 0, 4 * sizeof(*end));
    }
}

/* Many variables are unset where a function returns early. */
static inline void drop_many(PyObject *const *slot, uint32_t count) {
    PyObject *const *end = slot + count, *const *last = end - 4;
    for (; slot <= last; slot += 4) {
        if (((uintptr_t)slot[0] | (uintptr_t)slot[1] | (uintptr_t)slot[2] | (uintptr_t)slot[3]) !=
            0) {
            drop_few(slot, 4);
        }
    }
    for (; slot < end; slot++) {
        drop_few(slot, 1);
    }
}

/* ---- entering ---- */

/* All that may stand in the way is tested first; then the frame is never the first one of its
 * chunk, and giving it back is one store. The arguments lie on the C stack: their place tells how
 * deep it is. */
static RT_ALWAYS_INLINE PyObject *enter(PyThreadState *ts, PyFunctionObject *function,
                                        const RtCode *native, PyObject *const *args,
                                        uint32_t arguments, uint32_t slots, bool many) {
    _PyInterpreterFrame *frame = (_PyInterpreterFrame *)ts->datastack_top;
    uintptr_t top = (uintptr_t)frame + native->frame_size * sizeof(PyObject *);
    if (rt_unlikely(!rt_guard(top < (uintptr_t)ts->datastack_limit && RT_RECURSION(ts) > 0 &&
                              (uintptr_t)args >= rt_stack_limit))) {
        return enter_at_limit(ts, function, native, args);
    }
    ts->datastack_top = (PyObject **)top;
    RT_RECURSION(ts)--;
    if (many) { /* in this order: see clear_many */
        clear_many(frame->localsplus, arguments, slots);
        rt_frame_init(frame, function, native);
        for (uint32_t i = 0; i < arguments; i++) {
            frame->localsplus[i] = args[i];
        }
    } else {
        rt_frame_init(frame, function, native);
        fill_few(frame->localsplus, args, arguments, slots);
    }
    rt_frame_link(ts, frame);
    PyObject *result = rt_body_run(ts, frame, native);
    RT_CURRENT(ts) = frame->previous;
    if (rt_unlikely(((uintptr_t)frame->frame_obj | (uintptr_t)frame->f_locals) != 0)) {
        leave_seen(ts, frame, slots);
    } else {
        if (many) {
            drop_many(frame->localsplus, slots);
        } else {
            drop_few(frame->localsplus, slots);
        }
        ts->datastack_top = (PyObject **)frame;
    }
    RT_RECURSION(ts)++;
    return result;
}

static PyObject *enter_any(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                           PyObject *const *args) {
    return enter(ts, function, native, args, native->params, native->slots, true);
}

/* ---- by numbers of arguments and of other variables ---- */

enum { MOST_ARGUMENTS = 6, MOST_OTHERS = 3 };

#define EACH_NUMBER(row) row(0) row(1) row(2) row(3) row(4) row(5) row(6)
#define FUNCTION(arguments, others)                                                                \
    static PyObject *enter_##arguments##_##others(PyThreadState *ts, PyFunctionObject *function,   \
                                                  const RtCode *native, PyObject *const *args) {   \
        return enter(ts, function, native, args, arguments, (arguments) + (others), false);        \
    }
#define FUNCTIONS(arguments)                                                                       \
    FUNCTION(arguments, 0) FUNCTION(arguments, 1) FUNCTION(arguments, 2) FUNCTION(arguments, 3)
#define NAMES(arguments)                                                                           \
    {enter_##arguments##_0, enter_##arguments##_1, enter_##arguments##_2, enter_##arguments##_3},

EACH_NUMBER(FUNCTIONS)

static const RtEnter by_numbers[MOST_ARGUMENTS + 1][MOST_OTHERS + 1] = {EACH_NUMBER(NAMES)};

RtEnter rt_enter_choose(const RtCode *native) {
    uint32_t others = native->slots - native->params;
    return native->params <= MOST_ARGUMENTS && others <= MOST_OTHERS
               ? by_numbers[native->params][others]
               : enter_any;
}
