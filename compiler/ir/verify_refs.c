/* Reference counts, checked without knowing how `own` chose them.
 *
 * The function is run abstractly, each block once: the state says how many references of each value
 * are held. A definition makes one, incref one more; decref, an operand that is taken over, an
 * argument of an edge and a release give one up. Whoever looks at a counted value must find one.
 * All ways to a block arrive with the same counts, and ways out of the function with none.
 *
 * Then the borrow law, for values that are looked at without a reference: nothing stores to the
 * slot they came from between their definition and their use, on any path. */
#include "verify.h"

#include <stdlib.h>
#include <string.h>

typedef struct Held {
    const IrOp *value;
    uint32_t count;
} Held;

typedef struct Refs {
    const IrFunction *function;
    const IrCfg *cfg;
    uint32_t *count;        /* by value id, now */
    VEC(const IrOp *) held; /* values whose count was not 0 at some time; may repeat */
    VEC(Held) *
        starts; /* by block index: references at its start, sorted, without its parameters */
    bool *reached;
    uint8_t *stale; /* by block index * slot_values + number: borrowed values whose slot changed */
    uint32_t *slot_number; /* by value id: number + 1 of a value that a slot owns */
    uint32_t slot_values;
    uint32_t *same_slot; /* by number: number + 1 of another value of the slot, 0: none */
    uint32_t *of_slot;   /* by slot: number + 1 of a value of it, 0: none */
    uint8_t *now_stale;
    const char *message;
} Refs;

static void fail(Refs *refs, const IrOp *op, const IrOp *value, const char *text) {
    if (refs->message == NULL) {
        refs->message =
            arena_printf(refs->function->arena, "b%u, %%%u = %s: %%%u %s", op->block->id, op->id,
                         ir_rows[op->opcode].name, value->id, text);
    }
}

static bool is_counted(const IrOp *value) {
    return ir_result(value) == IR_OBJ;
}

static bool is_reference(const IrOp *value) {
    IrResult result = ir_result(value);
    return result == IR_OBJ || result == IR_BORROWED;
}

/* ---- counts ---- */

static void take(Refs *refs, const IrOp *value) {
    if (refs->count[value->id]++ == 0) {
        vec_push(&refs->held, value);
    }
}

static void give_up(Refs *refs, const IrOp *op, const IrOp *value) {
    if (refs->count[value->id] == 0) {
        if (value->opcode != IR_null) {
            fail(refs, op, value, "has no reference to give up");
        }
        return;
    }
    refs->count[value->id]--;
}

static void look_at(Refs *refs, const IrOp *op, const IrOp *value) {
    if (refs->count[value->id] > 0) {
        return;
    }
    uint32_t number = refs->slot_number[value->id];
    if (is_counted(value)) {
        fail(refs, op, value, "is used without a reference");
    } else if (number != 0 && refs->now_stale[number - 1]) {
        fail(refs, op, value, "is used though its slot has changed");
    }
}

static int by_id(const void *left, const void *right) {
    uint32_t a = ((const Held *)left)->value->id, b = ((const Held *)right)->value->id;
    return a < b ? -1 : a > b;
}

/* The counts that are not 0, sorted. */
static Held *snapshot(Refs *refs, size_t *count) {
    Held *held = xmalloc(sizeof(*held) * (refs->held.count + 1));
    size_t kept = 0, used = 0;
    for (size_t i = 0; i < refs->held.count; i++) {
        const IrOp *value = refs->held.items[i];
        if (refs->count[value->id] > 0) {
            held[used++] = (Held){value, refs->count[value->id]};
            refs->held.items[kept++] = value;
        }
    }
    refs->held.count = kept;
    qsort(held, used, sizeof(*held), by_id);
    size_t unique = 0;
    for (size_t i = 0; i < used; i++) {
        if (unique == 0 || held[unique - 1].value != held[i].value) {
            held[unique++] = held[i];
        }
    }
    *count = unique;
    return held;
}

static void restore(Refs *refs, const Held *held, size_t count) {
    for (size_t i = 0; i < refs->held.count; i++) {
        refs->count[refs->held.items[i]->id] = 0;
    }
    refs->held.count = 0;
    for (size_t i = 0; i < count; i++) {
        refs->count[held[i].value->id] = held[i].count;
        vec_push(&refs->held, held[i].value);
    }
}

