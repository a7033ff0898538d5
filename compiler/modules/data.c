/* data: sources, metadata and data files.
 *
 * A distribution brings everything that its RECORD lists and that a running program may read: not
 * bytecode, headers, stubs, tests, commands. Its Python files come as modules, its shared objects
 * as extension modules or libraries. The program's own packages bring every file in them that is
 * not Python, except what tools and version control leave there. */
#include "data.h"
#include "elf.h"
#include "files.h"
#include "late.h"
#include "names.h"
#include "userfiles.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <string.h>

/* ---- modules ---- */

static void add_module(Collector *collector, const Module *module) {
    if (module->path == NULL || module->vpath == NULL || text_ends(module->path, ".pyc")) {
        return;
    }
    bool extension = module->kind == MODULE_EXTENSION;
    EmbeddedFile *file = files_add(collector, module->vpath, module->path, module->distribution,
                                   extension ? "extension module" : "source");
    if (file != NULL) {
        file->mapped = extension;
        file->late = extension && module->late && late_is_small(file->size);
        file->executable = false;
    }
}

static void add_modules(Collector *collector) {
    static const Origin order[] = {ORIGIN_PROGRAM, ORIGIN_DISTRIBUTION, ORIGIN_STDLIB};
    for (size_t k = 0; k < 3; k++) { /* the program's own files come first where places collide */
        for (size_t i = 0; i < collector->program->sorted.count; i++) {
            if (collector->program->sorted.items[i]->origin == order[k]) {
                add_module(collector, collector->program->sorted.items[i]);
            }
        }
    }
}

/* ---- files of distributions ---- */

static bool has_suffix(const char *file, const char *const *suffixes) {
    for (size_t i = 0; suffixes[i] != NULL; i++) {
        if (text_ends(file, suffixes[i])) {
            return true;
        }
    }
    return false;
}

/* What a compiler, a type checker or another system needs, but no running program. */
static bool is_never_data(const char *file) {
    static const char *const suffixes[] = {".pyc",   ".pyo", ".pyx",      ".pxd", ".pxi", ".h",
                                           ".hh",    ".hpp", ".c",        ".cc",  ".cpp", ".cxx",
                                           ".a",     ".o",   ".lib",      ".dll", ".pyd", ".exe",
                                           ".dylib", ".pth", "/py.typed", NULL};
    return has_suffix(file, suffixes);
}

/* A stub lies where modules are. In a folder that is no package, it is what type checkers and
 * editors read: data of mypy and jedi. */
static bool is_stub(const Collector *collector, const Distribution *dist, const char *file) {
    if (!text_ends(file, ".pyi")) {
        return false;
    }
    const char *path = path_join(collector->arena, dist->site_dir, file);
    const char *source = arena_strndup(collector->arena, path, strlen(path) - 1);
    const char *init = path_join(collector->arena, path_dir(collector->arena, path), "__init__.py");
    return strchr(file, '/') == NULL || fs_is_file(source) || fs_is_file(init);
}

static bool is_shared_object(const char *file) {
    return text_ends(file, ".so") || strstr(path_base(file), ".so.") != NULL;
}

/* Below a directory of tests, unless that is a package the program uses. */
static bool is_below_tests(const Collector *collector, const char *file) {
    for (const char *slash = strchr(file, '/'), *start = file; slash != NULL;
         start = slash + 1, slash = strchr(start, '/')) {
        const char *part = arena_strndup(collector->arena, start, (size_t)(slash - start));
        if (!is_test_name(part)) {
            continue;
        }
        char *package = arena_strndup(collector->arena, file, (size_t)(slash - file));
        for (char *at = package; *at != '\0'; at++) {
            *at = *at == '/' ? '.' : *at;
        }
        if (!graph_has(collector, package)) {
            return true;
        }
    }
    return false;
}

static bool matches_any(const char *file, const StrVec *patterns) {
    for (size_t i = 0; i < patterns->count; i++) {
        if (path_matches(file, patterns->items[i])) {
            return true;
        }
    }
    return false;
}

/* Patterns that the rules of a distribution's top-level packages give. */
static void rule_patterns(Collector *collector, Distribution *dist, StrVec *data, StrVec *no_data) {
    StrVec names = {0};
    RuleVec rules = {0};
    distinfo_top_names(&collector->dists, dist, &names);
    for (size_t i = 0; i < names.count; i++) {
        rules_for(&collector->rules, names.items[i], &rules);
    }
    for (size_t i = 0; i < rules.count; i++) {
        for (size_t k = 0; k < rules.items[i]->data.count; k++) {
            vec_push(data, rules.items[i]->data.items[k]);
        }
        for (size_t k = 0; k < rules.items[i]->no_data.count; k++) {
            vec_push(no_data, rules.items[i]->no_data.items[k]);
        }
    }
    vec_free(&names);
    vec_free(&rules);
}

