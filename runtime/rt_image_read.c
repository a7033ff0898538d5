/* Looking things up in the mapped image: modules, nodes, settings, hints, and their content. */
#include "rt_vfs.h"

#include <pthread.h>
#include <stdlib.h>

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

static const uint8_t *content(uint32_t block, uint64_t data, uint64_t size, bool *owned) {
    *owned = false;
    if (block == IMAGE_NONE) {
        return rt_image.base + data;
    }
    uint8_t *bytes = malloc(size > 0 ? size : 1);
    if (bytes != NULL && !rt_block_read(block, data, bytes, size)) {
        free(bytes);
        bytes = NULL;
    }
    *owned = bytes != NULL;
    return bytes;
}

const uint8_t *rt_node_data(uint32_t number, bool *owned) {
    const ImageNode *node = &rt_image.nodes[number];
    return content(node->block, node->data, node->size, owned);
}

/* ---- code ---- */

/* The block that code was read from last: modules that are imported together are mostly neighbours.
 * When it is asked for again, all of it is inflated and kept. Readers that meet, and children
 * forked from one that reads, do without it. */
static struct {
    pthread_mutex_t lock;
    uint32_t block;
    uint8_t *bytes; /* NULL: read once */
} last = {.lock = PTHREAD_MUTEX_INITIALIZER, .block = IMAGE_NONE};

/* True when the block is there as a whole. */
static bool keep_block(uint32_t number) {
    if (last.block != number) {
        free(last.bytes);
        last.bytes = NULL;
        last.block = number;
        return false;
    }
    const ImageBlock *block = &rt_image.blocks[number];
    if (last.bytes == NULL && block->size > 0) {
        last.bytes = malloc(block->size);
        if (last.bytes != NULL && !rt_block_read(number, 0, last.bytes, block->size)) {
            free(last.bytes);
            last.bytes = NULL;
        }
    }
    return last.bytes != NULL;
}

const uint8_t *rt_module_code(const ImageModule *module, bool *owned) {
    if (module->block == IMAGE_NONE || pthread_mutex_trylock(&last.lock) != 0) {
        return content(module->block, module->code, module->code_size, owned);
    }
    const uint8_t *result = NULL;
    if (keep_block(module->block)) {
        uint8_t *bytes = malloc(module->code_size > 0 ? module->code_size : 1);
        if (bytes != NULL) {
            memcpy(bytes, last.bytes + module->code, module->code_size);
        }
        *owned = bytes != NULL;
        result = bytes;
    } else {
        result = content(module->block, module->code, module->code_size, owned);
    }
    pthread_mutex_unlock(&last.lock);
    return result;
}
