/* trace: what importing the packages really loads.
 *
 * A child of the target interpreter imports the packages that the program's own modules import
 * (never the program itself) and tells which modules appeared. That finds what no analysis sees:
 * modules that extensions import, names computed at run time. It runs in a thread beside the
 * analysis.
 *
 * The result is an input of the build. It is kept in the cache under a key of everything analysed,
 * so that an unchanged program is not traced again; --lock FILE writes it down to be reused
 * anywhere. A failing import is a note in the report: the analysis stands on its own. */
#include "trace.h"
#include "names.h"
#include "texts.h"
#include "tracelock.h"

#include "../support/fs.h"
#include "../support/path.h"
#include "../support/proc.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct Trace {
    Arena *arena;
    const char *python, *script;
    double timeout;
    StrVec packages; /* what to import, sorted */
    StrBuf input;
    pthread_t thread;
    bool running; /* the thread was started and not joined */
    bool locked;  /* the result comes from the lock file */
    bool ok;      /* the child answered to the end */
    bool timed_out;
    StrBuf answer;
    StrVec modules, failures; /* the result, sorted … */
    KeptTexts texts;          /* … and what was compiled meanwhile */
};

/* ---- what to import ---- */

/* Installed modules that the program's own sources import. */
static void find_packages(Collector *collector, StrVec *packages) {
    const StrMap *modules = &collector->program->modules;
    for (size_t i = 0; i < modules->count; i++) {
        const Module *module = modules->entries[i].value;
        bool source = module->kind == MODULE_SOURCE || module->kind == MODULE_EXTENSION;
        if (module->origin != ORIGIN_DISTRIBUTION || !source ||
            strcmp(name_last(module->name), "__main__") == 0) {
            continue;
        }
        for (size_t k = 0; k < module->imported_by.count; k++) {
            const ImportEdge *edge = &module->imported_by.items[k];
            bool by_program = edge->from == NULL || edge->from->origin == ORIGIN_PROGRAM;
            if (by_program) {
                vec_push(packages, module->name);
                break;
            }
        }
    }
    strvec_sort_unique(packages);
}

/* ---- the child ---- */

static void *run_child(void *argument) {
    Trace *trace = argument;
    const char *argv[] = {trace->python, trace->script, NULL};
    /* With one order of sets in each build: texts that are put together from them stay the same. */
    const char *env[] = {"PYTHONDONTWRITEBYTECODE=1", "PYTHONHASHSEED=0", "PYTHONIOENCODING",
                         "PYTHONSTARTUP", NULL};
    ProcSpec spec = {.argv = argv,
                     .env = env,
                     .input = strbuf_text(&trace->input),
                     .input_size = trace->input.length,
                     .timeout = trace->timeout};
    ProcResult result = {0};
    trace->ok = proc_run(&spec, &result);
    trace->timed_out = result.timed_out;
    strbuf_add(&trace->answer, strbuf_text(&result.out), result.out.length);
    proc_result_free(&result);
    return NULL;
}

static void launch(Trace *trace) {
    trace->running = pthread_create(&trace->thread, NULL, run_child, trace) == 0;
    if (!trace->running) {
        run_child(trace);
    }
}

static void wait_for_child(Trace *trace) {
    if (trace->running) {
        pthread_join(trace->thread, NULL);
        trace->running = false;
    }
}

/* Even a child that crashed half-way has told what it loaded until then. The answers of two
 * children may follow one another. */
static void read_answer(Trace *trace, const char *text) {
    bool ended = false;
    trace->modules.count = trace->failures.count = trace->texts.count = 0;
    texts_read(trace->arena, text, &trace->texts);
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        const char *line = arena_strndup(trace->arena, text, length);
        if (text_starts(line, "module ") && name_is_importable(line + 7)) {
            vec_push(&trace->modules, line + 7);
        } else if (text_starts(line, "failed ")) {
            vec_push(&trace->failures, line + 7);
        } else if (strcmp(line, "end") == 0) {
            ended = true;
        }
        text += length + (text[length] == '\n');
    }
    trace->ok = trace->ok && ended;
    strvec_sort_unique(&trace->modules);
    strvec_sort_unique(&trace->failures);
    texts_sort_unique(&trace->texts);
}

