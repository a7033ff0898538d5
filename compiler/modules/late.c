/* late: telling what a program loads while it starts from what it loads later, if ever.
 *
 * What is loaded late may be stored compressed: it costs a program that never asks for it nothing,
 * and others a fraction of a millisecond. Hello world carries a hundred codecs that it never uses.
 *
 * A module is loaded at start when a module that is loaded at start imports it outside of
 * functions. The chain begins with the entry point, with what the interpreter itself imports
 * (`start` in implicit.toml), and with all that the traced import saw. The program's own modules
 * count as loaded, and so does what their functions import: commonly that is a `main`. Within a
 * distribution, imports in functions count, too: they are there to break circles, or it loads its
 * parts on first use. What else functions load in nearly every program is told by rules (`soon`).
 * A wrong guess costs time or bytes, never correctness. */
#include "late.h"
#include "names.h"

#include <string.h>

/* Inflating this much takes about as long as a small program takes to start; above it, the memory
 * that every process would hold privately counts, too. */
enum { SMALL_OBJECT = 2 << 20 };

bool late_is_small(size_t size) {
    return size <= SMALL_OBJECT;
}

static bool share_distribution(const Module *one, const Module *other) {
    return one->distribution != NULL && one->distribution == other->distribution;
}

bool late_edge_is_immediate(const Module *target, const ImportEdge *edge) {
    if (edge->flags & IMPORT_TYPE_CHECKING) {
        return false;
    }
    if (edge->from != NULL && edge->from->origin == ORIGIN_PROGRAM) {
        return true;
    }
    if (edge->from != NULL && share_distribution(edge->from, target)) {
        return (edge->flags & IMPORT_DYNAMIC) == 0;
    }
    return (edge->flags & (IMPORT_IN_FUNCTION | IMPORT_DYNAMIC)) == 0;
}

static bool is_first(const Collector *collector, const Module *module) {
    return module->origin == ORIGIN_PROGRAM || strvec_has(&collector->rules.start, module->name) ||
           strmap_has(&collector->traced, module->name);
}

static bool is_imported_at_start(const Module *module) {
    for (size_t i = 0; i < module->imported_by.count; i++) {
        const ImportEdge *edge = &module->imported_by.items[i];
        if (edge->immediate && (edge->from == NULL || !edge->from->late)) {
            return true;
        }
    }
    return false;
}

void late_mark_modules(Collector *collector) {
    const StrMap *modules = &collector->program->modules;
    for (size_t i = 0; i < modules->count; i++) {
        Module *module = modules->entries[i].value;
        module->late = !is_first(collector, module);
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < modules->count; i++) {
            Module *module = modules->entries[i].value;
            if (module->late && is_imported_at_start(module)) {
                module->late = false;
                changed = true;
            }
        }
    }
}

/* ---- shared libraries ---- */

static EmbeddedFile *file_at(Program *program, const char *vpath) {
    for (size_t i = 0; i < program->files.count; i++) {
        if (strcmp(program->files.items[i].vpath, vpath) == 0) {
            return &program->files.items[i];
        }
    }
    return NULL;
}

static bool users_are_late(Program *program, const Library *library) {
    for (size_t i = 0; i < library->needed_by.count; i++) {
        const EmbeddedFile *user = file_at(program, library->needed_by.items[i]);
        if (user == NULL || !user->late) {
            return false;
        }
    }
    return library->needed_by.count > 0;
}

void late_mark_libraries(Program *program) {
    for (bool changed = true; changed;) { /* libraries need libraries */
        changed = false;
        for (size_t i = 0; i < program->libraries.count; i++) {
            const Library *library = &program->libraries.items[i];
            EmbeddedFile *file = file_at(program, library->vpath);
            if (file != NULL && !file->late && late_is_small(file->size) &&
                users_are_late(program, library)) {
                file->late = true;
                changed = true;
            }
        }
    }
}
