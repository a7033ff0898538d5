/* pyc2c watch: builds, and builds again whenever a source changes; with --run, starts the program
 * anew after each build that succeeded.
 *
 * Each build is a child, `pyc2c build` with the same words: one that fails, or crashes, leaves the
 * watch as it is. What is watched is the program's own tree, further source roots, data that is
 * added, and the configuration; not the environment of installed packages, nor what a build
 * writes. */
#include "commands.h"

#include "output_path.h"

#include "../support/fs.h"
#include "../support/fswatch.h"
#include "../support/path.h"
#include "../support/proc.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STOP_MS = 5000, STOP_SLICE_MS = 20 };

typedef struct Watching {
    Session *session;
    StrVec roots, ignored;
    StrVec build;           /* the command */
    StrVec program;         /* the executable and its arguments */
    pid_t running;          /* 0: the program does not run */
    int ended;              /* pidfd of it, -1: none */
    const char *executable; /* what a build makes */
} Watching;

/* ---- what was asked for ---- */

/* Words before "--" belong to the build, words after it to the program. */
static void split_words(Watching *watching, char **argv) {
    Session *session = watching->session;
    const char *self = session_self(&session->arena);
    vec_push(&watching->build, self != NULL ? self : argv[0]);
    vec_push(&watching->build, "build");
    char **word = argv + 2;
    for (; *word != NULL && strcmp(*word, "--") != 0; word++) {
        if (strcmp(*word, "--run") != 0) {
            vec_push(&watching->build, *word);
        }
    }
    vec_push(&watching->build, NULL);
    vec_push(&watching->program, ""); /* the executable, known later */
    for (word += *word != NULL; *word != NULL; word++) {
        vec_push(&watching->program, *word);
    }
    session->line.operands.count -= watching->program.count - 1;
    vec_push(&watching->program, NULL);
}

static bool check_words(const Watching *watching) {
    Session *session = watching->session;
    if (watching->program.count > 2 && !session->options.run) {
        diag_error(&session->diags, EXIT_USAGE, "add --run before --",
                   "words after -- are for the program, which is not run");
        return false;
    }
    return true;
}

static void ignore(Watching *watching, const char *path) {
    if (path != NULL) {
        vec_push(&watching->ignored, path_absolute(&watching->session->arena, path));
    }
}

static void watch_root(Watching *watching, const char *path) {
    const char *root = path_absolute(&watching->session->arena, path);
    if (fs_is_dir(root)) {
        vec_push(&watching->roots, root);
    }
}

static void choose_roots(Watching *watching, const Entry *entry) {
    Session *session = watching->session;
    Arena *arena = &session->arena;
    const Request *request = &session->options.request;
    if (entry->root != NULL) {
        watch_root(watching, entry->root);
    }
    for (size_t i = 0; i < request->include_paths.count; i++) {
        watch_root(watching, request->include_paths.items[i]);
    }
    for (size_t i = 0; i < request->add_data.count; i++) {
        const char *from = request->add_data.items[i].from;
        watch_root(watching, fs_is_dir(from) ? from : path_dir(arena, from));
    }
    if (request->config_file != NULL) {
        watch_root(watching, path_dir(arena, path_absolute(arena, request->config_file)));
    }
    ignore(watching, watching->executable);
    ignore(watching, request->cache_dir);
    ignore(watching, request->report_dir);
    ignore(watching, request->lock);
    const char *directory = path_dir(arena, watching->executable);
    bool own = true; /* a directory for outputs; unfinished ones lie beside them */
    for (size_t i = 0; i < watching->roots.count; i++) {
        own &= path_below(watching->roots.items[i], directory) == NULL;
    }
    ignore(watching, own ? directory : NULL);
}

