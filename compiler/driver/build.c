/* pyc2c build: configuration → target → entry → modules → native code → stub → executable →
 * summary. */
#include "commands.h"

#include "native_options.h"
#include "output_path.h"
#include "report.h"
#include "state.h"
#include "summary.h"
#include "train.h"

#include "../../codegen/codegen.h"
#include "../../codegen/native.h"
#include "../support/fs.h"
#include "../support/path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Build {
    Session *session;
    Program program;
    const char *output;
    const char *created; /* topmost directory made for the output, NULL if none */
    BuildState state;
    NativeCode native;
    NativeControl control;
    ImageStage *image; /* of STRATEGY_ONEFILE */
} Build;

static void record_options(Build *build) {
    StrVec options = {0};
    options_record(&build->session->options, &build->session->arena, &options);
    for (size_t i = 0; i < options.count; i++) {
        Setting setting = {"option", options.items[i]};
        vec_push(&build->program.settings, setting);
    }
    vec_free(&options);
}

/* Made as late as possible and taken away again when nothing was put there. */
static bool make_output_directory(Build *build) {
    Session *session = build->session;
    const char *directory = path_dir(&session->arena, build->output);
    for (const char *at = directory; !fs_exists(at); at = path_dir(&session->arena, at)) {
        build->created = at;
    }
    if (!fs_make_dirs(directory)) {
        diag_error(&session->diags, EXIT_USER, "choose another place with -o or --output-dir",
                   "cannot make the directory '%s': %s", directory, strerror(errno));
        return false;
    }
    return true;
}

/* The directories made for an output that did not come to be; rmdir takes only empty ones. */
static void remove_created(Build *build) {
    if (build->created == NULL) {
        return;
    }
    const char *at = path_dir(&build->session->arena, build->output);
    while (rmdir(at) == 0 && strcmp(at, build->created) != 0) {
        at = path_dir(&build->session->arena, at);
    }
}

static bool write_output(Build *build, const char *stub) {
    Session *session = build->session;
    const Request *request = &session->options.request;
    const Progress *progress = &session->progress;
    progress->step(progress->context, "writing");
    if (!make_output_directory(build)) {
        return false;
    }
    bool ok = false;
    switch (request->strategy) {
    case STRATEGY_ONEFILE:
        ok = image_stage_write(build->image, stub, build->output, progress, &session->diags);
        break;
    case STRATEGY_PORTABLE:
        ok = portable_write(&build->program, request, stub, build->output, &session->cache_ops,
                            progress, &session->diags);
        break;
    case STRATEGY_EMBEDDED:
    case STRATEGY_SYSTEM:
        ok = launcher_write(&build->program, request, session->support_dir, build->output, progress,
                            &session->diags);
        break;
    }
    if (!ok) {
        remove_created(build);
    }
    return ok;
}

static bool needs_stub(const Request *request) {
    return request->strategy == STRATEGY_ONEFILE || request->strategy == STRATEGY_PORTABLE;
}

/* Code of the program's own modules to C to objects. With --stop-after it is only looked at. */
static bool make_native(Build *build, StrVec *objects) {
    Session *session = build->session;
    const Request *request = &session->options.request;
    native_choose(&build->native, &build->program, request, &session->diags);
    if (build->control.look_only) {
        native_lower(&build->native, &build->control, &session->diags);
        return true;
    }
    return native_build(&build->native, &build->program, request, &build->control,
                        session->support_dir, &session->cache_ops, &session->progress, objects,
                        &session->diags);
}

static void start_image(Build *build) {
    const Request *request = &build->session->options.request;
    if (build->image == NULL && request->strategy == STRATEGY_ONEFILE) {
        build->image = image_stage_start(&build->program, request, LAYOUT_FILES_INSIDE,
                                         &build->session->cache_ops);
    }
}

/* From the collected program to a stub; meanwhile the image is prepared. */
static bool make_stub(Build *build, const StaticWork *sources, const char **stub) {
    Session *session = build->session;
    const Request *request = &session->options.request;
    if (needs_stub(request)) {
        if (!static_sdists_build(sources) ||
            !stub_additions(&build->program, request, session->support_dir, &session->cache_ops,
                            &session->diags) ||
            !support_modules_add(&build->program, session->support_dir, &session->cache_ops,
                                 &session->diags) ||
            !support_texts_add(&build->program, session->support_dir, request, &session->cache_ops,
                               &session->diags)) {
            return false;
        }
        if (!STUB_CHANGES_PROGRAM) {
            start_image(build);
        }
    }
    if (!make_native(build, sources->objects)) {
        return false;
    }
    if (needs_stub(request)) {
        session->progress.step(session->progress.context, "linking");
        if (!stub_provide(&build->program, request, session->support_dir, sources->objects,
                          sources->libraries, build->native.native > 0, &session->cache_ops, stub,
                          &session->diags)) {
            return false;
        }
        start_image(build);
    }
    return true;
}

