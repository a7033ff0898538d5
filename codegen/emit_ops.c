/* One operation as C.
 *
 * Nearly all are calls of their helper, whose arguments the row in ops.def tells (emit.c). What is
 * cheaper or clearer in place has a case of its own here. */
#include "emit.h"

#include <string.h>

static bool has_variable(const EmitValue *value) {
    return value->kind == EMIT_OBJECT || value->kind == EMIT_NUMBER;
}

static bool is_call(const IrOp *op) {
    return op->opcode == IR_call || op->opcode == IR_call_method || op->opcode == IR_call_kw;
}

/* Number of operands in front of the variable ones. */
static uint32_t fixed_operands(const IrRow *row) {
    return (uint32_t)strcspn(row->args, "*+");
}

static bool is_variadic(const IrRow *row) {
    return row->args[fixed_operands(row)] != '\0';
}

const char *emit_helper_name(const Emitter *emitter, const IrOp *op) {
    if (emit_takes_pair(emitter, op)) {
        return op->opcode == IR_iter        ? "pair_iter"
               : op->opcode == IR_iter_next ? "pair_next"
                                            : "pair_unpack";
    }
    const char *call = emit_call_helper(emitter, op);
    return call != NULL ? call : ir_rows[op->opcode].name;
}

/* ---- the general case ---- */

/* The variable operands as an array. Calls get room for two more in front: the callee may put a
 * `self` there (PY_VECTORCALL_ARGUMENTS_OFFSET) instead of copying them. */
static void add_items(Emitter *emitter, const IrOp *op, uint32_t first) {
    StrBuf *out = emitter->out;
    uint32_t count = op->arg_count - first;
    if (is_call(op)) {
        strbuf_printf(out, "        PyObject *items[RT_CALL_ROOM + %u] = {NULL, NULL",
                      (unsigned)count);
    } else {
        strbuf_puts(out, "        PyObject *items[] = {");
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *separator = i > 0 || is_call(op) ? ", " : "";
        strbuf_printf(out, "%s%s", separator, emit_value(emitter, op->args[first + i]));
    }
    strbuf_puts(out, "};\n");
}

static void add_imms(Emitter *emitter, const IrOp *op, const IrRow *row) {
    uint32_t next = 0;
    for (const char *letter = row->imms; *letter != '\0'; letter++) {
        switch (*letter) {
        case 'f':
        case 'L': break; /* stand in front */
        case 'k': strbuf_printf(emitter->out, ", self->consts[%d]", (int)op->imm[next++]); break;
        case 'n': strbuf_printf(emitter->out, ", self->names[%d]", (int)op->imm[next++]); break;
        case 'l':
        case 'i': strbuf_printf(emitter->out, ", %d", (int)op->imm[next++]); break;
        default: strbuf_printf(emitter->out, ", %s", emit_new_site(emitter, *letter)); break;
        }
    }
}

static void add_call(Emitter *emitter, const IrOp *op, const IrRow *row, uint32_t result_items) {
    StrBuf *out = emitter->out;
    uint32_t fixed = fixed_operands(row);
    strbuf_printf(out, "rt_%s(ts", emit_helper_name(emitter, op));
    if (strchr(row->imms, 'f') != NULL) {
        strbuf_puts(out, ", frame");
    }
    for (uint32_t i = 0; i < fixed && i < op->arg_count; i++) {
        strbuf_printf(out, ", %s", emit_value(emitter, op->args[i]));
    }
    strbuf_puts(out, emit_more_arguments(emitter, op));
    if (is_variadic(row)) {
        uint32_t count = op->arg_count - fixed;
        const char *items = is_call(op) ? "items + RT_CALL_ROOM" : count > 0 ? "items" : "NULL";
        strbuf_printf(out, ", %s, %u", items, (unsigned)count);
    }
    if (row->second != IR_SECOND_NONE) {
        strbuf_puts(out, ", &second");
    } else if (result_items > 0 || row->result == IR_LIST) {
        strbuf_puts(out, ", results");
    }
    add_imms(emitter, op, row);
    strbuf_puts(out, ");\n");
}

