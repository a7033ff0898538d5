/* Attributes through the ways of a site, and the long way round.
 *
 * Follows PyObject_GetAttr, PyObject_SetAttr and _PyObject_GetMethod, of which only the second half
 * runs when a way applies. */
#include "rt_native.h"

/* ---- errors ---- */

/* An AttributeError carries the object and the name for suggestions (object.c:
 * set_attribute_error_context). */
static RT_COLD void explain_attribute_error(PyThreadState *ts, PyObject *owner, PyObject *name) {
    if (!_PyErr_ExceptionMatches(ts, PyExc_AttributeError)) {
        return;
    }
    PyObject *type, *value, *traceback;
    _PyErr_Fetch(ts, &type, &value, &traceback);
    _PyErr_NormalizeException(ts, &type, &value, &traceback);
    PyAttributeErrorObject *error = (PyAttributeErrorObject *)value;
    if (PyErr_GivenExceptionMatches(value, PyExc_AttributeError) && error->name == NULL &&
        error->obj == NULL) {
        if (PyObject_SetAttr(value, &_Py_ID(name), name) != 0 ||
            PyObject_SetAttr(value, &_Py_ID(obj), owner) != 0) {
            /* What went wrong there replaces the error, as in CPython. */
            Py_XDECREF(type);
            Py_XDECREF(value);
            Py_XDECREF(traceback);
            return;
        }
    }
    _PyErr_Restore(ts, type, value, traceback);
}

/* ---- tests of a way ---- */

static inline bool value_holds(const RtWay *way) {
    return rt_guard(way->value_version == 0 ||
                    Py_TYPE(way->value)->tp_version_tag == way->value_version);
}

/* Where the value of entry `index` of an object's dict is, NULL when that entry is not `name`'s. */
static inline PyObject **entry_place(PyDictObject *dict, int32_t index, PyObject *name) {
    PyDictKeysObject *keys = dict->ma_keys;
    if (!DK_IS_UNICODE(keys) || index >= keys->dk_nentries) {
        return NULL;
    }
    PyDictUnicodeEntry *entry = &DK_UNICODE_ENTRIES(keys)[index];
    if (entry->me_key != name) {
        return NULL;
    }
    return dict->ma_values != NULL ? &dict->ma_values->values[index] : &entry->me_value;
}

/* The dict of an object that has one now; NULL: its attributes are inline, or it has none. */
static inline PyDictObject *dict_of(PyObject *owner) {
    const PyTypeObject *type = Py_TYPE(owner);
    if (type->tp_flags & Py_TPFLAGS_MANAGED_DICT) {
        return (PyDictObject *)rt_managed_dict(owner);
    }
    if (type->tp_dictoffset > 0) { /* of modules above all */
        return *(PyDictObject **)((char *)owner + type->tp_dictoffset);
    }
    PyObject **place = rt_dict_place(owner);
    return place == NULL ? NULL : (PyDictObject *)*place;
}

/* True when the owner certainly has no own attribute `name`. */
static bool is_unhidden(PyObject *owner, PyObject *name, const RtWay *way) {
    if (rt_way_unhidden(owner, way)) {
        return true;
    }
    bool managed = Py_TYPE(owner)->tp_flags & Py_TPFLAGS_MANAGED_DICT;
    if (managed && rt_inline_values(owner) != NULL) {
        return false; /* a value at the index, or keys that have changed */
    }
    PyDictObject *dict = dict_of(owner);
    /* With str keys only, the lookup cannot run Python code. */
    return dict == NULL || (DK_IS_UNICODE(dict->ma_keys) &&
                            PyDict_GetItemWithError((PyObject *)dict, name) == NULL);
}

static PyObject *call_get(const RtWay *way, PyObject *owner, PyObject *type) {
    PyObject *descriptor = Py_NewRef(way->value);
    PyObject *result = Py_TYPE(descriptor)->tp_descr_get(descriptor, owner, type);
    Py_DECREF(descriptor);
    return result;
}

/* ---- reading ---- */

/* Reads through a way of the owner's type. False: it does not apply. *self is set for a method that
 * is to be called; `self` NULL: methods are bound. *result may be NULL with an exception. */
