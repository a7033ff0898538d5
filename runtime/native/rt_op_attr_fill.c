/* What an attribute site may remember about objects of one type.
 *
 * A type's version tag stands for the type and all its bases as they are now; any change makes the
 * tag 0 and a later one has a number never used before. So whatever is looked up in a type holds as
 * long as the tag does. Two things are not covered and are handled here: a class attribute may be
 * an object whose own class can still become a descriptor (then that class's tag is remembered
 * too), and objects have attributes of their own.
 *
 * Follows the order of _PyObject_GenericGetAttrWithDict, type_getattro and
 * _PyObject_GenericSetAttrWithDict; specialize.c is CPython's counterpart. */
#include "rt_frame.h"

#include <structmember.h>

enum { FILLS_AT_ONCE = 16, LONGEST_WAIT = 4096 };

/* ---- which lookup a type uses ---- */

/* True when attributes of objects of this type are found by `getattro`. *hook: a __getattr__
 * follows when nothing is found (so failures must take the long way). */
static bool looks_up_by(PyTypeObject *type, getattrofunc getattro, bool *hook) {
    *hook = false;
    if (type->tp_getattro == getattro) {
        return true;
    }
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
        return false;
    }
    *hook = true;
    PyObject *found = _PyType_Lookup(type, &_Py_ID(__getattribute__));
    return found != NULL && Py_IS_TYPE(found, &PyWrapperDescr_Type) &&
           ((PyWrapperDescrObject *)found)->d_wrapped == (void *)getattro &&
           _PyType_Lookup(type, &_Py_ID(__getattr__)) != NULL;
}

static bool is_data_descriptor(PyObject *value) {
    return Py_TYPE(value)->tp_descr_get != NULL && Py_TYPE(value)->tp_descr_set != NULL;
}

/* The offset of a __slots__ member of `type`, 0 when `value` is none. */
static Py_ssize_t slot_offset(PyTypeObject *type, PyObject *value, int refused_flags) {
    if (!Py_IS_TYPE(value, &PyMemberDescr_Type)) {
        return 0;
    }
    PyMemberDescrObject *descriptor = (PyMemberDescrObject *)value;
    const PyMemberDef *member = descriptor->d_member;
    bool usable = member->type == T_OBJECT_EX && !(member->flags & refused_flags) &&
                  PyType_IsSubtype(type, descriptor->d_common.d_type);
    return usable && member->offset <= INT32_MAX ? member->offset : 0;
}

/* What `value` is (descriptor or not) must stay so: notes the tag of its type if that may change.
 * False: it may change unnoticed. */
static bool guard_value(RtWay *way, PyObject *value) {
    PyTypeObject *type = Py_TYPE(value);
    way->value = value;
    if (type->tp_flags & Py_TPFLAGS_IMMUTABLETYPE) {
        way->value_version = 0;
        return true;
    }
    (void)_PyType_Lookup(type, &_Py_ID(__get__)); /* assigns a tag */
    way->value_version = type->tp_version_tag;
    return way->value_version != 0;
}

/* ---- attributes of the object itself ---- */

/* What must be tested to know that an object has no own attribute of that name. */
static bool describe_own(PyTypeObject *type, PyObject *name, RtWay *way) {
    if (!(type->tp_flags & Py_TPFLAGS_MANAGED_DICT)) {
        way->index = type->tp_dictoffset == 0 ? RT_OWN_NONE : RT_OWN_DICT;
        return true;
    }
    PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
    Py_ssize_t index = _PyDictKeys_StringLookup(keys, name);
    if (index >= 0) {
        way->index = (int32_t)index;
        return true;
    }
    way->index = RT_OWN_ABSENT;
    way->keys = index == DKIX_EMPTY ? rt_keys_version(keys) : 0;
    return way->keys != 0;
}

/* The object's own attribute of that name: RT_WAY_VALUE or RT_WAY_ENTRY with its index, or
 * RT_WAY_NONE. */
