/* Numbers that need not become objects.
 *
 * Where code is hot, the result of an arithmetic operation that one other operation of the kinds
 * below looks at, and nothing else, is kept as a C number as long as it is one
 * (runtime/native/rt_op_lazy.h): the variable v<n> says what it is, n<n> beside it has the number.
 * One use only, because an operation that goes the long way makes an object of it, and two would
 * make two. */
#include "emit.h"

#include <string.h>

/* BINARY_OP's arguments that say what their operands are likely to be (NB_… in Include/opcode.h).
 */
enum {
    NB_AND = 1,
    NB_FLOOR_DIVIDE = 2,
    NB_LSHIFT = 3,
    NB_MULTIPLY = 5,
    NB_REMAINDER = 6,
    NB_OR = 7,
    NB_POWER = 8,
    NB_RSHIFT = 9,
    NB_TRUE_DIVIDE = 11,
    NB_XOR = 12,
    NB_INPLACE = 13
};

/* Ints that CPython has one object of each (_PyLong_SMALL_INTS). */
enum { LITERAL_MIN = -5, LITERAL_MAX = 256 };

typedef enum Side { SIDE_LEFT = 1, SIDE_RIGHT = 2 } Side;

/* Operands that the arithmetic operation takes over. */
static unsigned taken(IrOpcode opcode) {
    switch (opcode) {
    case IR_binary_left:
    case IR_slot_binary_left: return SIDE_LEFT;
    case IR_binary_right:
    case IR_slot_binary_right: return SIDE_RIGHT;
    case IR_binary_both:
    case IR_slot_binary_both: return SIDE_LEFT | SIDE_RIGHT;
    default: return 0;
    }
}

static bool is_binary(const IrOp *op) {
    return op->opcode >= IR_binary && op->opcode <= IR_binary_both;
}

/* May operand number `i` of the op be such a number? */
static bool accepts(const IrOp *op, uint32_t i) {
    if (is_binary(op) || ir_is_slot_binary(op)) {
        return (taken(op->opcode) >> i & 1) != 0;
    }
    switch (op->opcode) {
    case IR_compare_truth: return true;
    case IR_item_get:
    case IR_attr_set: return i == 1;
    case IR_item_set: return i > 0;
    default: return false;
    }
}

/* ---- which values ---- */

/* Is the value looked at once, by an operation that takes such a number? */
static bool may_be_number(const Emitter *emitter, const IrOp *op) {
    const EmitValue *value = &emitter->values[op->id];
    if (!is_binary(op) || !emitter->hot[op->id] || value->uses != 1 || value->escapes ||
        !emitter->hot[value->user->id]) {
        return false;
    }
    uint32_t i = 0;
    while (value->user->args[i] != op) {
        i++;
    }
    return accepts(value->user, i);
}

void emit_find_lazy(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    emitter->has_number = ARENA_ARRAY(&emitter->arena, bool, emitter->object_count);
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            EmitValue *value = &emitter->values[op->id];
            if (value->kind == EMIT_OBJECT && may_be_number(emitter, op)) {
                value->lazy = true;
                emitter->has_number[value->variable] = true;
            }
        }
    }
}

/* ---- what numbers are likely to be ---- */

static unsigned likely_of_value(const Emitter *emitter, const IrOp *value) {
    switch (value->fact) {
    case FACT_float: return EMIT_FLOATS;
    case FACT_int: return EMIT_INTS;
    default: return emitter->values[value->id].likely;
    }
}

/* A constant int that CPython keeps one object of: nobody can see whether it is made anew. */
static bool is_literal(const Emitter *emitter, const IrOp *value) {
    if (value->opcode != IR_const || emitter->hot_now != 1) {
        return false;
    }
    const FrontConst *constant = &emitter->function->code->consts[value->imm[0]];
    return constant->kind == CONST_INT && constant->small && constant->integer >= LITERAL_MIN &&
           constant->integer <= LITERAL_MAX;
}

/* Floats win: an int beside one is converted. */
static unsigned likely_of_operands(const Emitter *emitter, const IrOp *op) {
    unsigned left = likely_of_value(emitter, op->args[0]);
    unsigned right = likely_of_value(emitter, op->args[1]);
    if (left == EMIT_FLOATS || right == EMIT_FLOATS) {
        return EMIT_FLOATS;
    }
    return left == EMIT_INTS || right == EMIT_INTS ? EMIT_INTS : EMIT_INTS | EMIT_FLOATS;
}

