/* The state of one function's lowering; shared by the files of this folder, nobody else includes
 * it.
 *
 * Lowering runs the function's instructions once, with values of the IR on the operand stack
 * instead of objects. A *place* is an instruction where a block of the IR begins. A place with one
 * way in continues with the stack as that way left it; one with several has a block parameter for
 * each entry. */
#ifndef PYC2C_LOWER_LOWERING_H
#define PYC2C_LOWER_LOWERING_H

#include "lower.h"

/* What is known of a stack entry. All ways to a place agree on it: CPython's compiler makes calls
 * so that whoever pops an entry knows what was pushed, except for the two of LOAD_METHOD. */
typedef enum EntryKind {
    ENTRY_VALUE,    /* an object */
    ENTRY_NULL,     /* what PUSH_NULL and LOAD_GLOBAL push */
    ENTRY_CALLABLE, /* result of a method_get… */
    ENTRY_SELF      /* …and its second one, just above */
} EntryKind;

typedef struct Entry {
    IrOp *value; /* of a place with several ways in: NULL for ENTRY_NULL, made when it starts */
    EntryKind kind;
} Entry;

typedef struct Place {
    uint32_t ways; /* how many instructions and handlers lead here */
    bool leader;   /* a block begins here */
    bool done;
    IrBlock *block; /* NULL until it was reached */
    Entry *stack;
    uint32_t depth;
} Place;

typedef struct Lowering {
    IrFunction *function;
    const FrontCode *code;
    Place *places;    /* for each instruction */
    int32_t *rows;    /* for each instruction: its row of the exception table, -1: none */
    int32_t *regions; /* for each row of the exception table: its region, -1: none yet */
    Entry *stack;     /* code->stacksize of them */
    uint32_t depth;
    IrBlock *block; /* where operations are appended; NULL after a terminator */
    uint32_t index; /* of the instruction */
    const FrontInstr *instr;
    int minor;          /* of the Python version: 11, … */
    int32_t keywords;   /* constant that KW_NAMES named, -1: none */
    const char *reason; /* why lowering failed, NULL: it did not */
} Lowering;

/* The function stays bytecode; the first reason counts. */
void lower_fail(Lowering *lowering, const char *reason);

/* ---- the operand stack; entries are counted from the top, 1 is the top, as PEEK in ceval.c ----
 */
void lower_push(Lowering *lowering, IrOp *value);
void lower_push_kind(Lowering *lowering, IrOp *value, EntryKind kind);
Entry lower_pop_entry(Lowering *lowering);
IrOp *lower_pop(Lowering *lowering);
/* The `count` topmost entries, bottom first, in the arena. */
IrOp **lower_pop_many(Lowering *lowering, uint32_t count);
IrOp *lower_peek(Lowering *lowering, uint32_t position);
Entry *lower_entry(Lowering *lowering, uint32_t position);

/* ---- operations ---- */
/* Appends an operation of the current instruction. What is on the stack now stays there while it
 * runs, so its operands are popped before. */
IrOp *lower_emit(Lowering *lowering, IrOpcode opcode, IrOp *const *args, uint32_t count);
IrOp *lower_emit0(Lowering *lowering, IrOpcode opcode);
IrOp *lower_emit1(Lowering *lowering, IrOpcode opcode, IrOp *a);
IrOp *lower_emit2(Lowering *lowering, IrOpcode opcode, IrOp *a, IrOp *b);
IrOp *lower_emit3(Lowering *lowering, IrOpcode opcode, IrOp *a, IrOp *b, IrOp *c);
/* What is counted dies here, when it was popped; of what is borrowed there is nothing to drop. */
void lower_drop(Lowering *lowering, IrOp *value);
/* Pushes the two of a method that is called next. */
void lower_push_method(Lowering *lowering, IrOp *owner, int32_t name);
/* Pushes True or False for a bool. */
void lower_push_bool(Lowering *lowering, IrOp *condition, bool negated);

/* ---- control flow ---- */
/* Ends the block with a jump to an instruction. */
void lower_jump_to(Lowering *lowering, uint32_t index);
/* Adds a target to the operation that ends the block, with the stack as it is now. */
void lower_add_edge(Lowering *lowering, IrOp *end, uint32_t index);
/* The region of an instruction, with the stack as it is now; IR_NO_REGION when it has none. */
int32_t lower_region(Lowering *lowering, uint32_t index);
/* Is as much on the stack now as the handler of that instruction, if any, expects below its own? */
bool lower_handler_fits(const Lowering *lowering, uint32_t index);
/* The END_ASYNC_FOR of an `async for` whose GET_ANEXT this is; -1: it is used in another way. */
int32_t lower_async_end(const Lowering *lowering, uint32_t index);
/* Where an item of an `async for` that needs no waiting goes on, whose SEND this is. */
uint32_t lower_async_item(const Lowering *lowering, uint32_t send);
/* Makes a resume point of a generator behind `origin` and continues there: the stack becomes the
 * block's parameters, what is sent in is pushed. Exceptions go where those of instruction `index`
 * go. */
void lower_resume_here(Lowering *lowering, int32_t origin, uint32_t index);
/* The method pairs on the stack, from their form in the IR to that on the interpreter's stack, or
 * back. */
void lower_turn_pairs(Lowering *lowering, bool for_frame);
/* Continues at a place that was reached. */
void lower_start(Lowering *lowering, Place *place);

/* ---- instructions that need more than a row of instructions.def ---- */
#define PLAIN(instruction, op)
#define PEEK(instruction, op)
#define ADD_TO(instruction, op)
#define BUILD(instruction, op, width)
#define SPECIAL(instruction, function) void function(Lowering *lowering);
#include "instructions.def"
#undef PLAIN
#undef PEEK
#undef ADD_TO
#undef BUILD
#undef SPECIAL

#endif
