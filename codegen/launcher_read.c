#include "launcher_file.h"

#include "../compiler/support/fs.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

/* Sizes of zip's records without their variable parts, and where their fields lie. */
enum { LOCAL_SIZE = 30, CENTRAL_SIZE = 46, END_SIZE = 22, RAW_DEFLATE = -15, METHOD_DEFLATED = 8 };

static unsigned get16(const uint8_t *at) {
    return at[0] | (unsigned)at[1] << 8;
}

static uint32_t get32(const uint8_t *at) {
    return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static bool has_mark(const uint8_t *at, const char *mark) {
    return memcmp(at, mark, 4) == 0;
}

/* The end record whose comment is a launcher's and reaches to the end of the file; NULL if there is
 * none. */
static const uint8_t *find_end(const uint8_t *data, size_t size) {
    size_t mark = strlen(LAUNCHER_MARK);
    size_t last = size >= END_SIZE + mark ? size - END_SIZE - mark + 1 : 0;
    size_t first = size > END_SIZE + USHRT_MAX ? size - END_SIZE - USHRT_MAX : 0;
    for (size_t at = last; at-- > first;) {
        const uint8_t *record = data + at;
        if (has_mark(record, "PK\5\6") && at + END_SIZE + get16(record + 20) == size &&
            memcmp(record + END_SIZE, LAUNCHER_MARK, mark) == 0) {
            return record;
        }
    }
    return NULL;
}

static void read_settings(Arena *arena, LauncherFile *file, const uint8_t *end) {
    const char *text = (const char *)end + END_SIZE + strlen(LAUNCHER_MARK);
    size_t left = (size_t)(file->mapping + file->file_size - (const uint8_t *)text);
    while (left > 0) {
        const char *line_end = memchr(text, '\n', left);
        size_t length = line_end != NULL ? (size_t)(line_end - text) : left;
        vec_push(&file->settings, arena_strndup(arena, text, length));
        length += line_end != NULL;
        text += length;
        left -= length;
    }
}

/* One entry of the directory; false when it points outside of the file. */
static bool read_member(Arena *arena, LauncherFile *file, const uint8_t *entry,
                        LauncherMember *member) {
    uint64_t local = get32(entry + 42);
    *member = (LauncherMember){
        .name = arena_strndup(arena, (const char *)entry + CENTRAL_SIZE, get16(entry + 28)),
        .size = get32(entry + 24),
        .stored = get32(entry + 20),
        .crc = get32(entry + 16),
        .deflated = get16(entry + 10) == METHOD_DEFLATED};
    if (local + LOCAL_SIZE > file->file_size || !has_mark(file->mapping + local, "PK\3\4")) {
        return false;
    }
    uint64_t data =
        local + LOCAL_SIZE + get16(file->mapping + local + 26) + get16(file->mapping + local + 28);
    member->data = file->mapping + data;
    return data <= file->file_size && member->stored <= file->file_size - data;
}

static bool read_members(Arena *arena, LauncherFile *file, const uint8_t *end) {
    uint64_t end_offset = (uint64_t)(end - file->mapping);
    uint64_t at = get32(end + 16);
    for (unsigned left = get16(end + 10); left > 0; left--) {
        const uint8_t *entry = file->mapping + at;
        LauncherMember member;
        if (at + CENTRAL_SIZE > end_offset || !has_mark(entry, "PK\1\2") ||
            at + CENTRAL_SIZE + get16(entry + 28) > end_offset ||
            !read_member(arena, file, entry, &member)) {
            return false;
        }
        if (file->members.count == 0) {
            file->archive_size = file->file_size - get32(entry + 42);
        }
        vec_push(&file->members, member);
        at += CENTRAL_SIZE + get16(entry + 28) + get16(entry + 30) + get16(entry + 32);
    }
    return true;
}

LauncherFile *launcher_open(Arena *arena, const char *path) {
    const uint8_t *data;
    size_t size;
    if (!fs_map(path, &data, &size)) {
        return NULL;
    }
    LauncherFile *file = ARENA_NEW(arena, LauncherFile);
    *file = (LauncherFile){.path = path, .file_size = size, .mapping = data};
    const uint8_t *end = find_end(data, size);
    if (end != NULL && read_members(arena, file, end)) {
        read_settings(arena, file, end);
        return file;
    }
    launcher_close(file);
    return NULL;
}

void launcher_close(LauncherFile *file) {
    fs_unmap(file->mapping, file->file_size);
    vec_free(&file->settings);
    vec_free(&file->members);
}

bool launcher_read(const LauncherMember *member, StrBuf *out) {
    uint8_t *content = xmalloc(member->size + 1);
    uint64_t size = member->stored;
    bool ok = true;
    if (member->deflated) {
        z_stream stream = {.next_in = (Bytef *)(uintptr_t)member->data,
                           .avail_in = (uInt)member->stored,
                           .next_out = content,
                           .avail_out = (uInt)member->size + 1};
        ok = inflateInit2(&stream, RAW_DEFLATE) == Z_OK;
        ok = ok && inflate(&stream, Z_FINISH) == Z_STREAM_END;
        size = stream.total_out;
        inflateEnd(&stream);
    } else if (member->stored == member->size) {
        memcpy(content, member->data, member->size);
    }
    ok = ok && size == member->size && crc32_z(0, content, size) == member->crc;
    if (ok) {
        strbuf_add(out, content, size);
    }
    free(content);
    return ok;
}
