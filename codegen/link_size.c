#include "link_size.h"

#include "carried.h"
#include "elf_section.h"
#include "link_stub.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const always[] = {
#define CORE_BUILTIN(name) name,
#define SMALL_BUILTIN(name)
#define CARRIED_BUILTIN(name)
#include "core_builtins.def"
#undef CORE_BUILTIN
#undef SMALL_BUILTIN
#undef CARRIED_BUILTIN
};

static const char *const small[] = {
#define CORE_BUILTIN(name) name,
#define SMALL_BUILTIN(name) name,
#define CARRIED_BUILTIN(name) name,
#include "core_builtins.def"
#undef CORE_BUILTIN
#undef SMALL_BUILTIN
#undef CARRIED_BUILTIN
};

/* ---- does the small stub do? ---- */

typedef struct SymbolSet {
    Arena *arena;
    StrMap names;
    bool missing; /* something is wanted that is not in `names` */
} SymbolSet;

/* The C API; every other symbol comes from the object's own libraries. */
static bool is_python_symbol(const char *name) {
    return strncmp(name, "Py", 2) == 0 || strncmp(name, "_Py", 3) == 0;
}

static void add_symbol(const char *name, void *context) {
    SymbolSet *set = context;
    if (!strmap_has(&set->names, name)) {
        strmap_set(&set->names, arena_strdup(set->arena, name), NULL);
    }
}

static void check_symbol(const char *name, void *context) {
    SymbolSet *set = context;
    set->missing |= is_python_symbol(name) && !strmap_has(&set->names, name);
}

/* Calls `each` for the symbols of a file; false when it cannot be read. */
static bool each_symbol(const char *path, ElfSymbols which,
                        void (*each)(const char *name, void *context), SymbolSet *set) {
    const uint8_t *data;
    size_t size;
    if (!fs_map(path, &data, &size)) {
        return false;
    }
    elf_each_symbol(data, size, which, each, set);
    fs_unmap(data, size);
    return true;
}

static bool has_builtins(const Program *program) {
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

bool link_size_small_serves(const Program *program, const char *stub) {
    SymbolSet set = {.arena = program->arena};
    bool serves = has_builtins(program) && each_symbol(stub, ELF_DEFINED, add_symbol, &set);
    for (size_t i = 0; serves && i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        if (file->mapped && file->path != NULL) {
            serves = each_symbol(file->path, ELF_WANTED, check_symbol, &set) && !set.missing;
        }
    }
    strmap_free(&set.names);
    return serves;
}

/* ---- built-in modules ---- */

static bool is_wanted(const Program *program, const Request *request, const char *name) {
    if (!request->optimize_size) {
        return true;
    }
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
        if (strcmp(always[i], name) == 0) {
            return true;
        }
    }
    return strmap_has(&program->modules, name);
}

/* A module that the image carries is loaded from there by an init function of our own. */
static void add_carried(StrBuf *text, StrBuf *rows, const char *name) {
    strbuf_printf(text, "static void *init_%s(void) {\n    return rt_carried_init(\"%s\");\n}\n",
                  name, name);
    strbuf_printf(rows, "    {\"%s\", init_%s},\n", name, name);
}

bool link_size_builtins(const Program *program, const Request *request, const LinkPlan *plan,
                        StrBuf *text) {
    if (plan->builtins.count == 0) {
        return false;
    }
    StrBuf rows = {0};
    strbuf_puts(text, "extern void *rt_carried_init(const char *name);\n");
    strbuf_puts(text, "struct _inittab {\n    const char *name;\n    void *(*init)(void);\n};\n");
    for (size_t i = 0; i < plan->builtins.count; i++) {
        const char *row = plan->builtins.items[i];
        const char *equals = strchr(row, '=');
        char *name = equals == NULL ? NULL : strndup(row, (size_t)(equals - row));
        if (name != NULL && carried_has(program, name)) {
            add_carried(text, &rows, name);
        } else if (name != NULL && is_wanted(program, request, name)) {
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

static bool add_imports(SymbolSet *set, const Program *program, Diags *diags) {
    for (size_t i = 0; i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        if (file->mapped && file->path != NULL &&
            !each_symbol(file->path, ELF_WANTED, add_symbol, set)) {
            diag_error(diags, EXIT_USER, NULL, "cannot read '%s': %s", file->path, strerror(errno));
            return false;
        }
    }
    return true;
}

static bool add_runtime_exports(SymbolSet *set, const LinkPlan *plan, Diags *diags) {
    const char *path = path_join(set->arena, plan->directory, "exports.txt");
    StrBuf text = {0};
    if (!fs_read(path, &text)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again", "cannot read '%s': %s", path,
                   strerror(errno));
        return false;
    }
    char *rest = NULL;
    for (char *line = strtok_r(text.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        add_symbol(line, set);
    }
    strbuf_free(&text);
    return true;
}

static bool write_list(const char *path, const StrVec *names, Diags *diags) {
    StrBuf text = {0};
    strbuf_puts(&text, "{\n");
    for (size_t i = 0; i < names->count; i++) {
        strbuf_printf(&text, "    \"%s\";\n", names->items[i]);
    }
    strbuf_puts(&text, "};\n");
    bool ok = fs_write_private(path, text.data, text.length, 0600);
    if (!ok) {
        diag_error(diags, EXIT_TOOLCHAIN, "check $TMPDIR", "cannot write '%s': %s", path,
                   strerror(errno));
    }
    strbuf_free(&text);
    return ok;
}

bool link_size_exports(Arena *arena, const Program *program, const LinkPlan *plan,
                       const char *directory, StrVec *flags, Diags *diags) {
    SymbolSet set = {.arena = arena};
    StrVec sorted = {0};
    const char *path = path_join(arena, directory, "exports.ld");
    bool ok = add_runtime_exports(&set, plan, diags) && add_imports(&set, program, diags);
    for (size_t i = 0; ok && i < set.names.count; i++) {
        vec_push(&sorted, set.names.entries[i].key);
    }
    if (sorted.count > 0) {
        qsort(sorted.items, sorted.count, sizeof(*sorted.items), compare_names);
    }
    ok = ok && write_list(path, &sorted, diags);
    vec_push(flags, arena_printf(arena, "-Wl,--dynamic-list=%s", path));
    for (size_t i = 0; i < sorted.count; i++) {
        if (is_python_symbol(sorted.items[i])) {
            vec_push(flags, arena_printf(arena, "-Wl,-u,%s", sorted.items[i]));
        }
    }
    vec_free(&sorted);
    strmap_free(&set.names);
    return ok;
}

const char *link_size_archive(Arena *arena, const char *libpython, const char *directory,
                              Diags *diags) {
    const char *lean = path_join(arena, directory, "libpython.a");
    const char *const argv[] = {"objcopy",        "-D",      "-R", ".eh_frame", "-R",
                                ".rela.eh_frame", libpython, lean, NULL};
    return link_run(argv, NULL, "preparing libpython", diags) ? lean : NULL;
}
