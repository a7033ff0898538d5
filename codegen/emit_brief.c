/* Operations in their brief form, where code is not hot: one call that also stores the place
 * before the operation and drops operands after it (runtime/native/rt_brief.h). A `loc` in front
 * and the `decref`s behind are part of the call if they are what the helper does, in its order. */
#include "emit.h"

#include <string.h>

/* The operands that the helper may drop, in the order in which it drops them; NULL: there is no
 * brief form. The order is the interpreter's (opt/own.c). */
static const char *drop_order(const IrOp *op) {
    switch (op->opcode) {
    case IR_global_get:
    case IR_method_get:
    case IR_cell_get:
    case IR_tuple_new:
    case IR_list_new:
    case IR_binary_left:
    case IR_binary_right:
    case IR_binary_both:
    case IR_slot_binary_left:
    case IR_slot_binary_right:
    case IR_slot_binary_both:
    case IR_slot_set:
    case IR_poll: return "";
    case IR_attr_get:
    case IR_truth:
    case IR_call:
    case IR_call_method:
    case IR_iter:
    case IR_iter_next: return "0";
    case IR_item_get:
    case IR_binary:
    case IR_slot_binary:
    case IR_compare:
    case IR_compare_truth:
    case IR_exc_match:
    case IR_format: return "01";
    case IR_attr_set:
    case IR_contains: return "10";
    case IR_item_set: return "201";
    default: return NULL;
    }
}

/* The last of the `decref`s behind the op that its helper can do; `drops`: their operands. */
static const IrOp *take_drops(const IrOp *op, unsigned *drops) {
    const IrOp *last = op;
    const char *order = drop_order(op);
    for (const IrOp *next = op->next;
         order != NULL && next->opcode == IR_decref && !next->args[0]->nullable;
         next = next->next) {
        while (*order != '\0' && op->args[*order - '0'] != next->args[0]) {
            order++;
        }
        if (*order == '\0') {
            break;
        }
        *drops |= 1u << (*order++ - '0');
        last = next;
    }
    return last;
}

/* The variants of an operator that take operands over share its brief form. */
static const char *helper_name(const Emitter *emitter, const IrOp *op, const char **takes) {
    *takes = "";
    switch (op->opcode) {
    case IR_binary_left: *takes = " | RT_TAKES_LEFT"; return "binary";
    case IR_binary_right: *takes = " | RT_TAKES_RIGHT"; return "binary";
    case IR_binary_both: *takes = " | RT_TAKES"; return "binary";
    case IR_slot_binary_left: *takes = " | RT_TAKES_LEFT"; return "slot_binary";
    case IR_slot_binary_right: *takes = " | RT_TAKES_RIGHT"; return "slot_binary";
    case IR_slot_binary_both: *takes = " | RT_TAKES"; return "slot_binary";
    default: return emit_helper_name(emitter, op);
    }
}

/* A variable number of operands starts here; a call's `self` goes in front of the others. */
static uint32_t first_item(const IrOp *op) {
    return op->opcode == IR_call || op->opcode == IR_call_method ? 1 : 0;
}

static void add_items(Emitter *emitter, const IrOp *op) {
    StrBuf *out = emitter->out;
    strbuf_puts(out, op->opcode == IR_call          ? "        PyObject *items[] = {NULL, NULL"
                     : op->opcode == IR_call_method ? "        PyObject *items[] = {NULL"
                                                    : "        PyObject *items[] = {");
    for (uint32_t i = first_item(op); i < op->arg_count; i++) {
        strbuf_printf(out, "%s%s", i > 0 ? ", " : "", emit_value(emitter, op->args[i]));
    }
    strbuf_puts(out, "};\n");
}

