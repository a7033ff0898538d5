/* entry: what the source argument is, and where its tree starts.
 *
 *     app.py               a script: its directory is the tree, as sys.path[0] is for `python
 * app.py` pkg/                 a package with __main__.py: as `python -m pkg`, from the directory
 * above the outermost package dir/                 __main__.py in a directory that is no package:
 * as `python dir` -m pkg.mod           as `python -m pkg.mod`, searched from the project, its src/
 * and the environment pkg.mod:function     imports the module and calls the function, as an entry
 * point does
 */
#include "finder.h"
#include "modules.h"
#include "names.h"

#include "../support/fs.h"
#include "../support/path.h"
#include "../support/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct Resolver {
    Arena *arena;
    const Request *request;
    const Target *target;
    Entry *entry;
    Diags *diags;
} Resolver;

/* ---- helpers ---- */

static bool has_init(Arena *arena, const char *directory) {
    return fs_is_file(path_join(arena, directory, "__init__.py"));
}

static bool has_main(Arena *arena, const char *directory) {
    return fs_is_file(path_join(arena, directory, "__main__.py"));
}

static const char *resolved(Arena *arena, const char *path) {
    char *real = realpath(path, NULL);
    const char *result = real != NULL ? arena_strdup(arena, real) : path_absolute(arena, path);
    free(real);
    return result;
}

/* The directory above the outermost package that `directory` is in, and the dotted name down to it.
 */
static const char *root_of_package(Arena *arena, const char *directory, const char **name) {
    *name = arena_strdup(arena, path_base(directory));
    const char *above = path_dir(arena, directory);
    while (has_init(arena, above) && strcmp(above, "/") != 0) {
        *name = arena_printf(arena, "%s.%s", path_base(above), *name);
        above = path_dir(arena, above);
    }
    return above;
}

/* Does the source have a line that starts (after blanks) with one of the import forms that only
 * work inside a package: `from .`, or `import NAME` / `from NAME` of the package itself? */
static bool imports_own_package(const char *file, const char *package) {
    StrBuf text = {0};
    bool found = false;
    if (fs_read(file, &text)) {
        const char *at = strbuf_text(&text);
        size_t length = strlen(package);
        while (!found && *at != '\0') {
            at += strspn(at, " \t");
            const char *word = NULL;
            if (text_starts(at, "from ")) {
                word = at + strlen("from ");
            } else if (text_starts(at, "import ")) {
                word = at + strlen("import ");
            }
            if (word != NULL) {
                word += strspn(word, " \t");
                found = *word == '.' || (strncmp(word, package, length) == 0 &&
                                         strchr(" .\t\r\n,", word[length]) != NULL);
            }
            at += strcspn(at, "\n");
            at += *at == '\n';
        }
    }
    strbuf_free(&text);
    return found;
}

static bool is_readable(Resolver *resolver, const char *file) {
    StrBuf text = {0};
    errno = 0;
    bool ok = fs_read(file, &text);
    strbuf_free(&text);
    if (!ok) {
        diag_error(resolver->diags, EXIT_USER, NULL, "cannot read '%s': %s", file, strerror(errno));
    }
    return ok;
}

static void set_script(Resolver *resolver, const char *file) {
    Arena *arena = resolver->arena;
    Entry *entry = resolver->entry;
    entry->kind = ENTRY_SCRIPT;
    entry->path = resolved(arena, file);
    entry->root = path_dir(arena, entry->path);
    const char *base = path_base(file);
    entry->name = arena_strndup(arena, base, strlen(base) - strlen(path_extension(base)));
}

static void set_package(Resolver *resolver, const char *directory) {
    Entry *entry = resolver->entry;
    entry->kind = ENTRY_MODULE;
    entry->root = root_of_package(resolver->arena, directory, &entry->module);
    entry->name = path_base(directory);
}

/* ---- suggestions ---- */

