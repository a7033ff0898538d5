/* rt_elf_scope.c: which definition a reference gets.
 *
 * The order is ld.so's for a library opened by dlopen:
 *     the object itself, with DT_SYMBOLIC
 *     the global scope: executable, its libraries, what was opened with RTLD_GLOBAL (ld.so's
 * objects first, then ours) the tree of the object that was opened: itself and its dependencies,
 * breadth first (RTLD_DEEPBIND swaps the last two.) Objects of other trees are not looked at, so
 * that two wheels with private copies of a library do not mix. STB_GNU_UNIQUE definitions are the
 * exception by design: the first one found serves the whole process. */
#include "rt_elf.h"

#include <stdlib.h>
#include <string.h>

/* ---- STB_GNU_UNIQUE ---- */

typedef struct UniqueEntry {
    const char *name; /* in the string table of its object */
    uint32_t hash;
    RtDefinition definition;
} UniqueEntry;

static UniqueEntry *unique_table; /* open addressing, a power of two */
static size_t unique_size;
static size_t unique_used;

static UniqueEntry *unique_slot(UniqueEntry *table, size_t size, const char *name, uint32_t hash) {
    size_t i = hash & (size - 1);
    while (table[i].name && (table[i].hash != hash || strcmp(table[i].name, name) != 0)) {
        i = (i + 1) & (size - 1);
    }
    return &table[i];
}

static bool unique_grow(void) {
    size_t size = unique_size ? unique_size * 2 : 64;
    UniqueEntry *table = calloc(size, sizeof *table);
    if (!table) {
        return false;
    }
    for (size_t i = 0; i < unique_size; i++) {
        if (unique_table[i].name) {
            *unique_slot(table, size, unique_table[i].name, unique_table[i].hash) = unique_table[i];
        }
    }
    free(unique_table);
    unique_table = table;
    unique_size = size;
    return true;
}

/* Replaces a definition by the one that the process uses already. */
static void settle_unique(const RtWanted *wanted, RtDefinition *definition) {
    if (2 * (unique_used + 1) > unique_size && !unique_grow()) {
        return;
    }
    UniqueEntry *entry = unique_slot(unique_table, unique_size, wanted->name, wanted->gnu_hash);
    if (!entry->name) {
        uintptr_t host = rt_host_unique(wanted);
        if (host) {
            *definition = (RtDefinition){NULL, NULL, host};
        }
        const RtSymbols *symbols = definition->object ? &definition->object->symbols : NULL;
        if (!symbols) {
            return; /* ld.so keeps its own; the name of the reference may not live long enough */
        }
        entry->name = symbols->strings + definition->symbol->st_name;
        entry->hash = wanted->gnu_hash;
        entry->definition = *definition;
        unique_used++;
    }
    *definition = entry->definition;
}

void rt_scope_forget(const RtObject *object) {
    UniqueEntry *old = unique_table;
    size_t size = unique_size;
    unique_table = NULL;
    unique_size = unique_used = 0;
    for (size_t i = 0; i < size; i++) {
        if (!old[i].name || old[i].definition.object == object) {
            continue;
        }
        if (2 * (unique_used + 1) > unique_size && !unique_grow()) {
            break;
        }
        *unique_slot(unique_table, unique_size, old[i].name, old[i].hash) = old[i];
        unique_used++;
    }
    free(old);
}

/* ---- scopes ---- */

static bool find_in_object(RtObject *object, const RtWanted *wanted, RtDefinition *definition) {
    const ElfW(Sym) *symbol = rt_symbols_find(&object->symbols, wanted);
    if (!symbol) {
        return false;
    }
    *definition = (RtDefinition){object, symbol, rt_symbol_address(&object->symbols, symbol)};
    if (ELF64_ST_BIND(symbol->st_info) == STB_GNU_UNIQUE) {
        settle_unique(wanted, definition);
    }
    return true;
}

static bool find_in_host(void *handle, const RtWanted *wanted, RtDefinition *definition) {
    void *address = rt_host_symbol(handle, wanted);
    *definition = (RtDefinition){NULL, NULL, (uintptr_t)address};
    return address != NULL;
}

static bool find_in_list(const RtObjectList *list, const RtObject *after, const RtWanted *wanted,
                         RtDefinition *definition) {
    size_t i = 0;
    if (after) {
        while (i < list->count && list->items[i++] != after) {
        }
    }
    for (; i < list->count; i++) {
        RtObject *object = list->items[i];
        if (object->kind == RT_OBJECT_IN_PLACE) {
            if (find_in_object(object, wanted, definition)) {
                return true;
            }
        } else if (rt_host_may_define(wanted) && find_in_host(object->host, wanted, definition)) {
            return true;
        }
    }
    return false;
}

bool rt_scope_find_global(const RtWanted *wanted, RtDefinition *definition) {
    for (RtObject *object = atomic_load(&rt_objects); object; object = atomic_load(&object->next)) {
        if (!object->global) {
            continue;
        }
        if (object->kind == RT_OBJECT_IN_PLACE ? find_in_object(object, wanted, definition)
                                               : find_in_host(object->host, wanted, definition)) {
            return true;
        }
    }
    return false;
}

bool rt_scope_find_in_tree(const RtObject *object, const RtObject *after, const RtWanted *wanted,
                           RtDefinition *definition) {
    return find_in_list(&object->tree, after, wanted, definition);
}

static bool find_global(const RtWanted *wanted, RtDefinition *definition) {
    *definition = (RtDefinition){NULL, NULL, (uintptr_t)rt_host_global(wanted)};
    return definition->address || rt_scope_find_global(wanted, definition);
}

bool rt_scope_find(RtObject *from, const RtWanted *wanted, RtDefinition *definition) {
    const RtObject *root = from->root;
    if (strcmp(wanted->name, "__tls_get_addr") == 0) {
        *definition = (RtDefinition){NULL, NULL, (uintptr_t)rt_tls_get_addr};
        return true;
    }
    if (from->symbolic && find_in_object(from, wanted, definition)) {
        return true;
    }
    if (root->deep_bind && find_in_list(&root->tree, NULL, wanted, definition)) {
        return true;
    }
    return find_global(wanted, definition) ||
           (!root->deep_bind && find_in_list(&root->tree, NULL, wanted, definition));
}

void *rt_definition_pointer(const RtDefinition *definition) {
    if (!definition->object) {
        return (void *)definition->address;
    }
    switch (ELF64_ST_TYPE(definition->symbol->st_info)) {
    case STT_GNU_IFUNC: return (void *)rt_arch_resolve(definition->address);
    case STT_TLS: {
        char *block = rt_tls_block(definition->object);
        return block ? block + definition->symbol->st_value : NULL;
    }
    default: return (void *)definition->address;
    }
}
