/* Loops and unpackings.
 *
 * A `for` statement whose iterator only its own FOR_ITER looks at, and that is not in the operand
 * stack where the function is suspended, needs no iterator object (runtime/native/rt_loop.h): the
 * variable l<n> beside the iterator's v<n> says where the loop stands. What `range(...)`,
 * `enumerate(...)` or `zip(...)` would return is not made then, either.
 *
 * An item that is unpacked into two at once comes without a tuple (rt_op_pair.c). One that is
 * stored to a variable at once, and is a range's, is written into the int that is there. The items
 * of an unpacking that all go to variables are stored by its brief form. */
#include "emit.h"

#include <string.h>

/* ---- the iterator ---- */

static bool needs_no_iterator(const Emitter *emitter, const IrOp *op) {
    const EmitValue *value = &emitter->values[op->id];
    return op->opcode == IR_iter && value->kind == EMIT_OBJECT && value->only_next &&
           !value->escapes;
}

/* Does the iterator come from an `iter` that needs no object? */
static bool is_loop(const Emitter *emitter, const IrOp *iterator) {
    return emitter->values[iterator->id].loop;
}

/* What is done with the call's result at once. */
static const IrOp *user_of_call(const IrOp *op) {
    const IrOp *next = op->next;
    while ((next->opcode == IR_decref && next->args[0] == op->args[0]) ||
           (next->opcode == IR_check && next->args[0] == op) || next->opcode == IR_loc) {
        next = next->next;
    }
    return next->arg_count > 0 && next->args[0] == op ? next : NULL;
}

/* Calls of builtins that have a helper where their result is used at once by such an operation. */
static const struct Call {
    const char *name;
    IrOpcode user;
    uint32_t least, most; /* arguments */
    bool only_pairs;      /* loops over pairs that need no iterator object */
    const char *helper;
} calls[] = {
    {"super", IR_method_get, 0, 0, false, "call_super"},
    {"super", IR_method_get, 2, 2, false, "call_super"},
    {"range", IR_iter, 1, 3, false, "call_range"},
    {"enumerate", IR_iter, 1, 2, true, "call_enumerate"},
    {"zip", IR_iter, 2, 2, true, "call_zip"},
};

const char *emit_call_helper(const Emitter *emitter, const IrOp *op) {
    if (op->opcode != IR_call || op->args[0]->opcode != IR_global_get) {
        return NULL;
    }
    const char *name = emitter->function->code->names[op->args[0]->imm[0]];
    const IrOp *user = user_of_call(op);
    uint32_t count = op->arg_count - 1;
    for (size_t i = 0; user != NULL && i < sizeof(calls) / sizeof(calls[0]); i++) {
        const struct Call *call = &calls[i];
        if (strcmp(name, call->name) == 0 && user->opcode == call->user && count >= call->least &&
            count <= call->most && (!call->only_pairs || emit_takes_pair(emitter, user))) {
            return call->helper;
        }
    }
    return NULL;
}

/* The iterator that the op makes, prepares or asks; NULL: it does nothing of that. */
static const IrOp *iterator_of(const Emitter *emitter, const IrOp *op) {
    if (op->opcode == IR_call) {
        const IrOp *user = emit_call_helper(emitter, op) != NULL ? user_of_call(op) : NULL;
        return user != NULL && user->opcode == IR_iter ? user : NULL;
    }
    return op->opcode == IR_iter ? op : op->opcode == IR_iter_next ? op->args[0] : NULL;
}

/* ", &l<n>", ", NULL", or nothing. */
static const char *loop_argument(Emitter *emitter, const IrOp *op) {
    const IrOp *iterator = iterator_of(emitter, op);
    if (iterator == NULL) {
        return "";
    }
    if (!is_loop(emitter, iterator)) {
        return ", NULL";
    }
    return arena_printf(&emitter->arena, ", &l%u",
                        (unsigned)emitter->values[iterator->id].variable);
}

bool emit_takes_pair(const Emitter *emitter, const IrOp *op) {
    if (op->opcode == IR_iter) {
        const EmitValue *iterator = &emitter->values[op->id];
        return is_loop(emitter, op) && iterator->uses == 1 &&
               emit_takes_pair(emitter, iterator->user);
    }
    const IrOp *item = op->opcode == IR_unpack ? op->args[0] : op;
    return emitter->values[item->id].pair != NULL;
}

const char *emit_more_arguments(Emitter *emitter, const IrOp *op) {
    const char *loop = loop_argument(emitter, op);
    return op->opcode != IR_iter && emit_takes_pair(emitter, op)
               ? arena_printf(&emitter->arena, "%s, pair", loop)
               : loop;
}

/* ---- the item ---- */

