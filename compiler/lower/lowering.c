/* The operand stack, operations, regions and places: what all instructions are lowered with. */
#include "lowering.h"

#include <string.h>

void lower_fail(Lowering *lowering, const char *reason) {
    if (lowering->reason == NULL) {
        lowering->reason = reason;
    }
}

/* Bytecode that CPython's compiler made never comes here. The value is there so that the caller
 * need not care; the function is thrown away. */
static IrOp *stack_fault(Lowering *lowering) {
    lower_fail(lowering, "its operand stack is not as the code object says");
    return ir_append(lowering->function, lowering->function->entry, IR_null, NULL, 0);
}

/* ---- the operand stack ---- */

void lower_push_kind(Lowering *lowering, IrOp *value, EntryKind kind) {
    if (lowering->depth >= (uint32_t)lowering->code->stacksize) {
        stack_fault(lowering);
        return;
    }
    lowering->stack[lowering->depth++] = (Entry){value, kind};
}

void lower_push(Lowering *lowering, IrOp *value) {
    lower_push_kind(lowering, value, ENTRY_VALUE);
}

Entry lower_pop_entry(Lowering *lowering) {
    if (lowering->depth == 0) {
        return (Entry){stack_fault(lowering), ENTRY_VALUE};
    }
    return lowering->stack[--lowering->depth];
}

IrOp *lower_pop(Lowering *lowering) {
    return lower_pop_entry(lowering).value;
}

IrOp **lower_pop_many(Lowering *lowering, uint32_t count) {
    IrOp **values = ARENA_ARRAY(lowering->function->arena, IrOp *, count);
    for (uint32_t i = count; i-- > 0;) {
        values[i] = lower_pop(lowering);
    }
    return values;
}

Entry *lower_entry(Lowering *lowering, uint32_t position) {
    if (position == 0 || position > lowering->depth) {
        Entry *entry = ARENA_NEW(lowering->function->arena, Entry);
        entry->value = stack_fault(lowering);
        return entry;
    }
    return &lowering->stack[lowering->depth - position];
}

IrOp *lower_peek(Lowering *lowering, uint32_t position) {
    return lower_entry(lowering, position)->value;
}

/* ---- operations ---- */

static void record_stack(Lowering *lowering, IrOp *op) {
    op->stack_count = lowering->depth;
    op->stack = ARENA_ARRAY(lowering->function->arena, IrOp *, lowering->depth);
    for (uint32_t i = 0; i < lowering->depth; i++) {
        op->stack[i] = lowering->stack[i].value;
    }
}

IrOp *lower_emit(Lowering *lowering, IrOpcode opcode, IrOp *const *args, uint32_t count) {
    IrOp *op = ir_append(lowering->function, lowering->block, opcode, args, count);
    op->offset = lowering->instr->offset;
    if (ir_may_raise(op)) {
        op->region = lower_region(lowering, lowering->index);
    }
    if (ir_effects(op) != 0 || ir_is_end(op)) {
        record_stack(lowering, op);
    }
    if (ir_imm_count(opcode) > 0) {
        op->imm[0] = lowering->instr->arg;
    }
    return op;
}

IrOp *lower_emit0(Lowering *lowering, IrOpcode opcode) {
    return lower_emit(lowering, opcode, NULL, 0);
}

IrOp *lower_emit1(Lowering *lowering, IrOpcode opcode, IrOp *a) {
    return lower_emit(lowering, opcode, &a, 1);
}

IrOp *lower_emit2(Lowering *lowering, IrOpcode opcode, IrOp *a, IrOp *b) {
    IrOp *args[] = {a, b};
    return lower_emit(lowering, opcode, args, 2);
}

IrOp *lower_emit3(Lowering *lowering, IrOpcode opcode, IrOp *a, IrOp *b, IrOp *c) {
    IrOp *args[] = {a, b, c};
    return lower_emit(lowering, opcode, args, 3);
}

void lower_drop(Lowering *lowering, IrOp *value) {
    if (ir_result(value) == IR_OBJ) {
        lower_emit1(lowering, IR_pop, value);
    }
}

void lower_push_bool(Lowering *lowering, IrOp *condition, bool negated) {
    if (negated) {
        condition = lower_emit1(lowering, IR_not, condition);
    }
    lower_push(lowering, lower_emit1(lowering, IR_box_bool, condition));
}

/* ---- places ---- */

