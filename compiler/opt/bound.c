/* bound: local variables that are set whenever they are read need no test.
 *
 * A slot is bound at a place when every path there has stored to it, or read it without an
 * exception, and has not deleted it since. Parameters are bound from the start. A handler is
 * reached from before each operation that may raise to it. A generator's resume point is reached
 * from its yield, not from where the step begins: between the two nobody unsets a variable. */
#include "own.h"

#include <stdlib.h>
#include <string.h>

typedef struct Bound {
    IrFunction *function;
    IrCfg cfg;
    uint32_t words;   /* of a set of slots */
    uint64_t *starts; /* by block index */
    uint64_t *now;
    const FrontInstr **sends; /* by resume point: the SEND whose delegate's end it continues, or
                                 NULL */
    bool changed;
} Bound;

static bool has(const uint64_t *set, int32_t slot) {
    return (set[slot / 64] >> (slot % 64)) & 1;
}

static void put(uint64_t *set, int32_t slot, bool bound) {
    uint64_t bit = (uint64_t)1 << (slot % 64);
    set[slot / 64] = bound ? set[slot / 64] | bit : set[slot / 64] & ~bit;
}

static uint64_t *start_of(const Bound *bound, const IrBlock *block) {
    return bound->starts + (size_t)block->index * bound->words;
}

/* The state as it is now also arrives at a block. */
static void arrive(Bound *bound, const IrBlock *block) {
    uint64_t *start = start_of(bound, block);
    for (uint32_t i = 0; i < bound->words; i++) {
        uint64_t met = start[i] & bound->now[i];
        bound->changed |= met != start[i];
        start[i] = met;
    }
}

/* ---- generators ---- */

/* Where the instruction stands that a jump leads to. */
static int32_t target_offset(const FrontCode *code, const FrontInstr *jump) {
    return code->instrs[jump->target].offset;
}

/* The SEND that ends at this offset, or that jumps to behind it; NULL: none. */
static const FrontInstr *send_of(const FrontCode *code, int32_t offset) {
    for (uint32_t i = 0; i < code->instr_count; i++) {
        const FrontInstr *instr = &code->instrs[i];
        if (instr->opcode == FRONT_SEND &&
            (instr[1].offset - 1 == offset || target_offset(code, instr) - 1 == offset)) {
            return instr;
        }
    }
    return NULL;
}

static bool begins_generator(const FrontCode *code, int32_t offset) {
    const FrontInstr *instr = ir_instr_at(code, offset);
    return instr != NULL && instr->opcode == FRONT_RETURN_GENERATOR;
}

/* Where the frame stands at first, the parameters are bound; other points belong to yields. */
static void arrive_at_resumes(Bound *bound, const IrOp *op) {
    const IrFunction *function = bound->function;
    for (size_t i = 0; i < function->resumes.count; i++) {
        const IrResume *resume = &function->resumes.items[i];
        bool here = op->opcode == IR_resume
                        ? function->code->instr_count == 0 ||
                              begins_generator(function->code, resume->origin)
                        : resume->origin == op->offset ||
                              (bound->sends[i] != NULL && bound->sends[i]->offset < op->offset &&
                               op->offset < target_offset(function->code, bound->sends[i]));
        if (here) {
            arrive(bound, resume->block);
        }
    }
}

/* ---- blocks ---- */

static void step(uint64_t *now, const IrOp *op) {
    switch ((int)op->opcode) {
    case IR_slot_binary:
    case IR_slot_get: put(now, op->imm[0], true); break;
    case IR_slot_set: put(now, op->imm[0], !op->args[0]->nullable); break;
    case IR_slot_take:
    case IR_slot_del: put(now, op->imm[0], false); break;
    default: break;
    }
}

/* Exceptions are from before the operation; a failed del found its variable unset already, and a
 * failed slot_binary may have dropped the value it meant to change in place. */
static void run_op(Bound *bound, const IrOp *op) {
    if (op->opcode == IR_slot_del || op->opcode == IR_slot_binary) {
        put(bound->now, op->imm[0], false);
    }
    const IrBlock *handler = ir_raise_target(bound->function, op);
    if (handler != NULL) {
        arrive(bound, handler);
    }
    step(bound->now, op);
    if (op->opcode == IR_yield || op->opcode == IR_resume) {
        arrive_at_resumes(bound, op);
        return;
    }
    for (uint32_t i = 0; i < op->target_count; i++) {
        arrive(bound, op->targets[i].block);
    }
}

static void enter(Bound *bound, const IrBlock *block) {
    memcpy(bound->now, start_of(bound, block), sizeof(*bound->now) * bound->words);
}

static void rewrite_block(Bound *bound, IrBlock *block) {
    enter(bound, block);
    for (IrOp *op = block->first; op != NULL; op = op->next) {
        bool is_bound = op->opcode == IR_slot_get && has(bound->now, op->imm[0]);
        step(bound->now, op);
        if (is_bound) {
            op->opcode = IR_slot_bound;
            op->region = IR_NO_REGION;
        }
    }
}

static void solve(Bound *bound) {
    do {
        bound->changed = false;
        for (uint32_t i = 0; i < bound->cfg.reachable; i++) {
            enter(bound, bound->cfg.order[i]);
            for (const IrOp *op = bound->cfg.order[i]->first; op != NULL; op = op->next) {
                run_op(bound, op);
            }
        }
    } while (bound->changed);
}

static Bound bound_new(IrFunction *function) {
    Bound bound = {.function = function, .cfg = ir_cfg_new(function)};
    const FrontCode *code = function->code;
    bound.words = code->local_count / 64 + 1;
    size_t size = sizeof(*bound.starts) * bound.words;
    bound.starts = xmalloc(size * (bound.cfg.block_count + 1));
    memset(bound.starts, 0xff, size * bound.cfg.block_count);
    bound.now = xcalloc(1, size);
    bound.sends = xcalloc(function->resumes.count, sizeof(*bound.sends));
    for (size_t i = 0; i < function->resumes.count; i++) {
        bound.sends[i] = send_of(code, function->resumes.items[i].origin);
    }
    uint64_t *start = start_of(&bound, function->entry);
    memset(start, 0, size);
    int params = code->argcount + code->kwonlyargcount + ((code->flags & CODE_VARARGS) != 0) +
                 ((code->flags & CODE_VARKEYWORDS) != 0);
    for (int32_t i = 0; i < params; i++) {
        put(start, i, true);
    }
    return bound;
}

void opt_bound(IrFunction *function) {
    opt_mark_nullable(function);
    Bound bound = bound_new(function);
    solve(&bound);
    for (uint32_t i = 0; i < bound.cfg.reachable; i++) {
        rewrite_block(&bound, bound.cfg.order[i]);
    }
    free(bound.starts);
    free(bound.now);
    free(bound.sends);
    ir_cfg_free(&bound.cfg);
    ir_order(function); /* handlers that nothing raises to any more */
}
