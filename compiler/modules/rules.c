/* Rules: reading the tables and looking them up. */
#include "rules.h"
#include "names.h"

#include "../front/front.h"
#include "../support/fs.h"
#include "../support/path.h"

#include <string.h>

/* ---- reading ---- */

static void bad_file(Rules *rules, const char *file, const char *what) {
    diag_error(rules->diags, EXIT_INTERNAL, "reinstall pyc2c", "rule file '%s': %s", file, what);
}

/* A string or a list of strings. */
static bool take_texts(const Value *value, StrVec *list) {
    if (value->kind == VALUE_STRING) {
        vec_push(list, value->string);
        return true;
    }
    if (value->kind != VALUE_LIST) {
        return false;
    }
    for (size_t i = 0; i < value->count; i++) {
        if (value->items[i].kind != VALUE_STRING) {
            return false;
        }
        vec_push(list, value->items[i].string);
    }
    return true;
}

static StrVec *list_of_key(Rule *rule, const char *key) {
    const struct {
        const char *key;
        StrVec *list;
    } keys[] = {{"when", &rule->when},
                {"imports", &rule->imports},
                {"soon", &rule->soon},
                {"cut", &rule->cut},
                {"virtual", &rule->virtual_names},
                {"data", &rule->data},
                {"no_data", &rule->no_data},
                {"metadata", &rule->metadata},
                {"entry_groups", &rule->entry_groups},
                {"cut_groups", &rule->cut_groups}};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i].key, key) == 0) {
            return keys[i].list;
        }
    }
    return NULL;
}

static void index_rule(Rules *rules, const Rule *rule) {
    for (size_t i = 0; i < rule->when.count; i++) {
        RuleVec *list = strmap_get(&rules->by_module, rule->when.items[i]);
        if (list == NULL) {
            list = ARENA_NEW(rules->arena, RuleVec);
            strmap_set(&rules->by_module, rule->when.items[i], list);
        }
        vec_push(list, rule);
    }
}

static bool take_rule(Rules *rules, const char *file, const Value *table) {
    Rule *rule = ARENA_NEW(rules->arena, Rule);
    rule->file = file;
    for (size_t i = 0; i < table->count; i++) {
        const char *key = table->keys[i];
        if (strcmp(key, "why") == 0) {
            rule->why = value_string(&table->items[i]);
            continue;
        }
        StrVec *list = list_of_key(rule, key);
        if (list == NULL || !take_texts(&table->items[i], list)) {
            bad_file(rules, file, arena_printf(rules->arena, "unknown or wrong key '%s'", key));
            return false;
        }
    }
    if (rule->when.count == 0 || rule->why == NULL) {
        bad_file(rules, file, "a rule needs 'when' and 'why'");
        return false;
    }
    index_rule(rules, rule);
    return true;
}

static bool take_document(Rules *rules, const char *file, const Value *document) {
    for (size_t i = 0; i < document->count; i++) {
        const char *key = document->keys[i];
        const Value *value = &document->items[i];
        bool ok;
        if (strcmp(key, "runtime") == 0) {
            ok = take_texts(value, &rules->runtime);
        } else if (strcmp(key, "start") == 0) {
            ok = take_texts(value, &rules->start);
        } else if (strcmp(key, "ignored_strings") == 0) {
            ok = take_texts(value, &rules->ignored_strings);
        } else {
            ok = strcmp(key, "rule") == 0 && value->kind == VALUE_LIST;
            for (size_t k = 0; ok && k < value->count; k++) {
                ok = take_rule(rules, file, &value->items[k]);
            }
        }
        if (!ok) {
            bad_file(rules, file, arena_printf(rules->arena, "wrong key '%s'", key));
            return false;
        }
    }
    return true;
}

static bool read_rules(Rules *rules, const char *path, const char *file) {
    Value document;
    FrontError error = {0};
    if (!front_read_toml(rules->arena, path, &document, &error)) {
        bad_file(rules, path, error.message);
        return false;
    }
    return take_document(rules, file, &document);
}

bool rules_start(Rules *rules, Arena *arena, const char *support_dir, Diags *diags) {
    *rules = (Rules){.arena = arena, .directory = support_dir, .diags = diags};
    return read_rules(rules, path_join(arena, support_dir, "implicit.toml"), "standard library");
}

void rules_free(Rules *rules) {
    strmap_free(&rules->by_module);
    strmap_free(&rules->files);
    vec_free(&rules->runtime);
    vec_free(&rules->start);
    vec_free(&rules->ignored_strings);
}

/* ---- looking up ---- */

static void load_for(Rules *rules, const char *module) {
    const char *top = name_top(rules->arena, module);
    if (!strmap_set(&rules->files, top, NULL)) {
        return;
    }
    const char *path = arena_printf(rules->arena, "%s/packages/%s.toml", rules->directory, top);
    if (fs_is_file(path)) {
        read_rules(rules, path, top);
    }
}

static void add_all(const Rules *rules, const char *key, RuleVec *list) {
    const RuleVec *found = strmap_get(&rules->by_module, key);
    for (size_t i = 0; found != NULL && i < found->count; i++) {
        vec_push(list, found->items[i]);
    }
}

/* The keys that cover "a.b.c": itself, "a.b.*", "a.*". */
void rules_for(Rules *rules, const char *module, RuleVec *list) {
    load_for(rules, module);
    add_all(rules, module, list);
    const char *name = name_parent(rules->arena, module);
    for (; name != NULL; name = name_parent(rules->arena, name)) {
        add_all(rules, arena_printf(rules->arena, "%s.*", name), list);
    }
}

bool rules_cut(const RuleVec *list, const char *target) {
    for (size_t i = 0; i < list->count; i++) {
        const StrVec *cut = &list->items[i]->cut;
        for (size_t k = 0; k < cut->count; k++) {
            if (name_is_below(target, cut->items[k])) {
                return true;
            }
        }
    }
    return false;
}

static bool covers(const StrVec *patterns, const char *name) {
    for (size_t i = 0; i < patterns->count; i++) {
        const char *pattern = patterns->items[i];
        if (text_ends(pattern, ".*") ? strncmp(name, pattern, strlen(pattern) - 1) == 0
                                     : strcmp(name, pattern) == 0) {
            return true;
        }
    }
    return false;
}

bool rules_cut_group(const RuleVec *list, const char *group) {
    for (size_t i = 0; i < list->count; i++) {
        if (covers(&list->items[i]->cut_groups, group)) {
            return true;
        }
    }
    return false;
}

/* A virtual name is declared by a rule of its own top-level package. */
bool rules_virtual(Rules *rules, const char *name) {
    const char *top = name_top(rules->arena, name);
    load_for(rules, top);
    const RuleVec *list = strmap_get(&rules->by_module, top);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (covers(&list->items[i]->virtual_names, name)) {
            return true;
        }
    }
    return false;
}