/* Gives a place its block, by the stack of the first way that reaches it. */
static void reach(Lowering *lowering, Place *place) {
    uint32_t params = 0;
    place->depth = lowering->depth;
    place->stack = ARENA_ARRAY(lowering->function->arena, Entry, lowering->depth);
    for (uint32_t i = 0; i < lowering->depth; i++) {
        place->stack[i] = lowering->stack[i];
        params += lowering->stack[i].kind != ENTRY_NULL;
    }
    if (place->ways < 2) {
        place->block = ir_block_new(lowering->function, 0);
        return;
    }
    place->block = ir_block_new(lowering->function, params);
    IrOp **param = place->block->params;
    for (uint32_t i = 0; i < place->depth; i++) {
        place->stack[i].value = place->stack[i].kind != ENTRY_NULL ? *param++ : NULL;
    }
}

static bool same_shape(const Lowering *lowering, const Place *place) {
    bool same = place->depth == lowering->depth;
    for (uint32_t i = 0; same && i < place->depth; i++) {
        same = place->stack[i].kind == lowering->stack[i].kind;
    }
    return same;
}

void lower_add_edge(Lowering *lowering, IrOp *end, uint32_t index) {
    Place *place = &lowering->places[index];
    if (place->block == NULL) {
        reach(lowering, place);
    } else if (!same_shape(lowering, place)) {
        stack_fault(lowering);
        return;
    }
    uint32_t count = 0;
    IrOp **args = ARENA_ARRAY(lowering->function->arena, IrOp *, lowering->depth);
    for (uint32_t i = 0; i < lowering->depth && place->block->param_count > 0; i++) {
        if (lowering->stack[i].kind != ENTRY_NULL) {
            args[count++] = lowering->stack[i].value;
        }
    }
    ir_add_target(lowering->function, end, place->block, args, count);
}

void lower_jump_to(Lowering *lowering, uint32_t index) {
    lower_add_edge(lowering, lower_emit0(lowering, IR_jump), index);
    lowering->block = NULL;
}

void lower_start(Lowering *lowering, Place *place) {
    place->done = true;
    lowering->block = place->block;
    lowering->depth = place->depth;
    lowering->keywords = -1;
    for (uint32_t i = 0; i < place->depth; i++) {
        lowering->stack[i] = place->stack[i];
        if (place->stack[i].value == NULL) {
            lowering->stack[i].value =
                ir_append(lowering->function, place->block, IR_null, NULL, 0);
        }
    }
}

/* The entries of the stack become the parameters of a block that has one for each of them. */
static void take_params(Lowering *lowering, IrBlock *block) {
    for (uint32_t i = 0; i < lowering->depth; i++) {
        lowering->stack[i].value = block->params[i];
    }
}

/* What is known to be NULL needs no parameter any more. */
static void forget_nulls(Lowering *lowering, IrBlock *block) {
    for (uint32_t i = 0; i < lowering->depth; i++) {
        if (lowering->stack[i].kind == ENTRY_NULL) {
            lowering->stack[i].value = ir_append(lowering->function, block, IR_null, NULL, 0);
        }
    }
}

/* ---- regions ---- */

/* For what stems from no instruction. */
static void append_push(Lowering *lowering, IrBlock *block, IrOpcode opcode) {
    IrOp *op = ir_append(lowering->function, block, opcode, NULL, 0);
    record_stack(lowering, op);
    lower_push(lowering, op);
}

/* The handler's block: takes the exception and goes on with the handler's instructions. Runs in the
 * middle of another instruction, which must find everything as it was. */
static IrBlock *make_handler(Lowering *lowering, const FrontHandler *row, int32_t region) {
    IrFunction *function = lowering->function;
    Lowering inner = *lowering;
    inner.stack = ARENA_ARRAY(function->arena, Entry, (size_t)lowering->code->stacksize);
    memcpy(inner.stack, lowering->stack, sizeof(Entry) * (size_t)row->depth);
    inner.depth = (uint32_t)row->depth;
    inner.block = ir_block_new(function, inner.depth);
    inner.block->handler = region;
    take_params(&inner, inner.block);
    IrBlock *block = inner.block;
    if (row->lasti) {
        append_push(&inner, block, IR_exc_lasti);
    }
    append_push(&inner, block, IR_exc_catch);
    forget_nulls(&inner, block);
    IrOp *jump = ir_append(function, block, IR_jump, NULL, 0);
    record_stack(&inner, jump);
    lower_add_edge(&inner, jump, (uint32_t)row->target);
    lowering->reason = inner.reason;
    return block;
}

