/* locs: the frame's instruction pointer.
 *
 * Whoever looks at the frame (a traceback, sys._getframe, a destructor, a handler that keeps the
 * offset of the raise) finds the instruction that runs. A `loc` stands before each operation that
 * may raise, run Python or allocate, unless the frame stands there on every path already; also
 * before `return`, because a frame object may outlive the call. At a resume point the frame stands
 * where it was suspended; a reraise moves it to the first raise. A decref cannot raise, so only its
 * line must be right, and that of a type without destructors shows nothing. */
#include "../ir/cfg.h"
#include "opt.h"

#include <stdlib.h>

enum { STANDS_NOWHERE_YET = -3, STANDS_ANYWHERE = -2 };

/* Destroying an object of this type runs no Python code. */
static const bool is_leaf[FACT_COUNT] = {
#define FACT(id, text, type, leaf) [FACT_##id] = leaf,
#include "../ir/types.def"
#undef FACT
};

static bool same_line(const FrontCode *code, int32_t left, int32_t right) {
    const FrontInstr *a = ir_instr_at(code, left), *b = ir_instr_at(code, right);
    return a != NULL && b != NULL && a->line == b->line;
}

/* Must the frame stand at the operation's instruction, and does it not if it stands at `place`? */
static bool needs_loc(const FrontCode *code, const IrOp *op, int32_t place) {
    if (op->offset < 0 || op->offset == place) {
        return false;
    }
    switch ((int)op->opcode) {
    case IR_check:
    case IR_exc_lasti: /* reads where the exception was raised */ return false;
    case IR_return: return true;
    case IR_decref: return !is_leaf[op->args[0]->fact] && !same_line(code, op->offset, place);
    default: return (ir_effects(op) & (FX_P | FX_E | FX_A | FX_Y)) != 0;
    }
}

/* Where the frame stands at the start of a target, if it can also come from `place`. */
static bool meet(int32_t *at, int32_t place) {
    int32_t joined = *at == STANDS_NOWHERE_YET || *at == place ? place : STANDS_ANYWHERE;
    bool changed = joined != *at;
    *at = joined;
    return changed;
}

static bool leave(const IrFunction *function, const IrOp *op, int32_t place, int32_t *starts) {
    bool changed = false;
    for (uint32_t i = 0; i < op->target_count; i++) {
        int32_t there = op->opcode == IR_resume    ? function->resumes.items[i].offset
                        : op->opcode == IR_reraise ? STANDS_ANYWHERE
                                                   : place;
        changed |= meet(&starts[op->targets[i].block->index], there);
    }
    return changed;
}

static bool trace_block(const IrFunction *function, const IrBlock *block, int32_t *starts) {
    int32_t place = starts[block->index];
    bool changed = false;
    for (const IrOp *op = block->first; op != NULL; op = op->next) {
        place = needs_loc(function->code, op, place) ? op->offset : place;
        changed |= leave(function, op, place, starts);
    }
    return changed;
}

static void insert_locs(IrFunction *function, const IrBlock *block, int32_t place) {
    for (IrOp *op = block->first; op != NULL; op = op->next) {
        if (needs_loc(function->code, op, place)) {
            IrOp *loc = ir_insert_before(function, op, IR_loc, NULL, 0);
            loc->imm[0] = place = op->offset;
        }
    }
}

void opt_locs(IrFunction *function) {
    IrCfg cfg = ir_cfg_new(function);
    int32_t *starts = xmalloc(sizeof(*starts) * (cfg.block_count + 1));
    for (uint32_t i = 0; i < cfg.block_count; i++) {
        starts[i] = STANDS_NOWHERE_YET;
    }
    starts[function->entry->index] = STANDS_ANYWHERE;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < cfg.reachable; i++) {
            changed |= trace_block(function, cfg.order[i], starts);
        }
    }
    for (uint32_t i = 0; i < cfg.reachable; i++) {
        insert_locs(function, cfg.order[i], starts[cfg.order[i]->index]);
    }
    free(starts);
    ir_cfg_free(&cfg);
}
