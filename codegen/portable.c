/* STRATEGY_PORTABLE: a directory instead of one file.
 *
 *     <output>/<name>          the executable: interpreter, code objects, shared objects
 *     <output>/<name>.data/…   every other file of the tree, under its virtual path
 *
 * The program sees the same paths as in a single executable; the runtime serves them from the files
 * beside it, so data files can be looked at and replaced. Sources are there for tracebacks; what
 * runs is the code in the executable. The directory appears as a whole: it is made under a
 * temporary name and then put in its place. */
#include "codegen.h"
#include "content.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { TIME_1980 = 315532800 };

typedef struct Portable {
    Arena *arena;
    const Program *program;
    const Progress *progress;
    Diags *diags;
    const char *output;    /* final directory */
    const char *name;      /* of the executable */
    const char *temporary; /* beside the final directory */
} Portable;

static bool fail(const Portable *portable, const char *path, int error) {
    const char *hint = error == ENOSPC || error == EDQUOT
                           ? "free some space or choose another place with -o"
                           : NULL;
    diag_error(portable->diags, EXIT_USER, hint, "cannot write '%s': %s", path, strerror(error));
    return false;
}

/* ---- files ---- */

static bool copy_file(const Portable *portable, const EmbeddedFile *file, int out, const char *to) {
    int in = open(file->path, O_RDONLY | O_CLOEXEC);
    struct stat before;
    struct stat after;
    if (in < 0 || fstat(in, &before) != 0) {
        content_read_error(portable->diags, file->path, errno);
        if (in >= 0) {
            close(in);
        }
        return false;
    }
    bool ok = fs_copy_range(in, 0, out, (size_t)before.st_size);
    int error = errno;
    bool same = fstat(in, &after) == 0 && content_same_file(&before, &after);
    close(in);
    if (!same) {
        content_changed_error(portable->diags, file->path);
        return false;
    }
    return ok || fail(portable, to, error);
}

static bool write_data(const Portable *portable, const EmbeddedFile *file, int out,
                       const char *to) {
    for (size_t done = 0; done < file->size;) {
        ssize_t put = write(out, file->data + done, file->size - done);
        if (put < 0 && errno != EINTR) {
            return fail(portable, to, errno);
        }
        done += put > 0 ? (size_t)put : 0;
    }
    return true;
}

static bool write_file(const Portable *portable, const EmbeddedFile *file, const char *root) {
    const char *to = path_join(portable->arena, root, file->vpath);
    const char *directory = path_dir(portable->arena, to);
    if (!fs_make_dirs(directory)) {
        return fail(portable, directory, errno);
    }
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file->executable ? 0777 : 0666);
    if (out < 0) {
        return fail(portable, to, errno);
    }
    bool ok = file->path != NULL ? copy_file(portable, file, out, to)
                                 : write_data(portable, file, out, to);
    const struct timespec times[2] = {{.tv_sec = TIME_1980}, {.tv_sec = TIME_1980}};
    futimens(out, times);
    if (close(out) != 0 && ok) {
        ok = fail(portable, to, errno);
    }
    return ok;
}

static bool write_files(const Portable *portable) {
    const char *root =
        arena_printf(portable->arena, "%s/%s.data", portable->temporary, portable->name);
    size_t count = portable->program->files.count;
    for (size_t i = 0; i < count; i++) {
        const EmbeddedFile *file = &portable->program->files.items[i];
        if (!file->mapped && !write_file(portable, file, root)) {
            return false;
        }
        portable->progress->count(portable->progress->context, i + 1, count, file->vpath);
    }
    return true;
}

/* ---- the directory ---- */

/* What is there already is replaced: whoever calls has made sure that it may be. */
static bool check_place(const Portable *portable) {
    struct stat info;
    const char *parent = path_dir(portable->arena, portable->output);
    if (!fs_is_dir(parent)) {
        diag_error(portable->diags, EXIT_USER,
                   arena_printf(portable->arena, "mkdir -p '%s'", parent),
                   "cannot write '%s': '%s' does not exist", portable->output, parent);
        return false;
    }
    if (lstat(portable->output, &info) == 0 && !S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) {
        diag_error(portable->diags, EXIT_USER, "choose another place with -o or --name",
                   "cannot replace '%s': it is no directory", portable->output);
        return false;
    }
    return true;
}

static bool make_temporary(Portable *portable) {
    uint64_t number = 0;
    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number)) {
        number = (uint64_t)getpid(); /* mkdir still refuses what is there */
    }
    portable->temporary =
        arena_printf(portable->arena, "%s/.%s.%016llx", path_dir(portable->arena, portable->output),
                     portable->name, (unsigned long long)number);
    if (mkdir(portable->temporary, 0777) != 0) {
        return fail(portable, portable->output, errno);
    }
    fs_remove_at_exit(portable->temporary);
    return true;
}

/* Exchanges old and new in one step where there is an old one, then removes the old one. */
static bool put_in_place(const Portable *portable) {
    bool exchanged =
        renameat2(AT_FDCWD, portable->temporary, AT_FDCWD, portable->output, RENAME_EXCHANGE) == 0;
    if (!exchanged) {
        /* No old one, or a file system that cannot exchange. */
        if (errno != ENOENT && !fs_remove_tree(portable->output)) {
            return fail(portable, portable->output, errno);
        }
        if (rename(portable->temporary, portable->output) != 0) {
            return fail(portable, portable->output, errno);
        }
    } else {
        fs_remove_tree(portable->temporary);
    }
    fs_forget(portable->temporary);
    return true;
}

static bool write_all(Portable *portable, const Request *request, const char *stub,
                      const CacheOps *cache) {
    Program program = *portable->program;
    const Setting beside = {.key = "beside",
                            .value = arena_printf(portable->arena, "%s.data", portable->name)};
    program.settings.items = NULL;
    program.settings.count = program.settings.capacity = 0;
    for (size_t i = 0; i < portable->program->settings.count; i++) {
        vec_push(&program.settings, portable->program->settings.items[i]);
    }
    vec_push(&program.settings, beside);
    ImageStage *stage = image_stage_start(&program, request, LAYOUT_FILES_BESIDE, cache);
    bool ok = image_stage_write(stage, stub,
                                path_join(portable->arena, portable->temporary, portable->name),
                                portable->progress, portable->diags) &&
              write_files(portable);
    image_stage_free(stage);
    vec_free(&program.settings);
    return ok;
}

bool portable_write(const Program *program, const Request *request, const char *stub,
                    const char *output, const CacheOps *cache, const Progress *progress,
                    Diags *diags) {
    Portable portable = {.arena = program->arena,
                         .program = program,
                         .progress = progress,
                         .diags = diags,
                         .output = path_absolute(program->arena, output)};
    portable.name = path_base(portable.output);
    if (!check_place(&portable) || !make_temporary(&portable)) {
        return false;
    }
    bool ok = write_all(&portable, request, stub, cache) && put_in_place(&portable);
    if (!ok) {
        fs_remove_tree(portable.temporary);
        fs_forget(portable.temporary);
    }
    return ok;
}
