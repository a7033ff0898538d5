/* Calls that would change the tree: refused as on a read-only file system, where the kernel, who
 * knows no tree there, would say ENOTDIR. rt_vfs_change.def lists those with one path; rename and
 * link, which have two, follow below. */
#include "rt_vfs.h"

#include <stdio.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

enum { CHANGES, CREATES };

static int refuse(int32_t node, int makes) {
    if (node < 0) {
        return vfs_fail(node, makes == CREATES);
    }
    errno = makes == CREATES ? EEXIST : EROFS;
    return -1;
}

/* True while the ordinary call has to be made: the path is none of ours, or it leaves the tree and
 * was replaced by the real one. Otherwise *node says what the path means. */
static bool is_real(int *dirfd, const char **path, char real[PATH_MAX], int32_t *node) {
    *node = vfs_lexical(*path);
    while (*node == VFS_LEAVES && vfs_leave(*dirfd, *path, real)) {
        *path = real;
        *dirfd = AT_FDCWD;
        *node = vfs_lexical(real);
    }
    return *node == VFS_OUTSIDE;
}

/* After ENOTDIR: does the path lead into the executable after all? True when the call is to be made
 * again with the real path it turned out to mean. */
static bool is_other_real(int *dirfd, const char **path, char real[PATH_MAX], int32_t *node) {
    *node = vfs_identify(*dirfd, *path, false);
    if (*node != VFS_LEAVES || !vfs_leave(*dirfd, *path, real)) {
        return false;
    }
    *path = real;
    *dirfd = AT_FDCWD;
    return is_real(dirfd, path, real, node);
}

#define CHANGE_BODY(makes, ordinary)                                                               \
    char real[PATH_MAX];                                                                           \
    int32_t node;                                                                                  \
    bool again = is_real(&dirfd, &path, real, &node);                                              \
    while (again) {                                                                                \
        int result = (int)(ordinary);                                                              \
        if (rt_likely(result == 0 || errno != ENOTDIR)) {                                          \
            return result;                                                                         \
        }                                                                                          \
        again = is_other_real(&dirfd, &path, real, &node);                                         \
        if (node == VFS_OUTSIDE && !again) {                                                       \
            return result;                                                                         \
        }                                                                                          \
    }                                                                                              \
    return refuse(node, makes);

#define CHANGE(name, parameters, makes, ordinary)                                                  \
    RT_EXPORT int name parameters {                                                                \
        CHANGE_BODY(makes, ordinary)                                                               \
    }
#define CHANGE_AT_CWD(name, parameters, makes, ordinary)                                           \
    RT_EXPORT int name parameters {                                                                \
        int dirfd = AT_FDCWD;                                                                      \
        CHANGE_BODY(makes, ordinary)                                                               \
    }
#include "rt_vfs_change.def"

/* ---- two paths ---- */

typedef struct Name {
    int dirfd;
    const char *path;
    int32_t node;
    char real[PATH_MAX];
} Name;

/* From one file system to another, so EXDEV; inside ours the change itself is what is refused. */
static int refuse_two(const Name *from, const Name *to) {
    if (from->node < 0 && from->node != VFS_OUTSIDE) {
        return vfs_fail(from->node, false);
    }
    if (to->node < 0 && to->node != VFS_OUTSIDE && to->node != VFS_MISSING) {
        return vfs_fail(to->node, false);
    }
    errno = from->node != VFS_OUTSIDE && to->node != VFS_OUTSIDE ? EROFS : EXDEV;
    return -1;
}

typedef long TwoPaths(const Name *from, const Name *to, unsigned flags);

static int change_two(Name *from, Name *to, TwoPaths *ordinary, unsigned flags) {
    bool real_from = is_real(&from->dirfd, &from->path, from->real, &from->node);
    bool real_to = is_real(&to->dirfd, &to->path, to->real, &to->node);
    if (real_from && real_to) {
        long result = ordinary(from, to, flags);
        if (result == 0 || errno != ENOTDIR) {
            return (int)result;
        }
        real_from = is_other_real(&from->dirfd, &from->path, from->real, &from->node);
        real_to = is_other_real(&to->dirfd, &to->path, to->real, &to->node);
        if (real_from || real_to) {
            return (int)ordinary(from, to, flags);
        }
        if (from->node == VFS_OUTSIDE && to->node == VFS_OUTSIDE) {
            return -1;
        }
    }
    return refuse_two(from, to);
}

static long ordinary_rename(const Name *from, const Name *to, unsigned flags) {
    return syscall(SYS_renameat2, from->dirfd, from->path, to->dirfd, to->path, flags);
}

static long ordinary_link(const Name *from, const Name *to, unsigned flags) {
    return syscall(SYS_linkat, from->dirfd, from->path, to->dirfd, to->path, flags);
}

static int change_names(int from_fd, const char *from_path, int to_fd, const char *to_path,
                        TwoPaths *ordinary, unsigned flags) {
    Name from;
    Name to;
    from.dirfd = from_fd;
    from.path = from_path;
    to.dirfd = to_fd;
    to.path = to_path;
    return change_two(&from, &to, ordinary, flags);
}

RT_EXPORT int rename(const char *from, const char *to) {
    return change_names(AT_FDCWD, from, AT_FDCWD, to, ordinary_rename, 0);
}

RT_EXPORT int renameat(int from_fd, const char *from, int to_fd, const char *to) {
    return change_names(from_fd, from, to_fd, to, ordinary_rename, 0);
}

RT_EXPORT int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags) {
    return change_names(from_fd, from, to_fd, to, ordinary_rename, flags);
}

RT_EXPORT int link(const char *from, const char *to) {
    return change_names(AT_FDCWD, from, AT_FDCWD, to, ordinary_link, 0);
}

RT_EXPORT int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags) {
    return change_names(from_fd, from, to_fd, to, ordinary_link, (unsigned)flags);
}
