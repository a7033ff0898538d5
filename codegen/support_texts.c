/* support_texts: texts that modules compile while they are imported, compiled at build time.
 *
 * dataclasses, named tuples, attrs and others put Python texts together and compile them, each time
 * a program starts: a sixth of the start of one with many data classes. The traced import tells
 * which texts those are, and `make` knows those of the standard library (scripts/kept_texts.py).
 * Each of them becomes a support module "_pyc2c.texts.<number>"; "_pyc2c.texts" has the list that
 * runtime/rt_texts.c finds them by. */
#include "codegen.h"

#include "../compiler/modules/settings.h"
#include "../compiler/modules/texts.h"
#include "../compiler/support/path.h"

#include <string.h>

enum { MOST_BYTES = 4 << 20 }; /* of all texts together */

static void key_of(const KeptText *text, int optimize, uint8_t key[FRONT_HASH_SIZE]) {
    StrBuf all = {0};
    strbuf_printf(&all, "text 1 %s %s %d %d %s\n", PYC2C_VERSION, front_python_version(), optimize,
                  text->expression, text->file);
    strbuf_puts(&all, text->text);
    front_hash(all.data, all.length, key);
    strbuf_free(&all);
}

static bool compile_text(Program *program, const KeptText *text, int optimize,
                         const CacheOps *cache, Module *module) {
    uint8_t key[FRONT_HASH_SIZE];
    key_of(text, optimize, key);
    if (cache != NULL && cache->get(cache->context, "code", key, program->arena, &module->code,
                                    &module->code_size)) {
        return true;
    }
    if (!front_compile_text(program->arena, text->file, text->text, text->expression, optimize,
                            &module->code, &module->code_size)) {
        return false;
    }
    if (cache != NULL) {
        cache->put(cache->context, "code", key, module->code, module->code_size);
    }
    return true;
}

/* The interpreter compiles it while the program starts, as far as one can tell. */
static bool is_wanted(const Program *program, const KeptText *text) {
    const Module *module = strmap_get(&program->modules, text->module);
    return module != NULL && !module->late;
}

static bool same_text(const KeptText *one, const KeptText *other) {
    return strcmp(one->text, other->text) == 0 && strcmp(one->file, other->file) == 0 &&
           one->expression == other->expression;
}

static void list_text(StrBuf *list, const KeptText *text, size_t number) {
    strbuf_puts(list, text->expression ? "(True, " : "(False, ");
    strbuf_json_string(list, text->file); /* a literal of Python, too */
    strbuf_puts(list, ", ");
    strbuf_json_string(list, text->text);
    strbuf_printf(list, ", \"_pyc2c.texts.%zu\"),\n", number);
}

/* Adds the support module of each text, and its line to the list. */
static size_t add_texts(Program *program, const KeptTexts *texts, int optimize,
                        const CacheOps *cache, StrBuf *list) {
    Arena *arena = program->arena;
    const KeptText *last = NULL;
    size_t count = 0;
    for (size_t i = 0; i < texts->count && list->length < MOST_BYTES; i++) {
        const KeptText *text = &texts->items[i];
        if (!is_wanted(program, text) || (last != NULL && same_text(last, text))) {
            continue;
        }
        last = text;
        Module *module = ARENA_NEW(arena, Module);
        module->kind = MODULE_SOURCE;
        module->name = arena_printf(arena, "_pyc2c.texts.%zu", count);
        module->path = module->vpath = arena_printf(arena, "_pyc2c/texts.%zu.py", count);
        if (compile_text(program, text, optimize, cache, module)) {
            vec_push(&program->support_modules, module);
            list_text(list, text, count++);
        }
    }
    return count;
}

bool support_texts_add(Program *program, const char *support_dir, const Request *request,
                       const CacheOps *cache, Diags *diags) {
    Arena *arena = program->arena;
    const Target *target = &program->target;
    KeptTexts texts = {0};
    if (strcmp(target->version, front_python_version()) != 0) {
        return true;
    }
    /* Without the file, the runtime of this Python does not use any (mk/codegen.mk). */
    if (!texts_read_file(
            arena,
            arena_printf(arena, "%s/%d.%d/texts.txt", support_dir, target->major, target->minor),
            &texts)) {
        return true;
    }
    for (size_t i = 0; i < program->texts.count; i++) {
        vec_push(&texts, program->texts.items[i]);
    }
    texts_sort_unique(&texts);
    StrBuf source = {0};
    strbuf_puts(&source, "texts = (\n");
    bool ok = true;
    if (add_texts(program, &texts, settings_optimize(request), cache, &source) > 0) {
        strbuf_puts(&source, ")\n");
        Module *module = ARENA_NEW(arena, Module);
        module->name = "_pyc2c.texts";
        module->path = module->vpath = "_pyc2c/texts.py";
        ok = support_module_add(program, module, &source, cache, diags);
    }
    strbuf_free(&source);
    vec_free(&texts);
    return ok;
}
