/* Where time is likely to be spent.
 *
 * There RT_HOT is 1, and helpers put the common case of their caches in place: faster, but more
 * code, and three times the work for the C compiler. So it is done in loops, in generators, which
 * are entered many times, in functions that call themselves, and in functions so small that calls
 * are what they cost. What only exceptions lead to is never hot. */
#include "emit.h"

#include <string.h>

enum { SMALL = 25 };

/* Does the op do some of what the program says? */
static bool counts(const IrOp *op) {
    switch (op->opcode) {
    case IR_const:
    case IR_null:
    case IR_check:
    case IR_loc:
    case IR_poll:
    case IR_incref:
    case IR_decref:
    case IR_jump: return false;
    default: return true;
    }
}

static uint32_t size_of(const IrFunction *function) {
    uint32_t ops = 0;
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (const IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            ops += counts(op);
        }
    }
    return ops;
}

/* Does the function look up its own name, as recursion does? Of methods it may be another class's
 * with that name; special methods nearly always mean that of a base. */
static bool calls_itself(const IrFunction *function) {
    const FrontCode *code = function->code;
    if (strncmp(code->name, "__", 2) == 0) {
        return false;
    }
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (const IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            if ((op->opcode == IR_global_get || op->opcode == IR_method_get) &&
                strcmp(code->names[op->imm[0]], code->name) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* A jump back spans a loop: in the order of the blocks all between its ends belong to it. */
static void mark_loops(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    size_t *place = ARENA_ARRAY(&emitter->arena, size_t, (size_t)function->next_block + 1);
    for (size_t i = 0; i < function->blocks.count; i++) {
        place[function->blocks.items[i]->id] = i;
    }
    for (size_t i = 0; i < function->blocks.count; i++) {
        const IrOp *end = function->blocks.items[i]->last;
        for (uint32_t t = 0; t < end->target_count && end->opcode != IR_resume; t++) {
            size_t to = place[end->targets[t].block->id];
            for (size_t k = to; k <= i; k++) {
                emitter->hot[k] = true;
            }
        }
    }
}

void emit_find_hot(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    NativeInlining inlining = emitter->unit->inlining;
    bool step =
        (function->code->flags & (CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR)) != 0;
    bool all = inlining == INLINE_EVERYWHERE || step || size_of(function) <= SMALL ||
               calls_itself(function);
    emitter->hot = ARENA_ARRAY(&emitter->arena, bool, function->blocks.count);
    if (inlining == INLINE_NOWHERE) {
        return;
    }
    mark_loops(emitter);
    for (size_t i = 0; i < function->blocks.count; i++) {
        emitter->hot[i] = (emitter->hot[i] || all) && !function->blocks.items[i]->cold;
    }
}
