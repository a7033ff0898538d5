/* The bytes of an image in their order: where each comes from and lies, and the hash of all.
 *
 * Nothing is written to the executable yet, since how long the stub before the image is may not be
 * known. The tables come first in the image but are known last (compressed sizes are in them). So
 * the blocks of the hash that hold the tables are kept in memory until image_stream_finish. */
#ifndef PYC2C_CODEGEN_IMAGE_STREAM_H
#define PYC2C_CODEGEN_IMAGE_STREAM_H

#include "../compiler/support/strbuf.h"
#include "content.h"
#include "image_format.h"

/* A run of bytes of the image. What lies between two of them is zero. */
typedef struct ImagePiece {
    const uint8_t *data; /* in memory; NULL: */
    const Content *file; /* a whole file; NULL: in the spool, at … */
    uint64_t spooled;    /* … this offset */
    uint64_t position;   /* in the image */
    uint64_t size;
} ImagePiece;

typedef struct ImageStream {
    uint64_t position; /* in the image */
    uint8_t *front;    /* the blocks that hold the tables, and the data that falls into them */
    uint64_t front_size;
    uint8_t *blocks; /* behind the front, being filled: several, to be hashed side by side */
    int jobs;
    size_t filled;
    StrBuf hashes; /* of the blocks before these */
    VEC(ImagePiece) pieces;
} ImageStream;

/* `tables_size` bytes are left free at the start. `jobs`: threads to use. */
void image_stream_start(ImageStream *stream, uint64_t tables_size, int jobs);
/* Says where the next `size` bytes come from, then come the bytes. */
void image_stream_piece(ImageStream *stream, ImagePiece piece);
void image_stream_add(ImageStream *stream, const void *data, uint64_t size);
/* Zero bytes up to a multiple of `alignment` (a power of two). */
void image_stream_align(ImageStream *stream, uint64_t alignment);
/* Puts the tables in their place; the hash is that of the whole image. */
void image_stream_finish(ImageStream *stream, const void *tables, size_t tables_size,
                         uint8_t hash[32]);
void image_stream_free(ImageStream *stream);

/* Appends the hash of each block of IMAGE_HASH_BLOCK bytes; the last one may be shorter. `jobs`:
 * threads to use. */
void image_hash_blocks(const uint8_t *data, uint64_t size, int jobs, StrBuf *hashes);

#endif
