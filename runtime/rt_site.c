/* What the site module leaves behind at start-up.
 *
 * CPython runs site.main() in every process: it searches the disk for packages and .pth files. All
 * packages are embedded here, so only the visible rest is done: the six builtins. sys.flags says
 * that site ran (multiprocessing would hand -S to its children otherwise). */
#include "rt_py.h"

bool rt_site_wanted = true;

enum { FLAGS_NO_SITE = 6 }; /* position in sys.flags, the same in all supported versions */

static int set_no_site_flag(long value) {
    PyObject *flags = PySys_GetObject("flags");
    PyObject *number = PyLong_FromLong(value);
    if (flags == NULL || number == NULL) {
        Py_XDECREF(number);
        return -1;
    }
    PyObject *old = PyStructSequence_GetItem(flags, FLAGS_NO_SITE);
    PyStructSequence_SetItem(flags, FLAGS_NO_SITE, number);
    Py_XDECREF(old);
    return 0;
}

/* builtins[name] = object; steals `object`. */
static int add_builtin(const char *name, PyObject *obj) {
    int status = obj != NULL ? PyDict_SetItemString(PyEval_GetBuiltins(), name, obj) : -1;
    Py_XDECREF(obj);
    return status;
}

static PyObject *new_quitter(PyObject *module, const char *name) {
    return PyObject_CallMethod(module, "Quitter", "ss", name, "Ctrl-D (i.e. EOF)");
}

/* What _sitebuiltins._Printer(name, data, files, dirs) makes, without running its __init__: that
 * imports os, a quarter of the start-up of a small program. Steals `filenames`. */
static PyObject *new_printer(PyObject *class, const char *name, PyObject *data,
                             PyObject *filenames) {
    PyObject *empty = PyTuple_New(0);
    PyObject *printer = empty ? PyBaseObject_Type.tp_new((PyTypeObject *)class, empty, NULL) : NULL;
    PyObject *text = PyUnicode_FromString(name);
    if (printer != NULL &&
        (text == NULL || data == NULL || filenames == NULL ||
         PyObject_SetAttrString(printer, "_Printer__name", text) < 0 ||
         PyObject_SetAttrString(printer, "_Printer__data", data) < 0 ||
         PyObject_SetAttrString(printer, "_Printer__lines", Py_None) < 0 ||
         PyObject_SetAttrString(printer, "_Printer__filenames", filenames) < 0)) {
        Py_CLEAR(printer);
    }
    Py_XDECREF(empty);
    Py_XDECREF(text);
    Py_XDECREF(filenames);
    return printer;
}

/* As site.setcopyright: where CPython would have its license files. */
static PyObject *license_files(void) {
    PyObject *stdlib = PySys_GetObject("_stdlib_dir");
    PyObject *list = PyList_New(0);
    static const char *const patterns[] = {"%U/../LICENSE.txt", "%U/../LICENSE", "%U/LICENSE.txt",
                                           "%U/LICENSE"};
    for (size_t i = 0; list && stdlib && i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        PyObject *path = PyUnicode_FromFormat(patterns[i], stdlib);
        if (path == NULL || PyList_Append(list, path) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(path);
    }
    return list;
}

static int add_printers(PyObject *module) {
    PyObject *class = PyObject_GetAttrString(module, "_Printer");
    PyObject *credits = PyUnicode_FromString(
        "    Thanks to CWI, CNRI, BeOpen.com, Zope Corporation and a cast of thousands\n"
        "    for supporting Python development.  See www.python.org for more information.");
    PyObject *license = PyUnicode_FromString("See https://www.python.org/psf/license/");
    int status = -1;
    if (class && credits && license &&
        add_builtin("copyright", new_printer(class, "copyright", PySys_GetObject("copyright"),
                                             PyList_New(0))) == 0 &&
        add_builtin("credits", new_printer(class, "credits", credits, PyList_New(0))) == 0 &&
        add_builtin("license", new_printer(class, "license", license, license_files())) == 0) {
        status = 0;
    }
    Py_XDECREF(class);
    Py_XDECREF(credits);
    Py_XDECREF(license);
    return status;
}

int rt_site_install(void) {
    if (!rt_site_wanted) {
        return 0;
    }
    PyObject *module = PyImport_ImportModule("_sitebuiltins");
    if (module == NULL) {
        return -1;
    }
    int status = -1;
    if (add_builtin("quit", new_quitter(module, "quit")) == 0 &&
        add_builtin("exit", new_quitter(module, "exit")) == 0 && add_printers(module) == 0 &&
        add_builtin("help", PyObject_CallMethod(module, "_Helper", NULL)) == 0) {
        status = set_no_site_flag(0);
    }
    Py_DECREF(module);
    return status;
}

PyObject *rt_site_import(PyObject *find_and_load_unlocked, PyObject *name, PyObject *import) {
    if (set_no_site_flag(1) < 0) {
        return NULL;
    }
    PyObject *module = PyObject_CallFunctionObjArgs(find_and_load_unlocked, name, import, NULL);
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    set_no_site_flag(rt_site_wanted ? 0 : 1);
    PyErr_Restore(type, value, traceback);
    if (module != NULL) {
        PyObject_SetAttrString(module, "ENABLE_USER_SITE", Py_False);
    }
    return module;
}
