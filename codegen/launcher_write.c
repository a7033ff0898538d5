/* STRATEGY_EMBEDDED and STRATEGY_SYSTEM: launcher + zip archive of the program.
 *
 * The archive's root is what sys.path[0] is for a script: the program's own tree, and for
 * `embedded` the pure Python distributions beside it. Distributions with extension modules cannot
 * be imported from an archive; they, like everything for `system`, must be installed on the host.
 *
 *     __main__.py     the main script itself, or a few lines that run the module or function
 *     plugin.py …     own tree, the main script again under its own name
 *     click/…         third-party modules and data, without their lib/ (embedded) */
#include "codegen.h"
#include "content.h"
#include "launcher_file.h"
#include "zip_write.h"

#include "../compiler/modules/names.h"
#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct Member {
    const char *name; /* in the archive */
    const EmbeddedFile *file;
} Member;

typedef VEC(Member) Members;

static int compare_members(const void *a, const void *b) {
    return strcmp(((const Member *)a)->name, ((const Member *)b)->name);
}

/* Distributions that carry shared objects; their names are the keys. */
static void find_native(const Program *program, StrMap *native) {
    for (size_t i = 0; i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        if (file->mapped && file->distribution != NULL) {
            strmap_set(native, file->distribution->name, NULL);
        }
    }
}

static bool is_stdlib(const Program *program, const char *vpath) {
    const char *root = arena_printf(program->arena, "lib/python%d.%d", program->target.major,
                                    program->target.minor);
    return path_below(vpath, root) != NULL || path_below(vpath, "lib/.libs") != NULL;
}

/* Name in the archive, NULL when the file stays out. */
static const char *member_name(const Program *program, const Request *request, const StrMap *native,
                               const EmbeddedFile *file) {
    if (is_stdlib(program, file->vpath)) {
        return NULL;
    }
    const char *below = path_below(file->vpath, "lib");
    bool third_party = file->distribution != NULL || below != NULL;
    if (!third_party) {
        return file->vpath;
    }
    if (request->strategy == STRATEGY_SYSTEM || file->mapped ||
        (file->distribution != NULL && strmap_has(native, file->distribution->name))) {
        return NULL;
    }
    return below != NULL ? below : file->vpath;
}

static void collect(const Program *program, const Request *request, Members *members,
                    Diags *diags) {
    StrMap native = {0};
    find_native(program, &native);
    for (size_t i = 0; i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        const char *name = member_name(program, request, &native, file);
        if (name != NULL && strcmp(name, "__main__.py") != 0) {
            vec_push(members, ((Member){.name = name, .file = file}));
        }
    }
    if (members->count > 0) {
        qsort(members->items, members->count, sizeof(*members->items), compare_members);
    }
    if (request->strategy == STRATEGY_EMBEDDED) {
        for (size_t i = 0; i < native.count; i++) {
            diag_warning(diags, "it must be installed for the host's Python",
                         "'%s' has extension modules and cannot be carried by a launcher",
                         native.entries[i].key);
        }
    }
    strmap_free(&native);
}

/* ---- __main__.py ---- */

/* `function` may be an attribute path; its result is the exit code, as for console scripts. */
static void function_program(const Entry *entry, StrBuf *text) {
    strbuf_puts(text, "import importlib\nimport operator\nimport sys\n\nmodule = ");
    strbuf_puts(text, "importlib.import_module(");
    strbuf_json_string(text, entry->module);
    strbuf_puts(text, ")\nsys.exit(operator.attrgetter(");
    strbuf_json_string(text, entry->function);
    strbuf_puts(text, ")(module)())\n");
}

static bool main_program(const Program *program, StrBuf *text, Diags *diags) {
    const Entry *entry = &program->entry;
    switch (entry->kind) {
    case ENTRY_SCRIPT:
        if (!fs_read(entry->path, text)) {
            content_read_error(diags, entry->path, errno);
            return false;
        }
        return true;
    case ENTRY_MODULE:
        strbuf_puts(text, "import runpy\n\nrunpy.run_module(");
        strbuf_json_string(text, entry->module);
        strbuf_puts(text, ", run_name=\"__main__\", alter_sys=True)\n");
        return true;
    case ENTRY_FUNCTION: function_program(entry, text); return true;
    }
    return true;
}

