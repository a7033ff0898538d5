/* Contents: the byte strings that an image stores, each distinct one once.
 *
 * The layout asks for a content per file and code object and gets a number. Two requests with equal
 * bytes get the same number (numpy and scipy carry the same 30 MB library; empty __init__.py files
 * are everywhere). Files are read when they are written, not before: only files whose sizes collide
 * are hashed. */
#ifndef PYC2C_CODEGEN_CONTENT_H
#define PYC2C_CODEGEN_CONTENT_H

#include "../compiler/support/arena.h"
#include "../compiler/support/diag.h"
#include "../compiler/support/strmap.h"
#include "../compiler/support/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

typedef enum Packing {
    PACK_NEVER, /* stored as it is */
    PACK_TEXT,  /* compressed when it is text and that saves a tenth */
    PACK_ALWAYS /* compressed when that saves a tenth */
} Packing;

typedef struct Content {
    const char *path; /* file on disk; NULL: `data` */
    const uint8_t *data;
    uint64_t size;
    Packing packing;
    bool page_aligned;
    struct stat seen; /* the file as it was when it was added: it must not change */

    /* Filled while the image is written. */
    uint64_t offset; /* in the image */
    uint64_t stored; /* bytes in the image; smaller than size = zlib */
} Content;

typedef struct ContentStore {
    Arena *arena;
    VEC(Content) items;
    StrMap by_size; /* decimal size -> ContentChain* (content.c) */
} ContentStore;

/* The number of a content. The path or the data must live as long as the store. False with an error
 * for a file that cannot be read or is no regular file. */
bool content_add_file(ContentStore *store, const char *path, Packing packing, bool page_aligned,
                      uint32_t *number, Diags *diags);
uint32_t content_add_data(ContentStore *store, const uint8_t *data, uint64_t size, Packing packing);
void content_free(ContentStore *store);

/* True when `now` is the same, unchanged file as `then`. */
bool content_same_file(const struct stat *then, const struct stat *now);
/* Standard errors about an input file, used by everything that copies one. */
void content_read_error(Diags *diags, const char *path, int error);
void content_changed_error(Diags *diags, const char *path);

/* Files above this size are never compressed: they are served straight from the executable. */
enum { CONTENT_PACK_LIMIT = 4 << 20 };

/* What shall be stored for a content. */
typedef struct PackedContent {
    uint8_t *bytes; /* malloc block, or NULL: stored as it is */
    uint64_t size;
    int error; /* an errno; ESTALE: the file changed */
} PackedContent;

/* Compresses the contents with the numbers order[0 .. count-1] on up to `jobs` threads, filling
 * packed[0 …]. Stops after about 8 MiB of input so that memory stays small; returns how many were
 * looked at (at least 1). `level` is zlib's. */
size_t content_pack(const ContentStore *store, const uint32_t *order, size_t count,
                    PackedContent *packed, int jobs, int level);

#endif
