/* From a code object's instructions to the IR: which functions, in which order, by which table.
 *
 * Each instruction follows its TARGET in CPython 3.11's Python/ceval.c, or its definition in
 * Python/bytecodes.c of later versions: what it pops, what stays below while it runs, what it
 * pushes. Only instructions that can be reached are looked at. */
#include "lowering.h"

#include <stdlib.h>
#include <string.h>

/* ---- the table ---- */

typedef enum RecipeKind {
    RECIPE_NONE,
    RECIPE_PLAIN,
    RECIPE_PEEK,
    RECIPE_ADD_TO,
    RECIPE_BUILD,
    RECIPE_SPECIAL
} RecipeKind;

typedef struct Recipe {
    RecipeKind kind;
    IrOpcode op;
    uint32_t width;                      /* RECIPE_BUILD */
    void (*special)(Lowering *lowering); /* RECIPE_SPECIAL */
} Recipe;

static const Recipe recipes[FRONT_OPCODE_COUNT] = {
#define PLAIN(instruction, op) [FRONT_##instruction] = {RECIPE_PLAIN, IR_##op, 0, NULL},
#define PEEK(instruction, op) [FRONT_##instruction] = {RECIPE_PEEK, IR_##op, 0, NULL},
#define ADD_TO(instruction, op) [FRONT_##instruction] = {RECIPE_ADD_TO, IR_##op, 0, NULL},
#define BUILD(instruction, op, width) [FRONT_##instruction] = {RECIPE_BUILD, IR_##op, width, NULL},
#define SPECIAL(instruction, function)                                                             \
    [FRONT_##instruction] = {RECIPE_SPECIAL, IR_OPCODE_COUNT, 0, function},
#include "instructions.def"
#undef PLAIN
#undef PEEK
#undef ADD_TO
#undef BUILD
#undef SPECIAL
};

static const char *const opcode_names[FRONT_OPCODE_COUNT] = {
    [FRONT_UNKNOWN] = "an instruction that is not known",
#define BYTECODE(name) [FRONT_##name] = #name,
#include "../front/bytecode.def"
#undef BYTECODE
};

static void push_result(Lowering *lowering, IrOp *op) {
    switch (ir_result(op)) {
    case IR_OBJ:
    case IR_BORROWED: lower_push(lowering, op); break;
    case IR_BOOL: lower_push_bool(lowering, op, false); break;
    case IR_VOID:
    case IR_LIST:
    case IR_END: break;
    }
}

static void lower_plain(Lowering *lowering, IrOpcode opcode) {
    uint32_t count = (uint32_t)strlen(ir_rows[opcode].args);
    IrOp **args = lower_pop_many(lowering, count);
    push_result(lowering, lower_emit(lowering, opcode, args, count));
}

static void lower_peeking(Lowering *lowering, IrOpcode opcode) {
    uint32_t count = (uint32_t)strlen(ir_rows[opcode].args);
    IrOp **args = ARENA_ARRAY(lowering->function->arena, IrOp *, count);
    for (uint32_t i = 0; i < count; i++) {
        args[i] = lower_peek(lowering, count - i);
    }
    push_result(lowering, lower_emit(lowering, opcode, args, count));
}

static void lower_add_to(Lowering *lowering, IrOpcode opcode) {
    uint32_t count = (uint32_t)strlen(ir_rows[opcode].args);
    IrOp **values = lower_pop_many(lowering, count - 1);
    IrOp **args = ARENA_ARRAY(lowering->function->arena, IrOp *, count);
    args[0] = lower_peek(lowering, (uint32_t)lowering->instr->arg);
    memcpy(args + 1, values, sizeof(*values) * (count - 1));
    lower_emit(lowering, opcode, args, count);
}

static void lower_build(Lowering *lowering, IrOpcode opcode, uint32_t width) {
    uint32_t count = (uint32_t)lowering->instr->arg * width;
    IrOp **args = lower_pop_many(lowering, count);
    lower_push(lowering, lower_emit(lowering, opcode, args, count));
}

static void lower_instr(Lowering *lowering) {
    const Recipe *recipe = &recipes[lowering->instr->opcode];
    switch (recipe->kind) {
    case RECIPE_NONE:
        lower_fail(lowering,
                   arena_printf(lowering->function->arena, "it holds %s, which has no native form",
                                opcode_names[lowering->instr->opcode]));
        break;
    case RECIPE_PLAIN: lower_plain(lowering, recipe->op); break;
    case RECIPE_PEEK: lower_peeking(lowering, recipe->op); break;
    case RECIPE_ADD_TO: lower_add_to(lowering, recipe->op); break;
    case RECIPE_BUILD: lower_build(lowering, recipe->op, recipe->width); break;
    case RECIPE_SPECIAL: recipe->special(lowering); break;
    }
}

/* ---- places ---- */

typedef enum Flow { FLOW_ON, FLOW_BRANCH, FLOW_STOP } Flow;

/* Where control goes after an instruction, apart from its target. */
static Flow flow_of(FrontOpcode opcode) {
    switch ((int)opcode) {
    case FRONT_JUMP_FORWARD:
    case FRONT_JUMP_BACKWARD:
    case FRONT_JUMP_BACKWARD_NO_INTERRUPT:
    case FRONT_RETURN_VALUE:
    case FRONT_RETURN_CONST:
    case FRONT_RAISE_VARARGS:
    case FRONT_RERAISE: return FLOW_STOP;
    case FRONT_END_ASYNC_FOR: return FLOW_BRANCH;
    default: return FLOW_ON;
    }
}

/* Rows with the same handler and the same stack are one region, which is one way to the handler. */
static bool is_first_row(const FrontCode *code, uint32_t number) {
    const FrontHandler *row = &code->handlers[number];
    for (uint32_t i = number; i-- > 0;) {
        const FrontHandler *other = &code->handlers[i];
        if (other->target == row->target && other->depth == row->depth &&
            other->lasti == row->lasti) {
            return false;
        }
    }
    return true;
}

static void add_way(Lowering *lowering, uint32_t index, bool leader) {
    if (index < lowering->code->instr_count) {
        lowering->places[index].ways++;
        lowering->places[index].leader |= leader;
    }
}

static void find_places(Lowering *lowering) {
    const FrontCode *code = lowering->code;
    for (uint32_t i = 0; i < code->instr_count; i++) {
        const FrontInstr *instr = &code->instrs[i];
        Flow flow = flow_of(instr->opcode);
        if (instr->target >= 0) {
            add_way(lowering, (uint32_t)instr->target, true);
            flow = flow == FLOW_ON ? FLOW_BRANCH : flow;
        }
        if (instr->opcode == FRONT_SEND) { /* resume points after the delegate has ended */
            add_way(lowering, (uint32_t)instr->target, true);
            if (lowering->minor > 11) {
                add_way(lowering, i, true);
            }
        }
        if (flow != FLOW_STOP) {
            add_way(lowering, i + 1, flow == FLOW_BRANCH);
        }
    }
    for (uint32_t i = 0; i < code->handler_count; i++) {
        if (is_first_row(code, i)) {
            add_way(lowering, (uint32_t)code->handlers[i].target, true);
        }
        for (int32_t j = code->handlers[i].begin; j < code->handlers[i].end; j++) {
            lowering->rows[j] = (int32_t)i;
        }
    }
    for (uint32_t i = 0; i < code->instr_count; i++) {
        int32_t end = code->instrs[i].opcode == FRONT_GET_ANEXT ? lower_async_end(lowering, i) : -1;
        if (end >= 0) { /* where an item needs no waiting, and where there is none */
            add_way(lowering, lower_async_item(lowering, i + 2), true);
            add_way(lowering, i + 3, true);
            add_way(lowering, (uint32_t)end + 1, true);
        }
    }
}

/* Lowers instructions from a place to the end of its block. */
static void run_block(Lowering *lowering, uint32_t index) {
    const FrontCode *code = lowering->code;
    for (; lowering->block != NULL && lowering->reason == NULL; index++) {
        if (index >= code->instr_count) {
            lower_fail(lowering, "its code has no end");
            return;
        }
        lowering->index = index;
        lowering->instr = &code->instrs[index];
        lower_instr(lowering);
        bool enters_place = index + 1 < code->instr_count && lowering->places[index + 1].leader;
        if (lowering->block != NULL && enters_place && lowering->reason == NULL) {
            lower_jump_to(lowering, index + 1);
        }
    }
}

/* Places are reached in any order; each is lowered once, from the lowest index on. */
static void run_places(Lowering *lowering) {
    bool found = true;
    while (found && lowering->reason == NULL) {
        found = false;
        for (uint32_t i = 0; i < lowering->code->instr_count && lowering->reason == NULL; i++) {
            Place *place = &lowering->places[i];
            if (place->block != NULL && !place->done) {
                lower_start(lowering, place);
                run_block(lowering, i);
                found = true;
            }
        }
    }
}

/* ---- which functions ---- */

enum { GENERATOR_LIKE = CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR };

/* Names of functions and attributes that want each line of their callers traced. */
static const char *const tracing_names[] = {"settrace",        "setprofile", "breakpoint",
                                            "set_trace",       "f_trace",    "set_events",
                                            "set_local_events"};

/* Is the text such a name, or the repr of one? */
static const char *tracing_name(const char *text) {
    for (size_t i = 0; i < sizeof(tracing_names) / sizeof(tracing_names[0]); i++) {
        const char *name = tracing_names[i];
        size_t length = strlen(name);
        bool quoted = text[0] == '\'' && strncmp(text + 1, name, length) == 0 &&
                      strcmp(text + 1 + length, "'") == 0;
        if (quoted || strcmp(text, name) == 0) {
            return name;
        }
    }
    return NULL;
}

const char *lower_tracing_name(const FrontCode *code) {
    const char *found = NULL;
    for (uint32_t i = 0; i < code->name_count && found == NULL; i++) {
        found = tracing_name(code->names[i]);
    }
    for (uint32_t i = 0; i < code->const_count && found == NULL; i++) {
        found = code->consts[i].kind == CONST_STR ? tracing_name(code->consts[i].text) : NULL;
    }
    return found;
}

/* The same for the code and code inside it. */
static const char *mentioned_name(const FrontCode *code) {
    const char *found = lower_tracing_name(code);
    for (uint32_t i = 0; i < code->const_count && found == NULL; i++) {
        if (code->consts[i].kind == CONST_CODE) {
            found = mentioned_name(code->consts[i].code);
        }
    }
    return found;
}

/* The second part of the version of the Python whose code objects these are. */
static int python_minor(void) {
    int major, minor;
    front_python_minor(&major, &minor);
    return minor;
}

/* NULL: the function may become native. */
static const char *stays_bytecode(Arena *arena, const FrontCode *code) {
    if (python_minor() > 13) {
        return "native code is for Python 3.11, 3.12 and 3.13 so far";
    }
    const char *name = mentioned_name(code);
    if (name != NULL) {
        return arena_printf(arena, "it, or a function inside it, mentions '%s'", name);
    }
    return NULL;
}

/* A step starts at RETURN_GENERATOR: the runtime does what stands before it when it makes the
 * generator. */
static uint32_t first_index(Lowering *lowering) {
    if ((lowering->code->flags & GENERATOR_LIKE) == 0) {
        return 0;
    }
    for (uint32_t i = 0; i < lowering->code->instr_count; i++) {
        if (lowering->code->instrs[i].opcode == FRONT_RETURN_GENERATOR) {
            return i;
        }
    }
    lower_fail(lowering, "it is a generator, but its code makes none");
    return 0;
}

static void add_resume(IrFunction *function) {
    IrOp *resume = ir_append(function, function->entry, IR_resume, NULL, 0);
    for (size_t i = 0; i < function->resumes.count; i++) {
        ir_add_target(function, resume, function->resumes.items[i].block, NULL, 0);
    }
}

static void lower_code(Lowering *lowering) {
    IrFunction *function = lowering->function;
    function->entry = ir_block_new(function, 0);
    find_places(lowering);
    uint32_t first = first_index(lowering);
    lowering->block = function->entry;
    if (lowering->places[first].leader) { /* a loop back to the first instruction */
        lowering->index = first;
        lowering->instr = &lowering->code->instrs[first];
        lowering->places[first].ways++;
        lower_jump_to(lowering, first);
    }
    run_block(lowering, first);
    run_places(lowering);
    if ((lowering->code->flags & GENERATOR_LIKE) != 0) {
        add_resume(function);
    }
}

IrFunction *lower_function(Arena *arena, const FrontCode *code, const char **reason) {
    *reason = stays_bytecode(arena, code);
    if (*reason != NULL) {
        return NULL;
    }
    Lowering lowering = {.function = ir_function_new(arena, code),
                         .code = code,
                         .minor = python_minor(),
                         .keywords = -1};
    lowering.places = xcalloc(code->instr_count + 1, sizeof(*lowering.places));
    lowering.rows = xmalloc(sizeof(*lowering.rows) * (code->instr_count + 1));
    lowering.regions = xmalloc(sizeof(*lowering.regions) * (code->handler_count + 1));
    lowering.stack = xcalloc((size_t)code->stacksize + 1, sizeof(*lowering.stack));
    memset(lowering.rows, 0xff, sizeof(*lowering.rows) * code->instr_count);
    memset(lowering.regions, 0xff, sizeof(*lowering.regions) * code->handler_count);
    lower_code(&lowering);
    free(lowering.places);
    free(lowering.rows);
    free(lowering.regions);
    free(lowering.stack);
    *reason = lowering.reason;
    if (*reason != NULL) {
        ir_function_free(lowering.function);
        return NULL;
    }
    ir_order(lowering.function);
    return lowering.function;
}
