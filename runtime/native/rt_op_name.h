/* Operations on names: cells, global variables, names of class and module bodies. */
#ifndef PYC2C_RUNTIME_RT_OP_NAME_H
#define PYC2C_RUNTIME_RT_OP_NAME_H

#include "rt_op_site.h"

/* ---- cells ---- */

/* Sets what an empty cell raises: UnboundLocalError for a variable of this function, NameError for
 * one of an enclosing function (ceval.c: format_exc_unbound). */
RT_COLD void rt_cell_unbound(PyThreadState *ts, _PyInterpreterFrame *frame, int slot);

RT_INLINE PyObject *rt_cell_get(PyThreadState *ts, _PyInterpreterFrame *frame, int slot) {
    PyObject *value = PyCell_GET(frame->localsplus[slot]);
    if (rt_unlikely(value == NULL)) {
        rt_cell_unbound(ts, frame, slot);
        return NULL;
    }
    return Py_NewRef(value);
}

/* Takes over `value`. */
RT_INLINE void rt_cell_set(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *value,
                           int slot) {
    (void)ts;
    PyObject *cell = frame->localsplus[slot];
    PyObject *old = PyCell_GET(cell);
    PyCell_SET(cell, value);
    Py_XDECREF(old);
}

RT_INLINE int rt_cell_del(PyThreadState *ts, _PyInterpreterFrame *frame, int slot) {
    PyObject *cell = frame->localsplus[slot];
    PyObject *old = PyCell_GET(cell);
    if (rt_unlikely(old == NULL)) {
        rt_cell_unbound(ts, frame, slot);
        return -1;
    }
    PyCell_SET(cell, NULL);
    Py_DECREF(old);
    return 0;
}

/* LOAD_CLASSDEREF: the name in locals(), else the cell's content. */
PyObject *rt_class_cell_get(PyThreadState *ts, _PyInterpreterFrame *frame, int slot);

/* ---- global variables ---- */

/* A version of a dict's keys stands for which names there are and where their values lie. CPython
 * sets it to 0 when a name comes or goes, and never uses one twice. */
RT_INLINE bool rt_keys_are(PyObject *dict, uint32_t version) {
    return rt_guard(PyDict_CheckExact(dict) &&
                    ((PyDictObject *)dict)->ma_keys->dk_version == version);
}

PyObject *rt_global_get_slow(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name,
                             RtGlobalSite *site);

RT_INLINE PyObject *rt_global_value(_PyInterpreterFrame *frame, const RtGlobalSite *site) {
    PyObject *space = frame->f_globals;
    if (rt_unlikely(site->keys == 0 || !rt_keys_are(space, site->keys))) {
        return NULL;
    }
    if (site->builtins != 0) {
        space = frame->f_builtins;
        if (rt_unlikely(!rt_keys_are(space, site->builtins))) {
            return NULL;
        }
    }
    return *(PyObject **)((char *)((PyDictObject *)space)->ma_keys + site->place);
}

RT_INLINE PyObject *rt_global_get_inline(PyThreadState *ts, _PyInterpreterFrame *frame,
                                         PyObject *name, RtGlobalSite *site) {
    PyObject *value = rt_global_value(frame, site);
    return rt_likely(value != NULL) ? Py_NewRef(value) : rt_global_get_slow(ts, frame, name, site);
}

PyObject *rt_global_get_call(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name,
                             RtGlobalSite *site);

/* LOAD_GLOBAL. New reference, or NULL with an exception. */
#define rt_global_get(ts, frame, name, site)                                                       \
    (RT_HOT ? rt_global_get_inline(ts, frame, name, site)                                          \
            : rt_global_get_call(ts, frame, name, site))

int rt_global_set(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *value, PyObject *name,
                  RtGlobalSite *site);
int rt_global_del(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name);

/* ---- names of class and module bodies ---- */

PyObject *rt_name_get(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name);
/* LOAD_FROM_DICT_OR_GLOBALS, LOAD_FROM_DICT_OR_DEREF: the same, first in a class's namespace, from
 * a function that belongs to its body. */
PyObject *rt_space_global_get(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *space,
                              PyObject *name);
PyObject *rt_space_cell_get(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *space,
                            int slot);
int rt_name_set(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *value, PyObject *name);
int rt_name_del(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name);
/* LOAD_LOCALS. New reference; NULL with a SystemError where a frame has no namespace. */
PyObject *rt_locals_get(PyThreadState *ts, _PyInterpreterFrame *frame);
int rt_annotations_setup(PyThreadState *ts, _PyInterpreterFrame *frame);
PyObject *rt_build_class_get(PyThreadState *ts, _PyInterpreterFrame *frame);

/* Borrowed. */
RT_INLINE PyObject *rt_assertion_error(PyThreadState *ts) {
    (void)ts;
    return PyExc_AssertionError;
}

#endif
