/* support_patterns: regular expressions of the program and of its packages, compiled at build time.
 *
 * What `make` does for the standard library (scripts/regex_patterns.py), a child does here for
 * every other module that starts with the program: probe/patterns.py finds patterns that sources
 * hold literally. Answers are kept in the cache, by the module's code. Without an answer a program
 * compiles its patterns when it runs, as ever. */
#include "codegen.h"

#include "../compiler/modules/names.h"
#include "../compiler/support/path.h"
#include "../compiler/support/proc.h"

#include <string.h>

enum { TIMEOUT_SECONDS = 30 };

typedef struct Asked {
    const Module *module;
    uint8_t key[FRONT_HASH_SIZE];
    const char *text; /* source of the support module, "" when there is nothing to keep */
    size_t size;
} Asked;

typedef struct Patterns {
    Program *program;
    const CacheOps *cache;
    VEC(Asked) asked;
    StrBuf input; /* modules that the cache does not know */
} Patterns;

/* May it use `re`? A name in marshalled code is a length and the characters. */
static bool names_re(const Module *module) {
    static const char name[] = "\2re";
    return module->code != NULL && memmem(module->code, module->code_size, name, 3) != NULL;
}

static bool is_wanted(const Module *module) {
    return module->kind == MODULE_SOURCE && module->origin != ORIGIN_STDLIB && !module->late &&
           module->path != NULL && strpbrk(module->path, "\t\r\n") == NULL && names_re(module);
}

static void key_of(const Module *module, uint8_t key[FRONT_HASH_SIZE]) {
    StrBuf text = {0};
    strbuf_printf(&text, "patterns 1 %s %s\n", PYC2C_VERSION, front_python_version());
    strbuf_add(&text, (const char *)module->code, module->code_size);
    front_hash(text.data, text.length, key);
    strbuf_free(&text);
}

static void ask(Patterns *patterns, const Module *module) {
    Asked asked = {.module = module};
    const uint8_t *data;
    key_of(module, asked.key);
    if (patterns->cache != NULL &&
        patterns->cache->get(patterns->cache->context, "patterns", asked.key,
                             patterns->program->arena, &data, &asked.size)) {
        asked.text = (const char *)data;
    } else {
        strbuf_printf(&patterns->input, "%s\t%s\n", module->name, module->path);
    }
    vec_push(&patterns->asked, asked);
}

/* "module NAME LENGTH\n" and so many bytes, for each line of the input and in its order. */
static void read_answer(Patterns *patterns, const char *at, const char *end) {
    Arena *arena = patterns->program->arena;
    for (size_t i = 0; i < patterns->asked.count; i++) {
        Asked *asked = &patterns->asked.items[i];
        if (asked->text != NULL) {
            continue;
        }
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *before = arena_printf(arena, "module %s ", asked->module->name);
        if (newline == NULL || !text_starts(at, before)) {
            return;
        }
        size_t size = strtoul(at + strlen(before), NULL, 10);
        if (size > (size_t)(end - newline - 1)) {
            return;
        }
        asked->text = arena_strndup(arena, newline + 1, size);
        asked->size = size;
        at = newline + 1 + size;
        if (patterns->cache != NULL) {
            patterns->cache->put(patterns->cache->context, "patterns", asked->key,
                                 (const uint8_t *)asked->text, size);
        }
    }
}

static void run_child(Patterns *patterns, const char *support_dir) {
    const char *script = path_join(patterns->program->arena, support_dir, "probe/patterns.py");
    const char *argv[] = {patterns->program->target.executable, "-I", "-S", "-B", script, NULL};
    const char *env[] = {"PYTHONHASHSEED=0", NULL};
    ProcSpec spec = {.argv = argv,
                     .env = env,
                     .input = strbuf_text(&patterns->input),
                     .input_size = patterns->input.length,
                     .timeout = TIMEOUT_SECONDS};
    ProcResult result = {0};
    if (proc_run(&spec, &result)) {
        const char *text = strbuf_text(&result.out);
        read_answer(patterns, text, text + result.out.length);
    }
    proc_result_free(&result);
}

static bool add_module(const Patterns *patterns, const Asked *asked, Diags *diags) {
    Arena *arena = patterns->program->arena;
    Module *module = ARENA_NEW(arena, Module);
    module->name = arena_printf(arena, "_pyc2c.patterns.%s", asked->module->name);
    module->path = asked->module->path;
    module->vpath = arena_printf(arena, "_pyc2c/patterns.%s.py", asked->module->name);
    StrBuf source = {0};
    strbuf_add(&source, asked->text, asked->size);
    bool ok = support_module_add(patterns->program, module, &source, patterns->cache, diags);
    strbuf_free(&source);
    return ok;
}

bool support_patterns_add(Program *program, const char *support_dir, const CacheOps *cache,
                          Diags *diags) {
    Patterns patterns = {.program = program, .cache = cache};
    for (size_t i = 0; i < program->modules.count; i++) {
        const Module *module = program->modules.entries[i].value;
        if (is_wanted(module)) {
            ask(&patterns, module);
        }
    }
    if (patterns.input.length > 0) {
        run_child(&patterns, support_dir);
    }
    bool ok = true;
    for (size_t i = 0; ok && i < patterns.asked.count; i++) {
        const Asked *asked = &patterns.asked.items[i];
        ok = asked->text == NULL || asked->size == 0 || add_module(&patterns, asked, diags);
    }
    strbuf_free(&patterns.input);
    vec_free(&patterns.asked);
    return ok;
}
