/* Who watches what programs do: tracing, profiling and the tools of sys.monitoring, which all
 * change the bytecode, in every thread. While there is one, calls run bytecode (rt_is_watched).
 *
 * sys.settrace and sys.setprofile tell instrumentation.c which events they want; the link leads
 * that here first (--wrap). A tool has to be registered before it can do anything: the functions
 * for that are replaced. What it asks for single code objects remains when it goes: from then on
 * there is always a watcher. (Python 3.11 has a flag in each thread instead.) */
#include "rt_frame.h"

#include <internal/pycore_instruments.h>

int rt_watchers;
static int local_events; /* somebody asked for some */

int __real__PyMonitoring_SetEvents(int tool, _PyMonitoringEventSet events);
int __wrap__PyMonitoring_SetEvents(int tool, _PyMonitoringEventSet events);

static void count_watchers(void) {
    const PyInterpreterState *interp = PyInterpreterState_Main();
    int count = local_events;
    for (int i = 0; i < PY_MONITORING_TOOL_IDS; i++) {
        count += interp->monitoring_tool_names[i] != NULL;
    }
    for (int i = 0; i < _PY_MONITORING_UNGROUPED_EVENTS; i++) {
        count += interp->monitors.tools[i] != 0;
    }
    rt_watchers = count;
}

int __wrap__PyMonitoring_SetEvents(int tool, _PyMonitoringEventSet events) {
    int status = __real__PyMonitoring_SetEvents(tool, events);
    count_watchers();
    return status;
}

/* ---- sys.monitoring ---- */

static _PyCFunctionFast original_use, original_set_local;
static PyCFunction original_free;

static PyObject *use_tool(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    PyObject *result = original_use(module, args, count);
    count_watchers();
    return result;
}

/* tool, code, events */
static PyObject *set_local(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    PyObject *result = original_set_local(module, args, count);
    if (result != NULL && PyObject_IsTrue(args[2])) {
        local_events = 1;
        count_watchers();
    }
    return result;
}

static PyObject *free_tool(PyObject *module, PyObject *tool) {
    PyObject *result = original_free(module, tool);
    count_watchers();
    return result;
}

/* The definition of a function of sys.monitoring, which is of this kind; or NULL with an exception
 * set. */
static PyMethodDef *definition_of(PyObject *monitoring, const char *name, int flags) {
    PyObject *function = PyObject_GetAttrString(monitoring, name);
    if (function == NULL) {
        return NULL;
    }
    PyMethodDef *definition =
        PyCFunction_CheckExact(function) ? ((PyCFunctionObject *)function)->m_ml : NULL;
    Py_DECREF(function); /* the module keeps it; the definition is static */
    if (definition == NULL || definition->ml_flags != flags) {
        PyErr_Format(PyExc_SystemError, "sys.monitoring has no function %s", name);
        return NULL;
    }
    return definition;
}

int rt_watch_start(void) {
    PyObject *monitoring = PySys_GetObject("monitoring");
    if (monitoring == NULL) {
        PyErr_SetString(PyExc_SystemError, "there is no sys.monitoring");
        return -1;
    }
    PyMethodDef *use = definition_of(monitoring, "use_tool_id", METH_FASTCALL);
    PyMethodDef *local =
        use != NULL ? definition_of(monitoring, "set_local_events", METH_FASTCALL) : NULL;
    PyMethodDef *release = local != NULL ? definition_of(monitoring, "free_tool_id", METH_O) : NULL;
    if (release == NULL) {
        return -1;
    }
    if (original_use == NULL) {
        original_use = (_PyCFunctionFast)(void (*)(void))use->ml_meth;
        original_set_local = (_PyCFunctionFast)(void (*)(void))local->ml_meth;
        original_free = release->ml_meth;
        use->ml_meth = (PyCFunction)(void (*)(void))use_tool;
        local->ml_meth = (PyCFunction)(void (*)(void))set_local;
        release->ml_meth = free_tool;
    }
    return 0;
}
