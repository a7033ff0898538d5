/* Attributes: reading, storing, deleting, and methods to be called.
 *
 * What is inlined: an attribute among the inline values of an object of the class seen first, and a
 * method of that class. Everything else is a call, which tries the four ways of the site before it
 * does what CPython does. */
#ifndef PYC2C_RUNTIME_RT_OP_ATTR_H
#define PYC2C_RUNTIME_RT_OP_ATTR_H

#include "rt_op_site.h"

/* Finds out where `name` of `owner` is kept and remembers it in the site. For: 'g' reading, 'm'
 * calling a method, 's' storing. Runs no Python code, raises nothing. */
void rt_attr_fill(PyObject *owner, PyObject *name, RtAttrSite *site, char purpose);

/* ---- reading ---- */

PyObject *rt_attr_get_call(PyThreadState *ts, PyObject *owner, PyObject *name, RtAttrSite *site);

/* Way 0, if it is an inline value: borrowed, NULL otherwise. */
RT_INLINE PyObject *rt_attr_value(PyObject *owner, const RtAttrSite *site) {
    uint64_t key = RT_WAY_KEY(RT_WAY_VALUE, Py_TYPE(owner)->tp_version_tag);
    if (rt_likely(rt_guard(site->ways[0].key == key))) {
        PyDictValues *values = rt_way_values(owner);
        if (rt_likely(values != NULL)) {
            return values->values[site->ways[0].index];
        }
    }
    return NULL;
}

RT_INLINE PyObject *rt_attr_get_inline(PyThreadState *ts, PyObject *owner, PyObject *name,
                                       RtAttrSite *site) {
    PyObject *value = rt_attr_value(owner, site);
    return rt_likely(value != NULL) ? Py_NewRef(value) : rt_attr_get_call(ts, owner, name, site);
}

/* LOAD_ATTR (PyObject_GetAttr). New reference, or NULL with an exception. */
#define rt_attr_get(ts, owner, name, site)                                                         \
    (RT_HOT ? rt_attr_get_inline(ts, owner, name, site) : rt_attr_get_call(ts, owner, name, site))

/* ---- storing ---- */

/* Replaces the value of entry `index` of a dict, if that entry is still the one of `name`: what
 * PyDict_SetItem does then. Any index from 0 on is safe: it is only a guess. */
bool rt_dict_store(PyDictObject *dict, int32_t index, PyObject *name, PyObject *value);

/* The value that a store through the site would replace, if that is an inline value or a __slots__
 * member: borrowed; NULL otherwise. */
PyObject *rt_attr_member(PyObject *owner, const RtAttrSite *site);

int rt_attr_set_call(PyThreadState *ts, PyObject *owner, PyObject *value, PyObject *name,
                     RtAttrSite *site);

RT_INLINE int rt_attr_set_inline(PyThreadState *ts, PyObject *owner, PyObject *value,
                                 PyObject *name, RtAttrSite *site) {
    uint64_t key = RT_WAY_KEY(RT_WAY_VALUE, Py_TYPE(owner)->tp_version_tag);
    if (rt_likely(rt_guard(site->ways[0].key == key))) {
        PyDictValues *values = rt_values_to_set(owner);
        if (rt_likely(values != NULL)) {
            PyObject **place = &values->values[site->ways[0].index];
            PyObject *old = *place;
            *place = Py_NewRef(value);
            if (rt_likely(old != NULL)) {
                Py_DECREF(old);
            } else {
                _PyDictValues_AddToInsertionOrder(values, site->ways[0].index);
            }
            return 0;
        }
    }
    return rt_attr_set_call(ts, owner, value, name, site);
}

/* STORE_ATTR (PyObject_SetAttr). -1 with an exception. */
#define rt_attr_set(ts, owner, value, name, site)                                                  \
    (RT_HOT ? rt_attr_set_inline(ts, owner, value, name, site)                                     \
            : rt_attr_set_call(ts, owner, value, name, site))

RT_INLINE int rt_attr_del(PyThreadState *ts, PyObject *owner, PyObject *name) {
    (void)ts;
    return PyObject_SetAttr(owner, name, NULL) != 0 ? -1 : 0;
}

/* ---- methods ---- */

/* Remembers which function `name` is behind `class` in the MRO of `type`, if it is one. Runs no
 * Python code, raises nothing. */
void rt_super_fill(PyTypeObject *class, PyTypeObject *type, PyObject *name, RtMethodSite *site);
/* What rt_call_super returned instead of a super object; */
extern PyObject rt_super_pending;
/* method_get of it. */
PyObject *rt_super_method(PyThreadState *ts, PyObject **self, PyObject *name, RtMethodSite *site);

PyObject *rt_method_get_call(PyThreadState *ts, PyObject *owner, PyObject **self, PyObject *name,
                             RtMethodSite *site);

/* True when the owner has no attribute of its own that hides the type's, by the quickest of the
 * tests; false: perhaps it has. */
RT_INLINE bool rt_way_unhidden(PyObject *owner, const RtWay *way) {
    if (way->index <= RT_OWN_NONE) {
        return way->index == RT_OWN_NONE;
    }
    PyDictValues *values = rt_inline_values(owner);
    if (way->index >= 0) {
        return values != NULL && values->values[way->index] == NULL;
    }
    PyHeapTypeObject *type = (PyHeapTypeObject *)Py_TYPE(owner);
    return (values != NULL || rt_managed_dict(owner) == NULL) &&
           type->ht_cached_keys->dk_version == way->keys;
}

RT_INLINE PyObject *rt_method_get_inline(PyThreadState *ts, PyObject *owner, PyObject **self,
                                         PyObject *name, RtMethodSite *site) {
    const RtWay *way = &site->ways[0];
    if (rt_likely(rt_guard(way->key == RT_WAY_KEY(RT_WAY_METHOD, Py_TYPE(owner)->tp_version_tag) &&
                           rt_way_unhidden(owner, way)))) {
        *self = owner;
        return Py_NewRef(way->value);
    }
    return rt_method_get_call(ts, owner, self, name, site);
}

/* LOAD_METHOD (_PyObject_GetMethod). Takes over `owner`. The callable as a new reference; *self is
 * the owner, to be passed first, or NULL. NULL with an exception (then *self is NULL). */
#define rt_method_get(ts, owner, self, name, site)                                                 \
    (RT_HOT ? rt_method_get_inline(ts, owner, self, name, site)                                    \
            : rt_method_get_call(ts, owner, self, name, site))

/* Turns such a pair into the two entries that LOAD_METHOD leaves on the interpreter's stack, and
 * back: (x, y) as it is; (NULL, y) becomes (y, NULL). Moves references. */
RT_INLINE PyObject *rt_pair_turn(PyThreadState *ts, PyObject *first, PyObject *second,
                                 PyObject **other) {
    (void)ts;
    *other = first != NULL ? second : NULL;
    return first != NULL ? first : second;
}

#endif
