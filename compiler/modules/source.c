/* source: from a module's file to its code object and facts.
 *
 * What compiling gives depends on the bytes of the source, the name that goes into the code object,
 * the optimise level, the Python and the pyc2c: these make the key of the cache. A result that was
 * read back is checked by size fields only; the cache itself verifies content. */
#include "collect.h"
#include "names.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifndef PYC2C_VERSION
#define PYC2C_VERSION "unknown"
#endif

enum { FACTS_HEADER = 8 }; /* cached form: size of the facts, the facts, the code */

static void cache_key(const Collector *collector, const Module *module, const StrBuf *source,
                      uint8_t key[FRONT_HASH_SIZE]) {
    StrBuf text = {0};
    strbuf_printf(&text, "source 7 pyc2c %s python %s optimize %d kind %d\n%s\n", PYC2C_VERSION,
                  front_python_version(), collector->optimize, module->kind != MODULE_SOURCE,
                  module->vpath);
    strbuf_add(&text, strbuf_text(source), source->length);
    front_hash(text.data, text.length, key);
    strbuf_free(&text);
}

static bool from_cache(Collector *collector, Module *module, const uint8_t key[FRONT_HASH_SIZE]) {
    const uint8_t *data;
    size_t size;
    if (!collector->cache->get(collector->cache->context, "src", key, collector->arena, &data,
                               &size) ||
        size < FACTS_HEADER) {
        return false;
    }
    uint64_t facts_size;
    memcpy(&facts_size, data, sizeof(facts_size));
    if (facts_size > size - FACTS_HEADER ||
        !front_facts_read(collector->arena, data + FACTS_HEADER, facts_size, &module->facts)) {
        return false;
    }
    module->code = data + FACTS_HEADER + facts_size;
    module->code_size = size - FACTS_HEADER - facts_size;
    return true;
}

static void to_cache(Collector *collector, const Module *module,
                     const uint8_t key[FRONT_HASH_SIZE]) {
    StrBuf facts = {0}, data = {0};
    front_facts_write(&module->facts, &facts);
    uint64_t facts_size = facts.length;
    strbuf_add(&data, &facts_size, sizeof(facts_size));
    strbuf_add(&data, strbuf_text(&facts), facts.length);
    strbuf_add(&data, module->code, module->code_size);
    collector->cache->put(collector->cache->context, "src", key, (const uint8_t *)data.data,
                          data.length);
    strbuf_free(&facts);
    strbuf_free(&data);
}

static bool compile(Collector *collector, Module *module, const StrBuf *source, FrontError *error) {
    const uint8_t *text = (const uint8_t *)strbuf_text(source);
    if (module->kind != MODULE_SOURCE) { /* its code is elsewhere; only the imports matter here */
        return front_scan(collector->arena, module->vpath, text, source->length, &module->facts,
                          error);
    }
    CompiledSource compiled = {0};
    if (!front_compile(collector->arena, module->vpath, text, source->length, collector->optimize,
                       &compiled, error)) {
        return false;
    }
    module->code = compiled.code;
    module->code_size = compiled.code_size;
    module->facts = compiled.facts;
    return true;
}

/* A module that was installed as .pyc only: its code is taken as it is. */
static bool take_pyc(Collector *collector, Module *module, const StrBuf *content,
                     const char **why) {
    enum { PYC_HEADER = 16 };
    char magic[9];
    const unsigned char *bytes = (const unsigned char *)strbuf_text(content);
    if (content->length <= PYC_HEADER) {
        *why = "the .pyc file is cut short";
        return false;
    }
    snprintf(magic, sizeof(magic), "%02x%02x%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3]);
    if (strcmp(magic, collector->program->target.pyc_magic) != 0) {
        *why = "the .pyc file is of another Python version and there is no source";
        return false;
    }
    module->code_size = content->length - PYC_HEADER;
    uint8_t *code = arena_alloc(collector->arena, module->code_size);
    memcpy(code, bytes + PYC_HEADER, module->code_size);
    module->code = code;
    return true;
}

static bool take_source(Collector *collector, Module *module, const StrBuf *source,
                        FrontError *error) {
    uint8_t key[FRONT_HASH_SIZE];
    if (collector->cache != NULL) {
        cache_key(collector, module, source, key);
        if (from_cache(collector, module, key)) {
            return true;
        }
    }
    bool ok = compile(collector, module, source, error);
    if (ok && collector->cache != NULL) {
        to_cache(collector, module, key);
    }
    return ok;
}

bool source_load(Collector *collector, Module *module, const char **why, FrontError *error) {
    StrBuf source = {0};
    *why = NULL;
    *error = (FrontError){0};
    errno = 0;
    if (!fs_read(module->path, &source)) {
        *why = arena_printf(collector->arena, "cannot be read: %s", strerror(errno));
        strbuf_free(&source);
        return false;
    }
    bool ok;
    if (text_ends(module->path, ".pyc")) {
        ok = take_pyc(collector, module, &source, why);
    } else {
        ok = take_source(collector, module, &source, error);
        *why = ok ? NULL : error->message;
    }
    module->source_size = source.length;
    strbuf_free(&source);
    return ok;
}

bool source_scan_twin(Collector *collector, Module *module) {
    Arena *arena = collector->arena;
    const char *base = path_base(module->path);
    const char *stem = arena_strndup(arena, base, strcspn(base, "."));
    const char *path =
        path_join(arena, path_dir(arena, module->path), arena_printf(arena, "%s.py", stem));
    StrBuf source = {0};
    FrontError error;
    bool ok = fs_is_file(path) && fs_read(path, &source) &&
              take_source(collector, module, &source, &error);
    module->code = NULL; /* of what the cache held: the facts alone */
    module->code_size = 0;
    strbuf_free(&source);
    return ok;
}
