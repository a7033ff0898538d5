/* main: from exec to exit.
 *
 * The image is open already (constructor). What runs is decided by how we were started: the
 * program, or, in a child of our own that asked for `sys.executable -c …`, the interpreter. */
#include "rt_py.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void set_environment(const char *value, void *context) {
    (void)context;
    const char *equals = strchr(value, '=');
    if (equals != NULL) {
        char *name = strndup(value, (size_t)(equals - value));
        if (name != NULL) {
            setenv(name, equals + 1, 1);
            free(name);
        }
    }
}

/* Runs `code` as the body of __main__. New reference or NULL. */
static PyObject *run_main_code(PyObject *main_module, const ImageModule *entry) {
    PyObject *code = rt_import_code(entry);
    if (code == NULL) {
        return NULL;
    }
    PyObject *namespace = PyModule_GetDict(main_module);
    PyObject *result = PyEval_EvalCode(code, namespace, namespace);
    Py_DECREF(code);
    return result;
}

/* As pymain_run_file: __main__ with __file__, __cached__ and __loader__ while it runs. */
static PyObject *run_script(void) {
    const ImageModule *entry = rt_module_find("__main__");
    PyObject *main_module = PyImport_AddModule("__main__");
    if (entry == NULL || main_module == NULL) {
        PyErr_SetString(PyExc_SystemError, "this executable has no main script");
        return NULL;
    }
    PyObject *namespace = PyModule_GetDict(main_module);
    PyObject *name = PyUnicode_FromString("__main__");
    PyObject *path = rt_import_path(rt_string(entry->path));
    PyObject *loader = name && path ? rt_import_loader(name, path) : NULL;
    PyObject *result = NULL;
    if (loader != NULL && PyDict_SetItemString(namespace, "__file__", path) == 0 &&
        PyDict_SetItemString(namespace, "__cached__", Py_None) == 0 &&
        PyDict_SetItemString(namespace, "__loader__", loader) == 0) {
        Py_INCREF(namespace);
        result = run_main_code(main_module, entry);
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        if (PyDict_DelItemString(namespace, "__file__") < 0 ||
            PyDict_DelItemString(namespace, "__cached__") < 0) {
            PyErr_Clear();
        }
        PyErr_Restore(type, value, traceback);
        Py_DECREF(namespace);
    }
    Py_XDECREF(name);
    Py_XDECREF(path);
    Py_XDECREF(loader);
    return result;
}

/* As `python -m module`; sys.argv[0] stays what the caller passed. */
static PyObject *run_module(const char *module) {
    PyObject *runpy = PyImport_ImportModule("runpy");
    if (runpy == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallMethod(runpy, "_run_module_as_main", "sO", module, Py_False);
    Py_DECREF(runpy);
    return result;
}

/* As the script that pip makes for a console entry point: sys.exit(module.function()). */
static PyObject *run_function(const char *module, const char *function) {
    PyObject *obj = PyImport_ImportModule(module);
    char *path = strdup(function);
    for (char *rest = path, *part; obj != NULL && (part = strsep(&rest, ".")) != NULL;) {
        PyObject *member = PyObject_GetAttrString(obj, part);
        Py_SETREF(obj, member);
    }
    free(path);
    PyObject *status = obj != NULL ? PyObject_CallNoArgs(obj) : NULL;
    Py_XDECREF(obj);
    if (status != NULL) {
        PyErr_SetObject(PyExc_SystemExit, status);
        Py_DECREF(status);
    }
    return NULL;
}

static PyObject *run_entry(void) {
    const char *kind = rt_setting("entry.kind");
    const char *module = rt_setting("entry.module");
    const char *function = rt_setting("entry.function");
    if (kind != NULL && strcmp(kind, "module") == 0 && module != NULL) {
        return run_module(module);
    }
    if (kind != NULL && strcmp(kind, "function") == 0 && module != NULL && function != NULL) {
        return run_function(module, function);
    }
    return run_script();
}

static void flush_stream(const char *name) {
    PyObject *stream = PySys_GetObject(name);
    if (stream == NULL || stream == Py_None) {
        return;
    }
    PyObject *done = PyObject_CallMethod(stream, "flush", NULL);
    if (done == NULL) {
        PyErr_Clear();
    }
    Py_XDECREF(done);
}

/* The exit code for the result of the program, errors printed: pymain_run_file, pymain_run_module.
 */
static int program_status(PyObject *result) {
    int code = 0;
    if (result == NULL) {
        if (PyErr_Occurred() == PyExc_KeyboardInterrupt) {
            RT_UNHANDLED_INTERRUPT = 1;
        }
        code = 1;
        if (!rt_handle_system_exit(&code)) {
            PyErr_Print();
            code = 1;
        }
    }
    Py_XDECREF(result);
    flush_stream("stderr");
    flush_stream("stdout");
    return code;
}

/* As exit_sigint in CPython's main.c: let the parent see that SIGINT ended us. */
static int exit_by_interrupt(void) {
    signal(SIGINT, SIG_DFL);
    kill(getpid(), SIGINT);
    return 128 + SIGINT;
}

static _Noreturn void cannot_start(void) {
    PyErr_Print();
    fprintf(stderr, "%s: the interpreter could not be prepared\n", rt_image.exe);
    exit(1);
}

RT_ENTRY int rt_main(int argc, char **argv) {
    if (rt_image.base == NULL) {
        fprintf(stderr, "%s: this is pyc2c's bare runtime; `pyc2c build` makes programs of it\n",
                argc > 0 ? argv[0] : "stub");
        return 70;
    }
    int first = 1;
    RtChildKind kind = rt_child_kind(argc, argv, &first);
    if (rt_license_check != NULL) {
        rt_license_check();
    }
    rt_setting_each("env", set_environment, NULL);
    rt_config_start(kind, argc, argv, first);
    if (rt_site_install() < 0) {
        cannot_start();
    }
    if (kind == RT_RUN_INTERPRETER) {
        return Py_RunMain();
    }
    int code = rt_exit_finish(program_status(run_entry()));
    return RT_UNHANDLED_INTERRUPT ? exit_by_interrupt() : code;
}

int main(int argc, char **argv) {
    return rt_stack_main != NULL ? rt_stack_main(rt_main, argc, argv) : rt_main(argc, argv);
}
