/* userfiles: files that no RECORD lists.
 *
 * Packages of the program itself (and of editable installs, whose RECORD names no files) bring
 * every file below them that is not Python source, caches, tests, version control or a build's
 * leftovers. Names that start with a dot stay out: they hold settings and secrets of the developer.
 * Packages of the standard library bring what is neither Python nor about them.
 *
 * --add-data SRC:DEST. SRC is a file, a directory or a pattern; DEST is the directory below the
 * executable that gets the file, the directory's content, or the matches. DEST names the file
 * itself when SRC is one file and DEST ends in the same extension. */
#include "userfiles.h"
#include "elf.h"
#include "files.h"
#include "names.h"
#include "settings.h"

#include "../support/fs.h"
#include "../support/path.h"
#include "../support/proc.h"

#include <glob.h>
#include <string.h>

/* ---- packages without a RECORD ---- */

static bool is_leftover(const char *name) {
    static const char *const names[] = {"__pycache__", "venv",    "build",        "dist",
                                        "env",         "htmlcov", "node_modules", NULL};
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return name[0] == '.' || text_ends(name, ".egg-info") || text_ends(name, ".dist-info");
}

typedef struct PackageFiles {
    Collector *collector;
    const char *root;
    const char *package; /* the package whose files lie there */
} PackageFiles;

/* A directory of tests, unless it is a package that the program uses. */
static bool is_unused_test(const PackageFiles *files, const char *relative) {
    char *name = arena_printf(files->collector->arena, "%s.%s", files->package, relative);
    for (char *at = name; *at != '\0'; at++) {
        *at = *at == '/' ? '.' : *at;
    }
    return is_test_name(path_base(relative)) && !graph_has(files->collector, name);
}

static bool skip_entry(const char *relative, bool is_dir, void *context) {
    const PackageFiles *files = context;
    const char *name = path_base(relative);
    if (!is_dir) {
        return name[0] == '.';
    }
    Arena *arena = files->collector->arena;
    const char *config = path_join(arena, path_join(arena, files->root, relative), "pyvenv.cfg");
    return is_leftover(name) || is_unused_test(files, relative) || fs_exists(config);
}

/* Python files are modules, or (under a name that cannot be imported) scripts that are run by path.
 */
static bool is_package_data(const char *file) {
    static const char *const suffixes[] = {".pyc", ".pyo", ".pyi", ".o", ".orig", ".rej", "~"};
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (text_ends(file, suffixes[i])) {
            return false;
        }
    }
    return !(text_ends(file, ".py") && is_test_name(path_base(file)));
}

static void add_package_data(Collector *collector, const Portion *portion, const Module *package) {
    PackageFiles context = {collector, portion->dir, package->name};
    const char *reason = arena_printf(collector->arena, "data of %s", package->name);
    StrVec names = {0};
    fs_walk(collector->arena, portion->dir, &names, skip_entry, &context);
    for (size_t i = 0; i < names.count; i++) {
        const char *vpath = path_join(collector->arena, portion->vdir, names.items[i]);
        if (!is_package_data(names.items[i]) || files_has(collector, vpath)) {
            continue;
        }
        const char *path = path_join(collector->arena, portion->dir, names.items[i]);
        EmbeddedFile *file = files_add(collector, vpath, path, package->distribution, reason);
        if (file != NULL && elf_is_shared_object(path)) {
            file->mapped = true;
        }
    }
    vec_free(&names);
}

/* Is the module's file listed by its distribution (so that data.c takes its data)? */
static bool is_recorded(const Module *module) {
    if (module->distribution == NULL || module->path == NULL) {
        return false;
    }
    const char *file = path_below(module->path, module->distribution->site_dir);
    return file != NULL && strvec_has(&module->distribution->files, file);
}

static void add_loose_packages(Collector *collector) {
    const Program *program = collector->program;
    for (size_t i = 0; i < program->sorted.count; i++) {
        const Module *module = program->sorted.items[i];
        const char *parent = name_parent(collector->arena, module->name);
        const Module *above = parent != NULL ? strmap_get(&program->modules, parent) : NULL;
        bool inner = above != NULL && above->kind != MODULE_NAMESPACE;
        if (!module->is_package || module->origin == ORIGIN_STDLIB || inner ||
            (module->origin == ORIGIN_DISTRIBUTION &&
             (module->kind == MODULE_NAMESPACE || is_recorded(module)))) {
            continue;
        }
        const Found *found = finder_find(&collector->finder, module->name);
        for (size_t k = 0; found != NULL && k < found->portions.count; k++) {
            if (found->portions.items[k].origin == module->origin) {
                add_package_data(collector, &found->portions.items[k], module);
            }
        }
    }
}

/* ---- packages of the standard library ---- */

/* Packages in it have a turn of their own. */
static bool skip_in_stdlib(const char *relative, bool is_dir, void *context) {
    const PackageFiles *files = context;
    const char *name = path_base(relative);
    if (!is_dir) {
        return name[0] == '.' || text_starts(name, "README") || text_ends(name, ".py") ||
               text_ends(name, ".rst");
    }
    Arena *arena = files->collector->arena;
    const char *inner = path_join(arena, path_join(arena, files->root, relative), "__init__.py");
    return is_leftover(name) || is_test_name(name) || fs_exists(inner);
}

