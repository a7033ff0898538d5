/* Runs the passes, with what --dump-ir, --stop-after, --disable-pass, --opt-limit and --time-passes
 * ask for. */
#include "opt.h"

#include <string.h>
#include <time.h>

typedef struct Pass {
    const char *name;
    void (*run)(IrFunction *function);
    IrStage stage;
    bool required;
} Pass;

static const Pass passes[OPT_PASS_COUNT] = {
#define PASS(id, stage, required, doc) {#id, opt_##id, stage, required},
#include "passes.def"
#undef PASS
};

int opt_pass_by_name(const char *name) {
    for (int i = 0; i < OPT_PASS_COUNT; i++) {
        if (strcmp(passes[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

const char *opt_pass_name(OptPass pass) {
    return passes[pass].name;
}

bool opt_pass_required(OptPass pass) {
    return passes[pass].required;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static const char *run_pass(IrFunction *function, OptControl *control, int number) {
    const Pass *pass = &passes[number];
    if (control->dump != NULL) {
        control->dump(control->context, function, pass->name, false);
    }
    double start = now();
    pass->run(function);
    control->seconds[number] += now() - start;
    if (control->dump != NULL) {
        control->dump(control->context, function, pass->name, true);
    }
    const char *message = control->verify ? ir_verify(function, pass->stage) : NULL;
    return message == NULL
               ? NULL
               : arena_printf(function->arena, "after the pass '%s': %s", pass->name, message);
}

const char *opt_run(IrFunction *function, OptControl *control) {
    bool optional = control->limit != 0;
    if (control->limit > 0) {
        control->limit--;
    }
    for (int i = 0; i < OPT_PASS_COUNT; i++) {
        if (passes[i].required || (optional && !control->disabled[i])) {
            const char *message = run_pass(function, control, i);
            if (message != NULL) {
                return message;
            }
        }
        if (control->stop_after == i) {
            break;
        }
    }
    return NULL;
}
