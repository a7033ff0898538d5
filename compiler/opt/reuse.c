/* reuse: operands that die in an operation.
 *
 *     v3 = binary v1 v2; decref v1          v3 = binary_left v1 v2
 *     v3 = binary v1 v2; decref v2          v3 = binary_right v1 v2
 *     … both                                v3 = binary_both v1 v2
 *     slot_binary x v1 v2; decref …         slot_binary_… x v1 v2
 *     slice_set v1 a b v2; decref v2        slice_put v1 a b v2
 *
 * The helper drops them in the same order after the operation, but finds out first whether the
 * result can have their memory: in `a * b + c * d` two of the three numbers need none of their own.
 * When the result replaces a variable's value, the operands have to go before that one.
 * A list that is assigned to a slice and dies gives its items away. */
#include "opt.h"

/* Takes the decref behind the operation away if it is that of `value`. */
static bool absorb(IrOp *op, const IrOp *value) {
    IrOp *next = op->next;
    if (next->opcode != IR_decref || next->args[0] != value) {
        return false;
    }
    ir_remove(next);
    return true;
}

static void reuse(IrOp *op, IrOpcode left_dies, IrOpcode right_dies, IrOpcode both_die) {
    if (op->args[0] == op->args[1]) {
        return;
    }
    bool left = absorb(op, op->args[0]), right = absorb(op, op->args[1]);
    if (left || right) {
        op->opcode = !right ? left_dies : !left ? right_dies : both_die;
    }
}

static void visit(IrOp *op) {
    switch ((int)op->opcode) {
    case IR_binary: reuse(op, IR_binary_left, IR_binary_right, IR_binary_both); break;
    case IR_slot_binary:
        reuse(op, IR_slot_binary_left, IR_slot_binary_right, IR_slot_binary_both);
        break;
    case IR_slice_set:
        if (absorb(op, op->args[3])) {
            op->opcode = IR_slice_put;
        }
        break;
    default: break;
    }
}

void opt_reuse(IrFunction *function) {
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            visit(op);
        }
    }
}
