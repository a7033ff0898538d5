#include "path.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *path_join(Arena *arena, const char *a, const char *b) {
    if (b[0] == '\0') {
        return arena_strdup(arena, a);
    }
    if (a[0] == '\0' || b[0] == '/') {
        return arena_strdup(arena, b);
    }
    bool has_slash = a[strlen(a) - 1] == '/';
    return arena_printf(arena, "%s%s%s", a, has_slash ? "" : "/", b);
}

const char *path_base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

char *path_dir(Arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return arena_strdup(arena, ".");
    }
    while (slash > path && slash[-1] == '/') {
        slash--;
    }
    return slash == path ? arena_strdup(arena, "/")
                         : arena_strndup(arena, path, (size_t)(slash - path));
}

const char *path_extension(const char *path) {
    const char *base = path_base(path);
    const char *dot = strrchr(base, '.');
    return dot != NULL && dot != base ? dot : base + strlen(base);
}

/* Adds a component to a path under construction. */
static size_t append_part(char *path, size_t length, const char *part, size_t part_length) {
    if (length > 0 && path[length - 1] != '/') {
        path[length++] = '/';
    }
    memcpy(path + length, part, part_length);
    return length + part_length;
}

/* Drops the last component, and the slash before it unless that is the root. */
static size_t drop_part(const char *path, size_t length) {
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    return length > 1 ? length - 1 : length;
}

char *path_normal(Arena *arena, const char *path) {
    bool absolute = path[0] == '/';
    char *result = arena_alloc(arena, strlen(path) + 2);
    size_t length = absolute ? 1 : 0;
    size_t floor = length; /* ".." never climbs below this: the root, or leading ".." parts */
    result[0] = '/';
    for (const char *at = path; *at != '\0'; at += strspn(at, "/")) {
        size_t part = strcspn(at, "/");
        if (part == 2 && at[0] == '.' && at[1] == '.') {
            if (length > floor) {
                length = drop_part(result, length);
            } else if (!absolute) {
                floor = length = append_part(result, length, at, part);
            }
        } else if (part > 0 && !(part == 1 && at[0] == '.')) {
            length = append_part(result, length, at, part);
        }
        at += part;
    }
    if (length == 0) {
        result[length++] = '.';
    }
    result[length] = '\0';
    return result;
}

char *path_absolute(Arena *arena, const char *path) {
    if (path[0] == '/') {
        return path_normal(arena, path);
    }
    char *here = getcwd(NULL, 0);
    if (here == NULL) { /* the directory was deleted: the best that can be said */
        return path_normal(arena, path);
    }
    char *joined = path_join(arena, here, path);
    free(here);
    return path_normal(arena, joined);
}

const char *path_below(const char *path, const char *root) {
    size_t length = strlen(root);
    while (length > 0 && root[length - 1] == '/') {
        length--;
    }
    if (strncmp(path, root, length) != 0 || (path[length] != '/' && path[length] != '\0')) {
        return NULL;
    }
    const char *rest = path + length;
    while (*rest == '/') {
        rest++;
    }
    return rest;
}