/* ---- keys of the cache ---- */

/* Known before the analysis: were these packages traced before? Then the result is probably there.
 */
static void early_key(const Trace *trace, const Target *target, uint8_t key[FRONT_HASH_SIZE]) {
    StrBuf text = {0};
    strbuf_printf(&text, "trace 2\n%s\n%s\n", target->executable, target->version);
    for (size_t i = 0; i < trace->packages.count; i++) {
        strbuf_printf(&text, "%s\n", trace->packages.items[i]);
    }
    front_hash(text.data, text.length, key);
    strbuf_free(&text);
}

static int compare_modules(const void *a, const void *b) {
    return strcmp((*(Module *const *)a)->name, (*(Module *const *)b)->name);
}

/* Code of every installed module that the analysis reached; extensions by size and time. */
static void full_key(const Trace *trace, Collector *collector, uint8_t key[FRONT_HASH_SIZE]) {
    StrBuf text = {0};
    VEC(Module *) sorted = {0};
    const StrMap *modules = &collector->program->modules;
    early_key(trace, &collector->program->target, key);
    strbuf_add(&text, key, FRONT_HASH_SIZE);
    for (size_t i = 0; i < modules->count; i++) {
        Module *module = modules->entries[i].value;
        if (module->origin == ORIGIN_DISTRIBUTION && module->path != NULL) {
            vec_push(&sorted, module);
        }
    }
    if (sorted.count > 0) {
        qsort(sorted.items, sorted.count, sizeof(Module *), compare_modules);
    }
    for (size_t i = 0; i < sorted.count; i++) {
        const Module *module = sorted.items[i];
        uint8_t hash[FRONT_HASH_SIZE];
        struct stat info = {0};
        strbuf_printf(&text, "%s\n%s\n", module->name, module->path);
        if (module->code != NULL) {
            front_hash(module->code, module->code_size, hash);
            strbuf_add(&text, hash, sizeof(hash));
        } else if (stat(module->path, &info) == 0) {
            strbuf_printf(&text, "%lld %lld %ld\n", (long long)info.st_size,
                          (long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
        }
    }
    front_hash(text.data, text.length, key);
    strbuf_free(&text);
    vec_free(&sorted);
}

static bool from_cache(Trace *trace, Collector *collector, const uint8_t key[FRONT_HASH_SIZE]) {
    const uint8_t *data;
    size_t size;
    const CacheOps *cache = collector->cache;
    if (cache == NULL ||
        !cache->get(cache->context, "trace", key, collector->arena, &data, &size)) {
        return false;
    }
    trace->ok = true;
    read_answer(trace, arena_strndup(trace->arena, (const char *)data, size));
    return trace->ok;
}

static void to_cache(const Trace *trace, Collector *collector, const uint8_t key[FRONT_HASH_SIZE]) {
    const CacheOps *cache = collector->cache;
    if (cache == NULL || !trace->ok) {
        return;
    }
    uint8_t early[FRONT_HASH_SIZE];
    early_key(trace, &collector->program->target, early);
    cache->put(cache->context, "trace", key, (const uint8_t *)trace->answer.data,
               trace->answer.length);
    cache->put(cache->context, "traced", early, (const uint8_t *)"1", 1);
}

static bool was_traced(const Trace *trace, Collector *collector) {
    uint8_t key[FRONT_HASH_SIZE];
    const uint8_t *data;
    size_t size;
    const CacheOps *cache = collector->cache;
    early_key(trace, &collector->program->target, key);
    return cache != NULL &&
           cache->get(cache->context, "traced", key, collector->arena, &data, &size);
}

/* ---- beginning and end ---- */

Trace *trace_start(Collector *collector) {
    const Request *request = collector->request;
    if (request->no_trace) {
        return NULL;
    }
    Trace *trace = ARENA_NEW(collector->arena, Trace);
    trace->arena = collector->arena;
    trace->python = collector->program->target.executable;
    trace->script = path_join(collector->arena, collector->support_dir, "probe/trace.py");
    trace->timeout = request->trace_timeout > 0 ? request->trace_timeout : 20;
    find_packages(collector, &trace->packages);
    for (size_t i = 0; i < trace->packages.count; i++) {
        strbuf_printf(&trace->input, "%s\n", trace->packages.items[i]);
    }
    if (request->lock != NULL && fs_exists(request->lock)) {
        trace->locked = tracelock_read(collector, request->lock, &trace->packages, &trace->modules,
                                       &trace->texts);
        return trace;
    }
    if (trace->packages.count > 0 && !was_traced(trace, collector)) {
        launch(trace);
    }
    return trace;
}

/* Installed extension modules that the analysis reached, but the child did not load: packages that
 * are imported late. What those import from C shows nowhere else. */
static bool find_late_extensions(const Trace *trace, const Collector *collector, StrBuf *input) {
    StrVec names = {0};
    for (size_t i = 0; i < collector->extensions.count; i++) {
        const Module *module = collector->extensions.items[i];
        if (module->origin == ORIGIN_DISTRIBUTION && !strvec_has(&trace->modules, module->name)) {
            vec_push(&names, module->name);
        }
    }
    strvec_sort_unique(&names);
    for (size_t i = 0; i < names.count; i++) {
        strbuf_printf(input, "%s\n", names.items[i]);
    }
    vec_free(&names);
    return input->length > 0;
}

static void trace_late_extensions(Trace *trace, const Collector *collector) {
    strbuf_clear(&trace->input);
    if (trace->ok && find_late_extensions(trace, collector, &trace->input)) {
        run_child(trace);
        read_answer(trace, strbuf_text(&trace->answer));
    }
}

static void obtain(Trace *trace, Collector *collector) {
    uint8_t key[FRONT_HASH_SIZE];
    full_key(trace, collector, key);
    if (!trace->running && from_cache(trace, collector, key)) {
        return;
    }
    if (trace->packages.count > 0) {
        collector->progress->detail(collector->progress->context,
                                    "waiting for the traced import to end");
    }
    if (trace->running) {
        wait_for_child(trace);
    } else if (trace->packages.count > 0) {
        run_child(trace);
    } else {
        trace->ok = true;
        strbuf_puts(&trace->answer, "end\n");
    }
    read_answer(trace, strbuf_text(&trace->answer));
    trace_late_extensions(trace, collector);
    to_cache(trace, collector, key);
}

static void note_result(const Trace *trace, Collector *collector) {
    StrVec *notes = &collector->program->notes;
    if (trace->timed_out) {
        vec_push(notes, arena_printf(collector->arena, "the traced import was stopped after %.0f s",
                                     trace->timeout));
    } else if (!trace->ok && !trace->locked) {
        vec_push(notes,
                 "the traced import ended early: a package ended or crashed the interpreter");
    }
    for (size_t i = 0; i < trace->failures.count; i++) {
        vec_push(notes, arena_printf(collector->arena, "traced import failed: %s",
                                     trace->failures.items[i]));
    }
}

bool trace_take(Trace *trace, Collector *collector) {
    if (!trace->locked) {
        obtain(trace, collector);
        note_result(trace, collector);
        if (collector->request->lock != NULL && trace->ok) {
            tracelock_write(collector, collector->request->lock, &trace->packages, &trace->modules,
                            &trace->texts);
        }
    }
    collector->trace_ran = trace->ok || trace->locked;
    ImportEdge edge = {.reason = "traced import", .flags = IMPORT_DYNAMIC};
    size_t before = collector->program->modules.count;
    for (size_t i = 0; i < trace->modules.count; i++) {
        const char *name = trace->modules.items[i];
        strmap_set(&collector->traced, name, NULL);
        if (!graph_has(collector, name)) {
            graph_try(collector, name, &edge);
        }
    }
    for (size_t i = 0; i < trace->texts.count; i++) {
        vec_push(&collector->program->texts, trace->texts.items[i]);
    }
    return collector->program->modules.count > before;
}

void trace_end(Trace *trace) {
    if (trace != NULL) {
        wait_for_child(trace);
        strbuf_free(&trace->input);
        strbuf_free(&trace->answer);
        vec_free(&trace->packages);
        vec_free(&trace->modules);
        vec_free(&trace->failures);
        vec_free(&trace->texts);
    }
}
