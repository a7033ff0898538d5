/* super().method(...), without the super object.
 *
 * Generated code calls rt_call_super where a method is looked up at once in what `super(...)`
 * gives. If that is the genuine class, and the arguments (or the frame) name a class and one of its
 * instances, no object is made: the instance waits in `pending` until rt_method_get, which comes
 * next, takes it. Nothing runs in between: not Python code, not another thread, not the collector.
 * All else, errors included, is left to super itself.
 *
 * Follows super_init_without_args, supercheck and super_getattro. What is found is remembered in
 * the method's site for the instance's type and the class, by their version tags: the former
 * stands for the type's whole MRO. */
#include "rt_frame.h"

/* What stands for the super object. Its type's attributes are never found by way of a site. */
PyObject rt_super_pending = RT_OBJECT_INIT(&PySuper_Type);

static struct {
    PyTypeObject *class; /* borrowed: it is in the MRO of the instance's type */
    PyObject *instance;  /* owned */
} pending;

static PyObject *class_name; /* "__class__", interned: what code objects have is the same object */

int rt_super_start(void) {
    class_name = PyUnicode_InternFromString("__class__");
    return class_name != NULL ? 0 : -1;
}

/* ---- super(...) ---- */

static PyObject *first_argument(_PyInterpreterFrame *frame) {
    const PyCodeObject *code = RT_CODE(frame);
    PyObject *first = code->co_argcount > 0 ? frame->localsplus[0] : NULL;
    bool in_cell = first != NULL && (_PyLocals_GetKind(code->co_localspluskinds, 0) & CO_FAST_CELL);
    return in_cell ? PyCell_GET(first) : first;
}

/* The content of the frame's `__class__`, or NULL. */
static PyObject *enclosing_class(_PyInterpreterFrame *frame) {
    const PyCodeObject *code = RT_CODE(frame);
    for (int i = RT_FIRST_FREE(code); i < code->co_nlocalsplus; i++) {
        if (PyTuple_GET_ITEM(code->co_localsplusnames, i) == class_name) {
            return PyCell_GET(frame->localsplus[i]);
        }
    }
    return NULL;
}

static bool is_instance(PyObject *instance, PyObject *class) {
    return instance != NULL && class != NULL && PyType_Check(class) && !PyType_Check(instance) &&
           PyType_IsSubtype(Py_TYPE(instance), (PyTypeObject *)class);
}

PyObject *rt_call_super(PyThreadState *ts, PyObject *callable, PyObject *const *items,
                        Py_ssize_t count, RtCallSite *site) {
    if (rt_likely(rt_guard(callable == (PyObject *)&PySuper_Type))) {
        _PyInterpreterFrame *frame = RT_CURRENT(ts);
        PyObject *class = count == 0 ? enclosing_class(frame) : items[0];
        PyObject *instance = count == 0 ? first_argument(frame) : items[1];
        if (rt_likely(is_instance(instance, class))) {
            pending.class = (PyTypeObject *)class;
            pending.instance = instance;
            if (count == 0) {
                Py_INCREF(instance);
            } else {
                Py_DECREF(class);
            }
            return &rt_super_pending;
        }
    }
    return rt_call(ts, callable, items, count, site);
}

/* ---- .method ---- */

/* The super object after all. */
static PyObject *find_by_super(PyThreadState *ts, PyTypeObject *class, PyObject *instance,
                               PyObject **self, PyObject *name, RtMethodSite *site) {
    *self = NULL;
    PyObject *owner =
        PyObject_CallFunctionObjArgs((PyObject *)&PySuper_Type, class, instance, NULL);
    return owner != NULL ? rt_method_get_call(ts, owner, self, name, site) : NULL;
}

PyObject *rt_super_method(PyThreadState *ts, PyObject **self, PyObject *name, RtMethodSite *site) {
    PyTypeObject *class = pending.class;
    PyObject *instance = pending.instance;
    pending.instance = NULL;
    uint32_t version = Py_TYPE(instance)->tp_version_tag;
    for (int i = 0; version != 0 && i < RT_WAYS; i++) {
        const RtWay *way = &site->ways[i];
        if (rt_guard(way->key == RT_WAY_KEY(RT_WAY_SUPER, version) &&
                     way->keys == class->tp_version_tag)) {
            *self = instance;
            return Py_NewRef(way->value);
        }
    }
    if (name != class_name) {
        rt_super_fill(class, Py_TYPE(instance), name, site);
    }
    PyObject *result = find_by_super(ts, class, instance, self, name, site);
    Py_DECREF(instance);
    return result;
}