/* Results beside the op's own go to their variables at once. */
static void add_other_results(Emitter *emitter, const EmitValue *value, uint32_t result_items) {
    if (value->second != NULL && has_variable(&emitter->values[value->second->id])) {
        strbuf_printf(emitter->out, "        %s = second;\n", emit_value(emitter, value->second));
    }
    for (uint32_t i = 0; i < result_items && value->items != NULL; i++) {
        if (value->items[i] != NULL && has_variable(&emitter->values[value->items[i]->id])) {
            strbuf_printf(emitter->out, "        %s = results[%u];\n",
                          emit_value(emitter, value->items[i]), (unsigned)i);
        }
    }
}

static uint32_t count_results(const IrOp *op) {
    if (op->opcode == IR_unpack_ex) {
        return (uint32_t)(op->imm[0] + 1 + op->imm[1]);
    }
    return op->opcode == IR_unpack ? (uint32_t)op->imm[0] : 0;
}

static void emit_helper(Emitter *emitter, const IrOp *op) {
    const IrRow *row = &ir_rows[op->opcode];
    const EmitValue *value = &emitter->values[op->id];
    StrBuf *out = emitter->out;
    uint32_t fixed = fixed_operands(row), results = count_results(op);
    bool items = is_variadic(row) && (op->arg_count > fixed || is_call(op));
    bool block = items || row->second != IR_SECOND_NONE || row->result == IR_LIST;
    if (block) {
        strbuf_puts(out, "    {\n");
    }
    if (items) {
        add_items(emitter, op, fixed);
    }
    if (row->second != IR_SECOND_NONE) {
        strbuf_puts(out, row->second == IR_SECOND_BOOL ? "        int second = 0;\n"
                                                       : "        PyObject *second = NULL;\n");
    } else if (row->result == IR_LIST) {
        strbuf_printf(out, "        PyObject *results[%u];\n", results > 0 ? (unsigned)results : 1);
    }
    strbuf_puts(out, block ? "        " : "    ");
    if (has_variable(value)) {
        strbuf_printf(out, "%s = ", emit_value(emitter, op));
    }
    add_call(emitter, op, row, results);
    add_other_results(emitter, value, results);
    if (block) {
        strbuf_puts(out, "    }\n");
    }
}

/* ---- in place ---- */

