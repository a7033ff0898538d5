/* dce: operations that only yield a value which nobody uses.
 *
 * Removed are those without effects, and those that only read what cannot fail; a value that is
 * counted has a user at least in its decref. */
#include "opt.h"

#include <stdlib.h>

static void count_use(void *context, IrOp **use) {
    uint32_t *uses = context;
    uses[(*use)->id]++;
}

static void forget_use(void *context, IrOp **use) {
    uint32_t *uses = context;
    uses[(*use)->id]--;
}

static bool is_removable(const IrOp *op) {
    IrResult result = ir_result(op);
    return (result == IR_BORROWED || result == IR_BOOL) && !ir_may_raise(op) &&
           (ir_effects(op) & ~(unsigned)FX_R) == 0;
}

void opt_dce(IrFunction *function) {
    uint32_t *uses = xcalloc(function->next_value, sizeof(*uses));
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            ir_each_use(op, count_use, uses);
        }
    }
    /* Backwards, so that what an unused operation used is seen after it. */
    for (size_t i = function->blocks.count; i-- > 0;) {
        IrOp *previous;
        for (IrOp *op = function->blocks.items[i]->last; op != NULL; op = previous) {
            previous = op->previous;
            if (uses[op->id] == 0 && is_removable(op)) {
                ir_each_use(op, forget_use, uses);
                ir_remove(op);
            }
        }
    }
    free(uses);
}