/* A source in a folder that is no package, below one that is: a template, a script that is read or
 * copied. Packages without __init__ further up are namespaces, and what lies in those are modules.
 */
static bool is_source_as_data(const Collector *collector, const Distribution *dist,
                              const char *file) {
    const char *folder = path_dir(collector->arena, file);
    for (bool first = true; strcmp(folder, ".") != 0; first = false) {
        const char *init = path_join(collector->arena, folder, "__init__.py");
        if (fs_is_file(path_join(collector->arena, dist->site_dir, init))) {
            return !first;
        }
        folder = path_dir(collector->arena, folder);
    }
    return false;
}

static bool is_asked_for(const Collector *collector, const StrVec *names, const Distribution *dist,
                         const char *file) {
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->items[i];
        if (path_below(file, name_path(collector->arena, name)) != NULL ||
            strcmp(name_canonical(collector->arena, name),
                   name_canonical(collector->arena, dist->name)) == 0) {
            return true;
        }
    }
    return false;
}

typedef struct DistFiles {
    Distribution *dist;
    const char *info; /* name of the info directory, "" for a single file */
    StrVec data, no_data;
    StrVec sources; /* "name.py", "name.c" in strings of its modules, sorted */
} DistFiles;

static bool is_source_name(const char *name) {
    static const char *const suffixes[] = {".py", ".pyx", ".pxd", ".pxi", ".h",   ".hh",
                                           ".c",  ".hpp", ".cc",  ".cpp", ".cxx", NULL};
    return has_suffix(name, suffixes);
}

/* Names of sources in the strings of a distribution's modules: what they read, run or send away.
 * Any package has an __init__.py, so that name says nothing. */
static void named_sources(Collector *collector, const Distribution *dist, StrVec *names) {
    const StrMap *modules = &collector->program->modules;
    for (size_t i = 0; i < modules->count; i++) {
        const Module *module = modules->entries[i].value;
        const char *const *text = module->distribution == dist ? module->facts.strings : NULL;
        for (; text != NULL && *text != NULL; text++) {
            if (is_source_name(*text) && !text_starts(*text, "__")) {
                vec_push(names, *text);
            }
        }
    }
    strvec_sort_unique(names);
}

static bool is_dist_data(Collector *collector, const DistFiles *files, const char *file) {
    const Distribution *dist = files->dist;
    const Request *request = collector->request;
    if (strstr(file, "__pycache__") != NULL || matches_any(file, &files->no_data)) {
        return false;
    }
    if (is_shared_object(file)) {
        return (dist->whole || is_asked_for(collector, &request->collect_binaries, dist, file)) &&
               elf_is_shared_object(path_join(collector->arena, dist->site_dir, file));
    }
    if (dist->whole || matches_any(file, &files->data) ||
        is_asked_for(collector, &request->collect_data, dist, file)) {
        return !text_ends(file, ".pyc");
    }
    bool wanted = text_ends(file, ".py") ? is_source_as_data(collector, dist, file)
                                         : !is_never_data(file) && !is_stub(collector, dist, file);
    return (wanted || strvec_has(&files->sources, path_base(file))) &&
           !is_below_tests(collector, file);
}

/* Where a file goes that a wheel puts below the environment's prefix for all who look there
 * ("../../../share/jupyter/…"), which sys.prefix stands for; manuals are for people. NULL: another
 * file. */
static const char *path_below_prefix(const char *file) {
    const char *path = file;
    while (text_starts(path, "../")) {
        path += strlen("../");
    }
    bool data = text_starts(path, "share/") || text_starts(path, "etc/");
    bool manual = text_starts(path, "share/man/") || text_starts(path, "share/doc/");
    return path > file && data && !manual ? path : NULL;
}

static void add_below_prefix(Collector *collector, const DistFiles *files, const char *file,
                             const char *reason) {
    const Distribution *dist = files->dist;
    const char *vpath = path_below_prefix(file);
    if (vpath != NULL && !matches_any(file, &files->no_data) && !files_has(collector, vpath)) {
        files_add(collector, vpath,
                  path_normal(collector->arena, path_join(collector->arena, dist->site_dir, file)),
                  files->dist, reason);
    }
}

