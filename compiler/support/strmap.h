/* StrMap: hash map from text to a pointer. Keys are not copied: they must outlive the map (arena or
 * constant text). Iteration order is the order of insertion, so that output stays deterministic. */
#ifndef PYC2C_SUPPORT_STRMAP_H
#define PYC2C_SUPPORT_STRMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct StrMapEntry {
    const char *key;
    void *value;
    uint64_t hash;
} StrMapEntry;

typedef struct StrMap {
    StrMapEntry *entries; /* in order of insertion; read entries[i] for i < count */
    size_t count;
    size_t capacity;
    uint32_t *slots; /* open addressing: entry number + 1, 0 = free */
    size_t slot_count;
} StrMap;

/* The value, or NULL when the key is absent (or its value is NULL: see strmap_has). */
void *strmap_get(const StrMap *map, const char *key);
bool strmap_has(const StrMap *map, const char *key);
/* The same for a key that is part of a longer text. */
void *strmap_get_part(const StrMap *map, const char *text, size_t length);
/* Adds or replaces. True when the key was new. */
bool strmap_set(StrMap *map, const char *key, void *value);
void strmap_free(StrMap *map);

#endif