/* ---- edges ---- */

/* The state as it is now arrives at a block. */
static void arrive(Refs *refs, const IrOp *op, const IrBlock *block) {
    size_t count;
    Held *held = snapshot(refs, &count);
    uint32_t at = block->index;
    if (!refs->reached[at]) {
        refs->reached[at] = true;
        for (size_t i = 0; i < count; i++) {
            vec_push(&refs->starts[at], held[i]);
        }
    } else {
        for (size_t i = 0, j = 0; i < count || j < refs->starts[at].count; i++, j++) {
            const Held *old = j < refs->starts[at].count ? &refs->starts[at].items[j] : NULL;
            const Held *new = i < count ? &held[i] : NULL;
            if (old == NULL || new == NULL || old->value != new->value ||
                old->count != new->count) {
                const Held *odd =
                    new == NULL || (old != NULL && old->value->id < new->value->id) ? old : new;
                fail(refs, op, odd->value, "has different references on the ways to a target");
                break;
            }
        }
    }
    free(held);
}

static void expect_nothing(Refs *refs, const IrOp *op) {
    size_t count;
    Held *held = snapshot(refs, &count);
    if (count > 0) {
        fail(refs, op, held[0].value, "is never given up");
    }
    free(held);
}

static void spread_stale(Refs *refs, const IrBlock *block) {
    uint8_t *there = refs->stale + (size_t)block->index * refs->slot_values;
    for (uint32_t i = 0; i < refs->slot_values; i++) {
        there[i] |= refs->now_stale[i];
    }
}

static void leave_to(Refs *refs, const IrOp *op, const IrEdge *edge) {
    for (uint32_t i = 0; edge->args != NULL && i < edge->block->param_count; i++) {
        look_at(refs, op, edge->args[i]);
        give_up(refs, op, edge->args[i]);
    }
    arrive(refs, op, edge->block);
    spread_stale(refs, edge->block);
}

/* An exception leaves: releases first, then the handler's edge. */
static void leave_by_exception(Refs *refs, const IrOp *op) {
    for (uint32_t i = 0; i < op->release_count; i++) {
        give_up(refs, op, op->release[i]);
    }
    if (op->target_count > 0) {
        leave_to(refs, op, &op->targets[0]);
    } else {
        expect_nothing(refs, op);
    }
}

/* ---- operations ---- */

static void run_check(Refs *refs, const IrOp *check) {
    size_t count;
    Held *held = snapshot(refs, &count);
    refs->count[check->args[0]->id] = 0; /* failed: NULL */
    leave_by_exception(refs, check);
    restore(refs, held, count);
    free(held);
}

static bool is_null_there(const IrOp *end, uint32_t target, const IrOp *value) {
    return end->opcode == IR_branch && target == 1 && end->args[0]->opcode == IR_has_value &&
           end->args[0]->args[0] == value;
}

static void run_end(Refs *refs, const IrOp *end) {
    if (end->opcode == IR_raise || end->opcode == IR_reraise) {
        leave_by_exception(refs, end);
        return;
    }
    size_t count;
    Held *held = snapshot(refs, &count);
    for (uint32_t i = 0; i < end->target_count; i++) {
        restore(refs, held, count);
        for (size_t j = 0; j < count; j++) {
            if (is_null_there(end, i, held[j].value)) {
                refs->count[held[j].value->id] = 0;
            }
        }
        leave_to(refs, end, &end->targets[i]);
    }
    free(held);
    if (end->target_count == 0) {
        expect_nothing(refs, end);
    }
}

static void run_operands(Refs *refs, const IrOp *op) {
    if (op->opcode == IR_incref) {
        look_at(refs, op, op->args[0]);
        take(refs, op->args[0]);
        return;
    }
    bool looks = op->opcode != IR_second && op->opcode != IR_item && op->opcode != IR_check;
    for (uint32_t i = 0; looks && i < op->arg_count; i++) {
        if (is_reference(op->args[i])) {
            look_at(refs, op, op->args[i]);
        }
    }
    for (uint32_t i = 0; looks && i < op->arg_count; i++) {
        char letter = ir_arg_letter(op, i);
        if (letter == 's' || letter == 'm' || op->opcode == IR_decref) {
            give_up(refs, op, op->args[i]);
        }
    }
    for (uint32_t i = 0; op->opcode == IR_yield && i < op->stack_count; i++) {
        look_at(refs, op, op->stack[i]);
        give_up(refs, op, op->stack[i]);
    }
}

