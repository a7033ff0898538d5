/* settings: what the image tells the runtime about this program. */
#include "settings.h"
#include "names.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <stdlib.h>
#include <string.h>

#ifndef PYC2C_VERSION
#define PYC2C_VERSION "unknown"
#endif

static void set(Program *program, const char *key, const char *value) {
    if (value != NULL) {
        Setting setting = {key, value};
        vec_push(&program->settings, setting);
    }
}

static void set_entry(Program *program) {
    const Entry *entry = &program->entry;
    static const char *const kinds[] = {"script", "module", "function"};
    set(program, "entry.kind", kinds[entry->kind]);
    set(program, "entry.module", entry->module);
    set(program, "entry.function", entry->function);
    if (program->main_module != NULL) {
        set(program, "entry.path", program->main_module->vpath);
    }
}

/* ---- sys.path ---- */

static void add_path(StrVec *paths, const char *path) {
    if (!strvec_has(paths, path)) {
        vec_push(paths, path);
    }
}

const char *settings_embedded_path(Arena *arena, const char *path) {
    static const struct {
        const char *variable, *directory;
    } variables[] = {{"$EXTRACT_DIR", ""}, {"$SITE_PACKAGES", "lib"}, {"$RESOURCES_DIR", ""}};
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *rest = path_below(path, variables[i].variable);
        if (rest != NULL) {
            return *rest == '\0' ? variables[i].directory
                                 : path_join(arena, variables[i].directory, rest);
        }
    }
    return path;
}

static void set_paths(Program *program, const Request *request) {
    Arena *arena = program->arena;
    StrVec paths = {0};
    for (size_t i = 0; i < request->module_search_paths.count; i++) {
        add_path(&paths, settings_embedded_path(arena, request->module_search_paths.items[i]));
    }
    const char *stdlib =
        arena_printf(arena, "lib/python%d.%d", program->target.major, program->target.minor);
    add_path(&paths, "");
    add_path(&paths, stdlib);
    add_path(&paths, path_join(arena, stdlib, "lib-dynload"));
    add_path(&paths, "lib");
    for (size_t i = 0; i < request->external_paths.count; i++) {
        const char *path = request->external_paths.items[i];
        add_path(&paths, path[0] == '/' ? path : path_join(arena, "..", path));
    }
    if (request->filesystem_importer) {
        add_path(&paths, ".."); /* the executable's own directory */
    }
    for (size_t i = 0; i < paths.count; i++) {
        set(program, "path", paths.items[i]);
    }
    vec_free(&paths);
    set(program, "stdlib", stdlib);
}

/* ---- the rest ---- */

int settings_optimize(const Request *request) {
    int level = 0;
    const char *variable = getenv("PYTHONOPTIMIZE");
    if (variable != NULL && *variable != '\0') {
        int value = atoi(variable);
        level = value > 1 ? value : 1; /* any text counts as 1, as for CPython */
    }
    for (size_t i = 0; i < request->python_flags.count; i++) {
        if (strcmp(request->python_flags.items[i], "-O") == 0) {
            level++;
        } else if (strcmp(request->python_flags.items[i], "-OO") == 0) {
            level += 2;
        }
    }
    return level > 2 ? 2 : level;
}

static const char *strategy_name(Strategy strategy) {
    switch (strategy) {
    case STRATEGY_ONEFILE: return "onefile";
    case STRATEGY_PORTABLE: return "portable";
    case STRATEGY_EMBEDDED: return "embedded";
    case STRATEGY_SYSTEM: return "system";
    }
    return "onefile";
}

/* The key itself, or the first word of the file that `license_public_key` names. */
static const char *public_key(Program *program, const Request *request, Diags *diags) {
    const char *key = request->license_public_key;
    if (key == NULL || !fs_is_file(key)) {
        return key;
    }
    StrBuf text = {0};
    if (!fs_read(key, &text)) {
        diag_error(diags, EXIT_USER, NULL, "cannot read the public key '%s'", key);
    }
    const char *start = strbuf_text(&text);
    start += strspn(start, " \t\r\n");
    key = arena_strndup(program->arena, start, strcspn(start, " \t\r\n"));
    strbuf_free(&text);
    return key;
}

static void set_distributions(Program *program) {
    StrVec lines = {0};
    for (size_t i = 0; i < program->distributions.count; i++) {
        const Distribution *dist = program->distributions.entries[i].value;
        if (dist->included || dist->metadata) {
            vec_push(&lines, arena_printf(program->arena, "%s %s\t%s", dist->name, dist->version,
                                          path_base(dist->info_dir)));
        }
    }
    strvec_sort_unique(&lines);
    for (size_t i = 0; i < lines.count; i++) {
        set(program, "dist", lines.items[i]);
    }
    vec_free(&lines);
}

void settings_fill(Program *program, const Request *request, Diags *diags) {
    Arena *arena = program->arena;
    set_entry(program);
    set_paths(program, request);
    for (size_t i = 0; i < request->env.count; i++) {
        set(program, "env", request->env.items[i]);
    }
    for (size_t i = 0; i < request->python_flags.count; i++) {
        set(program, "flag", request->python_flags.items[i]);
    }
    set(program, "optimize", arena_printf(arena, "%d", settings_optimize(request)));
    set(program, "python", program->target.version);
    set(program, "pyc2c", PYC2C_VERSION);
    set(program, "strategy", strategy_name(request->strategy));
    set(program, "app.name", request->app_name != NULL ? request->app_name : program->entry.name);
    set(program, "app.version", request->app_version);
    set(program, "app.title", request->app_title);
    if (request->license_token) {
        set(program, "license.public_key", public_key(program, request, diags));
        set(program, "license.product",
            request->license_product != NULL ? request->license_product
            : request->app_name != NULL      ? request->app_name
                                             : program->entry.name);
    }
    if (request->filesystem_importer) {
        set(program, "filesystem_importer", "1");
    }
    const char *time = getenv("SOURCE_DATE_EPOCH");
    if (time != NULL && *time != '\0') {
        set(program, "time", arena_strdup(arena, time));
    }
    set_distributions(program);
}
