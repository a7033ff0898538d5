/* CFFI out-of-line API modules: "build_script.py:ffibuilder", as in setuptools' cffi_modules.
 *
 * The build script runs in a child of the target's Python, the way cffi's own setuptools part runs
 * it; cffi writes the module's C text there and says what it has to be compiled and linked with. */
#include "static_build.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"
#include "../compiler/support/proc.h"

#include <errno.h>
#include <string.h>

static const char emit_program[] =
    "import json, os, sys\n"
    "script, variable, directory = sys.argv[1:4]\n"
    "sys.path.insert(0, os.getcwd())\n"
    "from cffi import FFI\n"
    "names = {'__name__': '__cffi__', '__file__': script}\n"
    "with open(script, 'rb') as file:\n"
    "    exec(compile(file.read(), script, 'exec'), names)\n"
    "if variable not in names:\n"
    "    sys.exit(f'{script!r} does not define {variable!r}')\n"
    "ffi = names[variable]\n"
    "if not isinstance(ffi, FFI):\n"
    "    ffi = ffi()\n"
    "assigned = getattr(ffi, '_assigned_source', None)\n"
    "if not assigned or assigned[1] is None:\n"
    "    sys.exit('set_source() was not called with C source; ABI mode modules need no linking')\n"
    "name, source, extension, options = assigned\n"
    "path = os.path.join(directory, 'module' + extension)\n"
    "ffi.emit_c_code(path)\n"
    "facts = {key: [str(item) for item in options.get(key) or ()] for key in (\n"
    "    'sources', 'include_dirs', 'libraries', 'library_dirs', 'extra_compile_args',\n"
    "    'extra_link_args', 'extra_objects')}\n"
    "facts['define_macros'] = [name if value is None else f'{name}={value}'\n"
    "                          for name, value in options.get('define_macros') or ()]\n"
    "facts['name'] = name\n"
    "facts['file'] = os.path.basename(path)\n"
    "with open(os.path.join(directory, 'facts.json'), 'w', encoding='utf-8') as file:\n"
    "    json.dump(facts, file)\n";

typedef struct CffiModule {
    const char *spec;
    const char *root; /* where the build script's relative paths start */
    const char *script;
    const char *variable;
    const char *directory; /* private */
    Value facts;
} CffiModule;

static bool run_script(StaticBuild *build, CffiModule *module) {
    const char *const argv[] = {build->program->target.executable,
                                "-c",
                                emit_program,
                                module->script,
                                module->variable,
                                module->directory,
                                NULL};
    ProcSpec spec = {.argv = argv, .directory = module->root, .timeout = 300};
    ProcResult result;
    bool ok = proc_run(&spec, &result);
    if (!ok) {
        bool no_cffi = strstr(strbuf_text(&result.err), "No module named 'cffi'") != NULL;
        const char *hint = no_cffi ? "install cffi in the environment that is built from"
                                   : "run the build script by itself to see what is wrong";
        diag_error(build->diags, EXIT_USER, hint, "the CFFI build script '%s' failed\n%s",
                   module->spec, strbuf_text(&result.err));
    }
    proc_result_free(&result);
    return ok;
}

static bool read_facts(StaticBuild *build, CffiModule *module) {
    const char *path = path_join(build->arena, module->directory, "facts.json");
    StrBuf text = {0};
    FrontError error = {0};
    bool ok = fs_read(path, &text) &&
              front_parse_json(build->arena, strbuf_text(&text), &module->facts, &error) &&
              value_string(value_get(&module->facts, "name")) != NULL &&
              value_string(value_get(&module->facts, "file")) != NULL;
    if (!ok) {
        diag_error(build->diags, EXIT_USER, NULL, "the CFFI build script '%s' left no result",
                   module->spec);
    }
    strbuf_free(&text);
    return ok;
}