/* Files and directories beside a path that does not exist: the nearest name. */
static const char *nearest_path(Resolver *resolver, const char *source) {
    Arena *arena = resolver->arena;
    const char *directory = path_dir(arena, source);
    StrVec names = {0}, candidates = {0};
    fs_list(arena, directory, &names);
    for (size_t i = 0; i < names.count; i++) {
        const char *path = path_join(arena, directory, names.items[i]);
        if (text_ends(names.items[i], ".py") || (fs_is_dir(path) && has_main(arena, path))) {
            vec_push(&candidates, names.items[i]);
        }
    }
    const char *near = suggest(path_base(source), candidates.items, candidates.count);
    const char *dotless = arena_printf(arena, "%s.py", path_base(source));
    if (near == NULL && strvec_has(&candidates, dotless)) {
        near = dotless;
    }
    vec_free(&names);
    vec_free(&candidates);
    if (near == NULL) {
        return NULL;
    }
    return strcmp(directory, ".") == 0 ? near : path_join(arena, directory, near);
}

/* A directory without __main__.py: is there one that was meant, below it or below its src/? */
static const char *nearest_package(Resolver *resolver, const char *directory) {
    Arena *arena = resolver->arena;
    const char *places[] = {directory, path_join(arena, directory, "src")};
    for (size_t i = 0; i < 2; i++) {
        StrVec names = {0};
        const char *found = NULL;
        fs_list(arena, places[i], &names);
        for (size_t k = 0; k < names.count && found == NULL; k++) {
            const char *path = path_join(arena, places[i], names.items[k]);
            if (has_main(arena, path)) {
                found = arena_printf(arena, "the package is '%s'", path);
            }
        }
        static const char *const scripts[] = {"main.py", "app.py", "cli.py", "run.py"};
        for (size_t k = 0; k < 4 && found == NULL; k++) {
            const char *path = path_join(arena, places[i], scripts[k]);
            if (fs_is_file(path)) {
                found = arena_printf(arena, "name the script: '%s'", path);
            }
        }
        vec_free(&names);
        if (found != NULL) {
            return found;
        }
    }
    return "add a __main__.py, or name a script or module:function";
}

static void report_absent(Resolver *resolver, const char *source) {
    Arena *arena = resolver->arena;
    const char *near = nearest_path(resolver, source);
    const char *hint = NULL;
    if (near != NULL) {
        hint = arena_printf(arena, "did you mean '%s'?", near);
    } else if (name_is_dotted(source) && strchr(source, '.') != NULL && !text_ends(source, ".py")) {
        hint = arena_printf(arena, "to build a module by name: -m %s", source);
    }
    diag_error(resolver->diags, EXIT_USAGE, hint, "there is no file or directory '%s'", source);
}

/* ---- files and directories ---- */

static bool resolve_directory(Resolver *resolver, const char *source) {
    Arena *arena = resolver->arena;
    const char *directory = resolved(arena, source);
    const char *main_file = path_join(arena, directory, "__main__.py");
    if (!fs_is_file(main_file)) {
        diag_error(resolver->diags, EXIT_USAGE, nearest_package(resolver, source),
                   "the directory '%s' has no __main__.py", source);
        return false;
    }
    if (!is_readable(resolver, main_file)) {
        return false;
    }
    const char *base = path_base(directory);
    bool importable = name_is_identifier(base, strlen(base));
    if (has_init(arena, directory) && !importable) {
        diag_error(resolver->diags, EXIT_USAGE, "rename the directory, or build its __main__.py",
                   "the package directory's name '%s' is not a Python identifier", base);
        return false;
    }
    if (importable && (has_init(arena, directory) || imports_own_package(main_file, base))) {
        set_package(resolver, directory);
    } else {
        set_script(resolver, main_file);
        resolver->entry->name = base;
    }
    return true;
}

