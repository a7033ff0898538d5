/* Functions and methods of C that programs call most, written once more: for operands that compare
 * and add up without Python code they do the same by a shorter way, and leave all else to the
 * originals, which begin anew. They take the originals' place in their definitions, so objects,
 * signatures and names are the same, and bytecode calls them, too.
 *
 * Follows builtin_sorted, builtin_sum, min_max and dict_get. */
#include "rt_dict.h"
#include "rt_frame.h"
#include "rt_key.h"

/* ---- items ---- */

/* What stands where in a container that is gone through without Python code. */
typedef struct Items {
    PyObject *container; /* borrowed */
    enum { IN_ARRAY, IN_SET, AS_KEY, AS_VALUE } how;
    PyObject *const *array;
    Py_ssize_t at, count; /* in the array; `at` also in the set's or dict's table */
} Items;

/* False: it takes an iterator. */
static bool open_items(PyObject *object, Items *items) {
    PyTypeObject *type = Py_TYPE(object);
    *items = (Items){.container = object};
    if (type == &PyList_Type || type == &PyTuple_Type) {
        items->array = PySequence_Fast_ITEMS(object);
        items->count = Py_SIZE(object);
    } else if (PyAnySet_CheckExact(object)) {
        items->how = IN_SET;
    } else if (type == &PyDict_Type) {
        items->how = AS_KEY;
    } else if (type == &PyDictValues_Type || type == &PyDictKeys_Type) {
        items->how = type == &PyDictKeys_Type ? AS_KEY : AS_VALUE;
        items->container = (PyObject *)((_PyDictViewObject *)object)->dv_dict;
        return PyDict_CheckExact(items->container);
    } else {
        return false;
    }
    return true;
}

/* Borrowed; NULL at the end. */
static inline PyObject *next_item(Items *items) {
    if (items->how == IN_ARRAY) {
        return items->at < items->count ? items->array[items->at++] : NULL;
    }
    if (items->how == IN_SET) {
        return rt_set_next((PySetObject *)items->container, &items->at);
    }
    RtEntry entry = rt_dict_next((PyDictObject *)items->container, &items->at);
    return items->how == AS_KEY ? entry.key : entry.value;
}

/* ---- sorted ---- */

static _PyCFunctionFastWithKeywords original_sorted, list_sort;

/* list.sort is called without the method object that builtin_sorted asks for. */
static PyObject *builtin_sorted(PyObject *module, PyObject *const *args, Py_ssize_t count,
                                PyObject *names) {
    if (count != 1) {
        return original_sorted(module, args, count, names);
    }
    PyObject *list = PySequence_List(args[0]);
    if (list == NULL) {
        return NULL;
    }
    PyObject *none = NULL;
    if (!_Py_EnterRecursiveCallTstate(_PyThreadState_GET(), " while calling a Python object")) {
        none = list_sort(list, args + 1, 0, names);
        _Py_LeaveRecursiveCallTstate(_PyThreadState_GET());
    }
    if (none == NULL) {
        Py_DECREF(list);
        return NULL;
    }
    Py_DECREF(none);
    return list;
}

/* ---- sum ---- */

static _PyCFunctionFastWithKeywords original_sum;

/* Adds to *sum; from 3.12 on what is lost by rounding gathers in *lost. */
static inline void add_float(double *sum, double *lost, double value) {
    double total = *sum + value;
    if (RT_SUMS_ARE_COMPENSATED) {
        *lost += fabs(*sum) >= fabs(value) ? *sum - total + value : value - total + *sum;
    }
    *sum = total;
}

/* Of ints that fit, followed by floats and such ints. NULL without an exception: take the long
 * way. */
static PyObject *sum_numbers(Items *items) {
    int64_t whole = 0, integer;
    PyObject *item;
    while ((item = next_item(items)) != NULL && small_int_or_bool(item, &integer)) {
        if (__builtin_add_overflow(whole, integer, &whole)) {
            return NULL;
        }
    }
    if (item == NULL) {
        return PyLong_FromLongLong(whole); /* sub-interpreters come here, too */
    }
    if (!PyFloat_CheckExact(item)) {
        return NULL;
    }
    double sum = (double)whole + PyFloat_AS_DOUBLE(item), lost = 0.0;
    while ((item = next_item(items)) != NULL) {
        if (PyFloat_CheckExact(item)) {
            add_float(&sum, &lost, PyFloat_AS_DOUBLE(item));
        } else if (small_int_or_bool(item, &integer)) {
            sum += (double)integer;
        } else {
            return NULL;
        }
    }
    return PyFloat_FromDouble(isfinite(lost) && lost != 0.0 ? sum + lost : sum);
}

