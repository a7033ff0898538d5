/* The runtime's own Python parts: readers for importlib.resources and importlib.metadata and the
 * like. They are compiled like any module but cannot be imported by name; the runtime loads them.
 */
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

static bool add_support_module(Program *program, const char *directory, const char *file_name,
                               const CacheOps *cache, Diags *diags) {
    Arena *arena = program->arena;
    const char *path = path_join(arena, directory, file_name);
    size_t stem = strlen(file_name) - strlen(".py");
    StrBuf source = {0};
    if (!fs_read(path, &source)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again", "cannot read '%s': %s", path,
                   strerror(errno));
        return false;
    }
    Module *module = ARENA_NEW(arena, Module);
    module->name = arena_printf(arena, "_pyc2c.%.*s", (int)stem, file_name);
    module->kind = MODULE_SOURCE;
    module->path = path;
    module->vpath = arena_printf(arena, "_pyc2c/%s", file_name);
    bool ok = compile_support(program, path, module->vpath, &source, cache, module, diags);
    strbuf_free(&source);
    if (ok) {
        vec_push(&program->support_modules, module);
    }
    return ok;
}

bool support_modules_add(Program *program, const char *support_dir, const CacheOps *cache,
                         Diags *diags) {
    const char *directory = path_join(program->arena, support_dir, "adapters");
    StrVec names = {0};
    if (!fs_list(program->arena, directory, &names)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again, or run 'make' in its source tree",
                   "cannot read '%s': %s", directory, strerror(errno));
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < names.count; i++) {
        if (strcmp(path_extension(names.items[i]), ".py") == 0) {
            ok = add_support_module(program, directory, names.items[i], cache, diags);
        }
    }
    vec_free(&names);
    return ok;
}
