/* Where CPython's C code asks for exact functions, native ones must count, too.
 *
 *     type(f)                        says `function`: the one type that Python code knows
 *     class C: def __new__(cls)      becomes a staticmethod without being asked; likewise the
 *                                    implicit classmethods
 *     group.split(f), .subgroup(f)   take a predicate
 *
 * PyType_Type's slots are replaced before the interpreter exists: every metaclass made later
 * inherits them. What is left (type's C API for functions, a call of __build_class__ by hand) is
 * in docs/COMPATIBILITY.md. */
#include "rt_frame.h"

#include <internal/pycore_code.h>

/* ---- type(f) ---- */

static vectorcallfunc original_type_vectorcall;

static PyObject *type_vectorcall(PyObject *type, PyObject *const *args, size_t flags,
                                 PyObject *names) {
    if (type == (PyObject *)&PyType_Type && PyVectorcall_NARGS(flags) == 1 && names == NULL &&
        Py_IS_TYPE(args[0], &rt_function_type)) {
        return Py_NewRef((PyObject *)&PyFunction_Type);
    }
    return original_type_vectorcall(type, args, flags, names);
}

int __real__Py_Specialize_Precall(PyObject *callable, _Py_CODEUNIT *instr, int count,
                                  PyObject *names, int arg);
int __wrap__Py_Specialize_Precall(PyObject *callable, _Py_CODEUNIT *instr, int count,
                                  PyObject *names, int arg);

/* The interpreter's short way for type(x) would bypass the above: it is not taken. */
int __wrap__Py_Specialize_Precall(PyObject *callable, _Py_CODEUNIT *instr, int count,
                                  PyObject *names, int arg) {
    if (callable != (PyObject *)&PyType_Type || count != 1) {
        return __real__Py_Specialize_Precall(callable, instr, count, names, arg);
    }
    _PyPrecallCache *cache = (_PyPrecallCache *)(instr + 1);
    cache->counter = adaptive_counter_backoff(cache->counter);
    return 0;
}

/* ---- methods that are static or class methods by their name ---- */

static newfunc original_type_new;

static const struct {
    const char *name;
    PyObject *(*wrap)(PyObject *);
} implicit_methods[] = {
    {"__new__", PyStaticMethod_New},
    {"__init_subclass__", PyClassMethod_New},
    {"__class_getitem__", PyClassMethod_New},
};
enum { IMPLICIT_METHODS = sizeof(implicit_methods) / sizeof(implicit_methods[0]) };
static PyObject *implicit_names[IMPLICIT_METHODS]; /* interned; NULL before the start */

/* A copy of the namespace with the wrapped functions, NULL with an exception set; the namespace
 * itself when there are none. New reference. type.__new__ copies it anyway. */
static PyObject *wrap_implicit_methods(PyObject *namespace) {
    PyObject *result = Py_NewRef(namespace);
    for (size_t i = 0; i < IMPLICIT_METHODS && result != NULL; i++) {
        PyObject *function = implicit_names[i] != NULL
                                 ? PyDict_GetItemWithError(namespace, implicit_names[i])
                                 : NULL;
        if (function == NULL && PyErr_Occurred()) {
            Py_CLEAR(result);
        }
        if (function == NULL || !Py_IS_TYPE(function, &rt_function_type)) {
            continue;
        }
        if (result == namespace) {
            Py_SETREF(result, PyDict_Copy(namespace));
        }
        PyObject *wrapped = result != NULL ? implicit_methods[i].wrap(function) : NULL;
        if (wrapped == NULL || PyDict_SetItem(result, implicit_names[i], wrapped) < 0) {
            Py_CLEAR(result);
        }
        Py_XDECREF(wrapped);
    }
    return result;
}

static PyObject *type_new(PyTypeObject *metatype, PyObject *args, PyObject *keywords) {
    if (PyTuple_GET_SIZE(args) != 3 || !PyDict_Check(PyTuple_GET_ITEM(args, 2))) {
        return original_type_new(metatype, args, keywords);
    }
    PyObject *namespace = PyTuple_GET_ITEM(args, 2);
    PyObject *wrapped = wrap_implicit_methods(namespace);
    if (wrapped == NULL) {
        return NULL;
    }
    if (wrapped == namespace) {
        Py_DECREF(wrapped);
        return original_type_new(metatype, args, keywords);
    }
    PyObject *own = PyTuple_Pack(3, PyTuple_GET_ITEM(args, 0), PyTuple_GET_ITEM(args, 1), wrapped);
    Py_DECREF(wrapped);
    PyObject *type = own != NULL ? original_type_new(metatype, own, keywords) : NULL;
    Py_XDECREF(own);
    return type;
}

/* ---- exception groups ---- */

/* A function that is exact, and otherwise the same. New reference. */
static PyObject *exact_function(PyObject *object) {
    PyFunctionObject *function = (PyFunctionObject *)object;
    PyFunctionObject *exact = (PyFunctionObject *)PyFunction_NewWithQualName(
        function->func_code, function->func_globals, function->func_qualname);
    if (exact != NULL) {
        exact->func_defaults = Py_XNewRef(function->func_defaults);
        exact->func_kwdefaults = Py_XNewRef(function->func_kwdefaults);
        exact->func_closure = Py_XNewRef(function->func_closure);
        exact->vectorcall = rt_function_vectorcall;
    }
    return (PyObject *)exact;
}

static PyCFunction original_split, original_subgroup;

/* The method takes its argument in a tuple. */
static PyObject *with_predicate(PyCFunction method, PyObject *group, PyObject *args) {
    if (PyTuple_GET_SIZE(args) != 1 || !Py_IS_TYPE(PyTuple_GET_ITEM(args, 0), &rt_function_type)) {
        return method(group, args);
    }
    PyObject *exact = exact_function(PyTuple_GET_ITEM(args, 0));
    PyObject *own = exact != NULL ? PyTuple_Pack(1, exact) : NULL;
    PyObject *result = own != NULL ? method(group, own) : NULL;
    Py_XDECREF(own);
    Py_XDECREF(exact);
    return result;
}

static PyObject *group_split(PyObject *group, PyObject *args) {
    return with_predicate(original_split, group, args);
}

static PyObject *group_subgroup(PyObject *group, PyObject *args) {
    return with_predicate(original_subgroup, group, args);
}

/* ---- start ---- */

__attribute__((constructor)) static void replace_slots(void) {
    original_type_new = PyType_Type.tp_new;
    PyType_Type.tp_new = type_new;
    original_type_vectorcall = PyType_Type.tp_vectorcall;
    PyType_Type.tp_vectorcall = type_vectorcall;
}

int rt_exact_start(void) {
    for (size_t i = 0; i < IMPLICIT_METHODS; i++) {
        implicit_names[i] = PyUnicode_InternFromString(implicit_methods[i].name);
        if (implicit_names[i] == NULL) {
            return -1;
        }
    }
    PyTypeObject *group = (PyTypeObject *)PyExc_BaseExceptionGroup;
    original_split = rt_replace_function(rt_method_of(group, "split"), "BaseExceptionGroup.split",
                                         METH_VARARGS, group_split);
    original_subgroup =
        rt_replace_function(rt_method_of(group, "subgroup"), "BaseExceptionGroup.subgroup",
                            METH_VARARGS, group_subgroup);
    return original_split != NULL && original_subgroup != NULL ? 0 : -1;
}
