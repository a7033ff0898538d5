/* Numbers that need not become objects.
 *
 * Where code is hot, the result of an arithmetic operation that one other operation of the kinds
 * below looks at, and nothing else, is kept as a C number as long as it is one
 * (runtime/native/rt_op_lazy.h): the variable v<n> says what it is, n<n> beside it has the number.
 * One use only, because an operation that goes the long way makes an object of it, and two would
 * make two. A loop variable over a range has its number put into the object that is there, and an
 * item that is unpacked into two comes without a tuple (runtime/native/rt_op_pair.c).
 *
 * Found here, too, because it takes the same knowledge of who looks at a value: unpackings whose
 * brief form may store the items. */
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

/* Operations that only ask whether the value is there, or drop it. */
static bool is_bookkeeping(const IrOp *op) {
    return op->opcode == IR_check || op->opcode == IR_decref || op->opcode == IR_has_value;
}

/* ---- which values ---- */

typedef struct Uses {
    uint32_t *count; /* by value id */
    IrOp **user;     /* by value id: the last one found */
    bool *other;     /* by value id: something that needs an object */
} Uses;

static void count_op(Uses *uses, IrOp *op, bool hot) {
    for (uint32_t i = 0; i < op->arg_count && !is_bookkeeping(op); i++) {
        uint32_t id = op->args[i]->id;
        uses->count[id]++;
        uses->user[id] = op;
        uses->other[id] |= !hot || !accepts(op, i);
    }
    for (uint32_t i = 0; op->opcode == IR_yield && i < op->stack_count; i++) {
        uses->other[op->stack[i]->id] = true;
    }
    for (uint32_t t = 0; t < op->target_count && op->opcode != IR_resume; t++) {
        for (uint32_t i = 0; i < op->targets[t].block->param_count; i++) {
            uses->other[op->targets[t].args[i]->id] = true;
        }
    }
}

static Uses find_uses(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    Uses uses = {ARENA_ARRAY(&emitter->arena, uint32_t, function->next_value),
                 ARENA_ARRAY(&emitter->arena, IrOp *, function->next_value),
                 ARENA_ARRAY(&emitter->arena, bool, function->next_value)};
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            count_op(&uses, op, emitter->hot[op->id]);
        }
    }
    return uses;
}

/* Does this function make the iterator? */
static bool is_known_iterator(const IrOp *next) {
    return next->args[0]->opcode == IR_iter;
}

/* May the iterator be that of a range? Of what is no call of that name it hardly is. */
static bool may_be_range(const Emitter *emitter, const IrOp *next) {
    if (!is_known_iterator(next)) {
        return true;
    }
    const IrOp *iterable = next->args[0]->args[0];
    return iterable->opcode == IR_call &&
           strcmp(emit_helper_name(emitter, iterable), "call_range") == 0;
}

/* The one op that looks at the item of a loop, if nothing else happens before it; or NULL. */
static const IrOp *first_in_loop(const Uses *uses, const IrOp *next) {
    const IrOp *end = next->block->last, *user = uses->user[next->id];
    if (uses->count[next->id] != 1 || end->opcode != IR_branch ||
        end->args[0]->opcode != IR_has_value || end->args[0]->args[0] != next ||
        end->targets[0].block != user->block) {
        return NULL;
    }
    const IrOp *first = user->block->first;
    return (first->opcode == IR_loc ? first->next : first) == user ? user : NULL;
}

/* A loop's item that is unpacked, or stored to a variable, at once. */
static void find_loop_item(Emitter *emitter, const Uses *uses, const IrOp *next) {
    const IrOp *user = first_in_loop(uses, next);
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

/* UNPACK_SEQUENCE has one cache entry; what the helper of the brief form holds. */
enum { UNPACK_LENGTH = 2, MOST_UNPACKED = 16, MOST_SLOTS = 256 };

/* Are the items of an unpack stored to variables one after the other, and looked at by nobody else,
 * where code is not hot? Then its brief form does that, too. */
static void find_stored(Emitter *emitter, const Uses *uses, const IrOp *unpack) {
    const IrOp *op = unpack->next;
    int32_t count = unpack->imm[0], stored = 0;
    if (op->opcode == IR_decref && op->args[0] == unpack->args[0] && !op->args[0]->nullable) {
        op = op->next;
    }
    if (op->opcode != IR_check || op->args[0] != unpack || emitter->hot[unpack->id] ||
        count > MOST_UNPACKED || *emit_pair_argument(emitter, unpack) != '\0') {
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
            op->args[0]->imm[0] != stored || uses->count[op->args[0]->id] != 1) {
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

void emit_find_lazy(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    Uses uses = find_uses(emitter);
    emitter->has_number = ARENA_ARRAY(&emitter->arena, bool, emitter->object_count);
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            EmitValue *value = &emitter->values[op->id];
            if (op->opcode == IR_unpack) {
                find_stored(emitter, &uses, op);
            }
            if (value->kind != EMIT_OBJECT) {
                continue;
            }
            if (op->opcode == IR_iter_next) {
                find_loop_item(emitter, &uses, op);
            } else if (is_binary(op) && emitter->hot[op->id] && uses.count[op->id] == 1 &&
                       !uses.other[op->id]) {
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
    } else if (op->opcode == IR_iter_next && emitter->values[op->id].store != NULL) {
        strbuf_printf(emitter->out, "    %s = rt_%s_next_slot(ts, frame, %s, %d);\n",
                      emit_value(emitter, op), is_known_iterator(op) ? "range" : "iter",
                      emit_value(emitter, op->args[0]), (int)emitter->values[op->id].store->imm[0]);
    } else if (op->opcode == IR_slot_set && emitter->values[op->args[0]->id].store == op) {
        const char *item = emit_value(emitter, op->args[0]);
        strbuf_printf(emitter->out, "    if (%s != RT_INT) rt_slot_set(ts, frame, %s, %d);\n", item,
                      item, (int)op->imm[0]);
    } else {
        return false;
    }
    return true;
}
