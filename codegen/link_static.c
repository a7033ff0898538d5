/* An executable with the C library inside has no dynamic linker. Its shared objects are mapped by
 * the runtime's own loader all the same; what they import from the C library, from libm and from
 * libpython is linked in, and found in a table that is made here:
 *
 *     every name that an embedded shared object imports and no embedded one defines
 *     if an archive of the link has it
 *
 * With ctypes come all functions of the C API, for ctypes.pythonapi. Versions do not count. */
#include "link_static.h"

#include "elf_section.h"
#include "link_stub.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"
#include "../compiler/support/proc.h"
#include "../compiler/support/strmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct Symbols {
    Arena *arena;
    StrMap wanted;       /* by embedded objects */
    StrMap defined;      /* by embedded objects */
    StrMap available;    /* in the archives and in the runtime */
    const char *missing; /* the first name that an object cannot do without */
} Symbols;

/* ---- archives ---- */

static uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The index that `ar` puts first: a count, an offset for each symbol, the names. */
static void add_index(Symbols *symbols, const uint8_t *data, size_t size) {
    enum { MAGIC_SIZE = 8, HEADER_SIZE = 60 };
    if (size < MAGIC_SIZE + HEADER_SIZE + 4 || memcmp(data, "!<arch>\n/ ", 10) != 0) {
        return;
    }
    const uint8_t *index = data + MAGIC_SIZE + HEADER_SIZE;
    uint64_t room = size - MAGIC_SIZE - HEADER_SIZE;
    char digits[11] = "";
    memcpy(digits, data + MAGIC_SIZE + 48, 10);
    uint64_t length = strtoull(digits, NULL, 10);
    uint64_t count = big_endian(index);
    uint64_t at = 4 + 4 * count;
    length = length < room ? length : room;
    for (uint64_t i = 0; i < count && at < length; i++) {
        const char *name = (const char *)index + at;
        size_t name_length = strnlen(name, length - at);
        if (at + name_length < length && !strmap_has(&symbols->available, name)) {
            strmap_set(&symbols->available, arena_strdup(symbols->arena, name), NULL);
        }
        at += name_length + 1;
    }
}

static void add_archive(Symbols *symbols, const char *path);

/* libm.a and libc.so are texts for the linker: GROUP ( a.a b.a ). */
static void add_script(Symbols *symbols, const char *text) {
    char *copy = arena_strdup(symbols->arena, text);
    char *rest = NULL;
    for (char *word = strtok_r(copy, " \t\n()", &rest); word != NULL;
         word = strtok_r(NULL, " \t\n()", &rest)) {
        if (word[0] == '/' && strcmp(path_extension(word), ".a") == 0) {
            add_archive(symbols, word);
        }
    }
}

static void add_archive(Symbols *symbols, const char *path) {
    const uint8_t *data;
    size_t size;
    if (!fs_map(path, &data, &size)) {
        return;
    }
    if (size > 8 && memcmp(data, "!<arch>\n", 8) == 0) {
        add_index(symbols, data, size);
    } else {
        add_script(symbols, arena_strndup(symbols->arena, (const char *)data, size));
    }
    fs_unmap(data, size);
}

/* Where the compiler finds a library; NULL when it finds none. */
static const char *find_archive(Arena *arena, const LinkPlan *plan, const char *name) {
    VEC(const char *) argv = {0};
    for (size_t i = 0; i < plan->cc.count; i++) {
        vec_push(&argv, plan->cc.items[i]);
    }
    vec_push(&argv, arena_printf(arena, "-print-file-name=%s", name));
    vec_push(&argv, NULL);
    ProcSpec spec = {.argv = argv.items};
    ProcResult result;
    const char *path = NULL;
    if (proc_run(&spec, &result)) {
        const char *text = strbuf_text(&result.out);
        path = arena_strndup(arena, text, strcspn(text, "\n"));
    }
    proc_result_free(&result);
    vec_free(&argv);
    return path != NULL && path[0] == '/' && fs_is_file(path) ? path : NULL;
}

static bool add_archives(Symbols *symbols, const LinkPlan *plan, Diags *diags) {
    static const char *const names[] = {"libc.a", "libm.a", "libgcc.a", "libgcc_eh.a"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *path = find_archive(symbols->arena, plan, names[i]);
        if (path == NULL) {
            diag_error(diags, EXIT_TOOLCHAIN, "apt-get install libc6-dev gcc",
                       "--static needs '%s', which the compiler does not find", names[i]);
            return false;
        }
        add_archive(symbols, path);
    }
    add_archive(symbols, plan->libpython);
    return true;
}

/* ---- what the runtime replaces ---- */

static bool read_exports(Arena *arena, const LinkPlan *plan, StrVec *names, Diags *diags) {
    const char *path = path_join(arena, plan->directory, "exports.txt");
    StrBuf text = {0};
    if (!fs_read(path, &text)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again", "cannot read '%s': %s", path,
                   strerror(errno));
        return false;
    }
    const char *at = strbuf_text(&text);
    while (*at != '\0') {
        size_t length = strcspn(at, "\n");
        vec_push(names, arena_strndup(arena, at, length));
        at += length + (at[length] == '\n');
    }
    strbuf_free(&text);
    return true;
}

