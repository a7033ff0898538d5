/* Which modules and which functions are meant to be native.
 *
 * Modules: --native names them; by default those of the program's own source tree. Functions: all
 * definitions, lambdas, comprehensions and generators; and bodies of modules and classes that have
 * a loop, or all of them by --native=all-bodies. Other bodies run once and stay bytecode; they do
 * not count. A function that may switch tracing on stays bytecode, and so do those around it: a
 * frame that runs natively already gives no line events, and these are the ones that somebody who
 * traces looks at.
 */
#include "native_parts.h"

#include "../compiler/lower/lower.h"

#include <string.h>

/* ---- modules ---- */

static bool is_below(const char *name, const char *package) {
    size_t length = strlen(package);
    return strncmp(name, package, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

static const char ALL_BODIES[] = "all-bodies"; /* a word beside those that name modules */

static bool is_word(const char *name) {
    return strcmp(name, "program") == 0 || strcmp(name, "all") == 0 || strcmp(name, "none") == 0 ||
           strcmp(name, ALL_BODIES) == 0;
}

static bool is_wanted(const Module *module, const Request *request) {
    bool named = false;
    for (size_t i = 0; i < request->native.count; i++) {
        const char *name = request->native.items[i];
        if (strcmp(name, "all") == 0 ||
            (strcmp(name, "program") == 0 && module->origin == ORIGIN_PROGRAM) ||
            (!is_word(name) && is_below(module->name, name))) {
            return true;
        }
        named = named || strcmp(name, ALL_BODIES) != 0;
    }
    return !named && module->origin == ORIGIN_PROGRAM;
}

static bool wants_all_bodies(const Request *request) {
    for (size_t i = 0; i < request->native.count; i++) {
        if (strcmp(request->native.items[i], ALL_BODIES) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_code(const Module *module) {
    return module->kind == MODULE_FROZEN ||
           (module->kind == MODULE_SOURCE && module->code != NULL && module->code_size > 0);
}

static void check_names(const Program *program, const Request *request, Diags *diags) {
    for (size_t i = 0; i < request->native.count; i++) {
        const char *name = request->native.items[i];
        bool found = is_word(name);
        for (size_t k = 0; k < program->sorted.count && !found; k++) {
            found = is_below(program->sorted.items[k]->name, name);
        }
        if (!found) {
            diag_warning(diags, "names of modules and packages are meant, as `import` has them",
                         "--native: the program has no module '%s'", name);
        }
    }
}

/* ---- functions ---- */

enum { BODY_INSTRUCTIONS = 3000 }; /* of a body; more: much work for what does not loop */

static bool has_loop(const FrontCode *code) {
    for (uint32_t i = 0; i < code->instr_count; i++) {
        if (code->instrs[i].target >= 0 && (uint32_t)code->instrs[i].target <= i) {
            return true;
        }
    }
    return false;
}

static void choose_functions(NativeCode *native, NativeModule *module, bool all_bodies) {
    Arena *arena = &native->arena;
    module->functions = ARENA_ARRAY(arena, NativeFunction, module->code.count);
    for (uint32_t i = 0; i < module->code.count; i++) {
        const FrontCode *code = module->code.codes[i];
        NativeFunction *function = &module->functions[i];
        bool body = (code->flags & CODE_OPTIMIZED) == 0;
        if (!body || all_bodies || has_loop(code)) {
            function->code = code;
        }
        if (body && !all_bodies && code->instr_count > BODY_INSTRUCTIONS) {
            function->reason = "it is long, and runs only once";
        }
    }
    for (uint32_t i = 0; i < module->code.count; i++) {
        const FrontCode *code = module->code.codes[i];
        const char *name = lower_tracing_name(code);
        const char *reason =
            name == NULL ? NULL
                         : arena_printf(arena, "it names %s, which may switch tracing on", name);
        for (; name != NULL && code != NULL; code = code->parent) {
            NativeFunction *function = &module->functions[code->ordinal];
            function->reason = function->reason != NULL ? function->reason : reason;
            reason =
                arena_printf(arena, "a function in it names %s, which may switch tracing on", name);
        }
    }
}

/* ---- all of it ---- */

/* Why this build has no native code at all; NULL when it may have some. */
const char *native_objection(const Request *request) {
    if (strstr(" " NATIVE_PYTHON_MINORS " ", " " PYC2C_PYTHON_MINOR " ") == NULL) {
        return "native code is for Python " NATIVE_PYTHON_MINORS " so far";
    }
    if (request->strategy == STRATEGY_EMBEDDED || request->strategy == STRATEGY_SYSTEM) {
        return "the program runs with the host's Python";
    }
    if (request->full_compat) {
        return "--full-compat keeps everything as bytecode";
    }
    if (request->debug) {
        return "--debug keeps everything as bytecode";
    }
    for (size_t i = 0; i < request->native.count; i++) {
        if (strcmp(request->native.items[i], "none") == 0) {
            return "--native=none";
        }
    }
    return NULL;
}

static void add_module(NativeCode *native, const Module *module, bool all_bodies, Diags *diags) {
    NativeModule *chosen = ARENA_NEW(&native->arena, NativeModule);
    FrontError error = {0};
    chosen->module = module;
    vec_push(&native->modules, chosen);
    if (module->kind == MODULE_FROZEN) {
        chosen->reason = "the interpreter has it built in (frozen)";
        return;
    }
    if (!front_decode(&native->arena, module->code, module->code_size, &chosen->code, &error)) {
        /* CPython reads no code that is nested as deeply as its compiler allows. */
        diag_warning(diags, NULL, "module %s stays bytecode: %s", module->name, error.message);
        return;
    }
    choose_functions(native, chosen, all_bodies);
}

void native_choose(NativeCode *native, const Program *program, const Request *request,
                   Diags *diags) {
    native->nothing = native_objection(request);
    if (native->nothing != NULL) {
        return;
    }
    check_names(program, request, diags);
    bool all_bodies = wants_all_bodies(request);
    bool main_seen = program->main_module == NULL;
    for (size_t i = 0; i < program->sorted.count; i++) {
        const Module *module = program->sorted.items[i];
        main_seen |= module == program->main_module;
        if (has_code(module) && is_wanted(module, request)) {
            add_module(native, module, all_bodies, diags);
        }
    }
    if (!main_seen && has_code(program->main_module) && is_wanted(program->main_module, request)) {
        add_module(native, program->main_module, all_bodies, diags);
    }
    native_count(native);
}

void native_count(NativeCode *native) {
    native->functions = native->native = 0;
    for (size_t i = 0; i < native->modules.count; i++) {
        const NativeModule *module = native->modules.items[i];
        for (uint32_t k = 0; k < module->code.count; k++) {
            native->functions += module->functions[k].code != NULL;
            native->native +=
                module->functions[k].code != NULL && module->functions[k].reason == NULL;
        }
    }
}
