/* Calls of what is written in C.
 *
 * Functions, methods and types of C are called as the instructions do it that CPython's
 * specialising interpreter puts in the place of CALL (PRECALL_NO_KW_BUILTIN_FAST and its kin):
 * without the way over vectorcall and, where CPython leaves it out, without counting a level of
 * recursion. All else goes the general way. */
#include "rt_frame.h"

/* ---- functions that there are short ways for ---- */

/* As PRECALL_NO_KW_LEN: no level of recursion. */
static inline PyObject *call_len(PyObject *object) {
    Py_ssize_t length = PyObject_Length(object);
    return length < 0 ? NULL : PyLong_FromSsize_t(length);
}

/* As PRECALL_NO_KW_ISINSTANCE. */
static inline PyObject *call_isinstance(PyThreadState *ts, PyObject *const *args) {
    int found = rt_is_instance(ts, args[0], args[1]);
    return found < 0 ? NULL : Py_NewRef(found ? Py_True : Py_False);
}

/* As PRECALL_NO_KW_LIST_APPEND. */
static inline PyObject *call_append(PyListObject *list, PyObject *item) {
    return _PyList_AppendTakeRef(list, Py_NewRef(item)) < 0 ? NULL : Py_NewRef(Py_None);
}

/* As PRECALL_NO_KW_TYPE_1 (and type_vectorcall of rt_exact.c), PRECALL_NO_KW_STR_1,
 * PRECALL_NO_KW_TUPLE_1 and PRECALL_BUILTIN_CLASS. */
bool rt_call_c_class(PyThreadState *ts, PyObject *class, PyObject *const *args, Py_ssize_t count,
                     PyObject **result) {
    vectorcallfunc call = ((PyTypeObject *)class)->tp_vectorcall;
    if (count == 1 && class == (PyObject *)&PyType_Type) {
        PyTypeObject *type = Py_TYPE(args[0]);
        *result = Py_NewRef(type == &rt_function_type ? &PyFunction_Type : type);
    } else if (count == 1 && class == (PyObject *)&PyUnicode_Type) {
        *result = PyObject_Str(args[0]);
    } else if (count == 1 && class == (PyObject *)&PyTuple_Type) {
        *result = PySequence_Tuple(args[0]);
    } else if (call != NULL) {
        *result = _Py_CheckFunctionResult(ts, class, call(class, args, (size_t)count, NULL), NULL);
    } else if (!PyExceptionClass_Check(class) ||
               !rt_call_exception(ts, class, args, count, result)) {
        return false;
    }
    rt_drop_arguments(args, count, NULL);
    *result = rt_polled(ts, *result);
    return true;
}

/* ---- by convention ----
 *
 * In place wherever they are used: mostly with a constant `count` and without `names`. The thread
 * is looked up again after calls: that costs less than to keep it. The arguments are borrowed. */

/* A level of recursion for C functions that are not called by vectorcall's rules. */
static RT_ALWAYS_INLINE PyObject *call_counted(PyCFunction function, PyObject *self,
                                               PyObject *arg) {
    if (_Py_EnterRecursiveCallTstate(_PyThreadState_GET(), " while calling a Python object")) {
        return NULL;
    }
    PyObject *result = function(self, arg);
    _Py_LeaveRecursiveCallTstate(_PyThreadState_GET());
    return result;
}

/* As method_vectorcall_VARARGS_KEYWORDS and cfunction_call. */
static RT_NOINLINE PyObject *call_with_tuple(PyObject *callable, const PyMethodDef *method,
                                             PyObject *self, PyObject *const *args,
                                             Py_ssize_t count) {
    PyObject *tuple = _PyTuple_FromArray(args, count);
    if (tuple == NULL) {
        return NULL;
    }
    PyObject *result = NULL;
    PyThreadState *ts = _PyThreadState_GET();
    PyCFunction function = method->ml_meth;
    if (!_Py_EnterRecursiveCallTstate(ts, " while calling a Python object")) {
        result = method->ml_flags & METH_KEYWORDS
                     ? ((PyCFunctionWithKeywords)(void (*)(void))function)(self, tuple, NULL)
                     : function(self, tuple);
        _Py_LeaveRecursiveCallTstate(ts);
    }
    Py_DECREF(tuple);
    return _Py_CheckFunctionResult(ts, callable, result, NULL);
}

