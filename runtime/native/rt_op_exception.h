/* except clauses and with statements. */
#ifndef PYC2C_RUNTIME_RT_OP_EXCEPTION_H
#define PYC2C_RUNTIME_RT_OP_EXCEPTION_H

#include "rt_op_python.h"

int rt_exc_match_call(PyThreadState *ts, PyObject *exception, PyObject *type);

/* CHECK_EXC_MATCH: 0, 1, or -1 with an exception when `type` is no exception type. */
RT_INLINE int rt_exc_match(PyThreadState *ts, PyObject *exception, PyObject *type) {
    if ((PyObject *)Py_TYPE(exception) == type) {
        return 1;
    }
    return rt_exc_match_call(ts, exception, type);
}

/* CHECK_EG_MATCH: the rest (the exception itself when nothing matches, or None), and in *match what
 * matches, or None. A match becomes the handled exception. NULL with an exception. */
PyObject *rt_exc_match_star(PyThreadState *ts, PyObject *exception, PyObject *type,
                            PyObject **match);

/* PREP_RERAISE_STAR: what the except* clauses leave to be raised, or None. */
PyObject *rt_exc_prepare_star(PyThreadState *ts, PyObject *original, PyObject *list);

/* END_ASYNC_FOR: true when the exception ends the loop. */
RT_INLINE int rt_exc_end_async_for(PyThreadState *ts, PyObject *exception) {
    (void)ts;
    return PyErr_GivenExceptionMatches(exception, PyExc_StopAsyncIteration);
}

/* CLEANUP_THROW: true when the exception means that a generator returned; the value. */
RT_INLINE int rt_exc_is_stop(PyThreadState *ts, PyObject *exception) {
    (void)ts;
    return PyErr_GivenExceptionMatches(exception, PyExc_StopIteration);
}
RT_INLINE PyObject *rt_exc_stop_value(PyThreadState *ts, PyObject *exception) {
    (void)ts;
    return Py_NewRef(((PyStopIterationObject *)exception)->value);
}

/* INTRINSIC_STOPITERATION_ERROR: the exception, or the RuntimeError that leaves a generator in its
 * stead. NULL with an exception. */
PyObject *rt_exc_explain_stop(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *exception);

/* BEFORE_WITH, BEFORE_ASYNC_WITH: what __enter__ returned; *exit is the bound __exit__. NULL with
 * an exception; then *exit is NULL. */
PyObject *rt_with_enter(PyThreadState *ts, PyObject *manager, PyObject **exit);
PyObject *rt_async_with_enter(PyThreadState *ts, PyObject *manager, PyObject **exit);

/* WITH_EXCEPT_START: exit(type, exception, traceback). */
PyObject *rt_with_exit(PyThreadState *ts, PyObject *exit, PyObject *exception);

#endif
