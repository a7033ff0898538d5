/* program: collecting everything a program needs, in order.
 *
 *     1. what the runtime needs, the entry point, what options name
 *     2. imports to a fixpoint (graph, imports); the program's own modules first, so that the
 * traced import of the packages they use can run meanwhile (trace)
 *     3. what only shows once the rest is known: names in strings, entry points, modules that
 *        extensions import; back to 2 until nothing new turns up
 *     4. files: sources, data, metadata, shared libraries; settings and hints
 *
 * Everything ends up sorted, so that the result depends on the files alone. */
#include "cimports.h"
#include "collect.h"
#include "data.h"
#include "files.h"
#include "imports.h"
#include "late.h"
#include "libs.h"
#include "names.h"
#include "options.h"
#include "settings.h"
#include "trace.h"

#include "../support/path.h"

#include <stdlib.h>
#include <string.h>

/* ---- beginning ---- */

static bool start(Collector *collector, Program *program, const Request *request,
                  const char *support_dir, const CacheOps *cache, const Progress *progress,
                  Diags *diags) {
    *collector = (Collector){.arena = program->arena,
                             .program = program,
                             .request = request,
                             .support_dir = support_dir,
                             .cache = cache,
                             .progress = progress,
                             .diags = diags,
                             .optimize = settings_optimize(request)};
    finder_start(&collector->finder, program->arena, &program->target, request, &program->entry);
    distinfo_start(&collector->dists, program->arena, &collector->finder, &program->distributions);
    return rules_start(&collector->rules, program->arena, support_dir, diags);
}

static void finish(Collector *collector) {
    rules_free(&collector->rules);
    distinfo_free(&collector->dists);
    finder_finish(&collector->finder);
    strmap_free(&collector->file_numbers);
    strmap_free(&collector->shallow);
    strmap_free(&collector->missing);
    strmap_free(&collector->groups);
    strmap_free(&collector->used_rules);
    strmap_free(&collector->traced);
    vec_free(&collector->own_queue);
    vec_free(&collector->queue);
    vec_free(&collector->typing);
    vec_free(&collector->extensions);
}

/* What every executable has: first, on its own, and only as far as it runs at start. */
static bool add_base(Collector *collector) {
    collector->base = true;
    for (size_t i = 0; i < collector->rules.runtime.count; i++) {
        graph_add_base(collector, collector->rules.runtime.items[i]);
    }
    bool ok = graph_run(collector, false);
    collector->base = false;
    return ok;
}

/* ---- the entry point ---- */

static Module *add_script(Collector *collector) {
    const Entry *entry = &collector->program->entry;
    Module *module = ARENA_NEW(collector->arena, Module);
    module->name = "__main__";
    module->kind = MODULE_SOURCE;
    module->origin = ORIGIN_PROGRAM;
    module->path = entry->path;
    module->vpath = path_below(entry->path, entry->root);
    ImportEdge edge = {.reason = "entry point"};
    vec_push(&module->imported_by, edge);
    strmap_set(&collector->program->modules, module->name, module);
    vec_push(&collector->own_queue, module);
    return module;
}

static Module *add_named(Collector *collector) {
    const Entry *entry = &collector->program->entry;
    ImportEdge edge = {.reason = "entry point"};
    Module *module = graph_add(collector, entry->module, &edge);
    if (module != NULL && entry->kind == ENTRY_MODULE && module->is_package) {
        module = graph_add(collector, arena_printf(collector->arena, "%s.__main__", entry->module),
                           &edge);
    }
    if (module == NULL) {
        diag_error(collector->diags, EXIT_USER,
                   graph_is_excluded(collector, entry->module) ? "take it out of --exclude-module"
                                                               : NULL,
                   "the entry point '%s' cannot be included", entry->module);
    } else if (module->kind != MODULE_SOURCE && entry->kind == ENTRY_MODULE) {
        diag_error(collector->diags, EXIT_USER, NULL, "'%s' cannot be run: it has no source",
                   module->name);
    }
    return module;
}

