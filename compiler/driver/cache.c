/* One file an entry: <directory>/v1-<source id>/<kind>/<first two digits>/<rest of the key>,
 * holding an EntryHead and the payload. A file is written under another name and renamed, so that
 * builds side by side see whole entries or none. It is not synced: an entry that a power failure
 * spoilt fails its check. */
#include "cache.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static const char MAGIC[8] = "PYC2CCE1";

typedef struct EntryHead {
    char magic[8];
    char kind[CACHE_KIND_SIZE];
    uint8_t key[FRONT_HASH_SIZE];
    uint8_t hash[FRONT_HASH_SIZE]; /* of the payload */
    uint64_t size;                 /* of the payload */
} EntryHead;

/* Where the entries of this layout and of these sources of pyc2c live; others have other names. */
static const char LAYOUT[] = "v1-" PYC2C_SOURCE_ID;
static const char ANY_LAYOUT[] = "v1-";

static const char *entry_path(const Cache *cache, Arena *arena, const char *kind,
                              const uint8_t key[FRONT_HASH_SIZE]) {
    char hex[2 * FRONT_HASH_SIZE + 1];
    front_hash_hex(key, hex);
    return arena_printf(arena, "%s/%s/%s/%.2s/%s", cache->directory, LAYOUT, kind, hex, hex + 2);
}

/* ---- reading ---- */

static bool is_whole(const EntryHead *head, size_t file_size, const char *kind,
                     const uint8_t key[FRONT_HASH_SIZE]) {
    uint8_t hash[FRONT_HASH_SIZE];
    if (file_size < sizeof(*head) || memcmp(head->magic, MAGIC, sizeof(MAGIC)) != 0 ||
        head->size != file_size - sizeof(*head) || memcmp(head->key, key, FRONT_HASH_SIZE) != 0 ||
        strncmp(head->kind, kind, CACHE_KIND_SIZE) != 0) {
        return false;
    }
    front_hash((const uint8_t *)head + sizeof(*head), head->size, hash);
    return memcmp(hash, head->hash, sizeof(hash)) == 0;
}

static void drop_damaged(Cache *cache, const char *path) {
    unlink(path);
    if (cache->damaged++ == 0) {
        snprintf(cache->first_damaged, sizeof(cache->first_damaged), "%s", path);
    }
}

static bool read_entry(Cache *cache, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                       Arena *arena, const uint8_t **data, size_t *size) {
    Arena scratch = {0};
    const char *path = entry_path(cache, &scratch, kind, key);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat status;
    bool found = descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    if (found) {
        size_t file_size = (size_t)status.st_size;
        uint8_t *content = arena_alloc(arena, file_size + 1);
        size_t have = 0;
        ssize_t got = 1;
        while (have < file_size && got > 0) {
            got = read(descriptor, content + have, file_size - have);
            have += got > 0 ? (size_t)got : 0;
        }
        const EntryHead *head = (const EntryHead *)(const void *)content;
        found = have == file_size && is_whole(head, file_size, kind, key);
        if (found) {
            *data = content + sizeof(*head);
            *size = head->size;
        } else {
            drop_damaged(cache, path);
        }
    }
    if (descriptor >= 0) {
        close(descriptor);
    }
    arena_free(&scratch);
    return found;
}

static bool get(void *context, const char *kind, const uint8_t key[FRONT_HASH_SIZE], Arena *arena,
                const uint8_t **data, size_t *size) {
    Cache *cache = context;
    bool found = !cache->rewrite &&
                 (cache_pack_find(&cache->pack, kind, key, data, size) ||
                  (cache->directory != NULL && read_entry(cache, kind, key, arena, data, size)));
    cache->hits += found;
    cache->misses += !found;
    return found;
}

/* ---- writing ---- */

static bool write_whole(int descriptor, const void *data, size_t size) {
    const uint8_t *at = data;
    while (size > 0) {
        ssize_t done = write(descriptor, at, size);
        if (done <= 0) {
            return false;
        }
        at += done;
        size -= (size_t)done;
    }
    return true;
}

static bool make_private_dirs(Arena *arena, const char *path) {
    if (mkdir(path, 0700) == 0 || errno == EEXIST) {
        return true;
    }
    return errno == ENOENT && make_private_dirs(arena, path_dir(arena, path)) &&
           (mkdir(path, 0700) == 0 || errno == EEXIST);
}

