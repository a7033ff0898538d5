/* Finder: module names to files.
 *
 * Mirrors importlib._bootstrap_external (PathFinder, FileFinder.find_spec): in each directory a
 * package wins over a module, extension suffixes come before .py, .py before .pyc; a directory
 * without
 * __init__ is a part of a namespace package, which only counts when no directory of the path has a
 * real module of that name. */
#include "finder.h"
#include "names.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <string.h>
#include <sys/stat.h>

/* ---- directories ---- */

typedef struct Listing {
    StrMap names;
    StrMap stems; /* the names up to their first dot */
} Listing;

static const Listing *listing_of(Finder *finder, const char *directory) {
    if (strmap_has(&finder->listings, directory)) {
        return strmap_get(&finder->listings, directory);
    }
    Listing *listing = ARENA_NEW(finder->arena, Listing);
    StrVec entries = {0};
    if (fs_list(finder->arena, directory, &entries)) {
        for (size_t i = 0; i < entries.count; i++) {
            const char *name = entries.items[i];
            strmap_set(&listing->names, name, NULL);
            strmap_set(&listing->stems, arena_strndup(finder->arena, name, strcspn(name, ".")),
                       NULL);
        }
    }
    vec_free(&entries);
    strmap_set(&finder->listings, arena_strdup(finder->arena, directory), listing);
    return listing;
}

bool finder_has(Finder *finder, const char *directory, const char *name) {
    return strmap_has(&listing_of(finder, directory)->names, name);
}

/* False when the directory has neither a package nor a file of this name: most have not. */
static bool may_have(Finder *finder, const char *directory, const char *stem) {
    return strchr(stem, '.') != NULL || strmap_has(&listing_of(finder, directory)->stems, stem);
}

static bool has_file(Finder *finder, const char *directory, const char *name) {
    return finder_has(finder, directory, name) &&
           fs_is_file(path_join(finder->arena, directory, name));
}

/* The file `<stem><suffix>` of a directory with the suffix that importlib prefers; NULL if none. */
static const char *module_file(Finder *finder, const char *directory, const char *stem,
                               ModuleKind *kind) {
    const StrVec *suffixes = &finder->target->extension_suffixes;
    for (size_t i = 0; i < suffixes->count; i++) {
        const char *name = arena_printf(finder->arena, "%s%s", stem, suffixes->items[i]);
        if (has_file(finder, directory, name)) {
            *kind = MODULE_EXTENSION;
            return name;
        }
    }
    static const char *const sources[] = {".py", ".pyc"};
    for (size_t i = 0; i < 2; i++) {
        const char *name = arena_printf(finder->arena, "%s%s", stem, sources[i]);
        if (has_file(finder, directory, name)) {
            *kind = MODULE_SOURCE;
            return name;
        }
    }
    return NULL;
}

/* ---- one name ---- */

/* Fills `found` when this directory has the module; else adds a namespace portion where it fits. */
static bool find_in_directory(Finder *finder, const Portion *portion, const char *stem,
                              Found *found) {
    if (!may_have(finder, portion->dir, stem)) {
        return false;
    }
    if (finder_has(finder, portion->dir, stem)) {
        const char *directory = path_join(finder->arena, portion->dir, stem);
        if (fs_is_dir(directory)) {
            Portion inner = {directory, path_join(finder->arena, portion->vdir, stem),
                             portion->origin};
            const char *file = module_file(finder, directory, "__init__", &found->kind);
            if (file != NULL) {
                found->origin = portion->origin;
                found->is_package = true;
                found->path = path_join(finder->arena, directory, file);
                found->vpath = path_join(finder->arena, inner.vdir, file);
                found->portions.count = 0;
                vec_push(&found->portions, inner);
                return true;
            }
            vec_push(&found->portions, inner);
        }
    }
    const char *file = module_file(finder, portion->dir, stem, &found->kind);
    if (file == NULL) {
        return false;
    }
    found->origin = portion->origin;
    found->path = path_join(finder->arena, portion->dir, file);
    found->vpath = path_join(finder->arena, portion->vdir, file);
    found->portions.count = 0;
    return true;
}

