/* f_locals of a native frame that runs (Python 3.13, PEP 667).
 *
 * It stands for the frame's slots, and a store through it drops what a slot had at once. Native
 * code holds no reference of its own to what it has read from a slot (the borrow law:
 * own_borrow.c), as nobody else stores there in earlier versions. So what such a store replaces is
 * kept until the native frame is left, or at the latest until its frame object goes. Stores come
 * through one slot of the proxy's type and three of its methods; these are replaced, as is what
 * PyFrame_Type does for the collector, which sees what is kept. */
#include "rt_frame.h"

#include <string.h>

/* ---- what is kept ---- */

typedef struct Kept {
    struct Kept *next;
    const PyFrameObject *frame;
    PyObject *value;
} Kept;

static Kept *kept;

/* Takes the value over. Without memory it is never dropped: somebody may still use it. */
static void keep(const PyFrameObject *frame, PyObject *value) {
    Kept *item = PyMem_RawMalloc(sizeof(*item));
    if (item != NULL) {
        *item = (Kept){kept, frame, value};
        kept = item;
    }
}

static Kept *take(const PyFrameObject *frame) {
    Kept *taken = NULL;
    for (Kept **at = &kept; *at != NULL;) {
        Kept *item = *at;
        if (item->frame != frame) {
            at = &item->next;
            continue;
        }
        *at = item->next;
        item->next = taken;
        taken = item;
    }
    return taken;
}

static void drop(Kept *items) {
    while (items != NULL) {
        Kept *item = items;
        items = item->next;
        Py_DECREF(item->value);
        PyMem_RawFree(item);
    }
}

void rt_locals_leave(const PyFrameObject *frame) {
    if (rt_unlikely(kept != NULL)) {
        drop(take(frame));
    }
}

/* ---- stores ---- */

/* The values of a frame's slots before a store, held; NULL: it is none that native code uses. */
typedef struct Before {
    PyFrameObject *frame;
    PyObject **values;
} Before;

/* As frameobject.c declares it. */
typedef struct LocalsProxy {
    PyObject_HEAD PyFrameObject *frame;
} LocalsProxy;

static bool hold_values(PyObject *proxy, Before *before) {
    before->frame = ((LocalsProxy *)proxy)->frame;
    before->values = NULL;
    const _PyInterpreterFrame *frame = before->frame->f_frame;
    if (frame->owner == FRAME_OWNED_BY_FRAME_OBJECT || rt_code_of(RT_CODE(frame)) == NULL) {
        return true;
    }
    int count = RT_CODE(frame)->co_nlocalsplus;
    before->values = PyMem_RawMalloc(((size_t)count + 1) * sizeof(*before->values));
    if (before->values == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (int i = 0; i < count; i++) {
        before->values[i] = Py_XNewRef(frame->localsplus[i]);
    }
    Py_INCREF(before->frame);
    return true;
}

static void keep_replaced(Before *before) {
    if (before->values == NULL) {
        return;
    }
    const _PyInterpreterFrame *frame = before->frame->f_frame;
    int count = RT_CODE(frame)->co_nlocalsplus;
    for (int i = 0; i < count; i++) {
        if (before->values[i] != NULL && before->values[i] != frame->localsplus[i]) {
            keep(before->frame, before->values[i]);
        } else {
            Py_XDECREF(before->values[i]);
        }
    }
    PyMem_RawFree(before->values);
    Py_DECREF(before->frame);
}

static objobjargproc original_set;
static binaryfunc original_or;
static PyCFunction original_update;
static _PyCFunctionFast original_default;

static int proxy_set(PyObject *proxy, PyObject *key, PyObject *value) {
    Before before;
    if (!hold_values(proxy, &before)) {
        return -1;
    }
    int status = original_set(proxy, key, value);
    keep_replaced(&before);
    return status;
}

static PyObject *update_by(binaryfunc original, PyObject *proxy, PyObject *other) {
    Before before;
    if (!hold_values(proxy, &before)) {
        return NULL;
    }
    PyObject *result = original(proxy, other);
    keep_replaced(&before);
    return result;
}

static PyObject *proxy_or(PyObject *proxy, PyObject *other) {
    return update_by(original_or, proxy, other);
}

static PyObject *proxy_update(PyObject *proxy, PyObject *other) {
    return update_by(original_update, proxy, other);
}

static PyObject *proxy_default(PyObject *proxy, PyObject *const *args, Py_ssize_t count) {
    Before before;
    if (!hold_values(proxy, &before)) {
        return NULL;
    }
    PyObject *result = original_default(proxy, args, count);
    keep_replaced(&before);
    return result;
}

/* ---- frame objects ---- */

static destructor original_dealloc;
static traverseproc original_traverse;
static inquiry original_clear;

static void frame_dealloc(PyObject *self) {
    Kept *items = rt_unlikely(kept != NULL) ? take((PyFrameObject *)self) : NULL;
    original_dealloc(self);
    drop(items);
}

static int frame_traverse(PyObject *self, visitproc visit, void *arg) {
    for (const Kept *item = kept; item != NULL; item = item->next) {
        if (item->frame == (PyFrameObject *)self) {
            Py_VISIT(item->value);
        }
    }
    return original_traverse(self, visit, arg);
}

static int frame_clear(PyObject *self) {
    rt_locals_leave((PyFrameObject *)self);
    return original_clear(self);
}

/* ---- start ---- */

/* The definition of a method of the proxy, by name. */
static PyMethodDef *method_of(const char *name) {
    PyMethodDef *method = PyFrameLocalsProxy_Type.tp_methods;
    while (strcmp(method->ml_name, name) != 0) {
        method++;
    }
    return method;
}

__attribute__((constructor)) static void replace_slots(void) {
    original_set = PyFrameLocalsProxy_Type.tp_as_mapping->mp_ass_subscript;
    PyFrameLocalsProxy_Type.tp_as_mapping->mp_ass_subscript = proxy_set;
    original_or = PyFrameLocalsProxy_Type.tp_as_number->nb_inplace_or;
    PyFrameLocalsProxy_Type.tp_as_number->nb_inplace_or = proxy_or;
    original_update = method_of("update")->ml_meth;
    method_of("update")->ml_meth = proxy_update;
    original_default = (_PyCFunctionFast)(void (*)(void))method_of("setdefault")->ml_meth;
    method_of("setdefault")->ml_meth = (PyCFunction)(void (*)(void))proxy_default;
    original_dealloc = PyFrame_Type.tp_dealloc;
    PyFrame_Type.tp_dealloc = frame_dealloc;
    original_traverse = PyFrame_Type.tp_traverse;
    PyFrame_Type.tp_traverse = frame_traverse;
    original_clear = PyFrame_Type.tp_clear;
    PyFrame_Type.tp_clear = frame_clear;
}
