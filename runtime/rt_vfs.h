/* rt_vfs.h: what the files of the image reader, the virtual file system and the exec wrappers
 * share.
 *
 * Include it first: it undoes _FORTIFY_SOURCE, under which the headers would define some of the
 * functions that these files define themselves.
 *
 * How a wrapped call works. The files that the executable carries have names below the executable's
 * own path. For the kernel that path is a regular file, so it answers ENOTDIR for everything below.
 * Each wrapper therefore
 *     1. compares the path with the executable's (a few nanoseconds for everybody else's paths);
 *     2. makes the ordinary call;
 *     3. only when that ended in ENOTDIR, finds out whether the path leads through the executable
 *        in another spelling: relative, through a symbolic link, or from a descriptor of ours.
 * Step 1 comes before the call so that the files stay reachable after the executable was renamed,
 * replaced or deleted. Ordinary calls go straight to the kernel where libc adds nothing to them.
 *
 * Nothing below allocates or takes a lock unless it says so: exec wrappers run after vfork. */
#ifndef PYC2C_RUNTIME_RT_VFS_H
#define PYC2C_RUNTIME_RT_VFS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#undef _FORTIFY_SOURCE

#include "rt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- rt_image_block.c ---- */

/* Bytes [data, data + size) of an inflated block into `to`; false for a damaged block. No
 * allocation from the heap, which an exec wrapper must not touch after vfork. */
bool rt_block_read(uint32_t block, uint64_t data, uint8_t *to, size_t size);

/* ---- rt_image_lzma.c ---- */

/* The first `size` bytes of a block of IMAGE_BLOCK_LZMA. */
bool rt_lzma_inflate(uint8_t *to, size_t size, const uint8_t *from, size_t stored);

/* ---- rt_vfs.c ---- */

enum {                         /* what a path means, when it is not the number of a node */
       VFS_OUTSIDE = -1,       /* none of ours: the kernel decides */
       VFS_LEAVES = -2,        /* climbs out of the executable by "..": see vfs_leave */
       VFS_MISSING = -3,       /* below one of our directories, which has no such entry */
       VFS_NO_PARENT = -4,     /* not even the directory exists */
       VFS_NOT_DIRECTORY = -5, /* passes through one of our files */
       VFS_TOO_LONG = -6
};

typedef struct VfsState {
    const char *prefix; /* the executable's path; matches no path before the image is open */
    size_t prefix_length;
    int64_t mtime;       /* of every file */
    uint32_t stamp;      /* mark our descriptors carry in their mtime, from the image's hash: */
    uint32_t stamp_nsec; /* seconds >> 32 and nanoseconds */
} VfsState;
extern VfsState vfs_state;

/* A call with a path: what the ordinary function and ours need to know. */
typedef struct VfsCall {
    int dirfd;
    const char *path;
    void *out;
    long first;
    long second;
    bool creates;   /* a missing name means "read-only file system", not "no such file" */
    bool directory; /* the caller takes a directory, so the executable itself counts as one */
} VfsCall;
/* The ordinary call; negative with errno when it fails. Pointers travel as intptr_t. */
typedef long VfsKernel(const VfsCall *call);
/* The same for a node. */
typedef long VfsServe(const VfsCall *call, int32_t node);

/* Number of the node that `rest` names ("/pkg/x": what follows the executable's path), or VFS_*. */
int32_t vfs_locate(const char *rest);
/* The slow test after ENOTDIR: a node or VFS_*. `directory`: the executable itself counts as the
 * root directory. Keeps errno. */
int32_t vfs_identify(int dirfd, const char *path, bool directory);
/* For VFS_LEAVES: writes the real path that is meant. `path` may lie inside `real`. False when it
 * is too long. */
bool vfs_leave(int dirfd, const char *path, char real[PATH_MAX]);
/* Sets errno for a negative result of vfs_locate; returns -1. */
int vfs_fail(int32_t code, bool creates);
/* The part of vfs_run that ordinary calls do not reach. */
long vfs_run_slowly(VfsCall *call, int32_t node, VfsKernel *kernel, VfsServe *serve);
/* rt_vfs_beside.c: files of portable builds. The real path of such a node, false when it is too
 * long; the ordinary call on it. */