/* An editable install lists no files: its packages are those of its modules that are imported. */
static void add_editable_packages(Collector *collector, const Distribution *dist,
                                  const ImportEdge *edge) {
    StrVec names = {0};
    const StrMap *modules = &collector->program->modules;
    for (size_t i = 0; i < modules->count; i++) {
        const Module *module = modules->entries[i].value;
        const char *parent = name_parent(collector->arena, module->name);
        const Module *package = parent != NULL ? strmap_get(modules, parent) : NULL;
        bool outermost = package == NULL || package->kind == MODULE_NAMESPACE;
        if (outermost && module->is_package && module->distribution == dist &&
            path_below(module->path, dist->site_dir) == NULL) {
            vec_push(&names, module->name);
        }
    }
    for (size_t i = 0; i < names.count; i++) {
        graph_add_below(collector, names.items[i], false, edge);
    }
    vec_free(&names);
}

/* An installed program is all of its distribution, as one that lies in a folder is all of that:
 * what commands load by names from their arguments and configuration, no analysis would find. */
static void add_installed_program(Collector *collector) {
    const Program *program = collector->program;
    Module *main_module = program->main_module;
    Distribution *dist = program->entry.kind == ENTRY_SCRIPT
                             ? distinfo_of_command(&collector->dists, program->entry.path)
                             : main_module->distribution;
    if (dist != NULL && main_module->origin != ORIGIN_STDLIB) {
        ImportEdge edge = {
            .from = main_module, .reason = "the program's distribution", .flags = IMPORT_DYNAMIC};
        graph_add_distribution(collector, dist, false, &edge);
        add_editable_packages(collector, dist, &edge);
    }
}

static bool add_entry(Collector *collector) {
    Program *program = collector->program;
    program->main_module =
        program->entry.kind == ENTRY_SCRIPT ? add_script(collector) : add_named(collector);
    return program->main_module != NULL && collector->diags->errors == 0;
}

/* ---- the fixpoint ---- */

static bool follow_everything(Collector *collector, Trace *trace) {
    bool added = true;
    add_installed_program(collector);
    while (added) {
        if (!graph_run(collector, false)) {
            return false;
        }
        added = imports_follow_strings(collector);
        added = imports_follow_groups(collector) || added;
        if (!added && trace != NULL) {
            added = trace_take(trace, collector);
            trace = NULL;
        }
        if (!added) {
            added = cimports_follow(collector);
        }
    }
    return collector->diags->errors == 0;
}

/* ---- the end ---- */

static int compare_modules(const void *a, const void *b) {
    return strcmp((*(Module *const *)a)->name, (*(Module *const *)b)->name);
}

static bool is_broken(const Module *module) {
    return module->kind == MODULE_SOURCE && module->code == NULL;
}

static void sort_modules(Program *program) {
    for (size_t i = 0; i < program->modules.count; i++) {
        Module *module = program->modules.entries[i].value;
        if (!is_broken(module)) {
            vec_push(&program->sorted, module);
        }
    }
    if (program->sorted.count > 0) {
        qsort(program->sorted.items, program->sorted.count, sizeof(Module *), compare_modules);
    }
}

static int compare_missing(const void *a, const void *b) {
    return strcmp(((const MissingImport *)a)->name, ((const MissingImport *)b)->name);
}

static void sort_missing(Program *program) {
    if (program->missing.count > 0) {
        qsort(program->missing.items, program->missing.count, sizeof(MissingImport),
              compare_missing);
    }
}

/* Imports that will fail for certain: a warning when building (CPython would run the program up to
 * there, too), an error when checking. */
static void report_missing(Collector *collector, DiagLevel level) {
    const Program *program = collector->program;
    for (size_t i = 0; i < program->missing.count; i++) {
        const MissingImport *missing = &program->missing.items[i];
        if (!missing->matters || missing->excluded || missing->edge.from == NULL) {
            continue;
        }
        Diag diag = {.level = level,
                     .file = missing->edge.from->path,
                     .line = missing->edge.line,
                     .message = arena_printf(collector->arena, "no module named '%s': %s",
                                             missing->name, missing->why),
                     .hint = "install it into the environment that is built from, or say that it "
                             "is not wanted with --exclude-module"};
        diag_add(collector->diags, &diag, EXIT_USER);
    }
}