/* True when the function is of a kind that is called here; its result in *result. */
static RT_ALWAYS_INLINE bool call_method_def(PyObject *callable, const PyMethodDef *method,
                                             PyObject *self, PyObject *const *args,
                                             Py_ssize_t count, PyObject *names, PyObject **result) {
    int flags = method->ml_flags;
    PyCFunction function = method->ml_meth;
    if (flags == METH_FASTCALL && names == NULL) {
        *result = ((_PyCFunctionFast)(void (*)(void))function)(self, args, count);
    } else if (flags == METH_O && names == NULL && count == 1) {
        *result = call_counted(function, self, args[0]);
    } else if (flags == METH_NOARGS && names == NULL && count == 0) {
        *result = call_counted(function, self, NULL);
    } else if (flags == (METH_FASTCALL | METH_KEYWORDS)) {
        *result =
            ((_PyCFunctionFastWithKeywords)(void (*)(void))function)(self, args, count, names);
    } else if ((flags & ~METH_KEYWORDS) == METH_VARARGS && names == NULL) {
        *result = call_with_tuple(callable, method, self, args, count);
    } else {
        return false;
    }
    return true;
}

/* `callable` is a PyCFunction. (Its `self` is what it holds, but for METH_STATIC.) */
static RT_ALWAYS_INLINE bool call_function(PyThreadState *ts, PyObject *callable,
                                           PyObject *const *args, Py_ssize_t count, PyObject *names,
                                           PyObject **result) {
    const PyCFunctionObject *function = (PyCFunctionObject *)callable;
    if (count == 2 && names == NULL &&
        rt_guard(callable == ts->interp->callable_cache.isinstance)) {
        *result = call_isinstance(ts, args);
        return true;
    }
    if (count == 1 && names == NULL && rt_guard(callable == ts->interp->callable_cache.len)) {
        *result = call_len(args[0]);
        return true;
    }
    return call_method_def(callable, function->m_ml, function->m_self, args, count, names, result);
}

/* `callable` is a method descriptor. */
static RT_ALWAYS_INLINE bool call_method(PyThreadState *ts, PyObject *callable,
                                         PyObject *const *args, Py_ssize_t count, PyObject *names,
                                         PyObject **result) {
    const PyMethodDescrObject *method = (PyMethodDescrObject *)callable;
    if (count == 0 || !rt_guard(Py_IS_TYPE(args[0], method->d_common.d_type))) {
        return false;
    }
    if (count == 2 && names == NULL &&
        rt_guard(callable == ts->interp->callable_cache.list_append)) {
        *result = call_append((PyListObject *)args[0], args[1]);
        return true;
    }
    return call_method_def(callable, method->d_method, args[0], args + 1, count - 1, names, result);
}

/* `callable` is what a class has for a slot of its C type. As wrapperdescr_call, but for the tuple
 * that also holds the object. */
static bool call_wrapper(PyThreadState *ts, PyObject *callable, PyObject *const *args,
                         Py_ssize_t count, PyObject *names, PyObject **result) {
    const PyWrapperDescrObject *descriptor = (PyWrapperDescrObject *)callable;
    if (count == 0 || names != NULL ||
        !rt_guard(PyType_IsSubtype(Py_TYPE(args[0]), descriptor->d_common.d_type))) {
        return false;
    }
    *result = NULL;
    if (_Py_EnterRecursiveCallTstate(ts, " while calling a Python object")) {
        return true;
    }
    PyObject *tuple = _PyTuple_FromArray(args + 1, count - 1);
    if (tuple != NULL) {
        wrapperfunc call = descriptor->d_base->wrapper;
        *result = descriptor->d_base->flags & PyWrapperFlag_KEYWORDS
                      ? ((wrapperfunc_kwds)(void (*)(void))call)(args[0], tuple,
                                                                 descriptor->d_wrapped, NULL)
                      : call(args[0], tuple, descriptor->d_wrapped);
        Py_DECREF(tuple);
    }
    _Py_LeaveRecursiveCallTstate(ts);
    *result = _Py_CheckFunctionResult(ts, callable, *result, NULL);
    return true;
}

