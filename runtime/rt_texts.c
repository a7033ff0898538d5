/* rt_texts.c: texts that were compiled at build time.
 *
 * dataclasses, collections.namedtuple, attrs, typing's forward references and others put Python
 * texts together while modules are imported, and have them compiled by exec, eval or compile: a
 * sixth of the start of a program with many data classes, all of it the parser and the compiler.
 * The build keeps such texts with their code (codegen/support_texts.c). The link wraps the three
 * functions that builtins compile texts by: the first time that a text is compiled with the same
 * file name and the same options, its code is read instead. The second time it is compiled, so each
 * has code objects of its own, as under CPython. Audit events stay as they are.
 *
 * Follows PyRun_StringFlags, run_mod, run_eval_code_obj and Py_CompileStringObject of CPython's
 * pythonrun.c. */
#include "rt_import.h"

#if RT_HAS_KEPT_TEXTS

#include <stdlib.h>

PyObject *__real_PyRun_StringFlags(const char *text, int start, PyObject *globals, PyObject *locals,
                                   PyCompilerFlags *flags);
PyObject *__wrap_PyRun_StringFlags(const char *text, int start, PyObject *globals, PyObject *locals,
                                   PyCompilerFlags *flags);
PyObject *__wrap_PyRun_String(const char *text, int start, PyObject *globals, PyObject *locals);
PyObject *__real_Py_CompileStringObject(const char *text, PyObject *file, int start,
                                        PyCompilerFlags *flags, int optimize);
PyObject *__wrap_Py_CompileStringObject(const char *text, PyObject *file, int start,
                                        PyCompilerFlags *flags, int optimize);

/* What is left: (whether it is an expression, file name, text) -> name of the support module. NULL
 * before the list was read, and when there is nothing (left). */
static PyObject *texts;
static bool is_read;
static PyObject *string_file; /* "<string>" */

/* Runs the support module with the list. */
static PyObject *new_list(void) {
    const ImageModule *entry = rt_module_find("_pyc2c.texts");
    if (entry == NULL || entry->kind != IMAGE_MODULE_SUPPORT) {
        return NULL;
    }
    PyObject *code = rt_import_code(entry);
    PyObject *d = code != NULL ? PyDict_New() : NULL;
    PyObject *done = d != NULL ? PyEval_EvalCode(code, d, d) : NULL;
    PyObject *list = done != NULL ? Py_XNewRef(PyDict_GetItemString(d, "texts")) : NULL;
    Py_XDECREF(code);
    Py_XDECREF(d);
    Py_XDECREF(done);
    return list;
}

static bool remember(PyObject *list) {
    enum { KEY = 3 };
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(list); i++) {
        PyObject *item = PyTuple_GET_ITEM(list, i);
        PyObject *key = PyTuple_GetSlice(item, 0, KEY);
        int status = key != NULL ? PyDict_SetItem(texts, key, PyTuple_GET_ITEM(item, KEY)) : -1;
        Py_XDECREF(key);
        if (status < 0) {
            return false;
        }
    }
    return true;
}

static void read_texts(void) {
    is_read = true;
    PyObject *list = new_list();
    texts = list != NULL && PyTuple_CheckExact(list) ? PyDict_New() : NULL;
    string_file = PyUnicode_FromString("<string>");
    if (texts != NULL && (string_file == NULL || !remember(list))) {
        Py_CLEAR(texts);
    }
    Py_XDECREF(list);
}

/* Takes an entry out: the name of its module, NULL without one. */
static PyObject *take_name(PyObject *key) {
    PyObject *name = Py_XNewRef(PyDict_GetItemWithError(texts, key));
    if (name != NULL && PyDict_DelItem(texts, key) < 0) {
        Py_CLEAR(name);
    }
    if (PyDict_GET_SIZE(texts) == 0) {
        Py_CLEAR(texts);
    }
    return name;
}

/* May a text compiled like this be among those kept? No exception is pending then or afterwards. */
static bool may_have(int start, const PyCompilerFlags *flags, int optimize) {
    const int plain = PyCF_SOURCE_IS_UTF8 | PyCF_IGNORE_COOKIE;
    if ((is_read && texts == NULL) || !rt_importer.ready ||
        (start != Py_eval_input && start != Py_file_input) ||
        (flags != NULL &&
         ((flags->cf_flags & ~plain) != 0 || flags->cf_feature_version != PY_MINOR_VERSION))) {
        return false;
    }
    PyInterpreterState *interp = PyInterpreterState_Get();
    int level = _PyInterpreterState_GetConfig(interp)->optimization_level;
    const char *built = rt_setting("optimize");
    if (interp != PyInterpreterState_Main() || level != (built != NULL ? atoi(built) : 0) ||
        (optimize != -1 && optimize != level)) {
        return false;
    }
    if (!is_read) {
        read_texts();
        PyErr_Clear();
    }
    return texts != NULL;
}

/* The code kept for a text: a new reference; NULL, without an exception, when there is none. */
static PyObject *kept_code(const char *text, PyObject *file, int start) {
    PyObject *name = NULL;
    PyObject *code = NULL;
    if (PyUnicode_CheckExact(file)) {
        PyObject *expression = start == Py_eval_input ? Py_True : Py_False;
        PyObject *key = Py_BuildValue("OOs", expression, file, text);
        name = key != NULL ? take_name(key) : NULL;
        Py_XDECREF(key);
    }
    if (name != NULL) {
        const ImageModule *entry = rt_module_find(PyUnicode_AsUTF8(name));
        code = entry != NULL ? rt_load_code(entry, file) : NULL;
        Py_DECREF(name);
    }
    if (code == NULL) {
        PyErr_Clear();
    }
    return code;
}

static PyObject *run(PyObject *code, PyObject *globals, PyObject *locals) {
    if (PySys_Audit("exec", "O", code) < 0) {
        return NULL;
    }
    PyObject *result = PyEval_EvalCode(code, globals, locals);
    if (result == NULL && PyErr_Occurred() == PyExc_KeyboardInterrupt) {
        RT_UNHANDLED_INTERRUPT = 1;
    }
    return result;
}

PyObject *__wrap_PyRun_StringFlags(const char *text, int start, PyObject *globals, PyObject *locals,
                                   PyCompilerFlags *flags) {
    PyObject *code = NULL;
    if (globals != NULL && PyDict_Check(globals) &&
        PyDict_GetItemString(globals, "__builtins__") != NULL && may_have(start, flags, -1)) {
        code = kept_code(text, string_file, start);
    }
    if (code == NULL) {
        return __real_PyRun_StringFlags(text, start, globals, locals, flags);
    }
    PyObject *result = NULL;
    if (PySys_Audit("compile", "yO", text, string_file) == 0) {
        result = run(code, globals, locals);
    }
    Py_DECREF(code);
    return result;
}

PyObject *__wrap_PyRun_String(const char *text, int start, PyObject *globals, PyObject *locals) {
    return __wrap_PyRun_StringFlags(text, start, globals, locals, NULL);
}

PyObject *__wrap_Py_CompileStringObject(const char *text, PyObject *file, int start,
                                        PyCompilerFlags *flags, int optimize) {
    PyObject *code = may_have(start, flags, optimize) ? kept_code(text, file, start) : NULL;
    if (code == NULL) {
        return __real_Py_CompileStringObject(text, file, start, flags, optimize);
    }
    if (PySys_Audit("compile", "yO", text, file) < 0) {
        Py_CLEAR(code);
    }
    return code;
}

#endif
