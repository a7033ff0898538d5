/* The cache that several machines share: any server that stores what is PUT and gives it back on
 * GET (nginx with WebDAV, bazel-remote, the servers that ccache uses).
 *
 * Only what takes long to make travels: objects and links; compiling a module to bytecode is
 * quicker than asking for it. The name of an entry is one hash over kind, key, pyc2c's sources and
 * the secret's presence; its content is the local entry, head and payload, and with a secret 32
 * bytes of signature (front_sign). What comes is checked like a local entry, with a secret its
 * signature first, and then becomes a local one.
 *
 * Python's http.client speaks the protocol, in a child process with a limit of time
 * (probe/shared_cache.py). After the first failure the server is left alone for the rest of the
 * build; nothing of this makes a build fail. */
#include "cache.h"

#include "cache_entry.h"

#include "../support/fs.h"
#include "../support/path.h"
#include "../support/proc.h"
#include "../support/strmap.h"
#include "../support/value.h"

#include <stdio.h>
#include <string.h>

enum { CONNECTIONS = 8, ANSWER_SECONDS = 10, GET_SECONDS = 120, PUT_SECONDS = 120 };

typedef struct Offer {
    const char *kind;
    uint8_t key[FRONT_HASH_SIZE];
} Offer;

struct CacheShared {
    const char *url, *python, *script, *secret;
    const char *directory; /* private: files on their way */
    StrMap asked;          /* names of entries that were looked for */
    VEC(Offer) offers;
    size_t fetched, sent, rejected;
    const char *error; /* what ended the traffic; NULL: nothing */
};

/* ---- opening ---- */

void cache_shared_open(Cache *cache, const char *url, const char *python, const char *support_dir,
                       const char *secret) {
    Arena *arena = cache->arena;
    CacheShared *shared = ARENA_NEW(arena, CacheShared);
    *shared = (CacheShared){.url = url,
                            .python = python,
                            .script = path_join(arena, support_dir, "probe/shared_cache.py"),
                            .secret = secret};
    shared->directory = fs_temp_dir(arena);
    if (shared->directory == NULL) {
        shared->error = "no temporary directory";
    } else {
        fs_remove_at_exit(shared->directory);
        if (cache->directory == NULL) {
            cache->directory = path_join(arena, shared->directory, "local");
        }
    }
    cache->shared = shared;
}

void cache_shared_close(Cache *cache) {
    if (cache->shared != NULL) {
        strmap_free(&cache->shared->asked);
        vec_free(&cache->shared->offers);
    }
}

/* ---- names ---- */

static bool travels(const char *kind) {
    static const char *const kinds[] = {"native", "link", "object", "sdist"};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kind, kinds[i]) == 0) {
            return true;
        }
    }
    return false;
}

static const char *remote_name(const Cache *cache, const char *kind,
                               const uint8_t key[FRONT_HASH_SIZE]) {
    StrBuf text = {0};
    uint8_t hash[FRONT_HASH_SIZE];
    char hex[2 * FRONT_HASH_SIZE + 1];
    strbuf_printf(&text, "%s %s %s\n", cache_layout, kind,
                  cache->shared->secret != NULL ? "signed" : "plain");
    strbuf_add(&text, key, FRONT_HASH_SIZE);
    front_hash(text.data, text.length, hash);
    front_hash_hex(hash, hex);
    strbuf_free(&text);
    return arena_strdup(cache->arena, hex);
}

/* ---- the child ---- */

static void write_order(const CacheShared *shared, const char *action, const StrVec *names,
                        StrBuf *order) {
    strbuf_printf(order,
                  "{\"action\": \"%s\", \"connections\": %d, \"timeout\": %d, \"url\": ", action,
                  CONNECTIONS, ANSWER_SECONDS);
    strbuf_json_string(order, shared->url);
    strbuf_puts(order, ", \"directory\": ");
    strbuf_json_string(order, shared->directory);
    strbuf_puts(order, ", \"names\": [");
    for (size_t i = 0; i < names->count; i++) {
        strbuf_printf(order, "%s\"%s\"", i > 0 ? ", " : "", names->items[i]);
    }
    strbuf_puts(order, "]}");
}

static const char *failure(Arena *arena, const ProcResult *result) {
    if (result->timed_out) {
        return "it took too long";
    }
    const char *text = strbuf_text(&result->err);
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '\n') {
        length--;
    }
    const char *line = text;
    for (size_t i = 0; i < length; i++) {
        line = text[i] == '\n' ? text + i + 1 : line;
    }
    return length > 0 ? arena_strndup(arena, line, (size_t)(text + length - line))
                      : "the interpreter that speaks HTTP did not start";
}

/* Moves files; `done` gets the names that arrived. */
static void transfer(Cache *cache, const char *action, double seconds, const StrVec *names,
                     StrVec *done) {
    CacheShared *shared = cache->shared;
    StrBuf order = {0};
    write_order(shared, action, names, &order);
    const char *argv[] = {shared->python, "-I", "-S", "-B", shared->script, NULL};
    ProcSpec spec = {
        .argv = argv, .input = strbuf_text(&order), .input_size = order.length, .timeout = seconds};
    ProcResult result = {0};
    Value answer;
    FrontError error = {0};
    if (!proc_run(&spec, &result) ||
        !front_parse_json(cache->arena, strbuf_text(&result.out), &answer, &error)) {
        shared->error = failure(cache->arena, &result);
    } else {
        const Value *list = value_get(&answer, "done");
        for (size_t i = 0; list != NULL && list->kind == VALUE_LIST && i < list->count; i++) {
            const char *name = value_string(&list->items[i]);
            if (name != NULL) {
                vec_push(done, name);
            }
        }
        shared->error = value_string(value_get(&answer, "error"));
    }
    proc_result_free(&result);
    strbuf_free(&order);
}

