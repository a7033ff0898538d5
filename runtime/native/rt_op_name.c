/* Empty cells, global variables and builtins, names of class and module bodies.
 *
 * Where a global variable or a builtin is, and that no global variable hides the builtin, is what
 * the versions of the dicts' keys stand for: CPython sets a version to 0 whenever a key comes or
 * goes, and never uses one twice. Where names come and go all the time, the entry in which a global
 * variable was last confirms itself: its key is the very name object.
 *
 * Follows ceval.c: LOAD_GLOBAL, LOAD_NAME, STORE_NAME, DELETE_NAME, LOAD_CLASSDEREF,
 * SETUP_ANNOTATIONS, LOAD_BUILD_CLASS, format_exc_check_arg, format_exc_unbound. */
#include "rt_native.h"

/* ---- errors ---- */

/* NameError: name 'x' is not defined. The exception carries the name for suggestions; failing to
 * attach it is not an error. */
static RT_COLD void raise_name_error(PyThreadState *ts, const char *format, PyObject *name) {
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL) {
        return;
    }
    _PyErr_Format(ts, PyExc_NameError, format, text);
    PyObject *type, *value, *traceback;
    _PyErr_Fetch(ts, &type, &value, &traceback);
    _PyErr_NormalizeException(ts, &type, &value, &traceback);
    if (PyErr_GivenExceptionMatches(value, PyExc_NameError) &&
        ((PyNameErrorObject *)value)->name == NULL) {
        (void)PyObject_SetAttr(value, &_Py_ID(name), name);
    }
    _PyErr_Restore(ts, type, value, traceback);
}

static RT_COLD void raise_undefined(PyThreadState *ts, PyObject *name) {
    raise_name_error(ts, "name '%.200s' is not defined", name);
}

/* Only a failed lookup becomes a NameError; what a strange namespace raises stays. */
static RT_COLD void key_error_to_undefined(PyThreadState *ts, PyObject *name) {
    if (_PyErr_ExceptionMatches(ts, PyExc_KeyError)) {
        raise_undefined(ts, name);
    }
}

/* As format_exc_check_arg of ceval.c with UNBOUNDLOCAL_ERROR_MSG. */
void rt_unbound(PyThreadState *ts, _PyInterpreterFrame *frame, int slot) {
    PyObject *name = PyTuple_GET_ITEM(RT_CODE(frame)->co_localsplusnames, slot);
    _PyErr_Format(ts, PyExc_UnboundLocalError,
                  "cannot access local variable '%U' where it is not associated with a value",
                  name);
}

RT_COLD void rt_cell_unbound(PyThreadState *ts, _PyInterpreterFrame *frame, int slot) {
    PyCodeObject *code = RT_CODE(frame);
    PyObject *name = PyTuple_GET_ITEM(code->co_localsplusnames, slot);
    if (_PyErr_Occurred(ts)) {
        return;
    }
    if (slot >= RT_FIRST_FREE(code)) {
        raise_name_error(ts,
                         "cannot access free variable '%s' where it is not associated with a value"
                         " in enclosing scope",
                         name);
        return;
    }
    rt_unbound(ts, frame, slot);
}

/* ---- namespaces that need not be dicts ---- */

/* New reference; NULL without an exception when `space` has no such key. */
static PyObject *space_get(PyThreadState *ts, PyObject *space, PyObject *name) {
    if (PyDict_CheckExact(space)) {
        return Py_XNewRef(PyDict_GetItemWithError(space, name));
    }
    PyObject *value = PyObject_GetItem(space, name);
    if (value == NULL && _PyErr_ExceptionMatches(ts, PyExc_KeyError)) {
        _PyErr_Clear(ts);
    }
    return value;
}

static int space_set(PyObject *space, PyObject *name, PyObject *value) {
    return PyDict_CheckExact(space) ? PyDict_SetItem(space, name, value)
                                    : PyObject_SetItem(space, name, value);
}

/* The name among the builtins: new reference, or NULL with the NameError. */
static PyObject *builtin_get(PyThreadState *ts, PyObject *builtins, PyObject *name) {
    if (PyDict_CheckExact(builtins)) {
        PyObject *value = PyDict_GetItemWithError(builtins, name);
        if (value == NULL && !_PyErr_Occurred(ts)) {
            raise_undefined(ts, name);
        }
        return Py_XNewRef(value);
    }
    PyObject *value = PyObject_GetItem(builtins, name);
    if (value == NULL) {
        key_error_to_undefined(ts, name);
    }
    return value;
}

