/* Shared by the parts of the emitter; emit.c has the essay. */
#ifndef PYC2C_CODEGEN_EMIT_H
#define PYC2C_CODEGEN_EMIT_H

#include "native.h"

#include "../compiler/support/strmap.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a value is in C. */
typedef enum EmitKind {
    EMIT_NOWHERE, /* no result, or one that nobody reads */
    EMIT_INLINE,  /* written out at each use: constants, NULL */
    EMIT_OBJECT,  /* PyObject *v<variable> */
    EMIT_NUMBER   /* int b<variable>: truth values and statuses */
} EmitKind;

typedef struct EmitValue {
    EmitKind kind;
    uint32_t variable;
    IrOp *alias;       /* a repeated `second` or `item`: the first one */
    IrOp *second;      /* of an op that has one: the `second` op */
    IrOp **items;      /* of an unpack: its `item` ops by index, entries may be NULL */
    bool lazy;         /* may be a number in n<variable> (emit_lazy.c) */
    unsigned likely;   /* of a lazy one: EMIT_INTS, EMIT_FLOATS, 0: unknown */
    uint32_t uses;     /* operations that look at it, beside checks and `decref` */
    const IrOp *user;  /* the last of them */
    bool only_next;    /* all of them are iter_next */
    bool escapes;      /* to another block's parameter, or to a suspended frame */
    bool loop;         /* of an `iter`: there is no iterator object, but l<variable> */
    const IrOp *store; /* of a loop's item: the slot_set that it may have been stored for */
    const IrOp *pair;  /* of a loop's item: the unpack that it may have been unpacked for */
    const IrOp *end;   /* of an unpack whose items all go to variables at once: the last slot_set */
} EmitValue;

/* One step on the way out of an op that failed; `next` is shared by all ways that go on alike. */
typedef struct EmitExit {
    const char *text; /* a C statement */
    uint32_t next;    /* EMIT_END: the text ends it (goto, return) */
    uint32_t label;   /* number in E<n>, 0: nobody jumps here */
} EmitExit;

enum { EMIT_INTS = 1, EMIT_FLOATS = 2 };

enum { EMIT_END = UINT32_MAX, EMIT_SITE_KINDS = 4 };

typedef struct Emitter {
    Arena arena; /* of one function */
    const NativeUnit *unit;
    uint32_t index; /* of the function in the unit */
    const IrFunction *function;
    const FrontInstr **instrs; /* by offset, NULL in between */
    uint32_t instr_end;
    EmitValue *values;                /* by IrOp.id */
    uint32_t object_count, int_count; /* C variables */
    uint32_t sites[EMIT_SITE_KINDS];
    bool *labelled;         /* by IrBlock.id */
    const IrOp *entry_poll; /* the `poll` that is done before the body is called, or NULL */
    bool *hot;              /* by IrOp.id, of ops that may be */
    int hot_now;            /* what RT_HOT is; -1: not defined */
    bool *has_number;       /* by number of the object variable: there is a number beside it */
    bool *has_loop;         /* by number of the object variable: there is an RtLoop beside it */
    VEC(EmitExit) exits;
    StrMap exit_keys; /* "<next>:<text>" -> number + 1 */
    uint32_t label_count;
    bool moves_in_circle; /* an edge needs the variable `moved` */
    bool has_pairs;       /* a loop needs the array `pair` */
    bool has_unused;      /* an object variable may be left out */
    int32_t offset;       /* instruction of the last comment */
    int32_t line;         /* source line of the last comment */
    StrBuf *out;
} Emitter;

/* ---- emit_vars.c: values to C variables ---- */
void emit_assign_variables(Emitter *emitter);

/* ---- emit_hot.c: where time is likely to be spent ---- */
void emit_find_hot(Emitter *emitter);
/* Does the op have a hot form? */
bool emit_may_be_hot(const IrOp *op);

/* ---- emit_names.c: names, operands and comments ---- */
/* The value as a C expression. */
const char *emit_value(Emitter *emitter, const IrOp *value);
/* C name of the unit's function number `index`. */
const char *emit_function_name(Arena *arena, const IrFunction *function);
/* Bytes that are safe in a comment and in a C string, shortened. */
void emit_comment_text(StrBuf *out, const char *text);
void emit_string(StrBuf *out, const char *text);
/* The comment in front of the code of another instruction. */
void emit_instruction_comment(Emitter *emitter, const IrOp *op);
/* "&s3_attr[2]": a cache site that no other op has. `letter`: A, M, G or C of ops.def. */
const char *emit_new_site(Emitter *emitter, char letter);
/* The arrays of sites that the function used, to stand in front of it. */
void emit_sites(const Emitter *emitter, StrBuf *out);

/* ---- emit_ops.c: one operation ---- */
/* That of the op's row; or rt_call_super, where a method is looked up next in what `super(...)`
 * returns; or rt_call_range and its like, where a loop begins over what that returns; or
 * rt_pair_next and rt_pair_unpack, which a loop over pairs begins with. */
const char *emit_helper_name(const Emitter *emitter, const IrOp *op);
void emit_op(Emitter *emitter, const IrOp *op);

/* ---- emit_brief.c: operations that run seldom ---- */
/* The op, or that behind a `loc`, in its brief form; the last op that is part of it. NULL: it has
 * none. */
const IrOp *emit_brief(Emitter *emitter, const IrOp *op);

/* ---- emit_lazy.c: numbers that need not become objects ---- */
/* After emit_find_uses. */
void emit_find_lazy(Emitter *emitter);
bool emit_is_lazy(const Emitter *emitter, const IrOp *value);
/* Emits the op if such a number takes part. */
bool emit_lazy(Emitter *emitter, const IrOp *op);

/* ---- emit_uses.c: who looks at a value ---- */
/* After emit_assign_variables. */
void emit_find_uses(Emitter *emitter);

/* ---- emit_loop.c: loops and unpackings ---- */
/* After emit_find_uses and emit_find_hot. */
void emit_find_loops(Emitter *emitter);
/* The helper of a call of a builtin whose result something is done with at once; NULL: rt_call. */
const char *emit_call_helper(const Emitter *emitter, const IrOp *op);
/* Does the op give, or take, an item as a pair, or begin such a loop? */
bool emit_takes_pair(const Emitter *emitter, const IrOp *op);
/* Arguments behind the fixed operands, each with a comma in front: the loop's state, the array
 * for pairs. */
const char *emit_more_arguments(Emitter *emitter, const IrOp *op);
/* Emits the op if it is an item that a loop stores to its variable at once. */
bool emit_loop(Emitter *emitter, const IrOp *op);

/* ---- emit_control.c: the end of a block ---- */
void emit_find_labels(Emitter *emitter);
void emit_end(Emitter *emitter, const IrOp *op, const IrBlock *following);
/* The edge's arguments into the parameters, all at once. */
void emit_moves(Emitter *emitter, const IrEdge *edge, const char *indent, StrBuf *out);

/* ---- emit_exits.c: what happens when an op fails ---- */
/* Label number of the way out. `raised`: a traceback entry is made first. */
uint32_t emit_exit(Emitter *emitter, const IrOp *op, bool raised);
void emit_exits(Emitter *emitter);

#endif
