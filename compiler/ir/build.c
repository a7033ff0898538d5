/* Making and changing functions of the IR.
 *
 * Everything but the vectors of a function lives in its arena and is never freed on its own. */
#include "ir.h"

#include <string.h>

const IrRow ir_rows[IR_OPCODE_COUNT] = {
#define VOID IR_VOID
#define OBJ IR_OBJ
#define BORROWED IR_BORROWED
#define BOOL IR_BOOL
#define LIST IR_LIST
#define END IR_END
#define OP(id, result, second, args, imms, effects, error, doc)                                    \
    {#id, result, IR_SECOND_##second, args, imms, effects, IR_##error, doc},
#include "ops.def"
#undef OP
#undef VOID
#undef OBJ
#undef BORROWED
#undef BOOL
#undef LIST
#undef END
};

IrFunction *ir_function_new(Arena *arena, const FrontCode *code) {
    IrFunction *function = ARENA_NEW(arena, IrFunction);
    function->arena = arena;
    function->code = code;
    return function;
}

void ir_function_free(IrFunction *function) {
    vec_free(&function->blocks);
    vec_free(&function->regions);
    vec_free(&function->resumes);
}

static IrOp *new_op(IrFunction *function, IrOpcode opcode, IrOp *const *args, uint32_t count) {
    IrOp *op = ARENA_NEW(function->arena, IrOp);
    op->opcode = opcode;
    op->id = function->next_value++;
    op->offset = -1;
    op->region = IR_NO_REGION;
    op->arg_count = count;
    if (count > 0) {
        op->args = ARENA_ARRAY(function->arena, IrOp *, count);
        memcpy(op->args, args, sizeof(*args) * count);
    }
    return op;
}

IrBlock *ir_block_new(IrFunction *function, uint32_t param_count) {
    IrBlock *block = ARENA_NEW(function->arena, IrBlock);
    block->id = function->next_block++;
    block->index = (uint32_t)function->blocks.count;
    block->handler = IR_NO_REGION;
    block->param_count = param_count;
    block->params = ARENA_ARRAY(function->arena, IrOp *, param_count);
    for (uint32_t i = 0; i < param_count; i++) {
        block->params[i] = new_op(function, IR_param, NULL, 0);
        block->params[i]->block = block;
    }
    vec_push(&function->blocks, block);
    return block;
}

/* Links `op` between two neighbours, one of which may be the end of the block. */
static void link_op(IrBlock *block, IrOp *previous, IrOp *op, IrOp *next) {
    op->block = block;
    op->previous = previous;
    op->next = next;
    *(previous != NULL ? &previous->next : &block->first) = op;
    *(next != NULL ? &next->previous : &block->last) = op;
}

IrOp *ir_append(IrFunction *function, IrBlock *block, IrOpcode opcode, IrOp *const *args,
                uint32_t count) {
    IrOp *op = new_op(function, opcode, args, count);
    link_op(block, block->last, op, NULL);
    return op;
}

/* An operation of the same instruction as `at`. */
static IrOp *new_op_of(IrFunction *function, const IrOp *at, IrOpcode opcode, IrOp *const *args,
                       uint32_t count) {
    IrOp *op = new_op(function, opcode, args, count);
    op->offset = at->offset;
    op->region = at->region;
    return op;
}

IrOp *ir_insert_before(IrFunction *function, IrOp *at, IrOpcode opcode, IrOp *const *args,
                       uint32_t count) {
    IrOp *op = new_op_of(function, at, opcode, args, count);
    link_op(at->block, at->previous, op, at);
    return op;
}

IrOp *ir_insert_after(IrFunction *function, IrOp *at, IrOpcode opcode, IrOp *const *args,
                      uint32_t count) {
    IrOp *op = new_op_of(function, at, opcode, args, count);
    link_op(at->block, at, op, at->next);
    return op;
}

void ir_add_target(IrFunction *function, IrOp *op, IrBlock *block, IrOp *const *args,
                   uint32_t count) {
    IrEdge *targets = ARENA_ARRAY(function->arena, IrEdge, op->target_count + 1);
    if (op->target_count > 0) {
        memcpy(targets, op->targets, sizeof(*targets) * op->target_count);
    }
    IrEdge *edge = &targets[op->target_count++];
    edge->block = block;
    if (count > 0) {
        edge->args = ARENA_ARRAY(function->arena, IrOp *, count);
        memcpy(edge->args, args, sizeof(*args) * count);
    }
    op->targets = targets;
}

void ir_set_stack(IrFunction *function, IrOp *op, IrOp *const *entries, uint32_t count) {
    op->stack = NULL;
    op->stack_count = count;
    if (count > 0) {
        op->stack = ARENA_ARRAY(function->arena, IrOp *, count);
        memcpy(op->stack, entries, sizeof(*entries) * count);
    }
}

void ir_remove(IrOp *op) {
    *(op->previous != NULL ? &op->previous->next : &op->block->first) = op->next;
    *(op->next != NULL ? &op->next->previous : &op->block->last) = op->previous;
    op->block = NULL;
    op->previous = op->next = NULL;
}

/* How many arguments an edge has: those of `resume` have none. */
static uint32_t edge_args(const IrEdge *edge) {
    return edge->args == NULL ? 0 : edge->block->param_count;
}

void ir_each_use(IrOp *op, void (*visit)(void *context, IrOp **use), void *context) {
    for (uint32_t i = 0; i < op->arg_count; i++) {
        visit(context, &op->args[i]);
    }
    for (uint32_t i = 0; i < op->stack_count; i++) {
        visit(context, &op->stack[i]);
    }
    for (uint32_t i = 0; i < op->target_count; i++) {
        for (uint32_t j = 0; j < edge_args(&op->targets[i]); j++) {
            visit(context, &op->targets[i].args[j]);
        }
    }
    for (uint32_t i = 0; i < op->release_count; i++) {
        visit(context, &op->release[i]);
    }
}

static void each_use(IrFunction *function, void (*visit)(void *context, IrOp **use),
                     void *context) {
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            ir_each_use(op, visit, context);
        }
    }
}

