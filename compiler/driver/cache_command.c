/* pyc2c cache: stats, prune, verify, clear, explain, and seed, by which `make` fills the read-only
 * pack. */
#include "commands.h"

#include "summary.h"

#include "../../codegen/native_why.h"
#include "../support/path.h"
#include "../support/suggest.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the kinds of entries are, for people. */
static const char *kind_text(const char *kind) {
    static const struct {
        const char *kind, *text;
    } kinds[] = {
        {"src", "modules as bytecode"},
        {"native", "native code"},
        {"link", "linked stubs"},
        {"object", "objects of C sources"},
        {"sdist", "source distributions"},
        {"code", "pyc2c's own modules"},
        {"patterns", "compiled regular expressions"},
        {"block", "compressed parts of executables"},
        {"hash", "hashes of large files"},
        {"table", "tables of built-in modules"},
        {"trace", "results of traced imports"},
        {"traced", "marks of traced imports"},
        {"state", "builds that are up to date"},
        {"why", "what modules were built from"},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].kind, kind) == 0) {
            return kinds[i].text;
        }
    }
    return "";
}

static int print_stats(Session *session, const char *directory) {
    Arena *arena = &session->arena;
    CacheKindSizes kinds = {0};
    CacheSize size = cache_measure(arena, directory, &kinds);
    unsigned long long limit = session->options.request.cache_limit.bytes;
    printf("directory  %s\nentries    %zu\nsize       %s%s%s\n", directory, size.entries,
           format_size(arena, size.bytes), limit > 0 ? " of " : "",
           limit > 0 ? format_size(arena, limit) : "");
    for (size_t i = 0; i < kinds.count; i++) {
        const CacheKindSize *row = &kinds.items[i];
        printf("  %-8s %6zu  %8s  %s\n", row->kind, row->size.entries,
               format_size(arena, row->size.bytes), kind_text(row->kind));
    }
    vec_free(&kinds);
    if (session_find_support(session)) {
        cache_open(&session->cache, arena, directory, session->support_dir, false);
        printf("built in   %zu entries for the standard library of Python %s\n",
               session->cache.pack.count, PYC2C_PYTHON_MINOR);
    }
    return 0;
}

static void say_removed(Session *session, const CacheSize *removed, const char *directory) {
    printf("removed %zu entr%s, %s, from %s\n", removed->entries,
           removed->entries == 1 ? "y" : "ies", format_size(&session->arena, removed->bytes),
           directory);
}

static int clear(Session *session, const char *directory) {
    CacheSize removed;
    if (!cache_clear(directory, &removed)) {
        diag_error(&session->diags, EXIT_USER, NULL, "cannot empty '%s': %s", directory,
                   strerror(errno));
        return EXIT_USER;
    }
    say_removed(session, &removed, directory);
    return 0;
}

static int prune(Session *session, const char *directory) {
    CacheSize removed;
    unsigned long long limit = session->options.request.cache_limit.bytes;
    cache_prune(directory, limit > 0 ? limit : ULLONG_MAX, &removed);
    say_removed(session, &removed, directory);
    return 0;
}

static int verify(Session *session, const char *directory) {
    CacheSize sound, removed;
    if (!session_start_front(session)) {
        return session->diags.exit_code;
    }
    cache_verify(directory, &sound, &removed);
    printf("%zu entries are sound, %s\n", sound.entries, format_size(&session->arena, sound.bytes));
    if (removed.entries > 0) {
        printf("%zu damaged one%s removed: the next build makes them again\n", removed.entries,
               removed.entries == 1 ? " was" : "s were");
    }
    return 0;
}

static int explain(Session *session, const char *directory, const char *module) {
    if (!session_start_front(session)) {
        return session->diags.exit_code;
    }
    cache_open(&session->cache, &session->arena, directory, NULL, false);
    session->cache_ops = cache_ops(&session->cache);
    const char *text = native_why_text(&session->arena, &session->cache_ops, module);
    if (text == NULL) {
        diag_error(&session->diags, EXIT_USER,
                   "a script is the module __main__; modules that stay bytecode depend on their "
                   "source alone",
                   "no build with native code of module '%s' is in %s", module, directory);
        return EXIT_USER;
    }
    fputs(text, stdout);
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

typedef enum Action { STATS, PRUNE, VERIFY, CLEAR, EXPLAIN, SEED, ACTION_COUNT } Action;

static const char *const actions[ACTION_COUNT] = {"stats", "prune",   "verify",
                                                  "clear", "explain", "seed"};

/* ACTION_COUNT with an error when the words make no sense. */
static Action find_action(Session *session) {
    const StrVec *words = &session->line.operands;
    const char *word = words->count > 0 ? words->items[0] : "stats";
    Action action = 0;
    while (action < ACTION_COUNT && strcmp(word, actions[action]) != 0) {
        action++;
    }
    if (action == ACTION_COUNT) {
        const char *near = suggest(word, actions, SEED);
        diag_error(&session->diags, EXIT_USAGE,
                   near != NULL ? arena_printf(&session->arena, "did you mean '%s'?", near)
                                : "choose stats, prune, verify, clear or explain",
                   "pyc2c cache: there is no action '%s'", word);
        return ACTION_COUNT;
    }
    bool takes_word = action == EXPLAIN || action == SEED;
    if (words->count > 0 && words->count != (takes_word ? 2 : 1)) {
        diag_error(&session->diags, EXIT_USAGE,
                   takes_word ? "`pyc2c cache explain MODULE`" : "`pyc2c help cache`",
                   "pyc2c cache %s: wrong number of arguments", word);
        return ACTION_COUNT;
    }
    return action;
}

int command_cache(Session *session) {
    Action action = find_action(session);
    if (action == ACTION_COUNT ||
        !command_line_apply(&session->line, &session->options, &session->arena, &session->diags) ||
        !session_read_cache_limit(session)) {
        return EXIT_USAGE;
    }
    if (action == SEED) {
        return seed(session, session->line.operands.items[1]);
    }
    const char *directory = cache_directory(session);
    if (directory == NULL) {
        return EXIT_USAGE;
    }
    switch (action) {
    case PRUNE: return prune(session, directory);
    case VERIFY: return verify(session, directory);
    case CLEAR: return clear(session, directory);
    case EXPLAIN: return explain(session, directory, session->line.operands.items[1]);
    default: return print_stats(session, directory);
    }
}
