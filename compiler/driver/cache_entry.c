#include "cache_entry.h"

#include <stdio.h>
#include <string.h>

static const char MAGIC[8] = "PYC2CCE1";

const char cache_layout[] = "v1-" PYC2C_SOURCE_ID;
const char cache_any_layout[] = "v1-";

const char *cache_entry_path(Arena *arena, const char *directory, const char *kind,
                             const uint8_t key[FRONT_HASH_SIZE]) {
    char hex[2 * FRONT_HASH_SIZE + 1];
    front_hash_hex(key, hex);
    return arena_printf(arena, "%s/%s/%s/%.2s/%s", directory, cache_layout, kind, hex, hex + 2);
}

CacheEntryHead cache_entry_head(const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                                const uint8_t *payload, size_t size) {
    CacheEntryHead head = {.size = size};
    memcpy(head.magic, MAGIC, sizeof(MAGIC));
    memcpy(head.kind, kind, strnlen(kind, CACHE_KIND_SIZE));
    memcpy(head.key, key, FRONT_HASH_SIZE);
    front_hash(payload, size, head.hash);
    return head;
}

/* Head and payload belong together. */
static bool is_sound(const CacheEntryHead *head, const uint8_t *payload, size_t size) {
    uint8_t hash[FRONT_HASH_SIZE];
    if (memcmp(head->magic, MAGIC, sizeof(MAGIC)) != 0 || head->size != size) {
        return false;
    }
    front_hash(payload, size, hash);
    return memcmp(hash, head->hash, sizeof(hash)) == 0;
}

bool cache_entry_is_whole(const uint8_t *data, size_t size, const char *kind,
                          const uint8_t key[FRONT_HASH_SIZE]) {
    CacheEntryHead head;
    if (size < sizeof(head)) {
        return false;
    }
    memcpy(&head, data, sizeof(head));
    return memcmp(head.key, key, FRONT_HASH_SIZE) == 0 &&
           strncmp(head.kind, kind, CACHE_KIND_SIZE) == 0 &&
           is_sound(&head, data + sizeof(head), size - sizeof(head));
}

bool cache_entry_fits_path(const uint8_t *data, size_t size, const char *relative) {
    CacheEntryHead head;
    char hex[2 * FRONT_HASH_SIZE + 1], path[CACHE_KIND_SIZE + sizeof(hex) + 4];
    if (size < sizeof(head)) {
        return false;
    }
    memcpy(&head, data, sizeof(head));
    front_hash_hex(head.key, hex);
    snprintf(path, sizeof(path), "%.*s/%.2s/%s", CACHE_KIND_SIZE, head.kind, hex, hex + 2);
    return strcmp(path, relative) == 0 && is_sound(&head, data + sizeof(head), size - sizeof(head));
}
