#include "image_stream.h"

#include "../compiler/front/front.h"
#include "../compiler/support/arena.h"

#include <stdlib.h>
#include <string.h>

bool image_stream_start(ImageStream *stream, OutputFile *output, uint64_t base,
                        uint64_t tables_size) {
    uint64_t blocks = (tables_size + IMAGE_HASH_BLOCK - 1) / IMAGE_HASH_BLOCK;
    *stream = (ImageStream){.output = output,
                            .base = base,
                            .position = tables_size,
                            .front_size = blocks * IMAGE_HASH_BLOCK};
    stream->front = xcalloc(1, stream->front_size);
    stream->block = xmalloc(IMAGE_HASH_BLOCK);
    return output_seek(output, base + stream->front_size);
}

static void add_hash(StrBuf *hashes, const void *data, size_t size) {
    uint8_t hash[FRONT_HASH_SIZE];
    front_hash(data, size, hash);
    strbuf_add(hashes, hash, sizeof(hash));
}

static bool write_block(ImageStream *stream) {
    size_t size = stream->filled;
    stream->filled = 0;
    if (size == 0) {
        return true;
    }
    add_hash(&stream->hashes, stream->block, size);
    return output_write(stream->output, stream->block, size);
}

bool image_stream_add(ImageStream *stream, const void *data, uint64_t size) {
    const uint8_t *bytes = data;
    if (stream->position < stream->front_size) {
        uint64_t room = stream->front_size - stream->position;
        uint64_t part = size < room ? size : room;
        if (part > 0) {
            memcpy(stream->front + stream->position, bytes, part);
        }
        stream->position += part;
        bytes += part;
        size -= part;
    }
    while (size > 0) {
        size_t room = IMAGE_HASH_BLOCK - stream->filled;
        size_t part = size < room ? (size_t)size : room;
        memcpy(stream->block + stream->filled, bytes, part);
        stream->filled += part;
        stream->position += part;
        bytes += part;
        size -= part;
        if (stream->filled == IMAGE_HASH_BLOCK && !write_block(stream)) {
            return false;
        }
    }
    return stream->output->fd >= 0;
}

bool image_stream_align(ImageStream *stream, uint64_t alignment) {
    static const uint8_t zeros[IMAGE_PAGE];
    uint64_t gap = -stream->position & (alignment - 1);
    return image_stream_add(stream, zeros, gap);
}

bool image_stream_finish(ImageStream *stream, const void *tables, size_t tables_size,
                         uint8_t hash[32]) {
    _Static_assert(FRONT_HASH_SIZE == 32, "ImageHead.hash");
    uint64_t front = stream->position < stream->front_size ? stream->position : stream->front_size;
    memcpy(stream->front, tables, tables_size);
    StrBuf all = {0};
    for (uint64_t at = 0; at < front; at += IMAGE_HASH_BLOCK) {
        uint64_t size = front - at < IMAGE_HASH_BLOCK ? front - at : IMAGE_HASH_BLOCK;
        add_hash(&all, stream->front + at, size);
    }
    bool ok =
        write_block(stream) && output_write_at(stream->output, stream->base, stream->front, front);
    strbuf_add(&all, stream->hashes.data, stream->hashes.length);
    front_hash(all.data, all.length, hash);
    strbuf_free(&all);
    return ok;
}

void image_stream_free(ImageStream *stream) {
    free(stream->front);
    free(stream->block);
    strbuf_free(&stream->hashes);
}
