/* What the site module leaves behind at start-up.
 *
 * CPython runs site.main() in every process: it searches the disk for packages and .pth files. All
 * packages are embedded here, so only the visible rest is done: the six builtins. sys.flags says that
 * site ran (multiprocessing would hand -S to its children otherwise). */
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

/* builtins[name] = type(*arguments); steals `arguments`. */
static int add_builtin(PyObject *module, const char *type, const char *name, PyObject *arguments) {
    PyObject *class = arguments != NULL ? PyObject_GetAttrString(module, type) : NULL;
    PyObject *object = class != NULL ? PyObject_Call(class, arguments, NULL) : NULL;
    int status = object != NULL ? PyDict_SetItemString(PyEval_GetBuiltins(), name, object) : -1;
    Py_XDECREF(arguments);
    Py_XDECREF(class);
    Py_XDECREF(object);
    return status;
}

/* As site.setcopyright; the license files are looked for where CPython would have them. */
static PyObject *license_arguments(void) {
    PyObject *stdlib = PySys_GetObject("_stdlib_dir");
    return Py_BuildValue("ss[ss][Os]", "license",
                         "See https://www.python.org/psf/license/", "LICENSE.txt", "LICENSE",
                         stdlib != NULL ? stdlib : Py_None, ".");
}

int rt_site_install(void) {
    if (!rt_site_wanted) {
        return 0;
    }
    PyObject *module = PyImport_ImportModule("_sitebuiltins");
    if (module == NULL) {
        return -1;
    }
    PyObject *copyright = PySys_GetObject("copyright");
    int status =
        add_builtin(module, "Quitter", "quit",
                    Py_BuildValue("ss", "quit", "Ctrl-D (i.e. EOF)")) < 0 ||
                add_builtin(module, "Quitter", "exit",
                            Py_BuildValue("ss", "exit", "Ctrl-D (i.e. EOF)")) < 0 ||
                add_builtin(module, "_Printer", "copyright",
                            Py_BuildValue("sO", "copyright", copyright)) < 0 ||
                add_builtin(module, "_Printer", "credits",
                            Py_BuildValue("ss", "credits",
                                          "    Thanks to CWI, CNRI, BeOpen.com, Zope Corporation and "
                                          "a cast of thousands\n    for supporting Python "
                                          "development.  See www.python.org for more information.")) <
                    0 ||
                add_builtin(module, "_Printer", "license", license_arguments()) < 0 ||
                add_builtin(module, "_Helper", "help", PyTuple_New(0)) < 0
            ? -1
            : set_no_site_flag(0);
    Py_DECREF(module);
    return status;
}

PyObject *rt_site_import(PyObject *find_and_load_unlocked, PyObject *name, PyObject *import) {
    if (set_no_site_flag(1) < 0) {
        return NULL;
    }
    PyObject *module =
        PyObject_CallFunctionObjArgs(find_and_load_unlocked, name, import, NULL);
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    set_no_site_flag(rt_site_wanted ? 0 : 1);
    PyErr_Restore(type, value, traceback);
    if (module != NULL) {
        PyObject_SetAttrString(module, "ENABLE_USER_SITE", Py_False);
    }
    return module;
}
