#include "strmap.h"

#include "arena.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a: short keys, no adversary. */
static uint64_t hash_text(const char *text, size_t length) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001B3u;
    }
    return hash;
}

/* The slot of a key, or the free slot where it belongs. */
static size_t find_slot(const StrMap *map, const char *key, size_t length, uint64_t hash) {
    size_t mask = map->slot_count - 1;
    size_t slot = (size_t)hash & mask;
    while (map->slots[slot] != 0) {
        const StrMapEntry *entry = &map->entries[map->slots[slot] - 1];
        if (entry->hash == hash && strncmp(entry->key, key, length) == 0 &&
            entry->key[length] == '\0') {
            break;
        }
        slot = (slot + 1) & mask;
    }
    return slot;
}

/* The entries have different keys: only free slots are looked for. */
static void grow(StrMap *map) {
    map->slot_count = map->slot_count ? map->slot_count * 2 : 16;
    free(map->slots);
    map->slots = xcalloc(map->slot_count, sizeof(*map->slots));
    map->capacity = map->slot_count / 2;
    map->entries = xrealloc(map->entries, map->capacity * sizeof(*map->entries));
    for (size_t i = 0; i < map->count; i++) {
        size_t slot = (size_t)map->entries[i].hash & (map->slot_count - 1);
        while (map->slots[slot] != 0) {
            slot = (slot + 1) & (map->slot_count - 1);
        }
        map->slots[slot] = (uint32_t)i + 1;
    }
}

static StrMapEntry *find(const StrMap *map, const char *key, size_t length, uint64_t hash) {
    if (map->count == 0) {
        return NULL;
    }
    uint32_t number = map->slots[find_slot(map, key, length, hash)];
    return number != 0 ? &map->entries[number - 1] : NULL;
}

void *strmap_get_part(const StrMap *map, const char *text, size_t length) {
    StrMapEntry *entry = find(map, text, length, hash_text(text, length));
    return entry != NULL ? entry->value : NULL;
}

void *strmap_get(const StrMap *map, const char *key) {
    return strmap_get_part(map, key, strlen(key));
}

bool strmap_has(const StrMap *map, const char *key) {
    size_t length = strlen(key);
    return find(map, key, length, hash_text(key, length)) != NULL;
}

bool strmap_set(StrMap *map, const char *key, void *value) {
    size_t length = strlen(key);
    uint64_t hash = hash_text(key, length);
    StrMapEntry *entry = find(map, key, length, hash);
    if (entry != NULL) {
        entry->value = value;
        return false;
    }
    if (map->count == map->capacity) {
        grow(map);
    }
    size_t slot = find_slot(map, key, length, hash);
    map->entries[map->count] = (StrMapEntry){.key = key, .value = value, .hash = hash};
    map->slots[slot] = (uint32_t)++map->count;
    return true;
}

void strmap_free(StrMap *map) {
    free(map->entries);
    free(map->slots);
    memset(map, 0, sizeof(*map));
}
