/* Cache entries as files: names, heads, checks. Shared by the local and the shared cache. */
#ifndef PYC2C_DRIVER_CACHE_ENTRY_H
#define PYC2C_DRIVER_CACHE_ENTRY_H

#include "cache_pack.h"

#include "../support/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct CacheEntryHead {
    char magic[8];
    char kind[CACHE_KIND_SIZE];
    uint8_t key[FRONT_HASH_SIZE];
    uint8_t hash[FRONT_HASH_SIZE]; /* of the payload */
    uint64_t size;                 /* of the payload */
} CacheEntryHead;

/* The directory, below a cache directory, of the entries of this layout and of these sources of
 * pyc2c; others have other names that begin in the same way. */
extern const char cache_layout[];
extern const char cache_any_layout[];

/* <directory>/<layout>/<kind>/<first two digits of the key>/<the others> */
const char *cache_entry_path(Arena *arena, const char *directory, const char *kind,
                             const uint8_t key[FRONT_HASH_SIZE]);
CacheEntryHead cache_entry_head(const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                                const uint8_t *payload, size_t size);
/* True when `data`, head and payload, is an entry of this kind and key, and undamaged. */
bool cache_entry_is_whole(const uint8_t *data, size_t size, const char *kind,
                          const uint8_t key[FRONT_HASH_SIZE]);
/* The same for an entry about which only its path below the layout's directory is known:
 * "<kind>/<two digits>/<the others>". */
bool cache_entry_fits_path(const uint8_t *data, size_t size, const char *relative);

#endif