/* A package whose directory appears in several roots with an __init__ in each (pkgutil.extend_path,
 * pkg_resources.declare_namespace) is one package below the executable, where the roots are merged.
 */
static void add_sibling_portions(Finder *finder, const PortionVec *places, const char *stem,
                                 Found *found) {
    for (size_t i = 0; i < places->count; i++) {
        const char *directory = path_join(finder->arena, places->items[i].dir, stem);
        if (places->items[i].origin != ORIGIN_DISTRIBUTION ||
            strcmp(directory, found->portions.items[0].dir) == 0 ||
            !finder_has(finder, places->items[i].dir, stem) || !fs_is_dir(directory)) {
            continue;
        }
        Portion portion = {directory, path_join(finder->arena, places->items[i].vdir, stem),
                           ORIGIN_DISTRIBUTION};
        vec_push(&found->portions, portion);
    }
}

static bool extends_its_path(const char *init) {
    StrBuf text = {0};
    bool extends = fs_read(init, &text) && text.length < 4096 &&
                   (strstr(strbuf_text(&text), "extend_path") != NULL ||
                    strstr(strbuf_text(&text), "declare_namespace") != NULL);
    strbuf_free(&text);
    return extends;
}

static bool find_on_path(Finder *finder, const PortionVec *places, const char *stem, Found *found) {
    for (size_t i = 0; i < places->count; i++) {
        if (find_in_directory(finder, &places->items[i], stem, found)) {
            if (found->is_package && found->origin == ORIGIN_DISTRIBUTION && places->count > 1 &&
                extends_its_path(found->path)) {
                add_sibling_portions(finder, places, stem, found);
            }
            return true;
        }
    }
    if (found->portions.count == 0) {
        return false;
    }
    found->kind = MODULE_NAMESPACE;
    found->is_package = true;
    found->origin = found->portions.items[0].origin;
    return true;
}

/* Editable installs whose finder maps names to paths: a package directory, or a file. */
static bool find_mapped(Finder *finder, const char *name, Found *found) {
    const Target *target = finder->target;
    for (size_t i = 0; i < target->mapped_names.count; i++) {
        if (strcmp(target->mapped_names.items[i], name) != 0) {
            continue;
        }
        const char *path = target->mapped_paths.items[i];
        const char *directory = fs_is_dir(path) ? path : NULL;
        const char *stem = name_last(name);
        if (directory != NULL || !fs_is_file(path)) {
            Portion place = {path_dir(finder->arena, path), "lib", ORIGIN_DISTRIBUTION};
            return find_in_directory(finder, &place, path_base(path), found) ||
                   found->portions.count > 0;
        }
        bool package = text_starts(path_base(path), "__init__.");
        const char *vdir = path_join(finder->arena, "lib", name_path(finder->arena, name));
        found->kind = text_ends(path, ".so") ? MODULE_EXTENSION : MODULE_SOURCE;
        found->origin = ORIGIN_DISTRIBUTION;
        found->is_package = package;
        found->path = path;
        found->vpath =
            package ? path_join(finder->arena, vdir, path_base(path))
                    : arena_printf(finder->arena, "%.*s%s", (int)(strlen(vdir) - strlen(stem)),
                                   vdir, path_base(path));
        if (package) {
            Portion inner = {path_dir(finder->arena, path), vdir, ORIGIN_DISTRIBUTION};
            vec_push(&found->portions, inner);
        }
        return true;
    }
    return false;
}

static const Found *find_builtin(Finder *finder) {
    Found *found = ARENA_NEW(finder->arena, Found);
    found->kind = MODULE_BUILTIN;
    found->origin = ORIGIN_STDLIB;
    return found;
}

