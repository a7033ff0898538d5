/* Cache pack: many cache entries in one read-only file, `<support>/<minor>/cache.pack`.
 *
 *     PackHead, then PackEntry[count] sorted by (key, kind), then the payloads
 */
#ifndef PYC2C_DRIVER_CACHE_PACK_H
#define PYC2C_DRIVER_CACHE_PACK_H

#include "../front/front.h"
#include "../support/arena.h"
#include "../support/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CACHE_KIND_SIZE = 8 };

typedef struct PackHead {
    char magic[8];
    char sources[16]; /* see PYC2C_SOURCE_ID in mk/build.mk */
    uint32_t count;
    uint32_t entry_size;
} PackHead;

typedef struct PackEntry {
    uint8_t key[FRONT_HASH_SIZE];
    uint8_t hash[FRONT_HASH_SIZE]; /* of the payload */
    char kind[CACHE_KIND_SIZE];
    uint64_t offset, size;
} PackEntry;

typedef struct CachePack {
    const uint8_t *data; /* NULL: there is none */
    size_t size;
    const PackEntry *entries;
    size_t count;
} CachePack;

/* True when there is a well-formed pack at `path`. */
bool cache_pack_open(CachePack *pack, const char *path);
void cache_pack_close(CachePack *pack);
/* The payload, verified; valid until the pack is closed. False when it is not there. */
bool cache_pack_find(const CachePack *pack, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                     const uint8_t **data, size_t *size);

typedef struct CachePackWriter {
    Arena arena;
    VEC(PackEntry) entries;
    VEC(const uint8_t *) payloads; /* entries[i].offset is the index here until it is written */
} CachePackWriter;

void cache_pack_add(CachePackWriter *writer, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                    const uint8_t *data, size_t size);
/* Sorted, each entry once: the same entries give the same bytes. False with errno set. */
bool cache_pack_write(CachePackWriter *writer, const char *path);
void cache_pack_writer_free(CachePackWriter *writer);

#endif
