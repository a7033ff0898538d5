/* Instructions that build, format and unpack. */
#include "lowering.h"

enum {
    SLICE_WITH_STEP = 3,     /* BUILD_SLICE */
    FORMAT_CONVERSION = 3,   /* FORMAT_VALUE: FVC_MASK */
    FORMAT_SPEC = 4,         /* FVS_HAVE_SPEC */
    UNPACK_BEFORE_MASK = 255 /* UNPACK_EX */
};

/* The keys are one tuple on top of the values. */
void lower_build_const_key_map(Lowering *lowering) {
    uint32_t count = (uint32_t)lowering->instr->arg;
    IrOp *keys = lower_pop(lowering);
    IrOp **values = lower_pop_many(lowering, count);
    IrOp **args = ARENA_ARRAY(lowering->function->arena, IrOp *, count + 1);
    args[0] = keys;
    for (uint32_t i = 0; i < count; i++) {
        args[i + 1] = values[i];
    }
    lower_push(lowering, lower_emit(lowering, IR_dict_const, args, count + 1));
}

void lower_build_slice(Lowering *lowering) {
    bool has_step = lowering->instr->arg == SLICE_WITH_STEP;
    IrOp *step = has_step ? lower_pop(lowering) : lower_emit0(lowering, IR_null);
    IrOp *stop = lower_pop(lowering);
    IrOp *start = lower_pop(lowering);
    lower_push(lowering, lower_emit3(lowering, IR_slice_new, start, stop, step));
}

void lower_format_value(Lowering *lowering) {
    bool has_spec = (lowering->instr->arg & FORMAT_SPEC) != 0;
    IrOp *spec = has_spec ? lower_pop(lowering) : lower_emit0(lowering, IR_null);
    IrOp *value = lower_pop(lowering);
    IrOp *text = lower_emit2(lowering, IR_format, value, spec);
    text->imm[0] = lowering->instr->arg & FORMAT_CONVERSION;
    lower_push(lowering, text);
}

/* After CONVERT_VALUE, or of the value as it is. */
static void format_as_is(Lowering *lowering, IrOp *value, IrOp *spec) {
    IrOp *text = lower_emit2(lowering, IR_format, value, spec);
    text->imm[0] = 0;
    lower_push(lowering, text);
}

void lower_format_simple(Lowering *lowering) {
    IrOp *value = lower_pop(lowering);
    format_as_is(lowering, value, lower_emit0(lowering, IR_null));
}

void lower_format_with_spec(Lowering *lowering) {
    IrOp *spec = lower_pop(lowering);
    format_as_is(lowering, lower_pop(lowering), spec);
}

/* The callable lies below the positional arguments, which lie below the dict; from 3.13 on its NULL
 * is above it. */
void lower_dict_merge(Lowering *lowering) {
    uint32_t position = (uint32_t)lowering->instr->arg;
    IrOp *mapping = lower_pop(lowering);
    IrOp *dict = lower_peek(lowering, position);
    IrOp *callable = lower_peek(lowering, position + (lowering->minor > 12 ? 3 : 2));
    lower_emit3(lowering, IR_dict_merge, dict, mapping, callable);
}

/* The first item ends on top. */
static void push_items(Lowering *lowering, IrOp *unpacked, int32_t count) {
    IrOp **items = ARENA_ARRAY(lowering->function->arena, IrOp *, (size_t)count);
    for (int32_t i = 0; i < count; i++) {
        items[i] = lower_emit1(lowering, IR_item, unpacked);
        items[i]->imm[0] = i;
    }
    for (int32_t i = count; i-- > 0;) {
        lower_push(lowering, items[i]);
    }
}

void lower_unpack_sequence(Lowering *lowering) {
    IrOp *iterable = lower_pop(lowering);
    IrOp *unpacked = lower_emit1(lowering, IR_unpack, iterable);
    push_items(lowering, unpacked, lowering->instr->arg);
}

void lower_unpack_ex(Lowering *lowering) {
    IrOp *iterable = lower_pop(lowering);
    IrOp *unpacked = lower_emit1(lowering, IR_unpack_ex, iterable);
    unpacked->imm[0] = lowering->instr->arg & UNPACK_BEFORE_MASK;
    unpacked->imm[1] = lowering->instr->arg >> 8;
    push_items(lowering, unpacked, unpacked->imm[0] + 1 + unpacked->imm[1]);
}
