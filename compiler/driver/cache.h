/* The module cache: results of compiling, kept by the hash of everything they depend on.
 *
 * Three places: a directory of the user that is read and written, a read-only pack made by `make`
 * with the standard library in it (cache_pack.h), and, when one is named, a server that several
 * machines share (cache_shared.c). An entry is only believed when its key, its size and the hash of
 * its payload agree; a damaged one is removed and counts as a miss. Nothing here fails a build:
 * without a usable directory there is no cache. */
#ifndef PYC2C_DRIVER_CACHE_H
#define PYC2C_DRIVER_CACHE_H

#include "cache_pack.h"

#include "../modules/modules.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct CacheShared CacheShared;

typedef struct Cache {
    pthread_mutex_t lock; /* of all that CacheOps do: several threads may call them */
    Arena *arena;
    const char *directory; /* NULL: none */
    const char *unusable;  /* why there is none, for --verbose; NULL if there is */
    char write_trouble[160];
    bool rewrite; /* --clean: no reading, only writing */
    CachePack pack;
    CachePackWriter *recording; /* when not NULL, every new entry goes there, too */
    CacheShared *shared;        /* NULL: none */
    size_t hits, misses, written, damaged;
    char first_damaged[160];
} Cache;

/* `directory` NULL: only the pack of `support_dir` is used. */
void cache_open(Cache *cache, Arena *arena, const char *directory, const char *support_dir,
                bool rewrite);
void cache_close(Cache *cache);
CacheOps cache_ops(Cache *cache);
/* Into the directory, which there is. */
void cache_write(Cache *cache, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                 const uint8_t *data, size_t size);

/* ---- cache_tidy.c: the directory as a whole ---- */

typedef struct CacheSize {
    size_t entries;
    unsigned long long bytes;
} CacheSize;

typedef struct CacheKindSize {
    const char *kind;
    CacheSize size;
} CacheKindSize;

typedef VEC(CacheKindSize) CacheKindSizes;

/* Counts the entries of a cache directory, of all versions of pyc2c; other files in it are left
 * alone. `kinds` (may be NULL) gets a row for each kind. */
CacheSize cache_measure(Arena *arena, const char *directory, CacheKindSizes *kinds);
bool cache_clear(const char *directory, CacheSize *removed);
/* Reads every entry of this version and removes those that are damaged. */
void cache_verify(const char *directory, CacheSize *sound, CacheSize *removed);
/* Removes what was not used for the longest time until at most `limit` bytes are left. */
void cache_prune(const char *directory, unsigned long long limit, CacheSize *removed);
/* At the end of a build: when something was written and nobody looked lately, and there are more
 * than `limit` bytes, nine tenths of them are kept. 0: no limit. */
void cache_keep_below(const Cache *cache, unsigned long long limit, CacheSize *removed);

/* ---- cache_shared.c: the cache of several machines ---- */

/* `python` is an interpreter to speak HTTP with; `secret` (may be NULL) signs entries. Without a
 * usable directory, a temporary one takes its place. */
void cache_shared_open(Cache *cache, const char *url, const char *python, const char *support_dir,
                       const char *secret);
/* Gets entries that are not in the directory into it; `keys` are `count` times FRONT_HASH_SIZE
 * bytes. Each is asked for once. True when some came. */
bool cache_shared_fetch(Cache *cache, const char *kind, const uint8_t *keys, size_t count);
/* Remembers an entry of the directory for cache_shared_send. */
void cache_shared_offer(Cache *cache, const char *kind, const uint8_t key[FRONT_HASH_SIZE]);
/* Uploads what was offered. */
void cache_shared_send(Cache *cache);
/* "12 fetched, 3 sent" and what went wrong; NULL: there is no shared cache. */
const char *cache_shared_summary(const Cache *cache, Arena *arena);
/* What went wrong, for a warning; NULL: nothing. */
const char *cache_shared_trouble(const Cache *cache);
void cache_shared_close(Cache *cache);

#endif
