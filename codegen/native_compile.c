/* Running the C compiler on units.
 *
 * As many at a time as --jobs allows and memory has room for. A unit for which the compiler needs
 * too much time or memory is halved and tried again, down to single functions, which then stay
 * bytecode; so does a unit that the compiler refuses, which is an error of pyc2c and said so. */
#include "native_parts.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/parallel.h"
#include "../compiler/support/path.h"
#include "../compiler/support/proc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Of one compiler: what it may take, and how much memory is set aside for it. */
static const double TIME_LIMIT = 600;
static const long MEMORY_KB = 400 * 1024;

enum { SHOWN_OUTPUT = 2000 };

const char *native_job_file(NativeBuild *build, const NativeJob *job, const char *extension) {
    return arena_printf(build->arena, "%s/%s%s", build->directory, job->name, extension);
}

/* ---- how many at a time ---- */

/* Memory that can be had without swapping, in kB; 0 when the system does not tell. */
static long available_memory(void) {
    char line[128];
    long kb = 0;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "MemAvailable: %ld kB", &kb) == 1) {
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return kb;
}

static int job_count(const Request *request) {
    long jobs = parallel_jobs(request->jobs);
    long memory = available_memory();
    if (memory > 0 && memory / MEMORY_KB < jobs) {
        jobs = memory / MEMORY_KB;
    }
    return jobs > 0 ? (int)jobs : 1;
}

/* ---- results ---- */

typedef struct Batch {
    NativeBuild *build;
    NativeJob **waiting;  /* jobs that the compiler is run for */
    NativeJobVec smaller; /* halves of jobs that were too much for it */
    size_t count, finished;
    const char *trouble; /* what the compiler said last, when the trouble is not ours */
    size_t repeated;     /* further files for which it said the same, and their functions */
    unsigned repeated_functions;
} Batch;

static void give_up(NativeBuild *build, const NativeJob *job, const char *reason) {
    for (uint32_t i = 0; i < job->count; i++) {
        NativeFunction *function = &job->module->functions[job->ordinals[i]];
        function->reason = function->reason != NULL ? function->reason
                                                    : arena_strdup(&build->native->arena, reason);
    }
}

static void halve(Batch *batch, const NativeJob *job, const char *reason) {
    NativeBuild *build = batch->build;
    if (job->count == 1) {
        give_up(build, job, reason);
        return;
    }
    uint32_t half = job->count / 2;
    for (int i = 0; i < 2; i++) {
        NativeJob part = {.module = job->module,
                          .ordinals = job->ordinals + (i == 0 ? 0 : half),
                          .count = i == 0 ? half : job->count - half};
        part.lines = native_lines(part.module, part.ordinals, part.count);
        vec_push(&batch->smaller, part);
    }
    build->native->units++;
}

/* What the compiler says about the text is our mistake; anything else is its surroundings', and is
 * likely to come for every file. */
static const char *say_refused(Batch *batch, const NativeJob *job, const ProcResult *result) {
    NativeBuild *build = batch->build;
    const char *output = strbuf_text(result->err.length > 0 ? &result->err : &result->out);
    bool ours = strstr(output, job->name) != NULL && strstr(output, "error:") != NULL;
    const char *reason =
        ours ? "the C compiler refused it, an internal error of pyc2c" : "the C compiler failed";
    if (!ours && batch->trouble != NULL && strcmp(batch->trouble, output) == 0) {
        batch->repeated++;
        batch->repeated_functions += job->count;
        return reason;
    }
    batch->trouble = ours ? batch->trouble : arena_strdup(build->arena, output);
    diag_warning(build->diags,
                 ours ? "please report this with the message; --native=none builds without"
                      : "`pyc2c doctor` shows what the compiler is; --native=none builds without",
                 "%s module %s; %u of its functions stay bytecode\n%.*s",
                 ours ? "internal error: the C compiler refused the code made of"
                      : "the C compiler failed for",
                 job->module->module->name, (unsigned)job->count, SHOWN_OUTPUT, output);
    return reason;
}

static void say_repeated(const Batch *batch) {
    if (batch->repeated > 0) {
        diag_warning(batch->build->diags, NULL,
                     "it failed in the same way for %zu further file%s; %u more functions stay "
                     "bytecode",
                     batch->repeated, batch->repeated == 1 ? "" : "s", batch->repeated_functions);
    }
}

/* The compiler was stopped by us, by the kernel or by a limit of the system. */
static bool was_too_much(const ProcResult *result) {
    return result->timed_out || result->signal != 0 ||
           strstr(strbuf_text(&result->err), "Killed signal") != NULL ||
           strstr(strbuf_text(&result->err), "out of memory") != NULL;
}

static void take_result(size_t index, const ProcResult *result, void *context) {
    Batch *batch = context;
    NativeBuild *build = batch->build;
    const NativeJob *job = batch->waiting[index];
    NativeRun run = {job->module->module, result->started, result->ended};
    vec_push(&build->native->runs, run);
    build->progress->count(build->progress->context, ++batch->finished, batch->count,
                           job->module->module->name);
    if (result->exit_code == 0 && !result->timed_out && !result->not_started) {
        vec_push(build->objects, native_job_file(build, job, ".o"));
        build->native->compiled_lines += job->lines;
        native_cache_put(build, job);
    } else if (was_too_much(result)) {
        halve(batch, job,
              result->timed_out ? "the C compiler took too long"
                                : "the C compiler needed too much memory");
    } else {
        give_up(build, job, say_refused(batch, job, result));
    }
    unlink(native_job_file(build, job, ".c"));
}

/* ---- running ---- */

