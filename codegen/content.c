#include "content.h"

#include "../compiler/front/front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Contents of one size. Their hashes are computed when there is a second one. */
typedef struct ContentChain {
    uint32_t number;
    bool hashed;
    uint8_t hash[FRONT_HASH_SIZE];
    struct ContentChain *next;
} ContentChain;

bool content_same_file(const struct stat *then, const struct stat *now) {
    return then->st_dev == now->st_dev && then->st_ino == now->st_ino &&
           then->st_size == now->st_size && then->st_mtim.tv_sec == now->st_mtim.tv_sec &&
           then->st_mtim.tv_nsec == now->st_mtim.tv_nsec;
}

void content_read_error(Diags *diags, const char *path, int error) {
    const char *hint = error == EACCES   ? "check the permissions of the file and its directories"
                       : error == ENOENT ? "the file disappeared during the build; build again"
                                         : NULL;
    diag_error(diags, EXIT_USER, hint, "cannot read '%s': %s", path, strerror(error));
}

void content_changed_error(Diags *diags, const char *path) {
    diag_error(diags, EXIT_USER, "build again when nothing writes to it any more",
               "'%s' changed while it was being copied", path);
}

static bool hash_content(const Content *content, uint8_t hash[FRONT_HASH_SIZE]) {
    if (content->path == NULL) {
        front_hash(content->data, content->size, hash);
        return true;
    }
    uint64_t size;
    return front_hash_file(content->path, hash, &size);
}

/* The number of an equal content of the same size, or IMAGE_NONE-like -1. A file that cannot be
 * hashed equals nothing; the error comes when it is copied. */
static int64_t find_equal(ContentStore *store, ContentChain *chain, const Content *content,
                          ContentChain *own) {
    if (chain == NULL) {
        return -1;
    }
    own->hashed = hash_content(content, own->hash);
    for (ContentChain *other = chain; own->hashed && other != NULL; other = other->next) {
        const Content *candidate = &store->items.items[other->number];
        if (!other->hashed) {
            other->hashed = hash_content(candidate, other->hash);
        }
        if (other->hashed && memcmp(other->hash, own->hash, FRONT_HASH_SIZE) == 0) {
            return other->number;
        }
    }
    return -1;
}

static uint32_t add(ContentStore *store, const Content *content) {
    char size_text[24];
    snprintf(size_text, sizeof(size_text), "%llu", (unsigned long long)content->size);
    ContentChain *chain = strmap_get(&store->by_size, size_text);
    ContentChain *own = ARENA_NEW(store->arena, ContentChain);
    int64_t equal = find_equal(store, chain, content, own);
    if (equal >= 0) {
        /* One user's wish for a mappable copy decides for all. */
        Content *shared = &store->items.items[equal];
        shared->page_aligned |= content->page_aligned;
        shared->packing = content->packing < shared->packing ? content->packing : shared->packing;
        shared->group = content->group < shared->group ? content->group : shared->group;
        return (uint32_t)equal;
    }
    own->number = (uint32_t)store->items.count;
    own->next = chain;
    strmap_set(&store->by_size, arena_strdup(store->arena, size_text), own);
    vec_push(&store->items, *content);
    return own->number;
}

bool content_add_file(ContentStore *store, const Content *wish, uint32_t *number, Diags *diags) {
    Content content = *wish;
    if (stat(wish->path, &content.seen) != 0 || access(wish->path, R_OK) != 0) {
        content_read_error(diags, wish->path, errno);
        return false;
    }
    if (!S_ISREG(content.seen.st_mode)) {
        diag_error(diags, EXIT_USER, "only regular files can be embedded", "'%s' is not a file",
                   wish->path);
        return false;
    }
    content.size = (uint64_t)content.seen.st_size;
    *number = add(store, &content);
    return true;
}

uint32_t content_add_data(ContentStore *store, const Content *wish) {
    return add(store, wish);
}

void content_free(ContentStore *store) {
    vec_free(&store->items);
    strmap_free(&store->by_size);
}
