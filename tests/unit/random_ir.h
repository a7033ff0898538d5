/* Random functions, as lowering could have made them.
 *
 * Statements and expressions are drawn recursively; the operand stack is kept as lowering keeps it,
 * so stacks, regions, handlers' parameters and resume points fit. Blocks with several ways in have
 * a parameter for each stack entry. */
#ifndef PYC2C_TESTS_RANDOM_IR_H
#define PYC2C_TESTS_RANDOM_IR_H

#include "../../compiler/ir/ir.h"

#include <stdlib.h>
#include <string.h>

enum { RANDOM_SLOTS = 4, RANDOM_STACK = 64, RANDOM_INSTRS = 4000 };

typedef struct Random {
    uint64_t state;
    Arena *arena;
    FrontCode *code;
    FrontInstr *instrs;
    IrFunction *function;
    IrBlock *block; /* NULL: what follows cannot be reached */
    IrOp *stack[RANDOM_STACK];
    uint32_t depth;
    int32_t region;
    int nesting;
    bool generator;
    int budget; /* of statements and expressions */
} Random;

static inline uint64_t random_mix(uint64_t a, uint64_t b) {
    uint64_t x = a * 0x9E3779B97F4A7C15u ^ (b + 0x7F4A7C15u);
    x ^= x >> 29;
    x *= 0xBF58476D1CE4E5B9u;
    return x ^ (x >> 32);
}

static uint32_t draw(Random *random, uint32_t count) {
    random->state = random_mix(random->state, 1);
    return (uint32_t)(random->state >> 20) % count;
}

/* ---- operations ---- */

static int32_t next_instr(Random *random, FrontOpcode opcode) {
    int32_t offset = (int32_t)random->code->instr_count;
    if (offset >= RANDOM_INSTRS) {
        abort(); /* the budget does not allow it */
    }
    random->instrs[offset] =
        (FrontInstr){.opcode = opcode, .offset = offset, .target = -1, .line = offset / 3};
    random->code->instr_count++;
    return offset;
}

static IrOp *emit(Random *random, IrOpcode opcode, IrOp *const *args, uint32_t count) {
    IrOp *op = ir_append(random->function, random->block, opcode, args, count);
    op->offset = next_instr(random, FRONT_NOP);
    op->region = ir_may_raise(op) ? random->region : IR_NO_REGION;
    if (ir_effects(op) != 0 || ir_is_end(op)) {
        ir_set_stack(random->function, op, random->stack, random->depth);
    }
    return op;
}

static IrOp *emit_imm(Random *random, IrOpcode opcode, int32_t imm) {
    IrOp *op = emit(random, opcode, NULL, 0);
    op->imm[0] = imm;
    return op;
}

static void push(Random *random, IrOp *value) {
    random->stack[random->depth++] = value;
}

static IrOp *pop(Random *random) {
    return random->stack[--random->depth];
}

/* Takes operands from the stack, pushes the result. */
static void apply(Random *random, IrOpcode opcode, uint32_t count, int32_t imm) {
    random->depth -= count;
    IrOp *op = emit(random, opcode, random->stack + random->depth, count);
    op->imm[0] = imm;
    if (ir_result(op) == IR_BOOL) {
        op = emit(random, IR_box_bool, &op, 1);
    }
    if (ir_result(op) != IR_VOID) {
        push(random, op);
    }
}

static void jump(Random *random, IrBlock *block, FrontOpcode opcode) {
    IrOp *op = emit(random, IR_jump, NULL, 0);
    op->offset = next_instr(random, opcode);
    op->region = opcode == FRONT_JUMP_BACKWARD ? random->region : IR_NO_REGION;
    ir_add_target(random->function, op, block, random->stack, block->param_count);
    random->block = NULL;
}

/* A block for the stack as it is now, its entries being parameters; or one for a single way in. */
static IrBlock *new_block(Random *random, bool params) {
    return ir_block_new(random->function, params ? random->depth : 0);
}

static void start(Random *random, IrBlock *block) {
    random->block = block;
    for (uint32_t i = 0; i < block->param_count; i++) {
        random->stack[i] = block->params[i];
    }
}

static void expression(Random *random);
static void statements(Random *random);

