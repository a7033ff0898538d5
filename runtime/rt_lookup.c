/* rt_lookup.c: a short way for the lookups of class creation.
 *
 * Creating a class asks each class of its method resolution order for about ninety special names,
 * nearly always in vain: a quarter of a million calls of _PyDict_GetItem_KnownHash in a program of
 * middle size, a tenth of its start. The link wraps the function. Here a dict with nothing but str
 * keys answers at once when the first places of its table decide; everything else goes to the
 * original.
 *
 * Follows unicodekeys_lookup_unicode of CPython's dictobject.c. */
#include "rt_compat.h"

#if RT_HAS_KNOWN_HASH_LOOKUP

PyObject *__real__PyDict_GetItem_KnownHash(PyObject *dict, PyObject *key, Py_hash_t hash);
PyObject *__wrap__PyDict_GetItem_KnownHash(PyObject *dict, PyObject *key, Py_hash_t hash);

PyObject *__wrap__PyDict_GetItem_KnownHash(PyObject *dict, PyObject *key, Py_hash_t hash) {
    enum { SMALL_INDEX_LOG2 = 7, PERTURB_SHIFT = 5 }; /* one byte per index up to this size */
    if (!PyDict_Check(dict) || !PyUnicode_CheckExact(key)) {
        return __real__PyDict_GetItem_KnownHash(dict, key, hash);
    }
    PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
    if (keys->dk_kind != DICT_KEYS_UNICODE || keys->dk_log2_size > SMALL_INDEX_LOG2) {
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

#endif
