#include "summary.h"

#include "glibc.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *format_size(Arena *arena, uint64_t bytes) {
    if (bytes < 1000) {
        return arena_printf(arena, "%d bytes", (int)bytes);
    }
    if (bytes < 1000 * 1000) {
        return arena_printf(arena, "%.1f kB", (double)bytes / 1e3);
    }
    if (bytes < 1000 * 1000 * 1000) {
        return arena_printf(arena, "%.1f MB", (double)bytes / 1e6);
    }
    return arena_printf(arena, "%.1f GB", (double)bytes / 1e9);
}

uint64_t size_on_disk(const char *path) {
    struct stat status;
    uint64_t total = 0;
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
        return (uint64_t)status.st_size;
    }
    Arena arena = {0};
    StrVec files = {0};
    if (fs_walk(&arena, path, &files, NULL, NULL)) {
        for (size_t i = 0; i < files.count; i++) {
            if (stat(path_join(&arena, path, files.items[i]), &status) == 0) {
                total += (uint64_t)status.st_size;
            }
        }
    }
    vec_free(&files);
    arena_free(&arena);
    return total;
}

const char *shown_path(Arena *arena, const char *path) {
    const char *rest = path_below(path, path_absolute(arena, "."));
    return rest != NULL && *rest != '\0' ? rest : path;
}

bool file_is_code(const EmbeddedFile *file) {
    return file->mapped || (file->reason != NULL && strcmp(file->reason, "source") == 0);
}

static uint64_t file_size(const EmbeddedFile *file) {
    return file->path != NULL ? size_on_disk(file->path) : file->size;
}

ProgramCounts program_count(const Program *program) {
    ProgramCounts counts = {0};
    for (size_t i = 0; i < program->sorted.count; i++) {
        const Module *module = program->sorted.items[i];
        if (module->kind != MODULE_BUILTIN && module->kind != MODULE_NAMESPACE) {
            counts.modules[module->origin]++;
            counts.extensions += module->kind == MODULE_EXTENSION || module->kind == MODULE_STATIC;
        }
    }
    for (size_t i = 0; i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        bool metadata = file->reason != NULL && strcmp(file->reason, "metadata") == 0;
        if (!file_is_code(file) && !metadata) {
            counts.data_files++;
            counts.data_bytes += file_size(file);
        }
    }
    for (size_t i = 0; i < program->distributions.count; i++) {
        const Distribution *distribution = program->distributions.entries[i].value;
        counts.distributions += distribution->included;
    }
    for (size_t i = 0; i < program->missing.count; i++) {
        counts.excluded += program->missing.items[i].excluded;
        counts.absent += !program->missing.items[i].excluded && !program->missing.items[i].matters;
    }
    return counts;
}

/* ---- the lines ---- */

static void add_modules(const Program *program, const ProgramCounts *counts, StrBuf *out) {
    (void)program;
    size_t total = 0;
    for (size_t i = 0; i < 3; i++) {
        total += counts->modules[i];
    }
    strbuf_printf(out,
                  "  modules    %zu: %zu of the program, %zu of %zu distribution%s, %zu standard "
                  "library\n",
                  total, counts->modules[ORIGIN_PROGRAM], counts->modules[ORIGIN_DISTRIBUTION],
                  counts->distributions, counts->distributions == 1 ? "" : "s",
                  counts->modules[ORIGIN_STDLIB]);
}

/* Native code of distributions and of the system, grouped by where it comes from. */
static void add_native(const Program *program, Arena *arena, StrBuf *out) {
    enum { SHOWN = 12 };
    StrMap groups = {0};
    for (size_t i = 0; i < program->sorted.count; i++) {
        const Module *module = program->sorted.items[i];
        if ((module->kind == MODULE_EXTENSION || module->kind == MODULE_STATIC) &&
            module->origin != ORIGIN_STDLIB) {
            const Distribution *from = module->distribution;
            const char *key = from != NULL ? arena_printf(arena, "%s %s", from->name, from->version)
                                           : "the program";
            strmap_set(&groups, key, (char *)strmap_get(&groups, key) + 1);
        }
    }
    for (size_t i = 0; i < groups.count; i++) {
        size_t count = (size_t)(uintptr_t)groups.entries[i].value;
        if (i < SHOWN) {
            strbuf_printf(out, "  %-10s %s: %zu extension module%s\n", i == 0 ? "native" : "",
                          groups.entries[i].key, count, count == 1 ? "" : "s");
        }
    }
    if (groups.count > SHOWN) {
        strbuf_printf(out, "             and of %zu more distributions\n", groups.count - SHOWN);
    }
    strmap_free(&groups);
    for (size_t i = 0; i < program->libraries.count; i++) {
        const Library *library = &program->libraries.items[i];
        const Distribution *from = library->distribution;
        if (i < SHOWN) {
            strbuf_printf(out, "  %-10s %s (%s%s%s)\n", i == 0 ? "libraries" : "", library->soname,
                          from != NULL ? from->name : "this system", from != NULL ? " " : "",
                          from != NULL ? from->version : "");
        }
    }
    if (program->libraries.count > SHOWN) {
        strbuf_printf(out, "             and %zu more\n", program->libraries.count - SHOWN);
    }
}

static void add_times(const ProgressView *view, StrBuf *out) {
    strbuf_puts(out, "  time      ");
    for (size_t i = 0; i < view->phase_count; i++) {
        strbuf_printf(out, "%s %s %.2f s", i > 0 ? "," : "", view->phases[i].name,
                      view->phases[i].seconds);
    }
    strbuf_putc(out, '\n');
}

