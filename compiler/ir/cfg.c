/* Control flow: edges, reverse postorder, dominators, and the order of blocks for emission.
 *
 * Dominators by "A Simple, Fast Dominance Algorithm" (Cooper, Harvey, Kennedy): two or three rounds
 * over the blocks in reverse postorder for real programs. */
#include "cfg.h"

#include <stdlib.h>
#include <string.h>

IrBlock *ir_raise_target(const IrFunction *function, const IrOp *op) {
    bool raises = ir_may_raise(op) || op->opcode == IR_jump || op->opcode == IR_branch;
    if (function->stage != IR_STAGE_LOWERED || op->region == IR_NO_REGION || !raises) {
        return NULL;
    }
    return function->regions.items[op->region].handler;
}

/* ---- edges ---- */

static void number_blocks(const IrFunction *function) {
    for (size_t i = 0; i < function->blocks.count; i++) {
        function->blocks.items[i]->index = (uint32_t)i;
    }
}

/* The edges of one op; written when `edges` is not NULL. Returns how many there are. */
static uint32_t edges_of(const IrFunction *function, IrOp *op, IrFlow *edges) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < op->target_count; i++) {
        if (edges != NULL) {
            edges[count] = (IrFlow){op, (int32_t)i, op->block, op->targets[i].block};
        }
        count++;
    }
    IrBlock *handler = ir_raise_target(function, op);
    if (handler != NULL) {
        if (edges != NULL) {
            edges[count] = (IrFlow){op, IR_RAISES, op->block, handler};
        }
        count++;
    }
    return count;
}

static void collect_edges(const IrFunction *function, IrCfg *cfg) {
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            cfg->edge_count += edges_of(function, op, NULL);
        }
    }
    cfg->edges = xcalloc(cfg->edge_count, sizeof(*cfg->edges));
    cfg->out = xcalloc(cfg->block_count + 1, sizeof(*cfg->out));
    uint32_t next = 0;
    for (uint32_t i = 0; i < cfg->block_count; i++) {
        cfg->out[i] = next;
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            next += edges_of(function, op, cfg->edges + next);
        }
    }
    cfg->out[cfg->block_count] = next;
}

/* A counting sort of the edges by their target. */
static void collect_entering(IrCfg *cfg) {
    cfg->in = xcalloc(cfg->block_count + 2, sizeof(*cfg->in));
    cfg->in_edges = xcalloc(cfg->edge_count, sizeof(*cfg->in_edges));
    for (uint32_t i = 0; i < cfg->edge_count; i++) {
        cfg->in[cfg->edges[i].to->index + 2]++;
    }
    for (uint32_t i = 2; i < cfg->block_count + 2; i++) {
        cfg->in[i] += cfg->in[i - 1];
    }
    for (uint32_t i = 0; i < cfg->edge_count; i++) {
        cfg->in_edges[cfg->in[cfg->edges[i].to->index + 1]++] = i;
    }
}

/* ---- reverse postorder ---- */

/* Fills `order` from its end. The last successor is visited first, so that the first one follows
 * its branch. Without `raises`, only normal edges are followed. Returns where the order begins. */
static uint32_t postorder(const IrCfg *cfg, IrBlock *entry, IrBlock **order, bool *seen,
                          bool (*follow)(const IrFlow *edge)) {
    typedef struct Frame {
        IrBlock *block;
        uint32_t left; /* its edges before this number are to be visited */
    } Frame;
    Frame *stack = xcalloc(cfg->block_count + 1, sizeof(*stack));
    uint32_t depth = 0, begin = cfg->block_count;
    stack[depth++] = (Frame){entry, cfg->out[entry->index + 1]};
    seen[entry->index] = true;
    while (depth > 0) {
        Frame *top = &stack[depth - 1];
        if (top->left == cfg->out[top->block->index]) {
            order[--begin] = top->block;
            depth--;
            continue;
        }
        const IrFlow *edge = &cfg->edges[--top->left];
        if (!seen[edge->to->index] && (follow == NULL || follow(edge))) {
            seen[edge->to->index] = true;
            stack[depth++] = (Frame){edge->to, cfg->out[edge->to->index + 1]};
        }
    }
    free(stack);
    return begin;
}

