/* Lookups in dicts and sets by keys that are hashed and compared without Python code: exact strs,
 * small exact ints, objects with the hash of all objects that lie in the dict themselves, tuples of
 * such.
 *
 * Follows _Py_dict_lookup and insertdict; the order of the places is PEP 412's and dictobject.c's.
 */
#include "rt_dict.h"

#include "rt_compute.h"

#include <internal/pycore_dict.h>

enum { PERTURB_SHIFT = 5, LINEAR_PROBES = 9 }; /* Objects/dictobject.c, Objects/setobject.c */

/* ---- keys ---- */

/* False: it takes PyObject_Hash. */
static inline bool plain_hash(PyObject *key, Py_hash_t *out) {
    int64_t value;
    if (PyUnicode_CheckExact(key)) {
        *out = ((PyASCIIObject *)key)->hash;
        return *out != -1;
    }
    if (small_int(key, &value)) {
        *out = value == -1 ? -2 : (Py_hash_t)value; /* below 2^61 - 1 */
        return true;
    }
    if (Py_TYPE(key)->tp_hash == PyBaseObject_Type.tp_hash) {
        *out = _Py_HashPointer(key);
        return true;
    }
    return false;
}

/* As tuplehash: xxHash, with each item's hash for a lane. */
static bool tuple_hash(PyObject *key, Py_hash_t *out) {
    const uint64_t prime_1 = UINT64_C(11400714785074694791),
                   prime_2 = UINT64_C(14029467366897019727),
                   prime_5 = UINT64_C(2870177450012600261);
    Py_ssize_t count = PyTuple_GET_SIZE(key);
    uint64_t sum = prime_5;
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_hash_t lane;
        if (!plain_hash(PyTuple_GET_ITEM(key, i), &lane)) {
            return false;
        }
        sum += (uint64_t)lane * prime_2;
        sum = (sum << 31 | sum >> 33) * prime_1;
    }
    sum += (uint64_t)count ^ (prime_5 ^ UINT64_C(3527539));
    *out = sum == UINT64_MAX ? 1546275796 : (Py_hash_t)sum;
    return true;
}

static inline bool known_hash(PyObject *key, Py_hash_t *out) {
    return plain_hash(key, out) || (PyTuple_CheckExact(key) && tuple_hash(key, out));
}

/* Of exact strs with the same hash. */
static inline bool equal_text(PyObject *left, PyObject *right) {
    Py_ssize_t length = PyUnicode_GET_LENGTH(left);
    return length == PyUnicode_GET_LENGTH(right) && PyUnicode_KIND(left) == PyUnicode_KIND(right) &&
           memcmp(PyUnicode_DATA(left), PyUnicode_DATA(right),
                  (size_t)length * PyUnicode_KIND(left)) == 0;
}

enum { UNKNOWN = -1 };

/* 1 or 0; UNKNOWN: it takes PyObject_RichCompare. */
static inline int same_plain(PyObject *left, PyObject *right) {
    if (left == right) {
        return 1;
    }
    int64_t a, b;
    if (small_int(left, &a) && small_int(right, &b)) {
        return a == b;
    }
    if (PyUnicode_CheckExact(left) && PyUnicode_CheckExact(right)) {
        return _PyUnicode_Equal(left, right);
    }
    return UNKNOWN;
}

/* Of keys with the same hash; the same. */
static int same_key(PyObject *left, PyObject *right) {
    if (!PyTuple_CheckExact(left) || !PyTuple_CheckExact(right)) {
        return same_plain(left, right);
    }
    Py_ssize_t count = PyTuple_GET_SIZE(left);
    int same = count == PyTuple_GET_SIZE(right);
    for (Py_ssize_t i = 0; i < count && same == 1; i++) {
        same = same_plain(PyTuple_GET_ITEM(left, i), PyTuple_GET_ITEM(right, i));
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
                                         equal_text(entry->me_key, key))) {
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

/* As rt_dict_find; *hash is -1 where it is not at hand. */
static inline bool find(PyObject *object, PyObject *key, PyObject ***place, Py_hash_t *hash) {
    const PyDictObject *dict = (PyDictObject *)object;
    PyDictKeysObject *keys = dict->ma_keys;
    bool known = true;
    if (!rt_guard(dict->ma_values == NULL && known_hash(key, hash))) {
        *hash = -1;
        return false;
    }
    if (!DK_IS_UNICODE(keys)) {
        *place = find_any(keys, key, *hash, &known);
        return known;
    }
    if (!PyUnicode_CheckExact(key)) {
        return false;
    }
    *place = find_text(keys, key, *hash);
    return true;
}

bool rt_dict_find(PyObject *dict, PyObject *key, PyObject ***place) {
    Py_hash_t hash;
    return find(dict, key, place, &hash);
}

PyObject *rt_dict_get(PyObject *dict, PyObject *key) {
    PyObject **place;
    Py_hash_t hash;
    if (find(dict, key, &place, &hash)) {
        return place != NULL ? *place : NULL;
    }
    return hash != -1 ? _PyDict_GetItem_KnownHash(dict, key, hash)
                      : PyDict_GetItemWithError(dict, key);
}

int rt_dict_has(PyObject *dict, PyObject *key) {
    PyObject **place;
    return rt_dict_find(dict, key, &place) ? place != NULL : PyDict_Contains(dict, key);
}

/* As set_lookkey. */
int rt_set_has(PyObject *object, PyObject *key) {
    const PySetObject *set = (PySetObject *)object;
    Py_hash_t hash;
    if (!rt_guard(known_hash(key, &hash))) {
        return PySequence_Contains(object, key);
    }
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

int rt_dict_set(PyObject *object, PyObject *key, PyObject *value) {
    PyDictObject *dict = (PyDictObject *)object;
    PyObject **place;
    Py_hash_t hash;
    /* What the collector need not look at so far would have to be shown to it. */
    bool seen = _PyObject_GC_IS_TRACKED(object) || !PyObject_IS_GC(value);
    if (!find(object, key, &place, &hash) || place == NULL || !seen || rt_dict_is_watched(dict)) {
        return hash != -1 ? _PyDict_SetItem_KnownHash(object, key, value, hash)
                          : PyDict_SetItem(object, key, value);
    }
    PyObject *old = *place;
    if (old != value) {
        *place = Py_NewRef(value);
        rt_dict_changed(dict);
        Py_DECREF(old);
    }
    return 0;
}
