/* One record for each module name in the module cache, written by every build:
 *
 *     program <name of the program>
 *     units <from the cache> <all>
 *     because <text>                        what differs from the record before; several, or none
 *     input <name> <value>                  what all keys have in common
 *     function <number> <fingerprint> <qualified name>
 *
 * The record before is compared line by line: what it has and this one lacks changed or went away.
 * Records never decide about anything; they only say afterwards what the keys did. */
#include "native_why.h"

#include "link_stub.h"

#include "../compiler/modules/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char KIND[] = "why";

enum { SHOWN_FUNCTIONS = 10 };

static void record_key(const char *module, uint8_t key[FRONT_HASH_SIZE]) {
    StrBuf text = {0};
    strbuf_printf(&text, "why %s", module);
    front_hash(text.data, text.length, key);
    strbuf_free(&text);
}

static const char *read_record(Arena *arena, const CacheOps *cache, const char *module) {
    uint8_t key[FRONT_HASH_SIZE];
    const uint8_t *data;
    size_t size;
    record_key(module, key);
    return cache->get(cache->context, KIND, key, arena, &data, &size)
               ? arena_strndup(arena, (const char *)data, size)
               : NULL;
}

/* ---- what a module rests on ---- */

static void add_inputs(const NativeBuild *build, StrBuf *out) {
    const StrVec *names = &build->identity_names, *values = &build->identity_values;
    for (size_t i = 0; i < names->count; i++) {
        strbuf_printf(out, "input %s %s\n", names->items[i], values->items[i]);
    }
}

static void add_functions(const NativeModule *module, StrBuf *out) {
    for (uint32_t i = 0; i < module->code.count; i++) {
        const FrontCode *code = module->functions[i].code;
        if (code != NULL) {
            char hex[2 * FRONT_HASH_SIZE + 1];
            front_hash_hex(code->fingerprint, hex);
            strbuf_printf(out, "function %u %s %s\n", (unsigned)i, hex, code->qualname);
        }
    }
}

/* ---- what differs ---- */

typedef struct Line {
    const char *name, *value; /* of an input; or qualified name and fingerprint of a function */
    bool seen;
} Line;

typedef struct Lines {
    VEC(Line) lines;
    size_t next; /* where find() looks first: records mostly have the same order */
} Lines;

/* The lines that begin with `word`, in order. Two functions may have one name. */
static void parse(Arena *arena, const char *text, const char *word, bool function, Lines *lines) {
    size_t length = strlen(word);
    while (*text != '\0') {
        size_t end = strcspn(text, "\n");
        if (strncmp(text, word, length) == 0 && text[length] == ' ') {
            char *name = arena_strndup(arena, text + length + 1, end - length - 1);
            if (function) { /* without its number */
                name += strcspn(name, " ");
                name += *name == ' ';
            }
            char *rest = name + strcspn(name, " ");
            if (*rest != '\0') {
                *rest++ = '\0';
            }
            Line line = function ? (Line){rest, name, false} : (Line){name, rest, false};
            vec_push(&lines->lines, line);
        }
        text += end + (text[end] == '\n');
    }
}

/* The first line of that name after the last one found that was not seen yet, which is marked. */
static Line *find(Lines *lines, const char *name) {
    size_t count = lines->lines.count;
    for (size_t i = 0; i < count; i++) {
        size_t at = (lines->next + i) % count;
        Line *line = &lines->lines.items[at];
        if (!line->seen && strcmp(line->name, name) == 0) {
            line->seen = true;
            lines->next = at + 1;
            return line;
        }
    }
    return NULL;
}

static size_t compare_inputs(Arena *arena, const char *then, const char *now, StrBuf *out) {
    Lines old = {0}, new = {0};
    size_t found = 0;
    parse(arena, then, "input", false, &old);
    parse(arena, now, "input", false, &new);
    for (size_t i = 0; i < new.lines.count; i++) {
        Line *before = find(&old, new.lines.items[i].name);
        if (before == NULL || strcmp(before->value, new.lines.items[i].value) != 0) {
            found++;
            strbuf_printf(out, "because %s changed: %s, before: %s\n", new.lines.items[i].name,
                          new.lines.items[i].value, before != NULL ? before->value : "nothing");
        }
    }
    vec_free(&old.lines);
    vec_free(&new.lines);
    return found;
}

