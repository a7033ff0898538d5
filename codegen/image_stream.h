/* Writing an image as a stream: bytes in, file and hash out, in constant memory.
 *
 * The tables come first in the image but are known last (compressed sizes are in them). So the
 * blocks that hold the tables are kept in memory until image_stream_finish; everything behind them
 * goes straight to the file. */
#ifndef PYC2C_CODEGEN_IMAGE_STREAM_H
#define PYC2C_CODEGEN_IMAGE_STREAM_H

#include "../compiler/support/strbuf.h"
#include "image_format.h"
#include "output_file.h"

typedef struct ImageStream {
    OutputFile *output;
    uint64_t base;     /* of the image in the file */
    uint64_t position; /* in the image */
    uint8_t *front;    /* the blocks that hold the tables, and the data that falls into them */
    uint64_t front_size;
    uint8_t *block; /* the block being filled */
    size_t filled;
    StrBuf hashes; /* of the blocks behind the front */
} ImageStream;

/* `tables_size` bytes are left free at the start. */
bool image_stream_start(ImageStream *stream, OutputFile *output, uint64_t base,
                        uint64_t tables_size);
bool image_stream_add(ImageStream *stream, const void *data, uint64_t size);
/* Zero bytes up to a multiple of `alignment` (a power of two). */
bool image_stream_align(ImageStream *stream, uint64_t alignment);
/* Puts the tables in their place and writes what is left. */
bool image_stream_finish(ImageStream *stream, const void *tables, size_t tables_size,
                         uint8_t hash[32]);
void image_stream_free(ImageStream *stream);

#endif
