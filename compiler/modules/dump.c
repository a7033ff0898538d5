/* dump: a collected program as text, for tests and for `check --list`. */
#include "program.h"

#include "../support/path.h"

static const char *kind_text(ModuleKind kind) {
    switch (kind) {
    case MODULE_SOURCE: return "source";
    case MODULE_EXTENSION: return "extension";
    case MODULE_STATIC: return "static";
    case MODULE_BUILTIN: return "builtin";
    case MODULE_FROZEN: return "frozen";
    case MODULE_NAMESPACE: return "namespace";
    }
    return "?";
}

static void dump_modules(const Program *program, StrBuf *out) {
    for (size_t i = 0; i < program->sorted.count; i++) {
        const Module *module = program->sorted.items[i];
        const ImportEdge *edge =
            module->imported_by.count > 0 ? &module->imported_by.items[0] : NULL;
        strbuf_printf(out, "module %s %s%s %s", module->name, kind_text(module->kind),
                      module->is_package ? " package" : "",
                      module->vpath != NULL ? module->vpath : "-");
        if (edge != NULL) {
            strbuf_printf(out, " <- %s%s%s", edge->from != NULL ? edge->from->name : "",
                          edge->from != NULL ? ": " : "", edge->reason);
        }
        strbuf_putc(out, '\n');
    }
}

static void dump_missing(const Program *program, StrBuf *out) {
    for (size_t i = 0; i < program->missing.count; i++) {
        const MissingImport *missing = &program->missing.items[i];
        strbuf_printf(out, "missing %s%s <- %s: %s\n", missing->name,
                      missing->matters ? " (matters)" : "",
                      missing->edge.from != NULL ? missing->edge.from->name : missing->edge.reason,
                      missing->why != NULL ? missing->why : "");
    }
}

void program_dump(const Program *program, StrBuf *out) {
    dump_modules(program, out);
    for (size_t i = 0; i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        strbuf_printf(out, "file %s%s%s (%s)\n", file->vpath, file->mapped ? " mapped" : "",
                      file->executable ? " executable" : "", file->reason);
    }
    for (size_t i = 0; i < program->libraries.count; i++) {
        const Library *library = &program->libraries.items[i];
        strbuf_printf(out, "library %s %s (%s)\n", library->soname, library->vpath,
                      library->distribution != NULL ? library->distribution->name : "system");
    }
    dump_missing(program, out);
    for (size_t i = 0; i < program->settings.count; i++) {
        strbuf_printf(out, "setting %s=%s\n", program->settings.items[i].key,
                      program->settings.items[i].value);
    }
    for (size_t i = 0; i < program->hints.count; i++) {
        strbuf_printf(out, "hint %s %s\n", program->hints.items[i].name,
                      program->hints.items[i].advice);
    }
    for (size_t i = 0; i < program->notes.count; i++) {
        strbuf_printf(out, "note %s\n", program->notes.items[i]);
    }
}
