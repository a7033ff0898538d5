/* The passes over one function, in the order of passes.def. */
#ifndef PYC2C_OPT_OPT_H
#define PYC2C_OPT_OPT_H

#include "../ir/ir.h"

typedef enum OptPass {
#define PASS(id, stage, required, doc) OPT_##id,
#include "passes.def"
#undef PASS
    OPT_PASS_COUNT
} OptPass;

/* What --dump-ir, --stop-after, --disable-pass, --opt-limit and --time-passes ask for. */
typedef struct OptControl {
    bool disabled[OPT_PASS_COUNT];
    int stop_after; /* an OptPass, -1: run all */
    long limit;     /* functions that optional passes may change, -1: no limit (for bisection) */
    bool verify;    /* after every pass; a failure is an internal error */
    double seconds[OPT_PASS_COUNT];
    /* Called before (after = false) and after each pass; NULL: never. */
    void (*dump)(void *context, const IrFunction *function, const char *pass, bool after);
    void *context;
} OptControl;

/* NULL, or the message of the verifier with the pass that broke the law (arena of the function). */
const char *opt_run(IrFunction *function, OptControl *control);
/* An OptPass by its name, -1 if there is none. opt_pass_name: the other way. */
int opt_pass_by_name(const char *name);
const char *opt_pass_name(OptPass pass);
bool opt_pass_required(OptPass pass);

/* The target of a jump or branch that is a backward jump which polls, -1: none. */
int opt_backward_target(const IrFunction *function, const IrOp *end);

#define PASS(id, stage, required, doc) void opt_##id(IrFunction *function);
#include "passes.def"
#undef PASS

#endif