/* Branches on the top of the stack; both blocks have no parameters. */
static void branch(Random *random, IrBlock *yes, IrBlock *no) {
    IrOp *value = pop(random);
    IrOp *truth = emit(random, draw(random, 6) == 0 ? IR_is_none : IR_truth, &value, 1);
    if (draw(random, 4) == 0) {
        truth = emit(random, IR_not, &truth, 1);
    }
    IrOp *op = emit(random, IR_branch, &truth, 1);
    ir_add_target(random->function, op, yes, NULL, 0);
    ir_add_target(random->function, op, no, NULL, 0);
    random->block = NULL;
}

/* ---- generators ---- */

static void resume_here(Random *random, int32_t offset) {
    /* Some stand behind the instruction, as they do from Python 3.13 on. */
    IrResume resume = {
        .offset = offset + (int32_t)draw(random, 2), .origin = offset, .depth = random->depth};
    resume.block = new_block(random, true);
    vec_push(&random->function->resumes, resume);
    start(random, resume.block);
    IrOp *sent = emit(random, IR_sent, NULL, 0);
    sent->offset = offset;
    push(random, sent);
}

static void yield(Random *random) {
    expression(random);
    IrOp *value = pop(random);
    IrOp *op = emit(random, IR_yield, &value, 1);
    random->instrs[op->offset].opcode = FRONT_YIELD_VALUE;
    emit(random, IR_unreachable, NULL, 0);
    resume_here(random, op->offset);
}

/* ---- expressions ---- */

/* a and b: the first value stays if it is false. */
static void either(Random *random) {
    expression(random);
    IrBlock *end = new_block(random, true);
    IrBlock *other = new_block(random, false), *keep = new_block(random, false);
    IrOp *value = random->stack[random->depth - 1];
    branch(random, other, keep);
    random->block = keep;
    push(random, value);
    jump(random, end, FRONT_JUMP_FORWARD);
    random->depth--;
    random->block = other;
    emit(random, IR_pop, &value, 1);
    expression(random);
    jump(random, end, FRONT_JUMP_FORWARD);
    start(random, end);
}

static void slice(Random *random) {
    expression(random);
    expression(random);
    expression(random);
    IrOp *stop = pop(random), *first = pop(random);
    IrOp *step = emit(random, IR_null, NULL, 0);
    IrOp *args[] = {first, stop, step};
    push(random, emit(random, IR_slice_new, args, 3));
    apply(random, IR_item_get, 2, 0);
}

static void method_call(Random *random) {
    expression(random);
    IrOp *owner = pop(random);
    IrOp *callable = emit(random, IR_method_get, &owner, 1);
    IrOp *self = emit(random, IR_second, &callable, 1);
    push(random, callable);
    push(random, self);
    expression(random);
    apply(random, IR_call_method, 3, 0);
}

static void unpacked(Random *random) {
    expression(random);
    IrOp *value = pop(random);
    IrOp *list = emit(random, IR_unpack, &value, 1);
    list->imm[0] = 3;
    bool some = draw(random, 2);
    for (int32_t i = some; i < 3; i++) {
        IrOp *item = emit(random, IR_item, &list, 1);
        item->imm[0] = i;
        push(random, item);
    }
    apply(random, IR_tuple_new, 3 - some, 0);
}

/* The same value twice, in use and on the stack. */
static void twice(Random *random) {
    expression(random);
    push(random, random->stack[random->depth - 1]);
    expression(random);
    apply(random, draw(random, 2) ? IR_list_new : IR_call, 3, 0);
}

static void simple_expression(Random *random) {
    uint32_t kind = draw(random, 5);
    if (kind < 3) {
        push(random, emit_imm(random, IR_slot_get, (int32_t)draw(random, RANDOM_SLOTS)));
    } else {
        push(random,
             emit_imm(random, kind == 3 ? IR_const : IR_global_get, (int32_t)draw(random, 4)));
    }
}

static void operator(Random *random) {
    static const IrOpcode opcodes[] = {IR_binary,   IR_compare,  IR_is,   IR_contains,
                                       IR_item_get, IR_list_new, IR_call, IR_tuple_new};
    expression(random);
    expression(random);
    apply(random, opcodes[draw(random, sizeof(opcodes) / sizeof(opcodes[0]))], 2,
          (int32_t)draw(random, 3));
}

