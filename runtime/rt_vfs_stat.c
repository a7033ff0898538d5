/* The stat family, access and statfs.
 *
 * Device and inode numbers must be stable and unique: programs compare them to tell files apart.
 * Ours have the executable's device and inode numbers that no disk uses. struct stat and struct
 * stat64 are the same on the 64-bit systems that we support, and what the kernel fills in. */
#include "rt_vfs.h"

#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "64-bit systems only");

#define FIRST_INODE (UINT64_C(0x50) << 56)

void vfs_fill_stat(struct stat *to, int32_t node) {
    bool directory = vfs_is_directory(node);
    bool executable = (vfs_node(node)->flags & IMAGE_NODE_EXECUTABLE) != 0;
    memset(to, 0, sizeof *to);
    to->st_dev = rt_image.exe_dev;
    to->st_ino = FIRST_INODE + (uint32_t)node;
    to->st_mode = directory ? S_IFDIR | 0555 : executable ? S_IFREG | 0555 : S_IFREG | 0444;
    to->st_nlink = directory ? 2 : 1;
    to->st_size = directory ? IMAGE_PAGE : (off_t)vfs_node(node)->size;
    to->st_blksize = IMAGE_PAGE;
    to->st_blocks = (to->st_size + 511) / 512;
    to->st_mtim.tv_sec = to->st_ctim.tv_sec = to->st_atim.tv_sec = vfs_state.mtime;
}

/* The kernel's answer for one of our descriptors, given its own number or through /proc/self/fd, is
 * that of a memfd: replaced by the node's. */
static long correct(long result, struct stat *status) {
    if (rt_likely(result == 0)) {
        int32_t node = vfs_stamped(status);
        if (rt_unlikely(node >= 0)) {
            vfs_fill_stat(status, node);
        }
    }
    return result;
}

static long kernel_stat(const VfsCall *call) {
    return correct(syscall(SYS_newfstatat, call->dirfd, call->path, call->out, call->first),
                   call->out);
}

static long serve_stat(const VfsCall *call, int32_t node) {
    vfs_fill_stat(call->out, node);
    return 0;
}

static inline int stat_at(int dirfd, const char *path, void *status, int flags) {
    VfsCall call = {.dirfd = dirfd, .path = path, .out = status, .first = flags};
    return (int)vfs_run(&call, kernel_stat, serve_stat);
}

static inline int stat_descriptor(int fd, void *status) {
    return (int)correct(syscall(SYS_fstat, fd, status), status);
}

#define LINK AT_SYMLINK_NOFOLLOW

RT_EXPORT int stat(const char *restrict path, struct stat *restrict status) {
    return stat_at(AT_FDCWD, path, status, 0);
}

RT_EXPORT int stat64(const char *restrict path, struct stat64 *restrict status) {
    return stat_at(AT_FDCWD, path, status, 0);
}

RT_EXPORT int lstat(const char *restrict path, struct stat *restrict status) {
    return stat_at(AT_FDCWD, path, status, LINK);
}

RT_EXPORT int lstat64(const char *restrict path, struct stat64 *restrict status) {
    return stat_at(AT_FDCWD, path, status, LINK);
}

RT_EXPORT int fstatat(int fd, const char *restrict path, struct stat *restrict status, int flags) {
    return stat_at(fd, path, status, flags);
}

RT_EXPORT int fstatat64(int fd, const char *restrict path, struct stat64 *restrict status,
                        int flags) {
    return stat_at(fd, path, status, flags);
}

RT_EXPORT int fstat(int fd, struct stat *status) {
    return stat_descriptor(fd, status);
}

RT_EXPORT int fstat64(int fd, struct stat64 *status) {
    return stat_descriptor(fd, status);
}

/* What objects built against glibc before 2.33 call (manylinux2014 wheels); newer headers do not
 * declare them. The version argument is the same for everybody on 64-bit systems. */
int __xstat(int version, const char *path, struct stat *status);
int __xstat64(int version, const char *path, struct stat64 *status);
int __lxstat(int version, const char *path, struct stat *status);
int __lxstat64(int version, const char *path, struct stat64 *status);
int __fxstat(int version, int fd, struct stat *status);
int __fxstat64(int version, int fd, struct stat64 *status);
int __fxstatat(int version, int fd, const char *path, struct stat *status, int flags);
int __fxstatat64(int version, int fd, const char *path, struct stat64 *status, int flags);

RT_EXPORT int __xstat(int version, const char *path, struct stat *status) {
    (void)version;
    return stat_at(AT_FDCWD, path, status, 0);
}

RT_EXPORT int __xstat64(int version, const char *path, struct stat64 *status) {
    (void)version;
    return stat_at(AT_FDCWD, path, status, 0);
}

RT_EXPORT int __lxstat(int version, const char *path, struct stat *status) {
    (void)version;
    return stat_at(AT_FDCWD, path, status, LINK);
}

RT_EXPORT int __lxstat64(int version, const char *path, struct stat64 *status) {
    (void)version;
    return stat_at(AT_FDCWD, path, status, LINK);
}

RT_EXPORT int __fxstat(int version, int fd, struct stat *status) {
    (void)version;
    return stat_descriptor(fd, status);
}

