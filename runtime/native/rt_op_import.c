/* import statements.
 *
 * Follows ceval.c: import_name, import_from, import_all_from. */
#include "rt_native.h"

/* ---- import ---- */

/* __import__ of builtins that are no dict. */
static RT_COLD PyObject *import_by_mapping(PyThreadState *ts, _PyInterpreterFrame *frame,
                                           PyObject *level, PyObject *fromlist, PyObject *name) {
    PyObject *function = PyObject_GetItem(frame->f_builtins, &_Py_ID(__import__));
    if (function == NULL) {
        if (_PyErr_ExceptionMatches(ts, PyExc_KeyError)) {
            _PyErr_Clear(ts);
            _PyErr_SetString(ts, PyExc_ImportError, "__import__ not found");
        }
        return NULL;
    }
    PyObject *locals = frame->f_locals != NULL ? frame->f_locals : Py_None;
    PyObject *arguments[] = {name, frame->f_globals, locals, fromlist, level};
    PyObject *module = PyObject_Vectorcall(function, arguments, 5, NULL);
    Py_DECREF(function);
    return module;
}

PyObject *rt_import(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *level,
                    PyObject *fromlist, PyObject *name) {
    if (RT_BUILTINS_ARE_MAPPINGS && !PyDict_Check(frame->f_builtins)) {
        return import_by_mapping(ts, frame, level, fromlist, name);
    }
    PyObject *function = PyDict_GetItemWithError(frame->f_builtins, &_Py_ID(__import__));
    if (function == NULL) {
        if (!_PyErr_Occurred(ts)) {
            _PyErr_SetString(ts, PyExc_ImportError, "__import__ not found");
        }
        return NULL;
    }
    PyObject *locals = frame->f_locals != NULL ? frame->f_locals : Py_None;
    if (function == RT_IMPORT_FUNCTION(ts->interp)) {
        int number = _PyLong_AsInt(level);
        if (number == -1 && _PyErr_Occurred(ts)) {
            return NULL;
        }
        return PyImport_ImportModuleLevelObject(name, frame->f_globals, locals, fromlist, number);
    }
    PyObject *arguments[] = {name, frame->f_globals, locals, fromlist, level};
    Py_INCREF(function);
    PyObject *module = PyObject_Vectorcall(function, arguments, 5, NULL);
    Py_DECREF(function);
    return module;
}

/* ---- from … import name ---- */

/* ImportError: cannot import name. `package` is the module's __name__, NULL when it has no such. */
static RT_COLD void raise_cannot_import(PyThreadState *ts, PyObject *module, PyObject *name,
                                        PyObject *package) {
    PyObject *path = PyModule_GetFilenameObject(module);
    PyObject *shown =
        package != NULL ? Py_NewRef(package) : PyUnicode_FromString("<unknown module name>");
    PyObject *message = NULL;
    if (shown == NULL) {
        Py_XDECREF(path);
        return;
    }
    if (path == NULL || !PyUnicode_Check(path)) {
        _PyErr_Clear(ts);
        Py_CLEAR(path);
        message =
            PyUnicode_FromFormat("cannot import name %R from %R (unknown location)", name, shown);
    } else {
        PyObject *spec = PyObject_GetAttr(module, &_Py_ID(__spec__));
        message = PyUnicode_FromFormat(
            _PyModuleSpec_IsInitializing(spec)
                ? "cannot import name %R from partially initialized module %R (most likely due to "
                  "a circular import) (%S)"
                : "cannot import name %R from %R (%S)",
            name, shown, path);
        Py_XDECREF(spec);
    }
    rt_import_error(message, package, path, name); /* without a package or path: None */
    Py_XDECREF(message);
    Py_DECREF(shown);
    Py_XDECREF(path);
}

