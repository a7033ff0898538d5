/* Liveness by following each value from its uses back to its definition.
 *
 * Only uses outside the block of the definition are looked at, and most values have none: the cost
 * is the number of operations plus the size of the result. */
#include "liveness.h"

#include <stdlib.h>

typedef struct Use {
    IrOp *value;
    IrBlock *block; /* that needs it at its start */
} Use;

typedef struct Walk {
    const IrCfg *cfg;
    Liveness *liveness;
    VEC(Use) uses;
    VEC(IrBlock *) blocks; /* still to be followed for the current value */
    uint32_t *done_for;    /* by block->index: id + 1 of the last value it was reached for */
    IrBlock *at;
} Walk;

static void note_use(void *context, IrOp **use) {
    Walk *walk = context;
    if ((*use)->block != walk->at) {
        Use found = {*use, walk->at};
        vec_push(&walk->uses, found);
    }
}

static void reach(Walk *walk, IrOp *value, IrBlock *block) {
    if (block == value->block || walk->done_for[block->index] == value->id + 1) {
        return;
    }
    walk->done_for[block->index] = value->id + 1;
    vec_push(&walk->liveness->live_in[block->index], value);
    vec_push(&walk->blocks, block);
}

static void follow(Walk *walk, const Use *use) {
    reach(walk, use->value, use->block);
    while (walk->blocks.count > 0) {
        IrBlock *block = walk->blocks.items[--walk->blocks.count];
        for (uint32_t i = walk->cfg->in [block->index]; i < walk->cfg->in[block->index + 1]; i++) {
            reach(walk, use->value, ir_flow_in(walk->cfg, i)->from);
        }
    }
}

/* By value: a block knows only the last value it was reached for. */
static int compare_uses(const void *left, const void *right) {
    const Use *a = left, *b = right;
    if (a->value->id != b->value->id) {
        return a->value->id < b->value->id ? -1 : 1;
    }
    return a->block->index < b->block->index ? -1 : a->block->index > b->block->index;
}

Liveness liveness_new(const IrFunction *function, const IrCfg *cfg) {
    Liveness liveness = {.block_count = cfg->block_count};
    liveness.live_in = xcalloc(cfg->block_count, sizeof(*liveness.live_in));
    Walk walk = {.cfg = cfg, .liveness = &liveness};
    walk.done_for = xcalloc(cfg->block_count, sizeof(*walk.done_for));
    for (uint32_t i = 0; i < cfg->block_count; i++) {
        walk.at = function->blocks.items[i];
        for (IrOp *op = walk.at->first; op != NULL; op = op->next) {
            ir_each_use(op, note_use, &walk);
        }
    }
    if (walk.uses.count > 0) {
        qsort(walk.uses.items, walk.uses.count, sizeof(Use), compare_uses);
    }
    for (size_t i = 0; i < walk.uses.count; i++) {
        follow(&walk, &walk.uses.items[i]);
    }
    vec_free(&walk.uses);
    vec_free(&walk.blocks);
    free(walk.done_for);
    return liveness;
}

void liveness_free(Liveness *liveness) {
    for (uint32_t i = 0; i < liveness->block_count; i++) {
        vec_free(&liveness->live_in[i]);
    }
    free(liveness->live_in);
    *liveness = (Liveness){0};
}
