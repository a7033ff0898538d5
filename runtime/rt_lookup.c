/* rt_lookup.c: a short way for the lookups of class creation.
 *
 * Creating a class asks each class of its method resolution order for about ninety special names,
 * nearly always in vain: a third of a million calls of _PyDict_GetItem_KnownHash in a program of
 * middle size, a tenth of its start. The link wraps the function.
 *
 * A filter remembers, for the dicts that were asked last, which hashes their keys have: a hash that
 * no key has needs no search. The version of a dict, which is another one after each change and
 * never comes again, tells whether its filter still holds. A dict with nothing but str keys is then
 * searched here, as long as the first places of its table decide; everything else goes to the
 * original.
 *
 * Follows unicodekeys_lookup_unicode of CPython's dictobject.c. */
#include "rt_compat.h"

#if RT_HAS_KNOWN_HASH_LOOKUP

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

PyObject *__real__PyDict_GetItem_KnownHash(PyObject *dict, PyObject *key, Py_hash_t hash);
PyObject *__wrap__PyDict_GetItem_KnownHash(PyObject *dict, PyObject *key, Py_hash_t hash);

static PyObject *search(PyObject *dict, PyObject *key, Py_hash_t hash) {
    enum { SMALL_INDEX_LOG2 = 7, PERTURB_SHIFT = 5 }; /* one byte per index up to this size */
    PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
    if (!PyUnicode_CheckExact(key) || keys->dk_kind != DICT_KEYS_UNICODE ||
        keys->dk_log2_size > SMALL_INDEX_LOG2) {
        return __real__PyDict_GetItem_KnownHash(dict, key, hash);
    }
    const PyDictUnicodeEntry *entries = DK_UNICODE_ENTRIES(keys);
    const int8_t *indices = (const int8_t *)keys->dk_indices;
    size_t mask = ((size_t)1 << keys->dk_log2_size) - 1;
    size_t perturb = (size_t)hash;
    for (size_t place = perturb & mask;;) {
        int index = indices[place];
        if (index == DKIX_EMPTY) {
            return NULL;
        }
        if (index >= 0) {
            PyObject *found = entries[index].me_key;
            if (found == key) {
                return entries[index].me_value;
            }
            if (((PyASCIIObject *)found)->hash == hash) {
                return __real__PyDict_GetItem_KnownHash(dict, key, hash);
            }
        }
        perturb >>= PERTURB_SHIFT;
        place = (place * 5 + perturb + 1) & mask;
    }
}

#if RT_DICT_VERSIONS_ARE_UNIQUE

enum { FILTERS = 256, FILTER_WORDS = 4, FILTER_KEYS = 96, WORD_BITS = 64 };

/* One line of the processor's cache. `dict` is a number: that dict may be gone and another one,
 * with another version, in its place. Guarded by the GIL. */
typedef struct Filter {
    _Alignas(64) uintptr_t dict;
    uint64_t version;
    uint64_t hashes[FILTER_WORDS];
} Filter;

static Filter filters[FILTERS];

static inline uint64_t *word_of(Filter *filter, Py_hash_t hash) {
    return &filter->hashes[((size_t)hash / WORD_BITS) % FILTER_WORDS];
}

static inline unsigned bit_of(Py_hash_t hash) {
    return (unsigned)((size_t)hash % WORD_BITS);
}

/* Makes the filter at the second question only: dicts that change all the time, as those of
 * lru_cache, are asked once in each state. No version is as large as its complement. */
static void make_filter(Filter *filter, const PyDictObject *dict) {
    bool again = filter->dict == (uintptr_t)dict && filter->version == ~dict->ma_version_tag;
    filter->dict = (uintptr_t)dict;
    filter->version = ~dict->ma_version_tag;
    const PyDictKeysObject *keys = dict->ma_keys;
    if (!again || keys->dk_kind != DICT_KEYS_UNICODE || keys->dk_nentries > FILTER_KEYS) {
        return;
    }
    filter->version = dict->ma_version_tag;
    memset(filter->hashes, 0, sizeof(filter->hashes));
    const PyDictUnicodeEntry *entries = DK_UNICODE_ENTRIES(dict->ma_keys);
    for (Py_ssize_t i = 0; i < keys->dk_nentries; i++) {
        if (entries[i].me_key != NULL) {
            Py_hash_t hash = ((PyASCIIObject *)entries[i].me_key)->hash;
            *word_of(filter, hash) |= (uint64_t)1 << bit_of(hash);
        }
    }
}

/* Out of line, as `search` below: the wrapper needs no stack frame then. */
static __attribute__((noinline)) PyObject *search_and_learn(PyObject *dict, PyObject *key,
                                                            Py_hash_t hash, Filter *filter) {
    make_filter(filter, (PyDictObject *)dict);
    return search(dict, key, hash);
}

static __attribute__((noinline)) PyObject *search_anyhow(PyObject *dict, PyObject *key,
                                                         Py_hash_t hash) {
    return search(dict, key, hash);
}

PyObject *__wrap__PyDict_GetItem_KnownHash(PyObject *dict, PyObject *key, Py_hash_t hash) {
    if (!PyDict_CheckExact(dict)) {
        return __real__PyDict_GetItem_KnownHash(dict, key, hash);
    }
    Filter *filter = &filters[(uintptr_t)dict / 16 % FILTERS];
    if (filter->dict != (uintptr_t)dict ||
        filter->version != ((PyDictObject *)dict)->ma_version_tag) {
        return search_and_learn(dict, key, hash, filter);
    }
    bool possible = (*word_of(filter, hash) >> bit_of(hash)) & 1;
    return possible ? search_anyhow(dict, key, hash) : NULL;
}

#else

PyObject *__wrap__PyDict_GetItem_KnownHash(PyObject *dict, PyObject *key, Py_hash_t hash) {
    return PyDict_CheckExact(dict) ? search(dict, key, hash)
                                   : __real__PyDict_GetItem_KnownHash(dict, key, hash);
}

#endif
#endif
