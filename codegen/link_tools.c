/* Running compiler and linker: their identity for cache keys, and errors that can be acted upon. */
#include "link_stub.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"
#include "../compiler/support/proc.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_OUTPUT = 4000 };

const char *link_directory(Arena *arena, Diags *diags) {
    const char *directory = fs_temp_dir(arena);
    if (directory == NULL) {
        diag_error(diags, EXIT_TOOLCHAIN, "set TMPDIR to a writable directory",
                   "cannot create a temporary directory: %s", strerror(errno));
        return NULL;
    }
    fs_remove_at_exit(directory);
    return directory;
}

bool link_run(const char *const *argv, const char *directory, const char *what, Diags *diags) {
    ProcSpec spec = {.argv = argv, .directory = directory};
    /* The tools' messages shall be the same everywhere. */
    const char *const env[] = {"LC_ALL=C", NULL};
    spec.env = env;
    ProcResult result;
    bool ok = proc_run(&spec, &result);
    if (!ok && result.not_started) {
        diag_error(diags, EXIT_TOOLCHAIN, "apt-get install gcc binutils",
                   "%s failed: cannot run '%s': %s", what, argv[0], strerror(result.start_errno));
    } else if (!ok) {
        StrBuf command = {0};
        proc_command_line(argv, &command);
        const char *output = strbuf_text(result.err.length > 0 ? &result.err : &result.out);
        size_t length = strlen(output);
        const char *tail = length > SHOWN_OUTPUT ? output + length - SHOWN_OUTPUT : output;
        diag_error(diags, EXIT_TOOLCHAIN, "run the command by itself to see all of its output",
                   "%s failed\n%s\n%s", what, strbuf_text(&command), tail);
        strbuf_free(&command);
    }
    proc_result_free(&result);
    return ok;
}

/* ---- versions ---- */

/* `cc [linker] flag`, run once however often its answer is needed. */
typedef struct Question {
    StrVec argv; /* NULL-terminated */
    pthread_t thread;
    bool running, ok;
    StrBuf answer;
} Question;

static VEC(Question *) questions; /* used by the main thread only; live until the process ends */

static void *ask(void *argument) {
    Question *question = argument;
    ProcSpec spec = {.argv = question->argv.items};
    ProcResult result;
    question->ok = proc_run(&spec, &result);
    strbuf_add(&question->answer, strbuf_text(&result.out), result.out.length);
    proc_result_free(&result);
    return NULL;
}

static bool same_words(const StrVec *one, const StrVec *other) {
    bool same = one->count == other->count;
    for (size_t i = 0; same && i + 1 < one->count; i++) {
        same = strcmp(one->items[i], other->items[i]) == 0;
    }
    return same;
}

/* The question, which runs or has been answered; `beside`: in a thread of its own. */
static Question *question_of(const LinkPlan *plan, const char *linker, const char *flag,
                             bool beside) {
    Question *question = xcalloc(1, sizeof(*question));
    for (size_t i = 0; i < plan->cc.count; i++) {
        vec_push(&question->argv, plan->cc.items[i]);
    }
    if (linker != NULL) {
        vec_push(&question->argv, linker);
    }
    vec_push(&question->argv, flag);
    vec_push(&question->argv, NULL);
    for (size_t i = 0; i < questions.count; i++) {
        if (same_words(&questions.items[i]->argv, &question->argv)) {
            vec_free(&question->argv);
            free(question);
            return questions.items[i];
        }
    }
    vec_push(&questions, question);
    question->running = beside && pthread_create(&question->thread, NULL, ask, question) == 0;
    if (!question->running) {
        ask(question);
    }
    return question;
}

static bool add_answer(const LinkPlan *plan, const char *linker, const char *flag, const char *what,
                       StrBuf *key, Diags *diags) {
    Question *question = question_of(plan, linker, flag, false);
    if (question->running) {
        pthread_join(question->thread, NULL);
        question->running = false;
    }
    if (!question->ok) {
        return link_run(question->argv.items, NULL, what, diags); /* again, for what it says */
    }
    strbuf_add(key, question->answer.data, question->answer.length);
    return true;
}

static const char VERSION_FLAG[] = "--version";
static const char LINKER_VERSION_FLAG[] = "-Wl,--version"; /* links nothing */

