/* Which handler an exception meets, and entering and leaving with blocks.
 *
 * Follows ceval.c: CHECK_EXC_MATCH, CHECK_EG_MATCH (exception_group_match), PREP_RERAISE_STAR,
 * BEFORE_WITH, BEFORE_ASYNC_WITH, WITH_EXCEPT_START; intrinsics.c: stopiteration_error. */
#include "rt_native.h"

/* ---- except ---- */

/* True when `type` may stand in an except clause: an exception class or a flat tuple of such. */
static bool may_be_caught(PyObject *type) {
    if (!PyTuple_Check(type)) {
        return PyExceptionClass_Check(type);
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(type); i++) {
        if (!PyExceptionClass_Check(PyTuple_GET_ITEM(type, i))) {
            return false;
        }
    }
    return true;
}

static int check_caught(PyThreadState *ts, PyObject *type) {
    if (rt_likely(may_be_caught(type))) {
        return 0;
    }
    _PyErr_SetString(ts, PyExc_TypeError,
                     "catching classes that do not inherit from BaseException is not allowed");
    return -1;
}

int rt_exc_match_call(PyThreadState *ts, PyObject *exception, PyObject *type) {
    if (check_caught(ts, type) < 0) {
        return -1;
    }
    return PyErr_GivenExceptionMatches(exception, type);
}

/* ---- except* ---- */

/* except* may not name exception groups. */
static int check_caught_star(PyThreadState *ts, PyObject *type) {
    if (check_caught(ts, type) < 0) {
        return -1;
    }
    bool tuple = PyTuple_Check(type);
    Py_ssize_t count = tuple ? PyTuple_GET_SIZE(type) : 1;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *each = tuple ? PyTuple_GET_ITEM(type, i) : type;
        int group = PyObject_IsSubclass(each, PyExc_BaseExceptionGroup);
        if (group > 0) {
            _PyErr_SetString(ts, PyExc_TypeError,
                             "catching ExceptionGroup with except* is not allowed. Use except "
                             "instead.");
        }
        if (group != 0) {
            return -1;
        }
    }
    return 0;
}

/* Splits a group by the type: *match and the result are new references, both may be None. */
static PyObject *split_group(PyObject *group, PyObject *type, PyObject **match) {
    PyObject *pair = PyObject_CallMethod(group, "split", "(O)", type);
    if (pair == NULL) {
        return NULL;
    }
    PyObject *rest = Py_NewRef(PyTuple_GET_ITEM(pair, 1));
    *match = Py_NewRef(PyTuple_GET_ITEM(pair, 0));
    Py_DECREF(pair);
    return rest;
}

/* A lone exception that matches arrives as a group of one. */
static PyObject *wrap_lone(PyObject *exception) {
    PyObject *members = PyTuple_Pack(1, exception);
    if (members == NULL) {
        return NULL;
    }
    PyObject *group = _PyExc_CreateExceptionGroup("", members);
    Py_DECREF(members);
    return group;
}

/* The rest (new reference) and *match; NULL with an exception. */
static PyObject *match_group(PyObject *exception, PyObject *type, PyObject **match) {
    bool group = !Py_IsNone(exception) && _PyBaseExceptionGroup_Check(exception);
    if (Py_IsNone(exception)) {
        *match = Py_NewRef(Py_None);
        return Py_NewRef(Py_None);
    }
    if (PyErr_GivenExceptionMatches(exception, type)) {
        *match = group ? Py_NewRef(exception) : wrap_lone(exception);
        return *match == NULL ? NULL : Py_NewRef(Py_None);
    }
    if (group) {
        return split_group(exception, type, match);
    }
    *match = Py_NewRef(Py_None);
    return Py_NewRef(Py_None);
}

PyObject *rt_exc_match_star(PyThreadState *ts, PyObject *exception, PyObject *type,
                            PyObject **match) {
    if (check_caught_star(ts, type) < 0) {
        return NULL;
    }
    PyObject *found = NULL;
    PyObject *rest = match_group(exception, type, &found);
    if (rest == NULL) {
        return NULL;
    }
    *match = found;
    if (Py_IsNone(found)) {
        Py_DECREF(rest);
        return Py_NewRef(exception);
    }
    PyErr_SetExcInfo(NULL, Py_NewRef(found), NULL);
    return rest;
}