static inline bool vfs_is_beside(int32_t node) {
    return rt_unlikely((rt_image.nodes[node].flags & IMAGE_NODE_BESIDE) != 0);
}
bool vfs_beside_path(int32_t node, char real[PATH_MAX]);
long vfs_run_beside(VfsCall *call, int32_t node, VfsKernel *kernel);
/* Node of a descriptor that vfs_open_node made, VFS_OUTSIDE otherwise. */
int32_t vfs_descriptor_node(int fd);
/* libc's own function of that name (the next after ours), found once. */
void *vfs_next(void **cache, const char *name);
#ifdef RT_LIBC_STATIC /* the link names it (mk/static.mk) */
#define VFS_NEXT(name)                                                                             \
    __extension__({                                                                                \
        extern __typeof__(name) __real_##name;                                                     \
        &__real_##name;                                                                            \
    })
#else
#define VFS_NEXT(name)                                                                             \
    __extension__({                                                                                \
        static void *found_;                                                                       \
        (__typeof__(&name))vfs_next(&found_, #name);                                               \
    })
#endif

/* Node number when the text alone says so. `path` may be NULL: the headers promise it is not, some
 * callers (probing for statx) break that promise, hence the barrier. */
static inline int32_t vfs_lexical(const char *path) {
    __asm__("" : "+r"(path));
    if (path == NULL || path[0] != '/') {
        return VFS_OUTSIDE;
    }
    if (rt_likely(path[1] != vfs_state.prefix[1] ||
                  strncmp(path, vfs_state.prefix, vfs_state.prefix_length) != 0 ||
                  path[vfs_state.prefix_length] != '/')) {
        return VFS_OUTSIDE;
    }
    return vfs_locate(path + vfs_state.prefix_length);
}

/* One wrapped call, steps 1 to 3 above. Always inlined with constant functions, so that the
 * ordinary way costs the comparison only. */
__attribute__((always_inline)) static inline long vfs_run(VfsCall *call, VfsKernel *kernel,
                                                          VfsServe *serve) {
    int32_t node = vfs_lexical(call->path);
    if (rt_likely(node == VFS_OUTSIDE)) {
        long result = kernel(call);
        if (rt_likely(result >= 0 || errno != ENOTDIR)) {
            return result;
        }
    } else if (node >= 0 && !vfs_is_beside(node)) {
        return serve(call, node);
    }
    return vfs_run_slowly(call, node, kernel, serve);
}

/* The node whose descriptor has this status. Our descriptors are recognised by their modification
 * time, which tells without /proc and for O_PATH descriptors too: see vfs_content. */
static inline int32_t vfs_stamped(const struct stat *file) {
    if (rt_likely(file->st_nlink != 0) || file->st_mtim.tv_nsec != vfs_state.stamp_nsec ||
        file->st_mtim.tv_sec >> 32 != vfs_state.stamp ||
        (uint32_t)file->st_mtim.tv_sec >= rt_image.index->nodes.count) {
        return VFS_OUTSIDE;
    }
    return (int32_t)(uint32_t)file->st_mtim.tv_sec;
}

static inline const ImageNode *vfs_node(int32_t node) {
    return &rt_image.nodes[node];
}

static inline const char *vfs_node_path(int32_t node) {
    return rt_string(vfs_node(node)->path);
}

static inline bool vfs_is_directory(int32_t node) {
    return (vfs_node(node)->flags & IMAGE_NODE_DIRECTORY) != 0;
}

/* ---- rt_vfs_open.c ---- */

/* A new descriptor with the node's content. Flags: O_CLOEXEC, O_NONBLOCK, O_PATH. */
int vfs_content(int32_t node, int flags);
enum { RT_FD_PATH_SIZE = 32 };
/* "/proc/self/fd/N". */
void vfs_descriptor_path(int fd, char path[RT_FD_PATH_SIZE]);

/* ---- rt_vfs_stat.c ---- */

void vfs_fill_stat(struct stat *to, int32_t node);

#endif