RT_EXPORT int __fxstat64(int version, int fd, struct stat64 *status) {
    (void)version;
    return stat_descriptor(fd, status);
}

RT_EXPORT int __fxstatat(int version, int fd, const char *path, struct stat *status, int flags) {
    (void)version;
    return stat_at(fd, path, status, flags);
}

RT_EXPORT int __fxstatat64(int version, int fd, const char *path, struct stat64 *status,
                           int flags) {
    (void)version;
    return stat_at(fd, path, status, flags);
}

/* ---- statx ---- */

static void fill_statx(struct statx *to, int32_t node) {
    struct stat status;
    vfs_fill_stat(&status, node);
    memset(to, 0, sizeof *to);
    to->stx_mask = STATX_BASIC_STATS;
    to->stx_blksize = IMAGE_PAGE;
    to->stx_nlink = (uint32_t)status.st_nlink;
    to->stx_mode = (uint16_t)status.st_mode;
    to->stx_ino = status.st_ino;
    to->stx_size = (uint64_t)status.st_size;
    to->stx_blocks = (uint64_t)status.st_blocks;
    to->stx_atime.tv_sec = to->stx_ctime.tv_sec = to->stx_mtime.tv_sec = vfs_state.mtime;
    to->stx_dev_major = major(status.st_dev);
    to->stx_dev_minor = minor(status.st_dev);
}

static long kernel_statx(const VfsCall *call) {
    struct statx *status = call->out;
    long result = syscall(SYS_statx, call->dirfd, call->path, call->first, call->second, status);
    if (result == 0 && status->stx_nlink == 0 && (status->stx_mask & STATX_NLINK) != 0) {
        struct stat file = {.st_nlink = 0};
        file.st_mtim.tv_sec = status->stx_mtime.tv_sec;
        file.st_mtim.tv_nsec = status->stx_mtime.tv_nsec;
        int32_t node = vfs_stamped(&file);
        if (node >= 0) {
            fill_statx(status, node);
        }
    }
    return result;
}

static long serve_statx(const VfsCall *call, int32_t node) {
    fill_statx(call->out, node);
    return 0;
}

RT_EXPORT int statx(int dirfd, const char *restrict path, int flags, unsigned mask,
                    struct statx *restrict status) {
    VfsCall call = {
        .dirfd = dirfd,
        .path = path,
        .out = status,
        .first = flags,
        .second = (long)mask,
    };
    return (int)vfs_run(&call, kernel_statx, serve_statx);
}

/* ---- access ---- */

static long kernel_access(const VfsCall *call) {
    if (call->second == 0) {
        return syscall(SYS_faccessat, call->dirfd, call->path, call->first);
    }
    return VFS_NEXT(faccessat)(call->dirfd, call->path, (int)call->first, (int)call->second);
}

static long serve_access(const VfsCall *call, int32_t node) {
    bool searchable = (vfs_node(node)->flags & (IMAGE_NODE_DIRECTORY | IMAGE_NODE_EXECUTABLE)) != 0;
    if ((call->first & W_OK) != 0) {
        errno = EROFS;
        return -1;
    }
    if ((call->first & X_OK) != 0 && !searchable) {
        errno = EACCES;
        return -1;
    }
    return 0;
}

static inline int access_at(int dirfd, const char *path, int mode, int flags) {
    VfsCall call = {.dirfd = dirfd, .path = path, .first = mode, .second = flags};
    return (int)vfs_run(&call, kernel_access, serve_access);
}

RT_EXPORT int access(const char *path, int mode) {
    return access_at(AT_FDCWD, path, mode, 0);
}

RT_EXPORT int faccessat(int dirfd, const char *path, int mode, int flags) {
    return access_at(dirfd, path, mode, flags);
}

RT_EXPORT int eaccess(const char *path, int mode) {
    return access_at(AT_FDCWD, path, mode, AT_EACCESS);
}

RT_EXPORT int euidaccess(const char *path, int mode) {
    return access_at(AT_FDCWD, path, mode, AT_EACCESS);
}

/* ---- the file system: that of the executable ---- */

typedef int StatFs(const char *path, void *status);

static long kernel_statfs(const VfsCall *call) {
    return ((StatFs *)call->first)(call->path, call->out);
}

static long serve_statfs(const VfsCall *call, int32_t node) {
    (void)node;
    return ((StatFs *)call->first)(rt_image.exe, call->out);
}

static int file_system(const char *path, void *status, void *next) {
    VfsCall call = {
        .dirfd = AT_FDCWD,
        .path = path,
        .out = status,
        .first = (long)(intptr_t)next,
    };
    return (int)vfs_run(&call, kernel_statfs, serve_statfs);
}

RT_EXPORT int statfs(const char *path, struct statfs *status) {
    return file_system(path, status, (void *)VFS_NEXT(statfs));
}

RT_EXPORT int statfs64(const char *path, struct statfs64 *status) {
    return file_system(path, status, (void *)VFS_NEXT(statfs64));
}

RT_EXPORT int statvfs(const char *restrict path, struct statvfs *restrict status) {
    return file_system(path, status, (void *)VFS_NEXT(statvfs));
}

RT_EXPORT int statvfs64(const char *restrict path, struct statvfs64 *restrict status) {
    return file_system(path, status, (void *)VFS_NEXT(statvfs64));
}
