/* Training: gcc's profile-guided optimisation.
 *
 * The counting executable is made by another pyc2c, with the same words and --instrument. A counter
 * file belongs to one C file, whose name depends on the functions in it alone (native_cache.c); so
 * the files of the second build find theirs. gcc's run-time library writes them where GCOV_PREFIX
 * says, when the program exits. */
#include "train.h"

#include "../modules/names.h"
#include "../support/fs.h"
#include "../support/path.h"
#include "../support/proc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- the counting executable ---- */

/* Our own words, and those that say what is different this time: the last one wins. */
static void add_words(Session *session, const char *output, StrVec *argv) {
    const Request *request = &session->options.request;
    const char *self = session_self(&session->arena);
    char **word = session->argv + 1;
    vec_push(argv, self != NULL ? self : session->argv[0]);
    for (; *word != NULL && strcmp(*word, "--") != 0; word++) {
        vec_push(argv, *word);
    }
    vec_push(argv, "--instrument");
    vec_push(argv, "--mode=onefile");
    vec_push(argv, arena_printf(&session->arena, "--output=%s", output));
    if (request->verbose == 0 && !request->show_progress && !request->quiet) {
        vec_push(argv, "--quiet");
    }
    for (; *word != NULL; word++) {
        vec_push(argv, *word);
    }
    vec_push(argv, NULL);
}

static bool build_counting(Session *session, const char *output) {
    StrVec argv = {0};
    ProcResult result;
    add_words(session, output, &argv);
    ProcSpec spec = {.argv = argv.items, .inherit_output = true};
    bool ok = proc_run(&spec, &result);
    if (!ok) {
        diag_error(&session->diags, result.exit_code > 0 ? result.exit_code : EXIT_INTERNAL, NULL,
                   "--train: the executable for training could not be built");
    }
    proc_result_free(&result);
    vec_free(&argv);
    return ok;
}

/* ---- the training ---- */

/* `text` with every "{}" replaced. */
static const char *replaced(Arena *arena, const char *text, const char *by) {
    StrBuf out = {0};
    const char *at;
    while ((at = strstr(text, "{}")) != NULL) {
        strbuf_printf(&out, "%.*s%s", (int)(at - text), text, by);
        text = at + 2;
    }
    strbuf_puts(&out, text);
    const char *result = arena_strdup(arena, strbuf_text(&out));
    strbuf_free(&out);
    return result;
}

static bool run_command(Session *session, const char *executable, const char *profile) {
    Arena *arena = &session->arena;
    const char *command = session->options.request.train;
    StrVec argv = {0};
    ProcResult result;
    bool whole = strvec_split_command(arena, command, &argv);
    for (size_t i = 0; i < argv.count; i++) {
        argv.items[i] = replaced(arena, argv.items[i], executable);
    }
    if (!whole || argv.count == 0) {
        diag_error(&session->diags, EXIT_USAGE, "for example --train='{} --self-test'",
                   "--train: the command %s", whole ? "is empty" : "ends within a quotation");
        vec_free(&argv);
        return false;
    }
    vec_push(&argv, NULL);
    const char *const env[] = {arena_printf(arena, "PYC2C_EXECUTABLE=%s", executable),
                               arena_printf(arena, "GCOV_PREFIX=%s", profile),
                               "GCOV_PREFIX_STRIP=99", NULL};
    ProcSpec spec = {.argv = argv.items, .env = env, .inherit_output = true};
    bool ok = proc_run(&spec, &result);
    if (!ok && result.not_started) {
        diag_error(&session->diags, EXIT_USER, NULL, "--train: cannot run '%s': %s", argv.items[0],
                   strerror(result.start_errno));
    } else if (!ok) {
        diag_error(&session->diags, EXIT_USER,
                   "a command that has to end in this way can be put into a script",
                   "--train: '%s' ended with %s %d", command,
                   result.signal != 0 ? "signal" : "status",
                   result.signal != 0 ? result.signal : result.exit_code);
    }
    proc_result_free(&result);
    vec_free(&argv);
    return ok;
}

static bool has_counts(Session *session, const char *profile) {
    StrVec names = {0};
    bool some = fs_list(&session->arena, profile, &names) && names.count > 0;
    vec_free(&names);
    if (!some) {
        diag_error(&session->diags, EXIT_USER,
                   "{} in the command (and $PYC2C_EXECUTABLE for it) is the executable; counts are "
                   "written when it exits",
                   "--train: the command ended, but no native code of the program ran to its end");
    }
    return some;
}

bool train_run(Session *session, const char *name) {
    Arena *arena = &session->arena;
    const char *directory = fs_temp_dir(arena);
    if (directory == NULL) {
        diag_error(&session->diags, EXIT_TOOLCHAIN, "set TMPDIR to a writable directory",
                   "cannot create a temporary directory: %s", strerror(errno));
        return false;
    }
    fs_remove_at_exit(directory);
    const char *executable = path_join(arena, directory, name);
    const char *profile = path_join(arena, directory, "profile.d");
    session->progress.step(session->progress.context, "building for training");
    if (!fs_make_dirs(profile) || !build_counting(session, executable)) {
        return false;
    }
    session->progress.step(session->progress.context, "training");
    if (!run_command(session, executable, profile) || !has_counts(session, profile)) {
        return false;
    }
    session->options.request.profile = profile;
    return true;
}