/* ---- global variables ---- */

enum { MOST_ENTRIES = 1 << 24 }; /* that a place in 32 bits is enough for */

/* Remembers that the value is in entry `index` of these keys. Sites of namespaces without the fast
 * layout stay empty. */
static void fill_place(RtGlobalSite *site, PyDictKeysObject *keys, Py_ssize_t index) {
    PyObject **value = &DK_UNICODE_ENTRIES(keys)[index].me_value;
    site->place = (uint32_t)((char *)value - (char *)keys);
}

/* Remembers where `name` was found. */
static void fill_global(RtGlobalSite *site, PyObject *globals, PyObject *builtins, PyObject *name) {
    PyDictKeysObject *keys = ((PyDictObject *)globals)->ma_keys;
    PyDictKeysObject *builtin_keys = ((PyDictObject *)builtins)->ma_keys;
    site->keys = 0;
    if (keys->dk_kind != DICT_KEYS_UNICODE) {
        return;
    }
    Py_ssize_t index = _PyDictKeys_StringLookup(keys, name);
    if (index >= 0 && index < MOST_ENTRIES) {
        site->keys = rt_keys_version(keys);
        site->builtins = 0;
        site->index = (uint32_t)index;
        fill_place(site, keys, index);
        return;
    }
    if (index != DKIX_EMPTY || builtin_keys->dk_kind != DICT_KEYS_UNICODE) {
        return;
    }
    index = _PyDictKeys_StringLookup(builtin_keys, name);
    uint32_t version = rt_keys_version(builtin_keys);
    if (index >= 0 && index < MOST_ENTRIES && version != 0) {
        site->keys = rt_keys_version(keys);
        site->builtins = version;
        fill_place(site, builtin_keys, index);
    }
}

/* A global variable in the entry where it was last, in keys that have changed: borrowed, or NULL.
 * Any index is safe: it is only a guess. */
static PyObject *find_again(PyObject *globals, PyObject *name, RtGlobalSite *site) {
    PyDictKeysObject *keys = ((PyDictObject *)globals)->ma_keys;
    if (keys->dk_kind != DICT_KEYS_UNICODE || (Py_ssize_t)site->index >= keys->dk_nentries) {
        return NULL;
    }
    PyDictUnicodeEntry *entry = &DK_UNICODE_ENTRIES(keys)[site->index];
    if (entry->me_key != name || entry->me_value == NULL) {
        return NULL;
    }
    site->keys = rt_keys_version(keys);
    site->builtins = 0;
    fill_place(site, keys, site->index);
    return entry->me_value;
}

PyObject *rt_global_get_slow(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name,
                             RtGlobalSite *site) {
    PyObject *globals = frame->f_globals, *builtins = frame->f_builtins;
    if (rt_likely(PyDict_CheckExact(globals) && PyDict_CheckExact(builtins))) {
        PyObject *value = find_again(globals, name, site);
        if (rt_guard(value != NULL)) {
            return Py_NewRef(value);
        }
        value = _PyDict_LoadGlobal((PyDictObject *)globals, (PyDictObject *)builtins, name);
        if (value == NULL) {
            if (!_PyErr_Occurred(ts)) {
                raise_undefined(ts, name);
            }
            return NULL;
        }
        RT_HOLD_GLOBAL(value);
        fill_global(site, globals, builtins, name);
        return value;
    }
    /* One subclass is enough: then both are asked as mappings. */
    PyObject *value = PyObject_GetItem(globals, name);
    if (value == NULL && _PyErr_ExceptionMatches(ts, PyExc_KeyError)) {
        _PyErr_Clear(ts);
        value = PyObject_GetItem(builtins, name);
        if (value == NULL) {
            key_error_to_undefined(ts, name);
        }
    }
    return value;
}

PyObject *rt_global_get_call(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name,
                             RtGlobalSite *site) {
    return rt_global_get_inline(ts, frame, name, site);
}

int rt_global_set(RT_UNUSED PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *value,
                  PyObject *name, RtGlobalSite *site) {
    PyObject *globals = frame->f_globals;
    if (rt_likely(rt_guard(PyDict_CheckExact(globals)) &&
                  rt_dict_store((PyDictObject *)globals, (int32_t)site->index, name, value))) {
        return 0;
    }
    if (PyDict_SetItem(globals, name, value) < 0) {
        return -1;
    }
    PyDictKeysObject *keys = ((PyDictObject *)globals)->ma_keys;
    Py_ssize_t index =
        keys->dk_kind == DICT_KEYS_UNICODE ? _PyDictKeys_StringLookup(keys, name) : -1;
    site->index = index >= 0 && index <= INT32_MAX ? (uint32_t)index : 0;
    return 0;
}