/* May the iterator be that of a range? Of what is no call of that name it hardly is. */
static bool may_be_range(const Emitter *emitter, const IrOp *next) {
    const IrOp *iterator = next->args[0];
    if (iterator->opcode != IR_iter) {
        return true;
    }
    const char *helper = emit_call_helper(emitter, iterator->args[0]);
    return helper != NULL && strcmp(helper, "call_range") == 0;
}

/* The one op that looks at the item of a loop, if nothing else happens before it; or NULL. */
static const IrOp *first_in_loop(const Emitter *emitter, const IrOp *next) {
    const EmitValue *value = &emitter->values[next->id];
    const IrOp *end = next->block->last;
    if (value->uses != 1 || end->opcode != IR_branch || end->args[0]->opcode != IR_has_value ||
        end->args[0]->args[0] != next || end->targets[0].block != value->user->block) {
        return NULL;
    }
    const IrOp *first = value->user->block->first;
    return (first->opcode == IR_loc ? first->next : first) == value->user ? value->user : NULL;
}

/* A loop's item that is unpacked, or stored to a variable, at once. */
static void find_item(Emitter *emitter, const IrOp *next) {
    const IrOp *user = first_in_loop(emitter, next);
    if (user == NULL) {
        return;
    }
    EmitValue *value = &emitter->values[next->id];
    if (user->opcode == IR_unpack && user->imm[0] == 2) {
        value->pair = user;
        emitter->has_pairs = true;
    } else if (user->opcode == IR_slot_set && emitter->hot[next->id] && emitter->hot[user->id] &&
               may_be_range(emitter, next)) {
        value->store = user;
    }
}

/* ---- items of an unpacking ---- */

/* UNPACK_SEQUENCE has one cache entry; what the helper of the brief form holds. */
enum { UNPACK_LENGTH = 2, MOST_UNPACKED = 16, MOST_SLOTS = 256 };

/* Are the items stored to variables one after the other, and looked at by nobody else, where code
 * is not hot? Then the brief form does that, too. */
static void find_stored(Emitter *emitter, const IrOp *unpack) {
    const IrOp *op = unpack->next;
    int32_t count = unpack->imm[0], stored = 0;
    if (op->opcode == IR_decref && op->args[0] == unpack->args[0] && !op->args[0]->nullable) {
        op = op->next;
    }
    if (op->opcode != IR_check || op->args[0] != unpack || emitter->hot[unpack->id] ||
        count > MOST_UNPACKED || emit_takes_pair(emitter, unpack)) {
        return;
    }
    const IrOp *last = NULL;
    for (op = op->next; op != NULL && stored < count; op = op->next) {
        if (op->opcode == IR_item || op->opcode == IR_loc) {
            continue;
        }
        if (op->opcode != IR_slot_set || emitter->hot[op->id] || op->imm[0] >= MOST_SLOTS ||
            op->offset != unpack->offset + UNPACK_LENGTH + stored ||
            op->args[0]->opcode != IR_item || op->args[0]->args[0] != unpack ||
            op->args[0]->imm[0] != stored || emitter->values[op->args[0]->id].uses != 1) {
            return;
        }
        last = op;
        stored++;
    }
    if (stored == count && last != NULL) {
        emitter->values[unpack->id].end = last;
        emitter->has_unused = true;
    }
}

/* ---- all of a function ---- */

void emit_find_loops(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    emitter->has_loop = ARENA_ARRAY(&emitter->arena, bool, emitter->object_count);
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            EmitValue *value = &emitter->values[op->id];
            if (needs_no_iterator(emitter, op)) {
                value->loop = true;
                emitter->has_loop[value->variable] = true;
            } else if (op->opcode == IR_iter_next && value->kind == EMIT_OBJECT) {
                find_item(emitter, op);
            } else if (op->opcode == IR_unpack) {
                find_stored(emitter, op);
            }
        }
    }
}

bool emit_loop(Emitter *emitter, const IrOp *op) {
    const EmitValue *value = &emitter->values[op->id];
    if (op->opcode == IR_iter_next && value->store != NULL) {
        const IrOp *iterator = op->args[0];
        bool loop = is_loop(emitter, iterator);
        strbuf_printf(emitter->out, "    %s = rt_%s_next_slot(ts, frame, %s%s, %d);\n",
                      emit_value(emitter, op),
                      loop                          ? "loop"
                      : iterator->opcode == IR_iter ? "range"
                                                    : "iter",
                      emit_value(emitter, iterator), loop ? loop_argument(emitter, op) : "",
                      (int)value->store->imm[0]);
        return true;
    }
    if (op->opcode == IR_slot_set && emitter->values[op->args[0]->id].store == op) {
        const char *item = emit_value(emitter, op->args[0]);
        strbuf_printf(emitter->out, "    if (%s != RT_INT) rt_slot_set(ts, frame, %s, %d);\n", item,
                      item, (int)op->imm[0]);
        return true;
    }
    return false;
}
