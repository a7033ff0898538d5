/* simplify: what lowering wrote down instruction by instruction, without the detours.
 *
 *     truth (box_bool x)                 x
 *     truth (compare a b)                compare_truth a b      if nothing else wants the object
 *     not (not x)                        x
 *     branch (not x) a, b                branch x b, a
 *     item_get c (slice_new a b null)    slice_get c a b        and item_set likewise
 *     slot_set x (binary a b)            slot_binary x a b      x = a + b, x += b
 *     a parameter that is always v       v
 *     a block that only jumps            where it jumps to
 *     a jump to a block without other ways in: both are one
 *
 * compare and truth raise at their own instructions; they become one operation only where a
 * traceback shows the same place for both. Parameters of handlers and resume points stay: the stack
 * and the frame give them their values. A backward jump stays where it is, because a poll goes
 * there. */
#include "../ir/cfg.h"
#include "opt.h"

#include <stdlib.h>
#include <string.h>

typedef struct Simplify {
    IrFunction *function;
    uint32_t *uses; /* by value id */
    bool changed;
} Simplify;

/* ---- uses and replacements ---- */

static void count_use(void *context, IrOp **use) {
    uint32_t *uses = context;
    uses[(*use)->id]++;
}

/* Replacements are marked in `scratch`; nothing has one at first. */
static void begin(Simplify *simplify) {
    IrFunction *function = simplify->function;
    simplify->uses = xcalloc(function->next_value, sizeof(*simplify->uses));
    for (size_t i = 0; i < function->blocks.count; i++) {
        IrBlock *block = function->blocks.items[i];
        for (uint32_t j = 0; j < block->param_count; j++) {
            block->params[j]->scratch = NULL;
        }
        for (IrOp *op = block->first; op != NULL; op = op->next) {
            op->scratch = NULL;
            ir_each_use(op, count_use, simplify->uses);
        }
    }
}

static void finish(Simplify *simplify) {
    ir_forward(simplify->function);
    free(simplify->uses);
}

static IrOp *resolve(IrOp *value) {
    while (value->scratch != NULL) {
        value = value->scratch;
    }
    return value;
}

/* `op` goes away; its users take `value`. */
static void replace(Simplify *simplify, IrOp *op, IrOp *value) {
    op->scratch = value;
    ir_remove(op);
    simplify->changed = true;
}

/* ---- operations ---- */

/* Would a traceback show the same place? */
static bool same_position(const FrontCode *code, const IrOp *a, const IrOp *b) {
    const FrontInstr *left = ir_instr_at(code, a->offset), *right = ir_instr_at(code, b->offset);
    if (left == NULL || right == NULL) {
        return left == right;
    }
    return left->line == right->line && left->column == right->column &&
           left->end_line == right->end_line && left->end_column == right->end_column;
}

/* True if `of` is used by the operation directly behind it, and by nothing else. */
static bool is_only_use(const Simplify *simplify, const IrOp *of, const IrOp *by) {
    return simplify->uses[of->id] == 1 && of->next == by && of->region == by->region;
}

static void simplify_truth(Simplify *simplify, IrOp *op) {
    IrOp *value = resolve(op->args[0]);
    if (value->opcode == IR_box_bool) {
        replace(simplify, op, value->args[0]);
    } else if (value->opcode == IR_compare && is_only_use(simplify, value, op) &&
               same_position(simplify->function->code, value, op)) {
        value->opcode = IR_compare_truth;
        replace(simplify, op, value);
    }
}

static void simplify_not(Simplify *simplify, IrOp *op) {
    IrOp *value = resolve(op->args[0]);
    if (value->opcode == IR_not) {
        replace(simplify, op, value->args[0]);
    }
}

static void simplify_branch(Simplify *simplify, IrOp *op) {
    IrOp *condition = resolve(op->args[0]);
    if (condition->opcode == IR_not && opt_backward_target(simplify->function, op) < 0) {
        IrEdge taken = op->targets[0];
        op->targets[0] = op->targets[1];
        op->targets[1] = taken;
        op->args[0] = condition->args[0];
        simplify->changed = true;
    }
}

