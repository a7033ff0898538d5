/* Directory streams.
 *
 * A DIR is opaque, so for our directories we hand out a structure of our own. It is told apart from
 * libc's by its first word: glibc keeps the descriptor there, which is never negative while the
 * stream is open. */
#include "rt_vfs.h"

#include <dirent.h>
#include <stdlib.h>

_Static_assert(sizeof(struct dirent) == sizeof(struct dirent64), "64-bit systems only");

enum { DIRECTORY_MARK = -0x50594443, POSITION_DOT = 0, POSITION_DOT_DOT = 1, POSITION_FIRST = 2 };
#define POSITION_END LONG_MAX

typedef struct VfsDirectory {
    int mark;
    int fd; /* -1 until somebody asks for it */
    int32_t node;
    long position; /* of the next entry: POSITION_*, or POSITION_FIRST + node number */
    union {
        struct dirent entry;
        struct dirent64 entry64;
    } now;
} VfsDirectory;

static inline VfsDirectory *ours(DIR *stream) {
    VfsDirectory *directory = (VfsDirectory *)stream;
    return rt_unlikely(directory->mark == DIRECTORY_MARK) ? directory : NULL;
}

/* ---- opening ---- */

static DIR *make_directory(int32_t node, int fd) {
    if (!vfs_is_directory(node)) {
        errno = ENOTDIR;
        return NULL;
    }
    VfsDirectory *directory = calloc(1, sizeof *directory);
    if (directory != NULL) {
        directory->mark = DIRECTORY_MARK;
        directory->fd = fd;
        directory->node = node;
    }
    return (DIR *)directory;
}

static long kernel_opendir(const VfsCall *call) {
    DIR *stream = VFS_NEXT(opendir)(call->path);
    return stream != NULL ? (long)(intptr_t)stream : -1;
}

static long serve_opendir(const VfsCall *call, int32_t node) {
    (void)call;
    DIR *stream = make_directory(node, -1);
    return stream != NULL ? (long)(intptr_t)stream : -1;
}

RT_EXPORT DIR *opendir(const char *path) {
    VfsCall call = {.dirfd = AT_FDCWD, .path = path, .directory = true};
    long result = vfs_run(&call, kernel_opendir, serve_opendir);
    return result > 0 ? (DIR *)(intptr_t)result : NULL;
}

RT_EXPORT DIR *fdopendir(int fd) {
    DIR *stream = VFS_NEXT(fdopendir)(fd);
    if (stream == NULL && errno == ENOTDIR) {
        int32_t node = vfs_descriptor_node(fd);
        errno = ENOTDIR;
        if (node >= 0) {
            stream = make_directory(node, fd);
        }
    }
    return stream;
}

RT_EXPORT int closedir(DIR *stream) {
    VfsDirectory *directory = ours(stream);
    if (directory == NULL) {
        return VFS_NEXT(closedir)(stream);
    }
    int fd = directory->fd;
    directory->mark = 0;
    free(directory);
    return fd >= 0 ? close(fd) : 0;
}

RT_EXPORT int dirfd(DIR *stream) {
    VfsDirectory *directory = ours(stream);
    if (directory == NULL) {
        return VFS_NEXT(dirfd)(stream);
    }
    if (directory->fd < 0) {
        directory->fd = vfs_content(directory->node, O_CLOEXEC);
    }
    return directory->fd;
}

/* ---- reading ---- */

static long position_of(uint32_t node) {
    return node != IMAGE_NONE ? POSITION_FIRST + (long)node : POSITION_END;
}

static void set_entry(VfsDirectory *directory, int32_t node, const char *name) {
    struct dirent *entry = &directory->now.entry;
    struct stat status;
    size_t length = strlen(name);
    if (length > NAME_MAX) {
        length = NAME_MAX;
    }
    vfs_fill_stat(&status, node);
    entry->d_ino = status.st_ino;
    entry->d_off = directory->position;
    entry->d_reclen = sizeof *entry;
    entry->d_type = S_ISDIR(status.st_mode) ? DT_DIR : DT_REG;
    memcpy(entry->d_name, name, length);
    entry->d_name[length] = 0;
}

static bool read_entry(VfsDirectory *directory) {
    const ImageNode *self = vfs_node(directory->node);
    if (directory->position == POSITION_DOT) {
        directory->position = POSITION_DOT_DOT;
        set_entry(directory, directory->node, ".");
        return true;
    }
    if (directory->position == POSITION_DOT_DOT) {
        directory->position = position_of(self->first_child);
        set_entry(directory, (int32_t)self->parent, "..");
        return true;
    }
    if (directory->position == POSITION_END) {
        return false;
    }
    int32_t child = (int32_t)(directory->position - POSITION_FIRST);
    const char *path = vfs_node_path(child);
    const char *slash = strrchr(path, '/');
    directory->position = position_of(vfs_node(child)->next_sibling);
    set_entry(directory, child, slash != NULL ? slash + 1 : path);
    return true;
}

RT_EXPORT struct dirent *readdir(DIR *stream) {
    VfsDirectory *directory = ours(stream);
    if (directory == NULL) {
        return VFS_NEXT(readdir)(stream);
    }
    return read_entry(directory) ? &directory->now.entry : NULL;
}

RT_EXPORT struct dirent64 *readdir64(DIR *stream) {
    VfsDirectory *directory = ours(stream);
    if (directory == NULL) {
        return VFS_NEXT(readdir64)(stream);
    }
    return read_entry(directory) ? &directory->now.entry64 : NULL;
}

#pragma GCC diagnostic push /* readdir_r is deprecated, but objects that call it exist */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
RT_EXPORT int readdir_r(DIR *restrict stream, struct dirent *restrict entry,
                        struct dirent **restrict result) {
    VfsDirectory *directory = ours(stream);
    if (directory == NULL) {
        return VFS_NEXT(readdir_r)(stream, entry, result);
    }
    *result = NULL;
    if (read_entry(directory)) {
        *entry = directory->now.entry;
        *result = entry;
    }
    return 0;
}

RT_EXPORT int readdir64_r(DIR *restrict stream, struct dirent64 *restrict entry,
                          struct dirent64 **restrict result) {
    VfsDirectory *directory = ours(stream);
    if (directory == NULL) {
        return VFS_NEXT(readdir64_r)(stream, entry, result);
    }
    *result = NULL;
    if (read_entry(directory)) {
        *entry = directory->now.entry64;
        *result = entry;
    }
    return 0;
}
#pragma GCC diagnostic pop

RT_EXPORT void rewinddir(DIR *stream) {
    VfsDirectory *directory = ours(stream);
    if (directory != NULL) {
        directory->position = POSITION_DOT;
    } else {
        VFS_NEXT(rewinddir)(stream);
    }
}

RT_EXPORT long telldir(DIR *stream) {
    VfsDirectory *directory = ours(stream);
    return directory != NULL ? directory->position : VFS_NEXT(telldir)(stream);
}

/* Only positions that telldir gave are used; anything else ends the directory. */
RT_EXPORT void seekdir(DIR *stream, long position) {
    VfsDirectory *directory = ours(stream);
    if (directory == NULL) {
        VFS_NEXT(seekdir)(stream, position);
        return;
    }
    long child = position - POSITION_FIRST;
    bool known = position == POSITION_DOT || position == POSITION_DOT_DOT ||
                 (child > 0 && child < (long)rt_image.index->nodes.count &&
                  vfs_node((int32_t)child)->parent == (uint32_t)directory->node);
    directory->position = known ? position : POSITION_END;
}