static bool read_way(PyObject *owner, PyObject *name, const RtWay *way, PyObject **self,
                     PyObject **result) {
    PyObject *found = NULL;
    switch (RT_WAY_KIND(way)) {
    case RT_WAY_NONE:
    case RT_WAY_SUPER: break;
    case RT_WAY_GUARDED:
    case RT_WAY_VALUE: {
        PyDictValues *values = rt_way_values(owner);
        found = values != NULL && value_holds(way) ? values->values[way->index] : NULL;
        break;
    }
    case RT_WAY_SLOT: found = *(PyObject **)((char *)owner + way->index); break;
    case RT_WAY_ENTRY: {
        PyDictObject *dict = dict_of(owner);
        PyObject **place =
            dict != NULL && value_holds(way) ? entry_place(dict, way->index, name) : NULL;
        found = place != NULL ? *place : NULL;
        break;
    }
    case RT_WAY_DATA:
        if (value_holds(way)) {
            *result = call_get(way, owner, (PyObject *)Py_TYPE(owner));
            return true;
        }
        break;
    case RT_WAY_CLASS:
        found = value_holds(way) && is_unhidden(owner, name, way) ? way->value : NULL;
        break;
    case RT_WAY_METHOD:
        if (value_holds(way) && is_unhidden(owner, name, way)) {
            if (self != NULL) {
                *self = owner;
                found = way->value;
                break;
            }
            *result = call_get(way, owner, (PyObject *)Py_TYPE(owner));
            return true;
        }
        break;
    case RT_WAY_BIND:
        if (value_holds(way) && is_unhidden(owner, name, way)) {
            *result = call_get(way, owner, (PyObject *)Py_TYPE(owner));
            return true;
        }
        break;
    case RT_WAY_TYPE:
        if (((PyTypeObject *)owner)->tp_version_tag == way->keys && value_holds(way)) {
            found = way->value;
        }
        break;
    case RT_WAY_TYPE_BIND:
        if (((PyTypeObject *)owner)->tp_version_tag == way->keys && value_holds(way)) {
            *result = call_get(way, NULL, owner);
            return true;
        }
        break;
    }
    *result = Py_XNewRef(found);
    return found != NULL;
}

static RT_NOINLINE bool read_ways(PyObject *owner, PyObject *name, const RtAttrSite *site,
                                  PyObject **self, PyObject **result) {
    uint32_t version = Py_TYPE(owner)->tp_version_tag;
    if (rt_unlikely(version == 0)) {
        return false;
    }
    for (int i = 0; i < RT_WAYS; i++) {
        const RtWay *way = &site->ways[i];
        if (rt_guard((uint32_t)way->key == version) && read_way(owner, name, way, self, result)) {
            return true;
        }
    }
    return false;
}

/* What most attributes are: inline values, __slots__ members, values of the class or of an owner
 * that is a class, entries of the object's dict. Borrowed; NULL: look further. */
static inline PyObject *read_member(PyObject *owner, PyObject *name, const RtAttrSite *site) {
    const PyTypeObject *type = Py_TYPE(owner);
    for (int i = 0; i < RT_WAYS; i++) {
        const RtWay *way = &site->ways[i];
        if (!rt_guard((uint32_t)way->key == type->tp_version_tag)) {
            continue;
        }
        if (rt_likely(RT_WAY_KIND(way) == RT_WAY_VALUE)) {
            PyDictValues *values = rt_way_values(owner);
            if (rt_likely(values != NULL)) {
                return values->values[way->index];
            }
        } else if (RT_WAY_KIND(way) == RT_WAY_SLOT) {
            return *(PyObject **)((char *)owner + way->index);
        } else if (RT_WAY_KIND(way) == RT_WAY_CLASS) {
            return way->value_version == 0 && rt_way_unhidden(owner, way) ? way->value : NULL;
        } else if (RT_WAY_KIND(way) == RT_WAY_TYPE) {
            if (((PyTypeObject *)owner)->tp_version_tag == way->keys && way->value_version == 0) {
                return way->value;
            }
        } else if (RT_WAY_KIND(way) == RT_WAY_ENTRY && way->value_version == 0) {
            PyDictObject *dict = dict_of(owner);
            PyObject **place = dict != NULL ? entry_place(dict, way->index, name) : NULL;
            return place != NULL ? *place : NULL;
        } else {
            return NULL;
        }
    }
    return NULL;
}

