/* cimports: names of modules among the constants of extension modules.
 *
 * C code, Cython's output and CFFI's all hold the name of a module they import as a constant of its
 * own. Most constants are other words, so a name only counts when it is that of a module
 *   - of the same distribution, or of one that it requires, or
 *   - of the standard library: with a dot in it, or, as a single word, seen by the traced import;
 * where no trace ran, unless it is a common word (ignored_strings in implicit.toml), or
 *   - for the program's own extension modules: of the program, or of anything installed.
 * "datetime.datetime_CAPI" and the like name a capsule: the module is the part before the dot. */
#include "cimports.h"
#include "elf.h"
#include "names.h"

#include <string.h>

typedef struct Scan {
    Collector *collector;
    Module *module;
    StrMap seen;
    StrVec names; /* candidates, collected first: adding modules reads other files */
} Scan;

static void take_name(void *context, const char *text, size_t length) {
    Scan *scan = context;
    bool number = strspn(text, "0123456789.") == length;
    if (text[0] == '.' || text[length - 1] == '.' || number || strmap_has(&scan->seen, text)) {
        return;
    }
    const char *name = arena_strndup(scan->collector->arena, text, length);
    strmap_set(&scan->seen, name, NULL);
    if (name_is_importable(name)) {
        vec_push(&scan->names, name);
    }
}

static bool is_capsule(const char *name) {
    return text_ends(name, "_CAPI") || text_ends(name, "_C_API") || text_ends(name, "_API");
}

static bool is_wanted_from_stdlib(const Collector *collector, const char *name) {
    if (strmap_has(&collector->traced, name)) {
        return true;
    }
    if (strchr(name, '.') != NULL) {
        return graph_has(collector, name_top(collector->arena, name)) || !collector->trace_ran;
    }
    return !collector->trace_ran && !strvec_has(&collector->rules.ignored_strings, name);
}

static bool is_wanted(Scan *scan, const char *name, const Found *found) {
    Collector *collector = scan->collector;
    const Module *module = scan->module;
    bool own = module->origin == ORIGIN_PROGRAM;
    switch (found->origin) {
    case ORIGIN_STDLIB: return is_wanted_from_stdlib(collector, name);
    case ORIGIN_PROGRAM: return own && (strchr(name, '.') != NULL || found->is_package);
    case ORIGIN_DISTRIBUTION: break;
    }
    if (found->path == NULL) {
        return false; /* namespace packages come with what is in them */
    }
    Distribution *dist = distinfo_of_file(&collector->dists, found->path);
    if (own) {
        return strmap_has(&collector->traced, name) || strchr(name, '.') != NULL ||
               !strvec_has(&collector->rules.ignored_strings, name);
    }
    return module->distribution != NULL &&
           distinfo_requires(&collector->dists, module->distribution, dist);
}

static bool follow_name(Scan *scan, const char *name) {
    Collector *collector = scan->collector;
    if (is_capsule(name) && name_parent(collector->arena, name) != NULL) {
        name = name_parent(collector->arena, name);
    }
    if (graph_has(collector, name)) {
        return false;
    }
    const Found *found = finder_find(&collector->finder, name);
    if (found == NULL || !is_wanted(scan, name, found)) {
        return false;
    }
    ImportEdge edge = {scan->module,
                       arena_printf(collector->arena, "named in %s", scan->module->vpath), 0,
                       IMPORT_DYNAMIC, false};
    return graph_try(collector, name, &edge) != NULL;
}

static bool scan_module(Collector *collector, Module *module) {
    Scan scan = {.collector = collector, .module = module};
    bool added = false;
    elf_each_name(module->path, take_name, &scan);
    for (size_t i = 0; i < scan.names.count; i++) {
        added = follow_name(&scan, scan.names.items[i]) || added;
    }
    strmap_free(&scan.seen);
    vec_free(&scan.names);
    return added;
}

/* Extension modules of the standard library are described by data: implicit.toml. */
bool cimports_follow(Collector *collector) {
    bool added = false;
    for (; collector->extensions_next < collector->extensions.count; collector->extensions_next++) {
        Module *module = collector->extensions.items[collector->extensions_next];
        if (module->origin != ORIGIN_STDLIB) {
            added = scan_module(collector, module) || added;
        }
    }
    return added;
}
