/* The control flow graph of a function as arrays: edges, orders, dominators. */
#ifndef PYC2C_IR_CFG_H
#define PYC2C_IR_CFG_H

#include "ir.h"

/* An edge that stands for the exceptions of an operation, until `errors` has made it a `check`. */
enum { IR_RAISES = -1 };

typedef struct IrFlow {
    IrOp *op;       /* whose target it is */
    int32_t target; /* index in op->targets, or IR_RAISES */
    IrBlock *from, *to;
} IrFlow;

/* Valid until blocks or edges change. Blocks are numbered as fn->blocks stands: block->index. */
typedef struct IrCfg {
    uint32_t block_count, edge_count;
    IrFlow *edges;       /* by source block, in the order of its operations */
    uint32_t *out;       /* edges[out[i]] to edges[out[i + 1] - 1] leave block i */
    uint32_t *in_edges;  /* numbers of edges, by target block */
    uint32_t *in;        /* in_edges[in[i]] to in_edges[in[i + 1] - 1] enter block i */
    IrBlock **order;     /* reachable blocks in reverse postorder, the entry first */
    uint32_t reachable;  /* how many these are */
    uint32_t *position;  /* of block i in `order`; UINT32_MAX: cannot be reached */
    uint32_t *dominator; /* after ir_dominators: position of the immediate dominator */
} IrCfg;

/* Sets block->index. Free with ir_cfg_free. */
IrCfg ir_cfg_new(const IrFunction *function);
void ir_cfg_free(IrCfg *cfg);
static inline const IrFlow *ir_flow_in(const IrCfg *cfg, uint32_t i) {
    return &cfg->edges[cfg->in_edges[i]];
}
/* Fills cfg->dominator. */
void ir_dominators(IrCfg *cfg);
/* Is every path to `block` through `above`? Both must be reachable. */
bool ir_dominates(const IrCfg *cfg, const IrBlock *above, const IrBlock *block);
/* Where an exception of the op goes in a function before `errors`; NULL: out of the function, or
 * the op cannot raise. A jump or branch with a region is backward: its poll may raise. */
IrBlock *ir_raise_target(const IrFunction *function, const IrOp *op);

#endif
