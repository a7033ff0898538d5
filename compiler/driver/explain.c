/* pyc2c explain: which functions of a program become native code, and why others do not.
 *
 * Finds modules as `pyc2c check` does and takes each function through all passes, but compiles
 * nothing. With SOURCE:FUNCTION only functions of that name are told about. */
#include "commands.h"

#include "native_options.h"

#include "../support/fs.h"

#include <stdio.h>
#include <string.h>

/* The function asked for: what follows the last colon of SOURCE, which is cut off. NULL: none. */
static const char *take_function(Session *session) {
    StrVec *operands = &session->line.operands;
    const char *source = operands->count == 1 ? operands->items[0] : NULL;
    const char *colon = source != NULL ? strrchr(source, ':') : NULL;
    if (colon == NULL || fs_exists(source) || colon[1] == '\0') {
        return NULL;
    }
    operands->items[0] = arena_strndup(&session->arena, source, (size_t)(colon - source));
    return colon + 1;
}

static bool is_asked_for(const FrontCode *code, const char *name) {
    if (name == NULL) {
        return true;
    }
    size_t length = strlen(code->qualname), wanted = strlen(name);
    return strcmp(code->name, name) == 0 || strcmp(code->qualname, name) == 0 ||
           (length > wanted && strcmp(code->qualname + length - wanted, name) == 0 &&
            code->qualname[length - wanted - 1] == '.');
}

/* ---- text ---- */

static size_t print_module(const NativeModule *module, const char *name, bool all) {
    size_t found = 0;
    if (module->reason != NULL && name == NULL) {
        printf("bytecode  all of %s: %s\n", module->module->name, module->reason);
    }
    for (uint32_t i = 0; i < module->code.count; i++) {
        const NativeFunction *function = &module->functions[i];
        if (function->code == NULL || !is_asked_for(function->code, name)) {
            continue;
        }
        found++;
        if (all || name != NULL || function->reason != NULL) {
            printf("%-9s %s.%s  (%s:%d)%s%s\n", function->reason != NULL ? "bytecode" : "native",
                   module->module->name, function->code->qualname,
                   module->module->vpath != NULL ? module->module->vpath : module->module->name,
                   function->code->firstlineno, function->reason != NULL ? ": " : "",
                   function->reason != NULL ? function->reason : "");
        }
    }
    return found;
}

static void print_text(Session *session, const NativeCode *native, const char *name) {
    const Request *request = &session->options.request;
    size_t found = 0;
    if (native->nothing != NULL) {
        printf("everything stays bytecode: %s\n", native->nothing);
        return;
    }
    for (size_t i = 0; i < native->modules.count; i++) {
        found += print_module(native->modules.items[i], name, request->verbose > 0);
    }
    if (name != NULL && found == 0) {
        diag_error(&session->diags, EXIT_USER, "`pyc2c explain -v SOURCE` lists all functions",
                   "no function '%s' is in the modules that were asked for", name);
    } else if (name == NULL) {
        printf("%zu of %zu functions are native%s\n", native->native, native->functions,
               request->verbose > 0 || native->native == 0 ? "" : "; -v lists these as well");
    }
}

/* ---- JSON ---- */

static void add_json_function(const NativeModule *module, const NativeFunction *function,
                              StrBuf *out) {
    strbuf_puts(out, "{\"module\": ");
    strbuf_json_string(out, module->module->name);
    strbuf_puts(out, ", \"function\": ");
    strbuf_json_string(out, function->code->qualname);
    strbuf_printf(out, ", \"line\": %d, \"native\": %s, \"reason\": ", function->code->firstlineno,
                  function->reason == NULL ? "true" : "false");
    strbuf_json_string(out, function->reason);
    strbuf_putc(out, '}');
}

static void print_json(const NativeCode *native, const char *name) {
    StrBuf out = {0};
    bool some = false;
    strbuf_puts(&out, "{\n  \"nothing\": ");
    strbuf_json_string(&out, native->nothing);
    strbuf_puts(&out, ",\n  \"functions\": [");
    for (size_t i = 0; i < native->modules.count; i++) {
        const NativeModule *module = native->modules.items[i];
        for (uint32_t k = 0; k < module->code.count; k++) {
            const NativeFunction *function = &module->functions[k];
            if (function->code != NULL && is_asked_for(function->code, name)) {
                strbuf_puts(&out, some ? ",\n    " : "\n    ");
                add_json_function(module, function, &out);
                some = true;
            }
        }
    }
    strbuf_puts(&out, "\n  ]\n}\n");
    fwrite(strbuf_text(&out), 1, out.length, stdout);
    strbuf_free(&out);
}

/* ---- the command ---- */

static bool find_modules(Session *session, Program *program) {
    program->arena = &session->arena;
    program->target = session->target;
    return entry_resolve(&session->arena, &session->options.request, &session->target,
                         &program->entry, &session->diags) &&
           program_check(program, &session->options.request, session->support_dir,
                         &session->cache_ops, &session->progress, &session->diags);
}

int command_explain(Session *session) {
    static Program program; /* large, and alive until the process ends */
    static NativeCode native;
    NativeControl control;
    const char *name = take_function(session);
    if (!session_configure(session) || !native_options(session, &control) ||
        !session_open_target(session) || !session_find_support(session)) {
        return session->diags.exit_code;
    }
    session_open_work(session, "explaining");
    if (!find_modules(session, &program)) {
        return session->diags.exit_code;
    }
    native_choose(&native, &program, &session->options.request, &session->diags);
    native_lower(&native, &control, &session->diags);
    progress_finish(&session->view);
    if (session->options.json) {
        print_json(&native, name);
    } else {
        print_text(session, &native, name);
    }
    if (session->options.time_passes) {
        native_options_print_times(&native, &control);
    }
    return 0;
}
