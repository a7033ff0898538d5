/* errors: what an operation's exception does becomes an edge of its own.
 *
 * Before: operations raise implicitly; `region` says which handler, `stack` what it gets.
 * After:  each operation that may fail is followed by a `check` of it, whose target is the handler
 *         with the stack entries that the region keeps as arguments, or which has none: the
 *         exception leaves the function. raise and reraise have that target themselves. A check
 *         has the stack of its operation: `own` drops on the edge what the handler does not get.
 *
 * At the start of a handler or a resume point the stack are the block's parameters; where lowering
 * left that out it is filled in, because these must be dropped when the first operation fails. */
#include "opt.h"

/* The operations before the parameters of a handler or resume point may go away. */
static bool is_prologue(const IrOp *op) {
    return op->opcode == IR_exc_lasti || op->opcode == IR_exc_catch || op->opcode == IR_sent;
}

static void complete_stacks(IrFunction *function, IrBlock *block) {
    for (IrOp *op = block->first; op != NULL && is_prologue(op); op = op->next) {
        if (op->stack_count < block->param_count) {
            ir_set_stack(function, op, block->params, block->param_count);
        }
    }
}

static void add_raise_edge(IrFunction *function, IrOp *op, int32_t region, IrOp *const *stack) {
    if (region != IR_NO_REGION) {
        const IrRegion *target = &function->regions.items[region];
        ir_add_target(function, op, target->handler, stack, target->depth);
    }
}

static void add_check(IrFunction *function, IrOp *op) {
    IrOp *check = ir_insert_after(function, op, IR_check, &op, 1);
    check->stack = op->stack;
    check->stack_count = op->stack_count;
    add_raise_edge(function, check, op->region, op->stack);
}

void opt_errors(IrFunction *function) {
    for (size_t i = 0; i < function->blocks.count; i++) {
        IrBlock *block = function->blocks.items[i];
        complete_stacks(function, block);
        for (IrOp *op = block->first; op != NULL; op = op->next) {
            if (!ir_may_raise(op) || op->opcode == IR_check) {
                continue;
            }
            if (ir_is_end(op)) {
                add_raise_edge(function, op, op->region, op->stack);
            } else {
                add_check(function, op);
                op = op->next;
            }
        }
    }
    function->stage = IR_STAGE_ERRORS;
}
