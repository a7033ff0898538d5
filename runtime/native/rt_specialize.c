/* What the interpreter of Python 3.13 must not remember at its calls.
 *
 * It gives a new function its code's version at once, without looking at `vectorcall`, and enters a
 * function of a version that it has seen, and the `__init__` of a class that is called, as
 * bytecode. That would be right, only slow. So functions with native code have no version, and
 * calls of classes with such an `__init__` are not specialised; the link leads both here (--wrap).
 */
#include "rt_frame.h"

void __real__PyFunction_SetVersion(PyFunctionObject *function, uint32_t version);
void __wrap__PyFunction_SetVersion(PyFunctionObject *function, uint32_t version);

void __wrap__PyFunction_SetVersion(PyFunctionObject *function, uint32_t version) {
    bool native = function->vectorcall == rt_function_vectorcall;
    __real__PyFunction_SetVersion(function, native ? 0 : version);
}

static bool has_native_init(PyTypeObject *type) {
    PyObject *init = _PyType_Lookup(type, &_Py_ID(__init__));
    return init != NULL && PyFunction_Check(init) &&
           ((PyFunctionObject *)init)->vectorcall == rt_function_vectorcall;
}

void __real__Py_Specialize_Call(PyObject *callable, _Py_CODEUNIT *instr, int count);
void __wrap__Py_Specialize_Call(PyObject *callable, _Py_CODEUNIT *instr, int count);

void __wrap__Py_Specialize_Call(PyObject *callable, _Py_CODEUNIT *instr, int count) {
    if (!PyType_Check(callable) || !has_native_init((PyTypeObject *)callable)) {
        __real__Py_Specialize_Call(callable, instr, count);
        return;
    }
    _PyCallCache *cache = (_PyCallCache *)(instr + 1);
    cache->counter = adaptive_counter_backoff(cache->counter);
}
