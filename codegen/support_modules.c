/* The runtime's own Python parts: adapters that complete modules of the standard library, and the
 * regular expressions that such modules compile. They are compiled like any module but cannot be
 * imported by name; the runtime loads them. */
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

/* `prefix` stands before the file's stem in the module's name. */
static bool add_support_module(Program *program, const char *directory, const char *prefix,
                               const char *file_name, const CacheOps *cache, Diags *diags) {
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
    module->name = arena_printf(arena, "_pyc2c.%s%.*s", prefix, (int)stem, file_name);
    module->kind = MODULE_SOURCE;
    module->path = path;
    module->vpath = arena_printf(arena, "_pyc2c/%s%s", prefix, file_name);
    bool ok = compile_support(program, path, module->vpath, &source, cache, module, diags);
    strbuf_free(&source);
    if (ok) {
        vec_push(&program->support_modules, module);
    }
    return ok;
}

/* `wanted` tells whether the file with this stem belongs into the program; NULL: all do. */
static bool add_directory(Program *program, const char *directory, const char *prefix,
                          bool (*wanted)(const Program *program, const char *stem),
                          const CacheOps *cache, Diags *diags) {
    StrVec names = {0};
    if (!fs_list(program->arena, directory, &names)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again, or run 'make' in its source tree",
                   "cannot read '%s': %s", directory, strerror(errno));
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < names.count; i++) {
        const char *name = names.items[i];
        if (strcmp(path_extension(name), ".py") != 0) {
            continue;
        }
        const char *stem = arena_strndup(program->arena, name, strlen(name) - strlen(".py"));
        if (wanted == NULL || wanted(program, stem)) {
            ok = add_support_module(program, directory, prefix, name, cache, diags);
        }
    }
    vec_free(&names);
    return ok;
}

static bool is_embedded_stdlib(const Program *program, const char *name) {
    const Module *module = strmap_get(&program->modules, name);
    return module != NULL && module->origin == ORIGIN_STDLIB;
}

/* The patterns (scripts/regex_patterns.py) are those of the Python that pyc2c was built with. */
bool support_modules_add(Program *program, const char *support_dir, const CacheOps *cache,
                         Diags *diags) {
    Arena *arena = program->arena;
    const Target *target = &program->target;
    const char *patterns =
        arena_printf(arena, "%s/%d.%d/patterns", support_dir, target->major, target->minor);
    return add_directory(program, path_join(arena, support_dir, "adapters"), "", NULL, cache,
                         diags) &&
           (strcmp(target->version, front_python_version()) != 0 ||
            add_directory(program, patterns, "patterns.", is_embedded_stdlib, cache, diags));
}