/* Not Python: binary data, or text whose name has an extension of something else. */
static bool is_python_file(const char *source) {
    const char *extension = path_extension(source);
    if (strcmp(extension, ".py") == 0 || strcmp(extension, ".pyw") == 0) {
        return true;
    }
    StrBuf text = {0};
    bool python = false;
    if (fs_read(source, &text)) {
        const char *head = strbuf_text(&text);
        const char *end = strchr(head, '\n');
        const char *word = text_starts(head, "#!") ? strstr(head, "python") : NULL;
        bool shebang = word != NULL && (end == NULL || word < end);
        python = shebang ||
                 (*extension == '\0' && !text_starts(head, "#!") && strlen(head) == text.length);
    }
    strbuf_free(&text);
    return python;
}

static bool resolve_file(Resolver *resolver, const char *source) {
    Arena *arena = resolver->arena;
    if (!is_readable(resolver, source)) {
        return false;
    }
    if (!is_python_file(source)) {
        diag_error(resolver->diags, EXIT_USAGE,
                   "pyc2c builds a .py file, a package directory, -m module or module:function",
                   "'%s' is not a Python source file", source);
        return false;
    }
    const char *file = path_absolute(arena, source);
    const char *directory = path_dir(arena, file);
    bool main_file = strcmp(path_base(file), "__main__.py") == 0;
    if (main_file && has_init(arena, directory) &&
        imports_own_package(file, path_base(directory))) {
        set_package(resolver, resolved(arena, directory));
        return true;
    }
    set_script(resolver, source);
    if (main_file) {
        resolver->entry->name = path_base(directory);
    }
    return true;
}

/* ---- modules by name ---- */

/* Where a module given by name starts: the project, its src/, the given roots; else (an installed
 * module) the project. NULL when the module is nowhere. */
static const char *root_of_module(Resolver *resolver, const char *module, const Found **found) {
    Arena *arena = resolver->arena;
    const Request *request = resolver->request;
    const char *project =
        path_absolute(arena, request->project_root != NULL ? request->project_root : ".");
    const char *candidates[] = {path_absolute(arena, "."), project,
                                path_join(arena, project, "src")};
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        Entry probe = {.root = candidates[i]};
        Finder finder;
        finder_start(&finder, arena, resolver->target, request, &probe);
        *found = finder_find(&finder, module);
        if (*found != NULL && ((*found)->origin == ORIGIN_PROGRAM || i == 0)) {
            if ((*found)->origin == ORIGIN_PROGRAM) {
                return candidates[i];
            }
            /* Installed: but a tree of the project that has it goes first, as with `pip install
             * -e`. */
            const char *own = path_join(arena, candidates[2], name_top(arena, module));
            if ((*found)->origin == ORIGIN_STDLIB || !fs_exists(own)) {
                return project;
            }
        }
    }
    return NULL;
}

static void report_unknown_module(Resolver *resolver, const char *module) {
    Arena *arena = resolver->arena;
    const char *hint = "install it into the environment, or start pyc2c where it is";
    if (text_ends(module, ".py")) {
        hint = arena_printf(arena, "a file is built by its path: pyc2c build %s", module);
    } else {
        StrVec names = {0};
        fs_list(arena, ".", &names);
        for (size_t i = 0; i < names.count; i++) {
            size_t length = strcspn(names.items[i], ".");
            names.items[i] = arena_strndup(arena, names.items[i], length);
        }
        const char *near = suggest(module, names.items, names.count);
        if (near != NULL) {
            hint = arena_printf(arena, "did you mean '%s'?", near);
        }
        vec_free(&names);
    }
    diag_error(resolver->diags, EXIT_USAGE, hint, "there is no module '%s'", module);
}

static bool resolve_module(Resolver *resolver, const char *module) {
    Entry *entry = resolver->entry;
    if (!name_is_dotted(module)) {
        diag_error(resolver->diags, EXIT_USAGE,
                   text_ends(module, ".py") || strchr(module, '/') != NULL
                       ? "a file is built by its path, without -m"
                       : NULL,
                   "'%s' is not the name of a module", module);
        return false;
    }
    const Found *found = NULL;
    entry->root = root_of_module(resolver, module, &found);
    if (entry->root == NULL) {
        report_unknown_module(resolver, module);
        return false;
    }
    entry->module = arena_strdup(resolver->arena, module);
    entry->name = name_last(entry->module);
    return true;
}