/* Apart, as for methods and stores: what most attributes need then saves no registers. */
static RT_NOINLINE PyObject *read_otherwise(PyThreadState *ts, PyObject *owner, PyObject *name,
                                            RtAttrSite *site) {
    PyObject *result;
    if (rt_likely(read_ways(owner, name, site, NULL, &result))) {
        if (rt_unlikely(result == NULL)) {
            explain_attribute_error(ts, owner, name);
        }
        return result;
    }
    result = PyObject_GetAttr(owner, name);
    if (rt_likely(result != NULL)) {
        rt_attr_fill(owner, name, site, 'g');
    }
    return result;
}

PyObject *rt_attr_get_call(PyThreadState *ts, PyObject *owner, PyObject *name, RtAttrSite *site) {
    PyObject *result = read_member(owner, name, site);
    return rt_likely(result != NULL) ? Py_NewRef(result) : read_otherwise(ts, owner, name, site);
}

/* As rt_method_get, but `owner` is borrowed, also when it becomes *self. */
static PyObject *find_method(PyObject *owner, PyObject **self, PyObject *name, RtMethodSite *site) {
    PyObject *result;
    if (rt_likely(read_ways(owner, name, site, self, &result))) {
        return result;
    }
    result = NULL;
    if (_PyObject_GetMethod(owner, name, &result)) {
        *self = owner;
    }
    if (rt_likely(result != NULL)) {
        rt_attr_fill(owner, name, site, 'm');
    }
    return result;
}

/* What most methods are: functions of the class. Borrowed; NULL: look further. */
static inline PyObject *read_method(PyObject *owner, const RtMethodSite *site) {
    uint64_t key = RT_WAY_KEY(RT_WAY_METHOD, Py_TYPE(owner)->tp_version_tag);
    for (int i = 0; i < RT_WAYS; i++) {
        const RtWay *way = &site->ways[i];
        if (rt_guard(way->key == key)) {
            bool unhidden = rt_way_unhidden(owner, way) ||
                            (way->index == RT_OWN_DICT && dict_of(owner) == NULL);
            return way->value_version == 0 && unhidden ? way->value : NULL;
        }
    }
    return NULL;
}

static RT_NOINLINE PyObject *method_otherwise(PyThreadState *ts, PyObject *owner, PyObject **self,
                                              PyObject *name, RtMethodSite *site) {
    if (owner == &rt_super_pending) {
        return rt_super_method(ts, self, name, site);
    }
    *self = NULL;
    PyObject *result = read_member(owner, name, site);
    if (result != NULL) { /* as where a function of a module is called */
        Py_INCREF(result);
        Py_DECREF(owner);
        return result;
    }
    result = find_method(owner, self, name, site);
    if (*self == NULL) {
        if (rt_unlikely(result == NULL) && Py_TYPE(owner)->tp_getattro != PyObject_GenericGetAttr) {
            explain_attribute_error(ts, owner, name);
        }
        Py_DECREF(owner);
    }
    return result;
}

PyObject *rt_method_get_call(PyThreadState *ts, PyObject *owner, PyObject **self, PyObject *name,
                             RtMethodSite *site) {
    PyObject *result = read_method(owner, site);
    if (rt_likely(result != NULL)) {
        *self = owner;
        return Py_NewRef(result);
    }
    return method_otherwise(ts, owner, self, name, site);
}

/* ---- storing ---- */

bool rt_dict_store(PyDictObject *dict, int32_t index, PyObject *name, PyObject *value) {
    PyObject **place = entry_place(dict, index, name);
    PyObject *old = place != NULL ? *place : NULL;
    if (old == NULL || rt_dict_is_watched(dict)) {
        return false;
    }
    *place = Py_NewRef(value);
    if (!_PyObject_GC_IS_TRACKED(dict) && _PyObject_GC_MAY_BE_TRACKED(value)) {
        _PyObject_GC_TRACK(dict);
    }
    rt_dict_changed(dict);
    Py_DECREF(old);
    return true;
}