static PyObject *builtin_sum(PyObject *module, PyObject *const *args, Py_ssize_t count,
                             PyObject *names) {
    Items items;
    if (count == 1 && names == NULL && rt_guard(open_items(args[0], &items))) {
        PyObject *result = sum_numbers(&items);
        if (result != NULL || PyErr_Occurred()) {
            return result;
        }
    }
    return original_sum(module, args, count, names);
}

/* ---- max and min ---- */

typedef struct Extreme {
    PyCFunction original;
    bool takes_tuple; /* as before 3.13; and a call of it counts a level of recursion */
    int comparison;   /* which the better one wins */
} Extreme;

static Extreme maximum = {.comparison = Py_GT}, minimum = {.comparison = Py_LT};

static PyObject *best_argument(PyObject *const *args, Py_ssize_t count, int comparison) {
    PyObject *best = args[0];
    for (Py_ssize_t i = 1; i < count && best != NULL; i++) {
        int better = rt_compare_numbers(args[i], best, comparison);
        if (better == RT_ASK) {
            better = PyObject_RichCompareBool(args[i], best, comparison);
        }
        best = better < 0 ? NULL : better ? args[i] : best;
    }
    return Py_XNewRef(best);
}

/* NULL: take the long way. */
static PyObject *best_number(Items *items, int comparison) {
    PyObject *best = next_item(items), *item;
    while (best != NULL && (item = next_item(items)) != NULL) {
        int better = rt_compare_numbers(item, best, comparison);
        best = better == RT_ASK ? NULL : better ? item : best;
    }
    return Py_XNewRef(best);
}

static PyObject *call_original(const Extreme *extreme, PyObject *module, PyObject *const *args,
                               Py_ssize_t count, PyObject *names) {
    if (!extreme->takes_tuple) {
        return ((_PyCFunctionFastWithKeywords)(void (*)(void))extreme->original)(module, args,
                                                                                 count, names);
    }
    PyObject *tuple = _PyTuple_FromArray(args, count), *keywords = NULL, *result = NULL;
    bool ready = tuple != NULL;
    if (ready && names != NULL) {
        keywords = PyDict_New();
        ready = keywords != NULL;
        for (Py_ssize_t i = 0; ready && i < PyTuple_GET_SIZE(names); i++) {
            ready = PyDict_SetItem(keywords, PyTuple_GET_ITEM(names, i), args[count + i]) == 0;
        }
    }
    if (ready) {
        result =
            ((PyCFunctionWithKeywords)(void (*)(void))extreme->original)(module, tuple, keywords);
    }
    Py_XDECREF(tuple);
    Py_XDECREF(keywords);
    return result;
}

static PyObject *find_extreme(const Extreme *extreme, PyObject *module, PyObject *const *args,
                              Py_ssize_t count, PyObject *names) {
    Items items;
    PyObject *result = NULL;
    if (count == 1 && names == NULL && rt_guard(open_items(args[0], &items))) {
        result = best_number(&items, extreme->comparison);
        if (result != NULL) {
            return result;
        }
    }
    PyThreadState *ts = _PyThreadState_GET();
    if (extreme->takes_tuple &&
        _Py_EnterRecursiveCallTstate(ts, " while calling a Python object")) {
        return NULL;
    }
    result = count > 1 && names == NULL ? best_argument(args, count, extreme->comparison)
                                        : call_original(extreme, module, args, count, names);
    if (extreme->takes_tuple) {
        _Py_LeaveRecursiveCallTstate(ts);
    }
    return result;
}

static PyObject *builtin_max(PyObject *module, PyObject *const *args, Py_ssize_t count,
                             PyObject *names) {
    return find_extreme(&maximum, module, args, count, names);
}

static PyObject *builtin_min(PyObject *module, PyObject *const *args, Py_ssize_t count,
                             PyObject *names) {
    return find_extreme(&minimum, module, args, count, names);
}

