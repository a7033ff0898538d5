#include "fs.h"

#include "cleanup.h"
#include "path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <time.h>
#include <unistd.h>

enum { READ_CHUNK = 64 * 1024, COPY_CHUNK = 256 * 1024 };

bool fs_exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

bool fs_is_file(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool fs_is_dir(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Closes without losing the errno of the failure that came before. */
static void close_quietly(int descriptor) {
    int saved = errno;
    close(descriptor);
    errno = saved;
}

static int open_to_read(const char *path, struct stat *status) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) {
        return -1;
    }
    if (fstat(descriptor, status) != 0) {
        close_quietly(descriptor);
        return -1;
    }
    if (S_ISDIR(status->st_mode)) {
        close(descriptor);
        errno = EISDIR;
        return -1;
    }
    return descriptor;
}

/* The buffer grows with what arrives, not with what stat says: files in /proc say 0. */
bool fs_read(const char *path, StrBuf *out) {
    struct stat status;
    int descriptor = open_to_read(path, &status);
    if (descriptor < 0) {
        return false;
    }
    char *chunk = xmalloc(READ_CHUNK);
    ssize_t got;
    while ((got = read(descriptor, chunk, READ_CHUNK)) != 0) {
        if (got > 0) {
            strbuf_add(out, chunk, (size_t)got);
        } else if (errno != EINTR) {
            break;
        }
    }
    close_quietly(descriptor);
    free(chunk);
    if (got == 0) {
        strbuf_add(out, "", 0); /* so that .data is there for an empty file too */
    }
    return got == 0;
}

bool fs_map(const char *path, const uint8_t **data, size_t *size) {
    struct stat status;
    int descriptor = open_to_read(path, &status);
    if (descriptor < 0) {
        return false;
    }
    *data = (const uint8_t *)"";
    *size = (size_t)status.st_size;
    if (*size > 0) {
        void *mapping = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (mapping == MAP_FAILED) {
            close_quietly(descriptor);
            return false;
        }
        *data = mapping;
    }
    close(descriptor);
    return true;
}

void fs_unmap(const uint8_t *data, size_t size) {
    if (size > 0) {
        munmap((void *)(uintptr_t)data, size);
    }
}

/* Two builds may create the same directories at once: "exists" is success at every step. */
bool fs_make_dirs(const char *path) {
    char *partial = xstrdup(path);
    for (char *at = partial + 1; partial[0] != '\0'; at++) {
        char separator = *at;
        if (separator == '/' || separator == '\0') {
            *at = '\0';
            if (mkdir(partial, 0777) != 0 && errno != EEXIST && !fs_is_dir(partial)) {
                int saved = errno;
                free(partial);
                errno = saved;
                return false;
            }
            *at = separator;
        }
        if (separator == '\0') {
            break;
        }
    }
    free(partial);
    if (path[0] != '\0' && !fs_is_dir(path)) {
        errno = ENOTDIR;
        return false;
    }
    return true;
}

static uint64_t random_number(void) {
    uint64_t number;
    if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != (ssize_t)sizeof(number)) {
        struct timespec now; /* very early in a boot: unpredictable enough beside O_EXCL */
        clock_gettime(CLOCK_REALTIME, &now);
        number = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec ^ (uint64_t)getpid() << 16;
    }
    return number;
}

bool fs_write_all(int descriptor, const void *bytes, size_t size) {
    const char *data = bytes;
    while (size > 0) {
        ssize_t written = write(descriptor, data, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            errno = written == 0 ? ENOSPC : errno;
            return false;
        }
        data += written;
        size -= (size_t)written;
    }
    return true;
}

/* A new file beside `path`, registered for removal; its name says what left it behind. */
static int create_sibling(Arena *arena, const char *path, mode_t mode, char **sibling) {
    const char *directory = path_dir(arena, path);
    for (int attempt = 0; attempt < 100; attempt++) {
        const char *name = arena_printf(arena, ".pyc2c-%016" PRIx64 ".tmp", random_number());
        *sibling = path_join(arena, directory, name);
        cleanup_add_path(*sibling);
        int descriptor = open(*sibling, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (descriptor >= 0) {
            return descriptor;
        }
        int saved = errno;
        cleanup_forget_path(*sibling);
        errno = saved;
        if (errno != EEXIST) {
            break;
        }
    }
    return -1;
}

bool fs_write_atomic(const char *path, const void *data, size_t size, mode_t mode) {
    Arena arena = {0};
    char *sibling = NULL;
    int descriptor = create_sibling(&arena, path, mode, &sibling);
    bool done = false;
    if (descriptor >= 0) {
        done = fs_write_all(descriptor, data, size) && fsync(descriptor) == 0;
        if (done) {
            done = close(descriptor) == 0 && rename(sibling, path) == 0;
        } else {
            close_quietly(descriptor);
        }
        int saved = errno;
        if (!done) {
            unlink(sibling);
        }
        cleanup_forget_path(sibling);
        errno = saved;
    }
    int saved = errno;
    arena_free(&arena);
    errno = saved;
    return done;
}

bool fs_write_private(const char *path, const void *data, size_t size, mode_t mode) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
    if (descriptor < 0) {
        return false;
    }
    if (!fs_write_all(descriptor, data, size)) {
        close_quietly(descriptor);
        return false;
    }
    return close(descriptor) == 0;
}

bool fs_remove_tree(const char *path) {
    return cleanup_remove_tree(AT_FDCWD, path);
}

void fs_remove_at_exit(const char *path) {
    cleanup_add_path(path);
}

void fs_forget(const char *path) {
    cleanup_forget_path(path);
}

/* The last way, for file systems that know neither copy_file_range nor sendfile. */
static bool copy_by_hand(int from, off_t offset, int to, size_t size) {
    char *chunk = xmalloc(COPY_CHUNK);
    bool ok = true;
    while (ok && size > 0) {
        ssize_t got = pread(from, chunk, size < COPY_CHUNK ? size : COPY_CHUNK, offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got == 0) {
            errno = EIO; /* the file became shorter while it was read */
        }
        ok = got > 0 && fs_write_all(to, chunk, (size_t)got);
        offset += got;
        size -= ok ? (size_t)got : 0;
    }
    int saved = errno;
    free(chunk);
    errno = saved;
    return ok;
}

bool fs_copy_range(int from, off_t offset, int to, size_t size) {
    while (size > 0) {
        ssize_t copied = copy_file_range(from, &offset, to, NULL, size, 0);
        if (copied <= 0) {
            break;
        }
        size -= (size_t)copied;
    }
    while (size > 0) {
        ssize_t copied = sendfile(to, from, &offset, size);
        if (copied <= 0) {
            break;
        }
        size -= (size_t)copied;
    }
    return copy_by_hand(from, offset, to, size);
}