/* container[start:stop], the slice being number `at` of the operands. */
static void simplify_slice(Simplify *simplify, IrOp *op, IrOpcode opcode) {
    IrOp *slice = resolve(op->args[1]);
    if (slice->opcode != IR_slice_new || resolve(slice->args[2])->opcode != IR_null ||
        !is_only_use(simplify, slice, op)) {
        return;
    }
    IrOp **args = ARENA_ARRAY(simplify->function->arena, IrOp *, op->arg_count + 1);
    args[0] = op->args[0];
    args[1] = slice->args[0];
    args[2] = slice->args[1];
    if (op->arg_count == 3) {
        args[3] = op->args[2];
    }
    op->opcode = opcode;
    op->args = args;
    op->arg_count++;
    ir_remove(slice);
    simplify->changed = true;
}

static bool same_line(const FrontCode *code, const IrOp *a, const IrOp *b) {
    const FrontInstr *left = ir_instr_at(code, a->offset), *right = ir_instr_at(code, b->offset);
    return left != NULL && right != NULL && left->line == right->line;
}

/* A variable that gets the result of an operation. The old value's destructor then runs at the
 * operation's instruction, so it has to be on the line of the store. */
static void simplify_slot_set(Simplify *simplify, IrOp *op) {
    IrOp *value = resolve(op->args[0]);
    if (value->opcode == IR_binary && is_only_use(simplify, value, op) &&
        same_line(simplify->function->code, value, op)) {
        value->imm[1] = value->imm[0];
        value->imm[0] = op->imm[0];
        value->opcode = IR_slot_binary;
        ir_remove(op);
        simplify->changed = true;
    }
}

static void simplify_op(Simplify *simplify, IrOp *op) {
    switch ((int)op->opcode) {
    case IR_truth: simplify_truth(simplify, op); break;
    case IR_not: simplify_not(simplify, op); break;
    case IR_branch: simplify_branch(simplify, op); break;
    case IR_item_get: simplify_slice(simplify, op, IR_slice_get); break;
    case IR_item_set: simplify_slice(simplify, op, IR_slice_set); break;
    case IR_slot_set: simplify_slot_set(simplify, op); break;
    default: break;
    }
}

static void simplify_ops(Simplify *simplify) {
    IrFunction *function = simplify->function;
    begin(simplify);
    for (size_t i = 0; i < function->blocks.count; i++) {
        IrOp *next;
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = next) {
            next = op->next;
            simplify_op(simplify, op);
        }
    }
    finish(simplify);
}

/* ---- parameters ---- */

static bool is_resume_block(const IrFunction *function, const IrBlock *block) {
    return block->first->opcode == IR_sent && function->resumes.count > 0;
}

/* May its parameters go, its operations move? */
static bool is_plain(const IrFunction *function, const IrBlock *block) {
    return block != function->entry && block->handler == IR_NO_REGION &&
           !is_resume_block(function, block);
}

/* The one value that all ways in give parameter i, itself apart; NULL: there are several. */
static IrOp *only_argument(const IrCfg *cfg, const IrBlock *block, uint32_t i) {
    IrOp *param = block->params[i], *only = NULL;
    for (uint32_t j = cfg->in [block->index]; j < cfg->in[block->index + 1]; j++) {
        const IrFlow *edge = ir_flow_in(cfg, j);
        IrOp *value = resolve(edge->op->targets[edge->target].args[i]);
        if (value != param && only != NULL && value != only) {
            return NULL;
        }
        only = value != param ? value : only;
    }
    return only;
}

static bool find_trivial_params(const IrFunction *function, const IrCfg *cfg) {
    bool found = false;
    for (uint32_t i = 0; i < cfg->reachable; i++) {
        IrBlock *block = cfg->order[i];
        for (uint32_t j = 0; j < block->param_count && is_plain(function, block); j++) {
            IrOp *only = block->params[j]->scratch == NULL ? only_argument(cfg, block, j) : NULL;
            if (only != NULL) {
                block->params[j]->scratch = only;
                found = true;
            }
        }
    }
    return found;
}

/* Takes the marked parameters out of a block and of the edges to it. */
static void drop_params(const IrCfg *cfg, IrBlock *block) {
    for (uint32_t i = cfg->in [block->index]; i < cfg->in[block->index + 1]; i++) {
        const IrFlow *edge = ir_flow_in(cfg, i);
        IrOp **args = edge->target == IR_RAISES ? NULL : edge->op->targets[edge->target].args;
        uint32_t kept = 0;
        for (uint32_t j = 0; args != NULL && j < block->param_count; j++) {
            if (block->params[j]->scratch == NULL) {
                args[kept++] = args[j];
            }
        }
    }
    uint32_t kept = 0;
    for (uint32_t j = 0; j < block->param_count; j++) {
        if (block->params[j]->scratch == NULL) {
            block->params[kept++] = block->params[j];
        }
    }
    block->param_count = kept;
}