/* Frozen in libpython, but with a file in the standard library that tracebacks and inspect show. */
static const Found *find_frozen(Finder *finder, const char *name) {
    Portion place = {finder->target->stdlib, NULL, ORIGIN_STDLIB};
    Origin origin;
    place.vdir = finder_vpath(finder, place.dir, &origin);
    const char *rest = name;
    for (const char *dot; (dot = strchr(rest, '.')) != NULL; rest = dot + 1) {
        const char *part = arena_strndup(finder->arena, rest, (size_t)(dot - rest));
        place.dir = path_join(finder->arena, place.dir, part);
        place.vdir = path_join(finder->arena, place.vdir, part);
    }
    Found *found = ARENA_NEW(finder->arena, Found);
    if (!find_in_directory(finder, &place, rest, found)) {
        return find_builtin(finder);
    }
    found->kind = MODULE_FROZEN;
    return found;
}

static const Found *find_linked(Finder *finder, const char *name) {
    Found *found = ARENA_NEW(finder->arena, Found);
    found->kind = MODULE_STATIC;
    found->origin = ORIGIN_PROGRAM;
    found->vpath = arena_printf(finder->arena, "%s.so", name_path(finder->arena, name));
    return found;
}

static const Found *find_new(Finder *finder, const char *name) {
    if (strmap_has(&finder->linked, name)) {
        return find_linked(finder, name);
    }
    if (strmap_has(&finder->builtins, name)) {
        return find_builtin(finder);
    }
    if (strmap_has(&finder->frozen, name)) {
        return find_frozen(finder, name);
    }
    const PortionVec *places = &finder->roots;
    const char *parent = name_parent(finder->arena, name);
    if (parent != NULL) {
        const Found *package = finder_find(finder, parent);
        if (package == NULL) {
            return NULL;
        }
        places = &package->portions;
    }
    Found *found = ARENA_NEW(finder->arena, Found);
    if (find_on_path(finder, places, name_last(name), found) || find_mapped(finder, name, found)) {
        return found;
    }
    return NULL;
}

const Found *finder_find(Finder *finder, const char *name) {
    if (strmap_has(&finder->found, name)) {
        return strmap_get(&finder->found, name);
    }
    const char *key = arena_strdup(finder->arena, name);
    const Found *found = find_new(finder, key);
    strmap_set(&finder->found, key, (void *)found);
    return found;
}

/* ---- packages ---- */

/* A link inside a package that leads back to one of the directories above it has no end. */
static bool is_loop(Finder *finder, const Portion *portion, const char *stem) {
    struct stat child;
    if (stat(path_join(finder->arena, portion->dir, stem), &child) != 0 ||
        !S_ISDIR(child.st_mode)) {
        return false;
    }
    const char *above = portion->dir;
    for (size_t depth = 0; depth < 64 && strcmp(above, "/") != 0; depth++) {
        struct stat info;
        if (stat(above, &info) == 0 && info.st_dev == child.st_dev && info.st_ino == child.st_ino) {
            return true;
        }
        above = path_dir(finder->arena, above);
    }
    return false;
}

/* The stem of a file or directory that may be a module; NULL for everything else. */
static const char *module_stem(Finder *finder, const char *file) {
    size_t length = strcspn(file, ".");
    if (!name_is_word(file, length) || strcmp(file, "__pycache__") == 0) {
        return NULL;
    }
    const char *suffix = file + length;
    if (*suffix != '\0' && strcmp(suffix, ".py") != 0 && strcmp(suffix, ".pyc") != 0 &&
        !strvec_has(&finder->target->extension_suffixes, suffix)) {
        return NULL;
    }
    const char *stem = arena_strndup(finder->arena, file, length);
    return strcmp(stem, "__init__") == 0 ? NULL : stem;
}

void finder_children(Finder *finder, const char *package, StrVec *names) {
    const Found *found = finder_find(finder, package);
    if (found == NULL) {
        return;
    }
    size_t before = names->count;
    for (size_t i = 0; i < found->portions.count; i++) {
        const Portion *portion = &found->portions.items[i];
        const StrMap *files = &listing_of(finder, portion->dir)->names;
        for (size_t k = 0; k < files->count; k++) {
            const char *stem = module_stem(finder, files->entries[k].key);
            if (stem == NULL || is_loop(finder, portion, stem)) {
                continue;
            }
            const char *name = arena_printf(finder->arena, "%s.%s", package, stem);
            if (finder_find(finder, name) != NULL) {
                vec_push(names, name);
            }
        }
    }
    if (before == 0) {
        strvec_sort_unique(names);
    }
}

