#include "session.h"

#include "config.h"

#include "../support/fs.h"
#include "../support/path.h"
#include "../support/proc.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* Marks that one pyc2c started another, so that two that disagree cannot do so forever. */
#define TAKEN_OVER "PYC2C_TAKEN_OVER"

const char *session_self(Arena *arena) {
    char buffer[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", buffer, sizeof(buffer) - 1);
    if (length > 0) {
        return arena_strndup(arena, buffer, (size_t)length);
    }
    const char *name = (const char *)(uintptr_t)getauxval(AT_EXECFN);
    char *real = name != NULL ? realpath(name, NULL) : NULL;
    const char *result = real != NULL ? arena_strdup(arena, real) : NULL;
    free(real);
    return result;
}

bool session_find_support(Session *session) {
    static const char *const places[] = {"lib/pyc2c", "../lib/pyc2c"};
    const char *self = session_self(&session->arena);
    for (size_t i = 0; self != NULL && i < sizeof(places) / sizeof(places[0]); i++) {
        const char *directory =
            path_normal(&session->arena,
                        path_join(&session->arena, path_dir(&session->arena, self), places[i]));
        if (fs_is_dir(path_join(&session->arena, directory, "adapters"))) {
            session->support_dir = directory;
            return true;
        }
    }
    diag_error(&session->diags, EXIT_TOOLCHAIN,
               "run `make` in pyc2c's source tree, or install it again with `make install`",
               "pyc2c's own files (lib/pyc2c) are not beside or above '%s'",
               self != NULL ? self : "pyc2c");
    return false;
}

/* ---- configuration ---- */

static bool start_front(Session *session, const char *stdlib) {
    const char *error = NULL;
    if (session->front_started) {
        return true;
    }
    if (!front_init(stdlib, &error)) {
        diag_error(&session->diags, EXIT_TOOLCHAIN,
                   "`pyc2c doctor` shows what this pyc2c was built with",
                   "the Python inside pyc2c cannot start with the standard library '%s': %s",
                   stdlib, error);
        return false;
    }
    session->front_started = true;
    return true;
}

/* The standard library pyc2c was built with, while it is still there. */
static const char *own_stdlib(void) {
#ifdef PYC2C_STDLIB
    return fs_is_file(PYC2C_STDLIB "/os.py") ? PYC2C_STDLIB : NULL;
#else
    return NULL;
#endif
}

static bool is_our_minor(const Target *target) {
    int major, minor;
    front_python_minor(&major, &minor);
    return target->major == major && target->minor == minor;
}

/* Before the target is settled: the configuration, which may name the target, has to be read. */
bool session_start_front(Session *session) {
    const char *stdlib = own_stdlib();
    if (stdlib != NULL) {
        return start_front(session, stdlib);
    }
    Request plain = {.python = command_line_value(&session->line, "python")};
    const char *python = target_choose(&session->arena, &plain, &session->diags);
    Target target;
    return python != NULL && target_query(&session->arena, python, &target, &session->diags) &&
           start_front(session, target.stdlib);
}

const char *session_cache_dir(Session *session) {
    Arena *arena = &session->arena;
    const char *given = session->options.request.cache_dir;
    const char *own = getenv("PYC2C_CACHE_DIR");
    const char *shared = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    if (given != NULL) {
        return path_absolute(arena, given);
    }
    if (own != NULL && *own != '\0') {
        return path_absolute(arena, own);
    }
    if (shared != NULL && shared[0] == '/') {
        return path_join(arena, shared, "pyc2c");
    }
    return home != NULL && home[0] == '/' ? path_join(arena, home, ".cache/pyc2c") : NULL;
}

bool session_read_cache_limit(Session *session) {
    static const unsigned long long standard = 5ULL << 30;
    const char *own = getenv("PYC2C_CACHE_SIZE");
    ByteLimit *limit = &session->options.request.cache_limit;
    Diag place = {.file = "$PYC2C_CACHE_SIZE"};
    if (!limit->given && own != NULL && *own != '\0') {
        return option_set(&session->options, option_find("module-cache-size"), own, NULL,
                          &session->arena, &place, &session->diags);
    }
    if (!limit->given) {
        limit->bytes = standard;
    }
    return true;
}

void session_finish_request(Session *session) {
    Request *request = &session->options.request;
    Arena *arena = &session->arena;
    if (request->output_dir == NULL) {
        request->output_dir = "dist";
    }
    request->cache_dir = session_cache_dir(session);
    const char *cc = getenv("CC"), *url = getenv("PYC2C_CACHE_URL");
    if (request->cache_url == NULL && url != NULL && *url != '\0') {
        request->cache_url = url;
    }
    if (request->cc == NULL && cc != NULL && *cc != '\0') {
        request->cc = cc;
    }
    for (size_t i = 0; i < request->external_bin.count; i++) {
        if (fs_is_file(request->external_bin.items[i])) {
            request->external_bin.items[i] = path_absolute(arena, request->external_bin.items[i]);
        } /* else a program of the project's bin/ or of PATH */
    }
}

static bool take_source(Session *session) {
    Request *request = &session->options.request;
    const StrVec *operands = &session->line.operands;
    const char *module = command_line_value(&session->line, "module");
    if (operands->count > 1) {
        diag_error(&session->diags, EXIT_USAGE,
                   "options of the program are given when it runs, not when it is built",
                   "one program at a time: '%s' is one too many", operands->items[1]);
        return false;
    }
    if (operands->count == 1 && module != NULL) {
        diag_error(&session->diags, EXIT_USAGE, NULL, "give either '%s' or -m %s, not both",
                   operands->items[0], module);
        return false;
    }
    if (operands->count == 1) {
        request->source = operands->items[0];
        request->module = NULL;
    } else if (module != NULL) {
        request->source = NULL;
    }
    if (request->source == NULL && request->module == NULL) {
        diag_error(&session->diags, EXIT_USAGE,
                   "for example `pyc2c build app.py`, or entry_point = \"app.py\" in pyc2c.toml",
                   "no program given");
        return false;
    }
    return true;
}

/* "app.py" of "app.py:main": the part of the source that may be a path. */
static const char *source_path(Session *session) {
    const StrVec *operands = &session->line.operands;
    if (operands->count == 0) {
        return NULL;
    }
    const char *source = operands->items[0];
    return fs_exists(source) ? source
                             : arena_strndup(&session->arena, source, strcspn(source, ":"));
}

bool session_configure(Session *session) {
    Options *options = &session->options;
    const char *file = command_line_value(&session->line, "config");
    if (file == NULL) {
        file = config_find(&session->arena, source_path(session));
    }
    if (file != NULL && !(session_start_front(session) &&
                          config_read(file, options, &session->arena, &session->diags))) {
        return false;
    }
    const char *configured_output = options->request.output;
    if (!command_line_apply(&session->line, options, &session->arena, &session->diags)) {
        return false;
    }
    /* --name or --output-dir on the command line outweighs an output path of the configuration. */
    if (configured_output != NULL && options->request.output == configured_output &&
        (command_line_value(&session->line, "name") != NULL ||
         command_line_value(&session->line, "output-dir") != NULL)) {
        options->request.output = NULL;
    }
    options->request.config_file = file;
    if (!take_source(session) || !options_check(options, &session->diags) ||
        !session_read_cache_limit(session)) {
        return false;
    }
    session_finish_request(session);
    return true;
}

/* ---- the target Python ---- */

static const char *beside_us(Session *session, const Target *target) {
    const char *self = session_self(&session->arena);
    if (self == NULL) {
        return NULL;
    }
    const char *name = arena_printf(&session->arena, "pyc2c-%d.%d", target->major, target->minor);
    const char *path = path_join(&session->arena, path_dir(&session->arena, self), name);
    return access(path, X_OK) == 0 ? path : NULL;
}

/* The pyc2c of another minor version takes the process over; returns only when there is none. */
static bool hand_over(Session *session, const Target *target) {
    const char *other = beside_us(session, target);
    if (other != NULL && getenv(TAKEN_OVER) == NULL) {
        setenv(TAKEN_OVER, "1", 1);
        fflush(NULL);
        execv(other, session->argv);
        unsetenv(TAKEN_OVER);
        diag_error(&session->diags, EXIT_TOOLCHAIN, NULL, "cannot run '%s': %s", other,
                   strerror(errno));
        return false;
    }
    diag_error(
        &session->diags, EXIT_TOOLCHAIN,
        arena_printf(&session->arena,
                     "build pyc2c for it with `make PYTHON=%s`, or choose another interpreter "
                     "with --python",
                     target->executable),
        "this pyc2c is for Python %s, but '%s' is Python %s", PYC2C_PYTHON_MINOR,
        target->executable, target->version);
    return false;
}

bool session_open_target(Session *session) {
    const char *python = target_choose(&session->arena, &session->options.request, &session->diags);
    if (python == NULL ||
        !target_query(&session->arena, python, &session->target, &session->diags)) {
        return false;
    }
    if (!is_our_minor(&session->target)) {
        return hand_over(session, &session->target);
    }
    unsetenv(TAKEN_OVER);
    const char *stdlib = own_stdlib();
    return start_front(session, stdlib != NULL ? stdlib : session->target.stdlib);
}

/* ---- work ---- */

void session_open_work(Session *session, const char *title) {
    const Request *request = &session->options.request;
    cache_open(&session->cache, &session->arena, request->cache_dir, session->support_dir,
               request->clean);
    session->cache_ops = cache_ops(&session->cache);
    if (request->cache_url != NULL) {
        const char *secret = getenv("PYC2C_CACHE_KEY");
        cache_shared_open(&session->cache, request->cache_url, session->target.executable,
                          session->support_dir, secret != NULL && *secret != '\0' ? secret : NULL);
    }
    progress_start(&session->view, title, request->quiet, request->show_progress, request->verbose);
    session->progress = progress_of(&session->view);
}

int session_finish(Session *session) {
    int code = session->diags.errors > 0 ? session->diags.exit_code : 0;
    progress_finish(&session->view);
    diag_flush(&session->diags, stderr, session->colour);
    cache_close(&session->cache);
    if (session->front_started) {
        front_finish();
    }
    return code;
}
