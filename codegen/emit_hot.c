/* Where time is likely to be spent.
 *
 * A hot operation is written in full, and where RT_HOT is 1 its helper puts the common case of its
 * cache in place: faster than the brief form, but three to ten times the work for the C compiler.
 * So it is chosen site by site. What counts is how deep in loops a site lies; functions that are
 * small, call themselves or are generators are entered often: what is in them counts as one loop
 * deeper. At each level a function may cost the compiler so much more, which goes to the sites that
 * save most for their price, and among equal ones to those that stand first. What only exceptions
 * lead to, or what only leads to one, is never hot. */
#include "emit.h"

#include <stdlib.h>
#include <string.h>

enum {
    SMALL = 25,
    /* Tenths of a million of the compiler's instructions that the sites of a function in simple
     * loops may cost beyond their brief form; those of each deeper level as many times more. */
    BUDGET = 250,
    SMALL_BUDGET = 300, /* of a small function */
    DEEPER = 26,
    LEVELS = 3
};

/* Operations that have a hot form, with what one costs in that measure, and the least level at
 * which it is worth that. Those that save most for their price come first; global variables and
 * methods, which save a dozen instructions of the hundreds that a call takes, come last. */
static const struct Row {
    IrOpcode opcode;
    unsigned price, level;
} rows[] = {
    {IR_call, 10, 1},
    {IR_call_method, 10, 1},
    {IR_cell_get, 10, 1},
    {IR_compare, 10, 1},
    {IR_contains, 10, 1},
    {IR_exc_match, 10, 1},
    {IR_format, 10, 1},
    {IR_iter, 10, 1},
    {IR_list_new, 10, 1},
    {IR_tuple_new, 10, 1},
    {IR_truth, 20, 1},
    {IR_slot_set, 20, 1},
    {IR_decref, 16, 1},
    {IR_poll, 30, 1},
    {IR_binary, 100, 1},
    {IR_binary_left, 100, 1},
    {IR_binary_right, 100, 1},
    {IR_binary_both, 100, 1},
    {IR_slot_binary, 100, 1},
    {IR_slot_binary_left, 100, 1},
    {IR_slot_binary_right, 100, 1},
    {IR_slot_binary_both, 100, 1},
    {IR_compare_truth, 50, 1},
    {IR_attr_get, 60, 1},
    {IR_attr_set, 90, 1},
    {IR_iter_next, 90, 1},
    {IR_item_get, 100, 1},
    {IR_item_set, 130, 1},
    {IR_global_get, 80, 2},
    {IR_method_get, 130, 2},
};

/* NULL: the op has one form only. */
static const struct Row *row_of(const IrOp *op) {
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].opcode == op->opcode) {
            return &rows[i];
        }
    }
    return NULL;
}

bool emit_may_be_hot(const IrOp *op) {
    return row_of(op) != NULL;
}

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

/* In how many loops each block lies. A jump back spans a loop: in the order of the blocks all
 * between its ends belong to it. Jumps to one block are one loop. */
static unsigned *find_loops(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    size_t count = function->blocks.count;
    size_t *place = ARENA_ARRAY(&emitter->arena, size_t, (size_t)function->next_block + 1);
    size_t *end = ARENA_ARRAY(&emitter->arena, size_t, count);
    unsigned *depth = ARENA_ARRAY(&emitter->arena, unsigned, count);
    for (size_t i = 0; i < count; i++) {
        place[function->blocks.items[i]->id] = i;
    }
    for (size_t i = 0; i < count; i++) {
        const IrOp *last = function->blocks.items[i]->last;
        for (uint32_t t = 0; t < last->target_count && last->opcode != IR_resume; t++) {
            size_t to = place[last->targets[t].block->id];
            end[to] = to <= i ? i + 1 : end[to];
        }
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i; k < end[i]; k++) {
            depth[k]++;
        }
    }
    return depth;
}

/* Blocks from which only raising statements are reached. (A loop without an end has none of these
 * marks, because its jump back is looked at before its target.) */
static bool *find_raising(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    bool *raising = ARENA_ARRAY(&emitter->arena, bool, (size_t)function->next_block + 1);
    for (size_t i = function->blocks.count; i-- > 0;) {
        const IrOp *last = function->blocks.items[i]->last;
        bool all = last->opcode == IR_raise || last->opcode == IR_reraise;
        if (last->opcode == IR_jump || last->opcode == IR_branch) {
            all = true;
            for (uint32_t t = 0; t < last->target_count; t++) {
                all = all && raising[last->targets[t].block->id];
            }
        }
        raising[function->blocks.items[i]->id] = all;
    }
    return raising;
}

