/* Loops that need no iterator object.
 *
 * Nobody but the loop itself sees the iterator of a `for` statement, unless the function is
 * suspended within it. So where the iterator is in no frame's operand stack (codegen/emit_loop.c),
 * the loop keeps what it iterates over in the iterator's variable, and where it stands in an RtLoop
 * beside it: lists, tuples, sets, dicts and their views, and what `range(…)`, `enumerate(…)` and
 * `zip(…)` are called with. Everything else has its iterator, as in CPython. */
#ifndef PYC2C_RUNTIME_RT_LOOP_H
#define PYC2C_RUNTIME_RT_LOOP_H

#include "rt_op_python.h"

typedef enum RtLoopKind {
    RT_LOOP_ITERATOR, /* the variable holds an iterator; the rest of the RtLoop is not used */
    RT_LOOP_RANGE,    /* &rt_loop_made: all there is stands in the RtLoop */
    RT_LOOP_LIST,
    RT_LOOP_TUPLE,
    RT_LOOP_SET,
    RT_LOOP_KEYS,      /* the dict, or its keys() */
    RT_LOOP_VALUES,    /* the dict's values() */
    RT_LOOP_ITEMS,     /* loops over pairs: a tuple of RT_LOOP_FIRST and so on */
    RT_LOOP_ENUMERATE, /* the same */
    RT_LOOP_ZIP        /* the same */
} RtLoopKind;

/* The iterators of these hold the last pair until they give the next one or die, after what they
 * iterate over: tuples drop their last item first. */
enum {
    RT_LOOP_FIRST,
    RT_LOOP_SECOND,
    RT_LOOP_OVER, /* the list or tuple, or the view */
    RT_LOOP_OTHER /* the other one of zip */
};

typedef struct RtLoop {
    RtLoopKind kind;
    Py_ssize_t
        at; /* index of the next item; in a dict or set, of its entry; of a range, the next int */
    Py_ssize_t end; /* ranges: what `at` is behind the last one; dicts: items to come */
    Py_ssize_t
        more; /* ranges: the step; dicts, sets: their length at first; enumerate: the first index */
    PyDictObject *dict; /* dicts and views: the dict */
    PyObject *held;     /* from the call to GET_ITER: what the iterator's variable is to hold */
} RtLoop;

/* Stands for what `range(…)`, `enumerate(…)` or `zip(…)` would have returned. */
extern PyObject rt_loop_made;

/* rt_call, where `callable` was named range and the result is only iterated over: it may be the
 * iterator, or &rt_loop_made where there is a `loop`. */
PyObject *rt_call_range(PyThreadState *ts, PyObject *callable, RtLoop *loop, PyObject *const *items,
                        Py_ssize_t count, RtCallSite *site);
/* The same of enumerate, with one argument or two, and of zip, with two, in loops over pairs. */
PyObject *rt_call_enumerate(PyThreadState *ts, PyObject *callable, RtLoop *loop,
                            PyObject *const *items, Py_ssize_t count, RtCallSite *site);
PyObject *rt_call_zip(PyThreadState *ts, PyObject *callable, RtLoop *loop, PyObject *const *items,
                      Py_ssize_t count, RtCallSite *site);

/* GET_ITER, a new reference; `loop`: NULL, or that of the iterator's variable. */
PyObject *rt_iter(PyThreadState *ts, PyObject *value, RtLoop *loop);
/* The same in front of a loop over pairs. */
PyObject *rt_pair_iter(PyThreadState *ts, PyObject *value, RtLoop *loop);

/* The next item, as rt_iter_next; `over`: the iterator's variable. */
PyObject *rt_loop_next(PyThreadState *ts, PyObject *over, RtLoop *loop);
/* The same, as rt_pair_next. */
PyObject *rt_loop_next_pair(PyThreadState *ts, PyObject *over, RtLoop *loop, PyObject **pair);

/* The next item of a loop over a list, a new reference; NULL at its end, and of other loops. */
RT_INLINE PyObject *rt_loop_list_next(PyObject *over, RtLoop *loop) {
    if (rt_likely(rt_guard(loop->kind == RT_LOOP_LIST) && loop->at < PyList_GET_SIZE(over))) {
        return Py_NewRef(PyList_GET_ITEM(over, loop->at++));
    }
    return NULL;
}

#endif