/* ---- what callers see ---- */

/* Functions without native code are not called through C by the interpreter. */
static RT_NOINLINE PyObject *call_vector(PyThreadState *ts, PyObject *callable,
                                         PyObject *const *args, Py_ssize_t count, PyObject *names) {
    bool function = RT_C_LEVELS > 0 && PyFunction_Check(callable);
    if (function) {
        rt_c_exempt(ts);
    }
    PyObject *result = _PyObject_VectorcallTstate(
        ts, callable, args, (size_t)count | PY_VECTORCALL_ARGUMENTS_OFFSET, names);
    if (function) {
        rt_c_exempt_end(ts);
    }
    rt_drop_arguments(args, count, names);
    return rt_polled(ts, result);
}

PyObject *rt_call_c(PyThreadState *ts, PyObject *callable, PyObject *const *args, Py_ssize_t count,
                    PyObject *names) {
    PyObject *result;
    bool done = false;
    if (PyCFunction_CheckExact(callable)) {
        done = call_function(ts, callable, args, count, names, &result);
    } else if (Py_IS_TYPE(callable, &PyMethodDescr_Type)) {
        done = call_method(ts, callable, args, count, names, &result);
    } else if (Py_IS_TYPE(callable, &PyWrapperDescr_Type)) {
        done = call_wrapper(ts, callable, args, count, names, &result);
    }
    if (!done) {
        return call_vector(ts, callable, args, count, names);
    }
    rt_drop_arguments(args, count, names);
    return rt_polled(ts, result);
}

static RT_ALWAYS_INLINE PyObject *finish(PyObject *const *args, int count, PyObject *result) {
#pragma GCC unroll 8
    for (int i = 0; i < count; i++) {
        rt_decref(args[i]);
    }
    return rt_polled(_PyThreadState_GET(), result);
}

/* By position, for each number of arguments, so that there are no loops and there is little to keep
 * across the call. */
#define BY_COUNT(kind, count)                                                                      \
    static RT_NOINLINE PyObject *kind##_##count(PyThreadState *ts, PyObject *callable,             \
                                                PyObject *const *args) {                           \
        PyObject *result;                                                                          \
        return rt_likely(call_##kind(ts, callable, args, count, NULL, &result))                    \
                   ? finish(args, count, result)                                                   \
                   : call_vector(ts, callable, args, count, NULL);                                 \
    }
BY_COUNT(function, 0)
BY_COUNT(function, 1)
BY_COUNT(function, 2)
BY_COUNT(function, 3)
BY_COUNT(function, 4)
BY_COUNT(method, 1)
BY_COUNT(method, 2)
BY_COUNT(method, 3)
BY_COUNT(method, 4)

PyObject *rt_call_c_function(PyThreadState *ts, PyObject *callable, PyObject *const *args,
                             Py_ssize_t count) {
    switch (count) {
    case 0: return function_0(ts, callable, args);
    case 1: return function_1(ts, callable, args);
    case 2: return function_2(ts, callable, args);
    case 3: return function_3(ts, callable, args);
    case 4: return function_4(ts, callable, args);
    default: return rt_call_c(ts, callable, args, count, NULL);
    }
}

PyObject *rt_call_c_method(PyThreadState *ts, PyObject *callable, PyObject *const *args,
                           Py_ssize_t count) {
    switch (count) {
    case 1: return method_1(ts, callable, args);
    case 2: return method_2(ts, callable, args);
    case 3: return method_3(ts, callable, args);
    case 4: return method_4(ts, callable, args);
    default: return rt_call_c(ts, callable, args, count, NULL);
    }
}
