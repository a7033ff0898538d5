/* Python parts of the runtime: its own (adapters that complete modules of the standard library, and
 * the regular expressions that modules compile), and frozen modules of the interpreter that lie in
 * the image. They are compiled like any module but cannot be imported by name; the runtime loads
 * them. */
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

/* A directory of such sources. */
typedef struct SupportKind {
    const char *directory;
    const char *before,
        *after;        /* around the file's stem in the name that the runtime finds it by */
    const char *place; /* in front of the file's name in its code's file name */
    bool (*wanted)(const Program *program, const char *stem); /* NULL: all of them */
    bool (*late)(const Program *program, const char *stem);   /* not loaded at start */
} SupportKind;

bool support_module_add(Program *program, Module *module, const StrBuf *source,
                        const CacheOps *cache, Diags *diags) {
    module->kind = MODULE_SOURCE;
    if (!compile_support(program, module->path, module->vpath, source, cache, module, diags)) {
        return false;
    }
    vec_push(&program->support_modules, module);
    return true;
}

static bool add_file(Program *program, const SupportKind *kind, const char *stem,
                     const CacheOps *cache, Diags *diags) {
    Arena *arena = program->arena;
    const char *file_name = arena_printf(arena, "%s.py", stem);
    const char *path = path_join(arena, kind->directory, file_name);
    StrBuf source = {0};
    if (!fs_read(path, &source)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again", "cannot read '%s': %s", path,
                   strerror(errno));
        return false;
    }
    Module *module = ARENA_NEW(arena, Module);
    module->name = arena_printf(arena, "%s%s%s", kind->before, stem, kind->after);
    module->late = kind->late(program, stem);
    module->path = path;
    module->vpath = arena_printf(arena, "_pyc2c/%s%s", kind->place, file_name);
    bool ok = support_module_add(program, module, &source, cache, diags);
    strbuf_free(&source);
    return ok;
}

static bool add_directory(Program *program, const SupportKind *kind, const CacheOps *cache,
                          Diags *diags) {
    StrVec names = {0};
    if (!fs_list(program->arena, kind->directory, &names)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again, or run 'make' in its source tree",
                   "cannot read '%s': %s", kind->directory, strerror(errno));
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < names.count; i++) {
        const char *name = names.items[i];
        if (strcmp(path_extension(name), ".py") != 0) {
            continue;
        }
        const char *stem = arena_strndup(program->arena, name, strlen(name) - strlen(".py"));
        if (kind->wanted == NULL || kind->wanted(program, stem)) {
            ok = add_file(program, kind, stem, cache, diags);
        }
    }
    vec_free(&names);
    return ok;
}

static bool is_embedded_stdlib(const Program *program, const char *name) {
    const Module *module = strmap_get(&program->modules, name);
    return module != NULL && module->origin == ORIGIN_STDLIB;
}

/* What is loaded together with a module. */
static bool is_module_late(const Program *program, const char *name) {
    const Module *module = strmap_get(&program->modules, name);
    return module == NULL || module->late;
}

/* The patterns (scripts/regex_patterns.py) are those of the Python that pyc2c was built with; what
 * the re of another one makes of a pattern may differ. */
bool support_modules_add(Program *program, const char *support_dir, const CacheOps *cache,
                         Diags *diags) {
    Arena *arena = program->arena;
    const Target *target = &program->target;
    const SupportKind adapters = {.directory = path_join(arena, support_dir, "adapters"),
                                  .before = "_pyc2c.",
                                  .after = "",
                                  .place = "",
                                  .late = is_module_late};
    const SupportKind patterns = {.directory = arena_printf(arena, "%s/%d.%d/patterns", support_dir,
                                                            target->major, target->minor),
                                  .before = "_pyc2c.patterns.",
                                  .after = "",
                                  .place = "patterns.",
                                  .wanted = is_embedded_stdlib,
                                  .late = is_module_late};
    return add_directory(program, &adapters, cache, diags) &&
           (strcmp(target->version, front_python_version()) != 0 ||
            (add_directory(program, &patterns, cache, diags) &&
             support_patterns_add(program, support_dir, cache, diags)));
}

/* The interpreter starts with some, whatever the program imports. */
static bool is_frozen_late(const Program *program, const char *name) {
    static const char *const first[] = {
        "importlib._bootstrap", "importlib._bootstrap_external", "codecs", "io", "abc",
        "_sitebuiltins"};
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        if (strcmp(first[i], name) == 0) {
            return false;
        }
    }
    return is_module_late(program, name);
}

bool frozen_modules_add(Program *program, const char *directory, const CacheOps *cache,
                        Diags *diags) {
    const SupportKind frozen = {.directory = directory,
                                .before = "<frozen ",
                                .after = ">",
                                .place = "frozen/",
                                .late = is_frozen_late};
    return add_directory(program, &frozen, cache, diags);
}
