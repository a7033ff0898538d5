/* Calls and new functions.
 *
 * Below the arguments of CALL lie two entries. Which of them is called is known while lowering
 * (from 3.13 on the first of them always is, and the second may be NULL; the two of LOAD_METHOD
 * then lie as the IR has them):
 *
 *     NULL, callable       callable(args…)
 *     function, self       the two of LOAD_METHOD, which may also be (NULL, callable): that is
 * known only at run time, call_method looks callable, argument   decorators, comprehensions,
 * __exit__: callable(argument, args…) */
#include "lowering.h"

enum { HAS_DEFAULTS = 1, HAS_KEYWORD_DEFAULTS = 2, HAS_ANNOTATIONS = 4, HAS_CLOSURE = 8 };

void lower_push_method(Lowering *lowering, IrOp *owner, int32_t name) {
    IrOp *callable = lower_emit1(lowering, IR_method_get, owner);
    callable->imm[0] = name;
    IrOp *self = lower_emit1(lowering, IR_second, callable);
    lower_push_kind(lowering, callable, ENTRY_CALLABLE);
    lower_push_kind(lowering, self, ENTRY_SELF);
}

void lower_load_method(Lowering *lowering) {
    lower_push_method(lowering, lower_pop(lowering), lowering->instr->arg);
}

/* From 3.12 on the lowest bit asks for a method's two; the others are the name. */
void lower_load_attr(Lowering *lowering) {
    int32_t arg = lowering->instr->arg;
    IrOp *owner = lower_pop(lowering);
    if (lowering->minor > 11 && (arg & 1) != 0) {
        lower_push_method(lowering, owner, arg >> 1);
        return;
    }
    IrOp *value = lower_emit1(lowering, IR_attr_get, owner);
    value->imm[0] = lowering->minor > 11 ? arg >> 1 : arg;
    lower_push(lowering, value);
}

/* super().name or super(class, self).name; the former finds both by itself. */
void lower_load_super_attr(Lowering *lowering) {
    enum { CALLED = 1, WITH_ARGUMENTS = 2, NAME_SHIFT = 2 };
    int32_t arg = lowering->instr->arg;
    uint32_t count = (arg & WITH_ARGUMENTS) != 0 ? 3 : 1;
    IrOp **items = lower_pop_many(lowering, 3);
    IrOp *owner = lower_emit(lowering, IR_call, items, count);
    for (uint32_t i = count; i < 3; i++) {
        lower_drop(lowering, items[i]);
    }
    if ((arg & CALLED) != 0) {
        lower_push_method(lowering, owner, arg >> NAME_SHIFT);
        return;
    }
    IrOp *value = lower_emit1(lowering, IR_attr_get, owner);
    value->imm[0] = arg >> NAME_SHIFT;
    lower_push(lowering, value);
}

/* Stands before CALL, or PRECALL and CALL. */
void lower_kw_names(Lowering *lowering) {
    lowering->keywords = lowering->instr->arg;
}

static void call_with_names(Lowering *lowering, IrOp *const *args, uint32_t count) {
    IrOp *result = lower_emit(lowering, IR_call_kw, args, count);
    result->imm[0] = lowering->keywords;
    lowering->keywords = -1;
    lower_push(lowering, result);
}

/* From 3.13 on the names of keywords lie on top. */
void lower_call_kw(Lowering *lowering) {
    IrOp *names = lower_pop(lowering);
    if (names->opcode != IR_const) {
        lower_fail(lowering, "names of keywords of a call are no constant");
        return;
    }
    lowering->keywords = names->imm[0];
    lower_call(lowering);
}

void lower_call(Lowering *lowering) {
    uint32_t count = (uint32_t)lowering->instr->arg;
    IrOp **values = lower_pop_many(lowering, count);
    Entry upper = lower_pop_entry(lowering), lower = lower_pop_entry(lowering);
    IrOp **args = ARENA_ARRAY(lowering->function->arena, IrOp *, count + 2);
    for (uint32_t i = 0; i < count; i++) {
        args[i + 2] = values[i];
    }
    EntryKind kind = lower.kind;
    bool plain = (lowering->minor > 12 ? upper.kind : kind) == ENTRY_NULL;
    bool turned = plain && lowering->minor < 13;
    args[0] = turned ? upper.value : lower.value;
    args[1] = turned ? lower.value : upper.value;
    if (lowering->keywords >= 0) {
        call_with_names(lowering, args, count + 2);
    } else if (kind == ENTRY_CALLABLE) {
        lower_push(lowering, lower_emit(lowering, IR_call_method, args, count + 2));
    } else if (plain) {
        args[1] = args[0];
        lower_push(lowering, lower_emit(lowering, IR_call, args + 1, count + 1));
    } else {
        lower_push(lowering, lower_emit(lowering, IR_call, args, count + 2));
    }
}

