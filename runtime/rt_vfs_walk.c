/* scandir, glob, ftw: functions that call opendir and stat inside libc, where wrappers do not
 * reach. For trees of ours they are done here; everything else goes to libc. */
#include "rt_vfs.h"

#include <dirent.h>
#include <ftw.h>
#include <glob.h>
#include <stdlib.h>

/* ---- scandir ---- */

typedef int Select(const struct dirent *entry);
typedef int Order(const struct dirent **one, const struct dirent **other);

/* True for one of our directories, in whatever spelling. */
static bool is_our_directory(const char *path) {
    struct stat status;
    int32_t node = vfs_lexical(path);
    if (node == VFS_OUTSIDE && syscall(SYS_newfstatat, AT_FDCWD, path, &status, 0) != 0 &&
        errno == ENOTDIR) {
        node = vfs_identify(AT_FDCWD, path, true);
    }
    return node >= 0 && vfs_is_directory(node);
}

static void free_list(struct dirent **list, size_t count) {
    while (count > 0) {
        free(list[--count]);
    }
    free(list);
}

static bool append(struct dirent ***list, size_t *count, const struct dirent *entry) {
    if ((*count & (*count - 1)) == 0) { /* full at every power of two */
        size_t room = *count == 0 ? 1 : *count * 2;
        struct dirent **longer = realloc(*list, room * sizeof *longer);
        if (longer == NULL) {
            return false;
        }
        *list = longer;
    }
    struct dirent *copy = malloc(sizeof *copy);
    if (copy == NULL) {
        return false;
    }
    *copy = *entry;
    (*list)[(*count)++] = copy;
    return true;
}

static int scan(const char *path, struct dirent ***names, Select *selects, Order *orders) {
    struct dirent **list = NULL;
    size_t count = 0;
    const struct dirent *entry;
    DIR *stream = opendir(path);
    if (stream == NULL) {
        return -1;
    }
    while ((entry = readdir(stream)) != NULL) {
        if ((selects == NULL || selects(entry) != 0) && !append(&list, &count, entry)) {
            free_list(list, count);
            closedir(stream);
            errno = ENOMEM;
            return -1;
        }
    }
    closedir(stream);
    if (count > 0 && orders != NULL) {
        qsort(list, count, sizeof *list,
              (int (*)(const void *, const void *))(void (*)(void))orders);
    }
    *names = list;
    return (int)count;
}

RT_EXPORT int scandir(const char *restrict path, struct dirent ***restrict names,
                      int (*selects)(const struct dirent *),
                      int (*orders)(const struct dirent **, const struct dirent **)) {
    return is_our_directory(path) ? scan(path, names, selects, orders)
                                  : VFS_NEXT(scandir)(path, names, selects, orders);
}

RT_EXPORT int scandir64(const char *restrict path, struct dirent64 ***restrict names,
                        int (*selects)(const struct dirent64 *),
                        int (*orders)(const struct dirent64 **, const struct dirent64 **)) {
    /* The two structures are the same on 64-bit systems (checked in rt_vfs_dir.c). */
    return is_our_directory(path)
               ? scan(path, (struct dirent ***)(void *)names, (Select *)(void (*)(void))selects,
                      (Order *)(void (*)(void))orders)
               : VFS_NEXT(scandir64)(path, names, selects, orders);
}

/* ---- glob ---- */

static void *glob_opendir(const char *path) {
    return opendir(path);
}

static struct dirent *glob_readdir(void *stream) {
    return readdir(stream);
}

static void glob_closedir(void *stream) {
    closedir(stream);
}

static int glob_stat(const char *restrict path, struct stat *restrict status) {
    return stat(path, status);
}

static int glob_lstat(const char *restrict path, struct stat *restrict status) {
    return lstat(path, status);
}

/* libc's own glob, told to use our functions; only where the pattern begins with our path. */
static bool is_our_pattern(const char *pattern, int flags) {
    return (flags & GLOB_ALTDIRFUNC) == 0 &&
           strncmp(pattern, vfs_state.prefix, vfs_state.prefix_length) == 0 &&
           pattern[vfs_state.prefix_length] == '/';
}

RT_EXPORT int glob(const char *restrict pattern, int flags, int (*failed)(const char *, int),
                   glob_t *restrict found) {
    if (!is_our_pattern(pattern, flags)) {
        return VFS_NEXT(glob)(pattern, flags, failed, found);
    }
    found->gl_opendir = glob_opendir;
    found->gl_readdir = glob_readdir;
    found->gl_closedir = glob_closedir;
    found->gl_stat = glob_stat;
    found->gl_lstat = glob_lstat;
    return VFS_NEXT(glob)(pattern, flags | GLOB_ALTDIRFUNC, failed, found);
}

