/* Raising and catching: what ceval.c does at `error:`, `exception_unwind:` and in the instructions
 * around handlers. */
#include "rt_frame.h"

#include <frameobject.h>

/* As `error:`. */
void rt_raised(PyThreadState *ts, _PyInterpreterFrame *frame) {
    if (!RT_RAISED(ts)) {
        _PyErr_SetString(ts, PyExc_SystemError, "error return without exception set");
    }
    if (!_PyFrame_IsIncomplete(frame)) {
        PyFrameObject *object = _PyFrame_GetFrameObject(frame);
        if (object != NULL) {
            rt_traceback_add(ts, object, frame);
        }
    }
}

void rt_release(PyObject *value) {
    Py_XDECREF(value);
}

/* As `exception_unwind:`. Making the number cannot be refused: nobody could handle that. */
PyObject *rt_exc_lasti(RT_UNUSED PyThreadState *ts, _PyInterpreterFrame *frame) {
    return PyLong_FromLong(_PyInterpreterFrame_LASTI(frame));
}

PyObject *rt_exc_catch(PyThreadState *ts, RT_UNUSED _PyInterpreterFrame *frame) {
    return rt_take_exception(ts);
}

/* As PUSH_EXC_INFO. */
PyObject *rt_exc_push(PyThreadState *ts, PyObject *exception) {
    _PyErr_StackItem *handled = ts->exc_info;
    PyObject *previous = handled->exc_value;
    handled->exc_value = Py_NewRef(exception);
    return previous != NULL ? previous : Py_NewRef(Py_None);
}

/* As POP_EXCEPT. */
void rt_exc_pop(PyThreadState *ts, PyObject *previous) {
    _PyErr_StackItem *handled = ts->exc_info;
    PyObject *exception = handled->exc_value;
    handled->exc_value = rt_handled_before(previous);
    Py_XDECREF(exception);
}

static void restore(PyThreadState *ts, PyObject *exception) {
    _PyErr_Restore(ts, Py_NewRef(PyExceptionInstance_Class(exception)), exception,
                   PyException_GetTraceback(exception));
}

/* As RERAISE. */
void rt_reraise(PyThreadState *ts, PyObject *exception, PyObject *lasti,
                _PyInterpreterFrame *frame) {
    if (lasti != NULL) {
        frame->prev_instr = _PyCode_CODE(RT_CODE(frame)) + PyLong_AsLong(lasti);
    }
    restore(ts, exception);
}

/* ---- raise ---- */

/* What calling a class of exceptions made: passed on, or NULL with a TypeError when it is none. */
static PyObject *checked(PyThreadState *ts, PyObject *class, PyObject *made) {
    if (made != NULL && !PyExceptionInstance_Check(made)) {
        _PyErr_Format(ts, PyExc_TypeError,
                      "calling %R should have returned an instance of BaseException, not %R", class,
                      Py_TYPE(made));
        Py_CLEAR(made);
    }
    return made;
}

/* An instance of what stands behind `raise`: itself, or a new one of the class. New reference, or
 * NULL with an exception set. */
static PyObject *make_instance(PyThreadState *ts, PyObject *exception) {
    if (PyExceptionInstance_Check(exception)) {
        return Py_NewRef(exception);
    }
    if (!PyExceptionClass_Check(exception)) {
        _PyErr_SetString(ts, PyExc_TypeError, "exceptions must derive from BaseException");
        return NULL;
    }
    PyObject *value;
    if (!rt_call_exception(ts, exception, NULL, 0, &value)) {
        value = _PyObject_CallNoArgs(exception);
    }
    return checked(ts, exception, value);
}

static bool set_cause(PyThreadState *ts, PyObject *value, PyObject *cause) {
    PyObject *fixed = NULL;
    if (PyExceptionClass_Check(cause)) {
        fixed = _PyObject_CallNoArgs(cause);
        fixed = RT_CAUSES_ARE_CHECKED ? checked(ts, cause, fixed) : fixed;
        if (fixed == NULL) {
            return false;
        }
    } else if (PyExceptionInstance_Check(cause)) {
        fixed = Py_NewRef(cause);
    } else if (cause != Py_None) {
        _PyErr_SetString(ts, PyExc_TypeError, "exception causes must derive from BaseException");
        return false;
    }
    PyException_SetCause(value, fixed);
    return true;
}

/* As _PyErr_SetObject, which has more to do while another exception is handled. */
static void set_raised(PyThreadState *ts, PyObject *type, PyObject *value) {
    PyObject *handled = _PyErr_GetTopmostException(ts)->exc_value;
    if (handled != NULL && handled != Py_None) {
        _PyErr_SetObject(ts, type, value);
        return;
    }
    _PyErr_Restore(ts, Py_NewRef(type), Py_NewRef(value), PyException_GetTraceback(value));
}

/* As do_raise of ceval.c. */
bool rt_raise(PyThreadState *ts, PyObject *exception, PyObject *cause, int count) {
    if (count == 0) {
        PyObject *handled = _PyErr_GetTopmostException(ts)->exc_value;
        if (handled == NULL || handled == Py_None) {
            _PyErr_SetString(ts, PyExc_RuntimeError, "No active exception to reraise");
            return false;
        }
        restore(ts, Py_NewRef(handled));
        return true;
    }
    PyObject *value = make_instance(ts, exception);
    if (value != NULL && (count < 2 || set_cause(ts, value, cause))) {
        /* The type that was named, as in do_raise: calling a class may give another class'
         * instance. */
        PyObject *type =
            PyExceptionClass_Check(exception) ? exception : PyExceptionInstance_Class(value);
        set_raised(ts, type, value);
    }
    Py_XDECREF(value);
    return false;
}
