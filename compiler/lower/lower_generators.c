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

/* CPython's compiler makes GET_ANEXT, None, SEND, YIELD_VALUE, all in the region that END_ASYNC_FOR
 * handles. */
int32_t lower_async_end(const Lowering *lowering, uint32_t index) {
    const FrontCode *code = lowering->code;
    const FrontInstr *at = &code->instrs[index];
    int32_t row = lowering->rows[index];
    if (row < 0 || index + 3 >= code->instr_count || lowering->rows[index + 2] != row ||
        at[1].opcode != FRONT_LOAD_CONST || at[2].opcode != FRONT_SEND ||
        at[3].opcode != FRONT_YIELD_VALUE) {
        return -1;
    }
    int32_t end = code->handlers[row].target;
    return code->instrs[end].opcode == FRONT_END_ASYNC_FOR ? end : -1;
}

/* Most asynchronous generators have their next item ready. Then there is nothing to be awaited, and
 * at the end no exception to be caught. Otherwise the awaitable has yielded already: it waits at
 * the YIELD_VALUE behind the SEND, as if GET_ANEXT and SEND had been carried out. */
static void step_async_for(Lowering *lowering, uint32_t end_async_for) {
    uint32_t yield = lowering->index + 3;
    lowering->index += 2; /* the frame stands at the SEND */
    lowering->instr += 2;
    IrOp *item = lower_emit1(lowering, IR_async_step, lower_peek(lowering, 1));
    IrOp *awaitable = lower_emit1(lowering, IR_second, item);
    IrOp *end = lower_emit1(lowering, IR_branch, lower_emit1(lowering, IR_has_value, item));
    IrBlock *more = ir_block_new(lowering->function, 0);
    ir_add_target(lowering->function, end, more, NULL, 0);
    Entry iterator = lower_pop_entry(lowering);
    lower_add_edge(lowering, end, end_async_for + 1);
    lower_push_kind(lowering, iterator.value, iterator.kind);
    lowering->block = more;
    end = lower_emit1(lowering, IR_branch, lower_emit1(lowering, IR_has_value, awaitable));
    lower_push(lowering, awaitable);
    lower_push(lowering, item);
    lower_add_edge(lowering, end, yield);
    lower_pop(lowering);
    lower_pop(lowering);
    lower_push(lowering, item);
    lower_add_edge(lowering, end, (uint32_t)lowering->instr->target);
    lowering->block = NULL;
}

void lower_get_anext(Lowering *lowering) {
    int32_t end = lower_async_end(lowering, lowering->index);
    if (end >= 0) {
        step_async_for(lowering, (uint32_t)end);
    } else {
        lower_push(lowering, lower_emit1(lowering, IR_async_next, lower_peek(lowering, 1)));
    }
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
