/* The module cache: results of compiling, kept by the hash of everything they depend on.
 *
 * Two places: a directory of the user that is read and written, and a read-only pack made by `make`
 * with the standard library in it (cache_pack.h). An entry is only believed when its key, its size
 * and the hash of its payload agree; a damaged one is removed and counts as a miss. Nothing here
 * fails a build: without a usable directory there is no cache. */
#ifndef PYC2C_DRIVER_CACHE_H
#define PYC2C_DRIVER_CACHE_H

#include "cache_pack.h"

#include "../modules/modules.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct Cache {
    Arena *arena;
    const char *directory; /* NULL: none */
    const char *unusable;  /* why there is none, for --verbose; NULL if there is */
    bool rewrite;          /* --clean: no reading, only writing */
    CachePack pack;
    CachePackWriter *recording; /* when not NULL, every new entry goes there, too */
    size_t hits, misses, damaged;
    char first_damaged[160];
} Cache;

/* `directory` NULL: only the pack of `support_dir` is used. */
void cache_open(Cache *cache, Arena *arena, const char *directory, const char *support_dir,
                bool rewrite);
void cache_close(Cache *cache);
CacheOps cache_ops(Cache *cache);

typedef struct CacheSize {
    size_t entries;
    unsigned long long bytes;
} CacheSize;

/* Counts or removes the entries of a cache directory; other files in it are left alone. */
CacheSize cache_measure(const char *directory);
bool cache_clear(const char *directory, CacheSize *removed);

#endif