int rt_global_del(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name) {
    int status = PyDict_DelItem(frame->f_globals, name);
    if (status != 0) {
        key_error_to_undefined(ts, name);
    }
    return status;
}

/* ---- names of class and module bodies ---- */

PyObject *rt_space_global_get(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *space,
                              PyObject *name) {
    PyObject *value = space_get(ts, space, name);
    if (value != NULL || _PyErr_Occurred(ts)) {
        return value;
    }
    value = Py_XNewRef(PyDict_GetItemWithError(frame->f_globals, name));
    if (value != NULL || _PyErr_Occurred(ts)) {
        return value;
    }
    return builtin_get(ts, frame->f_builtins, name);
}

PyObject *rt_name_get(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name) {
    if (frame->f_locals == NULL) {
        _PyErr_Format(ts, PyExc_SystemError, "no locals when loading %R", name);
        return NULL;
    }
    return rt_space_global_get(ts, frame, frame->f_locals, name);
}

int rt_name_set(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *value, PyObject *name) {
    if (frame->f_locals == NULL) {
        _PyErr_Format(ts, PyExc_SystemError, "no locals found when storing %R", name);
        return -1;
    }
    return space_set(frame->f_locals, name, value) != 0 ? -1 : 0;
}

int rt_name_del(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *name) {
    if (frame->f_locals == NULL) {
        _PyErr_Format(ts, PyExc_SystemError, "no locals when deleting %R", name);
        return -1;
    }
    if (PyObject_DelItem(frame->f_locals, name) != 0) {
        /* Whatever was raised: CPython makes no difference here. */
        raise_undefined(ts, name);
        return -1;
    }
    return 0;
}

PyObject *rt_space_cell_get(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *space,
                            int slot) {
    PyObject *name = PyTuple_GET_ITEM(RT_CODE(frame)->co_localsplusnames, slot);
    PyObject *value = space_get(ts, space, name);
    if (value != NULL || _PyErr_Occurred(ts)) {
        return value;
    }
    return rt_cell_get(ts, frame, slot);
}

PyObject *rt_class_cell_get(PyThreadState *ts, _PyInterpreterFrame *frame, int slot) {
    return rt_space_cell_get(ts, frame, frame->f_locals, slot);
}

PyObject *rt_locals_get(PyThreadState *ts, _PyInterpreterFrame *frame) {
    if (frame->f_locals == NULL) {
        _PyErr_SetString(ts, PyExc_SystemError, "no locals");
    }
    return Py_XNewRef(frame->f_locals);
}

int rt_annotations_setup(PyThreadState *ts, _PyInterpreterFrame *frame) {
    if (frame->f_locals == NULL) {
        _PyErr_Format(ts, PyExc_SystemError, "no locals found when setting up annotations");
        return -1;
    }
    PyObject *found = space_get(ts, frame->f_locals, &_Py_ID(__annotations__));
    if (found != NULL) {
        Py_DECREF(found);
        return 0;
    }
    PyObject *fresh = _PyErr_Occurred(ts) ? NULL : PyDict_New();
    if (fresh == NULL) {
        return -1;
    }
    int status = space_set(frame->f_locals, &_Py_ID(__annotations__), fresh);
    Py_DECREF(fresh);
    return status != 0 ? -1 : 0;
}

PyObject *rt_build_class_get(PyThreadState *ts, _PyInterpreterFrame *frame) {
    PyObject *builtins = frame->f_builtins;
    PyObject *value;
    if (PyDict_CheckExact(builtins)) {
        value = Py_XNewRef(PyDict_GetItemWithError(builtins, &_Py_ID(__build_class__)));
        if (value == NULL && !_PyErr_Occurred(ts)) {
            _PyErr_SetString(ts, PyExc_NameError, "__build_class__ not found");
        }
        return value;
    }
    value = PyObject_GetItem(builtins, &_Py_ID(__build_class__));
    if (value == NULL && _PyErr_ExceptionMatches(ts, PyExc_KeyError)) {
        _PyErr_SetString(ts, PyExc_NameError, "__build_class__ not found");
    }
    return value;
}
