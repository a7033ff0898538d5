#include "report.h"

#include "summary.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <errno.h>
#include <string.h>

const char *report_kind(const Module *module) {
    switch (module->kind) {
    case MODULE_SOURCE: return module->is_package ? "package" : "source";
    case MODULE_EXTENSION: return "extension";
    case MODULE_STATIC: return "linked in";
    case MODULE_BUILTIN: return "built in";
    case MODULE_FROZEN: return "frozen";
    case MODULE_NAMESPACE: return "namespace";
    }
    return "source";
}

const char *report_origin(Arena *arena, const Module *module) {
    switch (module->origin) {
    case ORIGIN_PROGRAM: return "program";
    case ORIGIN_STDLIB: return "standard library";
    case ORIGIN_DISTRIBUTION: break;
    }
    const Distribution *from = module->distribution;
    return from != NULL ? arena_printf(arena, "%s %s", from->name, from->version) : "environment";
}

/* ---- warnings.txt ---- */

static void add_missing(const MissingImport *missing, StrBuf *out) {
    strbuf_printf(out, "  %s", missing->name);
    if (missing->edge.from != NULL) {
        strbuf_printf(out, "  (%s",
                      missing->edge.from->vpath != NULL ? missing->edge.from->vpath
                                                        : missing->edge.from->name);
        if (missing->edge.line > 0) {
            strbuf_printf(out, ":%d", missing->edge.line);
        }
        strbuf_putc(out, ')');
    } else if (missing->edge.reason != NULL) {
        strbuf_printf(out, "  (%s)", missing->edge.reason);
    }
    strbuf_printf(out, "  %s\n", missing->why != NULL ? missing->why : "not found");
}

static void add_missing_group(const Program *program, const char *title, bool matters,
                              bool excluded, StrBuf *out) {
    bool titled = false;
    for (size_t i = 0; i < program->missing.count; i++) {
        const MissingImport *missing = &program->missing.items[i];
        if (missing->excluded == excluded && (excluded || missing->matters == matters)) {
            if (!titled) {
                strbuf_printf(out, "%s\n", title);
                titled = true;
            }
            add_missing(missing, out);
        }
    }
    if (titled) {
        strbuf_putc(out, '\n');
    }
}

static void write_warnings(Session *session, const Program *program, StrBuf *out) {
    add_missing_group(program,
                      "Imports that the program needs and that were not found. It will fail "
                      "where they stand:",
                      true, false, out);
    add_missing_group(program, "Imports left out on request:", false, true, out);
    add_missing_group(program,
                      "Imports that were not found and need not be: inside functions, "
                      "conditions, or try blocks that\nexpect them to fail:",
                      false, false, out);
    if (session->diags.items.count > 0) {
        strbuf_puts(out, "Messages of the build:\n");
    }
    for (size_t i = 0; i < session->diags.items.count; i++) {
        const Diag *diag = &session->diags.items.items[i];
        strbuf_printf(out, "  %s%s%s\n", diag->file != NULL ? diag->file : "",
                      diag->file != NULL ? ": " : "", diag->message);
    }
    if (program->notes.count > 0) {
        strbuf_puts(out, session->diags.items.count > 0 ? "\nNotes:\n" : "Notes:\n");
    }
    for (size_t i = 0; i < program->notes.count; i++) {
        strbuf_printf(out, "  %s\n", program->notes.items[i]);
    }
    if (out->length == 0) {
        strbuf_puts(out, "Every import was found.\n");
    }
}

/* ---- writing ---- */

static bool write_one(Session *session, const char *name, const StrBuf *text) {
    const char *path = path_join(&session->arena, session->options.request.report_dir, name);
    if (fs_write_atomic(path, strbuf_text(text), text->length, 0644)) {
        return true;
    }
    diag_error(&session->diags, EXIT_USER, NULL, "cannot write the report '%s': %s", path,
               strerror(errno));
    return false;
}

bool report_write(Session *session, const Program *program, const NativeCode *native,
                  const char *output) {
    const char *directory = session->options.request.report_dir;
    session->progress.step(session->progress.context, "writing the report");
    if (!fs_make_dirs(directory)) {
        diag_error(&session->diags, EXIT_USER, NULL, "cannot make the directory '%s': %s",
                   directory, strerror(errno));
        return false;
    }
    StrBuf warnings = {0}, html = {0}, json = {0}, cost = {0}, timeline = {0};
    write_warnings(session, program, &warnings);
    report_html(program, native, &html);
    report_json(session, program, native, output, &json);
    report_native_cost(native, &cost);
    report_timeline(&session->view, program->entry.name, native, &timeline);
    bool ok = write_one(session, "warnings.txt", &warnings) &&
              write_one(session, "modules.html", &html) &&
              write_one(session, "report.json", &json) && write_one(session, "cost.json", &cost) &&
              write_one(session, "timeline.html", &timeline);
    strbuf_free(&warnings);
    strbuf_free(&html);
    strbuf_free(&json);
    strbuf_free(&cost);
    strbuf_free(&timeline);
    return ok;
}
