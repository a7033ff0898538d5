/* Options for working on pyc2c: what of the passes is shown, left out and measured. */
#include "native_options.h"

#include "../support/suggest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NO_PASS = -1 };
static const char LOWERED[] = "lower"; /* the IR before the first pass */

/* One value of --dump-ir. */
typedef struct Dump {
    bool all;
    int pass; /* OptPass */
    bool before;
    const char *function; /* name or qualified name; NULL: every function */
} Dump;

typedef struct Dumps {
    VEC(Dump) items;
} Dumps;

/* ---- names of passes ---- */

static bool wrong_pass(Session *session, const char *option, const char *name) {
    const char *names[OPT_PASS_COUNT + 1];
    size_t count = 0;
    for (int i = 0; i < OPT_PASS_COUNT; i++) {
        names[count++] = opt_pass_name((OptPass)i);
    }
    names[count++] = LOWERED;
    const char *near = suggest(name, names, count);
    StrBuf all = {0};
    for (size_t i = 0; i + 1 < count; i++) {
        strbuf_printf(&all, "%s%s", i > 0 ? ", " : "the passes are ", names[i]);
    }
    diag_error(&session->diags, EXIT_USAGE,
               near != NULL ? arena_printf(&session->arena, "did you mean '%s'?", near)
                            : arena_strdup(&session->arena, strbuf_text(&all)),
               "--%s: there is no pass '%s'", option, name);
    strbuf_free(&all);
    return false;
}

static bool find_pass(Session *session, const char *option, const char *name, int *out) {
    *out = opt_pass_by_name(name);
    return *out >= 0 || wrong_pass(session, option, name);
}

/* ---- dumps ---- */

static bool parse_dump(Session *session, const char *text, Dump *dump) {
    size_t length = strcspn(text, ",");
    const char *name = arena_strndup(&session->arena, text, length);
    const char *rest = text + length;
    if (*rest != '\0' && strncmp(rest, ",fn=", 4) != 0) {
        diag_error(&session->diags, EXIT_USAGE, "for example --dump-ir=own,fn=main",
                   "--dump-ir takes a pass and fn=NAME, not '%s'", text);
        return false;
    }
    *dump = (Dump){.pass = NO_PASS, .function = *rest != '\0' ? rest + 4 : NULL};
    if (strcmp(name, "all") == 0) {
        dump->all = true;
        return true;
    }
    if (strcmp(name, LOWERED) == 0) {
        dump->pass = 0;
        dump->before = true;
        return true;
    }
    if (strncmp(name, "before:", 7) == 0) {
        dump->before = true;
        name += 7;
    }
    return find_pass(session, "dump-ir", name, &dump->pass);
}

static bool is_meant(const Dump *dump, const IrFunction *function, int pass, bool after) {
    if (dump->function != NULL && strcmp(dump->function, function->code->name) != 0 &&
        strcmp(dump->function, function->code->qualname) != 0) {
        return false;
    }
    /* "all" is what lowering made, and then what each pass made of it. */
    return dump->all ? after || pass == 0 : dump->pass == pass && dump->before == !after;
}

static void print_dump(void *context, const IrFunction *function, const char *pass, bool after) {
    const Dumps *dumps = context;
    int number = opt_pass_by_name(pass);
    for (size_t i = 0; i < dumps->items.count; i++) {
        if (is_meant(&dumps->items.items[i], function, number, after)) {
            StrBuf text = {0};
            ir_print(function, &text);
            printf("; %s %s %s\n%s\n", function->code->qualname, after ? "after" : "before", pass,
                   strbuf_text(&text));
            strbuf_free(&text);
            return;
        }
    }
}

static bool set_dumps(Session *session, NativeControl *control) {
    const StrVec *values = &session->options.dump_ir;
    Dumps *dumps = ARENA_NEW(&session->arena, Dumps);
    for (size_t i = 0; i < values->count; i++) {
        Dump dump;
        if (!parse_dump(session, values->items[i], &dump)) {
            return false;
        }
        vec_push(&dumps->items, dump);
    }
    if (values->count > 0) {
        control->opt.dump = print_dump;
        control->opt.context = dumps;
    }
    return true;
}

/* ---- the others ---- */

static bool set_disabled(Session *session, NativeControl *control) {
    const StrVec *values = &session->options.disable_pass;
    for (size_t i = 0; i < values->count; i++) {
        int pass;
        if (!find_pass(session, "disable-pass", values->items[i], &pass)) {
            return false;
        }
        if (opt_pass_required((OptPass)pass)) {
            diag_error(&session->diags, EXIT_USAGE, "programs would be wrong without it",
                       "--disable-pass: the pass '%s' is required", values->items[i]);
            return false;
        }
        control->opt.disabled[pass] = true;
    }
    return true;
}

static bool set_inlining(Session *session, NativeControl *control) {
    static const char *const words[] = {[INLINE_NOWHERE] = "nowhere",
                                        [INLINE_WHERE_HOT] = "hot",
                                        [INLINE_EVERYWHERE] = "everywhere"};
    const char *text = session->options.inlining;
    const Request *request = &session->options.request;
    control->inlining = request->optimize_speed  ? INLINE_EVERYWHERE
                        : request->optimize_size ? INLINE_NOWHERE
                                                 : INLINE_WHERE_HOT;
    for (size_t i = 0; text != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(text, words[i]) == 0) {
            control->inlining = (NativeInlining)i;
            return true;
        }
    }
    if (text != NULL) {
        diag_error(&session->diags, EXIT_USAGE, NULL,
                   "--inline takes nowhere, hot or everywhere, not '%s'", text);
    }
    return text == NULL;
}

static bool set_limit(Session *session, NativeControl *control) {
    const char *text = session->options.opt_limit;
    char *end;
    if (text == NULL) {
        return true;
    }
    errno = 0;
    control->opt.limit = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || errno != 0 || control->opt.limit < 0) {
        diag_error(&session->diags, EXIT_USAGE, NULL,
                   "--opt-limit takes a number of functions, not '%s'", text);
        return false;
    }
    return true;
}

static bool set_stop(Session *session, NativeControl *control) {
    const char *name = session->options.stop_after;
    if (name == NULL) {
        return true;
    }
    control->look_only = true;
    return find_pass(session, "stop-after", name, &control->opt.stop_after);
}

bool native_options(Session *session, NativeControl *control) {
    const Options *options = &session->options;
    *control = (NativeControl){.opt = {.stop_after = NO_PASS, .limit = -1, .verify = true},
                               .emit_c = options->emit_c};
    control->fresh = native_options_show(options) || options->opt_limit != NULL;
    return set_dumps(session, control) && set_disabled(session, control) &&
           set_inlining(session, control) && set_limit(session, control) &&
           set_stop(session, control);
}

bool native_options_show(const Options *options) {
    return options->dump_ir.count > 0 || options->emit_c != NULL || options->stop_after != NULL ||
           options->time_passes;
}

void native_options_print_times(const NativeCode *native, const NativeControl *control) {
    printf("%-12s %10s\n", "pass", "seconds");
    for (int i = 0; i < OPT_PASS_COUNT; i++) {
        printf("%-12s %10.4f\n", opt_pass_name((OptPass)i), control->opt.seconds[i]);
    }
    printf("%-12s %10.4f  %zu lines of Python, from code objects to C\n", "all",
           native->lower_seconds, native->lines);
    printf("%-12s %10.4f  %zu lines in the C compiler\n", "cc", native->cc_seconds,
           native->compiled_lines);
}