static RtWayKind find_own(PyObject *owner, PyObject *name, RtWay *way) {
    PyTypeObject *type = Py_TYPE(owner);
    if (type->tp_flags & Py_TPFLAGS_MANAGED_DICT) {
        PyDictValues *values = rt_inline_values(owner);
        if (values != NULL) {
            PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
            Py_ssize_t index = _PyDictKeys_StringLookup(keys, name);
            way->index = (int32_t)index;
            return index >= 0 && values->values[index] != NULL ? RT_WAY_VALUE : RT_WAY_NONE;
        }
    }
    PyObject **place = rt_dict_place(owner);
    if (place == NULL || *place == NULL) {
        return RT_WAY_NONE;
    }
    PyDictKeysObject *keys = ((PyDictObject *)*place)->ma_keys;
    if (!DK_IS_UNICODE(keys)) {
        return RT_WAY_NONE;
    }
    Py_ssize_t index = _PyDictKeys_StringLookup(keys, name);
    way->index = (int32_t)index;
    return index >= 0 && index <= INT32_MAX ? RT_WAY_ENTRY : RT_WAY_NONE;
}

/* ---- kinds ---- */

static RtWayKind classify_get(PyObject *owner, PyObject *name, bool hook, RtWay *way) {
    PyTypeObject *type = Py_TYPE(owner);
    PyObject *value = _PyType_Lookup(type, name);
    if (value != NULL && !guard_value(way, value)) {
        return RT_WAY_NONE;
    }
    if (value != NULL && is_data_descriptor(value)) {
        way->index = (int32_t)slot_offset(type, value, PY_AUDIT_READ);
        if (way->index != 0) {
            return RT_WAY_SLOT;
        }
        return hook ? RT_WAY_NONE : RT_WAY_DATA;
    }
    RtWayKind own = find_own(owner, name, way);
    if (own != RT_WAY_NONE) {
        bool guarded = way->value_version != 0;
        return own == RT_WAY_VALUE && guarded ? RT_WAY_GUARDED : own;
    }
    if (value == NULL || !describe_own(type, name, way)) {
        return RT_WAY_NONE;
    }
    if (_PyType_HasFeature(Py_TYPE(value), Py_TPFLAGS_METHOD_DESCRIPTOR)) {
        return RT_WAY_METHOD;
    }
    if (Py_TYPE(value)->tp_descr_get == NULL) {
        return RT_WAY_CLASS;
    }
    return hook ? RT_WAY_NONE : RT_WAY_BIND;
}

static RtWayKind classify_type(PyTypeObject *owner, PyObject *name, bool hook, RtWay *way) {
    PyObject *meta = _PyType_Lookup(Py_TYPE(owner), name);
    if (meta != NULL && !guard_value(way, meta)) {
        return RT_WAY_NONE;
    }
    if (meta != NULL && is_data_descriptor(meta)) {
        return hook ? RT_WAY_NONE : RT_WAY_DATA;
    }
    if (meta != NULL && way->value_version != 0) {
        return RT_WAY_NONE; /* there is room for one guard only */
    }
    PyObject *value = _PyType_Lookup(owner, name);
    way->keys = owner->tp_version_tag;
    if (value == NULL || way->keys == 0 || !guard_value(way, value)) {
        return RT_WAY_NONE;
    }
    if (Py_TYPE(value)->tp_descr_get == NULL) {
        return RT_WAY_TYPE;
    }
    return hook && !PyFunction_Check(value) ? RT_WAY_NONE : RT_WAY_TYPE_BIND;
}

static RtWayKind classify_set(PyObject *owner, PyObject *name, RtWay *way) {
    PyTypeObject *type = Py_TYPE(owner);
    if (type->tp_setattro != PyObject_GenericSetAttr) {
        return RT_WAY_NONE;
    }
    PyObject *value = _PyType_Lookup(type, name);
    if (value != NULL && !guard_value(way, value)) {
        return RT_WAY_NONE;
    }
    if (value != NULL && Py_TYPE(value)->tp_descr_set != NULL) {
        way->index = (int32_t)slot_offset(type, value, READONLY);
        return way->index != 0 ? RT_WAY_SLOT : RT_WAY_DATA;
    }
    RtWayKind own = rt_way_to_set(owner, find_own(owner, name, way));
    bool guarded = way->value_version != 0;
    return own == RT_WAY_VALUE && guarded ? RT_WAY_GUARDED : own;
}

