#include "cache_pack.h"

#include "../support/fs.h"
#include "../support/strbuf.h"

#include <stdlib.h>
#include <string.h>

static const char MAGIC[8] = "PYC2CPK1";
static const char SOURCES[16] = PYC2C_SOURCE_ID; /* of the pyc2c that wrote it */
_Static_assert(sizeof(PYC2C_SOURCE_ID) <= 16, "the source id fits");

static int compare_entries(const void *a, const void *b) {
    const PackEntry *left = a, *right = b;
    int order = memcmp(left->key, right->key, FRONT_HASH_SIZE);
    return order != 0 ? order : memcmp(left->kind, right->kind, CACHE_KIND_SIZE);
}

static void set_identity(PackEntry *entry, const char *kind, const uint8_t key[FRONT_HASH_SIZE]) {
    memset(entry, 0, sizeof(*entry));
    memcpy(entry->key, key, FRONT_HASH_SIZE);
    memcpy(entry->kind, kind, strnlen(kind, CACHE_KIND_SIZE));
}

bool cache_pack_open(CachePack *pack, const char *path) {
    if (!fs_map(path, &pack->data, &pack->size)) {
        *pack = (CachePack){0};
        return false;
    }
    const PackHead *head = (const PackHead *)(const void *)pack->data;
    bool ok = pack->size >= sizeof(*head) && memcmp(head->magic, MAGIC, sizeof(MAGIC)) == 0 &&
              memcmp(head->sources, SOURCES, sizeof(SOURCES)) == 0 &&
              head->entry_size == sizeof(PackEntry) &&
              head->count <= (pack->size - sizeof(*head)) / sizeof(PackEntry);
    if (!ok) {
        cache_pack_close(pack);
        return false;
    }
    pack->entries = (const PackEntry *)(const void *)(pack->data + sizeof(*head));
    pack->count = head->count;
    return true;
}

void cache_pack_close(CachePack *pack) {
    if (pack->data != NULL) {
        fs_unmap(pack->data, pack->size);
    }
    *pack = (CachePack){0};
}

bool cache_pack_find(const CachePack *pack, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                     const uint8_t **data, size_t *size) {
    if (pack->count == 0) {
        return false;
    }
    PackEntry wanted;
    set_identity(&wanted, kind, key);
    const PackEntry *entry =
        bsearch(&wanted, pack->entries, pack->count, sizeof(wanted), compare_entries);
    if (entry == NULL || entry->offset > pack->size || entry->size > pack->size - entry->offset) {
        return false;
    }
    uint8_t hash[FRONT_HASH_SIZE];
    front_hash(pack->data + entry->offset, entry->size, hash);
    if (memcmp(hash, entry->hash, sizeof(hash)) != 0) {
        return false;
    }
    *data = pack->data + entry->offset;
    *size = entry->size;
    return true;
}

void cache_pack_add(CachePackWriter *writer, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                    const uint8_t *data, size_t size) {
    PackEntry entry;
    set_identity(&entry, kind, key);
    front_hash(data, size, entry.hash);
    entry.size = size;
    entry.offset = writer->payloads.count;
    uint8_t *copy = arena_alloc(&writer->arena, size > 0 ? size : 1);
    memcpy(copy, data, size);
    vec_push(&writer->entries, entry);
    vec_push(&writer->payloads, copy);
}

static void drop_repeated(CachePackWriter *writer) {
    size_t kept = 0;
    for (size_t i = 0; i < writer->entries.count; i++) {
        const PackEntry *entry = &writer->entries.items[i];
        if (kept == 0 || compare_entries(&writer->entries.items[kept - 1], entry) != 0) {
            writer->entries.items[kept++] = *entry;
        }
    }
    writer->entries.count = kept;
}

bool cache_pack_write(CachePackWriter *writer, const char *path) {
    if (writer->entries.count > 1) {
        qsort(writer->entries.items, writer->entries.count, sizeof(PackEntry), compare_entries);
    }
    drop_repeated(writer);
    size_t count = writer->entries.count;
    StrBuf index = {0}, payloads = {0};
    PackHead head = {.count = (uint32_t)count, .entry_size = sizeof(PackEntry)};
    memcpy(head.magic, MAGIC, sizeof(MAGIC));
    memcpy(head.sources, SOURCES, sizeof(SOURCES));
    strbuf_add(&index, &head, sizeof(head));
    uint64_t start = sizeof(head) + count * sizeof(PackEntry);
    for (size_t i = 0; i < count; i++) {
        PackEntry entry = writer->entries.items[i];
        const uint8_t *data = writer->payloads.items[entry.offset];
        entry.offset = start + payloads.length;
        strbuf_add(&index, &entry, sizeof(entry));
        strbuf_add(&payloads, data, entry.size);
        while (payloads.length % 8 != 0) {
            strbuf_putc(&payloads, '\0');
        }
    }
    if (payloads.length > 0) {
        strbuf_add(&index, payloads.data, payloads.length);
    }
    bool ok = fs_write_atomic(path, index.data, index.length, 0644);
    strbuf_free(&index);
    strbuf_free(&payloads);
    return ok;
}

void cache_pack_writer_free(CachePackWriter *writer) {
    vec_free(&writer->entries);
    vec_free(&writer->payloads);
    arena_free(&writer->arena);
}