static void simplify_params(Simplify *simplify) {
    IrCfg cfg = ir_cfg_new(simplify->function);
    begin(simplify);
    while (find_trivial_params(simplify->function, &cfg)) {
        simplify->changed = true;
    }
    ir_forward(simplify->function);
    for (uint32_t i = 0; i < cfg.reachable; i++) {
        drop_params(&cfg, cfg.order[i]);
    }
    free(simplify->uses);
    ir_cfg_free(&cfg);
}

/* ---- blocks ---- */

/* The jump that is all the block does; NULL: it does more, or is needed. */
static IrOp *only_jump(const IrFunction *function, const IrBlock *block) {
    IrOp *jump = block->first;
    bool only = jump->opcode == IR_jump && block->param_count == 0 && is_plain(function, block) &&
                opt_backward_target(function, jump) < 0 && jump->targets[0].block != block;
    return only ? jump : NULL;
}

/* A chain of such blocks has an end, unless it is an endless loop without a backward jump. */
static void thread_target(Simplify *simplify, IrEdge *edge) {
    for (size_t i = 0; i < simplify->function->blocks.count; i++) {
        const IrOp *jump = only_jump(simplify->function, edge->block);
        if (jump == NULL) {
            return;
        }
        const IrEdge *on = &jump->targets[0];
        uint32_t count = on->block->param_count;
        edge->block = on->block;
        edge->args = NULL;
        if (count > 0) {
            edge->args = ARENA_ARRAY(simplify->function->arena, IrOp *, count);
            memcpy(edge->args, on->args, sizeof(*edge->args) * count);
        }
        simplify->changed = true;
    }
}

static void thread_jumps(Simplify *simplify) {
    for (size_t i = 0; i < simplify->function->blocks.count; i++) {
        IrOp *end = simplify->function->blocks.items[i]->last;
        bool goes = end->opcode == IR_branch || end->opcode == IR_jump;
        for (uint32_t j = 0; goes && j < end->target_count; j++) {
            thread_target(simplify, &end->targets[j]);
        }
    }
    ir_order(simplify->function);
}

/* The operations of `from` go to the end of `block`, whose jump is gone. */
static void append_ops(IrBlock *block, IrBlock *from) {
    for (IrOp *op = from->first; op != NULL; op = op->next) {
        op->block = block;
    }
    from->first->previous = block->last;
    *(block->last != NULL ? &block->last->next : &block->first) = from->first;
    block->last = from->last;
    from->first = from->last = NULL;
}

static bool can_merge(const Simplify *simplify, const IrCfg *cfg, const IrBlock *block) {
    const IrOp *jump = block->last;
    if (jump->opcode != IR_jump || opt_backward_target(simplify->function, jump) >= 0) {
        return false;
    }
    const IrBlock *next = jump->targets[0].block;
    return next != block && is_plain(simplify->function, next) &&
           cfg->in[next->index + 1] - cfg->in[next->index] == 1;
}

static void merge_blocks(Simplify *simplify) {
    IrCfg cfg = ir_cfg_new(simplify->function);
    begin(simplify);
    for (uint32_t i = 0; i < cfg.reachable; i++) {
        IrBlock *block = cfg.order[i];
        while (block->last != NULL && can_merge(simplify, &cfg, block)) {
            IrOp *jump = block->last;
            IrBlock *next = jump->targets[0].block;
            for (uint32_t j = 0; j < next->param_count; j++) {
                next->params[j]->scratch = jump->targets[0].args[j];
            }
            ir_remove(jump);
            append_ops(block, next);
            simplify->changed = true;
        }
    }
    finish(simplify);
    size_t kept = 0;
    for (size_t i = 0; i < simplify->function->blocks.count; i++) {
        if (simplify->function->blocks.items[i]->first != NULL) {
            simplify->function->blocks.items[kept++] = simplify->function->blocks.items[i];
        }
    }
    simplify->function->blocks.count = kept;
    ir_cfg_free(&cfg);
    ir_order(simplify->function);
}

void opt_simplify(IrFunction *function) {
    enum { ROUNDS = 4 }; /* each makes work for the next; hardly anything is left after two */
    Simplify simplify = {.function = function, .changed = true};
    for (int i = 0; i < ROUNDS && simplify.changed; i++) {
        simplify.changed = false;
        simplify_ops(&simplify);
        thread_jumps(&simplify);
        simplify_params(&simplify);
        merge_blocks(&simplify);
    }
}