static void add_hint(Program *program, const char *name, const char *advice) {
    Hint hint = {name, advice};
    vec_push(&program->hints, hint);
}

static int compare_hints(const void *a, const void *b) {
    return strcmp(((const Hint *)a)->name, ((const Hint *)b)->name);
}

/* What an ImportError in the executable can advise: names that the environment had. A top-level
 * name covers everything below it. */
static void hint_name(Collector *collector, const char *name) {
    Program *program = collector->program;
    Arena *arena = collector->arena;
    const Module *module = strmap_get(&program->modules, name);
    if (graph_is_excluded(collector, name)) {
        add_hint(program, name,
                 arena_printf(arena, "it was left out by --exclude-module=%s", name));
    } else if (module == NULL) {
        add_hint(program, name, arena_printf(arena, "--include-module=%s", name));
    } else if (module->is_package) {
        add_hint(program, name, arena_printf(arena, "--collect-submodules=%s", name));
    }
}

static void add_hints(Collector *collector) {
    Program *program = collector->program;
    StrVec names = {0};
    for (size_t i = 0; i < program->distributions.count; i++) {
        distinfo_top_names(&collector->dists, program->distributions.entries[i].value, &names);
    }
    for (size_t i = 0; i < program->target.stdlib_names.count; i++) {
        const char *name = program->target.stdlib_names.items[i];
        const Found *found = finder_find(&collector->finder, name);
        if (found != NULL && found->kind != MODULE_BUILTIN) {
            vec_push(&names, name);
        }
    }
    strvec_sort_unique(&names);
    for (size_t i = 0; i < names.count; i++) {
        hint_name(collector, names.items[i]);
    }
    vec_free(&names);
    if (program->hints.count > 0) {
        qsort(program->hints.items, program->hints.count, sizeof(Hint), compare_hints);
    }
}

/* ---- the two ways in ---- */

bool program_collect(Program *program, const Request *request, const char *support_dir,
                     const CacheOps *cache, const Progress *progress, Diags *diags) {
    Collector collector;
    progress->step(progress->context, "finding modules");
    bool ok = start(&collector, program, request, support_dir, cache, progress, diags);
    Trace *trace = NULL;
    if (ok) {
        ok = add_base(&collector) && add_entry(&collector);
    }
    if (ok) {
        options_apply(&collector);
        ok = graph_run(&collector, true);
    }
    if (ok) {
        trace = trace_start(&collector);
        ok = diags->errors == 0;
    }
    ok = ok && follow_everything(&collector, trace);
    trace_end(trace);
    if (ok) {
        progress->step(progress->context, "collecting files");
        graph_finish(&collector);
        sort_modules(program);
        sort_missing(program);
        report_missing(&collector, DIAG_WARNING);
        late_mark_modules(&collector);
        data_collect(&collector);
        libs_collect(&collector);
        late_mark_libraries(program);
        files_finish(&collector);
        settings_fill(program, request, diags);
        add_hints(&collector);
        strvec_sort_unique(&program->notes);
        ok = diags->errors == 0;
    }
    finish(&collector);
    return ok;
}

bool program_check(Program *program, const Request *request, const char *support_dir,
                   const CacheOps *cache, const Progress *progress, Diags *diags) {
    Collector collector;
    progress->step(progress->context, "finding modules");
    bool ok = start(&collector, program, request, support_dir, cache, progress, diags);
    if (ok) {
        ok = add_base(&collector) && add_entry(&collector);
    }
    if (ok) {
        options_apply(&collector);
        ok = follow_everything(&collector, NULL);
    }
    if (ok) {
        graph_finish(&collector);
        sort_modules(program);
        sort_missing(program);
        report_missing(&collector, DIAG_ERROR);
        settings_fill(program, request, diags);
        strvec_sort_unique(&program->notes);
        ok = diags->errors == 0;
    }
    finish(&collector);
    return ok;
}
