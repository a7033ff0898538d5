/* Compressing units, several at a time.
 *
 * The result depends on the bytes and the method only, and every unit is compressed on its own, so
 * the number of threads does not show in it. It is kept in the module cache under the hash of the
 * bytes: after an edit nearly all blocks are found there. Memory: at most BATCH_BYTES of input (or
 * one file of CONTENT_PACK_LIMIT) and its compressed form are held at once.
 *
 * zlib inflates 200 MB a second; LZMA, which --optimize-size takes for what is not needed at start,
 * is a fifth smaller and five times slower. */
#include "content.h"

#include "pack_method.h"

#include "../compiler/front/front.h"
#include "../compiler/support/parallel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BATCH_BYTES = 8 << 20,
    SNIFF_BYTES = 8192 /* text = no NUL byte among the first ones */
};

/* The payload is the compressed form; nothing where compressing does not pay. */
static const char KIND[] = "block";

/* A unit on its way. */
typedef struct Input {
    uint8_t *data; /* what is to be compressed; NULL: nothing */
    uint64_t size;
    uint8_t key[FRONT_HASH_SIZE];
    bool found; /* in the cache */
} Input;

typedef struct PackWork {
    ContentStore *store;
    const ContentPlan *plan;
    size_t first; /* number of the unit that belongs to packed[0] */
    PackedUnit *packed;
    Input *inputs;
    size_t count;
    bool small;
} PackWork;

/* Reads exactly content->size bytes; 0 or an errno (ESTALE: not the file that was added). */
static int read_file(const Content *content, uint8_t *out) {
    int fd = open(content->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    struct stat now;
    uint64_t done = 0;
    int error = fstat(fd, &now) != 0 ? errno : content_same_file(&content->seen, &now) ? 0 : ESTALE;
    while (error == 0 && done < content->size) {
        ssize_t got = read(fd, out + done, content->size - done);
        if (got > 0) {
            done += (uint64_t)got;
        } else if (got == 0) {
            error = ESTALE;
        } else if (errno != EINTR) {
            error = errno;
        }
    }
    close(fd);
    return error;
}

static bool is_wanted(const Content *content, const uint8_t *bytes) {
    size_t sniff = content->size < SNIFF_BYTES ? content->size : SNIFF_BYTES;
    return content->packing == PACK_ALWAYS || memchr(bytes, 0, sniff) == NULL;
}

/* Puts the contents that are to be compressed one behind the other; returns their size. */
static uint64_t gather(PackWork *work, const ContentUnit *unit, uint8_t *out, PackedUnit *packed) {
    uint64_t size = 0;
    for (uint32_t i = 0; i < unit->count && packed->error == 0; i++) {
        Content *content = &work->store->items.items[work->plan->order.items[unit->first + i]];
        if (content->path == NULL) {
            memcpy(out + size, content->data, content->size);
        } else {
            packed->error = read_file(content, out + size);
            packed->culprit = content->path;
        }
        content->packed = packed->error == 0 && is_wanted(content, out + size);
        size += content->packed ? content->size : 0;
    }
    return size;
}

static bool is_late(const PackWork *work, const ContentUnit *unit) {
    return work->store->items.items[work->plan->order.items[unit->first]].group != GROUP_START_CODE;
}

static void make_key(const PackWork *work, uint32_t method, Input *input) {
    const char *version = pack_method_version(method);
    const uint8_t how[2] = {(uint8_t)method, work->small};
    const FrontHashPart parts[] = {
        {version, strlen(version) + 1}, {how, sizeof(how)}, {input->data, input->size}};
    front_hash_parts(parts, sizeof(parts) / sizeof(parts[0]), input->key);
}

static void read_unit(void *context, size_t index) {
    PackWork *work = context;
    const ContentUnit *unit = &work->plan->units.items[work->first + index];
    PackedUnit *packed = &work->packed[index];
    Input *input = &work->inputs[index];
    if (unit->block == IMAGE_NONE) {
        return;
    }
    input->data = xmalloc(unit->size);
    input->size = gather(work, unit, input->data, packed);
    if (packed->error == 0 && input->size > 0) {
        packed->method = work->small && is_late(work, unit) ? pack_method_best() : IMAGE_BLOCK_ZLIB;
        packed->inflated = input->size;
        make_key(work, packed->method, input);
    } else {
        free(input->data);
        input->data = NULL;
    }
}

static void compress_unit(void *context, size_t index) {
    PackWork *work = context;
    Input *input = &work->inputs[index];
    PackedUnit *packed = &work->packed[index];
    if (input->data != NULL && !input->found) {
        packed->own =
            pack_method_run(packed->method, input->data, input->size, work->small, &packed->size);
        packed->bytes = packed->own;
    }
}

static void find_cached(PackWork *work, const CacheOps *cache, Arena *arena) {
    for (size_t i = 0; i < work->count; i++) {
        Input *input = &work->inputs[i];
        PackedUnit *packed = &work->packed[i];
        const uint8_t *data;
        size_t size;
        if (input->data == NULL) {
            continue;
        }
        input->found =
            cache != NULL && cache->get(cache->context, KIND, input->key, arena, &data, &size);
        if (input->found && size > 0) {
            packed->bytes = data;
            packed->size = size;
        }
    }
}

static void finish_unit(PackWork *work, size_t index, const CacheOps *cache) {
    const ContentUnit *unit = &work->plan->units.items[work->first + index];
    const PackedUnit *packed = &work->packed[index];
    Input *input = &work->inputs[index];
    if (cache != NULL && input->data != NULL && !input->found) {
        cache->put(cache->context, KIND, input->key, packed->bytes, packed->size);
    }
    for (uint32_t i = 0; packed->bytes == NULL && i < unit->count; i++) {
        work->store->items.items[work->plan->order.items[unit->first + i]].packed = false;
    }
    free(input->data);
}

size_t content_pack(ContentStore *store, const ContentPlan *plan, size_t first, PackedUnit *packed,
                    const PackOptions *options) {
    PackWork work = {
        .store = store, .plan = plan, .first = first, .packed = packed, .small = options->small};
    uint64_t bytes = 0;
    while (first + work.count < plan->units.count) {
        const ContentUnit *unit = &plan->units.items[first + work.count];
        if (unit->block != IMAGE_NONE) {
            if (bytes > 0 && bytes + unit->size > BATCH_BYTES) {
                break;
            }
            bytes += unit->size;
        }
        work.count++;
    }
    memset(packed, 0, work.count * sizeof(*packed));
    work.inputs = xcalloc(work.count, sizeof(*work.inputs));
    parallel_run(work.count, options->jobs, read_unit, &work);
    find_cached(&work, options->cache, options->arena);
    parallel_run(work.count, options->jobs, compress_unit, &work);
    for (size_t i = 0; i < work.count; i++) {
        finish_unit(&work, i, options->cache);
    }
    free(work.inputs);
    return work.count;
}
