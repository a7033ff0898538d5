/* Generators, coroutines, async generators: the step function.
 *
 * A step begins with `resume`, which goes to where the frame stands: prev_instr is at
 * RETURN_GENERATOR before the first step, at a YIELD_VALUE, or at the unit before a SEND's target
 * when the delegate has returned while the generator waited. That is what the runtime finds
 * (go_on in rt_generator.c) and, for 3.11, throw() (_gen_throw in Objects/genobject.c). What the
 * operand stack held lies in the frame; the resume point's block takes it as parameters.
 *
 * From 3.12 on, END_SEND drops the delegate behind SEND; what throw() finds is an exception at the
 * YIELD_VALUE, which CLEANUP_THROW handles; and when the delegate has raised, the generator stands
 * at its SEND, which has another handler.
 *
 * From 3.13 on the frame stands at the instruction behind each of these, but for the SEND
 * (`standing` in lowering.c). */
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

/* The delegate ended while the generator was suspended. */
static void resume_after_delegate(Lowering *lowering) {
    uint32_t target = (uint32_t)lowering->instr->target;
    int32_t before = lowering->code->instrs[target].offset - 1;
    if (lowering->minor == 11) { /* it is not on the stack any more */
        lower_pop(lowering);
        lower_resume_here(lowering, before, target - 1);
        lower_jump_to(lowering, target);
        return;
    }
    lower_resume_here(lowering, before, lowering->index);
    lower_jump_to(lowering, target);
    lower_pop(lowering);
    lower_resume_here(lowering, lowering->instr[1].offset - 1, lowering->index);
    lower_jump_to(lowering, lowering->index);
}

/* The receiver stays while it yields. What it returns takes its place, from 3.12 on: lies above. */
void lower_send(Lowering *lowering) {
    uint32_t target = (uint32_t)lowering->instr->target;
    IrOp *value = lower_pop(lowering);
    IrOp *receiver = lower_peek(lowering, 1);
    IrOp *result = lower_emit2(lowering, IR_send, receiver, value);
    IrOp *returned = lower_emit1(lowering, IR_second, result);
    IrOp *end = lower_emit1(lowering, IR_branch, returned);
    if (lowering->minor == 11) {
        lower_pop(lowering);
        lower_push(lowering, result);
        lower_add_edge(lowering, end, target);
        lower_pop(lowering);
        lower_push(lowering, receiver);
        lower_push(lowering, result);
    } else {
        lower_push(lowering, result);
        lower_add_edge(lowering, end, target);
    }
    lower_add_edge(lowering, end, lowering->index + 1);
    lower_pop(lowering);
    resume_after_delegate(lowering);
}

/* The receiver has returned the value above it. */
void lower_end_send(Lowering *lowering) {
    IrOp *value = lower_pop(lowering);
    IrOp *receiver = lower_pop(lowering);
    lower_push(lowering, value);
    lower_drop(lowering, receiver);
}

/* An exception was thrown into the receiver and came out: StopIteration means that it returned.
 * END_SEND drops what lies below the value: nothing. */
void lower_cleanup_throw(Lowering *lowering) {
    IrOp *exception = lower_pop(lowering);
    IrOp *sent = lower_pop(lowering);
    IrOp *receiver = lower_pop(lowering);
    IrOp *stopped = lower_emit1(lowering, IR_exc_is_stop, exception);
    IrOp *end = lower_emit1(lowering, IR_branch, stopped);
    IrBlock *returned = ir_block_new(lowering->function, 0);
    IrBlock *raised = ir_block_new(lowering->function, 0);
    ir_add_target(lowering->function, end, returned, NULL, 0);
    ir_add_target(lowering->function, end, raised, NULL, 0);
    lowering->block = raised;
    uint32_t depth = lowering->depth;
    lower_push(lowering, receiver);
    lower_push(lowering, sent);
    lower_emit2(lowering, IR_reraise, exception, lower_emit0(lowering, IR_null));
    lowering->depth = depth;
    lowering->block = returned;
    IrOp *value = lower_emit1(lowering, IR_exc_stop_value, exception);
    lower_drop(lowering, receiver);
    lower_drop(lowering, sent);
    lower_drop(lowering, exception);
    lower_push(lowering, lower_emit1(lowering, IR_box_bool, lower_emit0(lowering, IR_true)));
    lower_push(lowering, value);
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

/* Behind END_SEND there is no awaitable any more. */
uint32_t lower_async_item(const Lowering *lowering, uint32_t send) {
    return (uint32_t)lowering->code->instrs[send].target + (lowering->minor > 11);
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
    lower_add_edge(lowering, end, lower_async_item(lowering, lowering->index));
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