/* ---- the file ---- */

static bool add_member(ZipWriter *zip, const char *name, const char *path, const uint8_t *data,
                       size_t size, Diags *diags) {
    if (path == NULL) {
        return zip_add(zip, name, data, size);
    }
    if (!fs_map(path, &data, &size)) {
        content_read_error(diags, path, errno);
        return false;
    }
    bool ok = zip_add(zip, name, data, size);
    fs_unmap(data, size);
    return ok;
}

/* For `pyc2c inspect`; the launcher itself looks at no key that begins like this. */
static void describe(const Program *program, StrBuf *comment) {
    static const char *const keys[] = {"entry.module", "entry.function", "entry.path",
                                       "pyc2c",        "strategy",       "option",
                                       "app.name",     "app.version",    "app.title"};
    for (size_t i = 0; i < program->settings.count; i++) {
        const Setting *setting = &program->settings.items[i];
        bool shown = strchr(setting->value, '\n') == NULL;
        for (size_t k = 0; shown && k < sizeof(keys) / sizeof(keys[0]); k++) {
            if (strcmp(setting->key, keys[k]) == 0) {
                strbuf_printf(comment, "built.%s=%s\n", setting->key, setting->value);
            }
        }
    }
}

static bool settings_comment(const Program *program, const Request *request, StrBuf *comment,
                             Diags *diags) {
    strbuf_printf(comment, LAUNCHER_MARK "python=%d.%d\n", program->target.major,
                  program->target.minor);
    for (size_t i = 0; i < request->python_flags.count; i++) {
        strbuf_printf(comment, "flag=%s\n", request->python_flags.items[i]);
    }
    for (size_t i = 0; i < request->env.count; i++) {
        strbuf_printf(comment, "env=%s\n", request->env.items[i]);
    }
    for (size_t i = 0; i < request->env.count; i++) {
        if (strchr(request->env.items[i], '\n') != NULL) {
            diag_error(diags, EXIT_USAGE, "build with strategy = \"standalone\" instead",
                       "a value in [env] has a line break, which this strategy cannot pass on");
            return false;
        }
    }
    describe(program, comment);
    if (comment->length > 0xFFFF) {
        diag_error(diags, EXIT_USAGE, "build with strategy = \"standalone\" instead",
                   "[env] is too large for this strategy");
        return false;
    }
    return true;
}

static bool write_archive(OutputFile *output, uint64_t position, const Program *program,
                          const Request *request, const Progress *progress, Diags *diags) {
    Members members = {0};
    StrBuf main_text = {0};
    StrBuf comment = {0};
    ZipWriter zip;
    zip_start(&zip, output, position);
    collect(program, request, &members, diags);
    bool ok = main_program(program, &main_text, diags) &&
              settings_comment(program, request, &comment, diags) &&
              zip_add(&zip, "__main__.py", strbuf_text(&main_text), main_text.length);
    for (size_t i = 0; ok && i < members.count; i++) {
        const EmbeddedFile *file = members.items[i].file;
        ok = add_member(&zip, members.items[i].name, file->path, file->data, file->size, diags);
        progress->count(progress->context, i + 1, members.count, members.items[i].name);
    }
    ok = ok && zip_finish(&zip, &comment);
    zip_free(&zip);
    vec_free(&members);
    strbuf_free(&main_text);
    strbuf_free(&comment);
    return ok;
}

bool launcher_write(const Program *program, const Request *request, const char *support_dir,
                    const char *output, const Progress *progress, Diags *diags) {
    if (request->license_token) {
        diag_error(diags, EXIT_USAGE, "use strategy = \"standalone\" or \"portable\"",
                   "a license can only be checked by an executable that holds its own Python");
        return false;
    }
    const char *launcher = path_join(program->arena, support_dir, "launcher");
    const uint8_t *data;
    size_t size;
    if (!fs_map(launcher, &data, &size)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again, or run 'make' in its source tree",
                   "cannot read '%s': %s", launcher, strerror(errno));
        return false;
    }
    OutputFile file;
    bool ok = output_open(&file, output, 0777, diags);
    ok = ok && output_write(&file, data, size) &&
         write_archive(&file, size, program, request, progress, diags) && output_commit(&file);
    output_discard(&file);
    fs_unmap(data, size);
    return ok;
}
