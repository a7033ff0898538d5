#include "pack_method.h"

#include "../compiler/support/arena.h"
#include "image_format.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#ifdef PYC2C_HAVE_LZMA
#include <lzma.h>
#endif

enum { LEVEL_FAST = 5, LEVEL_SMALL = 9 }; /* 6 takes half as much time again for half a percent */

typedef struct Packed {
    uint8_t *bytes;
    uint64_t size;
} Packed;

static bool saves_enough(uint64_t packed, uint64_t size) {
    return packed <= size - size / 10;
}

static Packed pack_zlib(const uint8_t *data, uint64_t size, bool small) {
    uLongf length = compressBound((uLong)size);
    uint8_t *bytes = xmalloc(length);
    if (compress2(bytes, &length, data, (uLong)size, small ? LEVEL_SMALL : LEVEL_FAST) != Z_OK) {
        free(bytes);
        bytes = NULL;
    }
    return (Packed){bytes, length};
}

#ifdef PYC2C_HAVE_LZMA

/* How many bits of the byte before (lc) and of the position (lp, pb) count as context: text and
 * bytecode have no rhythm, the tables in shared objects have that of their entries. */
typedef struct LzmaContext {
    uint32_t lc, lp, pb;
} LzmaContext;

static const LzmaContext text_context = {3, 0, 0}, object_context = {0, 1, 1};

static void fill_options(lzma_options_lzma *options, LzmaContext context, uint64_t size) {
    lzma_lzma_preset(options, LZMA_PRESET_DEFAULT); /* higher ones gain nothing here */
    options->dict_size = size < LZMA_DICT_SIZE_MIN ? LZMA_DICT_SIZE_MIN : (uint32_t)size;
    options->lc = context.lc;
    options->lp = context.lp;
    options->pb = context.pb;
}

static Packed pack_lzma(const uint8_t *data, uint64_t size) {
    bool object = size > SELFMAG && memcmp(data, ELFMAG, SELFMAG) == 0;
    LzmaContext context = object ? object_context : text_context;
    lzma_options_lzma options;
    fill_options(&options, context, size);
    lzma_filter filters[] = {{.id = LZMA_FILTER_LZMA1, .options = &options},
                             {.id = LZMA_VLI_UNKNOWN}};
    size_t room = (size_t)size + 1024;
    size_t used = 1;
    uint8_t *bytes = xmalloc(room);
    bytes[0] = (uint8_t)((context.pb * 5 + context.lp) * 9 + context.lc);
    if (lzma_raw_buffer_encode(filters, NULL, data, (size_t)size, bytes, &used, room) != LZMA_OK) {
        free(bytes);
        bytes = NULL;
    }
    return (Packed){bytes, used};
}

static bool undo_lzma(const uint8_t *data, uint64_t packed, uint8_t *to, uint64_t size) {
    uint32_t context = packed > 0 ? data[0] : UINT8_MAX;
    if (context >= 9 * 5 * 5) {
        return false;
    }
    lzma_options_lzma options;
    fill_options(&options, (LzmaContext){context % 9, context / 9 % 5, context / 45}, size);
    lzma_filter filters[] = {{.id = LZMA_FILTER_LZMA1, .options = &options},
                             {.id = LZMA_VLI_UNKNOWN}};
    size_t taken = 1, given = 0;
    lzma_ret status = lzma_raw_buffer_decode(filters, NULL, data, &taken, (size_t)packed, to,
                                             &given, (size_t)size);
    return (status == LZMA_OK || status == LZMA_STREAM_END || status == LZMA_BUF_ERROR) &&
           given == size;
}

static const char *version_of_lzma(void) {
    return lzma_version_string();
}

uint32_t pack_method_best(void) {
    return IMAGE_BLOCK_LZMA;
}

#else

static Packed pack_lzma(const uint8_t *data, uint64_t size) {
    (void)data;
    (void)size;
    return (Packed){NULL, 0};
}

static bool undo_lzma(const uint8_t *data, uint64_t packed, uint8_t *to, uint64_t size) {
    (void)data;
    (void)packed;
    (void)to;
    (void)size;
    return false;
}

static const char *version_of_lzma(void) {
    return "";
}

uint32_t pack_method_best(void) {
    return IMAGE_BLOCK_ZLIB;
}

#endif

const char *pack_method_version(uint32_t method) {
    return method == IMAGE_BLOCK_LZMA ? version_of_lzma() : zlibVersion();
}

uint8_t *pack_method_run(uint32_t method, const uint8_t *data, uint64_t size, bool small,
                         uint64_t *packed) {
    Packed result =
        method == IMAGE_BLOCK_LZMA ? pack_lzma(data, size) : pack_zlib(data, size, small);
    if (result.bytes == NULL || !saves_enough(result.size, size)) {
        free(result.bytes);
        return NULL;
    }
    *packed = result.size;
    return xrealloc(result.bytes, result.size);
}

bool pack_method_undo(uint32_t method, const uint8_t *data, uint64_t packed, uint8_t *to,
                      uint64_t size) {
    if (method == IMAGE_BLOCK_LZMA) {
        return undo_lzma(data, packed, to, size);
    }
    uLongf inflated = (uLongf)size;
    return method == IMAGE_BLOCK_ZLIB && uncompress(to, &inflated, data, (uLong)packed) == Z_OK &&
           inflated == size;
}