static void compute_order(const IrFunction *function, IrCfg *cfg) {
    bool *seen = xcalloc(cfg->block_count, sizeof(*seen));
    IrBlock **order = xcalloc(cfg->block_count, sizeof(IrBlock *));
    cfg->position = xcalloc(cfg->block_count, sizeof(*cfg->position));
    uint32_t begin = postorder(cfg, function->entry, order, seen, NULL);
    cfg->reachable = cfg->block_count - begin;
    memmove(order, order + begin, sizeof(IrBlock *) * cfg->reachable);
    cfg->order = order;
    memset(cfg->position, 0xff, sizeof(*cfg->position) * cfg->block_count);
    for (uint32_t i = 0; i < cfg->reachable; i++) {
        cfg->position[order[i]->index] = i;
    }
    free(seen);
}

IrCfg ir_cfg_new(const IrFunction *function) {
    IrCfg cfg = {.block_count = (uint32_t)function->blocks.count};
    number_blocks(function);
    collect_edges(function, &cfg);
    collect_entering(&cfg);
    compute_order(function, &cfg);
    return cfg;
}

void ir_cfg_free(IrCfg *cfg) {
    free(cfg->edges);
    free(cfg->out);
    free(cfg->in_edges);
    free(cfg->in);
    free(cfg->order);
    free(cfg->position);
    free(cfg->dominator);
    *cfg = (IrCfg){0};
}

/* ---- dominators ---- */

static uint32_t common_dominator(const uint32_t *dominator, uint32_t a, uint32_t b) {
    while (a != b) {
        while (a > b) {
            a = dominator[a];
        }
        while (b > a) {
            b = dominator[b];
        }
    }
    return a;
}

/* One round for the block at this position; true when its dominator changed. */
static bool refine_dominator(IrCfg *cfg, uint32_t position) {
    uint32_t block = cfg->order[position]->index, found = UINT32_MAX;
    for (uint32_t i = cfg->in[block]; i < cfg->in[block + 1]; i++) {
        uint32_t from = cfg->position[ir_flow_in(cfg, i)->from->index];
        if (from != UINT32_MAX && cfg->dominator[from] != UINT32_MAX) {
            found = found == UINT32_MAX ? from : common_dominator(cfg->dominator, found, from);
        }
    }
    bool changed = cfg->dominator[position] != found;
    cfg->dominator[position] = found;
    return changed;
}

void ir_dominators(IrCfg *cfg) {
    cfg->dominator = xmalloc(sizeof(*cfg->dominator) * (cfg->reachable + 1));
    memset(cfg->dominator, 0xff, sizeof(*cfg->dominator) * (cfg->reachable + 1));
    cfg->dominator[0] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 1; i < cfg->reachable; i++) {
            changed |= refine_dominator(cfg, i);
        }
    }
}

bool ir_dominates(const IrCfg *cfg, const IrBlock *above, const IrBlock *block) {
    uint32_t goal = cfg->position[above->index], at = cfg->position[block->index];
    while (at > goal) {
        at = cfg->dominator[at];
    }
    return at == goal;
}

/* ---- order of emission ---- */

static bool is_normal_edge(const IrFlow *edge) {
    return edge->target != IR_RAISES && edge->op->opcode != IR_check &&
           edge->op->opcode != IR_raise && edge->op->opcode != IR_reraise;
}

/* A region or resume point whose block went away has none. */
static void forget_unreachable(IrFunction *function, const IrCfg *cfg) {
    for (size_t i = 0; i < function->regions.count; i++) {
        IrBlock *handler = function->regions.items[i].handler;
        if (handler != NULL && cfg->position[handler->index] == UINT32_MAX) {
            function->regions.items[i].handler = NULL;
        }
    }
}

void ir_order(IrFunction *function) {
    IrCfg cfg = ir_cfg_new(function);
    bool *normal = xcalloc(cfg.block_count, sizeof(*normal));
    IrBlock **ignored = xcalloc(cfg.block_count, sizeof(IrBlock *));
    postorder(&cfg, function->entry, ignored, normal, is_normal_edge);
    forget_unreachable(function, &cfg);
    uint32_t count = 0;
    for (int cold = 0; cold < 2; cold++) {
        for (uint32_t i = 0; i < cfg.reachable; i++) {
            IrBlock *block = cfg.order[i];
            block->cold = !normal[block->index];
            if (block->cold == (cold == 1)) {
                ignored[count++] = block;
            }
        }
    }
    memcpy(function->blocks.items, ignored, sizeof(IrBlock *) * count);
    function->blocks.count = count;
    number_blocks(function);
    free(ignored);
    free(normal);
    ir_cfg_free(&cfg);
}
