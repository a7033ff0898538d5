/* Running the bodies of modules and classes.
 *
 * Imports, scripts, runpy and exec() all come to PyEval_EvalCode, __build_class__ to
 * _PyEval_Vector; the link leads them here first (--wrap). A module's body with native code runs
 * when its namespace is its globals, as for every module: names then are global variables. A
 * class's body looks its names up in the namespace that its metaclass prepared. Anything else is
 * left to the interpreter. */
#include "rt_frame.h"

PyObject *__real_PyFunction_New(PyObject *code, PyObject *globals);
PyObject *__real_PyEval_EvalCode(PyObject *code, PyObject *globals, PyObject *locals);
PyObject *__wrap_PyEval_EvalCode(PyObject *code, PyObject *globals, PyObject *locals);
PyObject *__real__PyEval_Vector(PyThreadState *ts, PyFunctionObject *function, PyObject *locals,
                                PyObject *const *args, size_t count, PyObject *names);
PyObject *__wrap__PyEval_Vector(PyThreadState *ts, PyFunctionObject *function, PyObject *locals,
                                PyObject *const *args, size_t count, PyObject *names);

/* Borrows all it is given. Slots are cells, and on 3.12 and later variables of comprehensions. */
static PyObject *run_body(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                          PyObject *locals) {
    _PyInterpreterFrame *frame = rt_frame_new(ts, function, native);
    if (frame == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < native->slots; i++) {
        frame->localsplus[i] = NULL;
    }
    frame->f_locals = Py_NewRef(locals);
    return rt_frame_run(ts, frame, native);
}

/* As PyEval_EvalCode: a function that nobody sees owns what the frame borrows. */
static PyObject *run_module(PyThreadState *ts, const RtCode *native, PyObject *globals) {
    PyObject *function = __real_PyFunction_New((PyObject *)native->code, globals);
    if (function == NULL) {
        return NULL;
    }
    PyObject *result = run_body(ts, (PyFunctionObject *)function, native, globals);
    Py_DECREF(function);
    return result;
}

PyObject *__wrap_PyEval_EvalCode(PyObject *code, PyObject *globals, PyObject *locals) {
    PyThreadState *ts = _PyThreadState_GET();
    const RtCode *native = rt_body_of((PyCodeObject *)code);
    if (native != NULL && (locals == NULL || locals == globals) && PyDict_CheckExact(globals) &&
        rt_may_run(ts) && rt_c_enter(ts)) {
        PyObject *result = run_module(ts, native, globals);
        rt_c_leave(ts);
        return result;
    }
    return __real_PyEval_EvalCode(code, globals, locals);
}

/* Names of a module's body are global variables, so that its namespace must be these. */
static bool fits(const RtCode *native, const PyFunctionObject *function, PyObject *locals) {
    bool is_module = native->ordinal == 0;
    return !is_module || (locals == function->func_globals && PyDict_CheckExact(locals));
}

PyObject *__wrap__PyEval_Vector(PyThreadState *ts, PyFunctionObject *function, PyObject *locals,
                                PyObject *const *args, size_t count, PyObject *names) {
    const RtCode *native = locals != NULL ? rt_body_of((PyCodeObject *)function->func_code) : NULL;
    if (native != NULL && count == 0 && names == NULL && fits(native, function, locals) &&
        rt_may_run(ts) && rt_c_enter(ts)) {
        PyObject *result = run_body(ts, function, native, locals);
        rt_c_leave(ts);
        return result;
    }
    return __real__PyEval_Vector(ts, function, locals, args, count, names);
}