/* Stores through a way of the owner's type. False: it does not apply. */
static bool store_way(PyObject *owner, PyObject *value, PyObject *name, const RtWay *way,
                      int *status) {
    *status = 0;
    switch (RT_WAY_KIND(way)) {
    case RT_WAY_VALUE:
    case RT_WAY_GUARDED: {
        PyDictValues *values = rt_values_to_set(owner);
        if (values == NULL || !value_holds(way)) {
            return false;
        }
        PyObject *old = values->values[way->index];
        values->values[way->index] = Py_NewRef(value);
        if (old == NULL) {
            _PyDictValues_AddToInsertionOrder(values, way->index);
        }
        Py_XDECREF(old);
        return true;
    }
    case RT_WAY_SLOT: {
        PyObject **place = (PyObject **)((char *)owner + way->index);
        PyObject *old = *place;
        *place = Py_NewRef(value);
        Py_XDECREF(old);
        return true;
    }
    case RT_WAY_ENTRY: {
        PyDictObject *dict = dict_of(owner);
        return dict != NULL && value_holds(way) && rt_dict_store(dict, way->index, name, value);
    }
    case RT_WAY_DATA: {
        if (!value_holds(way)) {
            return false;
        }
        PyObject *descriptor = Py_NewRef(way->value);
        *status = Py_TYPE(descriptor)->tp_descr_set(descriptor, owner, value) != 0 ? -1 : 0;
        Py_DECREF(descriptor);
        return true;
    }
    default: return false;
    }
}

/* As read_member: the place of an inline value, which is one of *values, or of a __slots__ member.
 * NULL: look further. */
static inline PyObject **member_place(PyObject *owner, const RtAttrSite *site,
                                      PyDictValues **values) {
    uint32_t version = Py_TYPE(owner)->tp_version_tag;
    *values = NULL;
    for (int i = 0; i < RT_WAYS; i++) {
        const RtWay *way = &site->ways[i];
        if (!rt_guard((uint32_t)way->key == version)) {
            continue;
        }
        if (rt_likely(RT_WAY_KIND(way) == RT_WAY_VALUE)) {
            *values = rt_values_to_set(owner);
            return rt_likely(*values != NULL) ? &(*values)->values[way->index] : NULL;
        }
        if (RT_WAY_KIND(way) == RT_WAY_SLOT) {
            return (PyObject **)((char *)owner + way->index);
        }
    }
    return NULL;
}

PyObject *rt_attr_member(PyObject *owner, const RtAttrSite *site) {
    PyDictValues *values;
    PyObject **place = member_place(owner, site, &values);
    return place != NULL ? *place : NULL;
}

static inline bool store_member(PyObject *owner, PyObject *value, const RtAttrSite *site) {
    PyDictValues *values;
    PyObject **place = member_place(owner, site, &values);
    if (rt_unlikely(place == NULL)) {
        return false;
    }
    PyObject *old = *place;
    *place = Py_NewRef(value);
    if (rt_likely(old != NULL)) {
        Py_DECREF(old);
    } else if (values != NULL) {
        _PyDictValues_AddToInsertionOrder(values, place - values->values);
    }
    return true;
}

int rt_attr_set_call(PyThreadState *ts, PyObject *owner, PyObject *value, PyObject *name,
                     RtAttrSite *site) {
    (void)ts;
    if (rt_likely(store_member(owner, value, site))) {
        return 0;
    }
    uint32_t version = Py_TYPE(owner)->tp_version_tag;
    int status;
    for (int i = 0; version != 0 && i < RT_WAYS; i++) {
        const RtWay *way = &site->ways[i];
        if (rt_guard((uint32_t)way->key == version) &&
            store_way(owner, value, name, way, &status)) {
            return status;
        }
    }
    status = PyObject_SetAttr(owner, name, value) != 0 ? -1 : 0;
    if (rt_likely(status == 0)) {
        rt_attr_fill(owner, name, site, 's');
    }
    return status;
}