/* Borrowed values of a slot that is stored to are not valid any more. */
static void run_slot_write(Refs *refs, const IrOp *op) {
    bool writes = op->opcode == IR_slot_set || op->opcode == IR_slot_del ||
                  op->opcode == IR_slot_take || op->opcode == IR_cell_make || ir_is_slot_binary(op);
    uint32_t number = writes ? refs->of_slot[op->imm[0]] : 0;
    for (; number != 0; number = refs->same_slot[number - 1]) {
        refs->now_stale[number - 1] = 1;
    }
}

static void run_block(Refs *refs, const IrBlock *block) {
    restore(refs, refs->starts[block->index].items, refs->starts[block->index].count);
    if (refs->slot_values > 0) {
        memcpy(refs->now_stale, refs->stale + (size_t)block->index * refs->slot_values,
               refs->slot_values);
    }
    for (uint32_t i = 0; i < block->param_count; i++) {
        take(refs, block->params[i]);
    }
    for (const IrOp *op = block->first; op != NULL && refs->message == NULL; op = op->next) {
        run_operands(refs, op);
        run_slot_write(refs, op);
        if (ir_is_end(op)) {
            run_end(refs, op);
        } else if (op->opcode == IR_check) {
            run_check(refs, op);
        } else if (is_counted(op)) {
            take(refs, op);
        } else if (refs->slot_number[op->id] != 0) {
            refs->now_stale[refs->slot_number[op->id] - 1] = 0;
        }
    }
}

/* ---- the whole function ---- */

/* One more than the largest slot that an operation names. */
static size_t slot_count(const IrFunction *function) {
    size_t count = 0;
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (const IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            bool names = strchr(ir_rows[op->opcode].imms, 'l') != NULL;
            if (names && (size_t)op->imm[0] >= count) {
                count = (size_t)op->imm[0] + 1;
            }
        }
    }
    return count;
}

static void number_slot_values(Refs *refs) {
    const IrFunction *function = refs->function;
    refs->slot_number = xcalloc(function->next_value, sizeof(*refs->slot_number));
    refs->same_slot = xcalloc(function->next_value, sizeof(*refs->same_slot));
    refs->of_slot = xcalloc(slot_count(function), sizeof(*refs->of_slot));
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (const IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            if (op->opcode == IR_slot_get || op->opcode == IR_slot_bound ||
                op->opcode == IR_cell_ref) {
                refs->same_slot[refs->slot_values] = refs->of_slot[op->imm[0]];
                refs->slot_number[op->id] = ++refs->slot_values;
                refs->of_slot[op->imm[0]] = refs->slot_values;
            }
        }
    }
}

/* Twice, so that what changes late in a loop is known at its start. */
static void run_function(Refs *refs) {
    refs->reached[refs->function->entry->index] = true;
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < refs->cfg->reachable && refs->message == NULL; i++) {
            run_block(refs, refs->cfg->order[i]);
        }
    }
}

const char *ir_verify_references(const IrFunction *function, const IrCfg *cfg) {
    Refs refs = {.function = function, .cfg = cfg};
    number_slot_values(&refs);
    refs.count = xcalloc(function->next_value, sizeof(*refs.count));
    refs.starts = xcalloc(cfg->block_count, sizeof(*refs.starts));
    refs.reached = xcalloc(cfg->block_count, sizeof(*refs.reached));
    refs.stale = xcalloc(cfg->block_count, refs.slot_values);
    refs.now_stale = xcalloc(refs.slot_values, sizeof(*refs.now_stale));
    run_function(&refs);
    for (uint32_t i = 0; i < cfg->block_count; i++) {
        vec_free(&refs.starts[i]);
    }
    vec_free(&refs.held);
    free(refs.count);
    free(refs.starts);
    free(refs.reached);
    free(refs.stale);
    free(refs.now_stale);
    free(refs.slot_number);
    free(refs.same_slot);
    free(refs.of_slot);
    return refs.message;
}
