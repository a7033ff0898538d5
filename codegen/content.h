/* Contents: the byte strings that an image stores, each distinct one once.
 *
 * The layout asks for a content per file and code object and gets a number. Two requests with equal
 * bytes get the same number (numpy and scipy carry the same 30 MB library; empty __init__.py files
 * are everywhere). Files are read when they are written, not before: only files whose sizes collide
 * are hashed.
 *
 * When all contents are known, a plan puts them in the order of the file and cuts them into units:
 * a unit is compressed as one block, or is a single content that is stored as it is. */
#ifndef PYC2C_CODEGEN_CONTENT_H
#define PYC2C_CODEGEN_CONTENT_H

#include "../compiler/modules/modules.h"
#include "../compiler/support/arena.h"
#include "../compiler/support/diag.h"
#include "../compiler/support/strmap.h"
#include "../compiler/support/vec.h"
#include "image_format.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

typedef enum Packing {
    PACK_NEVER, /* stored as it is */
    PACK_TEXT,  /* compressed when it is text and that saves a tenth */
    PACK_ALWAYS /* compressed when that saves a tenth */
} Packing;

/* In the order of the file. Contents of the groups marked so share blocks: reading one of them then
 * inflates what stands before it, too. */
typedef enum ContentGroup {
    GROUP_START_CODE, /* code objects that are loaded at start: they lie together */
    GROUP_LATE_CODE,  /* shared: other code objects */
    GROUP_SOURCE,     /* shared: sources */
    GROUP_DATA        /* everything else */
} ContentGroup;

typedef struct Content {
    const char *name; /* its place in the executable: that of the first one that asked for it */
    const char *path; /* file on disk; NULL: `data` */
    const uint8_t *data;
    uint64_t size;
    Packing packing;
    ContentGroup group;
    bool page_aligned;
    struct stat seen; /* the file as it was when it was added: it must not change */

    /* Filled while the image is written. */
    bool packed;     /* part of its unit's block */
    uint32_t block;  /* IMAGE_NONE when not packed */
    uint64_t offset; /* in the image, or in the inflated block */
} Content;

typedef struct ContentStore {
    Arena *arena;
    VEC(Content) items;
    StrMap by_size; /* decimal size -> ContentChain* (content.c) */
} ContentStore;

/* The number of a content; what `wish` says beside its bytes is taken over. The path or the data
 * must live as long as the store. False with an error for a file that cannot be read or is no
 * regular file. */
bool content_add_file(ContentStore *store, const Content *wish, uint32_t *number, Diags *diags);
uint32_t content_add_data(ContentStore *store, const Content *wish);
void content_free(ContentStore *store);

/* True when `now` is the same, unchanged file as `then`. */
bool content_same_file(const struct stat *then, const struct stat *now);
/* Standard errors about an input file, used by everything that copies one. */
void content_read_error(Diags *diags, const char *path, int error);
void content_changed_error(Diags *diags, const char *path);

/* ---- content_plan.c ---- */

typedef struct ContentUnit {
    uint32_t first, count; /* in the plan's order */
    uint64_t size;         /* of all its contents */
    uint32_t block;        /* number of the block, IMAGE_NONE: never compressed */
} ContentUnit;

typedef struct ContentPlan {
    VEC(uint32_t) order; /* numbers of contents */
    VEC(ContentUnit) units;
    uint32_t blocks;
} ContentPlan;

/* Files above this size are never compressed: they are served straight from the executable. */
enum { CONTENT_PACK_LIMIT = 4 << 20 };

/* `small`: larger blocks. */
void content_plan_make(ContentPlan *plan, const ContentStore *store, bool small);
void content_plan_free(ContentPlan *plan);

/* ---- content_pack.c ---- */

/* What shall be stored for a unit, besides those of its contents that are not `packed`. */
typedef struct PackedUnit {
    const uint8_t *bytes; /* NULL: there is no block */
    uint8_t *own;         /* malloc block that holds them; NULL: they are the arena's */
    uint64_t size;
    uint64_t inflated;
    uint32_t method;     /* of ImageBlock */
    int error;           /* an errno; ESTALE: the file changed */
    const char *culprit; /* the file it is about */
} PackedUnit;

typedef struct PackOptions {
    int jobs;              /* threads */
    bool small;            /* take time for it */
    const CacheOps *cache; /* may be NULL */
    Arena *arena;          /* for bytes from the cache */
} PackOptions;

/* Compresses the plan's units from number `first` on, filling packed[0 …] and Content.packed. Stops
 * after about 8 MiB of input so that memory stays small; returns how many units were looked at (at
 * least 1). The caller frees what packed[] owns. */
size_t content_pack(ContentStore *store, const ContentPlan *plan, size_t first, PackedUnit *packed,
                    const PackOptions *options);

#endif
