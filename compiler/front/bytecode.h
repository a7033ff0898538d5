/* Code objects as plain structs: what native compilation starts from.
 *
 * CPython's own compiler has turned the syntax tree into code objects; the program keeps exactly
 * these at run time (frames, tracebacks, tracing and `__code__` need them). Native code is made
 * from the same instructions, so that scopes, evaluation order, `finally` copies, exception tables
 * and source positions agree with the interpreter by construction: each operation knows the
 * instruction whose position a traceback shows, and a suspended generator can be resumed by either
 * side. */
#ifndef PYC2C_FRONT_BYTECODE_H
#define PYC2C_FRONT_BYTECODE_H

#include "front.h"

/* Instructions by name: opcode numbers differ between Python versions, rows of bytecode.def do not.
 */
typedef enum FrontOpcode {
    FRONT_UNKNOWN, /* an instruction that no row names: its function stays bytecode */
#define BYTECODE(name) FRONT_##name,
#include "bytecode.def"
#undef BYTECODE
    FRONT_OPCODE_COUNT
} FrontOpcode;

typedef struct FrontInstr {
    FrontOpcode opcode; /* never a specialised, instrumented, CACHE or EXTENDED_ARG one */
    int32_t arg;        /* extended arguments folded in */
    int32_t offset;     /* in code units, of the instruction itself: what prev_instr points to */
    int32_t
        target; /* index in FrontCode.instrs of a jump's (or SEND's, FOR_ITER's) target; -1: none */
    int32_t line, column, end_line, end_column; /* as co_positions(); -1 unknown */
} FrontInstr;

/* A row of the exception table: instructions [begin, end) by index in FrontCode.instrs. Rows do not
 * overlap. */
typedef struct FrontHandler {
    int32_t begin, end;
    int32_t target; /* index of the handler's first instruction */
    int32_t depth;  /* operand stack entries that are kept */
    bool lasti;     /* the offset of the raising instruction is pushed before the exception */
} FrontHandler;

typedef enum FrontConstKind {
    CONST_OTHER, /* text of it is its repr */
    CONST_NONE,
    CONST_TRUE,
    CONST_FALSE,
    CONST_ELLIPSIS,
    CONST_INT,
    CONST_FLOAT,
    CONST_STR,
    CONST_BYTES,
    CONST_TUPLE,
    CONST_CODE
} FrontConstKind;

typedef struct FrontCode FrontCode;
typedef struct FrontConst {
    FrontConstKind kind;
    const char *text; /* its repr, shortened to 60 bytes: for comments and dumps */
    bool small;       /* CONST_INT that fits int64 */
    int64_t integer;  /* then its value; CONST_TUPLE: number of items */
    FrontCode *code;  /* CONST_CODE */
} FrontConst;

enum { LOCAL_PLAIN = 0x20, LOCAL_CELL = 0x40, LOCAL_FREE = 0x80 }; /* as CO_FAST_* */

struct FrontCode {
    uint32_t ordinal;  /* preorder number in the module, the module's own code is 0 */
    uint64_t identity; /* of all that native code rests on (py_identity.h) */
    uint8_t fingerprint[FRONT_HASH_SIZE]; /* of the same, for caches: instructions, constants,
                                             names, tables; not line numbers and positions */
    const FrontCode *parent;
    const char *name, *qualname;
    int argcount, posonlyargcount, kwonlyargcount, stacksize, flags, firstlineno;
    uint32_t local_count; /* of co_localsplusnames */
    const char *const *local_names;
    const uint8_t *local_kinds;
    uint32_t name_count;
    const char *const *names;
    uint32_t const_count;
    const FrontConst *consts;
    uint32_t instr_count;
    const FrontInstr *instrs;
    uint32_t handler_count;
    const FrontHandler *handlers;
};

enum {
    CODE_OPTIMIZED = 1,
    CODE_NEWLOCALS = 2,
    CODE_VARARGS = 4,
    CODE_VARKEYWORDS = 8,
    CODE_GENERATOR = 0x20,
    CODE_COROUTINE = 0x80,
    CODE_ASYNC_GENERATOR = 0x200
};

typedef struct FrontModuleCode {
    FrontCode **codes; /* by ordinal */
    uint32_t count;
} FrontModuleCode;

/* Decodes a module's canonical marshal (CompiledSource.code). Nothing but the arena is kept. False,
 * with *error set, when the data is damaged. */
bool front_decode(Arena *arena, const uint8_t *code, size_t size, FrontModuleCode *out,
                  FrontError *error);

#endif
