/* rt_patterns.c: regular expressions of the standard library that were compiled at build time.
 *
 * Modules compile patterns while they are imported, in Python: a twelfth of the start of a program
 * of middle size. The build keeps what re._compiler.compile passes to _sre.compile
 * (scripts/regex_patterns.py), module by module; here that function is replaced by one that passes
 * the same. The module that asks is found by its frame; its patterns are loaded when it first asks.
 * Everything unknown, and everything while a tracer or profiler watches, goes to the original,
 * which leaves no trace of us in tracebacks. */
#include "rt_import.h"

#include <stdio.h>
#include <string.h>

static struct {
    PyObject *stock;   /* the original function */
    PyObject *compile; /* _sre.compile */
    long magic;        /* _sre.MAGIC */
    PyObject *known;   /* (type, pattern, flags) -> the item of `patterns` */
    PyObject *s_name;  /* "__name__" */
    PyObject *asked;   /* names of modules whose patterns were looked for */
} patterns;

enum { PATTERN, FLAGS, RESULT_FLAGS, CODE, GROUPS, GROUP_NUMBERS, GROUP_NAMES, FIELDS };

/* The name of the module that called a function of the package re. New reference, or NULL. */
static PyObject *calling_module(void) {
    PyFrameObject *frame = PyEval_GetFrame();
    Py_XINCREF(frame);
    while (frame != NULL) {
        PyObject *globals = PyFrame_GetGlobals(frame);
        PyObject *name = Py_XNewRef(PyDict_GetItemWithError(globals, patterns.s_name));
        const char *text = name != NULL && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
        Py_DECREF(globals);
        if (text != NULL && strcmp(text, "re") != 0 && strncmp(text, "re.", 3) != 0) {
            Py_DECREF(frame);
            return name;
        }
        Py_XDECREF(name);
        Py_SETREF(frame, PyFrame_GetBack(frame));
    }
    return NULL;
}

static PyObject *new_key(PyObject *pattern, PyObject *flags) {
    return PyTuple_Pack(3, (PyObject *)Py_TYPE(pattern), pattern, flags);
}

static bool remember(PyObject *items) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items); i++) {
        PyObject *item = PyTuple_GET_ITEM(items, i);
        if (!PyTuple_CheckExact(item) || PyTuple_GET_SIZE(item) != FIELDS) {
            return false;
        }
        PyObject *key = new_key(PyTuple_GET_ITEM(item, PATTERN), PyTuple_GET_ITEM(item, FLAGS));
        int status = key != NULL ? PyDict_SetItem(patterns.known, key, item) : -1;
        Py_XDECREF(key);
        if (status < 0) {
            return false;
        }
    }
    return true;
}

/* Runs the support module that holds a module's patterns, if there is one. */
static bool load_patterns(const char *module) {
    char name[256];
    if (snprintf(name, sizeof(name), "_pyc2c.patterns.%s", module) >= (int)sizeof(name)) {
        return true;
    }
    const ImageModule *entry = rt_module_find(name);
    if (entry == NULL || entry->kind != IMAGE_MODULE_SUPPORT) {
        return true;
    }
    PyObject *code = rt_import_code(entry);
    PyObject *d = code != NULL ? PyDict_New() : NULL;
    PyObject *done = d != NULL ? PyEval_EvalCode(code, d, d) : NULL;
    bool ok = done != NULL;
    if (ok) {
        PyObject *magic = PyDict_GetItemString(d, "magic");
        PyObject *items = PyDict_GetItemString(d, "patterns");
        if (magic != NULL && PyLong_Check(magic) && PyLong_AsLong(magic) == patterns.magic &&
            items != NULL && PyTuple_CheckExact(items)) {
            ok = remember(items);
        }
    }
    Py_XDECREF(code);
    Py_XDECREF(d);
    Py_XDECREF(done);
    return ok;
}

/* The item for a pattern, borrowed; NULL (maybe with an exception) when it is not known. */
static PyObject *find(PyObject *pattern, PyObject *flags) {
    PyObject *key = new_key(pattern, flags);
    PyObject *item = key != NULL ? PyDict_GetItemWithError(patterns.known, key) : NULL;
    if (key != NULL && item == NULL && !PyErr_Occurred()) {
        PyObject *module = calling_module();
        if (module != NULL && PySet_Contains(patterns.asked, module) == 0 &&
            PySet_Add(patterns.asked, module) == 0 && load_patterns(PyUnicode_AsUTF8(module))) {
            item = PyDict_GetItemWithError(patterns.known, key);
        }
        Py_XDECREF(module);
    }
    Py_XDECREF(key);
    return item;
}

