/* imports: the statements of a source, and names in its strings, become edges.
 *
 * Relative names follow importlib._bootstrap._resolve_name; `from m import a` tries m.a as a
 * submodule (as _handle_fromlist does) and takes it for an attribute when there is none. */
#include "imports.h"
#include "names.h"

#include <string.h>

/* ---- names ---- */

/* The absolute name of `fact`, NULL when it leads out of the top-level package. */
static const char *absolute_name(Collector *collector, const Module *module, int level,
                                 const char *name) {
    Arena *arena = collector->arena;
    if (level == 0) {
        return name;
    }
    const char *package = module->is_package ? module->name : name_parent(arena, module->name);
    for (int i = 1; i < level && package != NULL; i++) {
        package = name_parent(arena, package);
    }
    if (package == NULL) {
        return NULL;
    }
    return *name == '\0' ? package : arena_printf(arena, "%s.%s", package, name);
}

static void note_typing(Collector *collector, const char *name, const ImportEdge *edge) {
    MissingImport missing = {
        .name = name, .edge = *edge, .why = "only for type checkers or another platform"};
    vec_push(&collector->typing, missing);
}

/* ---- statements ---- */

static void follow_names(Collector *collector, Module *target, const ImportFact *fact,
                         const ImportEdge *edge, const RuleVec *rules) {
    for (const char *const *name = fact->names; name != NULL && *name != NULL; name++) {
        if (strcmp(*name, "*") == 0) {
            continue;
        }
        const char *full = arena_printf(collector->arena, "%s.%s", target->name, *name);
        if (rules_cut(rules, full)) {
            continue;
        }
        if (target->kind == MODULE_NAMESPACE) {
            graph_add(collector, full, edge); /* a namespace has nothing but submodules */
        } else if (target->is_package) {
            graph_try(collector, full, edge);
        }
    }
}

static void follow_dynamic(Collector *collector, const char *name, const ImportEdge *edge) {
    size_t length = strlen(name);
    if (length > 2 && strcmp(name + length - 2, ".*") == 0) {
        graph_try_pattern(collector, name, edge);
    } else if (front_is_module_name(name)) {
        /* What the standard library loads by name on other systems is no loss here. */
        bool foreign = edge->from->origin == ORIGIN_STDLIB;
        if (foreign) {
            graph_try(collector, name, edge);
        } else {
            graph_add(collector, name, edge);
        }
    }
}

static void follow_fact(Collector *collector, Module *module, const ImportFact *fact,
                        const RuleVec *rules) {
    ImportEdge edge = {module, "import", fact->line, fact->flags, false};
    const char *name = absolute_name(collector, module, fact->level, fact->module);
    if (name == NULL || *name == '\0') {
        return;
    }
    if (fact->flags & IMPORT_TYPE_CHECKING) {
        note_typing(collector, name, &edge);
        return;
    }
    if (rules_cut(rules, name)) {
        return;
    }
    if (fact->flags & IMPORT_DYNAMIC) {
        edge.reason = "dynamic import";
        follow_dynamic(collector, name, &edge);
        return;
    }
    Module *target = graph_add(collector, name, &edge);
    if (target != NULL) {
        follow_names(collector, target, fact, &edge, rules);
    }
}

/* Is the import of no consequence in this program, though the source has it? */
static bool is_idle(const Collector *collector, const Module *module, const ImportFact *fact) {
    if ((fact->flags & IMPORT_MAIN_ONLY) && module->origin != ORIGIN_PROGRAM &&
        module != collector->program->main_module) {
        return true; /* self-tests and command lines of libraries */
    }
    return collector->base && (fact->flags & IMPORT_IN_FUNCTION);
}

/* Names in __all__ that are submodules: `from package import *` loads them, and packages that load
 * their parts on first use (a module's __getattr__) list them there too. */
static void follow_all(Collector *collector, Module *module) {
    if (!module->is_package || module->facts.all_names == NULL) {
        return;
    }
    ImportEdge edge = {module, "__all__", 0, IMPORT_DYNAMIC, false};
    for (const char *const *name = module->facts.all_names; *name != NULL; name++) {
        if (name_is_word(*name, strlen(*name))) {
            graph_try(collector, arena_printf(collector->arena, "%s.%s", module->name, *name),
                      &edge);
        }
    }
}

void imports_follow(Collector *collector, Module *module) {
    RuleVec rules = {0};
    rules_for(&collector->rules, module->name, &rules);
    for (size_t i = 0; i < module->facts.import_count; i++) {
        if (!is_idle(collector, module, &module->facts.imports[i])) {
            follow_fact(collector, module, &module->facts.imports[i], &rules);
        }
    }
    if (module->origin != ORIGIN_STDLIB) {
        follow_all(collector, module);
    }
    const char *const *group = module->facts.entry_groups;
    for (; group != NULL && *group != NULL; group++) {
        if (!rules_cut_group(&rules, *group)) {
            strmap_set(&collector->groups, *group, module);
        }
    }
    vec_free(&rules);
}

/* ---- strings ---- */

/* The longest front part of "pkg.mod.Class" that is a module; NULL when not even the first is. */
static const char *module_part(Collector *collector, const char *text) {
    for (const char *name = text; name != NULL; name = name_parent(collector->arena, name)) {
        if (finder_find(&collector->finder, name) != NULL) {
            return name;
        }
    }
    return NULL;
}

/* Does it come with a distribution that the module's own requires? Sphinx loads extensions so. */
static bool is_required(Collector *collector, const Module *from, const Found *found) {
    return found->path != NULL &&
           distinfo_requires(&collector->dists, from->distribution,
                             distinfo_of_file(&collector->dists, found->path));
}

