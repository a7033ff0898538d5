#include "output_path.h"

#include "../../codegen/elf_section.h"
#include "../../codegen/image_format.h"
#include "../support/fs.h"
#include "../support/path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *output_path(Session *session, const Entry *entry) {
    const Request *request = &session->options.request;
    const char *path = request->output;
    if (path == NULL) {
        const char *name = request->name != NULL ? request->name : entry->name;
        path = path_join(&session->arena, request->output_dir, name);
    }
    return path_absolute(&session->arena, path);
}

/* Any executable with our section counts as ours, a damaged one too. */
static bool is_ours(const char *path) {
    const uint8_t *data;
    size_t size;
    uint64_t offset, length;
    if (!fs_map(path, &data, &size)) {
        return false;
    }
    bool ours = elf_find_section(data, size, IMAGE_HEAD_SECTION, &offset, &length) == ELF_FOUND;
    fs_unmap(data, size);
    return ours;
}

static bool is_same_file(const char *a, const char *b) {
    struct stat left, right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

static bool ask(const char *path) {
    char answer[16] = "";
    fprintf(stderr, "'%s' exists and was not made by pyc2c. Replace it? [y/N] ", path);
    return fgets(answer, sizeof(answer), stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

static bool may_replace(Session *session, const char *path, const char *what) {
    if (session->options.noconfirm) {
        return true;
    }
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && ask(path)) {
        return true;
    }
    diag_error(&session->diags, EXIT_USAGE,
               "--noconfirm replaces it; -o, --name and --output-dir choose another place",
               "'%s' exists and is %s", path, what);
    return false;
}

/* The directory of the output, or the nearest one above that exists, must be writable. */
static bool check_directory(Session *session, const char *path) {
    const char *directory = path_dir(&session->arena, path);
    while (!fs_exists(directory) && strcmp(directory, "/") != 0) {
        directory = path_dir(&session->arena, directory);
    }
    int error = !fs_is_dir(directory) ? ENOTDIR : access(directory, W_OK | X_OK) != 0 ? errno : 0;
    if (error != 0) {
        diag_error(&session->diags, EXIT_USER, "choose another place with -o or --output-dir",
                   "cannot write '%s': '%s': %s", path, directory, strerror(error));
        return false;
    }
    return true;
}

/* --mode=portable: a directory with our executable in it is ours. */
static bool check_portable(Session *session, const Entry *entry, const char *path) {
    const Request *request = &session->options.request;
    const char *name = request->name != NULL ? request->name : entry->name;
    StrVec names = {0};
    bool empty = fs_is_dir(path) && fs_list(&session->arena, path, &names) && names.count == 0;
    vec_free(&names);
    if (!fs_exists(path) || empty || is_ours(path_join(&session->arena, path, name)) ||
        is_ours(path_join(&session->arena, path, path_base(path)))) {
        return true;
    }
    if (entry->root != NULL && path_below(entry->root, path) != NULL) {
        diag_error(&session->diags, EXIT_USAGE, "choose another place with -o or --output-dir",
                   "the output directory '%s' holds the program's sources", path);
        return false;
    }
    return may_replace(session, path, "not a directory that pyc2c made");
}

bool output_path_check(Session *session, const Entry *entry, const char *path) {
    if (!check_directory(session, path)) {
        return false;
    }
    if (session->options.request.strategy == STRATEGY_PORTABLE) {
        return check_portable(session, entry, path);
    }
    if (fs_is_dir(path)) {
        diag_error(&session->diags, EXIT_USAGE, "choose another name with -o or --name",
                   "the output '%s' is a directory", path);
        return false;
    }
    if (entry->path != NULL && is_same_file(path, entry->path)) {
        diag_error(&session->diags, EXIT_USAGE, "choose another name with -o or --name",
                   "the output '%s' is the program's own source", path);
        return false;
    }
    return !fs_exists(path) || is_ours(path) ||
           may_replace(session, path, "no executable of pyc2c");
}