static void say_function(size_t *found, const char *name, const char *what, StrBuf *out) {
    if (++*found <= SHOWN_FUNCTIONS) {
        strbuf_printf(out, "because function %s %s\n", name, what);
    }
}

static size_t compare_functions(Arena *arena, const char *then, const char *now, StrBuf *out) {
    Lines old = {0}, new = {0};
    size_t found = 0;
    parse(arena, then, "function", true, &old);
    parse(arena, now, "function", true, &new);
    for (size_t i = 0; i < new.lines.count; i++) {
        Line *before = find(&old, new.lines.items[i].name);
        if (before == NULL) {
            say_function(&found, new.lines.items[i].name, "is new", out);
            continue;
        }
        if (strcmp(before->value, new.lines.items[i].value) != 0) {
            say_function(&found, new.lines.items[i].name, "changed", out);
        }
    }
    for (size_t i = 0; i < old.lines.count; i++) {
        if (!old.lines.items[i].seen) {
            say_function(&found, old.lines.items[i].name, "is gone", out);
        }
    }
    if (found > SHOWN_FUNCTIONS) {
        strbuf_printf(out, "because %zu further functions changed\n", found - SHOWN_FUNCTIONS);
    }
    vec_free(&old.lines);
    vec_free(&new.lines);
    return found;
}

/* The first reason that was written from `start` on, without values. */
static const char *first_reason(Arena *arena, const StrBuf *out, size_t start) {
    const char *text = strbuf_text(out) + start + strlen("because ");
    return arena_strndup(arena, text, strcspn(text, ":\n"));
}

static void explain(NativeBuild *build, NativeModule *module, const char *then, const char *now,
                    StrBuf *out) {
    Arena *arena = build->arena;
    size_t start = out->length;
    if (then == NULL) {
        strbuf_puts(out, "because no earlier build of it by this pyc2c is in this cache\n");
        return;
    }
    size_t found = 0;
    if (!text_ends(then, now)) { /* most builds change few modules */
        found = compare_inputs(arena, then, now, out) + compare_functions(arena, then, now, out);
    }
    if (found == 0 && module->units_made > 0) {
        strbuf_puts(out, "because the cache no longer had what the build before made\n");
    }
    if (module->units_made > 0) {
        module->changed = first_reason(arena, out, start);
    }
}

void native_why_record(NativeBuild *build) {
    const NativeCode *native = build->native;
    Arena arena = {0};
    for (size_t i = 0; build->cache != NULL && i < native->modules.count; i++) {
        NativeModule *module = native->modules.items[i];
        const char *name = module->module->name;
        uint8_t key[FRONT_HASH_SIZE];
        StrBuf inputs = {0}, record = {0};
        if (module->units_made + module->units_found == 0) {
            continue;
        }
        add_inputs(build, &inputs);
        add_functions(module, &inputs);
        strbuf_printf(&record, "program %s\nunits %zu %zu\n", build->program_name,
                      module->units_found, module->units_found + module->units_made);
        const char *before = read_record(&arena, build->cache, name);
        explain(build, module, before, strbuf_text(&inputs), &record);
        strbuf_puts(&record, strbuf_text(&inputs));
        if (before == NULL || strcmp(before, strbuf_text(&record)) != 0) {
            record_key(name, key);
            build->cache->put(build->cache->context, KIND, key, (const uint8_t *)record.data,
                              record.length);
        }
        strbuf_free(&inputs);
        strbuf_free(&record);
    }
    arena_free(&arena);
}

/* ---- telling ---- */

const char *native_why_text(Arena *arena, const CacheOps *cache, const char *module) {
    const char *record = read_record(arena, cache, module);
    if (record == NULL) {
        return NULL;
    }
    char program[200] = "";
    size_t found = 0, all = 0;
    StrBuf out = {0};
    if (sscanf(record, "program %199[^\n]\nunits %zu %zu", program, &found, &all) == 3) {
        strbuf_printf(&out, "%s, last built for %s: %zu of %zu C file%s from the cache\n", module,
                      program, found, all, all == 1 ? "" : "s");
    }
    for (const char *at = record; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        if (strncmp(at, "because ", 8) == 0) {
            strbuf_printf(&out, "  %.*s\n", (int)length - 8, at + 8);
        }
        at += length + (at[length] == '\n');
    }
    const char *text = arena_strdup(arena, strbuf_text(&out));
    strbuf_free(&out);
    return text;
}