/* Adds `prefix` + item for every item of a list; relative paths are completed when `is_path`. */
static void add_flags(StaticBuild *build, const CffiModule *module, const char *key,
                      const char *prefix, bool is_path, StrVec *flags) {
    const Value *list = value_get(&module->facts, key);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const char *item = value_string(&list->items[i]);
        if (is_path) {
            item = path_join(build->arena, module->root, item);
        }
        vec_push(flags, arena_printf(build->arena, "%s%s", prefix, item));
    }
}

static bool compile_into(StaticBuild *build, const char *source, const char *root,
                         const StrVec *flags, StrVec *objects) {
    CompileJob job = {.source = source, .root = root, .flags = flags};
    const char *object = static_compile(build, &job);
    vec_push(objects, object);
    return object != NULL;
}

static bool compile_all(StaticBuild *build, const CffiModule *module) {
    StrVec flags = {0};
    StrVec objects = {0};
    add_flags(build, module, "include_dirs", "-I", true, &flags);
    vec_push(&flags, arena_printf(build->arena, "-I%s", module->root));
    add_flags(build, module, "define_macros", "-D", false, &flags);
    add_flags(build, module, "extra_compile_args", "", false, &flags);
    const char *file = value_string(value_get(&module->facts, "file"));
    bool cxx = static_is_cxx(file);
    bool ok = compile_into(build, file, module->directory, &flags, &objects);
    const Value *sources = value_get(&module->facts, "sources");
    for (size_t i = 0; ok && sources != NULL && i < sources->count; i++) {
        const char *source = value_string(&sources->items[i]);
        cxx |= static_is_cxx(source);
        ok = compile_into(build, source, module->root, &flags, &objects);
    }
    add_flags(build, module, "extra_objects", "", true, &objects);
    const char *name = value_string(value_get(&module->facts, "name"));
    const char *joined = ok ? static_join_module(build, name, &objects, NULL) : NULL;
    if (joined != NULL) {
        static_register_module(build, name, joined);
        if (cxx) {
            static_add_library(build, "-lstdc++");
        }
    }
    vec_free(&flags);
    vec_free(&objects);
    return joined != NULL;
}

static bool build_module(StaticBuild *build, const char *spec) {
    Arena *arena = build->arena;
    const char *colon = strrchr(spec, ':');
    if (colon == NULL || colon == spec || colon[1] == '\0') {
        diag_error(build->diags, EXIT_USAGE, "write path/build_script.py:ffibuilder",
                   "'%s' does not name a CFFI build script and its FFI object", spec);
        return false;
    }
    CffiModule module = {.spec = spec, .variable = colon + 1};
    const char *script = arena_strndup(arena, spec, (size_t)(colon - spec));
    const char *project = build->request->project_root;
    script = path_absolute(arena, project != NULL ? path_join(arena, project, script) : script);
    module.script = script;
    module.root = project != NULL ? path_absolute(arena, project) : path_dir(arena, script);
    module.directory = arena_printf(arena, "%s/cffi%03u", build->directory, build->counter++);
    if (!fs_is_file(script)) {
        diag_error(build->diags, EXIT_USER, "paths are relative to the configuration file",
                   "the CFFI build script '%s' does not exist", script);
        return false;
    }
    if (!fs_make_dirs(module.directory)) {
        diag_error(build->diags, EXIT_TOOLCHAIN, "check $TMPDIR", "cannot create '%s': %s",
                   module.directory, strerror(errno));
        return false;
    }
    if (!run_script(build, &module) || !read_facts(build, &module) ||
        !compile_all(build, &module)) {
        return false;
    }
    StrVec libraries = {0};
    add_flags(build, &module, "library_dirs", "-L", true, &libraries);
    add_flags(build, &module, "extra_link_args", "", false, &libraries);
    add_flags(build, &module, "libraries", "-l", false, &libraries);
    for (size_t i = 0; i < libraries.count; i++) {
        static_add_library(build, libraries.items[i]);
    }
    vec_free(&libraries);
    return true;
}

bool static_cffi_build(StaticBuild *build) {
    for (size_t i = 0; i < build->request->cffi_modules.count; i++) {
        if (!build_module(build, build->request->cffi_modules.items[i])) {
            return false;
        }
    }
    return true;
}
