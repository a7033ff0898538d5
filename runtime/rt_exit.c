/* The end of the process.
 *
 * Py_FinalizeEx takes every object apart, which costs milliseconds and is invisible unless
 * something alive has a finaliser. So: do the visible part first (threads, pending calls, atexit),
 * then look at every container object once. If nothing could run code or lose data when it is
 * deallocated, flush and leave; else let Py_FinalizeEx do all of it as CPython does. When in doubt:
 * Py_FinalizeEx; so too with a shared libpython, which does not let us at the visible part. */
#include "rt_py.h"

#include <stdlib.h>
#include <string.h>

#if RT_HAS_HIDDEN_FUNCTIONS

/* As wait_for_thread_shutdown in CPython's pylifecycle.c. */
static void join_threads(void) {
    PyObject *threading = PyDict_GetItemString(PyImport_GetModuleDict(), "threading");
    if (threading == NULL) {
        return;
    }
    Py_INCREF(threading);
    PyObject *done = PyObject_CallMethod(threading, "_shutdown", NULL);
    if (done == NULL) {
        PyErr_WriteUnraisable(threading);
    }
    Py_XDECREF(done);
    Py_DECREF(threading);
}

/* The three standard streams are flushed by us; each is a chain of text, buffer and raw object. */
typedef struct StandardStreams {
    PyObject *objects[18];
    int count;
} StandardStreams;

static void collect_standard_streams(StandardStreams *streams) {
    static const char *const names[] = {"stdin",     "stdout",     "stderr",
                                        "__stdin__", "__stdout__", "__stderr__"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        PyObject *obj = PySys_GetObject(names[i]);
        Py_XINCREF(obj);
        static const char *const inner[] = {"buffer", "raw"};
        for (int level = 0; obj != NULL && obj != Py_None; level++) {
            streams->objects[streams->count++] = obj;
            PyObject *next = level < 2 && Py_TYPE(obj)->tp_finalize != NULL &&
                                     !PyType_HasFeature(Py_TYPE(obj), Py_TPFLAGS_HEAPTYPE)
                                 ? PyObject_GetAttrString(obj, inner[level])
                                 : NULL;
            PyErr_Clear();
            Py_DECREF(obj);
            obj = next;
        }
        Py_XDECREF(obj == Py_None ? obj : NULL);
    }
}

static bool is_standard_stream(const StandardStreams *streams, PyObject *obj) {
    for (int i = 0; i < streams->count; i++) {
        if (streams->objects[i] == obj) {
            return true;
        }
    }
    return false;
}

/* A file object of the _io module itself that is closed already. */
static bool is_closed_file(PyObject *obj) {
    if (PyType_HasFeature(Py_TYPE(obj), Py_TPFLAGS_HEAPTYPE) ||
        strncmp(Py_TYPE(obj)->tp_name, "_io.", 4) != 0) {
        return false;
    }
    PyObject *closed = PyObject_GetAttrString(obj, "closed");
    bool result = closed == Py_True;
    PyErr_Clear();
    Py_XDECREF(closed);
    return result;
}

/* Code of the standard library: frozen, or below the image's directory for it. */
static bool is_stdlib_code(PyObject *code) {
    const char *file = PyUnicode_AsUTF8(((PyCodeObject *)code)->co_filename);
    const char *stdlib = rt_setting("stdlib");
    if (file == NULL || stdlib == NULL) {
        PyErr_Clear();
        return false;
    }
    size_t root = rt_image.exe_length;
    return strncmp(file, "<frozen ", 8) == 0 ||
           (strncmp(file, rt_image.exe, root) == 0 && file[root] == '/' &&
            strncmp(file + root + 1, stdlib, strlen(stdlib)) == 0);
}

/* Callbacks of weak references that only keep tables of the interpreter or the standard library
 * tidy: registries of logging and weakref, thread locals, abstract base classes. */
static bool is_quiet_callback(PyObject *callback) {
    if (PyCFunction_Check(callback)) {
        const char *name = ((PyCFunctionObject *)callback)->m_ml->ml_name;
        return strcmp(name, "_destroy") == 0 || strcmp(name, "_localdummy_destroyed") == 0;
    }
    return PyFunction_Check(callback) && is_stdlib_code(PyFunction_GET_CODE(callback));
}

/* A class in Python with __del__ whose instances the collector does not know: this scan cannot find
 * them. Classes in C of that kind (sockets, scandir iterators) only release descriptors. */
