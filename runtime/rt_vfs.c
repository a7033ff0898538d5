/* The virtual file system's core: which node a path means. See rt_vfs.h for how the wrappers use
 * it.
 *
 * The tree has no symbolic links, so ".." can be resolved in the text, with the kernel's own
 * errors: a name below a file is ENOTDIR, below a missing directory ENOENT. */
#include "rt_vfs.h"

#include <dlfcn.h>
#include <stdlib.h>

/* A prefix that no path has, until the image is open. */
VfsState vfs_state = {.prefix = "\n\n", .prefix_length = 2, .stamp = UINT32_MAX};

enum { DEFAULT_MTIME = 315532800 }; /* 1980-01-01, the oldest date a zip archive can hold */

extern const volatile ImageHead rt_image_head;

/* After rt_image_open (101). */
__attribute__((constructor(102))) static void set_up(void) {
    if (rt_image.base == NULL) {
        return;
    }
    const char *time = rt_setting("time");
    vfs_state.mtime = time != NULL ? strtoll(time, NULL, 10) : DEFAULT_MTIME;
    uint32_t hash[2];
    for (size_t i = 0; i < sizeof hash; i++) {
        ((uint8_t *)hash)[i] = rt_image_head.hash[i];
    }
    vfs_state.stamp = (hash[0] & INT32_MAX) | 0x40000000;
    vfs_state.stamp_nsec = hash[1] % 1000000000;
    vfs_state.prefix_length = rt_image.exe_length;
    vfs_state.prefix = rt_image.exe;
}

void *vfs_next(void **cache, const char *name) {
    void *found = __atomic_load_n(cache, __ATOMIC_ACQUIRE);
    if (rt_unlikely(found == NULL)) {
        found = dlsym(RTLD_NEXT, name);
        __atomic_store_n(cache, found, __ATOMIC_RELEASE);
    }
    return found;
}

/* ---- paths as text ---- */

/* What a missing name means: the nearest ancestor that exists decides. */
static int32_t explain_missing(const char *path, size_t length) {
    int32_t code = VFS_MISSING;
    while (length > 0) {
        while (length > 0 && path[length - 1] != '/') {
            length--;
        }
        length -= length > 0;
        uint32_t node = rt_node_find(path, length);
        if (node != IMAGE_NONE) {
            return vfs_is_directory((int32_t)node) ? code : VFS_NOT_DIRECTORY;
        }
        code = VFS_NO_PARENT;
    }
    return code;
}

/* Takes the last name off `clean`, for "..". */
static int32_t climb(char *clean, size_t *length) {
    uint32_t node = rt_node_find(clean, *length);
    if (node == IMAGE_NONE) {
        int32_t code = explain_missing(clean, *length);
        return code == VFS_NOT_DIRECTORY ? code : VFS_NO_PARENT;
    }
    if (!vfs_is_directory((int32_t)node)) {
        return VFS_NOT_DIRECTORY;
    }
    if (*length == 0) {
        return VFS_LEAVES;
    }
    while (*length > 0 && clean[*length - 1] != '/') {
        (*length)--;
    }
    *length -= *length > 0;
    return 0;
}

/* Walks `rest`, resolving "", "." and ".."; the clean path is left in `clean`. Returns 0 or VFS_*;
 * with VFS_LEAVES, *left points behind the ".." that left. `*slash`: ends like a directory. */
static int32_t normalise(const char *rest, char clean[PATH_MAX], size_t *length, bool *slash,
                         const char **left) {
    *length = 0;
    *slash = true;
    while (*rest != 0) {
        const char *end = rest;
        while (*end != 0 && *end != '/') {
            end++;
        }
        size_t size = (size_t)(end - rest);
        bool is_name = !(size == 0 || (size == 1 && rest[0] == '.'));
        *slash = size == 0 || rest[0] == '.';
        if (size == 2 && rest[0] == '.' && rest[1] == '.') {
            int32_t code = climb(clean, length);
            if (code != 0) {
                *left = end;
                return code;
            }
        } else if (is_name) {
            if (size > NAME_MAX || *length + size + 2 > PATH_MAX) {
                return VFS_TOO_LONG;
            }
            *slash = *end == '/';
            if (*length > 0) {
                clean[(*length)++] = '/';
            }
            memcpy(clean + *length, rest, size);
            *length += size;
        }
        rest = *end == '/' ? end + 1 : end;
    }
    return 0;
}

/* True without empty names, "." and "..", and when no name is too long. */
static bool is_clean(const char *rest) {
    const char *start = rest + 1;
    for (const char *at = start;; at++) {
        if (*at == '/' || *at == 0) {
            if (at == start || at - start > NAME_MAX) {
                return false;
            }
            if (*at == 0) {
                return at - rest < PATH_MAX;
            }
            start = at + 1;
        } else if (at == start && *at == '.') {
            return false; /* or a hidden file, for which the long way will do */
        }
    }
}

int32_t vfs_locate(const char *rest) {
    /* Nearly every path is clean already; then its text is a node's. */
    size_t size = strlen(rest + 1);
    uint32_t node = rt_node_find(rest + 1, size);
    if (rt_likely(node != IMAGE_NONE)) {
        return (int32_t)node;
    }
    if (is_clean(rest)) {
        return explain_missing(rest + 1, size);
    }
    char clean[PATH_MAX];
    size_t length;
    bool slash;
    const char *left;
    int32_t code = normalise(rest, clean, &length, &slash, &left);
    if (code != 0) {
        return code;
    }
    node = rt_node_find(clean, length);
    if (node == IMAGE_NONE) {
        return explain_missing(clean, length);
    }
    return slash && !vfs_is_directory((int32_t)node) ? VFS_NOT_DIRECTORY : (int32_t)node;
}

