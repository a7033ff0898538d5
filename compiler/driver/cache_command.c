/* pyc2c cache: stats, clear, and seed, by which `make` fills the read-only pack. */
#include "commands.h"

#include "summary.h"

#include "../support/path.h"
#include "../support/suggest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_stats(Session *session, const char *directory) {
    CacheSize size = cache_measure(directory);
    printf("directory  %s\nentries    %zu\nsize       %s\n", directory, size.entries,
           format_size(&session->arena, size.bytes));
    if (session_find_support(session)) {
        cache_open(&session->cache, &session->arena, directory, session->support_dir, false);
        printf("built in   %zu entries for the standard library of Python %s\n",
               session->cache.pack.count, PYC2C_PYTHON_MINOR);
    }
    return 0;
}

static int clear(Session *session, const char *directory) {
    CacheSize removed;
    if (!cache_clear(directory, &removed)) {
        diag_error(&session->diags, EXIT_USER, NULL, "cannot empty '%s': %s", directory,
                   strerror(errno));
        return EXIT_USER;
    }
    printf("removed %zu entries, %s, from %s\n", removed.entries,
           format_size(&session->arena, removed.bytes), directory);
    return 0;
}

/* Collects the whole standard library with a cache that only records. The program is a package that
 * exists everywhere; what counts is what the collection compiles on its way. */
static int seed(Session *session, const char *path) {
    static Program program;
    CachePackWriter writer = {0};
    Request *request = &session->options.request;
    request->module = "this";
#ifdef PYC2C_PYTHON
    request->python = PYC2C_PYTHON;
#endif
    request->no_trace = true;
    request->quiet = true;
    vec_push(&request->collect_all, "stdlib");
    if (!session_open_target(session) || !session_find_support(session)) {
        return session->diags.exit_code;
    }
    session_open_work(session, "seeding");
    session->cache.directory = NULL;
    session->cache.rewrite = true;
    session->cache.recording = &writer;
    program.arena = &session->arena;
    program.target = session->target;
    bool ok = entry_resolve(&session->arena, request, &session->target, &program.entry,
                            &session->diags) &&
              program_collect(&program, request, session->support_dir, &session->cache_ops,
                              &session->progress, &session->diags);
    if (ok && !cache_pack_write(&writer, path)) {
        diag_error(&session->diags, EXIT_USER, NULL, "cannot write '%s': %s", path,
                   strerror(errno));
        ok = false;
    }
    cache_pack_writer_free(&writer);
    return ok ? 0 : session->diags.exit_code;
}

static const char *cache_directory(Session *session) {
    const char *directory = session_cache_dir(session);
    if (directory == NULL) {
        diag_error(
            &session->diags, EXIT_USAGE, "name one with --module-cache-dir",
            "there is no cache directory: neither $PYC2C_CACHE_DIR, $XDG_CACHE_HOME nor $HOME "
            "is set");
    }
    return directory;
}

int command_cache(Session *session) {
    static const char *const actions[] = {"stats", "clear", "seed"};
    const StrVec *words = &session->line.operands;
    const char *action = words->count > 0 ? words->items[0] : "stats";
    bool seeding = strcmp(action, "seed") == 0;
    if (words->count > (seeding ? 2 : 1) || (seeding && words->count < 2)) {
        diag_error(&session->diags, EXIT_USAGE, "`pyc2c cache stats` or `pyc2c cache clear`",
                   "wrong number of arguments");
        return EXIT_USAGE;
    }
    if (!command_line_apply(&session->line, &session->options, &session->arena, &session->diags)) {
        return EXIT_USAGE;
    }
    if (seeding) {
        return seed(session, words->items[1]);
    }
    if (strcmp(action, "stats") != 0 && strcmp(action, "clear") != 0) {
        const char *near = suggest(action, actions, 2);
        diag_error(&session->diags, EXIT_USAGE,
                   near != NULL ? arena_printf(&session->arena, "did you mean '%s'?", near)
                                : "choose stats or clear",
                   "pyc2c cache: there is no action '%s'", action);
        return EXIT_USAGE;
    }
    const char *directory = cache_directory(session);
    if (directory == NULL) {
        return EXIT_USAGE;
    }
    return action[0] == 's' ? print_stats(session, directory) : clear(session, directory);
}
