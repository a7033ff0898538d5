/* The program's own C extension modules: "pkg.mod=first.c,second.c" in the configuration. */
#include "static_build.h"

#include "../compiler/modules/names.h"
#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"

#include <string.h>

static bool bad_value(StaticBuild *build, const char *value) {
    diag_error(build->diags, EXIT_USAGE, "write package.module=first.c,second.c",
               "'%s' does not say which sources make which module", value);
    return false;
}

static bool build_module(StaticBuild *build, const char *value) {
    const char *equals = strchr(value, '=');
    if (equals == NULL || equals == value || equals[1] == '\0') {
        return bad_value(build, value);
    }
    Arena *arena = build->arena;
    const char *name = arena_strndup(arena, value, (size_t)(equals - value));
    const char *root = path_absolute(
        arena, build->request->project_root != NULL ? build->request->project_root : ".");
    StrVec sources = {0}, objects = {0};
    bool cxx = false;
    bool ok = true;
    strvec_split(arena, equals + 1, ",", &sources);
    for (size_t i = 0; ok && i < sources.count; i++) {
        const char *given = sources.items[i], *path = path_join(arena, root, given);
        if (!fs_is_file(path)) {
            diag_error(build->diags, EXIT_USER, "paths are relative to the configuration file",
                       "source '%s' of the extension module '%s' does not exist", path, name);
            ok = false;
            break;
        }
        /* Relative where possible, so that __FILE__ does not name this machine's directories. */
        const char *below = path_below(path, root);
        CompileJob job = {.source = below != NULL ? below : path, .root = root};
        const char *object = static_compile(build, &job);
        cxx |= static_is_cxx(path);
        ok = object != NULL;
        vec_push(&objects, object);
    }
    const char *joined = ok ? static_join_module(build, name, &objects, NULL) : NULL;
    if (joined != NULL) {
        static_register_module(build, name, joined);
        if (cxx) {
            static_add_library(build, "-lstdc++");
        }
    }
    vec_free(&sources);
    vec_free(&objects);
    return joined != NULL;
}

bool static_own_build(StaticBuild *build) {
    for (size_t i = 0; i < build->request->c_sources.count; i++) {
        if (!build_module(build, build->request->c_sources.items[i])) {
            return false;
        }
    }
    return true;
}
