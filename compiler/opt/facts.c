/* facts: the exact types of values that are known without looking at them.
 *
 * Constants, displays and a few operations have them; a parameter has the type that all its
 * arguments have. Found optimistically: a parameter takes the type of the first argument that has
 * one, and loses it when another disagrees; this ends because a value changes at most twice. */
#include "../ir/cfg.h"
#include "opt.h"

#include <stdlib.h>

/* For parameters that no argument has reached yet; nobody sees it in the end. */
enum { FACT_ANY = FACT_COUNT };

/* BINARY_OP's arguments (NB_* in Include/opcode.h); the in-place ones are 13 more. */
enum {
    NB_ADD,
    NB_AND,
    NB_FLOOR_DIVIDE,
    NB_LSHIFT,
    NB_MATRIX_MULTIPLY,
    NB_MULTIPLY,
    NB_REMAINDER,
    NB_OR,
    NB_POWER,
    NB_RSHIFT,
    NB_SUBTRACT,
    NB_TRUE_DIVIDE,
    NB_XOR,
    NB_INPLACE
};

static IrFact fact_of_const(const FrontCode *code, int32_t number) {
    if (number < 0 || (uint32_t)number >= code->const_count) {
        return FACT_UNKNOWN;
    }
    switch (code->consts[number].kind) {
    case CONST_NONE: return FACT_none;
    case CONST_TRUE:
    case CONST_FALSE: return FACT_bool;
    case CONST_INT: return FACT_int;
    case CONST_FLOAT: return FACT_float;
    case CONST_STR: return FACT_str;
    case CONST_BYTES: return FACT_bytes;
    case CONST_TUPLE: return FACT_tuple;
    case CONST_CODE: return FACT_code;
    case CONST_ELLIPSIS:
    case CONST_OTHER: break;
    }
    return FACT_UNKNOWN;
}

static bool is_integral(IrFact fact) {
    return fact == FACT_int || fact == FACT_bool;
}

/* int and bool; only and, or, xor of two bools are a bool. */
static IrFact fact_of_integers(int32_t operator, bool bools) {
    switch (operator) {
    case NB_ADD:
    case NB_SUBTRACT:
    case NB_MULTIPLY:
    case NB_FLOOR_DIVIDE:
    case NB_REMAINDER:
    case NB_LSHIFT:
    case NB_RSHIFT: return FACT_int;
    case NB_AND:
    case NB_OR:
    case NB_XOR: return bools ? FACT_bool : FACT_int;
    case NB_TRUE_DIVIDE: return FACT_float;
    default: return FACT_UNKNOWN; /* int ** int may be a float */
    }
}

static IrFact fact_of_floats(int32_t operator) {
    switch (operator) {
    case NB_ADD:
    case NB_SUBTRACT:
    case NB_MULTIPLY:
    case NB_FLOOR_DIVIDE:
    case NB_REMAINDER:
    case NB_TRUE_DIVIDE: return FACT_float;
    default: return FACT_UNKNOWN; /* float ** float may be complex */
    }
}

static IrFact fact_of_binary(const IrOp *op) {
    IrFact left = op->args[0]->fact, right = op->args[1]->fact;
    int32_t operator= op->imm[0] % NB_INPLACE;
    if (is_integral(left) && is_integral(right)) {
        return fact_of_integers(operator, left == FACT_bool && right == FACT_bool);
    }
    if ((left == FACT_float || is_integral(left)) && (right == FACT_float || is_integral(right))) {
        return fact_of_floats(operator);
    }
    bool joins = left == FACT_str || left == FACT_bytes || left == FACT_tuple || left == FACT_list;
    return operator== NB_ADD && left == right && joins ? left : FACT_UNKNOWN;
}

static IrFact fact_of_unary(const IrOp *op) {
    IrFact fact = op->args[0]->fact;
    if (is_integral(fact)) {
        return FACT_int;
    }
    bool number = fact == FACT_float || fact == FACT_complex;
    return number && op->opcode != IR_invert ? fact : FACT_UNKNOWN;
}

