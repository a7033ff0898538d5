/* Lookups in dicts and sets, without calls where keys are told apart by their hashes, or are exact
 * strs, ints of up to 60 bits, floats or tuples of such.
 *
 * Follows _Py_dict_lookup, insertdict and set_lookkey; the order of the places is theirs. */
#include "rt_dict.h"

#include "rt_key.h"

#include <internal/pycore_dict.h>

enum { PERTURB_SHIFT = 5, LINEAR_PROBES = 9 }; /* Objects/dictobject.c, Objects/setobject.c */

/* ---- keys ---- */

/* Of keys with the same hash: as rt_key_same, and of tuples. */
static int same_key(PyObject *left, PyObject *right) {
    int same = rt_key_same(left, right);
    if (same != RT_ASK || !PyTuple_CheckExact(left) || !PyTuple_CheckExact(right)) {
        return same;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(left);
    same = count == PyTuple_GET_SIZE(right);
    for (Py_ssize_t i = 0; i < count && same == 1; i++) {
        same = same_key(PyTuple_GET_ITEM(left, i), PyTuple_GET_ITEM(right, i));
    }
    return same;
}

/* ---- lookup ---- */

static inline Py_ssize_t index_at(const PyDictKeysObject *keys, size_t place) {
    int size = DK_LOG_SIZE(keys);
    if (size < 8) {
        return ((const int8_t *)keys->dk_indices)[place];
    }
    if (size < 16) {
        return ((const int16_t *)keys->dk_indices)[place];
    }
    return size < 32 ? ((const int32_t *)keys->dk_indices)[place]
                     : (Py_ssize_t)((const int64_t *)keys->dk_indices)[place];
}

/* Where an index of `keys` leads. */
typedef struct Walk {
    size_t mask, place, perturb;
} Walk;

static inline Walk begin(const PyDictKeysObject *keys, Py_hash_t hash) {
    size_t mask = ((size_t)1 << DK_LOG_SIZE(keys)) - 1;
    return (Walk){.mask = mask, .place = (size_t)hash & mask, .perturb = (size_t)hash};
}

static inline void go_on(Walk *walk) {
    walk->perturb >>= PERTURB_SHIFT;
    walk->place = (walk->place * 5 + walk->perturb + 1) & walk->mask;
}

/* All keys are exact strs. */
static inline PyObject **find_text(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash) {
    for (Walk walk = begin(keys, hash);; go_on(&walk)) {
        Py_ssize_t index = index_at(keys, walk.place);
        if (index >= 0) {
            PyDictUnicodeEntry *entry = &DK_UNICODE_ENTRIES(keys)[index];
            if (entry->me_key == key || (((PyASCIIObject *)entry->me_key)->hash == hash &&
                                         _PyUnicode_Equal(entry->me_key, key) == 1)) {
                return &entry->me_value;
            }
        } else if (index == DKIX_EMPTY) {
            return NULL;
        }
    }
}

/* *known is false where keys have to be asked whether they are equal. */
static inline PyObject **find_any(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash,
                                  bool *known) {
    for (Walk walk = begin(keys, hash);; go_on(&walk)) {
        Py_ssize_t index = index_at(keys, walk.place);
        if (index >= 0) {
            PyDictKeyEntry *entry = &DK_ENTRIES(keys)[index];
            int same = entry->me_key == key     ? 1
                       : entry->me_hash == hash ? same_key(entry->me_key, key)
                                                : 0;
            if (same != 0) {
                *known = same == 1;
                return &entry->me_value;
            }
        } else if (index == DKIX_EMPTY) {
            return NULL;
        }
    }
}

/* Where the value of a key is, borrowed until the dict changes, or NULL: there is no such key. */
typedef struct Place {
    PyObject **value;
    Py_hash_t hash; /* of the key */
} Place;

/* Of the key's hash, with an exception set; the place is known; a key has to be asked whether it is
 * equal: only the hash is known. */
typedef enum Found { FOUND_ERROR, FOUND, FOUND_UNKNOWN } Found;

static inline Found find(PyObject *object, PyObject *key, Place *place) {
    place->value = NULL;
    place->hash = rt_key_hash(key);
    if (rt_unlikely(place->hash == -1)) {
        return FOUND_ERROR;
    }
    const PyDictObject *dict = (PyDictObject *)object; /* as it is now */
    PyDictKeysObject *keys = dict->ma_keys;
    bool known = true;
    if (!rt_guard(dict->ma_values == NULL)) {
        return FOUND_UNKNOWN;
    }
    if (!DK_IS_UNICODE(keys)) {
        place->value = find_any(keys, key, place->hash, &known);
    } else if (PyUnicode_CheckExact(key)) {
        place->value = find_text(keys, key, place->hash);
    } else {
        known = false;
    }
    return known ? FOUND : FOUND_UNKNOWN;
}

PyObject *rt_dict_get(PyObject *dict, PyObject *key) {
    Place place;
    switch (find(dict, key, &place)) {
    case FOUND: return place.value != NULL ? *place.value : NULL;
    case FOUND_UNKNOWN: return _PyDict_GetItem_KnownHash(dict, key, place.hash);
    default: return NULL;
    }
}

int rt_dict_has(PyObject *dict, PyObject *key) {
    Place place;
    switch (find(dict, key, &place)) {
    case FOUND: return place.value != NULL;
    case FOUND_UNKNOWN: return _PyDict_Contains_KnownHash(dict, key, place.hash);
    default: return -1;
    }
}

int rt_dict_set(PyObject *object, PyObject *key, PyObject *value) {
    PyDictObject *dict = (PyDictObject *)object;
    Place place;
    Found found = find(object, key, &place);
    if (found == FOUND_ERROR) {
        return -1;
    }
    /* What the collector need not look at so far would have to be shown to it. */
    bool seen = _PyObject_GC_IS_TRACKED(object) || !PyObject_IS_GC(value);
    if (found != FOUND || place.value == NULL || !seen || rt_dict_is_watched(dict)) {
        return _PyDict_SetItem_KnownHash(object, key, value, place.hash);
    }
    PyObject *old = *place.value;
    if (old != value) {
        *place.value = Py_NewRef(value);
        rt_dict_changed(dict);
        Py_DECREF(old);
    }
    return 0;
}

/* As set_lookkey. */
int rt_set_has(PyObject *object, PyObject *key) {
    if (!rt_guard(!PySet_Check(key))) {
        return PySequence_Contains(object, key); /* looks for a frozenset that is equal */
    }
    Py_hash_t hash = rt_key_hash(key);
    if (hash == -1) {
        return -1;
    }
    const PySetObject *set = (PySetObject *)object;
    size_t mask = (size_t)set->mask, place = (size_t)hash & mask, perturb = (size_t)hash;
    for (;;) {
        const setentry *entry = &set->table[place];
        const setentry *last = place + LINEAR_PROBES <= mask ? entry + LINEAR_PROBES : entry;
        for (; entry <= last; entry++) {
            if (entry->key == NULL) {
                return 0;
            }
            int same = entry->hash != hash ? 0 : same_key(entry->key, key);
            if (same != 0) {
                return same == 1 ? 1 : PySequence_Contains(object, key);
            }
        }
        perturb >>= PERTURB_SHIFT;
        place = (place * 5 + 1 + perturb) & mask;
    }
}