static const char *const *command_of(NativeBuild *build, const NativeJob *job) {
    StrVec argv = {0};
    for (size_t i = 0; i < build->plan.cc.count; i++) {
        vec_push(&argv, build->plan.cc.items[i]);
    }
    for (size_t i = 0; i < build->flags.count; i++) {
        vec_push(&argv, build->flags.items[i]);
    }
    const char *profile = native_job_profile(build, job);
    if (profile != NULL) {
        vec_push(&argv, arena_printf(build->arena, "-fprofile-use=%s", profile));
    }
    vec_push(&argv, "-c");
    vec_push(&argv, arena_printf(build->arena, "%s.c", job->name));
    vec_push(&argv, "-o");
    vec_push(&argv, arena_printf(build->arena, "%s.o", job->name));
    vec_push(&argv, NULL);
    const char **command = ARENA_ARRAY(build->arena, const char *, argv.count);
    memcpy(command, argv.items, argv.count * sizeof(*command));
    vec_free(&argv);
    return command;
}

static double child_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void run_jobs(Batch *batch) {
    static const char *const env[] = {"LC_ALL=C", NULL};
    const Progress *progress = batch->build->progress;
    ProcSpec *specs = xcalloc(batch->count, sizeof(*specs));
    progress->step(progress->context, "compiling");
    progress->count(progress->context, 0, batch->count, NULL);
    for (size_t i = 0; i < batch->count; i++) {
        specs[i] = (ProcSpec){.argv = command_of(batch->build, batch->waiting[i]),
                              .env = env,
                              .directory = batch->build->directory,
                              .timeout = TIME_LIMIT,
                              .may_fail = true};
    }
    proc_run_all(specs, batch->count, job_count(batch->build->request), take_result, batch);
    free(specs);
}

static bool write_text(NativeBuild *build, const NativeJob *job, const StrBuf *text) {
    const char *path = native_job_file(build, job, ".c");
    if (fs_write_private(path, strbuf_text(text), text->length, 0600)) {
        return true;
    }
    diag_error(build->diags, EXIT_TOOLCHAIN, "check $TMPDIR", "cannot write '%s': %s", path,
               strerror(errno));
    return false;
}

/* --emit-c: for reading, with the source in comments. */
static bool show_text(NativeBuild *build, const NativeJob *job) {
    const char *directory = build->control->emit_c;
    StrBuf text = {0};
    NativeControl quiet = {.opt = build->control->opt, .inlining = build->control->inlining};
    quiet.opt.dump = NULL;
    const char *path = arena_printf(build->arena, "%s/%s-%u.c", directory,
                                    job->module->module->name, (unsigned)job->ordinals[0]);
    bool some = native_emit(build->native, job, &quiet, true, &text, build->diags);
    bool ok = !some || (fs_make_dirs(directory) &&
                        fs_write_atomic(path, strbuf_text(&text), text.length, 0644));
    if (!ok) {
        diag_error(build->diags, EXIT_USER, "choose another directory with --emit-c",
                   "cannot write '%s': %s", path, strerror(errno));
    }
    strbuf_free(&text);
    return ok;
}

/* Keys of all jobs; the cache learns them together. */
static void find_keys(NativeBuild *build, NativeJobVec *jobs) {
    StrBuf keys = {0};
    for (size_t i = 0; i < jobs->count; i++) {
        native_job_key(build, &jobs->items[i]);
        strbuf_add(&keys, jobs->items[i].key, FRONT_HASH_SIZE);
    }
    if (build->cache != NULL && !build->control->fresh) {
        build->cache->fetch(build->cache->context, "native", (const uint8_t *)keys.data,
                            jobs->count);
    }
    strbuf_free(&keys);
}

/* Writes the text of every job that is neither cached nor without native functions. */
static bool write_texts(NativeBuild *build, NativeJobVec *jobs, Batch *batch) {
    const Progress *progress = build->progress;
    bool ok = true;
    progress->step(progress->context, "translating");
    find_keys(build, jobs);
    for (size_t i = 0; ok && i < jobs->count; i++) {
        NativeJob *job = &jobs->items[i];
        StrBuf text = {0};
        progress->count(progress->context, i, jobs->count, job->module->module->name);
        if (native_cache_get(build, job)) {
            continue;
        }
        job->module->units_made++;
        if (native_emit(build->native, job, build->control, false, &text, build->diags)) {
            ok = write_text(build, job, &text) &&
                 (build->control->emit_c == NULL || show_text(build, job));
            batch->waiting[batch->count++] = job;
        } else {
            native_cache_put(build, job);
        }
        strbuf_free(&text);
    }
    return ok;
}

static bool compile_round(NativeBuild *build, NativeJobVec *jobs, NativeJobVec *smaller) {
    Batch batch = {.build = build};
    batch.waiting = xcalloc(jobs->count, sizeof(*batch.waiting));
    bool ok = write_texts(build, jobs, &batch);
    double start = child_seconds();
    if (ok && batch.count > 0) {
        run_jobs(&batch);
    }
    say_repeated(&batch);
    build->native->cc_seconds += child_seconds() - start;
    free(batch.waiting);
    *smaller = batch.smaller;
    return ok;
}

static int compare_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool native_compile(NativeBuild *build, NativeJobVec *jobs) {
    NativeJobVec round = *jobs, smaller = {0};
    bool ok = true;
    size_t before = build->objects->count;
    while (ok && round.count > 0) {
        ok = compile_round(build, &round, &smaller);
        vec_free(&round);
        round = smaller;
    }
    *jobs = (NativeJobVec){0};
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    build->native->cc_peak_kb = build->native->compiled_lines > 0 ? usage.ru_maxrss : 0;
    if (build->objects->count > before) { /* they ended in any order */
        qsort(build->objects->items + before, build->objects->count - before, sizeof(const char *),
              compare_text);
    }
    return ok;
}
