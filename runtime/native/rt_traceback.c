/* Entries of tracebacks.
 *
 * On 3.11 an entry has its line number from the start, and finding the number goes through the
 * line table from the function's first line on: a third of the time of a small `raise`, and more
 * the longer the function is. Lines of places that exceptions passed before are remembered here.
 * From 3.12 on CPython looks for the number when somebody asks for it.
 *
 * Follows PyTraceBack_Here and tb_create_raw of CPython's traceback.c. */
#include "rt_frame.h"

#include <frameobject.h>
#include <internal/pycore_traceback.h>

#if RT_TRACEBACKS_HAVE_LINES

enum { PLACES = 512 };

/* The instruction of a code object with native code, which lives as long as the process
 * (rt_attach.c). */
static struct {
    const _Py_CODEUNIT *at;
    int line;
} places[PLACES];

/* As PyFrame_GetLineNumber. */
static int line_of(PyFrameObject *object, const _PyInterpreterFrame *frame) {
    const _Py_CODEUNIT *at = frame->prev_instr;
    if (object->f_lineno != 0) {
        return object->f_lineno;
    }
    size_t index = ((uintptr_t)at / sizeof(*at) ^ (uintptr_t)at / (sizeof(*at) * PLACES)) % PLACES;
    if (places[index].at != at) {
        places[index].line = PyFrame_GetLineNumber(object);
        places[index].at = at;
    }
    return places[index].line;
}

/* In front of `next`, which it takes over. New reference; NULL with MemoryError, and `next` is
 * left to the caller. */
static PyObject *new_entry(PyObject *next, PyFrameObject *object,
                           const _PyInterpreterFrame *frame) {
    PyTracebackObject *entry = PyObject_GC_New(PyTracebackObject, &PyTraceBack_Type);
    if (entry == NULL) {
        return NULL;
    }
    entry->tb_next = (PyTracebackObject *)next;
    entry->tb_frame = (PyFrameObject *)Py_NewRef(object);
    entry->tb_lasti = _PyInterpreterFrame_LASTI(frame) * (int)sizeof(_Py_CODEUNIT);
    entry->tb_lineno = line_of(object, frame);
    PyObject_GC_Track(entry);
    return (PyObject *)entry;
}

/* No exception is set while the entry is made, since the collector may run Python code. */
void rt_traceback_add(PyThreadState *ts, PyFrameObject *object, const _PyInterpreterFrame *frame) {
    PyObject *type, *value, *traceback;
    _PyErr_Fetch(ts, &type, &value, &traceback);
    PyObject *entry = new_entry(traceback, object, frame);
    if (entry != NULL) {
        _PyErr_Restore(ts, type, value, entry);
    } else {
        _PyErr_ChainExceptions(type, value, traceback);
    }
}

#else

void rt_traceback_add(PyThreadState *ts, PyFrameObject *object, const _PyInterpreterFrame *frame) {
    (void)ts, (void)frame;
    PyTraceBack_Here(object);
}

#endif
