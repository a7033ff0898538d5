/* Raising, handlers, `with`. */
#include "lowering.h"

void lower_raise(Lowering *lowering) {
    int32_t count = lowering->instr->arg;
    IrOp *cause = count >= 2 ? lower_pop(lowering) : lower_emit0(lowering, IR_null);
    IrOp *exception = count >= 1 ? lower_pop(lowering) : lower_emit0(lowering, IR_null);
    lower_emit2(lowering, IR_raise, exception, cause);
    lowering->block = NULL;
}

/* With an argument, the offset of the first raise lies that far below the exception. */
void lower_reraise(Lowering *lowering) {
    IrOp *exception = lower_pop(lowering);
    uint32_t position = (uint32_t)lowering->instr->arg;
    IrOp *lasti = position > 0 ? lower_peek(lowering, position) : lower_emit0(lowering, IR_null);
    lower_emit2(lowering, IR_reraise, exception, lasti);
    lowering->block = NULL;
}

void lower_push_exc_info(Lowering *lowering) {
    IrOp *exception = lower_pop(lowering);
    lower_push(lowering, lower_emit1(lowering, IR_exc_push, exception));
    lower_push(lowering, exception);
}

/* The exception stays. */
void lower_check_exc_match(Lowering *lowering) {
    IrOp *type = lower_pop(lowering);
    IrOp *exception = lower_peek(lowering, 1);
    lower_push_bool(lowering, lower_emit2(lowering, IR_exc_match, exception, type), false);
}

/* The exception becomes what the handler does not take, with what it takes above. */
void lower_check_eg_match(Lowering *lowering) {
    IrOp *type = lower_pop(lowering);
    IrOp *rest = lower_emit2(lowering, IR_exc_match_star, lower_peek(lowering, 1), type);
    lower_pop(lowering);
    lower_push(lowering, rest);
    lower_push(lowering, lower_emit1(lowering, IR_second, rest));
}

static void enter(Lowering *lowering, IrOpcode opcode) {
    IrOp *manager = lower_pop(lowering);
    IrOp *entered = lower_emit1(lowering, opcode, manager);
    lower_push(lowering, lower_emit1(lowering, IR_second, entered));
    lower_push(lowering, entered);
}

void lower_before_with(Lowering *lowering) {
    enter(lowering, IR_with_enter);
}

void lower_before_async_with(Lowering *lowering) {
    enter(lowering, IR_async_with_enter);
}

/* From the top: the exception, the one handled before, the offset of the raise, __exit__. */
void lower_with_except_start(Lowering *lowering) {
    IrOp *exit = lower_peek(lowering, 4);
    lower_push(lowering, lower_emit2(lowering, IR_with_exit, exit, lower_peek(lowering, 1)));
}