static void expression(Random *random) {
    if (random->budget-- <= 0 || random->depth + 6 >= RANDOM_STACK || random->nesting > 6) {
        simple_expression(random);
        return;
    }
    random->nesting++;
    switch (draw(random, 12)) {
    case 0:
    case 1: simple_expression(random); break;
    case 2: either(random); break;
    case 3: slice(random); break;
    case 4: method_call(random); break;
    case 5: unpacked(random); break;
    case 6: twice(random); break;
    case 7: {
        expression(random);
        IrOp *value = random->stack[random->depth - 1];
        emit(random, IR_slot_set, &value, 1)->imm[0] = (int32_t)draw(random, RANDOM_SLOTS);
        break;
    }
    case 8:
        if (random->generator) {
            yield(random);
            break;
        }
        /* fall through */
    default: operator(random); break;
    }
    random->nesting--;
}

/* ---- statements ---- */

static void store(Random *random) {
    expression(random);
    IrOp *value = pop(random);
    emit(random, IR_slot_set, &value, 1)->imm[0] = (int32_t)draw(random, RANDOM_SLOTS);
}

static void drop(Random *random) {
    IrOp *value = pop(random);
    if (ir_result(value) == IR_OBJ) {
        emit(random, IR_pop, &value, 1);
    }
}

static void condition(Random *random) {
    expression(random);
    random->depth--;
    IrBlock *end = new_block(random, true);
    random->depth++;
    IrBlock *yes = new_block(random, false), *no = new_block(random, false);
    branch(random, yes, no);
    uint32_t depth = random->depth;
    IrOp *stack[RANDOM_STACK];
    memcpy(stack, random->stack, sizeof(stack));
    for (int i = 0; i < 2; i++) {
        random->block = i == 0 ? yes : no;
        random->depth = depth;
        memcpy(random->stack, stack, sizeof(stack));
        statements(random);
        if (random->block != NULL) {
            jump(random, end, FRONT_JUMP_FORWARD);
        }
    }
    random->depth = end->param_count;
    start(random, end);
}

static void loop(Random *random) {
    expression(random);
    apply(random, IR_iter, 1, 0);
    IrBlock *head = new_block(random, true);
    random->depth--;
    IrBlock *end = new_block(random, true);
    random->depth++;
    jump(random, head, FRONT_NOP);
    start(random, head);
    IrOp *next = emit(random, IR_iter_next, &random->stack[random->depth - 1], 1);
    IrOp *has = emit(random, IR_has_value, &next, 1);
    IrOp *op = emit(random, IR_branch, &has, 1);
    IrBlock *body = new_block(random, false), *done = new_block(random, false);
    ir_add_target(random->function, op, body, NULL, 0);
    ir_add_target(random->function, op, done, NULL, 0);
    random->block = body;
    emit(random, IR_slot_set, &next, 1)->imm[0] = (int32_t)draw(random, RANDOM_SLOTS);
    statements(random);
    if (random->block != NULL && draw(random, 4) == 0) {
        drop(random); /* break */
        jump(random, end, FRONT_JUMP_FORWARD);
    } else if (random->block != NULL) {
        jump(random, head, FRONT_JUMP_BACKWARD);
    }
    start(random, head);
    random->block = done;
    random->depth = end->param_count;
    jump(random, end, FRONT_NOP);
    start(random, end);
}

/* The handler's own operations: the exception before, then the exception. */
static void handler(Random *random, int32_t number, IrBlock *end) {
    IrRegion *region = &random->function->regions.items[number];
    bool lasti = region->lasti;
    random->depth = region->depth;
    start(random, region->handler);
    if (lasti) {
        push(random, emit(random, IR_exc_lasti, NULL, 0));
    }
    push(random, emit(random, IR_exc_catch, NULL, 0));
    IrOp *exception = pop(random);
    IrOp *before = emit(random, IR_exc_push, &exception, 1);
    push(random, before);
    push(random, exception);
    statements(random);
    if (random->block == NULL) {
        return;
    }
    exception = pop(random);
    before = pop(random);
    bool again = draw(random, 3) == 0;
    if (!again) {
        emit(random, IR_pop, &exception, 1);
    }
    emit(random, IR_exc_pop, &before, 1);
    if (again) {
        IrOp *offset = lasti ? pop(random) : emit(random, IR_null, NULL, 0);
        IrOp *args[] = {exception, offset};
        emit(random, IR_reraise, args, 2);
        random->block = NULL;
        return;
    }
    if (lasti) {
        drop(random);
    }
    jump(random, end, FRONT_JUMP_FORWARD);
}