/* -m: a package needs a __main__ to be run. */
static bool resolve_run_module(Resolver *resolver, const char *module) {
    if (!resolve_module(resolver, module)) {
        return false;
    }
    resolver->entry->kind = ENTRY_MODULE;
    Finder finder;
    finder_start(&finder, resolver->arena, resolver->target, resolver->request, resolver->entry);
    const Found *found = finder_find(&finder, module);
    const char *main_name = arena_printf(resolver->arena, "%s.__main__", module);
    if (found != NULL && found->is_package && finder_find(&finder, main_name) == NULL) {
        diag_error(resolver->diags, EXIT_USAGE,
                   arena_printf(resolver->arena, "add %s/__main__.py, or name a function: %s:main",
                                module, module),
                   "the package '%s' cannot be run: it has no __main__ module", module);
        return false;
    }
    return true;
}

static bool is_attribute_path(const char *text) {
    return name_is_dotted(text);
}

/* "src/pkg/cli.py" or "pkg/cli" -> root directory and module name; false when there is no such
 * file. */
static bool module_of_file(Resolver *resolver, const char *path) {
    Arena *arena = resolver->arena;
    const char *file = fs_is_file(path) ? path : arena_printf(arena, "%s.py", path);
    if (!fs_is_file(file)) {
        return false;
    }
    file = path_absolute(arena, file);
    const char *directory = path_dir(arena, file);
    const char *base = path_base(file);
    const char *stem = arena_strndup(arena, base, strlen(base) - strlen(path_extension(base)));
    Entry *entry = resolver->entry;
    if (has_init(arena, directory)) {
        const char *package;
        entry->root = root_of_package(arena, directory, &package);
        entry->module = arena_printf(arena, "%s.%s", package, stem);
    } else {
        entry->root = directory;
        entry->module = stem;
    }
    entry->name = stem;
    return true;
}

static bool resolve_function(Resolver *resolver, const char *source, const char *colon) {
    Arena *arena = resolver->arena;
    const char *module = arena_strndup(arena, source, (size_t)(colon - source));
    const char *function = colon + 1;
    if (!is_attribute_path(function)) {
        diag_error(resolver->diags, EXIT_USAGE, "write module:function, for example app.cli:main",
                   "'%s' is not the name of a function", function);
        return false;
    }
    bool path = strchr(module, '/') != NULL || text_ends(module, ".py");
    if (path ? !module_of_file(resolver, module) : !resolve_module(resolver, module)) {
        if (path) {
            report_absent(resolver, module);
        }
        return false;
    }
    resolver->entry->kind = ENTRY_FUNCTION;
    resolver->entry->function = arena_strdup(arena, function);
    return true;
}

bool entry_resolve(Arena *arena, const Request *request, const Target *target, Entry *entry,
                   Diags *diags) {
    *entry = (Entry){0};
    Resolver resolver = {arena, request, target, entry, diags};
    const char *source = request->source;
    bool ok;
    if (request->module != NULL) {
        ok = resolve_run_module(&resolver, request->module);
    } else if (source == NULL || *source == '\0') {
        diag_error(diags, EXIT_USAGE,
                   "name a script, a package directory, -m module or "
                   "module:function",
                   "nothing to build was named");
        ok = false;
    } else if (fs_is_dir(source)) {
        ok = resolve_directory(&resolver, source);
    } else if (fs_exists(source)) {
        ok = resolve_file(&resolver, source);
    } else if (strchr(source, ':') != NULL) {
        ok = resolve_function(&resolver, source, strrchr(source, ':'));
    } else {
        report_absent(&resolver, source);
        ok = false;
    }
    if (ok && request->name != NULL) {
        entry->name = request->name;
    }
    return ok;
}
