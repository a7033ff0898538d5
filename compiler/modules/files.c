/* files: the table of embedded files. */
#include "files.h"

#include "../support/path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_left_out(const Collector *collector, const char *vpath, const char *path) {
    const StrVec *patterns = &collector->request->exclude_files;
    for (size_t i = 0; i < patterns->count; i++) {
        const char *pattern = patterns->items[i];
        if (path_matches(vpath, pattern) || path_matches(path_base(vpath), pattern) ||
            (path != NULL && path_matches(path, pattern)) || path_below(vpath, pattern) != NULL) {
            return true;
        }
    }
    return false;
}

static EmbeddedFile *add(Collector *collector, const EmbeddedFile *file) {
    Program *program = collector->program;
    size_t known = (size_t)strmap_get(&collector->file_numbers, file->vpath);
    if (known != 0) {
        const EmbeddedFile *first = &program->files.items[known - 1];
        if (first->path != NULL && file->path != NULL && strcmp(first->path, file->path) != 0) {
            vec_push(&program->notes,
                     arena_printf(collector->arena, "'%s' is used for %s; not embedded as well: %s",
                                  file->vpath, first->path, file->path));
        }
        return NULL;
    }
    vec_push(&program->files, *file);
    strmap_set(&collector->file_numbers, file->vpath, (void *)program->files.count);
    return &program->files.items[program->files.count - 1];
}

EmbeddedFile *files_add(Collector *collector, const char *vpath, const char *path,
                        Distribution *dist, const char *reason) {
    struct stat info;
    if (is_left_out(collector, vpath, path) || stat(path, &info) != 0 || !S_ISREG(info.st_mode)) {
        return NULL;
    }
    EmbeddedFile file = {.vpath = vpath,
                         .path = path,
                         .size = (size_t)info.st_size,
                         .executable = (info.st_mode & S_IXUSR) != 0,
                         .distribution = dist,
                         .reason = reason};
    return add(collector, &file);
}

EmbeddedFile *files_add_data(Collector *collector, const char *vpath, const void *data, size_t size,
                             Distribution *dist, const char *reason) {
    EmbeddedFile file = {
        .vpath = vpath, .data = data, .size = size, .distribution = dist, .reason = reason};
    return is_left_out(collector, vpath, NULL) ? NULL : add(collector, &file);
}

bool files_has(const Collector *collector, const char *vpath) {
    return strmap_has(&collector->file_numbers, vpath);
}

static int compare_files(const void *a, const void *b) {
    return strcmp(((const EmbeddedFile *)a)->vpath, ((const EmbeddedFile *)b)->vpath);
}

void files_finish(Collector *collector) {
    Program *program = collector->program;
    if (program->files.count > 0) {
        qsort(program->files.items, program->files.count, sizeof(EmbeddedFile), compare_files);
    }
}
