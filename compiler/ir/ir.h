/* The intermediate representation: SSA for temporaries, frame slots for local variables.
 *
 * A function is a graph of basic blocks. A block has parameters (phis in block-argument form),
 * operations, and ends with one control operation. Local variables live in the slots of the
 * function's frame, exactly where the interpreter keeps them; only what CPython keeps on its
 * operand stack is a value here. An operation is the value it produces.
 *
 * Laws (ir_verify checks them): a value is defined before it is used, on every path; operands fit
 * the row in ops.def; a block ends with its only END operation; targets get as many arguments as
 * the target has parameters (those of `resume` none: they come from the frame's stack); handlers
 * have one parameter for each stack entry their region keeps. Until `errors` has run, operations
 * raise implicitly: `region` says where to, `stack` what was on the operand stack below their
 * operands. Afterwards `check` operations carry the edge. Until `own` has run there are no
 * reference counts: results are as ops.def says, operands too, and passes move values freely. */
#ifndef PYC2C_IR_IR_H
#define PYC2C_IR_IR_H

#include "../front/bytecode.h"
#include "../support/arena.h"
#include "../support/strbuf.h"
#include "../support/vec.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum IrOpcode {
#define OP(id, result, second, args, imms, effects, error, doc) IR_##id,
#include "ops.def"
#undef OP
    IR_OPCODE_COUNT,
    IR_param = IR_OPCODE_COUNT /* a block parameter; stands in IrBlock.params, never in the list of
                                  operations */
} IrOpcode;

typedef enum IrResult { IR_VOID, IR_OBJ, IR_BORROWED, IR_BOOL, IR_LIST, IR_END } IrResult;
typedef enum IrSecond {
    IR_SECOND_NONE,
    IR_SECOND_OBJ,
    IR_SECOND_OBJ_OR_NULL,
    IR_SECOND_BOOL
} IrSecond;
typedef enum IrError { IR_NEVER, IR_NULLS, IR_NULLX, IR_NEG, IR_ALWAYS } IrError;
enum { FX_R = 1, FX_W = 2, FX_P = 4, FX_E = 8, FX_Y = 16, FX_A = 32 };

typedef struct IrRow {
    const char *name;
    IrResult result;
    IrSecond second;
    const char *args, *imms;
    unsigned effects;
    IrError error;
    const char *doc;
} IrRow;
extern const IrRow ir_rows[IR_OPCODE_COUNT];

/* What is known about a value. 0 = nothing. */
typedef enum IrFact {
    FACT_UNKNOWN,
#define FACT(id, text, type, leaf) FACT_##id,
#include "types.def"
#undef FACT
    FACT_COUNT
} IrFact;

typedef struct IrOp IrOp;
typedef struct IrBlock IrBlock;
typedef struct IrFunction IrFunction;

typedef struct IrEdge {
    IrBlock *block;
    IrOp **args; /* block->param_count of them */
} IrEdge;

typedef VEC(IrOp *) IrOpList;

enum { IR_IMM_MAX = 2, IR_NO_REGION = -1 };

struct IrOp {
    IrOpcode opcode;
    uint32_t id;             /* of the value, unique in its function, for the text form */
    IrFact fact;             /* exact type of the result, if known */
    bool nullable;           /* after `own`: a reference that may be NULL */
    int32_t imm[IR_IMM_MAX]; /* values of the letters k, n, l, i of the row, in their order */
    uint32_t arg_count;
    IrOp **args;
    int32_t offset; /* code unit of the instruction it stems from; -1: none of its own */
    int32_t region; /* index in fn->regions, IR_NO_REGION: an exception leaves the function */
    uint32_t stack_count;
    IrOp **stack; /* operand stack below the instruction's operands, bottom first; NULL entries of
                     it are `null` ops. Set for every operation with effects and for jumps and
                     branches (what lies there after their own operands are popped): what stands in
                     a stack lives at least until then. `own` takes it away, but for `yield` */
    uint32_t target_count;
    IrEdge *targets; /* END operations; `check`: none or one (the handler) */
    uint32_t release_count;
    IrOp **release; /* `check`, raise, reraise, after `own`: owned values to drop on the way to the
                       handler, in this order */
    IrBlock *block;
    IrOp *previous, *next;
    void *scratch; /* for the pass that runs; undefined otherwise */
};

struct IrBlock {
    uint32_t id;
    uint32_t index; /* in fn->blocks, after ir_order or ir_cfg_new */
    uint32_t param_count;
    IrOp **params; /* opcode IR_param; owned references after `own` */
    IrOp *first, *last;
    int32_t handler; /* index of the region whose handler this is, IR_NO_REGION for other blocks */
    bool cold;       /* only reached by exceptions */
    void *scratch;
};

