/* Instructions that compute: the stack itself, names, attributes, items, operators. */
#include "lowering.h"

void lower_nothing(Lowering *lowering) {
    (void)lowering;
}

void lower_pop_top(Lowering *lowering) {
    lower_drop(lowering, lower_pop(lowering));
}

void lower_push_null(Lowering *lowering) {
    lower_push_kind(lowering, lower_emit0(lowering, IR_null), ENTRY_NULL);
}

void lower_copy(Lowering *lowering) {
    Entry entry = *lower_entry(lowering, (uint32_t)lowering->instr->arg);
    lower_push_kind(lowering, entry.value, entry.kind);
}

void lower_swap(Lowering *lowering) {
    Entry *top = lower_entry(lowering, 1);
    Entry *other = lower_entry(lowering, (uint32_t)lowering->instr->arg);
    Entry kept = *top;
    *top = *other;
    *other = kept;
}

/* ---- two variables by one instruction (3.13) ---- */

enum { SLOT_BITS = 4, SLOT_MASK = 15 };

static void load_slot(Lowering *lowering, int32_t slot) {
    IrOp *value = lower_emit0(lowering, IR_slot_get);
    value->imm[0] = slot;
    lower_push(lowering, value);
}

static void store_slot(Lowering *lowering, int32_t slot) {
    IrOp *value = lower_pop(lowering);
    lower_emit1(lowering, IR_slot_set, value)->imm[0] = slot;
}

void lower_load_fast_load_fast(Lowering *lowering) {
    load_slot(lowering, lowering->instr->arg >> SLOT_BITS);
    load_slot(lowering, lowering->instr->arg & SLOT_MASK);
}

void lower_store_fast_load_fast(Lowering *lowering) {
    store_slot(lowering, lowering->instr->arg >> SLOT_BITS);
    load_slot(lowering, lowering->instr->arg & SLOT_MASK);
}

void lower_store_fast_store_fast(Lowering *lowering) {
    store_slot(lowering, lowering->instr->arg >> SLOT_BITS);
    store_slot(lowering, lowering->instr->arg & SLOT_MASK);
}

/* ---- names, attributes, items ---- */

/* The lowest bit asks for a NULL beside it, for a call; the others are the name. */
void lower_load_global(Lowering *lowering) {
    IrOp *value = lower_emit0(lowering, IR_global_get);
    value->imm[0] = lowering->instr->arg >> 1;
    bool called = lowering->instr->arg & 1, above = lowering->minor > 12;
    if (called && !above) {
        lower_push_null(lowering);
    }
    lower_push(lowering, value);
    if (called && above) {
        lower_push_null(lowering);
    }
}

/* Names of a module's body are global variables: native code of one only runs with the module's
 * dict as its namespace (rt_body.c). */
static IrOpcode name_op(const Lowering *lowering, IrOpcode in_module, IrOpcode elsewhere) {
    const FrontCode *code = lowering->code;
    bool is_module = code->parent == NULL && (code->flags & CODE_OPTIMIZED) == 0;
    return is_module ? in_module : elsewhere;
}

void lower_load_name(Lowering *lowering) {
    IrOp *value = lower_emit0(lowering, name_op(lowering, IR_global_get, IR_name_get));
    value->imm[0] = lowering->instr->arg;
    lower_push(lowering, value);
}

void lower_store_name(Lowering *lowering) {
    IrOp *value = lower_pop(lowering);
    IrOp *set = lower_emit1(lowering, name_op(lowering, IR_global_set, IR_name_set), value);
    set->imm[0] = lowering->instr->arg;
}

void lower_delete_name(Lowering *lowering) {
    IrOp *del = lower_emit0(lowering, name_op(lowering, IR_global_del, IR_name_del));
    del->imm[0] = lowering->instr->arg;
}

void lower_store_attr(Lowering *lowering) {
    IrOp *owner = lower_pop(lowering);
    IrOp *value = lower_pop(lowering);
    lower_emit2(lowering, IR_attr_set, owner, value);
}

void lower_store_subscr(Lowering *lowering) {
    IrOp *key = lower_pop(lowering);
    IrOp *container = lower_pop(lowering);
    IrOp *value = lower_pop(lowering);
    lower_emit3(lowering, IR_item_set, container, key, value);
}

/* The order on the stack is that in which they are evaluated. */
void lower_store_slice(Lowering *lowering) {
    IrOp *stop = lower_pop(lowering);
    IrOp *start = lower_pop(lowering);
    IrOp *container = lower_pop(lowering);
    IrOp *args[] = {container, start, stop, lower_pop(lowering)};
    lower_emit(lowering, IR_slice_set, args, 4);
}

/* From 3.12 on the lowest bits are for the specialising interpreter; from 3.13 on one of them asks
 * for the result's truth. */
void lower_compare_op(Lowering *lowering) {
    enum { SHIFT_312 = 4, SHIFT_313 = 5, TO_TRUTH = 16 };
    int shift = lowering->minor > 12 ? SHIFT_313 : lowering->minor > 11 ? SHIFT_312 : 0;
    IrOp *right = lower_pop(lowering);
    IrOp *left = lower_pop(lowering);
    IrOp *result = lower_emit2(lowering, IR_compare, left, right);
    result->imm[0] = lowering->instr->arg >> shift;
    if (lowering->minor > 12 && (lowering->instr->arg & TO_TRUTH) != 0) {
        lower_push_bool(lowering, lower_emit1(lowering, IR_truth, result), false);
    } else {
        lower_push(lowering, result);
    }
}

void lower_to_bool(Lowering *lowering) {
    IrOp *value = lower_pop(lowering);
    lower_push_bool(lowering, lower_emit1(lowering, IR_truth, value), false);
}

void lower_unary_not(Lowering *lowering) {
    IrOp *value = lower_pop(lowering);
    lower_push_bool(lowering, lower_emit1(lowering, IR_truth, value), true);
}

void lower_is_op(Lowering *lowering) {
    IrOp *right = lower_pop(lowering);
    IrOp *left = lower_pop(lowering);
    bool negated = lowering->instr->arg != 0;
    lower_push_bool(lowering, lower_emit2(lowering, IR_is, left, right), negated);
}

void lower_contains_op(Lowering *lowering) {
    IrOp *container = lower_pop(lowering);
    IrOp *item = lower_pop(lowering);
    bool negated = lowering->instr->arg != 0;
    lower_push_bool(lowering, lower_emit2(lowering, IR_contains, container, item), negated);
}