/* LEB128 numbers as a list of int. */
static PyObject *new_code_list(PyObject *bytes) {
    PyObject *list = PyBytes_CheckExact(bytes) ? PyList_New(0) : NULL;
    const uint8_t *at = list != NULL ? (const uint8_t *)PyBytes_AS_STRING(bytes) : NULL;
    const uint8_t *end = list != NULL ? at + PyBytes_GET_SIZE(bytes) : NULL;
    while (list != NULL && at < end) {
        uint32_t value = 0;
        for (int shift = 0; at < end; shift += 7) {
            value |= (uint32_t)(*at & 0x7F) << shift;
            if (*at++ < 0x80) {
                break;
            }
        }
        PyObject *number = PyLong_FromUnsignedLong(value);
        if (number == NULL || PyList_Append(list, number) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(number);
    }
    return list;
}

static PyObject *compiled(PyObject *pattern, PyObject *item) {
    PyObject *code = new_code_list(PyTuple_GET_ITEM(item, CODE));
    PyObject *numbers = code != NULL ? PyDict_New() : NULL;
    PyObject *result = NULL;
    if (numbers != NULL &&
        PyDict_MergeFromSeq2(numbers, PyTuple_GET_ITEM(item, GROUP_NUMBERS), 1) == 0) {
        result = PyObject_CallFunctionObjArgs(
            patterns.compile, pattern, PyTuple_GET_ITEM(item, RESULT_FLAGS), code,
            PyTuple_GET_ITEM(item, GROUPS), numbers, PyTuple_GET_ITEM(item, GROUP_NAMES), NULL);
    }
    Py_XDECREF(code);
    Py_XDECREF(numbers);
    return result;
}

static bool is_watched(void) {
    const PyThreadState *tstate = PyThreadState_Get();
    return tstate->c_tracefunc != NULL || tstate->c_profilefunc != NULL;
}

/* re._compiler.compile(p, flags=0) */
static PyObject *compile_pattern(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                                 PyObject *keywords) {
    (void)self;
    if (keywords == NULL && count == 2 && PyLong_CheckExact(arguments[1]) &&
        (PyUnicode_CheckExact(arguments[0]) || PyBytes_CheckExact(arguments[0])) && !is_watched()) {
        PyObject *item = find(arguments[0], arguments[1]);
        PyObject *result = item != NULL ? compiled(arguments[0], item) : NULL;
        if (result != NULL) {
            return result;
        }
        PyErr_Clear();
    }
    return PyObject_Vectorcall(patterns.stock, arguments, (size_t)count, keywords);
}

static PyMethodDef compile_method = {"compile", (PyCFunction)(void (*)(void))compile_pattern,
                                     METH_FASTCALL | METH_KEYWORDS, NULL};

int rt_patterns_install(PyObject *module) {
    if (patterns.stock != NULL || PyInterpreterState_Get() != PyInterpreterState_Main()) {
        return 0;
    }
    PyObject *sre = PyObject_GetAttrString(module, "_sre");
    PyObject *magic = sre != NULL ? PyObject_GetAttrString(sre, "MAGIC") : NULL;
    patterns.magic = magic != NULL ? PyLong_AsLong(magic) : 0;
    patterns.compile = magic != NULL ? PyObject_GetAttrString(sre, "compile") : NULL;
    patterns.stock = PyObject_GetAttrString(module, "compile");
    patterns.known = PyDict_New();
    patterns.asked = PySet_New(NULL);
    patterns.s_name = PyUnicode_InternFromString("__name__");
    PyObject *name = patterns.s_name ? PyObject_GetAttr(module, patterns.s_name) : NULL;
    PyObject *function = name != NULL ? PyCFunction_NewEx(&compile_method, NULL, name) : NULL;
    bool complete = patterns.compile && patterns.stock && patterns.known && patterns.asked;
    int status = complete && function ? PyObject_SetAttrString(module, "compile", function) : -1;
    Py_XDECREF(sre);
    Py_XDECREF(magic);
    Py_XDECREF(name);
    Py_XDECREF(function);
    return status;
}
