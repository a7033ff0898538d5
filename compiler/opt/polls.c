/* polls: a loop notices signals, other threads and asynchronous exceptions.
 *
 * Lowering puts a poll where RESUME looks at the evaluation breaker; here each backward jump gets
 * one, as JUMP_BACKWARD and POP_JUMP_BACKWARD_IF_* have it (CHECK_EVAL_BREAKER in Python/ceval.c):
 * before an unconditional jump, and on the backward edge of a branch. The jump's region says where
 * an exception of the poll goes, its stack what lies there, its offset where the frame stands.
 * JUMP_BACKWARD_NO_INTERRUPT has none. */
#include "opt.h"

int opt_backward_target(const IrFunction *function, const IrOp *end) {
    bool jumps = end->opcode == IR_jump || end->opcode == IR_branch;
    const FrontInstr *instr =
        jumps && end->offset >= 0 ? ir_instr_at(function->code, end->offset) : NULL;
    switch (instr != NULL ? (int)instr->opcode : FRONT_UNKNOWN) {
    case FRONT_JUMP_BACKWARD: return end->opcode == IR_jump ? 0 : -1;
    case FRONT_POP_JUMP_BACKWARD_IF_TRUE:
    case FRONT_POP_JUMP_BACKWARD_IF_NONE: return end->opcode == IR_branch ? 0 : -1;
    case FRONT_POP_JUMP_BACKWARD_IF_FALSE:
    case FRONT_POP_JUMP_BACKWARD_IF_NOT_NONE: return end->opcode == IR_branch ? 1 : -1;
    default: return -1;
    }
}

/* A block between a branch and its target; the jump in it has what the branch had. */
static IrOp *split(IrFunction *function, IrOp *branch, uint32_t target) {
    IrEdge *edge = &branch->targets[target];
    IrBlock *between = ir_block_new(function, 0);
    IrOp *jump = ir_append(function, between, IR_jump, NULL, 0);
    jump->offset = branch->offset;
    jump->region = branch->region;
    ir_set_stack(function, jump, branch->stack, branch->stack_count);
    ir_add_target(function, jump, edge->block, edge->args, edge->block->param_count);
    branch->region = IR_NO_REGION;
    edge->block = between;
    edge->args = NULL;
    return jump;
}

void opt_polls(IrFunction *function) {
    size_t count = function->blocks.count;
    for (size_t i = 0; i < count; i++) {
        IrOp *end = function->blocks.items[i]->last;
        int target = opt_backward_target(function, end);
        if (target >= 0) {
            IrOp *jump = end->opcode == IR_jump ? end : split(function, end, (uint32_t)target);
            IrOp *poll = ir_insert_before(function, jump, IR_poll, NULL, 0);
            ir_set_stack(function, poll, jump->stack, jump->stack_count);
        }
    }
    ir_order(function);
}
