/* Objects kept for reuse: functions with native code, and iterators of lists.
 *
 * On 3.11, each comprehension is a function that is made, called with an iterator and dropped, and
 * taking both from the allocator and giving them back costs as much as a short loop. Like CPython's
 * own free lists (of tuples, frames, generators) these do not count as allocations for the
 * collector. While tracemalloc looks on nothing is kept. */
#include "rt_spare.h"

#include "rt_frame.h"

enum { KEPT_MAX = 16 };

/* Each has the address of the next in place of what it holds. */
typedef struct Kept {
    PyObject *first;
    int count;
} Kept;

static inline bool may_keep(const Kept *kept) {
    return kept->count < KEPT_MAX && !RT_TRACEMALLOC_TRACES &&
           rt_may_keep(_PyInterpreterState_GET());
}

/* The first one, of which there is one, as if it were new; `next`: the one behind it. */
static inline PyObject *taken(Kept *kept, PyObject *next) {
    PyObject *object = kept->first;
    kept->first = next;
    kept->count--;
    _Py_NewReference(object);
    return object;
}

/* ---- functions ---- */

#if RT_FUNCTIONS_HAVE_TYPE
static Kept functions;

/* As func_dealloc. */
void rt_function_dealloc(PyObject *object) {
    PyFunctionObject *function = (PyFunctionObject *)object;
    _PyObject_GC_UNTRACK(object);
    if (function->func_weakreflist != NULL) {
        PyObject_ClearWeakRefs(object);
    }
    PyFunction_Type.tp_clear(object);
    Py_DECREF(function->func_code);
    Py_DECREF(function->func_name);
    Py_DECREF(function->func_qualname);
    if (!may_keep(&functions)) {
        PyObject_GC_Del(object);
        return;
    }
    function->func_globals = functions.first;
    functions.first = object;
    functions.count++;
}

PyFunctionObject *rt_spare_function(void) {
    PyObject *first = functions.first;
    if (!rt_guard(first != NULL && !RT_TRACEMALLOC_TRACES)) {
        return PyObject_GC_New(PyFunctionObject, &PyFunction_Type);
    }
    Py_SET_TYPE(first, &PyFunction_Type);
    return (PyFunctionObject *)taken(&functions, ((PyFunctionObject *)first)->func_globals);
}
#else
PyFunctionObject *rt_spare_function(void) {
    return PyObject_GC_New(PyFunctionObject, &PyFunction_Type);
}
#endif

/* ---- iterators of lists ---- */

static Kept iterators;

/* As listiter_dealloc. */
static void dealloc_iterator(PyObject *object) {
    RtListIter *iterator = (RtListIter *)object;
    _PyObject_GC_UNTRACK(object);
    Py_XDECREF(iterator->list);
    if (!may_keep(&iterators)) {
        PyObject_GC_Del(object);
        return;
    }
    iterator->list = (PyListObject *)iterators.first;
    iterators.first = object;
    iterators.count++;
}

PyObject *rt_list_iterator(PyObject *list) {
    PyObject *first = iterators.first;
    if (!rt_guard(first != NULL && !RT_TRACEMALLOC_TRACES)) {
        return PyObject_GetIter(list);
    }
    RtListIter *iterator = (RtListIter *)first;
    taken(&iterators, (PyObject *)iterator->list);
    iterator->index = 0;
    iterator->list = (PyListObject *)Py_NewRef(list);
    _PyObject_GC_TRACK(iterator);
    return (PyObject *)iterator;
}

/* ---- all ---- */

void rt_spare_free(void) {
#if RT_FUNCTIONS_HAVE_TYPE
    while (functions.first != NULL) {
        PyObject *first = functions.first;
        functions.first = ((PyFunctionObject *)first)->func_globals;
        PyObject_GC_Del(first);
    }
    functions.count = 0;
#endif
    while (iterators.first != NULL) {
        PyObject *first = iterators.first;
        iterators.first = (PyObject *)((RtListIter *)first)->list;
        PyObject_GC_Del(first);
    }
    iterators.count = 0;
}

void rt_spare_start(void) {
    PyListIter_Type.tp_dealloc = dealloc_iterator;
}