static void write_entry(Cache *cache, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                        const uint8_t *data, size_t size) {
    Arena scratch = {0};
    const char *path = entry_path(cache, &scratch, kind, key);
    char *temporary = arena_printf(&scratch, "%s.XXXXXX", path);
    int descriptor = mkostemp(temporary, O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT &&
        make_private_dirs(&scratch, path_dir(&scratch, path))) {
        memcpy(temporary + strlen(path), ".XXXXXX", sizeof(".XXXXXX"));
        descriptor = mkostemp(temporary, O_CLOEXEC);
    }
    if (descriptor < 0) {
        if (errno == EROFS || errno == EACCES || errno == ENOSPC || errno == ENOTDIR) {
            cache->unusable =
                arena_printf(cache->arena, "%s: %s", cache->directory, strerror(errno));
            cache->directory = NULL; /* one try is enough */
        }
        arena_free(&scratch);
        return;
    }
    fs_remove_at_exit(temporary);
    EntryHead head = {.size = size};
    memcpy(head.magic, MAGIC, sizeof(MAGIC));
    memcpy(head.kind, kind, strnlen(kind, CACHE_KIND_SIZE));
    memcpy(head.key, key, FRONT_HASH_SIZE);
    front_hash(data, size, head.hash);
    bool ok = write_whole(descriptor, &head, sizeof(head)) && write_whole(descriptor, data, size);
    ok = close(descriptor) == 0 && ok;
    if (!ok || rename(temporary, path) != 0) {
        unlink(temporary);
    }
    fs_forget(temporary);
    arena_free(&scratch);
}

static void put(void *context, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                const uint8_t *data, size_t size) {
    Cache *cache = context;
    if (cache->recording != NULL) {
        cache_pack_add(cache->recording, kind, key, data, size);
    }
    if (cache->directory != NULL) {
        write_entry(cache, kind, key, data, size);
    }
}

/* ---- opening ---- */

/* Entries become code in executables: a directory that others may write to is not used. */
static const char *objection(Arena *arena, const char *directory) {
    struct stat status;
    if (stat(directory, &status) != 0) {
        return NULL; /* made when the first entry is written */
    }
    if (!S_ISDIR(status.st_mode)) {
        return arena_printf(arena, "%s is not a directory", directory);
    }
    bool ours = status.st_uid == geteuid() || status.st_uid == 0;
    if (!ours || (status.st_mode & S_IWOTH)) {
        return arena_printf(arena, "%s can be written by other users", directory);
    }
    return NULL;
}

void cache_open(Cache *cache, Arena *arena, const char *directory, const char *support_dir,
                bool rewrite) {
    *cache = (Cache){.arena = arena, .rewrite = rewrite};
    cache->unusable =
        directory != NULL ? objection(arena, directory) : "there is no home directory";
    cache->directory = cache->unusable == NULL ? directory : NULL;
    if (support_dir != NULL) {
        cache_pack_open(&cache->pack,
                        arena_printf(arena, "%s/%s/cache.pack", support_dir, PYC2C_PYTHON_MINOR));
    }
}

void cache_close(Cache *cache) {
    cache_pack_close(&cache->pack);
}

CacheOps cache_ops(Cache *cache) {
    return (CacheOps){.get = get, .put = put, .context = cache};
}

/* ---- statistics ---- */

/* The directories of this and of other versions of pyc2c below a cache directory. */
static void list_layouts(Arena *arena, const char *directory, StrVec *roots) {
    StrVec names = {0};
    fs_list(arena, directory, &names);
    for (size_t i = 0; i < names.count; i++) {
        if (strncmp(names.items[i], ANY_LAYOUT, strlen(ANY_LAYOUT)) == 0) {
            vec_push(roots, path_join(arena, directory, names.items[i]));
        }
    }
    vec_free(&names);
}

static void measure(Arena *arena, const char *root, CacheSize *size) {
    StrVec files = {0};
    if (fs_walk(arena, root, &files, NULL, NULL)) {
        for (size_t i = 0; i < files.count; i++) {
            struct stat status;
            if (lstat(path_join(arena, root, files.items[i]), &status) == 0) {
                size->entries++;
                size->bytes += (unsigned long long)status.st_size;
            }
        }
    }
    vec_free(&files);
}

CacheSize cache_measure(const char *directory) {
    Arena arena = {0};
    StrVec roots = {0};
    CacheSize size = {0};
    list_layouts(&arena, directory, &roots);
    for (size_t i = 0; i < roots.count; i++) {
        measure(&arena, roots.items[i], &size);
    }
    vec_free(&roots);
    arena_free(&arena);
    return size;
}

bool cache_clear(const char *directory, CacheSize *removed) {
    Arena arena = {0};
    StrVec roots = {0};
    bool ok = true;
    *removed = cache_measure(directory);
    list_layouts(&arena, directory, &roots);
    for (size_t i = 0; i < roots.count; i++) {
        ok &= fs_remove_tree(roots.items[i]);
    }
    vec_free(&roots);
    arena_free(&arena);
    return ok;
}