static unsigned likely_of_binary(const Emitter *emitter, const IrOp *op, int32_t operation) {
    switch (operation % NB_INPLACE) {
    case NB_TRUE_DIVIDE:
    case NB_POWER: return EMIT_FLOATS;
    case NB_AND:
    case NB_OR:
    case NB_XOR:
    case NB_LSHIFT:
    case NB_RSHIFT:
    case NB_FLOOR_DIVIDE:
    case NB_REMAINDER: return EMIT_INTS;
    case NB_MULTIPLY:
        for (uint32_t i = 0; i < 2; i++) { /* `2 * x` says less about x than `x + 1` */
            unsigned other = likely_of_value(emitter, op->args[1 - i]);
            if (is_literal(emitter, op->args[i]) && other == 0) {
                return EMIT_INTS | EMIT_FLOATS;
            }
        }
        return likely_of_operands(emitter, op);
    default: return likely_of_operands(emitter, op);
    }
}

static const char *likely_text(unsigned likely) {
    return likely == EMIT_INTS     ? " | RT_INTS"
           : likely == EMIT_FLOATS ? " | RT_FLOATS"
                                   : " | RT_INTS | RT_FLOATS";
}

/* A literal is as good as a float where the other operand is one. Of other ints that is known for
 * arithmetic only, which rounds them. */
static bool is_mixed(const Emitter *emitter, const IrOp *op, unsigned likely) {
    if (!(likely & EMIT_FLOATS)) {
        return false;
    }
    for (uint32_t i = 0; i < 2; i++) {
        if (is_literal(emitter, op->args[i]) ||
            (op->opcode != IR_compare_truth && emit_is_lazy(emitter, op->args[i]) &&
             likely_of_value(emitter, op->args[i]) == EMIT_INTS)) {
            return true;
        }
    }
    return false;
}

/* ---- operations ---- */

bool emit_is_lazy(const Emitter *emitter, const IrOp *value) {
    return emitter->values[value->id].lazy;
}

/* Value and number of an operand, as two arguments. */
static void add_operand(Emitter *emitter, const IrOp *value) {
    if (is_literal(emitter, value)) {
        int64_t number = emitter->function->code->consts[value->imm[0]].integer;
        strbuf_printf(emitter->out, ", RT_INT, %d", (int)number);
        return;
    }
    strbuf_printf(emitter->out, ", %s, ", emit_value(emitter, value));
    if (emit_is_lazy(emitter, value)) {
        strbuf_printf(emitter->out, "n%u", (unsigned)emitter->values[value->id].variable);
    } else {
        strbuf_puts(emitter->out, "0");
    }
}

static void add_operands(Emitter *emitter, const IrOp *op) {
    StrBuf text = {0}, *out = emitter->out;
    emitter->out = &text;
    add_operand(emitter, op->args[0]);
    add_operand(emitter, op->args[1]);
    emitter->out = out;
    strbuf_puts(out, strbuf_text(&text) + 2);
    strbuf_free(&text);
}

static bool is_number(const Emitter *emitter, const IrOp *value) {
    return emit_is_lazy(emitter, value) || is_literal(emitter, value);
}

/* The operation with its bits. */
static void add_operator(Emitter *emitter, const IrOp *op, int32_t operation, unsigned likely) {
    bool left = is_number(emitter, op->args[0]), right = is_number(emitter, op->args[1]);
    unsigned takes = taken(op->opcode);
    strbuf_printf(emitter->out, ", %d%s%s%s%s%s%s", (int)operation,
                  left || (takes & SIDE_LEFT) ? " | RT_TAKES_LEFT" : "",
                  right || (takes & SIDE_RIGHT) ? " | RT_TAKES_RIGHT" : "",
                  left ? " | RT_LAZY_LEFT" : "", right ? " | RT_LAZY_RIGHT" : "",
                  likely_text(likely), is_mixed(emitter, op, likely) ? " | RT_MIXED" : "");
}

static void begin_assignment(Emitter *emitter, const IrOp *op, const char *helper) {
    strbuf_puts(emitter->out, "    ");
    if (emitter->values[op->id].kind != EMIT_NOWHERE) {
        strbuf_printf(emitter->out, "%s = ", emit_value(emitter, op));
    }
    strbuf_printf(emitter->out, "%s(", helper);
}

