/* The borrow law: a value that a frame slot owns may be used without a reference of its own only
 * while nothing stores to that slot.
 *
 * A value of slot_get, slot_bound or cell_ref that is still needed after an operation that writes
 * its slot gets a reference directly where it is made. So `x + (x := 1)` adds the old x. Nobody
 * else writes the slots of a running frame (where f_locals does, from Python 3.13 on, it keeps what
 * it replaces: rt_locals.c); constants, None and the like are never freed while the function runs.
 */
#include "own.h"

#include <stdlib.h>

/* The slot a value is borrowed from, or -1. */
static int32_t borrowed_slot(const IrOp *op) {
    switch ((int)op->opcode) {
    case IR_slot_get:
    case IR_slot_bound:
    case IR_cell_ref: return op->imm[0];
    default: return -1;
    }
}

/* The slot an operation changes, or -1. */
static int32_t written_slot(const IrOp *op) {
    switch ((int)op->opcode) {
    case IR_slot_set:
    case IR_slot_take:
    case IR_slot_del:
    case IR_slot_binary:
    case IR_cell_make: return op->imm[0];
    default: return -1;
    }
}

typedef struct Scan {
    Own *own;
    OwnSet live; /* values of slots only */
} Scan;

static void note_live(void *context, IrOp **use) {
    Scan *scan = context;
    if (borrowed_slot(*use) >= 0) {
        own_set_add(&scan->live, *use);
    }
}

/* What starts after the block's end, or after a check's exception. */
static void add_live_in(Scan *scan, const IrBlock *block) {
    const IrOpList *values = &scan->own->liveness.live_in[block->index];
    for (size_t i = 0; i < values->count; i++) {
        note_live(scan, &values->items[i]);
    }
}

static void scan_op(Scan *scan, IrOp *op) {
    int32_t slot = written_slot(op);
    for (size_t i = 0; slot >= 0 && i < scan->live.items.count; i++) {
        IrOp *value = scan->live.items.items[i];
        if (borrowed_slot(value) == slot) {
            scan->own->kind[value->id] = OWN_OWNED;
        }
    }
    own_set_remove(&scan->live, op);
    for (uint32_t i = 0; i < op->target_count; i++) {
        add_live_in(scan, op->targets[i].block);
    }
    ir_each_use(op, note_live, scan);
}

static void scan_block(Scan *scan, const IrBlock *block) {
    while (scan->live.items.count > 0) {
        own_set_remove(&scan->live, scan->live.items.items[0]);
    }
    for (IrOp *op = block->last; op != NULL; op = op->previous) {
        scan_op(scan, op);
    }
}

void own_decide(Own *own) {
    Scan scan = {.own = own};
    scan.live.place = xcalloc(own->function->next_value, sizeof(*scan.live.place));
    for (size_t i = 0; i < own->function->blocks.count; i++) {
        scan_block(&scan, own->function->blocks.items[i]);
    }
    vec_free(&scan.live.items);
    free(scan.live.place);
}
