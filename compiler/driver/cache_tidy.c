/* The cache directory as a whole: counting, checking, emptying, keeping it small.
 *
 * Entries of all versions of pyc2c count and go alike. The time of an entry's last use is its time
 * of change: reading one renews it (cache.c). Builds may run meanwhile: to them an entry that goes
 * is a miss. */
#include "cache.h"

#include "cache_entry.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How often, in seconds, builds look at the size; after what time an unfinished file is left over.
 */
enum { LOOK_EVERY = 600, LEFT_OVER_AFTER = 3600 };

typedef struct CacheFile {
    const char *root;     /* directory of the layout */
    const char *relative; /* "<kind>/ab/cdef…" */
    unsigned long long size;
    time_t used;
} CacheFile;

typedef VEC(CacheFile) CacheFiles;

/* The directories of this and of other versions of pyc2c below a cache directory. */
static void list_layouts(Arena *arena, const char *directory, StrVec *roots) {
    StrVec names = {0};
    fs_list(arena, directory, &names);
    for (size_t i = 0; i < names.count; i++) {
        if (strncmp(names.items[i], cache_any_layout, strlen(cache_any_layout)) == 0) {
            vec_push(roots, path_join(arena, directory, names.items[i]));
        }
    }
    vec_free(&names);
}

static void list_files(Arena *arena, const char *root, CacheFiles *files) {
    StrVec names = {0};
    if (fs_walk(arena, root, &names, NULL, NULL)) {
        for (size_t i = 0; i < names.count; i++) {
            struct stat status;
            if (lstat(path_join(arena, root, names.items[i]), &status) == 0) {
                CacheFile file = {root, names.items[i], (unsigned long long)status.st_size,
                                  status.st_mtime};
                vec_push(files, file);
            }
        }
    }
    vec_free(&names);
}

static void list_all(Arena *arena, const char *directory, CacheFiles *files) {
    StrVec roots = {0};
    list_layouts(arena, directory, &roots);
    for (size_t i = 0; i < roots.count; i++) {
        list_files(arena, roots.items[i], files);
    }
    vec_free(&roots);
}

static void add_size(CacheSize *size, const CacheFile *file) {
    size->entries++;
    size->bytes += file->size;
}

static void remove_file(Arena *arena, const CacheFile *file, CacheSize *removed) {
    if (unlink(path_join(arena, file->root, file->relative)) == 0) {
        add_size(removed, file);
    }
}

/* ---- counting, emptying ---- */

static void add_kind(Arena *arena, CacheKindSizes *kinds, const CacheFile *file) {
    size_t length = strcspn(file->relative, "/");
    for (size_t i = 0; i < kinds->count; i++) {
        CacheKindSize *row = &kinds->items[i];
        if (strlen(row->kind) == length && strncmp(row->kind, file->relative, length) == 0) {
            add_size(&row->size, file);
            return;
        }
    }
    CacheKindSize row = {.kind = arena_strndup(arena, file->relative, length)};
    add_size(&row.size, file);
    vec_push(kinds, row);
}

CacheSize cache_measure(Arena *arena, const char *directory, CacheKindSizes *kinds) {
    CacheFiles files = {0};
    CacheSize size = {0};
    list_all(arena, directory, &files);
    for (size_t i = 0; i < files.count; i++) {
        add_size(&size, &files.items[i]);
        if (kinds != NULL) {
            add_kind(arena, kinds, &files.items[i]);
        }
    }
    vec_free(&files);
    return size;
}

bool cache_clear(const char *directory, CacheSize *removed) {
    Arena arena = {0};
    StrVec roots = {0};
    bool ok = true;
    *removed = cache_measure(&arena, directory, NULL);
    list_layouts(&arena, directory, &roots);
    for (size_t i = 0; i < roots.count; i++) {
        ok &= fs_remove_tree(roots.items[i]);
    }
    vec_free(&roots);
    arena_free(&arena);
    return ok;
}

/* ---- checking ---- */

/* A file that a build is writing, or that a killed one left: its name has an ending. */
static bool is_temporary(const CacheFile *file) {
    return strchr(path_base(file->relative), '.') != NULL;
}

static bool is_left_over(const CacheFile *file) {
    return is_temporary(file) && file->used < time(NULL) - LEFT_OVER_AFTER;
}

void cache_verify(const char *directory, CacheSize *sound, CacheSize *removed) {
    Arena arena = {0};
    CacheFiles files = {0};
    *sound = *removed = (CacheSize){0};
    list_files(&arena, path_join(&arena, directory, cache_layout), &files);
    for (size_t i = 0; i < files.count; i++) {
        const CacheFile *file = &files.items[i];
        const uint8_t *data;
        size_t size;
        bool fits = false;
        if (is_temporary(file) && !is_left_over(file)) {
            continue;
        }
        if (fs_map(path_join(&arena, file->root, file->relative), &data, &size)) {
            fits = cache_entry_fits_path(data, size, file->relative);
            fs_unmap(data, size);
        }
        if (fits) {
            add_size(sound, file);
        } else {
            remove_file(&arena, file, removed);
        }
    }
    vec_free(&files);
    arena_free(&arena);
}

/* ---- keeping it small ---- */

static int by_use(const void *a, const void *b) {
    const CacheFile *left = a, *right = b;
    return (left->used > right->used) - (left->used < right->used);
}

/* Down to `keep` bytes when there are more than `limit`. */
static void prune(const char *directory, unsigned long long limit, unsigned long long keep,
                  CacheSize *removed) {
    Arena arena = {0};
    CacheFiles files = {0};
    CacheSize size = {0};
    *removed = (CacheSize){0};
    list_all(&arena, directory, &files);
    for (size_t i = 0; i < files.count; i++) {
        add_size(&size, &files.items[i]);
    }
    if (files.count > 0) {
        qsort(files.items, files.count, sizeof(*files.items), by_use);
    }
    bool too_much = size.bytes > limit;
    for (size_t i = 0; i < files.count; i++) {
        const CacheFile *file = &files.items[i];
        bool surplus = too_much && size.bytes - removed->bytes > keep;
        if (is_left_over(file) || (surplus && !is_temporary(file))) {
            remove_file(&arena, file, removed);
        }
    }
    vec_free(&files);
    arena_free(&arena);
}

void cache_prune(const char *directory, unsigned long long limit, CacheSize *removed) {
    prune(directory, limit, limit, removed);
}

/* True, and the file that remembers it marked, when nobody looked for a while. */
static bool is_time(const char *directory) {
    Arena arena = {0};
    struct stat status;
    time_t now = time(NULL);
    const char *path = path_join(&arena, directory, "looked-at");
    int descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool due = descriptor >= 0 && fstat(descriptor, &status) == 0 &&
               (status.st_size == 0 || status.st_mtime < now - LOOK_EVERY || status.st_mtime > now);
    if (due) {
        due = pwrite(descriptor, "\n", 1, 0) == 1;
    }
    if (descriptor >= 0) {
        close(descriptor);
    }
    arena_free(&arena);
    return due;
}

void cache_keep_below(const Cache *cache, unsigned long long limit, CacheSize *removed) {
    *removed = (CacheSize){0};
    if (limit > 0 && cache->directory != NULL && cache->written > 0 && is_time(cache->directory)) {
        prune(cache->directory, limit, limit / 10 * 9, removed);
    }
}
