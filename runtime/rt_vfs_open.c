/* open, fopen and their kin.
 *
 * Opening one of our files gives a memfd with its content: a real descriptor, which works with
 * read, lseek, mmap, dup, fcntl, poll and everything else that takes one. It is opened a second
 * time read-only through /proc, so that writing fails with EBADF as it should; where /proc is
 * missing the writable one is sealed instead. Nothing is kept from one open to the next: programs
 * that close all descriptors, or fork, would find a cache gone or shared.
 *
 * A directory's descriptor is an empty memfd; what it stands for is in its modification time. */
#include "rt_vfs.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u
#endif

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);

/* ---- content ---- */

/* From here on the kernel copies from file to file, which leaves our own memory alone; below it
 * opening the executable again would cost more than it saves. */
enum { KERNEL_COPY_FROM = 64 * 1024, MEMFD_NAME_MAX = 249 };

static bool write_all(int fd, const uint8_t *data, uint64_t size) {
    while (size > 0) {
        ssize_t written = syscall(SYS_write, fd, data, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        data += written;
        size -= (uint64_t)written;
    }
    return true;
}

static bool copy_in_kernel(int fd, const ImageNode *node) {
    int from = rt_image_reopen();
    if (from < 0) {
        return false;
    }
    off_t offset = (off_t)(rt_image.file_offset + node->data);
    uint64_t left = node->size;
    while (left > 0) {
        ssize_t sent = syscall(SYS_sendfile, fd, from, &offset, left < 1u << 30 ? left : 1u << 30);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            break;
        }
        left -= (uint64_t)sent;
    }
    syscall(SYS_close, from);
    if (left > 0) {
        syscall(SYS_lseek, fd, 0, SEEK_SET);
    }
    return left == 0;
}

static bool inflate_into(int fd, const ImageNode *node) {
    if (node->size == 0) {
        return true;
    }
    if (syscall(SYS_ftruncate, fd, node->size) != 0) {
        return false;
    }
    void *to = mmap(NULL, node->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (to == MAP_FAILED) {
        return false;
    }
    bool good = rt_block_read(node->block, node->data, to, node->size);
    munmap(to, node->size);
    if (!good) {
        errno = EIO;
    }
    return good;
}

static bool fill(int fd, const ImageNode *node) {
    if (node->block != IMAGE_NONE) {
        return inflate_into(fd, node);
    }
    if (node->size >= KERNEL_COPY_FROM && copy_in_kernel(fd, node)) {
        return true;
    }
    return write_all(fd, rt_image.base + node->data, node->size);
}

/* An empty memfd named after the end of the node's path (for /proc/PID/fd and lsof). */
static int create(int32_t node) {
    char name[MEMFD_NAME_MAX + 1];
    const char *path = vfs_node_path(node);
    size_t length = strlen(path);
    size_t skip = length > MEMFD_NAME_MAX ? length - MEMFD_NAME_MAX : 0;
    memcpy(name, path + skip, length - skip + 1);
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int fd = -1;
    if ((vfs_node(node)->flags & IMAGE_NODE_EXECUTABLE) != 0) {
        /* Linux 6.3 may be set up to make memfds non-executable unless asked. */
        fd = (int)syscall(SYS_memfd_create, name, flags | MFD_EXEC);
    }
    return fd >= 0 ? fd : (int)syscall(SYS_memfd_create, name, flags);
}

static bool stamp(int fd, int32_t node) {
    bool executable = (vfs_node(node)->flags & (IMAGE_NODE_EXECUTABLE | IMAGE_NODE_DIRECTORY)) != 0;
    struct timespec times[2] = {
        {.tv_nsec = UTIME_OMIT},
        {.tv_sec = (time_t)(((uint64_t)vfs_state.stamp << 32) | (uint32_t)node),
         .tv_nsec = vfs_state.stamp_nsec},
    };
    return syscall(SYS_fchmod, fd, executable ? 0555 : 0444) == 0 &&
           syscall(SYS_utimensat, fd, NULL, times, 0) == 0;
}

static void close_keeping_errno(int fd) {
    int saved = errno;
    syscall(SYS_close, fd);
    errno = saved;
}

void vfs_descriptor_path(int fd, char path[RT_FD_PATH_SIZE]) {
    static const char start[] = "/proc/self/fd/";
    char digits[12];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + fd % 10);
        fd /= 10;
    } while (fd > 0);
    memcpy(path, start, sizeof start - 1);
    char *to = path + sizeof start - 1;
    while (count > 0) {
        *to++ = digits[--count];
    }
    *to = 0;
}

