#include "link_size.h"

#include "elf_section.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const always[] = {
#define CORE_BUILTIN(name) name,
#define SMALL_BUILTIN(name)
#include "core_builtins.def"
#undef CORE_BUILTIN
#undef SMALL_BUILTIN
};

static const char *const small[] = {
#define CORE_BUILTIN(name) name,
#define SMALL_BUILTIN(name) name,
#include "core_builtins.def"
#undef CORE_BUILTIN
#undef SMALL_BUILTIN
};

bool link_size_small_serves(const Program *program) {
    for (size_t i = 0; i < program->files.count; i++) {
        if (program->files.items[i].mapped) {
            return false; /* it may need any part of the C API */
        }
    }
    for (size_t i = 0; i < program->modules.count; i++) {
        const Module *module = program->modules.entries[i].value;
        bool found = module->kind != MODULE_BUILTIN;
        for (size_t k = 0; !found && k < sizeof(small) / sizeof(small[0]); k++) {
            found = strcmp(small[k], module->name) == 0;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

static bool is_wanted(const Program *program, const char *name) {
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
        if (strcmp(always[i], name) == 0) {
            return true;
        }
    }
    return strmap_has(&program->modules, name);
}

bool link_size_builtins(const Program *program, const LinkPlan *plan, StrBuf *text) {
    if (plan->builtins.count == 0) {
        return false;
    }
    StrBuf rows = {0};
    strbuf_puts(text, "struct _inittab {\n    const char *name;\n    void *(*init)(void);\n};\n");
    for (size_t i = 0; i < plan->builtins.count; i++) {
        const char *row = plan->builtins.items[i];
        const char *equals = strchr(row, '=');
        char *name = equals == NULL ? NULL : strndup(row, (size_t)(equals - row));
        if (name != NULL && is_wanted(program, name)) {
            bool real = strcmp(equals + 1, "NULL") != 0;
            if (real) {
                strbuf_printf(text, "extern void *%s(void);\n", equals + 1);
            }
            strbuf_printf(&rows, "    {\"%s\", %s},\n", name, real ? equals + 1 : "0");
        }
        free(name);
    }
    strbuf_printf(text,
                  "extern struct _inittab _PyImport_Inittab[];\n"
                  "struct _inittab _PyImport_Inittab[] = {\n%s    {0, 0},\n};\n",
                  strbuf_text(&rows));
    strbuf_free(&rows);
    return true;
}

/* ---- exported symbols ---- */

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_name(Arena *arena, StrMap *names, const char *name) {
    if (name[0] != '\0' && !strmap_has(names, name)) {
        strmap_set(names, arena_strdup(arena, name), NULL);
    }
}

static bool add_imports(Arena *arena, StrMap *names, const char *path, Diags *diags) {
    const uint8_t *data;
    size_t size;
    if (!fs_map(path, &data, &size)) {
        diag_error(diags, EXIT_USER, NULL, "cannot read '%s': %s", path, strerror(errno));
        return false;
    }
    uint64_t symbols = 0;
    uint64_t symbols_size = 0;
    uint64_t strings = 0;
    uint64_t strings_size = 0;
    if (elf_find_section(data, size, ".dynsym", &symbols, &symbols_size) == ELF_FOUND &&
        elf_find_section(data, size, ".dynstr", &strings, &strings_size) == ELF_FOUND &&
        strings_size > 0 && data[strings + strings_size - 1] == '\0') {
        for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols_size; at += sizeof(Elf64_Sym)) {
            Elf64_Sym symbol;
            memcpy(&symbol, data + symbols + at, sizeof(symbol));
            if (symbol.st_shndx == SHN_UNDEF && symbol.st_name < strings_size) {
                add_name(arena, names, (const char *)data + strings + symbol.st_name);
            }
        }
    }
    fs_unmap(data, size);
    return true;
}

static bool add_runtime_exports(Arena *arena, StrMap *names, const LinkPlan *plan, Diags *diags) {
    const char *path = path_join(arena, plan->directory, "exports.txt");
    StrBuf text = {0};
    if (!fs_read(path, &text)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again", "cannot read '%s': %s", path,
                   strerror(errno));
        return false;
    }
    char *rest = text.data;
    for (char *line = strtok_r(text.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        add_name(arena, names, line);
    }
    strbuf_free(&text);
    return true;
}

const char *link_size_exports(Arena *arena, const Program *program, const LinkPlan *plan,
                              const char *directory, Diags *diags) {
    StrMap names = {0};
    bool ok = add_runtime_exports(arena, &names, plan, diags);
    for (size_t i = 0; ok && i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        if (file->mapped && file->path != NULL) {
            ok = add_imports(arena, &names, file->path, diags);
        }
    }
    const char **sorted = xmalloc(names.count * sizeof(*sorted));
    for (size_t i = 0; i < names.count; i++) {
        sorted[i] = names.entries[i].key;
    }
    qsort(sorted, names.count, sizeof(*sorted), compare_names);
    StrBuf text = {0};
    strbuf_puts(&text, "{\n");
    for (size_t i = 0; i < names.count; i++) {
        strbuf_printf(&text, "    \"%s\";\n", sorted[i]);
    }
    strbuf_puts(&text, "};\n");
    free(sorted);
    strmap_free(&names);
    const char *path = path_join(arena, directory, "exports.ld");
    if (ok && !fs_write_atomic(path, text.data, text.length, 0600)) {
        diag_error(diags, EXIT_TOOLCHAIN, "check $TMPDIR", "cannot write '%s': %s", path,
                   strerror(errno));
        ok = false;
    }
    strbuf_free(&text);
    return ok ? path : NULL;
}