void lower_call_function_ex(Lowering *lowering) {
    bool has_keywords = (lowering->instr->arg & 1) != 0;
    IrOp *keywords = has_keywords ? lower_pop(lowering) : lower_emit0(lowering, IR_null);
    IrOp *args = lower_pop(lowering);
    IrOp *upper = lower_pop(lowering), *lower = lower_pop(lowering);
    IrOp *callable = lowering->minor > 12 ? lower : upper; /* the other is NULL */
    IrOpcode call = lowering->minor > 11 ? IR_call_ex_moved : IR_call_ex;
    lower_push(lowering, lower_emit3(lowering, call, callable, args, keywords));
}

/* What the new function gets, from the top of the stack. From 3.13 on, each is an instruction of
 * its own behind this one. */
static int32_t function_parts(const Lowering *lowering) {
    int32_t parts = 0;
    if (lowering->minor < 13) {
        return lowering->instr->arg;
    }
    for (const FrontInstr *at = lowering->instr + 1;
         at < lowering->code->instrs + lowering->code->instr_count &&
         at->opcode == FRONT_SET_FUNCTION_ATTRIBUTE;
         at++) {
        parts |= at->arg;
    }
    return parts;
}

/* Done by the MAKE_FUNCTION before it. */
void lower_set_function_attribute(Lowering *lowering) {
    FrontOpcode before = lowering->index > 0 ? lowering->instr[-1].opcode : FRONT_UNKNOWN;
    if (before != FRONT_MAKE_FUNCTION && before != FRONT_SET_FUNCTION_ATTRIBUTE) {
        lower_fail(lowering, "an attribute is set of a function that is not new");
    }
}

void lower_make_function(Lowering *lowering) {
    /* Operands of func_new after the code, and what lies on the stack, from the top. */
    static const int flags[] = {HAS_DEFAULTS, HAS_KEYWORD_DEFAULTS, HAS_ANNOTATIONS, HAS_CLOSURE};
    enum { PARTS = sizeof(flags) / sizeof(flags[0]) };
    IrOp *args[1 + PARTS] = {lower_pop(lowering)};
    int32_t parts = function_parts(lowering);
    for (int i = PARTS; i-- > 0;) {
        bool given = (parts & flags[i]) != 0;
        args[1 + i] = given ? lower_pop(lowering) : lower_emit0(lowering, IR_null);
    }
    lower_push(lowering, lower_emit(lowering, IR_func_new, args, 1 + PARTS));
}

/* ---- intrinsics: what 3.11 has instructions for ---- */

typedef struct Intrinsic {
    IrOpcode op;
    bool known;
} Intrinsic;

/* By CALL_INTRINSIC_1's argument. What makes type parameters and aliases is one operation; 1 is for
 * interactive use. */
static const Intrinsic unary[] = {
    [2] = {IR_import_star, true}, [3] = {IR_exc_explain_stop, true}, [4] = {IR_async_wrap, true},
    [5] = {IR_positive, true},    [6] = {IR_list_tuple, true},       [7] = {IR_intrinsic, true},
    [8] = {IR_intrinsic, true},   [9] = {IR_intrinsic, true},        [10] = {IR_intrinsic, true},
    [11] = {IR_intrinsic, true},
};

/* By CALL_INTRINSIC_2's argument. */
static const Intrinsic binary[] = {
    [1] = {IR_exc_prepare_star, true}, [2] = {IR_intrinsic_pair, true},
    [3] = {IR_intrinsic_pair, true},   [4] = {IR_intrinsic_pair, true},
    [5] = {IR_intrinsic_pair, true},
};

/* NULL, and the function stays bytecode, where the number is not in the table. */
static IrOp *emit_intrinsic(Lowering *lowering, const Intrinsic *table, size_t size,
                            uint32_t operands) {
    int32_t which = lowering->instr->arg;
    if (which < 0 || (size_t)which >= size || !table[which].known) {
        lower_fail(lowering,
                   arena_printf(lowering->function->arena,
                                "it uses intrinsic function %d, which has no native form", which));
        return NULL;
    }
    IrOp **args = lower_pop_many(lowering, operands);
    return lower_emit(lowering, table[which].op, args, operands);
}

void lower_call_intrinsic_1(Lowering *lowering) {
    IrOp *result = emit_intrinsic(lowering, unary, sizeof(unary) / sizeof(unary[0]), 1);
    if (result != NULL && ir_result(result) == IR_VOID) { /* None is pushed, and popped at once */
        result = lower_emit1(lowering, IR_box_bool, lower_emit0(lowering, IR_true));
    }
    if (result != NULL) {
        lower_push(lowering, result);
    }
}

void lower_call_intrinsic_2(Lowering *lowering) {
    IrOp *result = emit_intrinsic(lowering, binary, sizeof(binary) / sizeof(binary[0]), 2);
    if (result != NULL) {
        lower_push(lowering, result);
    }
}