static RtWayKind classify(PyObject *owner, PyObject *name, char purpose, RtWay *way) {
    PyTypeObject *type = Py_TYPE(owner);
    bool hook;
    if (purpose == 's') {
        return classify_set(owner, name, way);
    }
    if (looks_up_by(type, PyObject_GenericGetAttr, &hook)) {
        return classify_get(owner, name, hook, way);
    }
    if (type->tp_getattro == PyModule_Type.tp_getattro) {
        return classify_get(owner, name, true, way);
    }
    if (PyType_Check(owner) && looks_up_by(type, PyType_Type.tp_getattro, &hook)) {
        return classify_type((PyTypeObject *)owner, name, hook, way);
    }
    return RT_WAY_NONE;
}

/* ---- filling ---- */

/* The way that the new one replaces: one that says the same thing, else the next in turn. */
static RtWay *place_for(RtAttrSite *site, const RtWay *way) {
    RtWayKind kind = RT_WAY_KIND(way);
    bool of_type = kind == RT_WAY_TYPE || kind == RT_WAY_TYPE_BIND || kind == RT_WAY_SUPER;
    for (int i = 0; i < RT_WAYS; i++) {
        const RtWay *old = &site->ways[i];
        if (old->key == 0 || (old->key == way->key && (!of_type || old->keys == way->keys))) {
            return &site->ways[i];
        }
    }
    RtWay *place = &site->ways[site->next];
    site->next = (uint8_t)((site->next + 1) % RT_WAYS);
    return place;
}

/* False: this miss is not worth the work. */
static bool is_worth_filling(RtAttrSite *site) {
    if (site->wait > 0) {
        site->wait--;
        return false;
    }
    if (site->fills < LONGEST_WAIT) {
        site->fills++;
    }
    site->wait = site->fills < FILLS_AT_ONCE ? 0 : site->fills;
    return true;
}

void rt_attr_fill(PyObject *owner, PyObject *name, RtAttrSite *site, char purpose) {
    if (!is_worth_filling(site)) {
        return;
    }
    RtWay way = {0};
    RtWayKind kind =
        PyUnicode_CheckExact(name) ? classify(owner, name, purpose, &way) : RT_WAY_NONE;
    uint32_t version = Py_TYPE(owner)->tp_version_tag;
    if (kind == RT_WAY_NONE || version == 0) {
        return;
    }
    way.key = RT_WAY_KEY(kind, version);
    *place_for(site, &way) = way;
}

/* The first of the classes behind `class` in the MRO that has the name; NULL: none, or unknown. */
static PyObject *find_behind(PyTypeObject *class, PyTypeObject *type, PyObject *name) {
    PyObject *mro = type->tp_mro;
    Py_ssize_t count = PyTuple_GET_SIZE(mro), i = 0;
    while (i < count && PyTuple_GET_ITEM(mro, i) != (PyObject *)class) {
        i++;
    }
    for (i++; i < count; i++) {
        PyDictObject *dict = (PyDictObject *)rt_type_dict((PyTypeObject *)PyTuple_GET_ITEM(mro, i));
        if (!DK_IS_UNICODE(dict->ma_keys)) {
            return NULL; /* a lookup might run Python code */
        }
        PyObject *value = PyDict_GetItemWithError((PyObject *)dict, name);
        if (value != NULL) {
            return value;
        }
    }
    return NULL;
}

/* What is called with the object in front, as what binding it would make: functions with native or
 * C code. Other descriptors are asked. */
static bool is_called_with_object(PyObject *value) {
    return rt_is_function(value) || Py_IS_TYPE(value, &PyMethodDescr_Type) ||
           Py_IS_TYPE(value, &PyWrapperDescr_Type);
}

void rt_super_fill(PyTypeObject *class, PyTypeObject *type, PyObject *name, RtMethodSite *site) {
    if (!is_worth_filling(site) || !PyUnicode_CheckExact(name)) {
        return;
    }
    (void)_PyType_Lookup(class, name); /* both assign a tag */
    (void)_PyType_Lookup(type, name);
    PyObject *value = find_behind(class, type, name);
    if (value == NULL || !is_called_with_object(value) || class->tp_version_tag == 0 ||
        type->tp_version_tag == 0) {
        return;
    }
    RtWay way = {.key = RT_WAY_KEY(RT_WAY_SUPER, type->tp_version_tag),
                 .keys = class->tp_version_tag,
                 .value = value};
    *place_for(site, &way) = way;
}