/* lib2to3's grammars, pydoc's style sheet, venv's scripts. */
static void add_stdlib_data(Collector *collector) {
    const Program *program = collector->program;
    for (size_t i = 0; i < program->sorted.count; i++) {
        const Module *module = program->sorted.items[i];
        if (!module->is_package || module->origin != ORIGIN_STDLIB || module->path == NULL ||
            module->vpath == NULL) {
            continue;
        }
        PackageFiles context = {collector, path_dir(collector->arena, module->path), module->name};
        const char *place = path_dir(collector->arena, module->vpath);
        StrVec names = {0};
        fs_walk(collector->arena, context.root, &names, skip_in_stdlib, &context);
        for (size_t k = 0; k < names.count; k++) {
            const char *path = path_join(collector->arena, context.root, names.items[k]);
            if (is_package_data(names.items[k]) && !elf_is_shared_object(path)) {
                files_add(collector, path_join(collector->arena, place, names.items[k]), path, NULL,
                          arena_printf(collector->arena, "data of %s", module->name));
            }
        }
        vec_free(&names);
    }
}

/* ---- --add-data, --add-binary ---- */

/* The destination as a path below the executable; NULL when it leads out. */
static const char *destination(Collector *collector, const char *option, const char *to) {
    const char *path = settings_embedded_path(collector->arena, to);
    path += strspn(path, "/");
    path = path_normal(collector->arena, *path == '\0' ? "." : path);
    if (strcmp(path, "..") == 0 || text_starts(path, "../")) {
        diag_error(collector->diags, EXIT_USAGE, "give a path below the executable, such as 'data'",
                   "%s: the destination '%s' leads out of the executable", option, to);
        return NULL;
    }
    return strcmp(path, ".") == 0 ? "" : path;
}

static void add_one(Collector *collector, const char *vpath, const char *path, const char *option) {
    EmbeddedFile *file = files_add(collector, vpath, path, NULL, option);
    if (file != NULL && elf_is_shared_object(path)) {
        file->mapped = true;
    }
}

static bool skip_nothing_but_caches(const char *relative, bool is_dir, void *context) {
    (void)context;
    const char *name = path_base(relative);
    return is_dir && (strcmp(name, "__pycache__") == 0 || strcmp(name, ".git") == 0);
}

static void add_tree(Collector *collector, const char *vdir, const char *directory,
                     const char *option) {
    StrVec names = {0};
    fs_walk(collector->arena, directory, &names, skip_nothing_but_caches, NULL);
    for (size_t i = 0; i < names.count; i++) {
        add_one(collector, path_join(collector->arena, vdir, names.items[i]),
                path_join(collector->arena, directory, names.items[i]), option);
    }
    vec_free(&names);
}

static void add_source(Collector *collector, const char *vdir, const char *path,
                       const char *option) {
    if (fs_is_dir(path)) {
        add_tree(collector, vdir, path, option);
    } else {
        add_one(collector, path_join(collector->arena, vdir, path_base(path)), path, option);
    }
}

static void add_matches(Collector *collector, const char *vdir, const char *pattern,
                        const char *option) {
    glob_t matches;
    if (glob(pattern, 0, NULL, &matches) != 0) {
        diag_error(collector->diags, EXIT_USER, NULL, "%s: nothing matches '%s'", option, pattern);
        return;
    }
    for (size_t i = 0; i < matches.gl_pathc; i++) { /* glob sorts */
        const char *path = arena_strdup(collector->arena, matches.gl_pathv[i]);
        if (fs_is_dir(path)) { /* a directory among the matches keeps its name */
            add_tree(collector, path_join(collector->arena, vdir, path_base(path)), path, option);
        } else {
            add_source(collector, vdir, path, option);
        }
    }
    globfree(&matches);
}

static void add_pair(Collector *collector, const PathPair *pair, const char *option) {
    const char *to = destination(collector, option, pair->to);
    if (to == NULL) {
        return;
    }
    const char *from = pair->from;
    if (fs_is_file(from)) {
        const char *extension = path_extension(from);
        bool names_file = *extension != '\0' && !text_ends(pair->to, "/") &&
                          strcmp(path_extension(to), extension) == 0;
        if (names_file || strcmp(path_base(to), path_base(from)) == 0) {
            add_one(collector, to, from, option);
        } else {
            add_source(collector, to, from, option);
        }
    } else if (fs_is_dir(from)) {
        add_source(collector, to, from, option);
    } else if (strpbrk(from, "*?[") != NULL) {
        add_matches(collector, to, from, option);
    } else {
        diag_error(collector->diags, EXIT_USER, NULL, "%s: there is no file or directory '%s'",
                   option, from);
    }
}

/* ---- helper programs ---- */

static void add_program(Collector *collector, const char *name) {
    Arena *arena = collector->arena;
    const char *root = collector->request->project_root;
    const char *base = path_absolute(arena, root != NULL ? root : ".");
    const char *candidates[] = {path_join(arena, base, name),
                                path_join(arena, path_join(arena, base, "bin"), name),
                                strchr(name, '/') == NULL ? proc_find(arena, name) : NULL};
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        if (candidates[i] != NULL && fs_is_file(candidates[i])) {
            EmbeddedFile *file =
                files_add(collector, path_join(arena, "bin", path_base(candidates[i])),
                          candidates[i], NULL, "--external-bin");
            if (file != NULL) {
                file->executable = true;
            }
            return;
        }
    }
    diag_error(collector->diags, EXIT_USER, "give its path, or put it into bin/ of the project",
               "--external-bin: there is no program '%s'", name);
}

void userfiles_collect(Collector *collector) {
    const Request *request = collector->request;
    for (size_t i = 0; i < request->add_data.count; i++) {
        add_pair(collector, &request->add_data.items[i], "--add-data");
    }
    for (size_t i = 0; i < request->add_binary.count; i++) {
        add_pair(collector, &request->add_binary.items[i], "--add-binary");
    }
    for (size_t i = 0; i < request->external_bin.count; i++) {
        add_program(collector, request->external_bin.items[i]);
    }
    add_loose_packages(collector);
    add_stdlib_data(collector);
}
