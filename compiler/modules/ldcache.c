/* ldcache: /etc/ld.so.cache, then the directories that ld.so knows by itself.
 *
 * The file's layout (glibc's elf/cache.h, "new" format) is read here:
 *
 *     magic "glibc-ld.so.cache" + version "1.1"   20 bytes
 *     u32 number of entries, u32 size of strings, 20 bytes not needed here
 *     entries: i32 flags, u32 soname, u32 path, u32 OS version, u64 hardware capabilities
 *     strings; soname and path are offsets from the magic
 *
 * An old-format table may stand before it. Which of several entries is for this machine is told by
 * the file it names, not by the flags. */
#include "ldcache.h"
#include "elf.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <string.h>

enum { MAGIC_SIZE = 20, HEADER_SIZE = 48, ENTRY_SIZE = 24 };
static const char MAGIC[] = "glibc-ld.so.cache1.1";

void ldcache_open(LdCache *cache, Arena *arena) {
    *cache = (LdCache){.arena = arena};
    if (!fs_map("/etc/ld.so.cache", &cache->data, &cache->size)) {
        cache->data = NULL;
    }
}

void ldcache_close(LdCache *cache) {
    if (cache->data != NULL) {
        fs_unmap(cache->data, cache->size);
    }
}

static uint32_t read_u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof(value));
    return value;
}

static const char *find_in_table(const LdCache *cache, const uint8_t *table, size_t size,
                                 const char *soname) {
    size_t count = read_u32(table + MAGIC_SIZE);
    if (count > (size - HEADER_SIZE) / ENTRY_SIZE || table[size - 1] != '\0') {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *entry = table + HEADER_SIZE + i * ENTRY_SIZE;
        uint32_t name = read_u32(entry + 4), path = read_u32(entry + 8);
        if (name >= size || path >= size || strcmp((const char *)table + name, soname) != 0) {
            continue;
        }
        /* Entries for special processors come first; the executable has to run on others too. */
        uint64_t capabilities;
        memcpy(&capabilities, entry + 16, sizeof(capabilities));
        if (capabilities == 0 && elf_is_shared_object((const char *)table + path)) {
            return arena_strdup(cache->arena, (const char *)table + path);
        }
    }
    return NULL;
}

const char *ldcache_find(const LdCache *cache, const char *soname) {
    const uint8_t *table =
        cache->data != NULL ? memmem(cache->data, cache->size, MAGIC, MAGIC_SIZE) : NULL;
    if (table != NULL) {
        size_t size = cache->size - (size_t)(table - cache->data);
        const char *found = size > HEADER_SIZE ? find_in_table(cache, table, size, soname) : NULL;
        if (found != NULL) {
            return found;
        }
    }
#if defined(__x86_64__)
    static const char *const directories[] = {"/lib/x86_64-linux-gnu",
                                              "/usr/lib/x86_64-linux-gnu",
                                              "/lib64",
                                              "/usr/lib64",
                                              "/lib",
                                              "/usr/lib"};
#else
    static const char *const directories[] = {"/lib/aarch64-linux-gnu",
                                              "/usr/lib/aarch64-linux-gnu",
                                              "/lib64",
                                              "/usr/lib64",
                                              "/lib",
                                              "/usr/lib"};
#endif
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        const char *path = path_join(cache->arena, directories[i], soname);
        if (elf_is_shared_object(path)) {
            return path;
        }
    }
    return NULL;
}