PyObject *rt_exc_prepare_star(PyThreadState *ts, PyObject *original, PyObject *list) {
    (void)ts;
    return _PyExc_PrepReraiseStar(original, list);
}

/* ---- the end of generators ---- */

/* What a generator of this kind must not raise; NULL: it may. */
static const char *refused_stop(int flags, PyObject *exception) {
    if (PyErr_GivenExceptionMatches(exception, PyExc_StopIteration)) {
        return flags & CO_ASYNC_GENERATOR ? "async generator raised StopIteration"
               : flags & CO_COROUTINE     ? "coroutine raised StopIteration"
                                          : "generator raised StopIteration";
    }
    return (flags & CO_ASYNC_GENERATOR) &&
                   PyErr_GivenExceptionMatches(exception, PyExc_StopAsyncIteration)
               ? "async generator raised StopAsyncIteration"
               : NULL;
}

PyObject *rt_exc_explain_stop(RT_UNUSED PyThreadState *ts, _PyInterpreterFrame *frame,
                              PyObject *exception) {
    const char *text = refused_stop(RT_CODE(frame)->co_flags, exception);
    if (text == NULL) {
        return Py_NewRef(exception);
    }
    PyObject *error = PyObject_CallFunction(PyExc_RuntimeError, "s", text);
    if (error != NULL) {
        PyException_SetCause(error, Py_NewRef(exception));
        PyException_SetContext(error, Py_NewRef(exception));
    }
    return error;
}

/* ---- with ---- */

/* The method of the manager's type, bound; NULL with TypeError. */
static PyObject *special_method(PyThreadState *ts, PyObject *manager, PyObject *name,
                                const char *format) {
    PyObject *method = _PyObject_LookupSpecial(manager, name);
    if (method == NULL && !_PyErr_Occurred(ts)) {
        _PyErr_Format(ts, PyExc_TypeError, format, Py_TYPE(manager)->tp_name);
    }
    return method;
}

/* Both methods are looked up before the first is called. Takes over both. */
static PyObject *enter_with(PyObject *enter, PyObject *leave, PyObject **exit) {
    if (leave == NULL) {
        Py_DECREF(enter);
        return NULL;
    }
    PyObject *result = _PyObject_CallNoArgs(enter);
    Py_DECREF(enter);
    if (result == NULL) {
        Py_DECREF(leave);
        return NULL;
    }
    *exit = leave;
    return result;
}

PyObject *rt_with_enter(PyThreadState *ts, PyObject *manager, PyObject **exit) {
    PyObject *enter =
        special_method(ts, manager, &_Py_ID(__enter__),
                       "'%.200s' object does not support the context manager protocol");
    if (enter == NULL) {
        return NULL;
    }
    PyObject *leave = special_method(ts, manager, &_Py_ID(__exit__),
                                     "'%.200s' object does not support the context manager "
                                     "protocol (missed __exit__ method)");
    return enter_with(enter, leave, exit);
}

PyObject *rt_async_with_enter(PyThreadState *ts, PyObject *manager, PyObject **exit) {
    PyObject *enter = special_method(ts, manager, &_Py_ID(__aenter__),
                                     "'%.200s' object does not support the asynchronous context "
                                     "manager protocol");
    if (enter == NULL) {
        return NULL;
    }
    PyObject *leave = special_method(ts, manager, &_Py_ID(__aexit__),
                                     "'%.200s' object does not support the asynchronous context "
                                     "manager protocol (missed __aexit__ method)");
    return enter_with(enter, leave, exit);
}

PyObject *rt_with_exit(PyThreadState *ts, PyObject *exit, PyObject *exception) {
    (void)ts;
    /* The traceback is the exception's; like CPython, pass NULL-free borrowed arguments. */
    PyObject *traceback = PyException_GetTraceback(exception);
    PyObject *arguments[4] = {NULL, PyExceptionInstance_Class(exception), exception,
                              traceback != NULL ? traceback : Py_None};
    PyObject *result =
        PyObject_Vectorcall(exit, arguments + 1, 3 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_XDECREF(traceback);
    return result;
}