static void add_dist_data(Collector *collector, const DistFiles *files) {
    const Distribution *dist = files->dist;
    const char *reason = arena_printf(collector->arena, "data of %s", dist->name);
    for (size_t i = 0; i < dist->files.count; i++) {
        const char *file = dist->files.items[i];
        const char *vpath = path_join(collector->arena, "lib", file);
        if (text_starts(file, "../")) {
            add_below_prefix(collector, files, file, reason);
            continue;
        }
        if (file[0] == '/' || path_below(file, files->info) != NULL ||
            files_has(collector, vpath) || !is_dist_data(collector, files, file)) {
            continue;
        }
        EmbeddedFile *added =
            files_add(collector, vpath, path_join(collector->arena, dist->site_dir, file),
                      files->dist, reason);
        if (added != NULL && is_shared_object(file)) {
            added->mapped = true;
        }
    }
}

/* ---- metadata ---- */

/* What an installer notes about one installation, with paths and choices of that machine. */
static bool is_installation_note(const char *file) {
    static const char *const names[] = {"INSTALLER",     "REQUESTED",     "direct_url.json",
                                        "uv_cache.json", "uv_build.json", "RECORD.jws",
                                        "RECORD.p7s"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(path_base(file), names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* RECORD without what is not in the executable: commands (their text names the environment's path),
 * bytecode, installation notes, .pth files (those of editable installs hold a path). */
static void add_record(Collector *collector, const DistFiles *files, const char *vpath,
                       const char *path) {
    StrBuf text = {0}, kept = {0};
    if (fs_read(path, &text)) {
        for (const char *at = strbuf_text(&text); *at != '\0';) {
            size_t length = strcspn(at, "\n");
            const char *line = arena_strndup(collector->arena, at, length);
            const char *file = arena_strndup(collector->arena, line, strcspn(line, ","));
            if (!text_starts(line, "../") && *line != '/' && strstr(line, "__pycache__") == NULL &&
                !text_ends(file, ".pth") && !is_installation_note(file)) {
                strbuf_add(&kept, line, strcspn(line, "\r"));
                strbuf_putc(&kept, '\n');
            }
            at += length + (at[length] == '\n');
        }
        char *data = arena_strndup(collector->arena, strbuf_text(&kept), kept.length);
        files_add_data(collector, vpath, data, kept.length, files->dist, "metadata");
    }
    strbuf_free(&text);
    strbuf_free(&kept);
}

static void add_metadata_file(Collector *collector, const DistFiles *files, const char *file) {
    const Distribution *dist = files->dist;
    Origin origin = ORIGIN_DISTRIBUTION;
    const char *path = path_join(collector->arena, dist->info_dir, file);
    const char *vpath = finder_vpath(&collector->finder, path, &origin);
    if (vpath == NULL || is_installation_note(file) || text_ends(file, ".pyc")) {
        return;
    }
    if (strcmp(file, "RECORD") == 0) {
        add_record(collector, files, vpath, path);
    } else {
        files_add(collector, vpath, path, files->dist, "metadata");
    }
}

static void add_metadata(Collector *collector, const DistFiles *files) {
    const Distribution *dist = files->dist;
    if (!fs_is_dir(dist->info_dir)) {
        Origin origin;
        const char *vpath = finder_vpath(&collector->finder, dist->info_dir, &origin);
        files_add(collector, vpath, dist->info_dir, files->dist, "metadata");
        return;
    }
    StrVec names = {0};
    fs_walk(collector->arena, dist->info_dir, &names, NULL, NULL);
    for (size_t i = 0; i < names.count; i++) {
        add_metadata_file(collector, files, names.items[i]);
    }
    vec_free(&names);
}

/* ---- distributions ---- */

static void add_distribution(Collector *collector, Distribution *dist) {
    distinfo_read_metadata(&collector->dists, dist);
    DistFiles files = {.dist = dist, .info = path_base(dist->info_dir)};
    if (dist->included) {
        rule_patterns(collector, dist, &files.data, &files.no_data);
        named_sources(collector, dist, &files.sources);
        add_dist_data(collector, &files);
    }
    add_metadata(collector, &files);
    vec_free(&files.data);
    vec_free(&files.no_data);
    vec_free(&files.sources);
}

void data_collect(Collector *collector) {
    const Program *program = collector->program;
    add_modules(collector);
    userfiles_collect(collector);
    for (size_t i = 0; i < program->distributions.count; i++) {
        Distribution *dist = program->distributions.entries[i].value;
        /* Metadata that lies in the program's own tree describes the program. */
        bool own = program->entry.root != NULL && strcmp(dist->site_dir, program->entry.root) == 0;
        if (own) {
            dist->metadata = true;
        }
        if (dist->included || dist->metadata) {
            add_distribution(collector, dist);
        }
    }
}
