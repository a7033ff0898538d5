/* isinstance(), without the questions whose answers are known.
 *
 * Python's own isinstance() asks every class with a metaclass of its own for `__instancecheck__`,
 * by way of a bound method, and every object that is no instance for its `__class__`. Nearly always
 * these are type.__instancecheck__ and object.__class__, which cannot be changed and only say what
 * the types say. Follows object_recursive_isinstance and object_isinstance of abstract.c; where a
 * class or an object has its own way of answering, these are called. */
#include "rt_frame.h"

/* Borrowed from the types' dicts, which nobody can change. */
static PyObject *check_of_type, *class_of_object;

int rt_instance_start(void) {
    check_of_type = PyDict_GetItemWithError(rt_type_dict(&PyType_Type), &_Py_ID(__instancecheck__));
    class_of_object = PyDict_GetItemWithError(rt_type_dict(&PyBaseObject_Type), &_Py_ID(__class__));
    return check_of_type != NULL && class_of_object != NULL ? 0 : -1;
}

typedef enum Answer { NO, YES, UNKNOWN } Answer;

/* True when `__class__` of objects of this type is certainly their type. Functions with native code
 * name PyFunction_Type, which has no base that their own type lacks. */
static bool class_is_type(PyTypeObject *type) {
    return type == &rt_function_type ||
           ((type->tp_getattro == PyObject_GenericGetAttr ||
             type->tp_getattro == PyType_Type.tp_getattro) &&
            _PyType_Lookup(type, &_Py_ID(__class__)) == class_of_object);
}

static Answer is_instance_of(PyObject *object, PyObject *class) {
    PyTypeObject *type = Py_TYPE(object), *meta = Py_TYPE(class);
    if (type == (PyTypeObject *)class) {
        return YES;
    }
    if (meta != &PyType_Type &&
        (!PyType_Check(class) ||
         _PyType_Lookup(meta, &_Py_ID(__instancecheck__)) != check_of_type)) {
        return UNKNOWN;
    }
    if (PyType_IsSubtype(type, (PyTypeObject *)class)) {
        return YES;
    }
    return class_is_type(type) ? NO : UNKNOWN;
}

static Answer is_instance_of_any(PyObject *object, PyObject *classes) {
    Answer answer = NO;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(classes) && answer == NO; i++) {
        answer = is_instance_of(object, PyTuple_GET_ITEM(classes, i));
    }
    return answer;
}

int rt_is_instance(PyThreadState *ts, PyObject *object, PyObject *classes) {
    /* CPython counts a level of recursion for a tuple and for a class that it asks. */
    Answer answer = rt_unlikely(RT_CALL_RECURSION(ts) < 2) ? UNKNOWN
                    : PyTuple_CheckExact(classes)          ? is_instance_of_any(object, classes)
                                                           : is_instance_of(object, classes);
    return rt_likely(rt_guard(answer != UNKNOWN)) ? answer == YES
                                                  : PyObject_IsInstance(object, classes);
}
