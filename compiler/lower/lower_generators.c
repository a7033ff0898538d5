/* Generators, coroutines, async generators: the step function.
 *
 * A step begins with `resume`, which goes to where the frame stands: prev_instr is at
 * RETURN_GENERATOR before the first step, at a YIELD_VALUE, or at the unit before a SEND's target
 * when throw() found that the delegate had returned (_gen_throw in Objects/genobject.c). What the
 * operand stack held lies in the frame; the resume point's block takes it as parameters. */
#include "lowering.h"

/* Where the first step begins: nothing on the stack but what is sent in. */
void lower_return_generator(Lowering *lowering) {
    lower_resume_here(lowering, lowering->instr->offset, lowering->index);
}

void lower_yield_value(Lowering *lowering) {
    IrOp *value = lower_pop(lowering);
    lower_turn_pairs(lowering, true);
    lower_emit1(lowering, IR_yield, value);
    lower_emit0(lowering, IR_unreachable);
    lower_resume_here(lowering, lowering->instr->offset, lowering->index);
}

/* The delegate returned while the generator was suspended: it is not on the stack any more. */
static void resume_after_delegate(Lowering *lowering) {
    uint32_t target = (uint32_t)lowering->instr->target;
    lower_pop(lowering);
    lower_resume_here(lowering, lowering->instr->offset + lowering->instr->arg, target - 1);
    lower_jump_to(lowering, target);
}

/* The receiver stays while it yields; what it returns takes its place. */
void lower_send(Lowering *lowering) {
    uint32_t target = (uint32_t)lowering->instr->target;
    IrOp *value = lower_pop(lowering);
    IrOp *receiver = lower_peek(lowering, 1);
    IrOp *result = lower_emit2(lowering, IR_send, receiver, value);
    IrOp *returned = lower_emit1(lowering, IR_second, result);
    IrOp *end = lower_emit1(lowering, IR_branch, returned);
    lower_pop(lowering);
    lower_push(lowering, result);
    lower_add_edge(lowering, end, target);
    lower_pop(lowering);
    lower_push(lowering, receiver);
    lower_push(lowering, result);
    lower_add_edge(lowering, end, lowering->index + 1);
    lower_pop(lowering);
    resume_after_delegate(lowering);
}

/* The end of the iteration is popped with the iterator; anything else is raised again. */
void lower_end_async_for(Lowering *lowering) {
    IrOp *exception = lower_pop(lowering);
    IrOp *ended = lower_emit1(lowering, IR_exc_end_async_for, exception);
    IrOp *end = lower_emit1(lowering, IR_branch, ended);
    IrBlock *other = ir_block_new(lowering->function, 0);
    Entry iterator = lower_pop_entry(lowering);
    lower_add_edge(lowering, end, lowering->index + 1);
    lower_push_kind(lowering, iterator.value, iterator.kind);
    ir_add_target(lowering->function, end, other, NULL, 0);
    lowering->block = other;
    lower_emit2(lowering, IR_reraise, exception, lower_emit0(lowering, IR_null));
    lowering->block = NULL;
}
