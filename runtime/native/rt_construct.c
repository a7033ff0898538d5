/* Which classes have their objects made or initialised by Python code, how `__new__` is called, and
 * classes of exceptions.
 *
 * Follows type_call, slot_tp_init and slot_tp_new of CPython's typeobject.c; the call itself is in
 * rt_call.c. */
#include "rt_frame.h"

/* Slots of typeobject.c, which are static there. The second is known once a class has a `__new__`
 * of its own. */
static initproc init_by_method;
static newfunc new_by_method;

/* From a class that is there already: one more would be seen in object.__subclasses__(). */
int rt_construct_start(void) {
    PyObject *importlib = RT_IMPORTLIB(_PyThreadState_GET()->interp);
    PyObject *class = PyObject_GetAttrString(importlib, "ModuleSpec");
    if (class == NULL) {
        return -1;
    }
    init_by_method = ((PyTypeObject *)class)->tp_init;
    Py_DECREF(class);
    return 0;
}

/* ---- exceptions ---- */

/* As BaseException's own, which keeps the arguments and ignores keywords. */
static inline bool makes_exceptions(const PyTypeObject *type) {
    return type->tp_new == ((PyTypeObject *)PyExc_BaseException)->tp_new;
}

PyObject *rt_construct_exception(PyTypeObject *type, PyObject *const *args, Py_ssize_t count) {
    PyObject *tuple = _PyTuple_FromArray(args, count);
    PyObject *self = tuple != NULL ? type->tp_new(type, tuple, NULL) : NULL;
    Py_XDECREF(tuple);
    return self;
}

/* BaseException's tp_init would only keep the arguments once more. */
bool rt_call_exception(PyThreadState *ts, PyObject *class, PyObject *const *args, Py_ssize_t count,
                       PyObject **result) {
    PyTypeObject *type = (PyTypeObject *)class;
    if (!rt_guard(Py_IS_TYPE(type, &PyType_Type) && makes_exceptions(type) &&
                  type->tp_init == ((PyTypeObject *)PyExc_BaseException)->tp_init)) {
        return false;
    }
    *result = NULL;
    if (!_Py_EnterRecursiveCallTstate(ts, " while calling a Python object")) {
        *result = rt_construct_exception(type, args, count);
        _Py_LeaveRecursiveCallTstate(ts);
    }
    return true;
}

/* ---- __init__ ---- */

/* A class whose objects are made by object.__new__ or BaseException.__new__ and have an __init__ of
 * Python code: its function, borrowed; or NULL. */
static PyObject *find_init(PyTypeObject *type) {
    if ((type->tp_new != PyBaseObject_Type.tp_new && !makes_exceptions(type)) ||
        type->tp_init != init_by_method || (type->tp_flags & Py_TPFLAGS_IS_ABSTRACT)) {
        return NULL;
    }
    PyObject *init = _PyType_Lookup(type, &_Py_ID(__init__));
    return init != NULL && rt_is_function(init) ? init : NULL;
}

/* ---- __new__ ---- */

/* What is in tp_new of classes with a __new__ of Python code: as of the one that defines `found`.
 */
static newfunc learn_new(PyTypeObject *type, PyObject *found) {
    for (Py_ssize_t i = 0; new_by_method == NULL && i < PyTuple_GET_SIZE(type->tp_mro); i++) {
        PyTypeObject *each = (PyTypeObject *)PyTuple_GET_ITEM(type->tp_mro, i);
        if (PyDict_GetItemWithError(rt_type_dict(each), &_Py_ID(__new__)) == found) {
            new_by_method = each->tp_new;
        }
    }
    return new_by_method;
}

/* A class with a __new__ of Python code, and object.__init__: the static method, borrowed (what
 * that holds can be changed without the class); or NULL. */
static PyObject *find_new(PyTypeObject *type) {
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || type->tp_init != PyBaseObject_Type.tp_init ||
        Py_TYPE(type)->tp_getattro != PyType_Type.tp_getattro ||
        (new_by_method != NULL && type->tp_new != new_by_method)) {
        return NULL;
    }
    PyObject *found = _PyType_Lookup(type, &_Py_ID(__new__));
    return found != NULL && Py_IS_TYPE(found, &PyStaticMethod_Type) &&
                   type->tp_new == learn_new(type, found)
               ? found
               : NULL;
}

/* For an object of another class than the one that was called. */
static int init_by_slot(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    int status = -1;
    PyObject *tuple = _PyTuple_FromArray(args, count);
    PyObject *dict = tuple != NULL && names != NULL ? _PyStack_AsDict(args + count, names) : NULL;
    if (tuple != NULL && (names == NULL || dict != NULL)) {
        status = Py_TYPE(self)->tp_init(self, tuple, dict);
    }
    Py_XDECREF(tuple);
    Py_XDECREF(dict);
    return status;
}

/* Takes over the arguments. */
static PyObject *call_new(PyThreadState *ts, PyObject *method, PyObject *const *args,
                          Py_ssize_t count, PyObject *names) {
    PyObject *function = PyStaticMethod_Type.tp_descr_get(method, NULL, NULL);
    PyObject *self = NULL;
    if (function != NULL && rt_is_function(function)) {
        self = rt_call_from_c(ts, function, args, count, names);
    } else {
        if (function != NULL) {
            self = _PyObject_VectorcallTstate(ts, function, args, (size_t)count, names);
        }
        rt_drop_arguments(args, count, names);
    }
    Py_XDECREF(function);
    return self;
}

PyObject *rt_construct_by_new(PyThreadState *ts, PyTypeObject *type, PyObject *method,
                              PyObject *const *args, Py_ssize_t count, PyObject *names) {
    PyObject **all = (PyObject **)args - 1;
    all[0] = Py_NewRef(type);
    PyObject *self = call_new(ts, method, all, count + 1, names);
    if (self != NULL && !Py_IS_TYPE(self, type) && PyObject_TypeCheck(self, type) &&
        Py_TYPE(self)->tp_init != NULL && init_by_slot(self, args, count, names) < 0) {
        Py_CLEAR(self);
    }
    return self;
}

/* ---- the call ---- */

bool rt_construct_find(PyTypeObject *type, RtCallSite *site) {
    if (type->tp_vectorcall != NULL) {
        return false;
    }
    PyObject *function = type->tp_init == init_by_method ? find_init(type) : find_new(type);
    if (function != NULL) {
        site->init = function;
        site->version = type->tp_version_tag;
    }
    return function != NULL;
}