PyObject *rt_import_from(PyThreadState *ts, PyObject *module, PyObject *name) {
    PyObject *value;
    if (_PyObject_LookupAttr(module, name, &value) != 0) {
        return value;
    }
    /* In a circular import the submodule may be in sys.modules, and not yet in its package. */
    PyObject *package = PyObject_GetAttr(module, &_Py_ID(__name__));
    if (package == NULL || !PyUnicode_Check(package)) {
        Py_XDECREF(package);
        raise_cannot_import(ts, module, name, NULL);
        return NULL;
    }
    PyObject *full_name = PyUnicode_FromFormat("%U.%U", package, name);
    if (full_name != NULL) {
        value = PyImport_GetModule(full_name);
        Py_DECREF(full_name);
        if (value == NULL && !_PyErr_Occurred(ts)) {
            raise_cannot_import(ts, module, name, package);
        }
    }
    Py_DECREF(package);
    return value;
}

/* ---- from … import * ---- */

/* What is asked for the names: module.__all__ (*whole is false), or the keys of module.__dict__. */
static PyObject *names_to_import(PyThreadState *ts, PyObject *module, bool *whole) {
    PyObject *names, *dict;
    *whole = false;
    if (_PyObject_LookupAttr(module, &_Py_ID(__all__), &names) != 0) {
        return names;
    }
    *whole = true;
    if (_PyObject_LookupAttr(module, &_Py_ID(__dict__), &dict) < 0) {
        return NULL;
    }
    if (dict == NULL) {
        _PyErr_SetString(ts, PyExc_ImportError,
                         "from-import-* object has no __dict__ and no __all__");
        return NULL;
    }
    names = PyMapping_Keys(dict);
    Py_DECREF(dict);
    return names;
}

static RT_COLD void raise_not_a_name(PyThreadState *ts, PyObject *module, PyObject *name,
                                     bool whole) {
    PyObject *module_name = PyObject_GetAttr(module, &_Py_ID(__name__));
    if (module_name == NULL) {
        return;
    }
    if (!PyUnicode_Check(module_name)) {
        _PyErr_Format(ts, PyExc_TypeError, "module __name__ must be a string, not %.100s",
                      Py_TYPE(module_name)->tp_name);
    } else {
        _PyErr_Format(ts, PyExc_TypeError, "%s in %U.%s must be str, not %.100s",
                      whole ? "Key" : "Item", module_name, whole ? "__dict__" : "__all__",
                      Py_TYPE(name)->tp_name);
    }
    Py_DECREF(module_name);
}

/* One name of the list; 0 also when it is a private one that is left out. */
static int import_one(PyThreadState *ts, PyObject *locals, PyObject *module, PyObject *name,
                      bool whole) {
    if (!PyUnicode_Check(name)) {
        raise_not_a_name(ts, module, name, whole);
        return -1;
    }
    if (whole) {
        if (PyUnicode_READY(name) == -1) {
            return -1;
        }
        if (PyUnicode_READ_CHAR(name, 0) == '_') {
            return 0;
        }
    }
    PyObject *value = PyObject_GetAttr(module, name);
    if (value == NULL) {
        return -1;
    }
    int status = PyDict_CheckExact(locals) ? PyDict_SetItem(locals, name, value)
                                           : PyObject_SetItem(locals, name, value);
    Py_DECREF(value);
    return status != 0 ? -1 : 0;
}

static int import_all(PyThreadState *ts, PyObject *locals, PyObject *module) {
    bool whole;
    PyObject *names = names_to_import(ts, module, &whole);
    if (names == NULL) {
        return -1;
    }
    int status = 0;
    for (Py_ssize_t i = 0; status == 0; i++) {
        PyObject *name = PySequence_GetItem(names, i);
        if (name == NULL) {
            if (_PyErr_ExceptionMatches(ts, PyExc_IndexError)) {
                _PyErr_Clear(ts);
            } else {
                status = -1;
            }
            break;
        }
        status = import_one(ts, locals, module, name, whole);
        Py_DECREF(name);
    }
    Py_DECREF(names);
    return status;
}

int rt_import_star(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *module) {
    if (rt_locals_from_frame(frame) < 0) {
        return -1;
    }
    if (frame->f_locals == NULL) {
        _PyErr_SetString(ts, PyExc_SystemError, "no locals found during 'import *'");
        return -1;
    }
    int status = import_all(ts, frame->f_locals, module);
    rt_locals_to_frame(frame);
    return status;
}
