/* Entries of dicts and sets: in order, and by key. */
#ifndef PYC2C_RUNTIME_RT_DICT_H
#define PYC2C_RUNTIME_RT_DICT_H

#include "rt_native.h"

/* An entry of a dict, borrowed; NULLs at its end. */
typedef struct RtEntry {
    PyObject *key, *value;
} RtEntry;

/* The entry at *position or behind it, and *position behind that. PyDict_Next, with its common
 * cases in place. */
static inline RtEntry rt_dict_next(PyDictObject *dict, Py_ssize_t *position) {
    RtEntry found = {NULL, NULL};
    if (rt_unlikely(dict->ma_values != NULL)) {
        PyDict_Next((PyObject *)dict, position, &found.key, &found.value);
        return found;
    }
    PyDictKeysObject *keys = dict->ma_keys;
    Py_ssize_t count = keys->dk_nentries;
    if (rt_likely(DK_IS_UNICODE(keys))) {
        for (Py_ssize_t i = *position; i < count; i++) {
            const PyDictUnicodeEntry *entry = &DK_UNICODE_ENTRIES(keys)[i];
            if (rt_likely(entry->me_value != NULL)) {
                *position = i + 1;
                return (RtEntry){entry->me_key, entry->me_value};
            }
        }
        return found;
    }
    for (Py_ssize_t i = *position; i < count; i++) {
        const PyDictKeyEntry *entry = &DK_ENTRIES(keys)[i];
        if (rt_likely(entry->me_value != NULL)) {
            *position = i + 1;
            return (RtEntry){entry->me_key, entry->me_value};
        }
    }
    return found;
}

/* The key at *position of a set's table or behind it, borrowed, and *position behind that; NULL at
 * the end. */
static inline PyObject *rt_set_next(PySetObject *set, Py_ssize_t *position) {
    while (*position <= set->mask) {
        const setentry *entry = &set->table[(*position)++];
        if (entry->key != NULL && entry->hash != -1) { /* -1: there was one */
            return entry->key;
        }
    }
    return NULL;
}

/* ---- rt_dict.c ----
 *
 * `dict` is a dict or of a subclass of that; what follows from that is not asked for. */

/* PyDict_GetItemWithError, PyDict_Contains, PyDict_SetItem, PySequence_Contains. */
PyObject *rt_dict_get(PyObject *dict, PyObject *key);
int rt_dict_has(PyObject *dict, PyObject *key);
int rt_dict_set(PyObject *dict, PyObject *key, PyObject *value);
int rt_set_has(PyObject *set, PyObject *key);

#endif