/* The final descriptor: read-only, or sealed where that is impossible. Takes over `fd`. */
static int make_read_only(int fd, int flags) {
    char path[RT_FD_PATH_SIZE];
    int saved = errno;
    vfs_descriptor_path(fd, path);
    int kept = flags & (O_CLOEXEC | O_NONBLOCK | O_PATH);
    int reader = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | kept);
    errno = saved;
    if (reader >= 0) {
        close_keeping_errno(fd);
        return reader;
    }
    syscall(SYS_lseek, fd, 0, SEEK_SET);
    syscall(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    if ((flags & O_CLOEXEC) == 0) {
        syscall(SYS_fcntl, fd, F_SETFD, 0);
    }
    if ((flags & O_NONBLOCK) != 0) {
        syscall(SYS_fcntl, fd, F_SETFL, O_NONBLOCK);
    }
    errno = saved;
    return fd;
}

int vfs_content(int32_t node, int flags) {
    int saved = errno;
    char real[PATH_MAX];
    if (vfs_is_beside(node) && vfs_beside_path(node, real)) {
        return (int)syscall(SYS_openat, AT_FDCWD, real, O_RDONLY | flags);
    }
    int fd = create(node);
    if (fd < 0) {
        return -1;
    }
    if (!(vfs_is_directory(node) || fill(fd, vfs_node(node))) || !stamp(fd, node)) {
        close_keeping_errno(fd);
        return -1;
    }
    errno = saved;
    return make_read_only(fd, flags);
}

/* ---- open ---- */

int rt_vfs_open_node(uint32_t number, int flags) {
    int32_t node = (int32_t)number;
    bool directory = vfs_is_directory(node);
    int error = 0;
    char real[PATH_MAX];
    if (vfs_is_beside(node) && vfs_beside_path(node, real)) {
        return (int)syscall(SYS_openat, AT_FDCWD, real, flags, 0);
    }
    if ((flags & O_PATH) != 0) {
        flags &= O_PATH | O_DIRECTORY | O_CLOEXEC;
    }
    if ((flags & O_TMPFILE) == O_TMPFILE) {
        error = directory ? EROFS : ENOTDIR;
    } else if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
        error = EEXIST;
    } else if ((flags & O_DIRECTORY) != 0 && !directory) {
        error = ENOTDIR;
    } else if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0) {
        error = directory ? EISDIR : EROFS;
    } else if ((flags & O_CREAT) != 0 && directory) {
        error = EISDIR;
    }
    if (error != 0) {
        errno = error;
        return -1;
    }
    return vfs_content(node, flags);
}

static long kernel_open(const VfsCall *call) {
    return syscall(SYS_openat, call->dirfd, call->path, call->first, call->second);
}

static long serve_open(const VfsCall *call, int32_t node) {
    return rt_vfs_open_node((uint32_t)node, (int)call->first);
}

static int open_at(int dirfd, const char *path, int flags, mode_t mode) {
    VfsCall call = {
        .dirfd = dirfd,
        .path = path,
        .first = flags,
        .second = mode,
        .creates = (flags & O_CREAT) != 0,
        .directory = (flags & O_DIRECTORY) != 0,
    };
    return (int)vfs_run(&call, kernel_open, serve_open);
}

/* The mode is there only when a file may be created. */
#define OPEN_MODE(flags)                                                                           \
    mode_t mode = 0;                                                                               \
    if (((flags) & O_CREAT) != 0 || ((flags) & O_TMPFILE) == O_TMPFILE) {                          \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode = va_arg(arguments, mode_t);                                                          \
        va_end(arguments);                                                                         \
    }

RT_EXPORT int open(const char *path, int flags, ...) {
    OPEN_MODE(flags)
    return open_at(AT_FDCWD, path, flags, mode);
}

