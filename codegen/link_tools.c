/* Running compiler and linker: their identity for cache keys, and errors that can be acted upon. */
#include "link_stub.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"
#include "../compiler/support/proc.h"

#include <errno.h>
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

/* Appends what `cc [linker] flag` prints. */
static bool add_answer(const LinkPlan *plan, const char *linker, const char *flag, const char *what,
                       StrBuf *key, Diags *diags) {
    StrVec argv = {0};
    for (size_t i = 0; i < plan->cc.count; i++) {
        vec_push(&argv, plan->cc.items[i]);
    }
    if (linker != NULL) {
        vec_push(&argv, linker);
    }
    vec_push(&argv, flag);
    vec_push(&argv, NULL);
    ProcSpec spec = {.argv = argv.items};
    ProcResult result;
    bool ok = proc_run(&spec, &result);
    if (ok) {
        strbuf_add(key, result.out.data, result.out.length);
    } else {
        link_run(argv.items, NULL, what, diags);
    }
    proc_result_free(&result);
    vec_free(&argv);
    return ok;
}

bool link_compiler_identity(const LinkPlan *plan, StrBuf *key, Diags *diags) {
    for (size_t i = 1; i < plan->cc.count; i++) { /* arguments decide about the result as well */
        strbuf_add(key, plan->cc.items[i], strlen(plan->cc.items[i]) + 1);
    }
    return add_answer(plan, NULL, "--version", "asking the C compiler for its version", key, diags);
}

bool link_tool_identity(const LinkPlan *plan, const char *linker, StrBuf *key, Diags *diags) {
    /* Prints the linker's version and links nothing. */
    return link_compiler_identity(plan, key, diags) &&
           add_answer(plan, linker, "-Wl,--version", "asking the linker for its version", key,
                      diags);
}

bool link_compile(Arena *arena, const Request *request, const LinkPlan *plan, const char *directory,
                  const char *name, const StrBuf *text, StrVec *objects, Diags *diags) {
    const char *source = arena_printf(arena, "%s/%s.c", directory, name);
    const char *object = arena_printf(arena, "%s/%s.o", directory, name);
    if (!fs_write_atomic(source, strbuf_text(text), text->length, 0600)) {
        diag_error(diags, EXIT_TOOLCHAIN, "check $TMPDIR", "cannot write '%s': %s", source,
                   strerror(errno));
        return false;
    }
    VEC(const char *) argv = {0};
    for (size_t i = 0; i < plan->cc.count; i++) {
        vec_push(&argv, plan->cc.items[i]);
    }
    vec_push(&argv, "-O1");
    vec_push(&argv, link_plan_code_model(plan, request));
    vec_push(&argv, "-c");
    vec_push(&argv, path_base(source));
    vec_push(&argv, "-o");
    vec_push(&argv, path_base(object));
    vec_push(&argv, NULL);
    bool ok = link_run(argv.items, directory, "compiling a generated file", diags);
    vec_free(&argv);
    vec_push(objects, object);
    return ok;
}
