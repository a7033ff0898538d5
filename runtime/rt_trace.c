/* Traceback entries for what the C importer does in importlib's place.
 *
 * When an import fails, CPython's traceback shows importlib's own functions, or import.c removes
 * them; either way the text depends on their entries being there. They are added here, on failure
 * only, with the line on which the function calls the next one, found in its bytecode. */
#include "rt_import.h"

#include <opcode.h>
#include <string.h>

/* From Python/traceback.c: adds an entry for a function without a frame. */
extern void _PyTraceback_Add(const char *function, const char *file, int line);

static bool is_name_load(int opcode) {
#ifdef LOAD_METHOD
    if (opcode == LOAD_METHOD) {
        return true;
    }
#endif
    return opcode == LOAD_GLOBAL || opcode == LOAD_ATTR;
}

/* Which name an instruction loads: the index's lowest bit is a flag for some. */
static int name_index(int opcode, int argument) {
    return opcode == LOAD_GLOBAL || (RT_LOAD_ATTR_HAS_FLAG && opcode == LOAD_ATTR) ? argument >> 1
                                                                                   : argument;
}

/* Line of the first instruction that loads `name`, else of the last instruction. */
static int line_of_call(PyCodeObject *code, const char *name) {
    PyObject *bytes = PyCode_GetCode(code); /* without what the interpreter specialised */
    if (bytes == NULL) {
        PyErr_Clear();
        return code->co_firstlineno;
    }
    const uint8_t *units = (const uint8_t *)PyBytes_AS_STRING(bytes);
    Py_ssize_t size = PyBytes_GET_SIZE(bytes);
    Py_ssize_t found = size >= 2 ? size - 2 : 0;
    int argument = 0;
    for (Py_ssize_t at = 0; at + 1 < size; at += 2) {
        argument = argument << 8 | units[at + 1];
        if (units[at] == EXTENDED_ARG) {
            continue;
        }
        int index = is_name_load(units[at]) ? name_index(units[at], argument) : -1;
        if (index >= 0 && index < PyTuple_GET_SIZE(code->co_names) &&
            PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(code->co_names, index), name) == 0) {
            found = at;
            break;
        }
        argument = 0;
    }
    Py_DECREF(bytes);
    return PyCode_Addr2Line(code, (int)found);
}

/* `function` called `next`; `file` is the frozen module's file name. */
static void add_entry(PyObject *function, const char *name, const char *file, const char *next) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    int line = function != NULL && PyFunction_Check(function)
                   ? line_of_call((PyCodeObject *)PyFunction_GET_CODE(function), next)
                   : 0;
    PyErr_Clear();
    PyErr_Restore(type, value, traceback);
    _PyTraceback_Add(name, file, line);
}

static const char BOOTSTRAP[] = "<frozen importlib._bootstrap>";
static const char EXTERNAL[] = "<frozen importlib._bootstrap_external>";

void rt_trace_bootstrap(const char *function, const char *next) {
    PyObject *caller = strcmp(function, "_find_and_load") == 0
                           ? rt_importer.find_and_load
                           : PyDict_GetItemString(rt_importer.bootstrap, function);
    add_entry(caller, function, BOOTSTRAP, next);
}

void rt_trace_body(void) {
    PyObject *loader = (PyObject *)((PyTypeObject *)rt_importer.source_loader)->tp_base;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *exec_module = PyObject_GetAttrString(loader, "exec_module");
    PyErr_Clear();
    PyErr_Restore(type, value, traceback);
    rt_trace_bootstrap("_call_with_frames_removed", "");
    add_entry(exec_module, "exec_module", EXTERNAL, "_call_with_frames_removed");
    rt_trace_bootstrap("_load_unlocked", "exec_module");
    Py_XDECREF(exec_module);
}