RT_EXPORT int open64(const char *path, int flags, ...) {
    OPEN_MODE(flags)
    return open_at(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

RT_EXPORT int openat(int dirfd, const char *path, int flags, ...) {
    OPEN_MODE(flags)
    return open_at(dirfd, path, flags, mode);
}

RT_EXPORT int openat64(int dirfd, const char *path, int flags, ...) {
    OPEN_MODE(flags)
    return open_at(dirfd, path, flags | O_LARGEFILE, mode);
}

RT_EXPORT int creat(const char *path, mode_t mode) {
    return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

RT_EXPORT int creat64(const char *path, mode_t mode) {
    return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC | O_LARGEFILE, mode);
}

/* What objects compiled with _FORTIFY_SOURCE call. */
RT_EXPORT int __open_2(const char *path, int flags) {
    return open_at(AT_FDCWD, path, flags, 0);
}

RT_EXPORT int __open64_2(const char *path, int flags) {
    return open_at(AT_FDCWD, path, flags | O_LARGEFILE, 0);
}

RT_EXPORT int __openat_2(int dirfd, const char *path, int flags) {
    return open_at(dirfd, path, flags, 0);
}

RT_EXPORT int __openat64_2(int dirfd, const char *path, int flags) {
    return open_at(dirfd, path, flags | O_LARGEFILE, 0);
}

/* ---- fopen ---- */

typedef FILE *StreamOpen(const char *path, const char *mode);

/* A descriptor for the stream, checked as fopen would. */
static int open_for_mode(int32_t node, const char *mode) {
    if (vfs_is_directory(node)) {
        errno = EISDIR;
        return -1;
    }
    if (mode[0] != 'r' || strchr(mode, '+') != NULL) {
        errno = EROFS;
        return -1;
    }
    return vfs_content(node, strchr(mode, 'e') != NULL ? O_CLOEXEC : 0);
}

static long serve_fopen(const VfsCall *call, int32_t node) {
    const char *mode = call->out;
    int fd = open_for_mode(node, mode);
    if (fd < 0) {
        return -1;
    }
    FILE *stream = fdopen(fd, mode);
    if (stream == NULL) {
        close_keeping_errno(fd);
        return -1;
    }
    return (long)(intptr_t)stream;
}

static long kernel_fopen(const VfsCall *call) {
    StreamOpen *next = (StreamOpen *)call->first;
    FILE *stream = next(call->path, call->out);
    return stream != NULL ? (long)(intptr_t)stream : -1;
}

static FILE *open_stream(const char *path, const char *mode, StreamOpen *next) {
    VfsCall call = {
        .dirfd = AT_FDCWD,
        .path = path,
        .out = (void *)(uintptr_t)mode,
        .first = (long)(intptr_t)next,
        .creates = mode[0] != 'r',
    };
    long result = vfs_run(&call, kernel_fopen, serve_fopen);
    return result > 0 ? (FILE *)(intptr_t)result : NULL;
}

RT_EXPORT FILE *fopen(const char *path, const char *mode) {
    return open_stream(path, mode, VFS_NEXT(fopen));
}

RT_EXPORT FILE *fopen64(const char *path, const char *mode) {
    return open_stream(path, mode, VFS_NEXT(fopen64));
}

/* freopen must keep the stream's descriptor number: it is opened on /dev/null, then replaced. */
static FILE *reopen_stream(int32_t node, const char *mode, FILE *stream,
                           FILE *(*next)(const char *, const char *, FILE *)) {
    int fd = node >= 0 ? open_for_mode(node, mode) : vfs_fail(node, mode[0] != 'r');
    if (fd < 0) {
        int saved = errno;
        fclose(stream);
        errno = saved;
        return NULL;
    }
    FILE *opened = next("/dev/null", mode, stream);
    if (opened != NULL) {
        int flags = strchr(mode, 'e') != NULL ? O_CLOEXEC : 0;
        syscall(SYS_dup3, fd, fileno(opened), flags);
    }
    close_keeping_errno(fd);
    return opened;
}

/* The slow test cannot wait for the failure here: freopen closes the stream when it fails. */
static int32_t reopen_node(const char *path) {
    __asm__("" : "+r"(path));
    int32_t node = vfs_lexical(path);
    struct stat file;
    if (node == VFS_OUTSIDE && path != NULL &&
        syscall(SYS_newfstatat, AT_FDCWD, path, &file, 0) != 0 && errno == ENOTDIR) {
        node = vfs_identify(AT_FDCWD, path, false);
    }
    return node;
}

RT_EXPORT FILE *freopen(const char *path, const char *mode, FILE *stream) {
    int32_t node = reopen_node(path);
    return node == VFS_OUTSIDE ? VFS_NEXT(freopen)(path, mode, stream)
                               : reopen_stream(node, mode, stream, VFS_NEXT(freopen));
}

RT_EXPORT FILE *freopen64(const char *path, const char *mode, FILE *stream) {
    int32_t node = reopen_node(path);
    return node == VFS_OUTSIDE ? VFS_NEXT(freopen64)(path, mode, stream)
                               : reopen_stream(node, mode, stream, VFS_NEXT(freopen64));
}