const char *link_static_runtime(Arena *arena, const LinkPlan *plan, Diags *diags) {
    const char *path = path_join(arena, plan->directory, "librt-static.a");
    if (plan->libpython_shared != NULL) {
        diag_error(diags, EXIT_TOOLCHAIN, "build without --static",
                   "--static needs libpython%s.a, and this Python has only a shared library",
                   PYC2C_PYTHON_MINOR);
        return NULL;
    }
    if (!fs_is_file(path)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again, or run 'make' in its source tree",
                   "--static needs '%s', which is missing", path);
        return NULL;
    }
    return path;
}

bool link_static_flags(Arena *arena, const LinkPlan *plan, StrVec *flags, Diags *diags) {
    StrVec names = {0};
    bool ok = read_exports(arena, plan, &names, diags);
    vec_push(flags, "-static");
    for (size_t i = 0; i < names.count; i++) {
        vec_push(flags, arena_printf(arena, "-Wl,--wrap=%s", names.items[i]));
    }
    vec_free(&names);
    return ok;
}

/* ---- what embedded objects import ---- */

static void add_wanted(const char *name, void *context) {
    Symbols *symbols = context;
    strmap_set(&symbols->wanted, arena_strdup(symbols->arena, name), NULL);
}

static void add_defined(const char *name, void *context) {
    Symbols *symbols = context;
    strmap_set(&symbols->defined, arena_strdup(symbols->arena, name), NULL);
}

static void add_api(const char *name, void *context) {
    if (strncmp(name, "Py", 2) == 0 || strncmp(name, "_Py", 3) == 0) {
        add_wanted(name, context);
    }
}

/* The loader itself answers for __tls_get_addr. */
static void check_required(const char *name, void *context) {
    Symbols *symbols = context;
    if (symbols->missing == NULL && !strmap_has(&symbols->defined, name) &&
        !strmap_has(&symbols->available, name) && strcmp(name, "__tls_get_addr") != 0) {
        symbols->missing = arena_strdup(symbols->arena, name);
    }
}

typedef void (*EachSymbol)(const char *name, void *context);

static void each_symbol(Symbols *symbols, const char *path, ElfSymbols which, EachSymbol each) {
    const uint8_t *data;
    size_t size;
    if (fs_map(path, &data, &size)) {
        elf_each_symbol(data, size, which, each, symbols);
        fs_unmap(data, size);
    }
}

static void each_object(Symbols *symbols, const Program *program, ElfSymbols which,
                        EachSymbol each) {
    for (size_t i = 0; i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        if (file->mapped && file->path != NULL) {
            each_symbol(symbols, file->path, which, each);
        }
    }
}

static void warn_of_missing(Symbols *symbols, const Program *program, Diags *diags) {
    for (size_t i = 0; i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        if (!file->mapped || file->path == NULL) {
            continue;
        }
        symbols->missing = NULL;
        each_symbol(symbols, file->path, ELF_REQUIRED, check_required);
        if (symbols->missing != NULL) {
            diag_warning(diags, "build without --static if the program imports it",
                         "--static: '%s' cannot be loaded: it needs '%s', which no static library "
                         "of this link has",
                         file->vpath, symbols->missing);
        }
    }
}

/* ---- the table ---- */

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_table(Symbols *symbols, StrBuf *text) {
    StrVec names = {0};
    StrBuf rows = {0};
    for (size_t i = 0; i < symbols->wanted.count; i++) {
        const char *name = symbols->wanted.entries[i].key;
        if (strmap_has(&symbols->available, name) && !strmap_has(&symbols->defined, name)) {
            vec_push(&names, name);
        }
    }
    if (names.count > 0) {
        qsort(names.items, names.count, sizeof(*names.items), compare_names);
    }
    for (size_t i = 0; i < names.count; i++) {
        /* Under another name for the compiler, which knows the types of memcpy and friends. */
        strbuf_printf(text, "extern char symbol_%zu[] __asm__(\"%s\");\n", i, names.items[i]);
        strbuf_printf(&rows, "    {\"%s\", symbol_%zu},\n", names.items[i], i);
    }
    strbuf_printf(text,
                  "struct LibcSymbol {\n    const char *name;\n    void *address;\n};\n"
                  "const struct LibcSymbol rt_libc_symbols[] = {\n%s    {0, 0},\n};\n"
                  "const unsigned long rt_libc_symbol_count = %zu;\n",
                  strbuf_text(&rows), names.count);
    strbuf_free(&rows);
    vec_free(&names);
}

bool link_static_table(const Program *program, const LinkPlan *plan, StrBuf *text, Diags *diags) {
    Symbols symbols = {.arena = program->arena};
    StrVec exports = {0};
    bool ok =
        add_archives(&symbols, plan, diags) && read_exports(program->arena, plan, &exports, diags);
    for (size_t i = 0; i < exports.count; i++) {
        strmap_set(&symbols.available, exports.items[i], NULL);
    }
    if (ok) {
        each_object(&symbols, program, ELF_WANTED, add_wanted);
        each_object(&symbols, program, ELF_DEFINED, add_defined);
        if (strmap_has(&program->modules, "_ctypes")) {
            const char *stub = path_join(program->arena, plan->directory, "stub");
            each_symbol(&symbols, stub, ELF_DEFINED, add_api);
        }
        warn_of_missing(&symbols, program, diags);
        write_table(&symbols, text);
    }
    vec_free(&exports);
    strmap_free(&symbols.wanted);
    strmap_free(&symbols.defined);
    strmap_free(&symbols.available);
    return ok;
}
