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

/* Value of entry `index` of a plain dict, borrowed, if that entry is still the one of `name`; NULL
 * otherwise. Any index is safe: it is only a guess. */
RT_INLINE PyObject *rt_dict_entry(PyObject *dict, uint32_t index, PyObject *name) {
    if (rt_likely(PyDict_CheckExact(dict))) {
        PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
        if (rt_likely(keys->dk_kind == DICT_KEYS_UNICODE &&
                      (Py_ssize_t)index < keys->dk_nentries)) {
            PyDictUnicodeEntry *entry = &DK_UNICODE_ENTRIES(keys)[index];
            return rt_likely(rt_guard(entry->me_key == name)) ? entry->me_value : NULL;
        }
    }
    return NULL;
}

PyObject *rt_global_get_slow(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name,
                             RtGlobalSite *site);

RT_INLINE PyObject *rt_global_get_inline(PyThreadState *ts, _PyInterpreterFrame *frame,
                                         PyObject *name, RtGlobalSite *site) {
    PyObject *space = frame->f_globals;
    uint32_t version = site->version;
    if (version != 0) {
        bool absent =
            PyDict_CheckExact(space) && ((PyDictObject *)space)->ma_keys->dk_version == version;
        space = rt_likely(absent) ? frame->f_builtins : Py_None;
    }
    PyObject *value = rt_dict_entry(space, site->index, name);
    if (rt_likely(value != NULL)) {
        return Py_NewRef(value);
    }
    return rt_global_get_slow(ts, frame, name, site);
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
int rt_name_set(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *value, PyObject *name);
int rt_name_del(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name);
int rt_annotations_setup(PyThreadState *ts, _PyInterpreterFrame *frame);
PyObject *rt_build_class_get(PyThreadState *ts, _PyInterpreterFrame *frame);

/* Borrowed. */
RT_INLINE PyObject *rt_assertion_error(PyThreadState *ts) {
    (void)ts;
    return PyExc_AssertionError;
}

#endif
