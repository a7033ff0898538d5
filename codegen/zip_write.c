#include "zip_write.h"

#include "../compiler/support/arena.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* PKWARE APPNOTE 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end record). */
enum {
    LOCAL_HEADER = 0x04034b50,
    CENTRAL_HEADER = 0x02014b50,
    END_OF_DIRECTORY = 0x06054b50,
    NEEDED_VERSION = 20,
    FLAG_UTF8 = 0x0800,
    METHOD_STORED = 0,
    METHOD_DEFLATED = 8,
    TIME_1980 = 0,
    DATE_1980 = 1 << 5 | 1, /* 1980-01-01 */
    RAW_DEFLATE = -15,
    MEMORY_LEVEL = 8,
    MEMBERS_MAX = 65535
};

static void put16(StrBuf *out, unsigned value) {
    uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
    strbuf_add(out, bytes, sizeof(bytes));
}

static void put32(StrBuf *out, uint32_t value) {
    put16(out, value & 0xFFFF);
    put16(out, value >> 16);
}

void zip_start(ZipWriter *zip, OutputFile *output, uint64_t position) {
    *zip = (ZipWriter){.output = output, .position = position};
}

/* The part that local and central headers share. */
static void put_member(StrBuf *out, bool deflated, uint32_t crc, size_t stored, size_t size,
                       size_t name_length) {
    put16(out, NEEDED_VERSION);
    put16(out, FLAG_UTF8);
    put16(out, deflated ? METHOD_DEFLATED : METHOD_STORED);
    put16(out, TIME_1980);
    put16(out, DATE_1980);
    put32(out, crc);
    put32(out, (uint32_t)stored);
    put32(out, (uint32_t)size);
    put16(out, (unsigned)name_length);
    put16(out, 0); /* extra field */
}

/* Raw deflate; 0 when that does not make it smaller. */
static size_t deflate_raw(const void *data, size_t size, uint8_t *out) {
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data,
                       .avail_in = (uInt)size,
                       .next_out = out,
                       .avail_out = (uInt)size};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, RAW_DEFLATE, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return 0;
    }
    int status = deflate(&stream, Z_FINISH);
    size_t stored = (size_t)stream.total_out;
    deflateEnd(&stream);
    return status == Z_STREAM_END && stored < size ? stored : 0;
}

bool zip_add(ZipWriter *zip, const char *name, const void *data, size_t size) {
    size_t name_length = strlen(name);
    if (size > UINT32_MAX || zip->position > UINT32_MAX || name_length > 0xFFFF ||
        zip->count >= MEMBERS_MAX) {
        diag_error(zip->output->diags, EXIT_USER, "build with strategy = \"standalone\" instead",
                   "the program is too large for this strategy (at '%s')", name);
        output_discard(zip->output);
        return false;
    }
    uint8_t *packed = xmalloc(size);
    size_t packed_size = deflate_raw(data, size, packed);
    size_t stored = packed_size > 0 ? packed_size : size;
    uint32_t crc = (uint32_t)crc32_z(0, data, size);
    StrBuf header = {0};
    put32(&header, LOCAL_HEADER);
    put_member(&header, packed_size > 0, crc, stored, size, name_length);
    strbuf_add(&header, name, name_length);
    bool ok = output_write(zip->output, header.data, header.length) &&
              output_write(zip->output, packed_size > 0 ? packed : data, stored);
    put32(&zip->directory, CENTRAL_HEADER);
    put16(&zip->directory, NEEDED_VERSION);
    put_member(&zip->directory, packed_size > 0, crc, stored, size, name_length);
    put16(&zip->directory, 0); /* comment */
    put16(&zip->directory, 0); /* disk */
    put16(&zip->directory, 0); /* internal attributes */
    put32(&zip->directory, 0); /* external attributes */
    put32(&zip->directory, (uint32_t)zip->position);
    strbuf_add(&zip->directory, name, name_length);
    zip->position += header.length + stored;
    zip->count++;
    strbuf_free(&header);
    free(packed);
    return ok;
}

bool zip_finish(ZipWriter *zip, const StrBuf *comment) {
    StrBuf end = {0};
    put32(&end, END_OF_DIRECTORY);
    put16(&end, 0); /* this disk */
    put16(&end, 0); /* disk of the directory */
    put16(&end, zip->count);
    put16(&end, zip->count);
    put32(&end, (uint32_t)zip->directory.length);
    put32(&end, (uint32_t)zip->position);
    put16(&end, (unsigned)comment->length);
    strbuf_add(&end, comment->data, comment->length);
    bool ok = output_write(zip->output, zip->directory.data, zip->directory.length) &&
              output_write(zip->output, end.data, end.length);
    strbuf_free(&end);
    return ok;
}

void zip_free(ZipWriter *zip) {
    strbuf_free(&zip->directory);
}
