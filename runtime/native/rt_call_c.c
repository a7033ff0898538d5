/* Calls of what is written in C.
 *
 * Functions, methods and types of C are called as the instructions do it that CPython's
 * specialising interpreter puts in the place of CALL (PRECALL_NO_KW_BUILTIN_FAST and its kin):
 * without the way over vectorcall and, where CPython leaves it out, without counting a level of
 * recursion. All else goes the general way. */
#include "rt_frame.h"

/* A level of recursion for C functions that are not called by vectorcall's rules. */
static PyObject *call_counted(PyThreadState *ts, PyCFunction function, PyObject *self,
                              PyObject *arg) {
    if (_Py_EnterRecursiveCallTstate(ts, " while calling a Python object")) {
        return NULL;
    }
    PyObject *result = function(self, arg);
    _Py_LeaveRecursiveCallTstate(ts);
    return result;
}

/* True when `flags` are those of a function that is called here; its result in *result. */
static inline bool call_method_def(PyThreadState *ts, const PyMethodDef *method, int flags,
                                   PyObject *self, PyObject *const *args, Py_ssize_t count,
                                   PyObject *names, PyObject **result) {
    switch (flags) {
    case METH_FASTCALL | METH_KEYWORDS:
        *result = ((_PyCFunctionFastWithKeywords)(void (*)(void))method->ml_meth)(self, args, count,
                                                                                  names);
        return true;
    case METH_FASTCALL:
        if (names != NULL) {
            return false;
        }
        *result = ((_PyCFunctionFast)(void (*)(void))method->ml_meth)(self, args, count);
        return true;
    case METH_O:
    case METH_NOARGS:
        if (names != NULL || count != (flags == METH_O)) {
            return false;
        }
        *result = call_counted(ts, method->ml_meth, self, flags == METH_O ? args[0] : NULL);
        return true;
    default: return false;
    }
}

/* As PRECALL_NO_KW_LEN: no level of recursion. */
static PyObject *call_len(PyObject *object) {
    Py_ssize_t length = PyObject_Length(object);
    return length < 0 ? NULL : PyLong_FromSsize_t(length);
}

/* As PRECALL_NO_KW_LIST_APPEND. */
static inline PyObject *call_append(PyListObject *list, PyObject *item) {
    return _PyList_AppendTakeRef(list, Py_NewRef(item)) < 0 ? NULL : Py_NewRef(Py_None);
}

/* The classes that are called most with one argument. As PRECALL_NO_KW_TYPE_1 (and type_vectorcall
 * of rt_exact.c), PRECALL_NO_KW_STR_1 and PRECALL_NO_KW_TUPLE_1. False: another class. */
static inline bool call_class(PyObject *class, PyObject *arg, PyObject **result) {
    if (class == (PyObject *)&PyType_Type) {
        PyTypeObject *type = Py_TYPE(arg);
        *result = Py_NewRef(type == &rt_function_type ? &PyFunction_Type : type);
    } else if (class == (PyObject *)&PyUnicode_Type) {
        *result = PyObject_Str(arg);
    } else if (class == (PyObject *)&PyTuple_Type) {
        *result = PySequence_Tuple(arg);
    } else {
        return false;
    }
    return true;
}

/* The arguments are borrowed. */
static RT_ALWAYS_INLINE PyObject *call_c(PyThreadState *ts, PyObject *callable,
                                         PyObject *const *args, Py_ssize_t count, PyObject *names) {
    PyObject *result;
    if (rt_guard(callable == ts->interp->callable_cache.len && count == 1 && names == NULL)) {
        return call_len(args[0]);
    }
    if (rt_guard(callable == ts->interp->callable_cache.isinstance && count == 2 &&
                 names == NULL)) {
        int found = rt_is_instance(ts, args[0], args[1]);
        return found < 0 ? NULL : Py_NewRef(found ? Py_True : Py_False);
    }
    if (rt_guard(PyCFunction_CheckExact(callable))) {
        const PyCFunctionObject *function = (PyCFunctionObject *)callable;
        if (call_method_def(ts, function->m_ml, PyCFunction_GET_FLAGS(callable),
                            PyCFunction_GET_SELF(callable), args, count, names, &result)) {
            return result;
        }
    } else if (rt_guard(callable == ts->interp->callable_cache.list_append && count == 2 &&
                        names == NULL && PyList_CheckExact(args[0]))) {
        return call_append((PyListObject *)args[0], args[1]);
    } else if (rt_guard(Py_IS_TYPE(callable, &PyMethodDescr_Type))) {
        const PyMethodDescrObject *descriptor = (PyMethodDescrObject *)callable;
        if (count > 0 && Py_IS_TYPE(args[0], descriptor->d_common.d_type) &&
            call_method_def(ts, descriptor->d_method, descriptor->d_method->ml_flags, args[0],
                            args + 1, count - 1, names, &result)) {
            return result;
        }
    } else if (rt_guard(count == 1 && names == NULL) && call_class(callable, args[0], &result)) {
        return result;
    }
    return _PyObject_VectorcallTstate(ts, callable, args,
                                      (size_t)count | PY_VECTORCALL_ARGUMENTS_OFFSET, names);
}

PyObject *rt_call_c(PyThreadState *ts, PyObject *callable, PyObject *const *args, Py_ssize_t count,
                    PyObject *names) {
    PyObject *result = call_c(ts, callable, args, count, names);
    rt_drop_arguments(args, count, names);
    return rt_polled(ts, result);
}