bool finder_has_modules(Finder *finder, const char *package) {
    StrVec names = {0};
    finder_children(finder, package, &names);
    bool found = false;
    for (size_t i = 0; i < names.count && !found; i++) {
        found = finder_find(finder, names.items[i])->kind != MODULE_NAMESPACE ||
                finder_has_modules(finder, names.items[i]);
    }
    vec_free(&names);
    return found;
}

/* ---- roots ---- */

const char *finder_vpath(const Finder *finder, const char *path, Origin *origin) {
    const Portion *best = NULL;
    const char *best_rest = NULL;
    for (size_t i = 0; i < finder->roots.count; i++) {
        const char *rest = path_below(path, finder->roots.items[i].dir);
        if (rest != NULL && (best == NULL || strlen(rest) < strlen(best_rest))) {
            best = &finder->roots.items[i];
            best_rest = rest;
        }
    }
    if (best == NULL) {
        return NULL;
    }
    *origin = best->origin;
    return path_join(finder->arena, best->vdir, best_rest);
}

static void add_root(Finder *finder, const char *dir, const char *vdir, Origin origin) {
    for (size_t i = 0; i < finder->roots.count; i++) {
        if (strcmp(finder->roots.items[i].dir, dir) == 0) {
            return;
        }
    }
    Portion portion = {dir, vdir, origin};
    vec_push(&finder->roots, portion);
}

static void add_linked(Finder *finder, const Request *request) {
    for (size_t i = 0; i < request->c_sources.count; i++) {
        const char *text = request->c_sources.items[i];
        strmap_set(&finder->linked, arena_strndup(finder->arena, text, strcspn(text, "=")), NULL);
    }
}

void finder_start(Finder *finder, Arena *arena, const Target *target, const Request *request,
                  const Entry *entry) {
    *finder = (Finder){.arena = arena, .target = target};
    for (size_t i = 0; i < target->builtin_names.count; i++) {
        strmap_set(&finder->builtins, target->builtin_names.items[i], NULL);
    }
    strmap_set(&finder->builtins, "_frozen_importlib", NULL);
    strmap_set(&finder->builtins, "_frozen_importlib_external", NULL);
    for (size_t i = 0; i < target->frozen_names.count; i++) {
        strmap_set(&finder->frozen, target->frozen_names.items[i], NULL);
    }
    add_linked(finder, request);
    if (entry != NULL && entry->root != NULL) {
        add_root(finder, entry->root, "", ORIGIN_PROGRAM);
    }
    for (size_t i = 0; i < request->include_paths.count; i++) {
        add_root(finder, path_absolute(arena, request->include_paths.items[i]), "", ORIGIN_PROGRAM);
    }
    const char *stdlib = arena_printf(arena, "lib/python%d.%d", target->major, target->minor);
    for (size_t i = 0; i < target->path.count; i++) {
        const char *dir = target->path.items[i];
        if (strcmp(dir, target->stdlib) == 0) {
            add_root(finder, dir, stdlib, ORIGIN_STDLIB);
        } else if (strcmp(dir, target->dynload) == 0) {
            add_root(finder, dir, path_join(arena, stdlib, "lib-dynload"), ORIGIN_STDLIB);
        } else {
            add_root(finder, dir, "lib", ORIGIN_DISTRIBUTION);
        }
    }
}

void finder_finish(Finder *finder) {
    for (size_t i = 0; i < finder->listings.count; i++) {
        Listing *listing = finder->listings.entries[i].value;
        strmap_free(&listing->names);
        strmap_free(&listing->stems);
    }
    strmap_free(&finder->listings);
    strmap_free(&finder->found);
    strmap_free(&finder->linked);
    strmap_free(&finder->builtins);
    strmap_free(&finder->frozen);
    vec_free(&finder->roots);
}