/* ---- fetching ---- */

/* Into the local cache, when it is what it has to be. */
static bool take(Cache *cache, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                 const char *path) {
    const uint8_t *data;
    size_t size;
    if (!fs_map(path, &data, &size)) {
        return false;
    }
    size_t length = size;
    bool fits = true;
    if (cache->shared->secret != NULL) {
        uint8_t signature[FRONT_HASH_SIZE];
        fits = size >= FRONT_HASH_SIZE;
        length = fits ? size - FRONT_HASH_SIZE : 0;
        front_sign(cache->shared->secret, data, length, signature);
        fits = fits && memcmp(signature, data + length, FRONT_HASH_SIZE) == 0;
    }
    fits = fits && cache_entry_is_whole(data, length, kind, key);
    if (fits) {
        cache_write(cache, kind, key, data + sizeof(CacheEntryHead),
                    length - sizeof(CacheEntryHead));
        cache->shared->fetched++;
    } else {
        cache->shared->rejected++;
    }
    fs_unmap(data, size);
    return fits && cache->directory != NULL;
}

static bool is_local(const Cache *cache, const char *kind, const uint8_t key[FRONT_HASH_SIZE]) {
    Arena scratch = {0};
    bool there = fs_is_file(cache_entry_path(&scratch, cache->directory, kind, key));
    arena_free(&scratch);
    return there;
}

bool cache_shared_fetch(Cache *cache, const char *kind, const uint8_t *keys, size_t count) {
    CacheShared *shared = cache->shared;
    if (shared == NULL || shared->error != NULL || !travels(kind)) {
        return false;
    }
    StrVec names = {0}, done = {0};
    StrMap wanted = {0};
    for (size_t i = 0; i < count; i++) {
        const uint8_t *key = keys + i * FRONT_HASH_SIZE;
        const char *name = remote_name(cache, kind, key);
        if (!is_local(cache, kind, key) && strmap_set(&shared->asked, name, shared)) {
            vec_push(&names, name);
            strmap_set(&wanted, name, (void *)(uintptr_t)key);
        }
    }
    size_t before = shared->fetched;
    if (names.count > 0) {
        transfer(cache, "get", GET_SECONDS, &names, &done);
    }
    for (size_t i = 0; i < done.count && cache->directory != NULL; i++) {
        const uint8_t *key = strmap_get(&wanted, done.items[i]);
        if (key != NULL) {
            const char *path = path_join(cache->arena, shared->directory, done.items[i]);
            take(cache, kind, key, path);
            fs_remove_tree(path);
        }
    }
    strmap_free(&wanted);
    vec_free(&names);
    vec_free(&done);
    return shared->fetched > before;
}

/* ---- sending ---- */

void cache_shared_offer(Cache *cache, const char *kind, const uint8_t key[FRONT_HASH_SIZE]) {
    if (cache->shared != NULL && travels(kind)) {
        Offer offer = {.kind = arena_strdup(cache->arena, kind)};
        memcpy(offer.key, key, FRONT_HASH_SIZE);
        vec_push(&cache->shared->offers, offer);
    }
}

/* A local entry as it travels; false when it is no longer there. */
static bool put_up(Cache *cache, const Offer *offer, const char *path) {
    const CacheShared *shared = cache->shared;
    StrBuf content = {0};
    const char *local = cache_entry_path(cache->arena, cache->directory, offer->kind, offer->key);
    bool ok = fs_read(local, &content);
    if (ok && shared->secret != NULL) {
        uint8_t signature[FRONT_HASH_SIZE];
        front_sign(shared->secret, content.data, content.length, signature);
        strbuf_add(&content, signature, sizeof(signature));
    }
    ok = ok && fs_write_private(path, content.data, content.length, 0600);
    strbuf_free(&content);
    return ok;
}

void cache_shared_send(Cache *cache) {
    CacheShared *shared = cache->shared;
    if (shared == NULL || shared->error != NULL || cache->directory == NULL) {
        return;
    }
    StrVec names = {0}, done = {0};
    for (size_t i = 0; i < shared->offers.count; i++) {
        const Offer *offer = &shared->offers.items[i];
        const char *name = remote_name(cache, offer->kind, offer->key);
        if (put_up(cache, offer, path_join(cache->arena, shared->directory, name))) {
            vec_push(&names, name);
        }
    }
    if (names.count > 0) {
        transfer(cache, "put", PUT_SECONDS, &names, &done);
    }
    shared->sent = done.count;
    shared->offers.count = 0;
    vec_free(&names);
    vec_free(&done);
}

/* ---- what is said ---- */

const char *cache_shared_summary(const Cache *cache, Arena *arena) {
    const CacheShared *shared = cache->shared;
    return shared != NULL
               ? arena_printf(arena, "%zu fetched, %zu sent", shared->fetched, shared->sent)
               : NULL;
}

const char *cache_shared_trouble(const Cache *cache) {
    const CacheShared *shared = cache->shared;
    if (shared == NULL) {
        return NULL;
    }
    if (shared->error != NULL) {
        return arena_printf(cache->arena, "the shared cache was left alone: %s", shared->error);
    }
    return shared->rejected > 0
               ? arena_printf(cache->arena,
                              "%zu entr%s of the shared cache had wrong content and %s not used",
                              shared->rejected, shared->rejected == 1 ? "y" : "ies",
                              shared->rejected == 1 ? "was" : "were")
               : NULL;
}
