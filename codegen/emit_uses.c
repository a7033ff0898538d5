/* Who looks at a value. */
#include "emit.h"

/* Operations that only ask whether the value is there, or drop it. */
static bool is_bookkeeping(const IrOp *op) {
    return op->opcode == IR_check || op->opcode == IR_decref || op->opcode == IR_has_value;
}

static void note_uses(Emitter *emitter, const IrOp *op) {
    for (uint32_t i = 0; i < op->arg_count && !is_bookkeeping(op); i++) {
        EmitValue *value = &emitter->values[op->args[i]->id];
        value->uses++;
        value->user = op;
        value->only_next &= op->opcode == IR_iter_next;
    }
    for (uint32_t i = 0; op->opcode == IR_yield && i < op->stack_count; i++) {
        emitter->values[op->stack[i]->id].escapes = true;
    }
    for (uint32_t t = 0; t < op->target_count && op->opcode != IR_resume; t++) {
        for (uint32_t i = 0; i < op->targets[t].block->param_count; i++) {
            emitter->values[op->targets[t].args[i]->id].escapes = true;
        }
    }
}

void emit_find_uses(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    for (uint32_t i = 0; i < function->next_value; i++) {
        emitter->values[i].only_next = true;
    }
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (const IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            note_uses(emitter, op);
        }
    }
}