uint32_t rt_vfs_lookup(const char *path) {
    __asm__("" : "+r"(path));
    int32_t node = vfs_lexical(path);
    return node >= 0 ? (uint32_t)node : IMAGE_NONE;
}

int vfs_fail(int32_t code, bool creates) {
    switch (code) {
    case VFS_NOT_DIRECTORY: errno = ENOTDIR; break;
    case VFS_TOO_LONG: errno = ENAMETOOLONG; break;
    case VFS_MISSING: errno = creates ? EROFS : ENOENT; break;
    default: errno = ENOENT;
    }
    return -1;
}

/* ---- other spellings ---- */

int32_t vfs_descriptor_node(int fd) {
    struct stat file;
    if (rt_image.base == NULL || syscall(SYS_fstat, fd, &file) != 0) {
        return VFS_OUTSIDE;
    }
    return vfs_stamped(&file);
}

/* What follows the executable in `path`, by looking for the longest part that is a file: that part
 * is why the kernel said ENOTDIR. NULL when that file is not the executable. */
static const char *rest_after_executable(int dirfd, const char *path, bool directory) {
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof part) {
        return NULL;
    }
    memcpy(part, path, length + 1);
    if (!directory) {
        while (length > 0 && part[length - 1] != '/') {
            length--;
        }
        length -= length > 0;
    }
    while (length > 0) {
        struct stat file;
        part[length] = 0;
        if (syscall(SYS_newfstatat, dirfd, part, &file, 0) == 0) {
            bool own = S_ISREG(file.st_mode) && file.st_ino == rt_image.exe_ino &&
                       file.st_dev == rt_image.exe_dev;
            return own ? path + length : NULL;
        }
        while (length > 0 && part[length - 1] != '/') {
            length--;
        }
        length -= length > 0;
    }
    return NULL;
}

/* The same for a path relative to a descriptor of one of our directories: joins the two. */
static bool join_descriptor(int dirfd, const char *path, char joined[PATH_MAX]) {
    int32_t node = dirfd == AT_FDCWD || path[0] == '/' ? VFS_OUTSIDE : vfs_descriptor_node(dirfd);
    if (node < 0 || !vfs_is_directory(node)) {
        return false;
    }
    const char *directory = vfs_node_path(node);
    size_t size = strlen(directory);
    size_t more = strlen(path);
    if (size + more + 3 > PATH_MAX) {
        return false;
    }
    joined[0] = '/';
    memcpy(joined + 1, directory, size);
    joined[size + 1] = '/';
    memcpy(joined + size + 2, path, more + 1);
    return true;
}

int32_t vfs_identify(int dirfd, const char *path, bool directory) {
    int saved = errno;
    int32_t node = VFS_OUTSIDE;
    char joined[PATH_MAX];
    if (rt_image.base != NULL && path != NULL) {
        const char *rest = join_descriptor(dirfd, path, joined)
                               ? joined
                               : rest_after_executable(dirfd, path, directory);
        if (rest != NULL) {
            node = *rest == 0 ? 0 : vfs_locate(rest);
        }
    }
    errno = saved;
    return node;
}

/* The directory of the executable, then what followed the ".." that left the tree. */
bool vfs_leave(int dirfd, const char *path, char real[PATH_MAX]) {
    char joined[PATH_MAX];
    char clean[PATH_MAX];
    size_t length;
    bool slash;
    const char *left = NULL;
    const char *rest;
    if (path[0] == '/' && strncmp(path, vfs_state.prefix, vfs_state.prefix_length) == 0 &&
        path[vfs_state.prefix_length] == '/') {
        rest = path + vfs_state.prefix_length;
    } else {
        rest = join_descriptor(dirfd, path, joined) ? joined
                                                    : rest_after_executable(dirfd, path, true);
    }
    if (rest == NULL || normalise(rest, clean, &length, &slash, &left) != VFS_LEAVES) {
        return false;
    }
    size_t parent = (size_t)(strrchr(rt_image.exe, '/') - rt_image.exe);
    size_t size = strlen(left);
    if (parent + size + 2 > PATH_MAX) {
        return false;
    }
    memmove(real + parent + (parent == 0), left, size + 1);
    memcpy(real, rt_image.exe, parent + (parent == 0));
    return true;
}

long vfs_run_slowly(VfsCall *call, int32_t node, VfsKernel *kernel, VfsServe *serve) {
    char real[PATH_MAX];
    long result = -1;
    for (;;) {
        if (node == VFS_OUTSIDE) {
            node = vfs_identify(call->dirfd, call->path, call->directory);
            if (node == VFS_OUTSIDE) {
                return result;
            }
        }
        if (node >= 0) {
            return vfs_is_beside(node) ? vfs_run_beside(call, node, kernel) : serve(call, node);
        }
        if (node != VFS_LEAVES) {
            return vfs_fail(node, call->creates);
        }
        if (!vfs_leave(call->dirfd, call->path, real)) {
            return vfs_fail(VFS_TOO_LONG, false);
        }
        call->path = real;
        call->dirfd = AT_FDCWD;
        node = vfs_lexical(real);
        if (node == VFS_OUTSIDE) {
            result = kernel(call);
            if (result >= 0 || errno != ENOTDIR) {
                return result;
            }
        }
    }
}