/* May a string of `from` pull in `name`? `exact`: the string said module:attribute, which is only
 * written to name a module. A single word is too often just a word: it only counts when the program
 * has a folder of modules with this name. */
static bool may_follow(Collector *collector, const Module *from, const char *name, bool exact) {
    const Found *found = finder_find(&collector->finder, name);
    bool dotted = strchr(name, '.') != NULL;
    if (from->origin == ORIGIN_PROGRAM) {
        if (found->origin == ORIGIN_PROGRAM) {
            return found->kind == MODULE_NAMESPACE ? finder_has_modules(&collector->finder, name)
                                                   : exact || dotted || found->is_package;
        }
        return (exact || dotted) && graph_has(collector, name_top(collector->arena, name));
    }
    return (exact || dotted) && found->origin == ORIGIN_DISTRIBUTION &&
           (strcmp(name_top(collector->arena, name), name_top(collector->arena, from->name)) == 0 ||
            is_required(collector, from, found));
}

/* All modules of a package; of distributions, only where it is the module's own. */
static bool follow_below(Collector *collector, Module *module, const char *package) {
    ImportEdge edge = {module, "named in a string", 0, IMPORT_DYNAMIC, false};
    size_t before = collector->program->modules.count;
    if (may_follow(collector, module, package, false)) {
        graph_try_pattern(collector, arena_printf(collector->arena, "%s.*", package), &edge);
    }
    return collector->program->modules.count > before;
}

static bool follow_string(Collector *collector, Module *module, const char *text) {
    bool below = text_ends(text, ".*"); /* "pkg.names." + name */
    size_t length = below ? strlen(text) - 2 : strcspn(text, ":");
    bool exact = text[length] == ':';
    const char *dotted = arena_strndup(collector->arena, text, length);
    if (!name_is_dotted(dotted)) {
        return false;
    }
    const char *name = exact && finder_find(&collector->finder, dotted) == NULL
                           ? NULL
                           : module_part(collector, dotted);
    if (below && name != NULL && strcmp(name, dotted) == 0) {
        return follow_below(collector, module, name);
    }
    if (name == NULL || graph_has(collector, name) || is_test_name(name_last(name)) ||
        !may_follow(collector, module, name, exact)) {
        return false;
    }
    ImportEdge edge = {module, "named in a string", 0, IMPORT_DYNAMIC, false};
    return graph_try(collector, name, &edge) != NULL;
}

bool imports_follow_strings(Collector *collector) {
    bool added = false;
    for (size_t i = 0; i < collector->program->modules.count; i++) {
        Module *module = collector->program->modules.entries[i].value;
        if (module->origin == ORIGIN_STDLIB) {
            continue;
        }
        const char *const *text = module->facts.strings;
        for (; text != NULL && *text != NULL; text++) {
            added = follow_string(collector, module, *text) || added;
        }
    }
    return added;
}

/* ---- entry points ---- */

typedef struct GroupContext {
    Collector *collector;
    Module *asked_by;
    bool added;
} GroupContext;

static void follow_point(void *context, const EntryPoint *point) {
    GroupContext *groups = context;
    Collector *collector = groups->collector;
    ImportEdge edge = {
        groups->asked_by,
        arena_printf(collector->arena, "entry point '%s' of %s", point->name, point->group), 0,
        IMPORT_DYNAMIC, false};
    if (graph_is_excluded(collector, point->module)) {
        return;
    }
    graph_include_distribution(collector, point->distribution);
    if (!graph_has(collector, point->module)) {
        groups->added = graph_try(collector, point->module, &edge) != NULL || groups->added;
    }
}

typedef struct StringGroups {
    Collector *collector;
    StrMap names; /* of groups whose name is a dotted one, so that no other string looks like it */
} StringGroups;

static void take_group(void *context, const EntryPoint *point) {
    StringGroups *groups = context;
    if (strchr(point->group, '.') != NULL &&
        !strmap_has(&groups->collector->groups, point->group)) {
        strmap_set(&groups->names, point->group, NULL);
    }
}

static bool cuts_group(Collector *collector, const Module *module, const char *group) {
    RuleVec rules = {0};
    rules_for(&collector->rules, module->name, &rules);
    bool cut = rules_cut_group(&rules, group);
    vec_free(&rules);
    return cut;
}

/* Who goes through all entry points compares their groups with strings: flake8 does. */
static void find_groups_in_strings(Collector *collector) {
    StringGroups groups = {.collector = collector};
    distinfo_entry_points(&collector->dists, NULL, take_group, &groups);
    for (size_t i = 0; groups.names.count > 0 && i < collector->program->modules.count; i++) {
        Module *module = collector->program->modules.entries[i].value;
        const char *const *text = module->facts.strings;
        for (; module->origin != ORIGIN_STDLIB && text != NULL && *text != NULL; text++) {
            if (strmap_has(&groups.names, *text) && !cuts_group(collector, module, *text)) {
                strmap_set(&collector->groups, *text, module);
            }
        }
    }
    strmap_free(&groups.names);
}

bool imports_follow_groups(Collector *collector) {
    bool added = false;
    find_groups_in_strings(collector);
    for (size_t i = 0; i < collector->groups.count; i++) {
        const char *group = collector->groups.entries[i].key;
        if (strcmp(group, "console_scripts") == 0 || strcmp(group, "gui_scripts") == 0) {
            continue; /* commands of everything that is installed: started, not imported */
        }
        GroupContext context = {collector, collector->groups.entries[i].value, false};
        distinfo_entry_points(&collector->dists, group, follow_point, &context);
        added = added || context.added;
    }
    return added;
}
