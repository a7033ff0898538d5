/* graph: the table of modules and the queue of those whose imports are still to be followed.
 *
 * A module enters the table once, with every place that asked for it noted; its parents enter
 * before it. What each entry brings along is decided here (its distribution, rules of its package,
 * the rest of the program's own package); what its source imports, in imports.c. */
#include "collect.h"
#include "files.h"
#include "imports.h"
#include "late.h"
#include "names.h"

#include "../support/path.h"

#include <string.h>

bool graph_has(const Collector *collector, const char *name) {
    return strmap_has(&collector->program->modules, name);
}

bool graph_is_excluded(const Collector *collector, const char *name) {
    return name_matches_any(name, &collector->request->excludes);
}

bool is_test_name(const char *name) {
    static const char *const names[] = {"test", "tests", "testing_data", "conftest", "conftest.py"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return text_starts(name, "test_") || text_ends(name, "_test") || text_ends(name, "_test.py");
}

/* A single module called `test` is as often a command of that name as it is a test. */
static bool is_test(const char *name, const Found *found) {
    const char *last = name_last(name);
    return is_test_name(last) && (found->is_package || found->kind == MODULE_NAMESPACE ||
                                  last == name || strcmp(last, "test") != 0);
}

/* ---- what is missing ---- */

/* An import that fails when the program gets there, come what may. */
static bool edge_matters(const ImportEdge *edge) {
    const unsigned harmless = IMPORT_IN_FUNCTION | IMPORT_CONDITIONAL | IMPORT_IN_TRY |
                              IMPORT_TYPE_CHECKING | IMPORT_DYNAMIC;
    return (edge->flags & harmless) == 0 &&
           (edge->from == NULL || edge->from->origin == ORIGIN_PROGRAM);
}

static void add_missing(Collector *collector, const char *name, const ImportEdge *edge,
                        const char *why) {
    MissingImport *known = strmap_get(&collector->missing, name);
    bool matters = edge_matters(edge);
    if (known != NULL) {
        if (matters && !known->matters) {
            known->edge = *edge;
            known->matters = true;
        }
        return;
    }
    MissingImport *missing = ARENA_NEW(collector->arena, MissingImport);
    missing->name = arena_strdup(collector->arena, name);
    missing->edge = *edge;
    missing->matters = matters;
    missing->why = why;
    missing->excluded = why != NULL && text_starts(why, "excluded");
    strmap_set(&collector->missing, missing->name, missing);
}

static const char *why_missing(Collector *collector, const char *name) {
    const char *parent = name_parent(collector->arena, name);
    if (parent == NULL) {
        return strvec_has(&collector->program->target.stdlib_names, name)
                   ? "not part of the standard library on this platform"
                   : "not installed";
    }
    const Found *found = finder_find(&collector->finder, parent);
    if (found == NULL) {
        return "not installed";
    }
    return arena_printf(collector->arena, "'%s' has no such module", parent);
}

/* ---- distributions ---- */

void graph_include_distribution(Collector *collector, Distribution *dist) {
    if (dist->included) {
        return;
    }
    dist->included = true;
    distinfo_read_metadata(&collector->dists, dist);
}

static void attach_distribution(Collector *collector, Module *module) {
    if (module->origin != ORIGIN_DISTRIBUTION || module->path == NULL) {
        return;
    }
    module->distribution = distinfo_of_file(&collector->dists, module->path);
    if (module->distribution != NULL) {
        graph_include_distribution(collector, module->distribution);
    }
}

/* ---- rules ---- */

static void apply_rule(Collector *collector, Module *module, const Rule *rule) {
    ImportEdge edge = {.from = module,
                       .reason =
                           arena_printf(collector->arena, "rule %s: %s", rule->file, rule->why),
                       .flags = IMPORT_DYNAMIC};
    for (size_t i = 0; i < rule->imports.count; i++) {
        graph_try_pattern(collector, rule->imports.items[i], &edge);
    }
    edge.flags = 0; /* as an import outside of functions */
    for (size_t i = 0; i < rule->soon.count; i++) {
        graph_try_pattern(collector, rule->soon.items[i], &edge);
    }
    for (size_t i = 0; i < rule->metadata.count; i++) {
        Distribution *dist = distinfo_named(&collector->dists, rule->metadata.items[i]);
        if (dist != NULL) {
            dist->metadata = true;
        }
    }
    for (size_t i = 0; i < rule->entry_groups.count; i++) {
        strmap_set(&collector->groups, rule->entry_groups.items[i], module);
    }
}

static void apply_rules(Collector *collector, Module *module) {
    RuleVec rules = {0};
    rules_for(&collector->rules, module->name, &rules);
    for (size_t i = 0; i < rules.count; i++) {
        char *key = arena_printf(collector->arena, "%p", (const void *)rules.items[i]);
        if (strmap_set(&collector->used_rules, key, NULL)) {
            apply_rule(collector, module, rules.items[i]);
        }
    }
    vec_free(&rules);
}

/* ---- the table ---- */

/* A module of the base that the program itself reaches: its imports are followed again, all of
 * them. */
static void deepen(Collector *collector, Module *module) {
    if (!collector->base && strmap_get(&collector->shallow, module->name) != NULL) {
        strmap_set(&collector->shallow, module->name, NULL);
        vec_push(&collector->queue, module);
        apply_rules(collector, module);
    }
}

static void add_edge(Module *module, const ImportEdge *edge) {
    size_t count = module->imported_by.count;
    if (count > 0 && module->imported_by.items[count - 1].from == edge->from &&
        edge->from != NULL) {
        /* Several places of one importer: the first one is told. */
        module->imported_by.items[count - 1].immediate |= late_edge_is_immediate(module, edge);
        return;
    }
    ImportEdge added = *edge;
    added.immediate = late_edge_is_immediate(module, edge);
    vec_push(&module->imported_by, added);
}

static Module *new_module(Collector *collector, const char *name, const Found *found) {
    Module *module = ARENA_NEW(collector->arena, Module);
    module->name = arena_strdup(collector->arena, name);
    module->kind = found->kind;
    module->origin = found->origin;
    module->is_package = found->is_package;
    module->path = found->path;
    module->vpath = found->vpath;
    strmap_set(&collector->program->modules, module->name, module);
    if (collector->base) {
        strmap_set(&collector->shallow, module->name, module);
    }
    attach_distribution(collector, module);
    if (module->origin == ORIGIN_PROGRAM) {
        vec_push(&collector->own_queue, module);
    } else {
        vec_push(&collector->queue, module);
    }
    return module;
}

/* `record`: a name that leads nowhere is a missing import. */
static Module *add(Collector *collector, const char *name, const ImportEdge *edge, bool record) {
    if (graph_is_excluded(collector, name)) {
        if (record) {
            add_missing(collector, name, edge, "excluded on request");
        }
        return NULL;
    }
    Module *module = strmap_get(&collector->program->modules, name);
    if (module == NULL) {
        const Found *found = finder_find(&collector->finder, name);
        if (found == NULL) {
            if (record && !rules_virtual(&collector->rules, name)) {
                add_missing(collector, name, edge, why_missing(collector, name));
            }
            return NULL;
        }
        const char *parent = name_parent(collector->arena, name);
        if (parent != NULL) {
            ImportEdge below = *edge;
            below.flags &= ~(unsigned)IMPORT_FROM;
            if (add(collector, parent, &below, record) == NULL) {
                return NULL;
            }
        }
        module = strmap_get(&collector->program->modules, name); /* a rule may have been quicker */
        if (module == NULL) {
            module = new_module(collector, name, found);
            add_edge(module, edge);
            if (!collector->base) {
                apply_rules(collector, module);
            }
            return module;
        }
    }
    add_edge(module, edge);
    deepen(collector, module);
    return module;
}

Module *graph_add(Collector *collector, const char *name, const ImportEdge *edge) {
    /* The first part that is missing is what CPython would complain about. */
    for (const char *dot = strchr(name, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        const char *part = arena_strndup(collector->arena, name, (size_t)(dot - name));
        if (add(collector, part, edge, true) == NULL) {
            return NULL;
        }
    }
    return add(collector, name, edge, true);
}

Module *graph_try(Collector *collector, const char *name, const ImportEdge *edge) {
    return add(collector, name, edge, false);
}

void graph_add_below(Collector *collector, const char *package, bool tests,
                     const ImportEdge *edge) {
    StrVec names = {0};
    RuleVec rules = {0};
    rules_for(&collector->rules, package, &rules);
    finder_children(&collector->finder, package, &names);
    for (size_t i = 0; i < names.count; i++) {
        const Found *found = finder_find(&collector->finder, names.items[i]);
        if ((!tests && is_test(names.items[i], found)) || rules_cut(&rules, names.items[i])) {
            continue;
        }
        if (found->kind == MODULE_NAMESPACE &&
            !finder_has_modules(&collector->finder, names.items[i])) {
            continue; /* a directory of data */
        }
        Module *module = graph_try(collector, names.items[i], edge);
        if (module != NULL && module->is_package) {
            graph_add_below(collector, module->name, tests, edge);
        }
    }
    vec_free(&names);
    vec_free(&rules);
}

/* Does the distribution have a module or package of this name? */
static bool has_part(Collector *collector, const Distribution *dist, const char *name) {
    const char *path = name_path(collector->arena, name);
    size_t length = strlen(path);
    for (size_t i = 0; i < dist->files.count; i++) {
        const char *file = dist->files.items[i];
        if (strncmp(file, path, length) == 0 && (file[length] == '/' || file[length] == '.')) {
            return true;
        }
    }
    return false;
}

/* A package with all below it; of a namespace, which others share, only what is the distribution's.
 */
static void add_part(Collector *collector, const Distribution *dist, const char *name, bool tests,
                     const ImportEdge *edge) {
    const Found *found = finder_find(&collector->finder, name);
    if (found == NULL || (!tests && is_test(name, found)) || !has_part(collector, dist, name)) {
        return;
    }
    if (found->kind != MODULE_NAMESPACE) {
        if (graph_try(collector, name, edge) != NULL) {
            graph_add_below(collector, name, tests, edge);
        }
        return;
    }
    StrVec names = {0};
    finder_children(&collector->finder, name, &names);
    for (size_t i = 0; i < names.count; i++) {
        add_part(collector, dist, names.items[i], tests, edge);
    }
    vec_free(&names);
}

void graph_add_distribution(Collector *collector, Distribution *dist, bool tests,
                            const ImportEdge *edge) {
    StrVec names = {0};
    graph_include_distribution(collector, dist);
    distinfo_top_names(&collector->dists, dist, &names);
    for (size_t i = 0; i < names.count; i++) {
        add_part(collector, dist, names.items[i], tests, edge);
    }
    vec_free(&names);
}

void graph_try_pattern(Collector *collector, const char *pattern, const ImportEdge *edge) {
    size_t length = strlen(pattern);
    if (length > 2 && strcmp(pattern + length - 2, ".*") == 0) {
        const char *package = arena_strndup(collector->arena, pattern, length - 2);
        if (graph_try(collector, package, edge) != NULL) {
            graph_add_below(collector, package, false, edge);
        }
    } else {
        graph_try(collector, pattern, edge);
    }
}

void graph_add_base(Collector *collector, const char *pattern) {
    ImportEdge edge = {.reason = "needed by the interpreter", .flags = IMPORT_DYNAMIC};
    graph_try_pattern(collector, pattern, &edge);
}

/* ---- the queue ---- */

/* All of the program's own package belongs to the program: its modules are loaded by name, from
 * lists, by walking directories; no analysis would find them all. Tests stay out unless they are
 * imported. */
static void add_own_package(Collector *collector, Module *module) {
    ImportEdge edge = {.from = module, .reason = "own package", .flags = IMPORT_DYNAMIC};
    StrVec names = {0};
    finder_children(&collector->finder, module->name, &names);
    for (size_t i = 0; i < names.count; i++) {
        const Found *found = finder_find(&collector->finder, names.items[i]);
        bool skip = is_test(names.items[i], found) || found->origin != ORIGIN_PROGRAM ||
                    (found->kind == MODULE_NAMESPACE &&
                     !finder_has_modules(&collector->finder, names.items[i])) ||
                    (strcmp(name_last(names.items[i]), "__main__") == 0 &&
                     collector->program->entry.kind == ENTRY_FUNCTION);
        if (!skip) {
            graph_try(collector, names.items[i], &edge);
        }
    }
    vec_free(&names);
}

static void report_broken(Collector *collector, Module *module, const char *why,
                          const FrontError *error) {
    bool fatal = module == collector->program->main_module;
    bool reached = false;
    for (size_t i = 0; i < module->imported_by.count; i++) {
        const ImportEdge *edge = &module->imported_by.items[i];
        fatal = fatal || (module->origin == ORIGIN_PROGRAM && edge_matters(edge));
        reached = reached || edge->from != NULL;
    }
    if (module->origin == ORIGIN_PROGRAM) {
        Diag diag = {.level = fatal ? DIAG_ERROR : DIAG_WARNING,
                     .file = module->path,
                     .line = error->line,
                     .column = error->column,
                     .end_column = error->end_column,
                     .source = error->source,
                     .message = why,
                     .hint = fatal ? NULL
                                   : "the file itself goes into the executable: importing it "
                                     "fails there in the same way"};
        diag_add(collector->diags, &diag, EXIT_USER);
    }
    files_add(collector, module->vpath, module->path, module->distribution, "broken source");
    vec_push(&collector->program->notes,
             error->line > 0
                 ? arena_printf(collector->arena, "module %s cannot be compiled: line %d: %s",
                                module->name, error->line, why)
                 : arena_printf(collector->arena, "module %s cannot be compiled: %s", module->name,
                                why));
}

/* Broken modules stay in the table without code until the end (others may name them as parents). */
static void process(Collector *collector, Module *module) {
    if (module->kind == MODULE_SOURCE || module->kind == MODULE_FROZEN) {
        const char *why;
        FrontError error;
        bool loaded = module->code != NULL || module->facts.imports != NULL;
        if (loaded || source_load(collector, module, &why, &error)) {
            imports_follow(collector, module);
        } else {
            report_broken(collector, module, why, &error);
        }
    } else if (module->kind == MODULE_EXTENSION) {
        vec_push(&collector->extensions, module);
        if (module->origin != ORIGIN_STDLIB && source_scan_twin(collector, module)) {
            imports_follow(collector, module);
        }
    }
    if (module->origin == ORIGIN_PROGRAM && module->is_package) {
        add_own_package(collector, module);
    }
}

bool graph_run(Collector *collector, bool own_only) {
    const Progress *progress = collector->progress;
    for (;;) {
        Module *module;
        if (collector->own_next < collector->own_queue.count) {
            module = collector->own_queue.items[collector->own_next++];
        } else if (!own_only && collector->next < collector->queue.count) {
            module = collector->queue.items[collector->next++];
        } else {
            break;
        }
        progress->count(progress->context, collector->own_next + collector->next,
                        collector->own_queue.count + collector->queue.count, module->name);
        process(collector, module);
    }
    return collector->diags->errors == 0;
}

/* ---- the end ---- */

void graph_finish(Collector *collector) {
    for (size_t i = 0; i < collector->typing.count; i++) {
        MissingImport *typing = &collector->typing.items[i];
        if (!graph_has(collector, typing->name) && !strmap_has(&collector->missing, typing->name)) {
            add_missing(collector, typing->name, &typing->edge, typing->why);
        }
    }
    for (size_t i = 0; i < collector->missing.count; i++) {
        const MissingImport *missing = collector->missing.entries[i].value;
        /* Modules that others put into sys.modules while they run are not missing. */
        if (!strmap_has(&collector->traced, missing->name) || missing->excluded) {
            vec_push(&collector->program->missing, *missing);
        }
    }
}