static bool hides_finalizers(PyTypeObject *class) {
    if (PyType_HasFeature(class, Py_TPFLAGS_HAVE_GC) || class->tp_finalize == NULL) {
        return class->tp_del != NULL && !PyType_HasFeature(class, Py_TPFLAGS_HAVE_GC);
    }
    PyObject *name = PyUnicode_InternFromString("__del__");
    PyObject *method = name != NULL ? _PyType_Lookup(class, name) : NULL;
    Py_XDECREF(name);
    return method == NULL || Py_TYPE(method) != &PyWrapperDescr_Type;
}

/* Could the deallocation of this object be noticed? */
static bool is_noticeable(PyObject *obj, const StandardStreams *streams) {
    PyTypeObject *type = Py_TYPE(obj);
    if (type->tp_finalize == NULL && type->tp_del == NULL) {
        if (PyWeakref_Check(obj)) {
            PyObject *callback = ((PyWeakReference *)obj)->wr_callback;
            return callback != NULL && !is_quiet_callback(callback);
        }
        if (PyType_Check(obj)) {
            return hides_finalizers((PyTypeObject *)obj);
        }
        return false;
    }
    if (PyGen_CheckExact(obj)) {
        return RT_GENERATOR_SUSPENDED(obj);
    }
    if (PyCoro_CheckExact(obj) || PyAsyncGen_CheckExact(obj)) {
        return RT_GENERATOR_SUSPENDED(obj) || RT_GENERATOR_CREATED(obj);
    }
    return !is_standard_stream(streams, obj) && !is_closed_file(obj);
}

static bool list_has_noticeable(PyGC_Head *head, const StandardStreams *streams) {
    for (PyGC_Head *gc = _PyGCHead_NEXT(head); gc != head; gc = _PyGCHead_NEXT(gc)) {
        if (is_noticeable((PyObject *)(gc + 1), streams)) {
            return true;
        }
    }
    return false;
}

static bool heap_has_noticeable(PyInterpreterState *interp) {
    StandardStreams streams = {.count = 0};
    collect_standard_streams(&streams);
    for (int i = 0; i < NUM_GENERATIONS; i++) {
        if (list_has_noticeable(&interp->gc.generations[i].head, &streams)) {
            return true;
        }
    }
    return list_has_noticeable(&interp->gc.permanent_generation.head, &streams);
}

static bool list_is_filled(const char *sys_name) {
    PyObject *list = PySys_GetObject(sys_name);
    return list != NULL && PyList_Check(list) && PyList_GET_SIZE(list) > 0;
}

/* Settings under which finalisation itself reports something. */
static bool wants_full_finalization(PyInterpreterState *interp) {
    const PyConfig *config = &interp->config;
    return config->dev_mode || config->malloc_stats || config->dump_refs ||
           config->show_ref_count || config->tracemalloc || config->verbose ||
           list_is_filled("warnoptions") || interp->gc.debug != 0 ||
           (interp->gc.callbacks != NULL && PyList_GET_SIZE(interp->gc.callbacks) > 0) ||
           (interp->gc.garbage != NULL && PyList_GET_SIZE(interp->gc.garbage) > 0) ||
           rt_other_threads(interp) || _PyRuntime.interpreters.head != interp;
}

/* As flush_std_files in CPython's pylifecycle.c: -1 when data was lost. */
static int flush_standard_files(void) {
    int status = 0;
    static const char *const names[] = {"stdout", "stderr"};
    for (int i = 0; i < 2; i++) {
        PyObject *stream = PySys_GetObject(names[i]);
        if (stream == NULL || stream == Py_None) {
            continue;
        }
        PyObject *closed = PyObject_GetAttrString(stream, "closed");
        int is_closed = closed != NULL ? PyObject_IsTrue(closed) : 0;
        Py_XDECREF(closed);
        PyErr_Clear();
        if (is_closed == 1) {
            continue;
        }
        PyObject *done = PyObject_CallMethod(stream, "flush", NULL);
        if (done == NULL) {
            if (i == 0) {
                PyErr_WriteUnraisable(stream);
            } else {
                PyErr_Clear();
            }
            status = -1;
        }
        Py_XDECREF(done);
    }
    return status;
}

int rt_exit_finish(int code) {
    PyThreadState *tstate = PyThreadState_Get();
    PyInterpreterState *interp = tstate->interp;
    if (!Py_IsInitialized()) {
        return code;
    }
    join_threads();
    _Py_FinishPendingCalls(tstate);
    _PyAtExit_Call(interp);
    if (wants_full_finalization(interp) || heap_has_noticeable(interp)) {
        return Py_FinalizeEx() < 0 ? 120 : code;
    }
    rt_set_finalizing(tstate);
    return flush_standard_files() < 0 ? 120 : code;
}

#else

int rt_exit_finish(int code) {
    return Py_FinalizeEx() < 0 ? 120 : code;
}

#endif