static bool make_executable(Build *build) {
    Session *session = build->session;
    Request *request = &session->options.request;
    const Progress *progress = &session->progress;
    StrVec objects = {0}, libraries = {0};
    StaticWork sources = {&build->program, request,  session->support_dir, &session->cache_ops,
                          progress,        &objects, &libraries,           &session->diags};
    const char *stub = NULL;
    if (needs_stub(request) && !build->control.look_only) {
        native_ask_tools(request, &session->arena, session->support_dir);
    }
    bool ok = (!needs_stub(request) || static_sources_build(&sources)) &&
              program_collect(&build->program, request, session->support_dir, &session->cache_ops,
                              progress, &session->diags);
    if (ok && request->train != NULL && !request->instrument && !build->control.look_only) {
        ok = train_run(session, build->program.entry.name);
    }
    if (ok) {
        record_options(build);
    }
    if (build->control.look_only) {
        return ok && make_native(build, &objects);
    }
    ok = ok && make_stub(build, &sources, &stub) && write_output(build, stub);
    image_stage_free(build->image);
    vec_free(&objects);
    vec_free(&libraries);
    return ok;
}

/* Warnings of the build as text: printed now, and again when the next build finds nothing to do. */
static void take_warnings(Session *session, StrBuf *text) {
    char *data = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&data, &size);
    if (stream != NULL) {
        for (size_t i = 0; i < session->diags.items.count; i++) {
            diag_print(&session->diags.items.items[i], stream, false);
        }
        fclose(stream);
        strbuf_puts(text, data);
    }
    free(data);
}

/* Sends what is to be shared, and says what went wrong with the cache. */
static void settle_cache(Session *session) {
    Cache *cache = &session->cache;
    cache_shared_send(cache);
    const char *trouble = cache_shared_trouble(cache);
    if (trouble != NULL) {
        diag_warning(&session->diags, NULL, "%s", trouble);
    }
    if (cache->damaged > 0) {
        bool one = cache->damaged == 1;
        diag_warning(&session->diags, "`pyc2c cache verify` checks the rest",
                     "%zu %s of the module cache %s damaged and removed; made again: %s",
                     cache->damaged, one ? "entry" : "entries", one ? "was" : "were",
                     cache->first_damaged);
    }
}

static void keep_cache_small(Session *session) {
    CacheSize removed;
    cache_keep_below(&session->cache, session->options.request.cache_limit.bytes, &removed);
    if (removed.entries > 0 && session->options.request.verbose > 0) {
        fprintf(stderr, "  cache      %zu entries that were not used for long went: %s\n",
                removed.entries, format_size(&session->arena, removed.bytes));
    }
}

/* Said on stderr, so that what a build prints on stdout stays free for tools. */
static void say_result(Build *build) {
    Session *session = build->session;
    const Request *request = &session->options.request;
    Arena *arena = &session->arena;
    StrBuf warnings = {0}, summary = {0};
    take_warnings(session, &warnings); /* without what is true of this run only */
    settle_cache(session);
    double seconds = progress_elapsed(&session->view);
    progress_finish(&session->view);
    diag_flush(&session->diags, stderr, session->colour);
    summary_write(session, &build->program, &build->native, build->output, &summary);
    if (!request->quiet) {
        fprintf(stderr, "built %s%s%s: %s, Python %s, %.2f s\n%s", session->colour ? "\033[1m" : "",
                shown_path(arena, build->output), session->colour ? "\033[0m" : "",
                format_size(arena, size_on_disk(build->output)), build->program.target.version,
                seconds, strbuf_text(&summary));
        if (session->cache.unusable != NULL && request->verbose > 0) {
            fprintf(stderr, "  cache      not used: %s\n", session->cache.unusable);
        }
    }
    state_save(&build->state, session, &build->program, &build->native, build->output,
               strbuf_text(&warnings));
    keep_cache_small(session);
    strbuf_free(&warnings);
    strbuf_free(&summary);
}

static bool is_up_to_date(Build *build) {
    Session *session = build->session;
    const char *said = "";
    if (!state_is_current(&build->state, session, build->output, &said)) {
        return false;
    }
    double seconds = progress_elapsed(&session->view);
    progress_finish(&session->view);
    fputs(said, stderr);
    if (!session->options.request.quiet) {
        fprintf(stderr, "%s is up to date: nothing changed since it was built (%.2f s)\n",
                shown_path(&session->arena, build->output), seconds);
    }
    return true;
}

static bool prepare(Build *build) {
    Session *session = build->session;
    if (!session_configure(session) || !session_open_target(session) ||
        !session_find_support(session)) {
        return false;
    }
    session_open_work(session, "building");
    build->program.arena = &session->arena;
    build->program.target = session->target;
    if (!entry_resolve(&session->arena, &session->options.request, &session->target,
                       &build->program.entry, &session->diags)) {
        return false;
    }
    build->output = output_path(session, &build->program.entry);
    return output_path_check(session, &build->program.entry, build->output);
}

int command_build(Session *session) {
    static Build build; /* large, and alive until the process ends */
    build.session = session;
    if (!prepare(&build) || !native_options(session, &build.control)) {
        return session->diags.exit_code;
    }
    state_start(&build.state, session, build.output);
    if (is_up_to_date(&build)) {
        return 0;
    }
    bool ok = make_executable(&build);
    if (ok && !build.control.look_only && session->options.request.report_dir != NULL) {
        ok = report_write(session, &build.program, &build.native, build.output);
    }
    if (!ok) {
        return session->diags.exit_code;
    }
    if (session->options.time_passes) {
        native_options_print_times(&build.native, &build.control);
    }
    if (!build.control.look_only) {
        say_result(&build);
    }
    return 0;
}
