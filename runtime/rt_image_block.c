/* Blocks: contents that were compressed together.
 *
 * To read one content, the block is inflated up to its end; what stands before it goes to a scratch
 * mapping. Memory comes from private mappings only: an exec wrapper may run after vfork, where the
 * heap must not be touched. */
#include "rt_vfs.h"

#include <sys/mman.h>
#include <zlib.h>

static void *take_memory(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* ---- zlib ---- */

enum { INFLATE_ARENA = 128 * 1024 }; /* more than inflate's state and window take */

typedef struct Arena {
    uint8_t *base;
    size_t used;
} Arena;

static voidpf arena_take(voidpf context, uInt count, uInt size) {
    Arena *arena = context;
    size_t bytes = ((size_t)count * size + 15) & ~(size_t)15;
    if (bytes > INFLATE_ARENA - arena->used) {
        return Z_NULL;
    }
    arena->used += bytes;
    return arena->base + arena->used - bytes;
}

static void arena_leave(voidpf context, voidpf block) {
    (void)context;
    (void)block;
}

/* The first `size` bytes; when that is the whole block, its checksum has to be right, too. */
static bool zlib_inflate(uint8_t *to, size_t size, const ImageBlock *block) {
    Arena arena = {.base = take_memory(INFLATE_ARENA)};
    if (arena.base == NULL) {
        return false;
    }
    z_stream stream = {.zalloc = arena_take,
                       .zfree = arena_leave,
                       .opaque = &arena,
                       .next_in = (Bytef *)(uintptr_t)(rt_image.base + block->data),
                       .avail_in = block->stored,
                       .next_out = to,
                       .avail_out = (uInt)size};
    bool whole = size == block->size;
    int status = inflateInit(&stream);
    if (status == Z_OK) {
        status = inflate(&stream, whole ? Z_FINISH : Z_SYNC_FLUSH);
    }
    munmap(arena.base, INFLATE_ARENA);
    return stream.avail_out == 0 && (status == Z_STREAM_END || (!whole && status == Z_OK));
}

/* ---- all methods ---- */

static bool inflate_start(uint8_t *to, size_t size, const ImageBlock *block) {
    switch (block->method) {
    case IMAGE_BLOCK_ZLIB: return zlib_inflate(to, size, block);
    case IMAGE_BLOCK_LZMA:
        return rt_lzma_inflate(to, size, rt_image.base + block->data, block->stored);
    default: return false;
    }
}

bool rt_block_read(uint32_t number, uint64_t data, uint8_t *to, size_t size) {
    const ImageBlock *block = &rt_image.blocks[number];
    if (size == 0) {
        return true;
    }
    if (data == 0) {
        return inflate_start(to, size, block);
    }
    uint8_t *scratch = take_memory(data + size);
    bool good = scratch != NULL && inflate_start(scratch, data + size, block);
    if (good) {
        memcpy(to, scratch + data, size);
    }
    if (scratch != NULL) {
        munmap(scratch, data + size);
    }
    return good;
}
