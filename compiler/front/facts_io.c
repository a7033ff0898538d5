/* Facts as bytes, for the cache.
 *
 *   u32 number of imports, then for each: u32 flags, i32 level, i32 line, text module, list names
 *   list all_names, list entry_groups, list strings
 *
 * Integers are little-endian; a text is u32 length and its bytes; a list is u32 count + 1 (0: no
 * list) and its texts. Reading trusts nothing. */
#include "front.h"

#include <stdlib.h>
#include <string.h>

static void write_u32(StrBuf *out, uint32_t value) {
    char bytes[4];
    for (int i = 0; i < 4; i++) {
        bytes[i] = (char)(value >> (8 * i));
    }
    strbuf_add(out, bytes, sizeof(bytes));
}

static void write_text(StrBuf *out, const char *text) {
    size_t length = strlen(text);
    write_u32(out, (uint32_t)length);
    strbuf_add(out, text, length);
}

static void write_list(StrBuf *out, const char *const *list) {
    uint32_t count = 0;
    if (list == NULL) {
        write_u32(out, 0);
        return;
    }
    while (list[count] != NULL) {
        count++;
    }
    write_u32(out, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        write_text(out, list[i]);
    }
}

void front_facts_write(const SourceFacts *facts, StrBuf *out) {
    write_u32(out, (uint32_t)facts->import_count);
    for (size_t i = 0; i < facts->import_count; i++) {
        const ImportFact *fact = &facts->imports[i];
        write_u32(out, fact->flags);
        write_u32(out, (uint32_t)fact->level);
        write_u32(out, (uint32_t)fact->line);
        write_text(out, fact->module);
        write_list(out, fact->names);
    }
    write_list(out, facts->all_names);
    write_list(out, facts->entry_groups);
    write_list(out, facts->strings);
}

typedef struct Reader {
    Arena *arena;
    const uint8_t *at, *end;
    bool failed;
} Reader;

static uint32_t read_u32(Reader *reader) {
    if (reader->failed || reader->end - reader->at < 4) {
        reader->failed = true;
        return 0;
    }
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        value |= (uint32_t)reader->at[i] << (8 * i);
    }
    reader->at += 4;
    return value;
}

/* A count of things that take at least four bytes each: never more than can be there. */
static uint32_t read_count(Reader *reader) {
    uint32_t count = read_u32(reader);
    if (count > (size_t)(reader->end - reader->at) / 4) {
        reader->failed = true;
        return 0;
    }
    return count;
}

static const char *read_text(Reader *reader) {
    uint32_t length = read_u32(reader);
    if (reader->failed || length > (size_t)(reader->end - reader->at) ||
        memchr(reader->at, '\0', length) != NULL) {
        reader->failed = true;
        return "";
    }
    const char *text = arena_strndup(reader->arena, (const char *)reader->at, length);
    reader->at += length;
    return text;
}

static const char *const *read_list(Reader *reader) {
    uint32_t marked = read_u32(reader);
    if (reader->failed || marked == 0) {
        return NULL;
    }
    uint32_t count = marked - 1;
    if (count > (size_t)(reader->end - reader->at) / 4) {
        reader->failed = true;
        return NULL;
    }
    const char **list = ARENA_ARRAY(reader->arena, const char *, (size_t)count + 1);
    for (uint32_t i = 0; i < count; i++) {
        list[i] = read_text(reader);
    }
    return list;
}

bool front_facts_read(Arena *arena, const uint8_t *data, size_t size, SourceFacts *out) {
    Reader reader = {arena, data, data + size, false};
    *out = (SourceFacts){0};
    out->import_count = read_count(&reader);
    out->imports = ARENA_ARRAY(arena, ImportFact, out->import_count);
    for (size_t i = 0; i < out->import_count && !reader.failed; i++) {
        ImportFact *fact = &out->imports[i];
        fact->flags = read_u32(&reader);
        fact->level = (int)read_u32(&reader);
        fact->line = (int)read_u32(&reader);
        fact->module = read_text(&reader);
        fact->names = read_list(&reader);
    }
    out->all_names = read_list(&reader);
    out->entry_groups = read_list(&reader);
    out->strings = read_list(&reader);
    if (reader.failed || reader.at != reader.end) {
        *out = (SourceFacts){0};
        return false;
    }
    return true;
}
