/* What the interpreter does between instructions when asked to: signals, pending calls, letting
 * other threads run, exceptions that another thread set. */
#include "rt_frame.h"

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
