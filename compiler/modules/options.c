/* options: what the command line asks to put in, besides what the program reaches. */
#include "options.h"
#include "names.h"

#include "../support/path.h"
#include "../support/suggest.h"

#include <string.h>

static ImportEdge edge_of(const char *option) {
    return (ImportEdge){.reason = option, .flags = IMPORT_DYNAMIC};
}

/* Names that could have been meant: distributions and top-level modules of them. */
static const char *near_name(Collector *collector, const char *name) {
    StrVec names = {0};
    const StrMap *dists = &collector->program->distributions;
    for (size_t i = 0; i < dists->count; i++) {
        vec_push(&names, dists->entries[i].key);
        distinfo_top_names(&collector->dists, dists->entries[i].value, &names);
    }
    const StrVec *stdlib = &collector->program->target.stdlib_names;
    for (size_t i = 0; i < stdlib->count; i++) {
        vec_push(&names, stdlib->items[i]);
    }
    const char *near = suggest(name, names.items, names.count);
    vec_free(&names);
    return near == NULL ? "it has to be installed in the environment that is built from"
                        : arena_printf(collector->arena, "did you mean '%s'?", near);
}

static void unknown(Collector *collector, const char *option, const char *name) {
    diag_error(collector->diags, EXIT_USER, near_name(collector, name),
               "%s: there is no module or distribution '%s'", option, name);
}

static void include_module(Collector *collector, const char *option, const char *name) {
    ImportEdge edge = edge_of(option);
    if (text_ends(name, ".*")) {
        graph_try_pattern(collector, name, &edge);
    } else if (graph_add(collector, name, &edge) == NULL && !graph_is_excluded(collector, name)) {
        diag_error(collector->diags, EXIT_USER, near_name(collector, name),
                   "%s: there is no module '%s'", option, name);
    }
}

static void include_whole_stdlib(Collector *collector, const char *option) {
    ImportEdge edge = edge_of(option);
    const StrVec *names = &collector->program->target.stdlib_names;
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->items[i];
        if (strcmp(name, "antigravity") == 0 || strcmp(name, "this") == 0 ||
            graph_try(collector, name, &edge) == NULL) {
            continue;
        }
        graph_add_below(collector, name, false, &edge);
    }
}

static void include_submodules(Collector *collector, const char *option, const char *name) {
    ImportEdge edge = edge_of(option);
    if (graph_add(collector, name, &edge) != NULL) {
        graph_add_below(collector, name, true, &edge);
    } else if (!graph_is_excluded(collector, name)) {
        unknown(collector, option, name);
    }
}

static void include_distribution(Collector *collector, const char *option, Distribution *dist) {
    ImportEdge edge = edge_of(option);
    dist->whole = true;
    graph_add_distribution(collector, dist, true, &edge);
}

/* A distribution's name or a module's: the module wins where both exist, and brings its
 * distribution. */
static void include_all(Collector *collector, const char *option, const char *name) {
    if (strcmp(name, "stdlib") == 0) {
        include_whole_stdlib(collector, option);
        return;
    }
    Distribution *dist = distinfo_named(&collector->dists, name);
    if (finder_find(&collector->finder, name) != NULL) {
        include_submodules(collector, option, name);
        const Module *module = strmap_get(&collector->program->modules, name);
        if (module != NULL && module->distribution != NULL) {
            module->distribution->whole = true;
        }
    } else if (dist != NULL) {
        include_distribution(collector, option, dist);
    } else {
        unknown(collector, option, name);
    }
}

/* The distribution that `name` (a module's or a distribution's) belongs to. */
static Distribution *distribution_of(Collector *collector, const char *name) {
    const Found *found = finder_find(&collector->finder, name);
    Distribution *dist = NULL;
    if (found != NULL && found->path != NULL) {
        dist = distinfo_of_file(&collector->dists, found->path);
    }
    return dist != NULL ? dist : distinfo_named(&collector->dists, name);
}

static void include_files_of(Collector *collector, const char *option, const char *name,
                             bool metadata_only) {
    Distribution *dist = distribution_of(collector, name);
    if (dist == NULL && !metadata_only && finder_find(&collector->finder, name) != NULL) {
        return; /* of the program itself: data.c takes its files */
    }
    if (dist == NULL) {
        unknown(collector, option, name);
    } else if (metadata_only) {
        dist->metadata = true;
        distinfo_read_metadata(&collector->dists, dist);
    } else {
        graph_include_distribution(collector, dist);
    }
}

void options_apply(Collector *collector) {
    const Request *request = collector->request;
    for (size_t i = 0; i < request->hidden_imports.count; i++) {
        include_module(collector, "--hidden-import", request->hidden_imports.items[i]);
    }
    for (size_t i = 0; i < request->collect_submodules.count; i++) {
        include_submodules(collector, "--collect-submodules", request->collect_submodules.items[i]);
    }
    for (size_t i = 0; i < request->collect_all.count; i++) {
        include_all(collector, "--collect-all", request->collect_all.items[i]);
    }
    for (size_t i = 0; i < request->packages.count; i++) {
        include_all(collector, "packages", request->packages.items[i]);
    }
    for (size_t i = 0; i < request->collect_data.count; i++) {
        include_files_of(collector, "--collect-data", request->collect_data.items[i], false);
    }
    for (size_t i = 0; i < request->collect_binaries.count; i++) {
        include_files_of(collector, "--collect-binaries", request->collect_binaries.items[i],
                         false);
    }
    for (size_t i = 0; i < request->copy_metadata.count; i++) {
        include_files_of(collector, "--copy-metadata", request->copy_metadata.items[i], true);
    }
}
