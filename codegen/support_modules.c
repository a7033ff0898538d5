/* Python parts of the runtime: its own (readers for importlib.resources and importlib.metadata and
 * the like), and frozen modules of the interpreter that lie in the image. They are compiled like
 * any module but cannot be imported by name; the runtime loads them. */
#include "codegen.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"

#include <errno.h>
#include <string.h>

/* Depends on everything the code object depends on. */
static void cache_key(const char *file_name, const StrBuf *source, uint8_t key[FRONT_HASH_SIZE]) {
    StrBuf text = {0};
    strbuf_printf(&text, "support %s %s %s\n", PYC2C_VERSION, front_python_version(), file_name);
    strbuf_add(&text, source->data, source->length);
    front_hash(text.data, text.length, key);
    strbuf_free(&text);
}

static bool compile_support(Program *program, const char *path, const char *file_name,
                            const StrBuf *source, const CacheOps *cache, Module *module,
                            Diags *diags) {
    uint8_t key[FRONT_HASH_SIZE];
    cache_key(file_name, source, key);
    if (cache != NULL && cache->get(cache->context, "code", key, program->arena, &module->code,
                                    &module->code_size)) {
        return true;
    }
    CompiledSource compiled;
    FrontError error = {0};
    if (!front_compile(program->arena, file_name, (const uint8_t *)strbuf_text(source),
                       source->length, 0, &compiled, &error)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again", "%s:%d: %s", path, error.line,
                   error.message);
        return false;
    }
    module->code = compiled.code;
    module->code_size = compiled.code_size;
    if (cache != NULL) {
        cache->put(cache->context, "code", key, compiled.code, compiled.code_size);
    }
    return true;
}

/* `name` is what the runtime finds it by. */
static bool add_support_module(Program *program, const char *name, const char *directory,
                               const char *file_name, bool late, const CacheOps *cache,
                               Diags *diags) {
    Arena *arena = program->arena;
    const char *path = path_join(arena, directory, file_name);
    StrBuf source = {0};
    if (!fs_read(path, &source)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again", "cannot read '%s': %s", path,
                   strerror(errno));
        return false;
    }
    Module *module = ARENA_NEW(arena, Module);
    module->name = name;
    module->kind = MODULE_SOURCE;
    module->late = late;
    module->path = path;
    module->vpath = arena_printf(arena, "_pyc2c/%s", file_name);
    bool ok = compile_support(program, path, module->vpath, &source, cache, module, diags);
    strbuf_free(&source);
    if (ok) {
        vec_push(&program->support_modules, module);
    }
    return ok;
}

/* The stems of the .py files in a directory, sorted. */
static bool list_sources(Program *program, const char *directory, StrVec *stems, Diags *diags) {
    StrVec names = {0};
    if (!fs_list(program->arena, directory, &names)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again, or run 'make' in its source tree",
                   "cannot read '%s': %s", directory, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < names.count; i++) {
        size_t length = strlen(names.items[i]);
        if (length > 3 && strcmp(names.items[i] + length - 3, ".py") == 0) {
            vec_push(stems, arena_strndup(program->arena, names.items[i], length - 3));
        }
    }
    vec_free(&names);
    return true;
}

bool support_modules_add(Program *program, const char *support_dir, const CacheOps *cache,
                         Diags *diags) {
    Arena *arena = program->arena;
    const char *directory = path_join(arena, support_dir, "adapters");
    StrVec stems = {0};
    bool ok = list_sources(program, directory, &stems, diags);
    for (size_t i = 0; ok && i < stems.count; i++) {
        /* An adapter is loaded with its module. */
        const Module *adapted = strmap_get(&program->modules, stems.items[i]);
        ok = add_support_module(program, arena_printf(arena, "_pyc2c.%s", stems.items[i]),
                                directory, arena_printf(arena, "%s.py", stems.items[i]),
                                adapted == NULL || adapted->late, cache, diags);
    }
    vec_free(&stems);
    return ok;
}

/* The interpreter starts with these, whatever the program imports. */
static bool starts_interpreter(const char *name) {
    static const char *const names[] = {
        "importlib._bootstrap", "importlib._bootstrap_external", "codecs", "io", "abc",
        "_sitebuiltins"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool frozen_modules_add(Program *program, const char *directory, const CacheOps *cache,
                        Diags *diags) {
    Arena *arena = program->arena;
    StrVec stems = {0};
    bool ok = list_sources(program, directory, &stems, diags);
    for (size_t i = 0; ok && i < stems.count; i++) {
        const char *name = stems.items[i];
        const Module *used = strmap_get(&program->modules, name);
        bool late = !starts_interpreter(name) && (used == NULL || used->late);
        ok = add_support_module(program, arena_printf(arena, "<frozen %s>", name), directory,
                                arena_printf(arena, "%s.py", name), late, cache, diags);
    }
    vec_free(&stems);
    return ok;
}