static void add_arguments(Emitter *emitter, const IrOp *op, bool items) {
    StrBuf *out = emitter->out;
    uint32_t next = 0, fixed = items ? first_item(op) : op->arg_count;
    for (uint32_t i = 0; i < fixed; i++) {
        strbuf_printf(out, ", %s", emit_value(emitter, op->args[i]));
    }
    strbuf_puts(out, emit_more_arguments(emitter, op));
    if (first_item(op) > 0) {
        uint32_t self = op->opcode == IR_call_method;
        strbuf_printf(out, ", items + RT_CALL_ROOM, %u", (unsigned)(op->arg_count - 1 - self));
    } else if (items) {
        strbuf_printf(out, ", items, %u", (unsigned)op->arg_count);
    } else if (op->opcode == IR_tuple_new || op->opcode == IR_list_new) {
        strbuf_puts(out, ", NULL, 0");
    }
    if (ir_rows[op->opcode].second != IR_SECOND_NONE) {
        strbuf_puts(out, ", &second");
    }
    for (const char *letter = ir_rows[op->opcode].imms; *letter != '\0'; letter++) {
        if (strchr("knli", *letter) != NULL) {
            strbuf_printf(out, ", %d", (int)op->imm[next++]);
        } else if (strchr("fL", *letter) == NULL) {
            strbuf_printf(out, ", %s", emit_new_site(emitter, *letter));
        }
    }
}

static bool has_items(const IrOp *op) {
    return first_item(op) > 0 ||
           ((op->opcode == IR_tuple_new || op->opcode == IR_list_new) && op->arg_count > 0);
}

static const IrOp *emit_call(Emitter *emitter, const IrOp *op) {
    const EmitValue *value = &emitter->values[op->id];
    bool second = ir_rows[op->opcode].second != IR_SECOND_NONE;
    bool block = second || has_items(op);
    const char *takes;
    unsigned drops = 0;
    const IrOp *last = take_drops(op, &drops);
    StrBuf *out = emitter->out;
    emit_instruction_comment(emitter, op);
    if (block) {
        strbuf_puts(out, "    {\n");
    }
    if (has_items(op)) {
        add_items(emitter, op);
    }
    if (second) {
        strbuf_puts(out, "        PyObject *second;\n");
    }
    strbuf_puts(out, block ? "        " : "    ");
    if (value->kind != EMIT_NOWHERE) {
        strbuf_printf(out, "%s = ", emit_value(emitter, op));
    }
    strbuf_printf(out, "rt_brief_%s(frame", helper_name(emitter, op, &takes));
    add_arguments(emitter, op, has_items(op));
    strbuf_printf(out, "%s, RT_AT(%d, %u));\n", takes, (int)op->offset, drops);
    if (value->second != NULL && emitter->values[value->second->id].kind != EMIT_NOWHERE) {
        strbuf_printf(out, "        %s = second;\n", emit_value(emitter, value->second));
    }
    if (block) {
        strbuf_puts(out, "    }\n");
    }
    return last;
}

/* UNPACK_SEQUENCE with the STORE_FASTs behind it; what lies in between is its own check. */
static const IrOp *emit_unpack(Emitter *emitter, const IrOp *op) {
    StrBuf *out = emitter->out;
    const IrOp *last = emitter->values[op->id].end, *check = op->next;
    bool drops = check->opcode == IR_decref;
    check = drops ? check->next : check;
    emit_instruction_comment(emitter, op);
    strbuf_puts(out, "    {\n        static const uint8_t slots[] = {");
    int32_t stored = 0;
    for (const IrOp *store = check; stored < op->imm[0]; store = store->next) {
        if (store->opcode == IR_slot_set) {
            strbuf_printf(out, "%s%d", stored++ > 0 ? ", " : "", (int)store->imm[0]);
        }
    }
    strbuf_printf(out,
                  "};\n        %s = rt_brief_unpack(frame, %s, slots, %d, RT_AT(%d, %d));\n    }\n",
                  emit_value(emitter, op), emit_value(emitter, op->args[0]), (int)op->imm[0],
                  (int)op->offset, drops);
    emit_op(emitter, check);
    return last;
}

const IrOp *emit_brief(Emitter *emitter, const IrOp *op) {
    const IrOp *main = op->opcode == IR_loc ? op->next : op;
    if (emitter->hot[main->id]) {
        return NULL;
    }
    if (emitter->values[main->id].end != NULL) {
        return emit_unpack(emitter, main);
    }
    if (main->offset >= 0 && drop_order(main) != NULL &&
        (op == main || op->imm[0] == main->offset)) {
        return emit_call(emitter, main);
    }
    if (op->opcode == IR_decref && !op->args[0]->nullable && !emit_is_lazy(emitter, op->args[0])) {
        strbuf_printf(emitter->out, "    rt_brief_decref(%s);\n", emit_value(emitter, op->args[0]));
        return op;
    }
    return NULL;
}
