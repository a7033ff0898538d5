/* Looking things up in the mapped image: modules, nodes, settings, hints, and their content. */
#include "rt_vfs.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <zlib.h>

/* ---- names ---- */

const ImageModule *rt_module_find(const char *name) {
    uint32_t low = 0;
    uint32_t high = rt_image.base != NULL ? rt_image.index->modules.count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(name, rt_string(rt_image.modules[middle].name));
        if (order == 0) {
            return &rt_image.modules[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

/* Binary search that skips what both ends of the range are known to share with `path`: most paths
 * begin with the same long directories. '/' sorts below every other byte, and the end of a path
 * below '/'. */
uint32_t rt_node_find(const char *path, size_t length) {
    uint32_t low = 0;
    uint32_t high = rt_image.base != NULL ? rt_image.index->nodes.count : 0;
    size_t low_shared = 0;
    size_t high_shared = 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const unsigned char *entry = (const unsigned char *)rt_string(rt_image.nodes[middle].path);
        size_t at = low_shared < high_shared ? low_shared : high_shared;
        while (at < length && entry[at] == (unsigned char)path[at]) {
            at++;
        }
        bool entry_is_less;
        if (at == length) {
            if (entry[at] == 0) {
                return middle;
            }
            entry_is_less = false;
        } else if (entry[at] == 0 || path[at] == '/') {
            entry_is_less = entry[at] == 0;
        } else {
            entry_is_less = entry[at] == '/' || entry[at] < (unsigned char)path[at];
        }
        if (entry_is_less) {
            low = middle + 1;
            low_shared = at;
        } else {
            high = middle;
            high_shared = at;
        }
    }
    return IMAGE_NONE;
}

/* First setting whose key is not below `key`. */
static uint32_t setting_start(const char *key) {
    uint32_t low = 0;
    uint32_t high = rt_image.base != NULL ? rt_image.index->settings.count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(rt_string(rt_image.settings[middle].key), key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool setting_is(uint32_t number, const char *key) {
    return rt_image.base != NULL && number < rt_image.index->settings.count &&
           strcmp(rt_string(rt_image.settings[number].key), key) == 0;
}

const char *rt_setting(const char *key) {
    uint32_t number = setting_start(key);
    return setting_is(number, key) ? rt_string(rt_image.settings[number].value) : NULL;
}

void rt_setting_each(const char *key, void (*each)(const char *value, void *context),
                     void *context) {
    for (uint32_t number = setting_start(key); setting_is(number, key); number++) {
        each(rt_string(rt_image.settings[number].value), context);
    }
}

static const char *hint_of(const char *name, size_t length) {
    uint32_t low = 0;
    uint32_t high = rt_image.base != NULL ? rt_image.index->hints.count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const char *entry = rt_string(rt_image.hints[middle].name);
        int order = strncmp(name, entry, length);
        if (order == 0 && entry[length] == 0) {
            return rt_string(rt_image.hints[middle].advice);
        }
        if (order <= 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

/* A hint covers what lies below its name: "foo.bar.baz", then "foo.bar", then "foo". */
const char *rt_hint(const char *name) {
    size_t length = strlen(name);
    while (length > 0) {
        const char *advice = hint_of(name, length);
        if (advice != NULL) {
            return advice;
        }
        while (length > 0 && name[length - 1] != '.') {
            length--;
        }
        if (length > 0) {
            length--;
        }
    }
    return NULL;
}

/* ---- content ---- */

/* zlib's own state lives in a private mapping: an exec wrapper may run after vfork, where the heap
 * must not be touched. */
enum { INFLATE_ARENA = 128 * 1024 };

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

/* zlib counts in unsigned int, so large streams go through in pieces. */
static bool inflate_all(z_stream *stream, uint8_t *to, size_t size, const uint8_t *from,
                        size_t stored) {
    const size_t piece = 1u << 30;
    size_t taken = 0;
    size_t given = 0;
    int status = Z_OK;
    stream->next_in = (Bytef *)(uintptr_t)from;
    stream->next_out = to;
    while (status == Z_OK) {
        if (stream->avail_in == 0 && taken < stored) {
            size_t more = stored - taken < piece ? stored - taken : piece;
            stream->avail_in = (uInt)more;
            taken += more;
        }
        if (stream->avail_out == 0 && given < size) {
            size_t more = size - given < piece ? size - given : piece;
            stream->avail_out = (uInt)more;
            given += more;
        }
        bool last = taken == stored && given == size;
        status = inflate(stream, last ? Z_FINISH : Z_NO_FLUSH);
    }
    return status == Z_STREAM_END && given == size && stream->avail_out == 0;
}

bool rt_inflate(uint8_t *to, size_t size, const uint8_t *from, size_t stored) {
    Arena arena = {0};
    void *memory =
        mmap(NULL, INFLATE_ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return false;
    }
    arena.base = memory;
    z_stream stream = {.zalloc = arena_take, .zfree = arena_leave, .opaque = &arena};
    bool good = inflateInit(&stream) == Z_OK && inflate_all(&stream, to, size, from, stored);
    munmap(memory, INFLATE_ARENA);
    return good;
}

static const uint8_t *content(uint64_t offset, uint64_t size, uint64_t stored, bool *owned) {
    const uint8_t *data = rt_image.base + offset;
    *owned = false;
    if (stored == size) {
        return data;
    }
    uint8_t *inflated = malloc(size);
    if (inflated != NULL && !rt_inflate(inflated, size, data, stored)) {
        free(inflated);
        inflated = NULL;
    }
    *owned = inflated != NULL;
    return inflated;
}

const uint8_t *rt_node_data(uint32_t number, bool *owned) {
    const ImageNode *node = &rt_image.nodes[number];
    return content(node->data, node->size, node->stored, owned);
}

const uint8_t *rt_module_code(const ImageModule *module, bool *owned) {
    return content(module->code, module->code_size, module->code_stored, owned);
}
