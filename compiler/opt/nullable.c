/* Which references may be NULL: `null` entries of the operand stack, what method_get leaves beside
 * a callable, what was taken out of an unset slot, and parameters that get such values.
 *
 * The result of iter_next (async_step) is NULL only where the branch on has_value says so, and
 * nothing refers to it there; without such a branch directly behind it counts as one that may be
 * NULL. */
#include "own.h"

static bool is_tested(const IrOp *op) {
    const IrOp *end = op->block->last;
    return end->opcode == IR_branch && end->args[0]->opcode == IR_has_value &&
           end->args[0]->args[0] == op;
}

static bool starts_nullable(const IrOp *op) {
    switch ((int)op->opcode) {
    case IR_null:
    case IR_slot_take: return true;
    case IR_iter_next:
    case IR_async_step: return !is_tested(op);
    case IR_second: return ir_rows[op->args[0]->opcode].second == IR_SECOND_OBJ_OR_NULL;
    default: return false;
    }
}

static void mark_start(const IrFunction *function) {
    for (size_t i = 0; i < function->blocks.count; i++) {
        IrBlock *block = function->blocks.items[i];
        for (uint32_t j = 0; j < block->param_count; j++) {
            block->params[j]->nullable = false;
        }
        for (IrOp *op = block->first; op != NULL; op = op->next) {
            op->nullable = starts_nullable(op);
        }
    }
    for (size_t i = 0; i < function->resumes.count; i++) {
        const IrBlock *block = function->resumes.items[i].block;
        for (uint32_t j = 0; j < block->param_count; j++) {
            block->params[j]->nullable = true; /* whatever the frame's stack holds */
        }
    }
}

/* Parameters of one edge; true when one became nullable. */
static bool mark_edge(const IrBlock *block, IrOp *const *args) {
    bool changed = false;
    for (uint32_t i = 0; args != NULL && i < block->param_count; i++) {
        if (args[i]->nullable && !block->params[i]->nullable) {
            changed = block->params[i]->nullable = true;
        }
    }
    return changed;
}

static bool mark_block(const IrFunction *function, const IrBlock *block) {
    bool changed = false;
    for (const IrOp *op = block->first; op != NULL; op = op->next) {
        for (uint32_t i = 0; i < op->target_count; i++) {
            changed |= mark_edge(op->targets[i].block, op->targets[i].args);
        }
        const IrBlock *handler = ir_raise_target(function, op);
        if (handler != NULL) {
            changed |= mark_edge(handler, op->stack);
        }
    }
    return changed;
}

void opt_mark_nullable(IrFunction *function) {
    mark_start(function);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < function->blocks.count; i++) {
            changed |= mark_block(function, function->blocks.items[i]);
        }
    }
}
