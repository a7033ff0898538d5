#include "output_file.h"

#include "../compiler/support/arena.h"
#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static bool fail(OutputFile *output, int error) {
    const char *hint = NULL;
    if (error == ENOSPC || error == EDQUOT) {
        hint = "free some space or choose another place with -o; nothing was left behind";
    } else if (error == EFBIG) {
        hint = "the file size limit (ulimit -f) or the file system does not allow this size";
    } else if (error == EACCES || error == EPERM || error == EROFS) {
        hint = "choose a writable place with -o or --output-dir";
    }
    diag_error(output->diags, EXIT_USER, hint, "cannot write '%s': %s", output->path,
               strerror(error));
    output_discard(output);
    return false;
}

/* Refuses places where a rename would destroy something that is no program. */
static bool check_place(OutputFile *output) {
    struct stat info;
    if (lstat(output->path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode)) {
        bool directory = S_ISDIR(info.st_mode);
        diag_error(output->diags, EXIT_USER, "choose another name with -o or --name",
                   "cannot write '%s': it is %s", output->path,
                   directory ? "a directory" : "not a regular file");
        return false;
    }
    Arena arena = {0};
    const char *directory = path_dir(&arena, output->path);
    bool there = fs_is_dir(directory);
    if (!there) {
        const char *hint = fs_exists(directory) ? "choose another place with -o"
                                                : arena_printf(&arena, "mkdir -p '%s'", directory);
        diag_error(output->diags, EXIT_USER, hint, "cannot write '%s': '%s' %s", output->path,
                   directory, fs_exists(directory) ? "is not a directory" : "does not exist");
    }
    arena_free(&arena);
    return there;
}

static char *temporary_name(const char *path) {
    uint64_t number = 0;
    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number)) {
        number = (uint64_t)getpid(); /* O_EXCL still keeps others' files safe */
    }
    const char *base = path_base(path);
    int directory = (int)(base - path);
    char *name;
    /* The base name is cut so that the result stays below NAME_MAX. */
    if (asprintf(&name, "%.*s.%.200s.%016llx", directory, path, base, (unsigned long long)number) <
        0) {
        return xstrdup(path);
    }
    return name;
}

/* A file without a name leaves nothing behind even when the process is killed. Not every file
 * system has them, and without /proc they cannot be given a name. */
static bool open_nameless(OutputFile *output, mode_t mode) {
    Arena arena = {0};
    if (access("/proc/self/fd", X_OK) == 0) {
        output->fd = open(path_dir(&arena, output->path), O_RDWR | O_TMPFILE | O_CLOEXEC, mode);
    }
    arena_free(&arena);
    return output->fd >= 0;
}

typedef struct ProcName {
    char text[32];
} ProcName;

static ProcName proc_name(const OutputFile *output) {
    ProcName name;
    snprintf(name.text, sizeof(name.text), "/proc/self/fd/%d", output->fd);
    return name;
}

/* A file that is open for writing cannot be started. The descriptor that is left only tells which
 * file it is. */
static bool end_writing(OutputFile *output) {
    int kept = open(proc_name(output).text, O_PATH | O_CLOEXEC);
    if (kept < 0) {
        return false;
    }
    int closed = close(output->fd);
    output->fd = kept;
    return closed == 0;
}

static bool give_name(const OutputFile *output, const char *name) {
    ProcName self = proc_name(output);
    return linkat(AT_FDCWD, self.text, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
}

static bool give_temporary_name(OutputFile *output) {
    for (int attempt = 0; attempt < 100; attempt++) {
        output->temporary = temporary_name(output->path);
        fs_remove_at_exit(output->temporary);
        if (give_name(output, output->temporary)) {
            return true;
        }
        int error = errno;
        fs_forget(output->temporary);
        free(output->temporary);
        output->temporary = NULL;
        errno = error;
        if (error != EEXIST) {
            return false;
        }
    }
    return false;
}

bool output_open(OutputFile *output, const char *path, mode_t mode, Diags *diags) {
    *output = (OutputFile){.path = path, .fd = -1, .diags = diags};
    if (!check_place(output)) {
        return false;
    }
    /* A file size limit shall be an error of write, not the end of the process. */
    signal(SIGXFSZ, SIG_IGN);
    if (open_nameless(output, mode)) {
        return true;
    }
    for (int attempt = 0; attempt < 100 && output->fd < 0; attempt++) {
        output->temporary = temporary_name(path);
        output->fd = open(output->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (output->fd < 0) {
            int error = errno;
            free(output->temporary);
            output->temporary = NULL;
            if (error != EEXIST) {
                return fail(output, error);
            }
        }
    }
    if (output->fd < 0) {
        return fail(output, EEXIST);
    }
    fs_remove_at_exit(output->temporary);
    return true;
}

bool output_write(OutputFile *output, const void *data, size_t size) {
    if (output->fd >= 0 && !fs_write_all(output->fd, data, size)) {
        return fail(output, errno);
    }
    return output->fd >= 0;
}

bool output_write_at(OutputFile *output, uint64_t offset, const void *data, size_t size) {
    const char *bytes = data;
    while (output->fd >= 0 && size > 0) {
        ssize_t done = pwrite(output->fd, bytes, size, (off_t)offset);
        if (done >= 0) {
            bytes += done;
            size -= (size_t)done;
            offset += (uint64_t)done;
        } else if (errno != EINTR) {
            return fail(output, errno);
        }
    }
    return output->fd >= 0;
}

bool output_copy_at(OutputFile *output, uint64_t offset, int from, uint64_t from_offset,
                    uint64_t size) {
    if (output->fd >= 0 && (lseek(output->fd, (off_t)offset, SEEK_SET) < 0 ||
                            !fs_copy_range(from, (off_t)from_offset, output->fd, size))) {
        return fail(output, errno);
    }
    return output->fd >= 0;
}

bool output_set_size(OutputFile *output, uint64_t size) {
    if (output->fd >= 0 && ftruncate(output->fd, (off_t)size) != 0) {
        return fail(output, errno);
    }
    return output->fd >= 0;
}

static bool rename_temporary(OutputFile *output) {
    if (rename(output->temporary, output->path) != 0) {
        return false;
    }
    fs_forget(output->temporary);
    free(output->temporary);
    output->temporary = NULL;
    return true;
}

/* A new file gets its final name at once: killed at any moment, a build leaves no other behind.
 * Only a rename replaces what is there already; between the two calls there is nothing to wait for.
 */
static bool name_finished(OutputFile *output) {
    return end_writing(output) &&
           (give_name(output, output->path) ||
            (errno == EEXIST && give_temporary_name(output) && rename_temporary(output)));
}

static bool rename_finished(OutputFile *output) {
    int closed = close(output->fd);
    output->fd = -1;
    return closed == 0 && rename_temporary(output);
}

bool output_commit(OutputFile *output) {
    if (output->fd < 0) {
        return false;
    }
    if (!(output->temporary == NULL ? name_finished(output) : rename_finished(output))) {
        return fail(output, errno);
    }
    output_discard(output);
    return true;
}

void output_discard(OutputFile *output) {
    if (output->fd >= 0) {
        close(output->fd);
        output->fd = -1;
    }
    if (output->temporary != NULL) {
        unlink(output->temporary);
        fs_forget(output->temporary);
        free(output->temporary);
        output->temporary = NULL;
    }
}
