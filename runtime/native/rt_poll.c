/* What the interpreter does between instructions when asked to: signals, pending calls, letting
 * other threads run, exceptions that another thread set. And C code's question for signals. */
#include "rt_frame.h"

int __real_PyErr_CheckSignals(void);
int __wrap_PyErr_CheckSignals(void);
void __real__PyEval_SignalReceived(RT_SIGNAL_PARAMETERS);
void __wrap__PyEval_SignalReceived(RT_SIGNAL_PARAMETERS);

/* ---- C code that asks for signals ---- */

/* A signal has come, at some time; set in signal handlers. */
static RtFlag signalled;

void __wrap__PyEval_SignalReceived(RT_SIGNAL_PARAMETERS) {
    rt_flag_set(&signalled);
    __real__PyEval_SignalReceived(RT_SIGNAL_ARGUMENTS);
}

/* repr(), str(), long multiplication and the like ask at each step, for some forty instructions.
 * Before the first signal there is nothing to say. (Afterwards only signalmodule.c knows: what it
 * has still to handle when a handler raises shows nowhere else.) */
int __wrap_PyErr_CheckSignals(void) {
    return rt_likely(!rt_flag_get(&signalled) && !rt_collector_waits())
               ? 0
               : __real_PyErr_CheckSignals();
}

/* ---- native code that asks for all of it ---- */

#if RT_HAS_HANDLE_PENDING
int rt_poll_now(PyThreadState *ts) {
    return _Py_HandlePending(ts) != 0 ? -1 : 0;
}
#else
/* As UNSIGNAL_ASYNC_EXC of ceval.c, which is not to be called from here. */
static void forget_async_exception(PyInterpreterState *interp) {
    struct _ceval_runtime_state *runtime = &_PyRuntime.ceval;
    struct _ceval_state *ceval = &interp->ceval;
    ceval->pending.async_exc = 0;
    int pending =
        _Py_atomic_load_relaxed(&ceval->gil_drop_request) |
        (_Py_atomic_load_relaxed(&runtime->signals_pending) && _Py_ThreadCanHandleSignals(interp)) |
        (_Py_atomic_load_relaxed(&ceval->pending.calls_to_do) && _Py_ThreadCanHandlePendingCalls());
    _Py_atomic_store_relaxed(&ceval->eval_breaker, pending);
}

/* As eval_frame_handle_pending. */
int rt_poll_now(PyThreadState *ts) {
    struct _ceval_state *ceval = &ts->interp->ceval;
    if ((_Py_atomic_load_relaxed(&_PyRuntime.ceval.signals_pending) ||
         _Py_atomic_load_relaxed(&ceval->pending.calls_to_do)) &&
        Py_MakePendingCalls() != 0) {
        return -1;
    }
    if (_Py_atomic_load_relaxed(&ceval->gil_drop_request)) {
        PyEval_SaveThread();
        PyEval_RestoreThread(ts);
    }
    if (ts->async_exc != NULL) {
        PyObject *exception = ts->async_exc;
        ts->async_exc = NULL;
        forget_async_exception(ts->interp);
        _PyErr_SetNone(ts, exception);
        Py_DECREF(exception);
        return -1;
    }
    return 0;
}
#endif

PyObject *rt_body_asked(PyThreadState *ts, _PyInterpreterFrame *frame, const RtCode *native) {
    if ((native->flags & RT_CODE_POLLED) && rt_poll_now(ts) < 0) {
        rt_raised(ts, frame);
        return NULL;
    }
    return native->body(ts, frame);
}
