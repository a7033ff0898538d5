/* report.json: the build as data. Keys in a fixed order, everything sorted. */
#include "report.h"

#include "summary.h"

#include "../support/path.h"

static void open_item(StrBuf *out, size_t index) {
    strbuf_puts(out, index > 0 ? ",\n    {" : "\n    {");
}

static void text_member(StrBuf *out, const char *name, const char *value) {
    if (out->data[out->length - 1] != '{') {
        strbuf_puts(out, ", ");
    }
    strbuf_printf(out, "\"%s\": ", name);
    strbuf_json_string(out, value);
}

static void add_edges(const Module *module, StrBuf *out) {
    strbuf_puts(out, ", \"imported_by\": [");
    for (size_t i = 0; i < module->imported_by.count; i++) {
        const ImportEdge *edge = &module->imported_by.items[i];
        strbuf_puts(out, i > 0 ? ", {" : "{");
        text_member(out, "module", edge->from != NULL ? edge->from->name : NULL);
        text_member(out, "reason", edge->reason);
        strbuf_printf(out, ", \"line\": %d}", edge->line);
    }
    strbuf_puts(out, "]");
}

static void add_modules(const Program *program, Arena *arena, StrBuf *out) {
    strbuf_puts(out, "  \"modules\": [");
    for (size_t i = 0; i < program->sorted.count; i++) {
        const Module *module = program->sorted.items[i];
        open_item(out, i);
        text_member(out, "name", module->name);
        text_member(out, "kind", report_kind(module));
        text_member(out, "origin", report_origin(arena, module));
        text_member(out, "path", module->vpath);
        strbuf_printf(out, ", \"source_bytes\": %zu, \"code_bytes\": %zu", module->source_size,
                      module->code_size);
        add_edges(module, out);
        strbuf_putc(out, '}');
    }
    strbuf_puts(out, "\n  ],\n");
}

static void add_files(const Program *program, StrBuf *out) {
    strbuf_puts(out, "  \"files\": [");
    for (size_t i = 0; i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        open_item(out, i);
        text_member(out, "path", file->vpath);
        text_member(out, "reason", file->reason);
        text_member(out, "distribution",
                    file->distribution != NULL ? file->distribution->name : NULL);
        strbuf_printf(
            out, ", \"bytes\": %llu}",
            (unsigned long long)(file->path != NULL ? size_on_disk(file->path) : file->size));
    }
    strbuf_puts(out, "\n  ],\n");
}

static void add_libraries(const Program *program, StrBuf *out) {
    strbuf_puts(out, "  \"libraries\": [");
    for (size_t i = 0; i < program->libraries.count; i++) {
        const Library *library = &program->libraries.items[i];
        open_item(out, i);
        text_member(out, "soname", library->soname);
        text_member(out, "distribution",
                    library->distribution != NULL ? library->distribution->name : NULL);
        strbuf_puts(out, ", \"needed_by\": [");
        for (size_t k = 0; k < library->needed_by.count; k++) {
            strbuf_puts(out, k > 0 ? ", " : "");
            strbuf_json_string(out, library->needed_by.items[k]);
        }
        strbuf_puts(out, "]}");
    }
    strbuf_puts(out, "\n  ],\n");
}

static void add_missing(const Program *program, StrBuf *out) {
    strbuf_puts(out, "  \"missing\": [");
    for (size_t i = 0; i < program->missing.count; i++) {
        const MissingImport *missing = &program->missing.items[i];
        const Module *from = missing->edge.from;
        open_item(out, i);
        text_member(out, "name", missing->name);
        text_member(out, "module", from != NULL ? from->name : NULL);
        text_member(out, "why", missing->why);
        strbuf_printf(out, ", \"line\": %d, \"matters\": %s, \"excluded\": %s}", missing->edge.line,
                      missing->matters ? "true" : "false", missing->excluded ? "true" : "false");
    }
    strbuf_puts(out, "\n  ],\n");
}

static void add_distributions(const Program *program, StrBuf *out) {
    size_t count = 0;
    strbuf_puts(out, "  \"distributions\": [");
    for (size_t i = 0; i < program->distributions.count; i++) {
        const Distribution *distribution = program->distributions.entries[i].value;
        if (distribution->included) {
            open_item(out, count++);
            text_member(out, "name", distribution->name);
            text_member(out, "version", distribution->version);
            strbuf_putc(out, '}');
        }
    }
    strbuf_puts(out, "\n  ],\n");
}

void report_json(Session *session, const Program *program, const NativeCode *native,
                 const char *output, StrBuf *out) {
    Arena *arena = &session->arena;
    strbuf_puts(out, "{\n  \"executable\": ");
    strbuf_json_string(out, path_base(output));
    strbuf_printf(
        out, ",\n  \"bytes\": %llu,\n  \"python\": ", (unsigned long long)size_on_disk(output));
    strbuf_json_string(out, program->target.version);
    strbuf_puts(out, ",\n  \"pyc2c\": ");
    strbuf_json_string(out, PYC2C_VERSION);
    strbuf_puts(out, ",\n");
    report_native_json(native, out);
    add_modules(program, arena, out);
    add_files(program, out);
    add_libraries(program, out);
    add_distributions(program, out);
    add_missing(program, out);
    strbuf_puts(out, "  \"notes\": [");
    for (size_t i = 0; i < program->notes.count; i++) {
        strbuf_puts(out, i > 0 ? ", " : "");
        strbuf_json_string(out, program->notes.items[i]);
    }
    strbuf_puts(out, "]\n}\n");
}
