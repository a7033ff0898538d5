#include "image_stream.h"

#include "../compiler/front/front.h"
#include "../compiler/support/arena.h"
#include "../compiler/support/parallel.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 8 }; /* that are hashed side by side */

typedef struct Hashing {
    const uint8_t *data;
    uint64_t size;
    uint8_t (*hashes)[FRONT_HASH_SIZE];
} Hashing;

static void hash_block(void *context, size_t index) {
    const Hashing *hashing = context;
    uint64_t at = index * IMAGE_HASH_BLOCK;
    uint64_t left = hashing->size - at;
    front_hash(hashing->data + at, left < IMAGE_HASH_BLOCK ? left : IMAGE_HASH_BLOCK,
               hashing->hashes[index]);
}

void image_hash_blocks(const uint8_t *data, uint64_t size, int jobs, StrBuf *hashes) {
    size_t count = (size + IMAGE_HASH_BLOCK - 1) / IMAGE_HASH_BLOCK;
    Hashing hashing = {data, size, xcalloc(count, FRONT_HASH_SIZE)};
    parallel_run(count, jobs, hash_block, &hashing);
    strbuf_add(hashes, hashing.hashes, count * FRONT_HASH_SIZE);
    free(hashing.hashes);
}

void image_stream_start(ImageStream *stream, uint64_t tables_size, int jobs) {
    uint64_t blocks = (tables_size + IMAGE_HASH_BLOCK - 1) / IMAGE_HASH_BLOCK;
    *stream = (ImageStream){
        .position = tables_size, .front_size = blocks * IMAGE_HASH_BLOCK, .jobs = jobs};
    stream->front = xcalloc(1, stream->front_size);
    stream->blocks = xmalloc(BLOCKS * IMAGE_HASH_BLOCK);
}

void image_stream_piece(ImageStream *stream, ImagePiece piece) {
    piece.position = stream->position;
    if (piece.size > 0) {
        vec_push(&stream->pieces, piece);
    }
}

static void hash_filled(ImageStream *stream) {
    image_hash_blocks(stream->blocks, stream->filled, stream->jobs, &stream->hashes);
    stream->filled = 0;
}

void image_stream_add(ImageStream *stream, const void *data, uint64_t size) {
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
        size_t room = BLOCKS * IMAGE_HASH_BLOCK - stream->filled;
        size_t part = size < room ? (size_t)size : room;
        memcpy(stream->blocks + stream->filled, bytes, part);
        stream->filled += part;
        stream->position += part;
        bytes += part;
        size -= part;
        if (stream->filled == BLOCKS * IMAGE_HASH_BLOCK) {
            hash_filled(stream);
        }
    }
}

void image_stream_align(ImageStream *stream, uint64_t alignment) {
    static const uint8_t zeros[IMAGE_PAGE];
    uint64_t gap = -stream->position & (alignment - 1);
    image_stream_add(stream, zeros, gap);
}

void image_stream_finish(ImageStream *stream, const void *tables, size_t tables_size,
                         uint8_t hash[32]) {
    _Static_assert(FRONT_HASH_SIZE == 32, "ImageHead.hash");
    uint64_t front = stream->position < stream->front_size ? stream->position : stream->front_size;
    memcpy(stream->front, tables, tables_size);
    StrBuf all = {0};
    image_hash_blocks(stream->front, front, stream->jobs, &all);
    hash_filled(stream);
    strbuf_add(&all, stream->hashes.data, stream->hashes.length);
    front_hash(all.data, all.length, hash);
    strbuf_free(&all);
}

void image_stream_free(ImageStream *stream) {
    free(stream->front);
    free(stream->blocks);
    strbuf_free(&stream->hashes);
    vec_free(&stream->pieces);
}
