/* Jumps, loops, return. */
#include "lowering.h"

/* In CPython, what a backward jump notices (a signal, say) is raised after the jump: the handler is
 * that of the unit before the target; from 3.13 on before the jump. That unit may be of a block
 * that the jump does not come from, whose handler wants more on the stack than there is (the end of
 * a loop, placed behind an endless loop in a `with`): there CPython takes entries from below its
 * stack, and native code the jump's own handler. */
static void set_backward_region(Lowering *lowering, IrOp *end) {
    int32_t target = lowering->instr->target;
    if (target > 0 && (uint32_t)target <= lowering->index) {
        uint32_t before = (uint32_t)target - 1;
        bool after_jump = lowering->minor < 13 && lower_handler_fits(lowering, before);
        end->region = lower_region(lowering, after_jump ? before : lowering->index);
    }
}

/* Two ways on: to the target and to the next instruction, with the same stack. */
static void branch(Lowering *lowering, IrOp *condition, bool jump_if) {
    uint32_t target = (uint32_t)lowering->instr->target, next = lowering->index + 1;
    IrOp *end = lower_emit1(lowering, IR_branch, condition);
    set_backward_region(lowering, end);
    lower_add_edge(lowering, end, jump_if ? target : next);
    lower_add_edge(lowering, end, jump_if ? next : target);
    lowering->block = NULL;
}

void lower_jump(Lowering *lowering) {
    IrOp *end = lower_emit0(lowering, IR_jump);
    set_backward_region(lowering, end);
    lower_add_edge(lowering, end, (uint32_t)lowering->instr->target);
    lowering->block = NULL;
}

static void jump_if_truth(Lowering *lowering, bool jump_if) {
    IrOp *value = lower_pop(lowering);
    branch(lowering, lower_emit1(lowering, IR_truth, value), jump_if);
}

void lower_jump_if_true(Lowering *lowering) {
    jump_if_truth(lowering, true);
}

void lower_jump_if_false(Lowering *lowering) {
    jump_if_truth(lowering, false);
}

static void jump_if_none(Lowering *lowering, bool jump_if) {
    IrOp *value = lower_pop(lowering);
    branch(lowering, lower_emit1(lowering, IR_is_none, value), jump_if);
}

void lower_jump_if_none(Lowering *lowering) {
    jump_if_none(lowering, true);
}

void lower_jump_if_not_none(Lowering *lowering) {
    jump_if_none(lowering, false);
}

/* The value stays when it jumps, and is popped when it does not. */
void lower_jump_or_pop(Lowering *lowering) {
    bool jump_if = lowering->instr->opcode == FRONT_JUMP_IF_TRUE_OR_POP;
    IrOp *value = lower_pop(lowering);
    IrOp *truth = lower_emit1(lowering, IR_truth, value);
    IrOp *end = lower_emit1(lowering, IR_branch, truth);
    for (int taken = 1; taken >= 0; taken--) { /* the first target is that of a true condition */
        bool jumps = (taken == 1) == jump_if;
        if (jumps) {
            lower_push(lowering, value);
            lower_add_edge(lowering, end, (uint32_t)lowering->instr->target);
            lower_pop(lowering);
        } else {
            lower_add_edge(lowering, end, lowering->index + 1);
        }
    }
    lowering->block = NULL;
}

/* An exhausted iterator is popped. */
void lower_for_iter(Lowering *lowering) {
    IrOp *item = lower_emit1(lowering, IR_iter_next, lower_peek(lowering, 1));
    IrOp *end = lower_emit1(lowering, IR_branch, lower_emit1(lowering, IR_has_value, item));
    lower_push(lowering, item);
    lower_add_edge(lowering, end, lowering->index + 1);
    lower_pop(lowering);
    lower_pop(lowering);
    lower_add_edge(lowering, end, (uint32_t)lowering->instr->target);
    lowering->block = NULL;
}

/* At the start and after a plain yield it looks whether something waits to be done; in the loop of
 * `yield from` and `await` the innermost one does that. */
void lower_resume(Lowering *lowering) {
    enum { AFTER_YIELD_FROM = 2, PLACE_MASK = 3 };
    if ((lowering->instr->arg & PLACE_MASK) < AFTER_YIELD_FROM) {
        lower_emit0(lowering, IR_poll);
    }
}

void lower_return_const(Lowering *lowering) {
    IrOp *value = lower_emit0(lowering, IR_const);
    lower_emit1(lowering, IR_return, value);
    lowering->block = NULL;
}

void lower_return_value(Lowering *lowering) {
    IrOp *value = lower_pop(lowering);
    lower_emit1(lowering, IR_return, value);
    lowering->block = NULL;
}