static void emit_binary(Emitter *emitter, const IrOp *op) {
    EmitValue *value = &emitter->values[op->id];
    unsigned likely = likely_of_binary(emitter, op, op->imm[0]);
    value->likely = likely == (EMIT_INTS | EMIT_FLOATS) ? 0 : likely;
    begin_assignment(emitter, op, value->lazy ? "rt_lazy_binary" : "rt_lazy_binary_box");
    add_operands(emitter, op);
    add_operator(emitter, op, op->imm[0], likely);
    if (value->lazy) {
        strbuf_printf(emitter->out, ", &n%u", (unsigned)value->variable);
    }
    strbuf_puts(emitter->out, ");\n");
}

static void emit_slot_binary(Emitter *emitter, const IrOp *op) {
    begin_assignment(emitter, op, "rt_lazy_slot_binary");
    strbuf_puts(emitter->out, "frame, ");
    add_operands(emitter, op);
    strbuf_printf(emitter->out, ", %d", (int)op->imm[0]);
    add_operator(emitter, op, op->imm[1], likely_of_binary(emitter, op, op->imm[1]));
    strbuf_puts(emitter->out, ");\n");
}

static void emit_compare_truth(Emitter *emitter, const IrOp *op) {
    begin_assignment(emitter, op, "rt_lazy_compare_truth");
    strbuf_puts(emitter->out, "ts, ");
    add_operands(emitter, op);
    add_operator(emitter, op, op->imm[0], likely_of_operands(emitter, op));
    strbuf_puts(emitter->out, ");\n");
}

static void emit_item(Emitter *emitter, const IrOp *op) {
    begin_assignment(emitter, op,
                     op->opcode == IR_item_get ? "rt_lazy_item_get" : "rt_lazy_item_set");
    strbuf_printf(emitter->out, "ts, %s", emit_value(emitter, op->args[0]));
    for (uint32_t i = 1; i < op->arg_count; i++) {
        add_operand(emitter, op->args[i]);
    }
    strbuf_puts(emitter->out, ");\n");
}

static void emit_attr_set(Emitter *emitter, const IrOp *op) {
    begin_assignment(emitter, op, "rt_lazy_attr_set");
    strbuf_printf(emitter->out, "ts, %s", emit_value(emitter, op->args[0]));
    add_operand(emitter, op->args[1]);
    strbuf_printf(emitter->out, ", self->names[%d], %s);\n", (int)op->imm[0],
                  emit_new_site(emitter, 'A'));
}

static bool has_lazy_operand(const Emitter *emitter, const IrOp *op) {
    for (uint32_t i = 0; i < op->arg_count; i++) {
        if (emit_is_lazy(emitter, op->args[i])) {
            return true;
        }
    }
    return false;
}

/* Does the operation gain by a number among its operands? Powers never do. */
static bool has_literal_operand(const Emitter *emitter, const IrOp *op) {
    switch (op->opcode) {
    case IR_item_get: return is_literal(emitter, op->args[1]);
    case IR_item_set: return false;
    default:
        return (!is_binary(op) || op->imm[0] % NB_INPLACE != NB_POWER) &&
               (is_literal(emitter, op->args[0]) || is_literal(emitter, op->args[1]));
    }
}

bool emit_lazy(Emitter *emitter, const IrOp *op) {
    bool lazy = has_lazy_operand(emitter, op);
    if (is_binary(op) && (lazy || emit_is_lazy(emitter, op) || has_literal_operand(emitter, op))) {
        emit_binary(emitter, op);
    } else if (ir_is_slot_binary(op) && emitter->hot_now == 1) {
        emit_slot_binary(emitter, op);
    } else if (op->opcode == IR_compare_truth && emitter->hot_now == 1 &&
               (lazy || likely_of_operands(emitter, op) == EMIT_FLOATS ||
                has_literal_operand(emitter, op))) {
        emit_compare_truth(emitter, op);
    } else if ((op->opcode == IR_item_get || op->opcode == IR_item_set) &&
               (lazy || has_literal_operand(emitter, op))) {
        emit_item(emitter, op);
    } else if (op->opcode == IR_attr_set && lazy) {
        emit_attr_set(emitter, op);
    } else if (op->opcode == IR_decref && lazy) {
        strbuf_printf(emitter->out, "    rt_lazy_decref(%s);\n", emit_value(emitter, op->args[0]));
    } else {
        return false;
    }
    return true;
}