RT_EXPORT int glob64(const char *restrict pattern, int flags, int (*failed)(const char *, int),
                     glob64_t *restrict found) {
    if (!is_our_pattern(pattern, flags)) {
        return VFS_NEXT(glob64)(pattern, flags, failed, found);
    }
    glob_t *same = (glob_t *)(void *)found; /* but for the types of its callbacks */
    same->gl_opendir = glob_opendir;
    same->gl_readdir = glob_readdir;
    same->gl_closedir = glob_closedir;
    same->gl_stat = glob_stat;
    same->gl_lstat = glob_lstat;
    return VFS_NEXT(glob64)(pattern, flags | GLOB_ALTDIRFUNC, failed, found);
}

/* ---- ftw, nftw ---- */

typedef struct Walk {
    int (*ftw_visit)(const char *, const struct stat *, int);
    int (*nftw_visit)(const char *, const struct stat *, int, struct FTW *);
    int flags;
    char path[PATH_MAX]; /* grows and shrinks with the walk */
} Walk;

static int visit(Walk *walk, const struct stat *status, int type, struct FTW *place) {
    return walk->nftw_visit != NULL ? walk->nftw_visit(walk->path, status, type, place)
                                    : walk->ftw_visit(walk->path, status, type);
}

static int walk_node(Walk *walk, int32_t node, size_t length, int level) {
    struct stat status;
    const char *slash = strrchr(walk->path, '/');
    struct FTW place = {.base = slash != NULL ? (int)(slash + 1 - walk->path) : 0, .level = level};
    vfs_fill_stat(&status, node);
    if (!vfs_is_directory(node)) {
        return visit(walk, &status, FTW_F, &place);
    }
    bool after = (walk->flags & FTW_DEPTH) != 0;
    int result = after ? 0 : visit(walk, &status, FTW_D, &place);
    uint32_t child = vfs_node(node)->first_child;
    for (; child != IMAGE_NONE && result == 0; child = vfs_node((int32_t)child)->next_sibling) {
        const char *path = vfs_node_path((int32_t)child);
        const char *last = strrchr(path, '/');
        const char *name = last != NULL ? last + 1 : path;
        size_t size = strlen(name);
        if (length + size + 2 > sizeof walk->path) {
            errno = ENAMETOOLONG;
            return -1;
        }
        walk->path[length] = '/';
        memcpy(walk->path + length + 1, name, size + 1);
        result = walk_node(walk, (int32_t)child, length + 1 + size, level + 1);
    }
    walk->path[length] = 0;
    return result == 0 && after ? visit(walk, &status, FTW_DP, &place) : result;
}

static int walk_tree(const char *path, Walk *walk) {
    int32_t node = vfs_lexical(path);
    size_t length = strlen(path);
    if (node < 0) {
        return vfs_fail(node, false);
    }
    if (length >= sizeof walk->path) {
        return vfs_fail(VFS_TOO_LONG, false);
    }
    memcpy(walk->path, path, length + 1);
    while (length > 1 && walk->path[length - 1] == '/') {
        walk->path[--length] = 0;
    }
    return walk_node(walk, node, length, 0);
}

RT_EXPORT int nftw(const char *path, __nftw_func_t visits, int descriptors, int flags) {
    int32_t node = vfs_lexical(path);
    if (node == VFS_OUTSIDE || node == VFS_LEAVES) {
        return VFS_NEXT(nftw)(path, visits, descriptors, flags);
    }
    Walk walk = {.nftw_visit = visits, .flags = flags};
    return walk_tree(path, &walk);
}

RT_EXPORT int nftw64(const char *path, __nftw64_func_t visits, int descriptors, int flags) {
    int32_t node = vfs_lexical(path);
    if (node == VFS_OUTSIDE || node == VFS_LEAVES) {
        return VFS_NEXT(nftw64)(path, visits, descriptors, flags);
    }
    Walk walk = {.nftw_visit = (__nftw_func_t)(void (*)(void))visits, .flags = flags};
    return walk_tree(path, &walk);
}

RT_EXPORT int ftw(const char *path, __ftw_func_t visits, int descriptors) {
    int32_t node = vfs_lexical(path);
    if (node == VFS_OUTSIDE || node == VFS_LEAVES) {
        return VFS_NEXT(ftw)(path, visits, descriptors);
    }
    Walk walk = {.ftw_visit = visits};
    return walk_tree(path, &walk);
}

RT_EXPORT int ftw64(const char *path, __ftw64_func_t visits, int descriptors) {
    int32_t node = vfs_lexical(path);
    if (node == VFS_OUTSIDE || node == VFS_LEAVES) {
        return VFS_NEXT(ftw64)(path, visits, descriptors);
    }
    Walk walk = {.ftw_visit = (__ftw_func_t)(void (*)(void))visits};
    return walk_tree(path, &walk);
}
