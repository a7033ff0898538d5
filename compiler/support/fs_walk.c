/* Listing directories, and walking trees without being caught in loops of symbolic links. */
#include "fs.h"

#include "path.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The directories between the root and the current one; a link back to any of them is a loop. */
typedef struct Ancestor {
    const struct Ancestor *parent;
    dev_t device;
    ino_t inode;
} Ancestor;

typedef struct Walk {
    Arena *arena;
    const char *root;
    StrVec *files;
    bool (*skip)(const char *relative, bool is_dir, void *context);
    void *context;
    int first_error; /* errno of the first directory that could not be read */
} Walk;

static int compare_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool fs_list(Arena *arena, const char *path, StrVec *names) {
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return false;
    }
    size_t first = names->count;
    struct dirent *entry;
    while (errno = 0, (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            vec_push(names, arena_strdup(arena, entry->d_name));
        }
    }
    int error = errno;
    closedir(directory);
    if (names->count > first) {
        qsort(names->items + first, names->count - first, sizeof(*names->items), compare_text);
    }
    errno = error;
    return error == 0;
}

static bool is_loop(const Ancestor *ancestor, const struct stat *status) {
    for (; ancestor != NULL; ancestor = ancestor->parent) {
        if (ancestor->device == status->st_dev && ancestor->inode == status->st_ino) {
            return true;
        }
    }
    return false;
}

static void walk_directory(Walk *walk, const char *relative, const Ancestor *ancestor) {
    StrVec names = {0};
    const char *directory = path_join(walk->arena, walk->root, relative);
    if (!fs_list(walk->arena, directory, &names) && walk->first_error == 0) {
        walk->first_error = errno;
    }
    for (size_t i = 0; i < names.count; i++) {
        struct stat status;
        const char *path = path_join(walk->arena, directory, names.items[i]);
        const char *inner = path_join(walk->arena, relative, names.items[i]);
        if (stat(path, &status) != 0) {
            continue; /* a dangling link, or gone meanwhile */
        }
        bool is_dir = S_ISDIR(status.st_mode);
        if (walk->skip != NULL && walk->skip(inner, is_dir, walk->context)) {
            continue;
        }
        if (S_ISREG(status.st_mode)) {
            vec_push(walk->files, inner);
        } else if (is_dir && !is_loop(ancestor, &status)) {
            Ancestor here = {ancestor, status.st_dev, status.st_ino};
            walk_directory(walk, inner, &here);
        }
    }
    vec_free(&names);
}

bool fs_walk(Arena *arena, const char *root, StrVec *files,
             bool (*skip)(const char *relative, bool is_dir, void *context), void *context) {
    struct stat status;
    if (stat(root, &status) != 0) {
        return false;
    }
    size_t first = files->count;
    Walk walk = {arena, root, files, skip, context, 0};
    Ancestor top = {NULL, status.st_dev, status.st_ino};
    walk_directory(&walk, "", &top);
    if (files->count > first) {
        qsort(files->items + first, files->count - first, sizeof(*files->items), compare_text);
    }
    errno = walk.first_error;
    return walk.first_error == 0;
}