/* A protected region: where exceptions of its operations go. */
typedef struct IrRegion {
    IrBlock *handler;
    uint32_t depth; /* stack entries kept: the handler's parameters */
    bool lasti;     /* the handler starts with exc_lasti, exc_catch (otherwise with exc_catch) */
} IrRegion;

/* A point where a generator continues: prev_instr has this offset, and the frame's stack holds
 * `depth` entries and what is sent in. The block has `depth` parameters and starts with `sent`.
 * `origin`: of the instruction that is over then; from 3.13 on the frame stands at the next one. */
typedef struct IrResume {
    int32_t offset, origin;
    uint32_t depth;
    IrBlock *block;
} IrResume;

/* Which passes have run. */
typedef enum IrStage { IR_STAGE_LOWERED, IR_STAGE_ERRORS, IR_STAGE_OWNED } IrStage;

struct IrFunction {
    Arena *arena;
    const FrontCode *code;
    IrStage stage;
    IrBlock *entry;        /* of a generator's step: ends with `resume` */
    VEC(IrBlock *) blocks; /* in a good order for emission: reverse postorder, cold ones last */
    VEC(IrRegion) regions;
    VEC(IrResume) resumes;
    uint32_t next_value, next_block;
};

/* ---- build.c ---- */
IrFunction *ir_function_new(Arena *arena, const FrontCode *code);
void ir_function_free(IrFunction *function); /* the vectors; the rest is the arena's */
/* Added to fn->blocks; no region's handler, not cold. */
IrBlock *ir_block_new(IrFunction *function, uint32_t param_count);
/* Appended to the block. args are copied. Offset -1, region none, no stack: set them afterwards. */
IrOp *ir_append(IrFunction *function, IrBlock *block, IrOpcode opcode, IrOp *const *args,
                uint32_t count);
/* Beside an operation of a block; offset and region as that one has them. */
IrOp *ir_insert_before(IrFunction *function, IrOp *at, IrOpcode opcode, IrOp *const *args,
                       uint32_t count);
IrOp *ir_insert_after(IrFunction *function, IrOp *at, IrOpcode opcode, IrOp *const *args,
                      uint32_t count);
/* One more target of `op`; args are copied. */
void ir_add_target(IrFunction *function, IrOp *op, IrBlock *block, IrOp *const *args,
                   uint32_t count);
/* Sets the stack; a copy. */
void ir_set_stack(IrFunction *function, IrOp *op, IrOp *const *entries, uint32_t count);
void ir_remove(IrOp *op); /* from its block; nobody may use it */
/* Every use of a value whose `scratch` is not NULL becomes the value that is there, or further if
 * that one has a replacement as well. `scratch` of all values must be set. */
void ir_forward(IrFunction *function);
/* Calls visit(context, &use) for each use that `op` makes: operands, stack, targets' arguments,
 * releases. */
void ir_each_use(IrOp *op, void (*visit)(void *context, IrOp **use), void *context);
/* Letters of ops.def for operand number `i` of an op, variadic ones included. */
char ir_arg_letter(const IrOp *op, uint32_t i);
/* What the op yields; of a `second`, the kind that its operand's row says. A parameter: OBJ. */
IrResult ir_result(const IrOp *op);
/* How many of imm[] the row uses. */
uint32_t ir_imm_count(IrOpcode opcode);
/* The instruction at an offset; NULL: there is none, or it is -1. */
const FrontInstr *ir_instr_at(const FrontCode *code, int32_t offset);
static inline bool ir_may_raise(const IrOp *op) {
    return op->opcode < IR_OPCODE_COUNT && ir_rows[op->opcode].error != IR_NEVER;
}
static inline unsigned ir_effects(const IrOp *op) {
    return op->opcode < IR_OPCODE_COUNT ? ir_rows[op->opcode].effects : 0;
}
static inline bool ir_is_slot_binary(const IrOp *op) {
    return op->opcode >= IR_slot_binary && op->opcode <= IR_slot_binary_both;
}
static inline bool ir_is_end(const IrOp *op) {
    return op->opcode < IR_OPCODE_COUNT && ir_rows[op->opcode].result == IR_END;
}

/* ---- cfg.c (more: cfg.h) ---- */
/* Removes blocks that cannot be reached, sorts the rest, sets `cold` and `index`. */
void ir_order(IrFunction *function);

/* ---- print.c, parse.c, verify.c ---- */
void ir_print(const IrFunction *function, StrBuf *out);
/* The text form of one function back; `code` describes what it refers to. NULL with *message
 * (arena) when it is malformed. */
IrFunction *ir_parse(Arena *arena, const FrontCode *code, const char *text, const char **message);
/* NULL when all laws of the stage hold, else what is wrong (arena of the function). */
const char *ir_verify(const IrFunction *function, IrStage stage);

#endif
