/* Running the bodies of modules.
 *
 * Imports, scripts, runpy and exec() all come to PyEval_EvalCode; the link leads them here first
 * (--wrap). A body with native code runs when its namespace is its globals, as for every module:
 * names then are global variables, and the frame has no slots. Anything else is left to the
 * interpreter. */
#include "rt_frame.h"

PyObject *__real_PyFunction_New(PyObject *code, PyObject *globals);
PyObject *__real_PyEval_EvalCode(PyObject *code, PyObject *globals, PyObject *locals);
PyObject *__wrap_PyEval_EvalCode(PyObject *code, PyObject *globals, PyObject *locals);

/* As PyEval_EvalCode: a function that nobody sees owns what the frame borrows. */
static PyObject *run_body(PyThreadState *ts, const RtCode *native, PyObject *globals) {
    PyObject *function = __real_PyFunction_New((PyObject *)native->code, globals);
    if (function == NULL) {
        return NULL;
    }
    PyObject *result = NULL;
    _PyInterpreterFrame *frame = rt_frame_new(ts, (PyFunctionObject *)function, native);
    if (frame != NULL) {
        for (uint32_t i = 0; i < native->slots; i++) { /* of comprehensions: none on 3.11 */
            frame->localsplus[i] = NULL;
        }
        frame->f_locals = Py_NewRef(globals);
        result = rt_frame_run(ts, frame, native);
    }
    Py_DECREF(function);
    return result;
}

PyObject *__wrap_PyEval_EvalCode(PyObject *code, PyObject *globals, PyObject *locals) {
    PyThreadState *ts = _PyThreadState_GET();
    const RtCode *native = rt_body_of((PyCodeObject *)code);
    if (native != NULL && (locals == NULL || locals == globals) && PyDict_CheckExact(globals) &&
        rt_may_run(ts) && rt_c_enter(ts)) {
        PyObject *result = run_body(ts, native, globals);
        rt_c_leave(ts);
        return result;
    }
    return __real_PyEval_EvalCode(code, globals, locals);
}