/* Assigns an expression to the op's variable. */
static void assign(Emitter *emitter, const IrOp *op, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void assign(Emitter *emitter, const IrOp *op, const char *format, ...) {
    if (!has_variable(&emitter->values[op->id])) {
        return;
    }
    va_list args;
    va_start(args, format);
    strbuf_printf(emitter->out, "    %s = ", emit_value(emitter, op));
    strbuf_vprintf(emitter->out, format, args);
    strbuf_puts(emitter->out, ";\n");
    va_end(args);
}

/* A hot poll only asks; the check behind it does what is asked for. */
static bool is_short_poll(const Emitter *emitter, const IrOp *op) {
    return op->opcode == IR_poll && emitter->hot[op->id] && op->next->opcode == IR_check &&
           op->next->args[0] == op;
}

static void emit_check(Emitter *emitter, const IrOp *op) {
    const IrOp *checked = op->args[0];
    if (is_short_poll(emitter, checked)) {
        strbuf_printf(emitter->out, "    if (rt_unlikely(%s) && rt_poll_now(ts) < 0) goto E%u;\n",
                      emit_value(emitter, checked), (unsigned)emit_exit(emitter, op, true));
        return;
    }
    const char *value = emit_value(emitter, checked);
    const char *failed = "%s == NULL";
    IrError error = checked->opcode < IR_OPCODE_COUNT ? ir_rows[checked->opcode].error : IR_NULLS;
    if (error == IR_NEG) {
        failed = "%s < 0";
    } else if (error == IR_NULLX) {
        failed = "%s == NULL && RT_RAISED(ts)";
    }
    StrBuf condition = {0};
    const char *at = strstr(failed, "%s");
    strbuf_puts(&condition, value);
    strbuf_puts(&condition, at + 2);
    strbuf_printf(emitter->out, "    if (rt_unlikely(%s)) goto E%u;\n", strbuf_text(&condition),
                  (unsigned)emit_exit(emitter, op, true));
    strbuf_free(&condition);
}

/* The entries of the operand stack move into the frame; the value goes out. */
static void emit_yield(Emitter *emitter, const IrOp *op) {
    StrBuf *out = emitter->out;
    if (op->stack_count > 0) {
        strbuf_puts(out, "    {\n        PyObject *entries[] = {");
        for (uint32_t i = 0; i < op->stack_count; i++) {
            strbuf_printf(out, "%s%s", i > 0 ? ", " : "", emit_value(emitter, op->stack[i]));
        }
        strbuf_printf(out, "};\n        rt_suspend(frame, entries, %u);\n    }\n",
                      (unsigned)op->stack_count);
    } else {
        strbuf_puts(out, "    rt_suspend(frame, NULL, 0);\n");
    }
    strbuf_printf(out, "    return %s;\n", emit_value(emitter, op->args[0]));
}

static void emit_count(Emitter *emitter, const IrOp *op, const char *macro) {
    strbuf_printf(emitter->out, "    %s%s(%s);\n", op->args[0]->nullable ? "rt_x" : "rt_", macro,
                  emit_value(emitter, op->args[0]));
}

/* A repeated `second` or `item` shares the first one's variable; nothing is left to do for any. */
static bool emit_in_place(Emitter *emitter, const IrOp *op) {
    const char *first = op->arg_count > 0 ? emit_value(emitter, op->args[0]) : "";
    switch (op->opcode) {
    case IR_const:
    case IR_null:
    case IR_true:
    case IR_second:
    case IR_item: return true;
    case IR_is:
        assign(emitter, op, "%s == %s", first, emit_value(emitter, op->args[1]));
        return true;
    case IR_not: assign(emitter, op, "!%s", first); return true;
    case IR_is_none: assign(emitter, op, "%s == Py_None", first); return true;
    case IR_has_value: assign(emitter, op, "%s != NULL", first); return true;
    case IR_box_bool: assign(emitter, op, "%s ? Py_True : Py_False", first); return true;
    case IR_sent:
        strbuf_printf(emitter->out, "    %s%srt_sent(ts, frame, throwflag);\n",
                      has_variable(&emitter->values[op->id]) ? emit_value(emitter, op) : "",
                      has_variable(&emitter->values[op->id]) ? " = " : "");
        return true;
    case IR_yield: emit_yield(emitter, op); return true;
    case IR_loc: strbuf_printf(emitter->out, "    RT_LOC(%d);\n", (int)op->imm[0]); return true;
    case IR_incref: emit_count(emitter, op, "incref"); return true;
    case IR_decref: emit_count(emitter, op, "decref"); return true;
    case IR_check: emit_check(emitter, op); return true;
    case IR_poll:
        if (is_short_poll(emitter, op)) {
            assign(emitter, op, "rt_asked(ts)");
            return true;
        }
        return false;
    default: return false;
    }
}

/* RT_HOT is that of the last op that may be hot. */
static void set_hot(Emitter *emitter, const IrOp *op) {
    if (emit_may_be_hot(op) && emitter->hot[op->id] != emitter->hot_now) {
        emitter->hot_now = emitter->hot[op->id];
        strbuf_printf(emitter->out, "#undef RT_HOT\n#define RT_HOT %d\n", emitter->hot_now);
    }
}

void emit_op(Emitter *emitter, const IrOp *op) {
    set_hot(emitter, op);
    emit_instruction_comment(emitter, op);
    if (!emit_lazy(emitter, op) && !emit_loop(emitter, op) && !emit_in_place(emitter, op)) {
        emit_helper(emitter, op);
    }
}
