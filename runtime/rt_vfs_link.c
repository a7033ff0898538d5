/* Names rather than content: readlink, realpath, extended attributes, chdir. The tree has no links
 * and no attributes, and no process can have its working directory there. */
#include "rt_vfs.h"

#include <stdlib.h>
#include <sys/xattr.h>

ssize_t __readlink_chk(const char *path, char *buffer, size_t size, size_t room);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *buffer, size_t size, size_t room);
char *__realpath_chk(const char *path, char *resolved, size_t room);

/* ---- readlink ---- */

static long kernel_readlink(const VfsCall *call) {
    return syscall(SYS_readlinkat, call->dirfd, call->path, call->out, call->first);
}

static long serve_readlink(const VfsCall *call, int32_t node) {
    (void)call;
    (void)node;
    errno = EINVAL;
    return -1;
}

static ssize_t readlink_at(int dirfd, const char *path, char *buffer, size_t size) {
    VfsCall call = {.dirfd = dirfd, .path = path, .out = buffer, .first = (long)size};
    return vfs_run(&call, kernel_readlink, serve_readlink);
}

RT_EXPORT ssize_t readlink(const char *restrict path, char *restrict buffer, size_t size) {
    return readlink_at(AT_FDCWD, path, buffer, size);
}

RT_EXPORT ssize_t readlinkat(int dirfd, const char *restrict path, char *restrict buffer,
                             size_t size) {
    return readlink_at(dirfd, path, buffer, size);
}

RT_EXPORT ssize_t __readlink_chk(const char *path, char *buffer, size_t size, size_t room) {
    if (size > room) {
        abort();
    }
    return readlink_at(AT_FDCWD, path, buffer, size);
}

RT_EXPORT ssize_t __readlinkat_chk(int dirfd, const char *path, char *buffer, size_t size,
                                   size_t room) {
    if (size > room) {
        abort();
    }
    return readlink_at(dirfd, path, buffer, size);
}

/* ---- realpath ---- */

static long kernel_realpath(const VfsCall *call) {
    char *resolved = VFS_NEXT(realpath)(call->path, call->out);
    return resolved != NULL ? (long)(intptr_t)resolved : -1;
}

static long serve_realpath(const VfsCall *call, int32_t node) {
    const char *path = vfs_node_path(node);
    size_t length = strlen(path);
    size_t size = rt_image.exe_length + (length > 0) + length + 1;
    if (size > PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    char *resolved = call->out != NULL ? call->out : malloc(size);
    if (resolved == NULL) {
        return -1;
    }
    memcpy(resolved, rt_image.exe, rt_image.exe_length + 1);
    if (length > 0) {
        resolved[rt_image.exe_length] = '/';
        memcpy(resolved + rt_image.exe_length + 1, path, length + 1);
    }
    return (long)(intptr_t)resolved;
}

static char *resolve(const char *path, char *resolved) {
    VfsCall call = {.dirfd = AT_FDCWD, .path = path, .out = resolved};
    long result = vfs_run(&call, kernel_realpath, serve_realpath);
    return result > 0 ? (char *)(intptr_t)result : NULL;
}

RT_EXPORT char *realpath(const char *restrict path, char *restrict resolved) {
    return resolve(path, resolved);
}

RT_EXPORT char *__realpath_chk(const char *path, char *resolved, size_t room) {
    if (room < PATH_MAX) {
        abort();
    }
    return resolve(path, resolved);
}

RT_EXPORT char *canonicalize_file_name(const char *path) {
    return resolve(path, NULL);
}

/* ---- extended attributes: there are none ---- */

enum { LIST_OF_LINK = 1 };

static long kernel_listxattr(const VfsCall *call) {
    return syscall(call->second == LIST_OF_LINK ? SYS_llistxattr : SYS_listxattr, call->path,
                   call->out, call->first);
}

static long serve_listxattr(const VfsCall *call, int32_t node) {
    (void)call;
    (void)node;
    return 0;
}

static ssize_t list_attributes(const char *path, char *list, size_t size, long how) {
    VfsCall call = {
        .dirfd = AT_FDCWD,
        .path = path,
        .out = list,
        .first = (long)size,
        .second = how,
    };
    return vfs_run(&call, kernel_listxattr, serve_listxattr);
}

RT_EXPORT ssize_t listxattr(const char *path, char *list, size_t size) {
    return list_attributes(path, list, size, 0);
}

RT_EXPORT ssize_t llistxattr(const char *path, char *list, size_t size) {
    return list_attributes(path, list, size, LIST_OF_LINK);
}

typedef struct Attribute {
    const char *name;
    void *value;
    size_t size;
} Attribute;

static long kernel_getxattr(const VfsCall *call) {
    const Attribute *attribute = call->out;
    return syscall(call->first == LIST_OF_LINK ? SYS_lgetxattr : SYS_getxattr, call->path,
                   attribute->name, attribute->value, attribute->size);
}

static long serve_getxattr(const VfsCall *call, int32_t node) {
    (void)call;
    (void)node;
    errno = ENODATA;
    return -1;
}

static ssize_t get_attribute(const char *path, Attribute *attribute, long how) {
    VfsCall call = {.dirfd = AT_FDCWD, .path = path, .out = attribute, .first = how};
    return vfs_run(&call, kernel_getxattr, serve_getxattr);
}

RT_EXPORT ssize_t getxattr(const char *path, const char *name, void *value, size_t size) {
    return get_attribute(path, &(Attribute){name, value, size}, 0);
}

RT_EXPORT ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size) {
    return get_attribute(path, &(Attribute){name, value, size}, LIST_OF_LINK);
}

/* ---- chdir ---- */

static long kernel_chdir(const VfsCall *call) {
    return syscall(SYS_chdir, call->path);
}

/* The kernel keeps the working directory and cannot be told about ours. ENOTDIR would deny what
 * stat says, so: not supported. */
static long serve_chdir(const VfsCall *call, int32_t node) {
    (void)call;
    errno = vfs_is_directory(node) ? EOPNOTSUPP : ENOTDIR;
    return -1;
}

RT_EXPORT int chdir(const char *path) {
    VfsCall call = {.dirfd = AT_FDCWD, .path = path};
    return (int)vfs_run(&call, kernel_chdir, serve_chdir);
}

RT_EXPORT int fchdir(int fd) {
    int result = (int)syscall(SYS_fchdir, fd);
    if (result != 0 && errno == ENOTDIR) {
        int32_t node = vfs_descriptor_node(fd);
        errno = node >= 0 && vfs_is_directory(node) ? EOPNOTSUPP : ENOTDIR;
    }
    return result;
}