/* Follows a chain of replacements and shortens it for those who come later. */
static void forward_one(void *context, IrOp **use) {
    (void)context;
    IrOp *final = *use;
    while (final->scratch != NULL) {
        final = final->scratch;
    }
    for (IrOp *op = *use; op != final;) {
        IrOp *next = op->scratch;
        op->scratch = final;
        op = next;
    }
    *use = final;
}

void ir_forward(IrFunction *function) {
    each_use(function, forward_one, NULL);
}

char ir_arg_letter(const IrOp *op, uint32_t i) {
    const char *args = ir_rows[op->opcode].args;
    size_t length = strlen(args);
    bool variadic = length > 0 && (args[length - 1] == '*' || args[length - 1] == '+');
    if (!variadic) {
        return i < length ? args[i] : '\0';
    }
    if (i < length - 1) {
        return args[i];
    }
    return args[length - 1] == '+' ? 's' : 'o';
}

IrResult ir_result(const IrOp *op) {
    if (op->opcode == IR_param) {
        return IR_OBJ;
    }
    if (op->opcode == IR_second && ir_rows[op->args[0]->opcode].second == IR_SECOND_BOOL) {
        return IR_BOOL;
    }
    return ir_rows[op->opcode].result;
}

uint32_t ir_imm_count(IrOpcode opcode) {
    uint32_t count = 0;
    for (const char *letter = ir_rows[opcode].imms; *letter != '\0'; letter++) {
        count += strchr("knli", *letter) != NULL;
    }
    return count;
}

const FrontInstr *ir_instr_at(const FrontCode *code, int32_t offset) {
    uint32_t low = 0, high = code->instr_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (code->instrs[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < code->instr_count && code->instrs[low].offset == offset ? &code->instrs[low]
                                                                         : NULL;
}