/* The list of the middle of an unpacking. */
static IrFact fact_of_item(const IrOp *op) {
    const IrOp *of = op->args[0];
    return of->opcode == IR_unpack_ex && op->imm[0] == of->imm[0] ? FACT_list : FACT_UNKNOWN;
}

static IrFact fact_of(const FrontCode *code, const IrOp *op) {
    switch ((int)op->opcode) {
    case IR_const: return fact_of_const(code, op->imm[0]);
    case IR_box_bool: return FACT_bool;
    case IR_cell_ref: return FACT_cell;
    case IR_length:
    case IR_exc_lasti: return FACT_int;
    case IR_str_join: return FACT_str;
    case IR_tuple_new:
    case IR_list_tuple: return FACT_tuple;
    case IR_list_new: return FACT_list;
    case IR_set_new: return FACT_set;
    case IR_dict_new:
    case IR_dict_const: return FACT_dict;
    case IR_slice_new: return FACT_slice;
    case IR_binary: return fact_of_binary(op);
    case IR_negative:
    case IR_positive:
    case IR_invert: return fact_of_unary(op);
    case IR_item: return fact_of_item(op);
    default: return FACT_UNKNOWN;
    }
}

typedef struct Facts {
    IrFunction *function;
    bool changed;
} Facts;

static void set_fact(Facts *facts, IrOp *value, int fact) {
    if ((int)value->fact != fact) {
        value->fact = (IrFact)fact;
        facts->changed = true;
    }
}

/* An edge gives its arguments to parameters. */
static void give(Facts *facts, const IrBlock *block, IrOp *const *args) {
    for (uint32_t i = 0; args != NULL && i < block->param_count; i++) {
        int given = (int)args[i]->fact, known = (int)block->params[i]->fact;
        if (given != FACT_ANY && given != known) {
            set_fact(facts, block->params[i], known == FACT_ANY ? given : FACT_UNKNOWN);
        }
    }
}

/* An operand that is not known yet leaves the result open as well. */
static bool waits(const IrOp *op) {
    for (uint32_t i = 0; i < op->arg_count; i++) {
        if ((int)op->args[i]->fact == FACT_ANY) {
            return true;
        }
    }
    return false;
}

static void run_block(Facts *facts, const IrBlock *block) {
    for (IrOp *op = block->first; op != NULL; op = op->next) {
        bool arithmetic = op->opcode == IR_binary || op->opcode == IR_negative ||
                          op->opcode == IR_positive || op->opcode == IR_invert;
        set_fact(facts, op,
                 arithmetic && waits(op) ? FACT_ANY : (int)fact_of(facts->function->code, op));
        for (uint32_t i = 0; i < op->target_count; i++) {
            give(facts, op->targets[i].block, op->targets[i].args);
        }
        const IrBlock *handler = ir_raise_target(facts->function, op);
        if (handler != NULL) {
            give(facts, handler, op->stack);
        }
    }
}

/* What is still open can never be reached by a value. */
static void start(const IrFunction *function, int fact) {
    for (size_t i = 0; i < function->blocks.count; i++) {
        const IrBlock *block = function->blocks.items[i];
        for (uint32_t j = 0; j < block->param_count; j++) {
            if (fact == FACT_ANY || (int)block->params[j]->fact == FACT_ANY) {
                block->params[j]->fact = (IrFact)fact;
            }
        }
        for (IrOp *op = block->first; op != NULL && fact != FACT_ANY; op = op->next) {
            if ((int)op->fact == FACT_ANY) {
                op->fact = FACT_UNKNOWN;
            }
        }
    }
    for (size_t i = 0; i < function->resumes.count; i++) {
        const IrBlock *block = function->resumes.items[i].block;
        for (uint32_t j = 0; j < block->param_count; j++) {
            block->params[j]->fact = FACT_UNKNOWN; /* from the frame */
        }
    }
}

void opt_facts(IrFunction *function) {
    Facts facts = {.function = function};
    start(function, FACT_ANY);
    do {
        facts.changed = false;
        for (size_t i = 0; i < function->blocks.count; i++) {
            run_block(&facts, function->blocks.items[i]);
        }
    } while (facts.changed);
    start(function, FACT_UNKNOWN);
}
