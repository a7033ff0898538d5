/* From objects to a statically linked module of the program.
 *
 * Modules must not see each other's symbols: two of them may carry different versions of one
 * library. So the objects of a module are joined into one (ld -r), COMDAT groups are resolved there
 * (--force-group-allocation: localised groups would still be merged by name in the final link), all
 * symbols but the init function are made local, and the init function gets a name that no other
 * module has. */
#include "static_build.h"

#include "link_stub.h"

#include "../compiler/support/path.h"

#include <ctype.h>
#include <string.h>

static const char *last_part(const char *module_name) {
    const char *dot = strrchr(module_name, '.');
    return dot != NULL ? dot + 1 : module_name;
}

/* PyInit_<last part>; PEP 489 spells names that are not ASCII in punycode, which C sources do by
 * themselves, so such names never match here. */
static char *init_name(Arena *arena, const char *module_name) {
    return arena_printf(arena, "PyInit_%s", last_part(module_name));
}

/* One symbol per dotted name: '_' becomes "__" and '.' becomes "_D". */
static char *unique_init_name(Arena *arena, const char *module_name) {
    StrBuf name = {0};
    strbuf_puts(&name, "PyInit_");
    for (const char *at = module_name; *at != '\0'; at++) {
        if (*at == '_' || *at == '.') {
            strbuf_puts(&name, *at == '_' ? "__" : "_D");
        } else if (isalnum((unsigned char)*at)) {
            strbuf_putc(&name, *at);
        } else {
            strbuf_printf(&name, "_x%02x", (unsigned char)*at);
        }
    }
    char *result = arena_strdup(arena, name.data);
    strbuf_free(&name);
    return result;
}

static bool join(StaticBuild *build, const char *module_name, const char *joined,
                 const StrVec *objects, const StrVec *archives) {
    StrVec argv = {0};
    vec_push(&argv, "ld.bfd");
    vec_push(&argv, "-r");
    vec_push(&argv, "-d");
    vec_push(&argv, "--force-group-allocation");
    vec_push(&argv, "-o");
    vec_push(&argv, joined);
    for (size_t i = 0; i < objects->count; i++) {
        vec_push(&argv, objects->items[i]);
    }
    vec_push(&argv, "--start-group");
    for (size_t i = 0; archives != NULL && i < archives->count; i++) {
        vec_push(&argv, archives->items[i]);
    }
    vec_push(&argv, "--end-group");
    vec_push(&argv, NULL);
    bool ok = link_run(argv.items, NULL,
                       arena_printf(build->arena, "joining the objects of '%s'", module_name),
                       build->diags);
    vec_free(&argv);
    return ok;
}

static bool isolate(StaticBuild *build, const char *module_name, const char *joined,
                    const char *init, const char *unique) {
    const char *what = arena_printf(build->arena, "preparing '%s'", module_name);
    const char *const hide[] = {"objcopy", "--strip-debug",
                                arena_printf(build->arena, "--keep-global-symbol=%s", init), joined,
                                NULL};
    const char *const rename[] = {"objcopy", "--redefine-sym",
                                  arena_printf(build->arena, "%s=%s", init, unique), joined, NULL};
    return link_run(hide, NULL, what, build->diags) && link_run(rename, NULL, what, build->diags);
}

/* ---- the program's lists ---- */

static void forget_file(Program *program, const char *vpath) {
    size_t kept = 0;
    for (size_t i = 0; i < program->files.count; i++) {
        if (strcmp(program->files.items[i].vpath, vpath) != 0) {
            program->files.items[kept++] = program->files.items[i];
        }
    }
    program->files.count = kept;
}

/* `__file__` looks as if the shared object were there: packages compute paths from it. */
static const char *virtual_path(StaticBuild *build, const char *module_name) {
    const StrVec *suffixes = &build->program->target.extension_suffixes;
    char *path = arena_printf(build->arena, "%s%s", module_name,
                              suffixes->count > 0 ? suffixes->items[0] : ".so");
    for (size_t i = 0; i < strlen(module_name); i++) {
        path[i] = path[i] == '.' ? '/' : path[i];
    }
    return path;
}

void static_register_module(StaticBuild *build, const char *module_name, const char *object) {
    Program *program = build->program;
    Module *module = strmap_get(&program->modules, module_name);
    if (module == NULL) {
        module = ARENA_NEW(build->arena, Module);
        module->name = arena_strdup(build->arena, module_name);
        module->origin = ORIGIN_PROGRAM;
        module->vpath = virtual_path(build, module_name);
        strmap_set(&program->modules, module->name, module);
    } else if (module->kind == MODULE_EXTENSION) {
        forget_file(program, module->vpath);
    }
    module->kind = MODULE_STATIC;
    module->init_symbol = unique_init_name(build->arena, module_name);
    vec_push(build->objects, object);
}

const char *static_join_module(StaticBuild *build, const char *module_name, const StrVec *objects,
                               const StrVec *archives) {
    const char *joined =
        arena_printf(build->arena, "%s/%03u-module.o", build->directory, build->counter++);
    const char *init = init_name(build->arena, module_name);
    const char *unique = unique_init_name(build->arena, module_name);
    return join(build, module_name, joined, objects, archives) &&
                   isolate(build, module_name, joined, init, unique)
               ? joined
               : NULL;
}
