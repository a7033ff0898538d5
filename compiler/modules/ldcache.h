/* ldcache: where the system keeps a shared library, as ld.so sees it. */
#ifndef PYC2C_MODULES_LDCACHE_H
#define PYC2C_MODULES_LDCACHE_H

#include "../support/arena.h"

#include <stddef.h>
#include <stdint.h>

typedef struct LdCache {
    Arena *arena;
    const uint8_t *data; /* /etc/ld.so.cache, NULL when there is none */
    size_t size;
} LdCache;

void ldcache_open(LdCache *cache, Arena *arena);
void ldcache_close(LdCache *cache);
/* Full path of a library for this machine, NULL if the system has none of that name. */
const char *ldcache_find(const LdCache *cache, const char *soname);

#endif
