/* References that change hands on one edge only.
 *
 * The operations go to the start of the edge's target when no other edge leads there, otherwise
 * into a new block between the two. A handler's edge always gets a block: its arguments must have
 * their references before they become parameters. */
#include "own.h"

#include <string.h>

void own_edge(Own *own, IrOp *op, uint32_t target, IrOpList *take, IrOpList *drop) {
    OwnEdge edge = {op, target, *take, *drop};
    *take = (IrOpList){0};
    *drop = (IrOpList){0};
    vec_push(&own->edges, edge);
}

static bool is_only_edge(const Own *own, const IrBlock *block) {
    return own->cfg.in[block->index + 1] - own->cfg.in[block->index] == 1 &&
           block != own->function->entry;
}

/* The block between; the edge's arguments move to its jump. */
static IrOp *split(Own *own, IrOp *op, IrEdge *edge) {
    IrBlock *between = ir_block_new(own->function, 0);
    IrOp *jump = ir_append(own->function, between, IR_jump, NULL, 0);
    jump->offset = op->offset;
    jump->region = op->region;
    ir_add_target(own->function, jump, edge->block, edge->args,
                  edge->args == NULL ? 0 : edge->block->param_count);
    edge->block = between;
    edge->args = NULL;
    return jump;
}

static void insert(IrFunction *function, IrOp *before, IrOp *from, IrOpcode opcode,
                   const IrOpList *values) {
    for (size_t i = 0; i < values->count; i++) {
        IrOp *op = ir_insert_before(function, before, opcode, &values->items[i], 1);
        op->offset = from->offset;
        op->region = from->region;
    }
}

static void apply(Own *own, OwnEdge *work) {
    IrEdge *edge = &work->op->targets[work->target];
    bool at_target = work->take.count == 0 && work->op->opcode == IR_branch &&
                     edge->block->index < own->cfg.block_count && is_only_edge(own, edge->block);
    IrOp *before = at_target ? edge->block->first : split(own, work->op, edge);
    insert(own->function, before, work->op, IR_incref, &work->take);
    insert(own->function, before, work->op, IR_decref, &work->drop);
}

void own_apply_edges(Own *own) {
    for (size_t i = 0; i < own->edges.count; i++) {
        apply(own, &own->edges.items[i]);
        vec_free(&own->edges.items[i].take);
        vec_free(&own->edges.items[i].drop);
    }
    vec_free(&own->edges);
}