/* ---- the choice ---- */

typedef struct Site {
    const IrOp *op;
    const struct Row *row;
    unsigned level, price; /* with that of the `decref`s behind it */
    uint32_t number;       /* in the order of the function */
} Site;

typedef VEC(Site) SiteVec;

static int compare_sites(const void *a, const void *b) {
    const Site *x = a, *y = b;
    if (x->row != y->row) {
        return x->row < y->row ? -1 : 1;
    }
    return x->number < y->number ? -1 : 1;
}

static bool is_arithmetic(const IrOp *op) {
    return (op->opcode >= IR_binary && op->opcode <= IR_binary_both) || ir_is_slot_binary(op);
}

/* Marks operations whose results are each other's operands. Where those are numbers, all of them
 * hot make one object at most (emit_lazy.c), so their price does not count. */
static void mark_formulas(const IrBlock *block, bool *formula) {
    for (const IrOp *op = block->first; op != NULL; op = op->next) {
        for (uint32_t i = 0; i < op->arg_count && is_arithmetic(op); i++) {
            if (is_arithmetic(op->args[i])) {
                formula[op->id] = formula[op->args[i]->id] = true;
            }
        }
    }
}

/* A `decref` behind an op that may be hot, which would be part of that op's brief form. */
static bool belongs_to_previous(const IrOp *op) {
    return op->opcode == IR_decref && op->previous != NULL && emit_may_be_hot(op->previous);
}

static void collect_sites(const IrBlock *block, unsigned level, const bool *formula,
                          SiteVec *sites) {
    for (const IrOp *op = block->first; op != NULL; op = op->next) {
        const struct Row *row = row_of(op);
        if (belongs_to_previous(op)) {
            sites->items[sites->count - 1].price += row->price;
        } else if (row != NULL) {
            Site site = {op, row, level < LEVELS ? level : LEVELS, formula[op->id] ? 0 : row->price,
                         (uint32_t)sites->count};
            vec_push(sites, site);
        }
    }
}

static void choose_sites(Emitter *emitter, SiteVec *sites, unsigned budget) {
    bool everywhere = emitter->unit->inlining == INLINE_EVERYWHERE;
    unsigned left[LEVELS + 1] = {0, budget, budget * DEEPER, budget * DEEPER * DEEPER};
    qsort(sites->items, sites->count, sizeof(*sites->items), compare_sites);
    for (size_t i = 0; i < sites->count; i++) {
        const Site *site = &sites->items[i];
        if (everywhere || (site->level >= site->row->level && site->price <= left[site->level])) {
            left[site->level] -= everywhere ? 0 : site->price;
            emitter->hot[site->op->id] = true;
        }
    }
}

/* What follows an op goes with it. */
static void choose_drops(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (const IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            if (belongs_to_previous(op)) {
                emitter->hot[op->id] = emitter->hot[op->previous->id];
            }
        }
    }
}

void emit_find_hot(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    NativeInlining inlining = emitter->unit->inlining;
    bool step =
        (function->code->flags & (CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR)) != 0;
    bool small = size_of(function) <= SMALL;
    bool often = inlining == INLINE_EVERYWHERE || step || small || calls_itself(function);
    emitter->hot = ARENA_ARRAY(&emitter->arena, bool, function->next_value);
    if (inlining == INLINE_NOWHERE) {
        return;
    }
    const unsigned *depth = find_loops(emitter);
    const bool *raising = find_raising(emitter);
    bool *formula = ARENA_ARRAY(&emitter->arena, bool, function->next_value);
    SiteVec sites = {0};
    for (size_t i = 0; i < function->blocks.count; i++) {
        const IrBlock *block = function->blocks.items[i];
        unsigned level = depth[i] + often;
        if (level > 0 && !block->cold && !raising[block->id]) {
            mark_formulas(block, formula);
            collect_sites(block, level, formula, &sites);
        }
    }
    choose_sites(emitter, &sites, small ? SMALL_BUDGET : BUDGET);
    choose_drops(emitter);
    vec_free(&sites);
}