void link_ask_tools(const LinkPlan *plan, const char *linker) {
    question_of(plan, NULL, VERSION_FLAG, true);
    question_of(plan, linker, LINKER_VERSION_FLAG, true);
}

bool link_compiler_identity(const LinkPlan *plan, StrBuf *key, Diags *diags) {
    for (size_t i = 1; i < plan->cc.count; i++) { /* arguments decide about the result as well */
        strbuf_add(key, plan->cc.items[i], strlen(plan->cc.items[i]) + 1);
    }
    return add_answer(plan, NULL, VERSION_FLAG, "asking the C compiler for its version", key,
                      diags);
}

bool link_tool_identity(const LinkPlan *plan, const char *linker, StrBuf *key, Diags *diags) {
    return link_compiler_identity(plan, key, diags) &&
           add_answer(plan, linker, LINKER_VERSION_FLAG, "asking the linker for its version", key,
                      diags);
}

/* ---- generated files ---- */

typedef struct Generated {
    Arena *arena;
    const LinkPlan *plan;
    const char *flags[2];
    const char *directory;
    const char *source, *object; /* names in it */
    const StrBuf *text;
    Diags *diags;
} Generated;

static bool cannot_write(const Generated *file, const char *path) {
    diag_error(file->diags, EXIT_TOOLCHAIN, "check $TMPDIR", "cannot write '%s': %s", path,
               strerror(errno));
    return false;
}

static bool generated_key(const Generated *file, uint8_t out[FRONT_HASH_SIZE]) {
    StrBuf key = {0};
    strbuf_puts(&key, "generated " PYC2C_VERSION "\n");
    bool ok = link_compiler_identity(file->plan, &key, file->diags);
    for (size_t i = 0; i < sizeof(file->flags) / sizeof(file->flags[0]); i++) {
        strbuf_add(&key, file->flags[i], strlen(file->flags[i]) + 1);
    }
    strbuf_add(&key, strbuf_text(file->text), file->text->length);
    front_hash(key.data, key.length, out);
    strbuf_free(&key);
    return ok;
}

static bool compile_generated(const Generated *file) {
    const char *source = path_join(file->arena, file->directory, file->source);
    if (!fs_write_private(source, strbuf_text(file->text), file->text->length, 0600)) {
        return cannot_write(file, source);
    }
    StrVec argv = {0};
    for (size_t i = 0; i < file->plan->cc.count; i++) {
        vec_push(&argv, file->plan->cc.items[i]);
    }
    for (size_t i = 0; i < sizeof(file->flags) / sizeof(file->flags[0]); i++) {
        vec_push(&argv, file->flags[i]);
    }
    const char *const rest[] = {"-c", file->source, "-o", file->object, NULL};
    for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
        vec_push(&argv, rest[i]);
    }
    bool ok = link_run(argv.items, file->directory, "compiling a generated file", file->diags);
    vec_free(&argv);
    return ok;
}

bool link_compile(Arena *arena, const Request *request, const LinkPlan *plan, const char *directory,
                  const char *name, const StrBuf *text, const CacheOps *cache, StrVec *objects,
                  Diags *diags) {
    static const char KIND[] = "table"; /* too small to be fetched from a shared cache */
    Generated file = {.arena = arena,
                      .plan = plan,
                      .flags = {"-O1", link_plan_code_model(plan, request)},
                      .directory = directory,
                      .source = arena_printf(arena, "%s.c", name),
                      .object = arena_printf(arena, "%s.o", name),
                      .text = text,
                      .diags = diags};
    const char *object = path_join(arena, directory, file.object);
    uint8_t key[FRONT_HASH_SIZE];
    const uint8_t *data;
    size_t size;
    vec_push(objects, object);
    if (!generated_key(&file, key)) {
        return false;
    }
    if (cache != NULL && cache->get(cache->context, KIND, key, arena, &data, &size)) {
        return fs_write_private(object, data, size, 0600) || cannot_write(&file, object);
    }
    bool ok = compile_generated(&file);
    if (ok && cache != NULL && fs_map(object, &data, &size)) {
        cache->put(cache->context, KIND, key, data, size);
        fs_unmap(data, size);
    }
    return ok;
}