static bool prepare(Watching *watching) {
    Session *session = watching->session;
    Entry entry = {0};
    split_words(watching, session->argv);
    if (!session_configure(session) || !check_words(watching) || !session_open_target(session) ||
        !entry_resolve(&session->arena, &session->options.request, &session->target, &entry,
                       &session->diags)) {
        return false;
    }
    const char *output = output_path(session, &entry);
    bool directory = session->options.request.strategy == STRATEGY_PORTABLE;
    watching->executable = output;
    watching->program.items[0] =
        directory ? path_join(&session->arena, output, path_base(output)) : output;
    choose_roots(watching, &entry);
    return true;
}

/* ---- the program ---- */

static void start_program(Watching *watching) {
    pid_t parent = getpid();
    fflush(NULL);
    watching->running = fork();
    if (watching->running == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() == parent) {
            execv(watching->program.items[0], (char *const *)(uintptr_t)watching->program.items);
        }
        _exit(127);
    }
    watching->ended =
        watching->running > 0 ? (int)syscall(SYS_pidfd_open, watching->running, 0) : -1;
}

/* True when it had ended; says how, unless we ended it. */
static bool collect_program(Watching *watching, bool quietly) {
    int status;
    if (waitpid(watching->running, &status, WNOHANG) != watching->running) {
        return false;
    }
    if (watching->ended >= 0) {
        close(watching->ended);
    }
    watching->running = 0;
    watching->ended = -1;
    if (!quietly && WIFSIGNALED(status)) {
        fprintf(stderr, "the program was ended by signal %d\n", WTERMSIG(status));
    } else if (!quietly) {
        fprintf(stderr, "the program ended with status %d\n", WEXITSTATUS(status));
    }
    return true;
}

/* SIGTERM, and after a while SIGKILL. */
static void stop_program(Watching *watching) {
    if (watching->running <= 0) {
        return;
    }
    kill(watching->running, SIGTERM);
    for (int waited = 0; !collect_program(watching, true); waited += STOP_SLICE_MS) {
        if (waited >= STOP_MS) {
            kill(watching->running, SIGKILL);
        }
        usleep(STOP_SLICE_MS * 1000);
    }
}

/* ---- builds ---- */

static bool build(Watching *watching) {
    ProcSpec spec = {.argv = watching->build.items, .inherit_output = true};
    ProcResult result = {0};
    bool ok = proc_run(&spec, &result);
    proc_result_free(&result);
    return ok;
}

static void build_and_run(Watching *watching) {
    if (build(watching) && watching->session->options.run) {
        stop_program(watching);
        start_program(watching);
    }
}

static const char *shown(const Watching *watching, const char *path) {
    for (size_t i = 0; i < watching->roots.count; i++) {
        const char *below = path_below(path, watching->roots.items[i]);
        if (below != NULL && *below != '\0') {
            return below;
        }
    }
    return path;
}

static _Noreturn void watch_on(Watching *watching, FsWatch *watch) {
    for (;;) {
        const char *changed = fswatch_wait(watch, -1, watching->ended);
        if (changed != NULL) {
            fprintf(stderr, "%s changed\n", shown(watching, changed));
            build_and_run(watching);
        } else if (watching->running > 0) {
            collect_program(watching, false);
        }
    }
}

int command_watch(Session *session) {
    static Watching watching;
    watching.session = session;
    watching.ended = -1;
    if (!prepare(&watching)) {
        return session->diags.exit_code;
    }
    FsWatch *watch = fswatch_open(&watching.roots, &watching.ignored);
    if (watch == NULL) {
        diag_error(&session->diags, EXIT_USER,
                   errno == ENOSPC ? "raise the limit: sysctl fs.inotify.max_user_watches=524288"
                                   : NULL,
                   "cannot watch '%s': %s", watching.roots.items[0], strerror(errno));
        return EXIT_USER;
    }
    diag_flush(&session->diags, stderr, session->colour);
    build_and_run(&watching);
    if (!session->options.request.quiet) {
        fprintf(stderr, "watching %zu director%s; Ctrl-C ends it\n", fswatch_directories(watch),
                fswatch_directories(watch) == 1 ? "y" : "ies");
    }
    watch_on(&watching, watch);
}