static void try(Random *random) {
    IrFunction *function = random->function;
    int32_t outer = random->region, number = (int32_t)function->regions.count;
    IrRegion region = {.depth = random->depth, .lasti = draw(random, 2)};
    region.handler = new_block(random, true);
    region.handler->handler = number;
    vec_push(&function->regions, region);
    IrBlock *end = new_block(random, true);
    random->region = number;
    statements(random);
    random->region = outer;
    if (random->block != NULL) {
        jump(random, end, FRONT_JUMP_FORWARD);
    }
    handler(random, number, end);
    random->depth = end->param_count;
    start(random, end);
}

/* return and raise leave nothing on the stack of the interpreter. */
static void leave(Random *random) {
    expression(random);
    IrOp *value = pop(random);
    if (draw(random, 2)) {
        IrOp *args[] = {value, emit(random, IR_null, NULL, 0)};
        emit(random, IR_raise, args, 2)->imm[0] = 1;
    } else {
        uint32_t depth = random->depth;
        while (random->depth > 0) {
            drop(random);
        }
        emit(random, IR_return, &value, 1);
        random->depth = depth;
    }
    random->block = NULL;
}

static void statement(Random *random) {
    switch (draw(random, 10)) {
    case 0: condition(random); break;
    case 1: loop(random); break;
    case 2: try(random); break;
    case 3: emit_imm(random, IR_slot_del, (int32_t)draw(random, RANDOM_SLOTS)); break;
    case 4:
        if (draw(random, 4) == 0) {
            leave(random);
            break;
        }
        /* fall through */
    case 5:
        expression(random);
        drop(random);
        break;
    case 6: {
        expression(random);
        expression(random);
        IrOp *args[] = {random->stack[random->depth - 1], random->stack[random->depth - 2]};
        random->depth -= 2;
        emit(random, IR_attr_set, args, 2);
        break;
    }
    default: store(random); break;
    }
}

static void statements(Random *random) {
    uint32_t count = 1 + draw(random, 4);
    random->nesting++;
    for (uint32_t i = 0; i < count && random->block != NULL && random->nesting < 7; i++) {
        if (random->budget-- > 0) {
            statement(random);
        }
    }
    random->nesting--;
}

/* The function of a seed; the arena owns everything but its vectors. */
static IrFunction *random_function(Arena *arena, uint64_t seed) {
    Random random = {.state = random_mix(seed, 7), .arena = arena, .region = IR_NO_REGION};
    random.code = ARENA_NEW(arena, FrontCode);
    random.instrs = ARENA_ARRAY(arena, FrontInstr, RANDOM_INSTRS);
    random.code->instrs = random.instrs;
    random.code->argcount = 1 + (int)draw(&random, RANDOM_SLOTS);
    random.code->local_count = RANDOM_SLOTS;
    random.generator = draw(&random, 3) == 0;
    random.budget = 5 + (int)draw(&random, 60);
    random.function = ir_function_new(arena, random.code);
    random.function->entry = random.block = ir_block_new(random.function, 0);
    if (random.generator) {
        resume_here(&random, next_instr(&random, FRONT_RETURN_GENERATOR));
        drop(&random);
    }
    while (random.block != NULL && random.budget > 0) {
        statements(&random);
    }
    if (random.block != NULL) {
        IrOp *value = emit_imm(&random, IR_const, 0);
        emit(&random, IR_return, &value, 1);
    }
    if (random.generator) {
        IrOp *resume = ir_append(random.function, random.function->entry, IR_resume, NULL, 0);
        for (size_t i = 0; i < random.function->resumes.count; i++) {
            ir_add_target(random.function, resume, random.function->resumes.items[i].block, NULL,
                          0);
        }
    }
    ir_order(random.function);
    return random.function;
}

#endif