/* vectorcall of both, where they had none: it counts no level, they do. */
static PyObject *call_extreme(PyObject *function, PyObject *const *args, size_t flags,
                              PyObject *names) {
    const PyCFunctionObject *callable = (PyCFunctionObject *)function;
    return ((_PyCFunctionFastWithKeywords)(void (*)(void))callable->m_ml->ml_meth)(
        callable->m_self, args, PyVectorcall_NARGS(flags), names);
}

/* ---- dict.get ---- */

static _PyCFunctionFast original_get;

static PyObject *dict_get(PyObject *dict, PyObject *const *args, Py_ssize_t count) {
    if (count != 1 && count != 2) {
        return original_get(dict, args, count);
    }
    PyObject *value = rt_dict_get(dict, args[0]);
    if (value == NULL && PyErr_Occurred()) {
        return NULL;
    }
    return Py_NewRef(value != NULL ? value : count == 2 ? args[1] : Py_None);
}

/* ---- start ---- */

PyCFunction rt_replace_function(PyMethodDef *definition, const char *name, int flags,
                                PyCFunction function) {
    if (definition == NULL || definition->ml_flags != flags) {
        PyErr_Format(PyExc_SystemError, "there is no function %s as expected", name);
        return NULL;
    }
    PyCFunction original = definition->ml_meth;
    definition->ml_meth = function;
    return original;
}

PyMethodDef *rt_method_of(PyTypeObject *type, const char *name) {
    PyObject *method = PyDict_GetItemString(rt_type_dict(type), name);
    return method != NULL && Py_IS_TYPE(method, &PyMethodDescr_Type)
               ? ((PyMethodDescrObject *)method)->d_method
               : NULL;
}

enum { FAST = METH_FASTCALL | METH_KEYWORDS };
#define AS_FUNCTION(function) ((PyCFunction)(void (*)(void))(function))

/* NULL: there is none. Borrowed. */
static PyCFunctionObject *function_of(const char *name) {
    PyObject *function = PyDict_GetItemString(PyEval_GetBuiltins(), name);
    return function != NULL && PyCFunction_CheckExact(function) ? (PyCFunctionObject *)function
                                                                : NULL;
}

static int replace_extreme(Extreme *extreme, const char *name, _PyCFunctionFastWithKeywords own) {
    PyCFunctionObject *function = function_of(name);
    PyMethodDef *definition = function != NULL ? function->m_ml : NULL;
    extreme->takes_tuple =
        definition != NULL && definition->ml_flags == (METH_VARARGS | METH_KEYWORDS);
    extreme->original = rt_replace_function(
        definition, name, extreme->takes_tuple ? METH_VARARGS | METH_KEYWORDS : FAST,
        AS_FUNCTION(own));
    if (extreme->original != NULL && extreme->takes_tuple) {
        definition->ml_flags = FAST;
        function->vectorcall = call_extreme;
    }
    return extreme->original != NULL ? 0 : -1;
}

int rt_builtin_start(void) {
    if (original_get != NULL) {
        return 0;
    }
    PyCFunctionObject *sorted = function_of("sorted"), *sum = function_of("sum");
    /* list.sort stays what it is, but has to be of this kind. */
    PyMethodDef *sort = rt_method_of(&PyList_Type, "sort");
    list_sort = (_PyCFunctionFastWithKeywords)(void (*)(void))rt_replace_function(
        sort, "list.sort", FAST, sort != NULL ? sort->ml_meth : NULL);
    original_sorted = (_PyCFunctionFastWithKeywords)(void (*)(void))rt_replace_function(
        sorted != NULL ? sorted->m_ml : NULL, "sorted", FAST, AS_FUNCTION(builtin_sorted));
    original_sum = (_PyCFunctionFastWithKeywords)(void (*)(void))rt_replace_function(
        sum != NULL ? sum->m_ml : NULL, "sum", FAST, AS_FUNCTION(builtin_sum));
    original_get = (_PyCFunctionFast)(void (*)(void))rt_replace_function(
        rt_method_of(&PyDict_Type, "get"), "dict.get", METH_FASTCALL, AS_FUNCTION(dict_get));
    return list_sort != NULL && original_sorted != NULL && original_sum != NULL &&
                   original_get != NULL && replace_extreme(&maximum, "max", builtin_max) == 0
               ? replace_extreme(&minimum, "min", builtin_min)
               : -1;
}
