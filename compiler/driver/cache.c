/* One file an entry: <directory>/v1-<source id>/<kind>/<first two digits>/<rest of the key>,
 * holding a CacheEntryHead and the payload. A file is written under another name and renamed, so
 * that builds side by side see whole entries or none. It is not synced: an entry that a power
 * failure spoilt fails its check. */
#include "cache.h"

#include "cache_entry.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* ---- reading ---- */

static void drop_damaged(Cache *cache, const char *path) {
    unlink(path);
    if (cache->damaged++ == 0) {
        snprintf(cache->first_damaged, sizeof(cache->first_damaged), "%s", path);
    }
}

/* What is used stays: the oldest entries are the first to go (cache_tidy.c). The time need not be
 * exact, so an entry is marked at most once an hour. */
static void mark_as_used(int descriptor, const struct stat *status) {
    time_t now = time(NULL);
    if (status->st_mtime < now - 3600 || status->st_mtime > now) {
        futimens(descriptor, NULL);
    }
}

static bool read_entry(Cache *cache, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                       Arena *arena, const uint8_t **data, size_t *size) {
    Arena scratch = {0};
    const char *path = cache_entry_path(&scratch, cache->directory, kind, key);
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
        found = have == file_size && cache_entry_is_whole(content, file_size, kind, key);
        if (found) {
            *data = content + sizeof(CacheEntryHead);
            *size = file_size - sizeof(CacheEntryHead);
            mark_as_used(descriptor, &status);
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
    pthread_mutex_lock(&cache->lock);
    bool found =
        !cache->rewrite &&
        (cache_pack_find(&cache->pack, kind, key, data, size) ||
         (cache->directory != NULL && (read_entry(cache, kind, key, arena, data, size) ||
                                       (cache_shared_fetch(cache, kind, key, 1) &&
                                        read_entry(cache, kind, key, arena, data, size)))));
    cache->hits += found;
    cache->misses += !found;
    pthread_mutex_unlock(&cache->lock);
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

void cache_write(Cache *cache, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                 const uint8_t *data, size_t size) {
    Arena scratch = {0};
    const char *path = cache_entry_path(&scratch, cache->directory, kind, key);
    char *temporary = arena_printf(&scratch, "%s.XXXXXX", path);
    int descriptor = mkostemp(temporary, O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT &&
        make_private_dirs(&scratch, path_dir(&scratch, path))) {
        memcpy(temporary + strlen(path), ".XXXXXX", sizeof(".XXXXXX"));
        descriptor = mkostemp(temporary, O_CLOEXEC);
    }
    if (descriptor < 0) {
        if (errno == EROFS || errno == EACCES || errno == ENOSPC || errno == ENOTDIR) {
            /* The arena may be another thread's just now. */
            snprintf(cache->write_trouble, sizeof(cache->write_trouble), "%s: %s", cache->directory,
                     strerror(errno));
            cache->unusable = cache->write_trouble;
            cache->directory = NULL; /* one try is enough */
        }
        arena_free(&scratch);
        return;
    }
    fs_remove_at_exit(temporary);
    CacheEntryHead head = cache_entry_head(kind, key, data, size);
    bool ok = write_whole(descriptor, &head, sizeof(head)) && write_whole(descriptor, data, size);
    ok = close(descriptor) == 0 && ok;
    if (ok && rename(temporary, path) == 0) {
        cache->written++;
    } else {
        unlink(temporary);
    }
    fs_forget(temporary);
    arena_free(&scratch);
}

static void put(void *context, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                const uint8_t *data, size_t size) {
    Cache *cache = context;
    pthread_mutex_lock(&cache->lock);
    if (cache->recording != NULL) {
        cache_pack_add(cache->recording, kind, key, data, size);
    }
    if (cache->directory != NULL) {
        cache_write(cache, kind, key, data, size);
        cache_shared_offer(cache, kind, key);
    }
    pthread_mutex_unlock(&cache->lock);
}

static void fetch(void *context, const char *kind, const uint8_t *keys, size_t count) {
    Cache *cache = context;
    pthread_mutex_lock(&cache->lock);
    if (!cache->rewrite && cache->directory != NULL) {
        cache_shared_fetch(cache, kind, keys, count);
    }
    pthread_mutex_unlock(&cache->lock);
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
    *cache = (Cache){.lock = PTHREAD_MUTEX_INITIALIZER, .arena = arena, .rewrite = rewrite};
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
    cache_shared_close(cache);
}

CacheOps cache_ops(Cache *cache) {
    return (CacheOps){.get = get, .put = put, .fetch = fetch, .context = cache};
}