/* A region of an earlier row with the same handler, -1: none. */
static int32_t find_region(const Lowering *lowering, int32_t number) {
    const FrontHandler *rows = lowering->code->handlers;
    for (int32_t i = 0; i < (int32_t)lowering->code->handler_count; i++) {
        if (lowering->regions[i] >= 0 && rows[i].target == rows[number].target &&
            rows[i].depth == rows[number].depth && rows[i].lasti == rows[number].lasti) {
            return lowering->regions[i];
        }
    }
    return -1;
}

bool lower_handler_fits(const Lowering *lowering, uint32_t index) {
    int32_t number = lowering->rows[index];
    return number < 0 || (uint32_t)lowering->code->handlers[number].depth <= lowering->depth;
}

int32_t lower_region(Lowering *lowering, uint32_t index) {
    int32_t number = lowering->rows[index];
    if (number < 0) {
        return IR_NO_REGION;
    }
    const FrontHandler *row = &lowering->code->handlers[number];
    if (!lower_handler_fits(lowering, index)) {
        stack_fault(lowering);
        return IR_NO_REGION;
    }
    if (lowering->regions[number] < 0) {
        lowering->regions[number] = find_region(lowering, number);
    }
    if (lowering->regions[number] < 0) {
        int32_t region = (int32_t)lowering->function->regions.count;
        IrRegion made = {.depth = (uint32_t)row->depth, .lasti = row->lasti};
        vec_push(&lowering->function->regions, made);
        lowering->regions[number] = region;
        IrBlock *handler = make_handler(lowering, row, region);
        lowering->function->regions.items[region].handler = handler;
    }
    return lowering->regions[number];
}

/* ---- resume points ---- */

/* The interpreter keeps a method pair as (function, self), or as (NULL, callable) when there is no
 * self to pass. In the IR it is (callable, self or NULL), and so from 3.13 on everywhere. */
void lower_turn_pairs(Lowering *lowering, bool for_frame) {
    for (uint32_t i = 0; i + 1 < lowering->depth && lowering->minor < 13; i++) {
        Entry *lower = &lowering->stack[i], *upper = lower + 1;
        if (lower->kind != ENTRY_CALLABLE) {
            continue;
        }
        if (for_frame) {
            IrOp *turned = lower_emit2(lowering, IR_pair_turn, upper->value, lower->value);
            upper->value = turned;
            lower->value = lower_emit1(lowering, IR_second, turned);
        } else {
            IrOp *turned = lower_emit2(lowering, IR_pair_turn, lower->value, upper->value);
            lower->value = turned;
            upper->value = lower_emit1(lowering, IR_second, turned);
        }
    }
}

/* CLEANUP_THROW finds what was sent in below the exception. That is None; nobody looks at it. */
static void keep_sent(Lowering *lowering, uint32_t index) {
    int32_t row = lowering->rows[index];
    if (row >= 0 && (uint32_t)lowering->code->handlers[row].depth > lowering->depth) {
        lower_push(lowering,
                   ir_append(lowering->function, lowering->function->entry, IR_null, NULL, 0));
    }
}

/* Where the frame stands whose last instruction ends at `origin`: there, or, from 3.13 on, at the
 * next one; but at the beginning of its SEND. */
static int32_t standing(const Lowering *lowering, int32_t origin) {
    const FrontInstr *instr = lowering->instr;
    if (lowering->minor < 13) {
        return origin;
    }
    return instr->opcode == FRONT_SEND && origin == instr[1].offset - 1 ? instr->offset
                                                                        : origin + 1;
}

void lower_resume_here(Lowering *lowering, int32_t origin, uint32_t index) {
    IrFunction *function = lowering->function;
    int32_t offset = standing(lowering, origin);
    IrResume resume = {.offset = offset, .origin = origin, .depth = lowering->depth};
    resume.block = ir_block_new(function, lowering->depth);
    vec_push(&function->resumes, resume);
    lowering->block = resume.block;
    take_params(lowering, resume.block);
    IrOp *sent = ir_append(function, resume.block, IR_sent, NULL, 0);
    uint32_t depth = lowering->depth;
    sent->offset = offset;
    keep_sent(lowering, index);
    sent->region = lower_region(lowering, index);
    record_stack(lowering, sent);
    lowering->depth = depth;
    forget_nulls(lowering, resume.block);
    lower_turn_pairs(lowering, false);
    lower_push(lowering, sent);
}
