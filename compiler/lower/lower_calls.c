/* Calls and new functions.
 *
 * Below the arguments of CALL lie two entries. Which of them is called is known while lowering:
 *
 *     NULL, callable       callable(args…)
 *     function, self       the two of LOAD_METHOD, which may also be (NULL, callable): that is
 * known only at run time, call_method looks callable, argument   decorators, comprehensions,
 * __exit__: callable(argument, args…) */
#include "lowering.h"

enum { HAS_DEFAULTS = 1, HAS_KEYWORD_DEFAULTS = 2, HAS_ANNOTATIONS = 4, HAS_CLOSURE = 8 };

void lower_load_method(Lowering *lowering) {
    IrOp *owner = lower_pop(lowering);
    IrOp *callable = lower_emit1(lowering, IR_method_get, owner);
    IrOp *self = lower_emit1(lowering, IR_second, callable);
    lower_push_kind(lowering, callable, ENTRY_CALLABLE);
    lower_push_kind(lowering, self, ENTRY_SELF);
}

/* Stands before PRECALL and CALL. */
void lower_kw_names(Lowering *lowering) {
    lowering->keywords = lowering->instr->arg;
}

static void call_with_names(Lowering *lowering, IrOp *const *args, uint32_t count) {
    IrOp *result = lower_emit(lowering, IR_call_kw, args, count);
    result->imm[0] = lowering->keywords;
    lowering->keywords = -1;
    lower_push(lowering, result);
}

void lower_call(Lowering *lowering) {
    uint32_t count = (uint32_t)lowering->instr->arg;
    IrOp **values = lower_pop_many(lowering, count);
    IrOp *upper = lower_pop(lowering);
    EntryKind kind = lower_entry(lowering, 1)->kind;
    IrOp *lower = lower_pop(lowering);
    IrOp **args = ARENA_ARRAY(lowering->function->arena, IrOp *, count + 2);
    for (uint32_t i = 0; i < count; i++) {
        args[i + 2] = values[i];
    }
    bool plain = kind == ENTRY_NULL;
    args[0] = plain ? upper : lower;
    args[1] = plain ? lower : upper;
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
    IrOp *callable = lower_pop(lowering);
    lower_pop(lowering); /* NULL */
    lower_push(lowering, lower_emit3(lowering, IR_call_ex, callable, args, keywords));
}

void lower_make_function(Lowering *lowering) {
    /* Operands of func_new after the code, and what lies on the stack, from the top. */
    static const int flags[] = {HAS_DEFAULTS, HAS_KEYWORD_DEFAULTS, HAS_ANNOTATIONS, HAS_CLOSURE};
    enum { PARTS = sizeof(flags) / sizeof(flags[0]) };
    IrOp *args[1 + PARTS] = {lower_pop(lowering)};
    for (int i = PARTS; i-- > 0;) {
        bool given = (lowering->instr->arg & flags[i]) != 0;
        args[1 + i] = given ? lower_pop(lowering) : lower_emit0(lowering, IR_null);
    }
    lower_push(lowering, lower_emit(lowering, IR_func_new, args, 1 + PARTS));
}