static void add_left_out(const ProgramCounts *counts, const Request *request, Arena *arena,
                         StrBuf *out) {
    if (counts->excluded > 0) {
        strbuf_printf(out, "  left out   %zu import%s on request (--exclude-module)\n",
                      counts->excluded, counts->excluded == 1 ? "" : "s");
    }
    if (counts->absent > 0 && (request->verbose > 0 || request->report_dir != NULL)) {
        const char *where = request->report_dir != NULL
                                ? arena_printf(arena, "; see %s/warnings.txt",
                                               shown_path(arena, request->report_dir))
                                : "; --report=DIR lists them";
        strbuf_printf(out, "  not found  %zu optional import%s%s\n", counts->absent,
                      counts->absent == 1 ? "" : "s", where);
    }
}

/* Functions of the modules that were asked for. */
static void add_functions(const NativeCode *native, const Request *request, StrBuf *out) {
    enum { SHOWN = 8 };
    if (native->nothing != NULL) {
        strbuf_printf(out, "  functions  all bytecode: %s\n", native->nothing);
        return;
    }
    if (native->functions == 0) {
        return;
    }
    size_t left = native->functions - native->native, shown = 0;
    strbuf_printf(out, "  functions  %zu of %zu native%s\n", native->native, native->functions,
                  left > 0 && request->verbose == 0 && request->report_dir == NULL
                      ? "; `pyc2c explain` tells about the others"
                      : "");
    for (size_t i = 0; request->verbose > 0 && i < native->modules.count; i++) {
        const NativeModule *module = native->modules.items[i];
        for (uint32_t k = 0; k < module->code.count && shown < SHOWN; k++) {
            const NativeFunction *function = &module->functions[k];
            if (function->code != NULL && function->reason != NULL) {
                shown++;
                strbuf_printf(out, "             bytecode: %s.%s, because %s\n",
                              module->module->name, function->code->qualname, function->reason);
            }
        }
    }
    if (shown < left && request->verbose > 0) {
        strbuf_printf(out, "             and %zu more\n", left - shown);
    }
}

/* C files: how many came from the cache, and why others did not. */
static void add_units(const NativeCode *native, StrBuf *out) {
    enum { SHOWN = 3 };
    size_t made = native->units - native->cached, shown = 0, hidden = 0;
    if (native->units == 0) {
        return;
    }
    strbuf_printf(out, "  C code     %zu file%s: %zu from the cache, %zu compiled", native->units,
                  native->units == 1 ? "" : "s", native->cached, made);
    for (size_t i = 0; i < native->modules.count; i++) {
        const NativeModule *module = native->modules.items[i];
        if (module->changed != NULL && shown < SHOWN) {
            strbuf_printf(out, "%s%s: %s", shown++ == 0 ? " (" : "; ", module->module->name,
                          module->changed);
        } else {
            hidden += module->changed != NULL;
        }
    }
    if (hidden > 0) {
        strbuf_printf(out, "; and %zu more module%s", hidden, hidden == 1 ? "" : "s");
    }
    strbuf_puts(out, shown > 0 ? ")\n" : "\n");
}

/* What native code cost to make. */
static void add_cost(const NativeCode *native, Arena *arena, StrBuf *out) {
    if (native->units == 0) {
        return;
    }
    strbuf_printf(out, "             %zu lines of Python, made into C in %.2f s\n", native->lines,
                  native->lower_seconds);
    if (native->compiled_lines > 0) {
        strbuf_printf(out, "             C compiler: %.2f s for 1,000 lines, up to %s\n",
                      native->cc_seconds * 1000 / (double)native->compiled_lines,
                      format_size(arena, (uint64_t)native->cc_peak_kb * 1024));
    }
}

void summary_write(Session *session, const Program *program, const NativeCode *native,
                   const char *output, StrBuf *out) {
    Arena *arena = &session->arena;
    const Request *request = &session->options.request;
    ProgramCounts counts = program_count(program);
    add_modules(program, &counts, out);
    add_functions(native, request, out);
    add_native(program, arena, out);
    if (counts.data_files > 0) {
        strbuf_printf(out, "  data       %zu file%s, %s\n", counts.data_files,
                      counts.data_files == 1 ? "" : "s", format_size(arena, counts.data_bytes));
    }
    const char *origin = NULL;
    const char *glibc = request->static_libc ? NULL : glibc_needed(arena, program, output, &origin);
    if (request->static_libc) {
        strbuf_puts(out, "  needs      no C library: it is inside\n");
    } else if (glibc != NULL) {
        strbuf_printf(out, "  needs      glibc %s or later (because of %s)\n", glibc, origin);
    }
    add_left_out(&counts, request, arena, out);
    if (request->cache_url != NULL) {
        strbuf_printf(out, "  shared     %s\n", cache_shared_summary(&session->cache, arena));
    }
    add_units(native, out);
    if (request->verbose > 0 || request->show_progress) {
        add_cost(native, arena, out);
        add_times(&session->view, out);
    }
    if (request->verbose > 0) {
        strbuf_printf(out, "  cache      %zu found, %zu made\n", session->cache.hits,
                      session->cache.misses);
        for (size_t i = 0; i < program->notes.count; i++) {
            strbuf_printf(out, "  note       %s\n", program->notes.items[i]);
        }
    }
}
