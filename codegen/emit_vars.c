/* Values to C variables.
 *
 * Two values that are never alive at the same time may share a variable. In SSA form that is easy:
 * blocks come in an order in which definitions precede their uses, so walking it once and giving
 * each value the lowest variable that is free at that point never needs to go back. The lowest
 * numbers are taken as an operand stack would take them, which keeps them few, makes the code easy
 * to follow, and lets ways out of failed ops share their ends (emit_exits.c). A value that becomes
 * a block's parameter prefers that parameter's variable, so that most edges move nothing.
 *
 * `second` and `item` are results that their op leaves beside its own: they are alive from that op
 * on, wherever the op that names them stands. */
#include "emit.h"

#include <string.h>

typedef uint64_t Word;

typedef struct Liveness {
    size_t words;          /* of one set of values */
    Word *live_in;         /* by block index: without the block's parameters */
    Word *live_out;        /* by block index */
    uint32_t *block_index; /* by IrBlock.id */
} Liveness;

typedef struct Colouring {
    Emitter *emitter;
    const Liveness *liveness;
    uint32_t *hint;    /* by value id: a value whose variable is preferred, +1 */
    bool *coloured;    /* by value id */
    uint32_t *busy[2]; /* by variable: values in it; objects, numbers */
} Colouring;

static bool test(const Word *set, uint32_t id) {
    return set[id / 64] >> (id % 64) & 1;
}

static void add(Word *set, uint32_t id) {
    set[id / 64] |= (Word)1 << (id % 64);
}

static void take(Word *set, uint32_t id) {
    set[id / 64] &= ~((Word)1 << (id % 64));
}

/* ---- what each value is ---- */

static bool is_beside(const IrOp *op) {
    return op->opcode == IR_second || op->opcode == IR_item;
}

static EmitKind kind_of(const IrOp *op) {
    if (op->opcode == IR_const || op->opcode == IR_null || op->opcode == IR_true) {
        return EMIT_INLINE;
    }
    if (op->opcode == IR_param) {
        return EMIT_OBJECT;
    }
    if (op->opcode == IR_second) {
        return ir_rows[op->args[0]->opcode].second == IR_SECOND_BOOL ? EMIT_NUMBER : EMIT_OBJECT;
    }
    const IrRow *row = &ir_rows[op->opcode];
    switch (row->result) {
    case IR_OBJ:
    case IR_BORROWED: return EMIT_OBJECT;
    case IR_BOOL:
    case IR_LIST: return EMIT_NUMBER;
    case IR_VOID: return row->error != IR_NEVER ? EMIT_NUMBER : EMIT_NOWHERE;
    case IR_END: return EMIT_NOWHERE;
    }
    return EMIT_NOWHERE;
}

/* The variable of a value that is written more than once is the first one's. */
static IrOp *root(const Emitter *emitter, IrOp *op) {
    IrOp *alias = emitter->values[op->id].alias;
    return alias != NULL ? alias : op;
}

static void describe_beside(Emitter *emitter, IrOp *op) {
    IrOp *owner = op->args[0];
    EmitValue *value = &emitter->values[op->id], *of = &emitter->values[owner->id];
    IrOp **place = &of->second;
    if (op->opcode == IR_item) {
        if (of->items == NULL) {
            int32_t count = owner->imm[0] + (owner->opcode == IR_unpack_ex ? owner->imm[1] + 1 : 0);
            of->items = ARENA_ARRAY(&emitter->arena, IrOp *, (size_t)count + 1);
        }
        place = &of->items[op->imm[0]];
    }
    if (*place != NULL) {
        value->alias = *place;
    } else {
        *place = op;
    }
}

static void describe(Emitter *emitter, IrOp *op) {
    EmitValue *value = &emitter->values[op->id];
    value->kind = op == emitter->entry_poll ? EMIT_NOWHERE : kind_of(op);
    if (is_beside(op)) {
        describe_beside(emitter, op);
    }
}

#define FOR_EACH_BLOCK(emitter, block)                                                             \
    for (size_t block##_i = 0; block##_i < (emitter)->function->blocks.count; block##_i++)         \
        for (IrBlock *block = (emitter)->function->blocks.items[block##_i]; block != NULL;         \
             block = NULL)

#define FOR_EACH_OP(block, op) for (IrOp *op = (block)->first; op != NULL; op = op->next)

static void describe_all(Emitter *emitter) {
    FOR_EACH_BLOCK(emitter, block) {
        for (uint32_t i = 0; i < block->param_count; i++) {
            emitter->values[block->params[i]->id].kind = EMIT_OBJECT;
        }
        FOR_EACH_OP(block, op) {
            describe(emitter, op);
        }
    }
}

/* ---- liveness ---- */

/* Calls `visit` for each value that the op reads. */
static void each_use(const Emitter *emitter, const IrOp *op,
                     void (*visit)(void *context, IrOp *value), void *context) {
    if (!is_beside(op)) { /* they name an op, whose own result they do not read */
        for (uint32_t i = 0; i < op->arg_count; i++) {
            visit(context, root(emitter, op->args[i]));
        }
    }
    for (uint32_t i = 0; op->opcode == IR_yield && i < op->stack_count; i++) {
        visit(context, root(emitter, op->stack[i]));
    }
    for (uint32_t i = 0; i < op->release_count; i++) {
        visit(context, root(emitter, op->release[i]));
    }
    for (uint32_t t = 0; t < op->target_count && op->opcode != IR_resume; t++) {
        for (uint32_t i = 0; i < op->targets[t].block->param_count; i++) {
            visit(context, root(emitter, op->targets[t].args[i]));
        }
    }
}

static void each_result(const Emitter *emitter, IrOp *op, void (*visit)(void *context, IrOp *value),
                        void *context) {
    const EmitValue *value = &emitter->values[op->id];
    if (!is_beside(op)) {
        visit(context, op);
    }
    if (value->second != NULL) {
        visit(context, value->second);
    }
    for (uint32_t i = 0;
         value->items != NULL &&
         i < (uint32_t)(op->imm[0] + (op->opcode == IR_unpack_ex ? op->imm[1] + 1 : 0));
         i++) {
        if (value->items[i] != NULL) {
            visit(context, value->items[i]);
        }
    }
}

typedef struct SetContext {
    const Emitter *emitter;
    Word *set;
} SetContext;

static void add_use(void *context, IrOp *value) {
    const SetContext *at = context;
    EmitKind kind = at->emitter->values[value->id].kind;
    if (kind == EMIT_OBJECT || kind == EMIT_NUMBER) {
        add(at->set, value->id);
    }
}

static void take_result(void *context, IrOp *value) {
    const SetContext *at = context;
    take(at->set, value->id);
}

/* live_in of a block from its live_out, which has what is alive after any edge out of the block;
 * true when it grew. */
static bool update_block(const Emitter *emitter, Liveness *liveness, size_t index, Word *work) {
    const IrBlock *block = emitter->function->blocks.items[index];
    Word *out = liveness->live_out + index * liveness->words;
    Word *in = liveness->live_in + index * liveness->words;
    FOR_EACH_OP(block, op) {
        for (uint32_t t = 0; t < op->target_count; t++) {
            const Word *from = liveness->live_in +
                               liveness->block_index[op->targets[t].block->id] * liveness->words;
            for (size_t w = 0; w < liveness->words; w++) {
                out[w] |= from[w];
            }
        }
    }
    memcpy(work, out, liveness->words * sizeof(Word));
    SetContext context = {emitter, work};
    for (IrOp *op = block->last; op != NULL; op = op->previous) {
        each_result(emitter, op, take_result, &context);
        each_use(emitter, op, add_use, &context);
    }
    for (uint32_t i = 0; i < block->param_count; i++) {
        take(work, block->params[i]->id);
    }
    bool grew = memcmp(in, work, liveness->words * sizeof(Word)) != 0;
    memcpy(in, work, liveness->words * sizeof(Word));
    return grew;
}

static void compute_liveness(Emitter *emitter, Liveness *liveness) {
    const IrFunction *function = emitter->function;
    size_t blocks = function->blocks.count;
    liveness->words = function->next_value / 64 + 1;
    liveness->live_in = ARENA_ARRAY(&emitter->arena, Word, blocks * liveness->words);
    liveness->live_out = ARENA_ARRAY(&emitter->arena, Word, blocks * liveness->words);
    liveness->block_index = ARENA_ARRAY(&emitter->arena, uint32_t, function->next_block);
    for (size_t i = 0; i < blocks; i++) {
        liveness->block_index[function->blocks.items[i]->id] = (uint32_t)i;
    }
    Word *work = ARENA_ARRAY(&emitter->arena, Word, liveness->words);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = blocks; i-- > 0;) {
            changed |= update_block(emitter, liveness, i, work);
        }
    }
}

/* ---- colours ---- */

static void add_hints(Colouring *colouring) {
    FOR_EACH_BLOCK(colouring->emitter, block) {
        FOR_EACH_OP(block, op) {
            for (uint32_t t = 0; t < op->target_count && op->opcode != IR_resume; t++) {
                const IrEdge *edge = &op->targets[t];
                for (uint32_t i = 0; i < edge->block->param_count; i++) {
                    uint32_t from = root(colouring->emitter, edge->args[i])->id;
                    uint32_t to = edge->block->params[i]->id;
                    colouring->hint[from] = colouring->hint[from] ? colouring->hint[from] : to + 1;
                    colouring->hint[to] = colouring->hint[to] ? colouring->hint[to] : from + 1;
                }
            }
        }
    }
}

static void colour(Colouring *colouring, IrOp *op) {
    Emitter *emitter = colouring->emitter;
    EmitValue *value = &emitter->values[op->id];
    uint32_t *busy = colouring->busy[value->kind == EMIT_NUMBER];
    uint32_t *count = value->kind == EMIT_NUMBER ? &emitter->int_count : &emitter->object_count;
    uint32_t hint = colouring->hint[op->id], variable = 0;
    const EmitValue *wished = hint != 0 ? &emitter->values[hint - 1] : NULL;
    if (wished != NULL && colouring->coloured[hint - 1] && wished->kind == value->kind &&
        busy[wished->variable] == 0) {
        variable = wished->variable;
    } else {
        while (busy[variable] != 0) {
            variable++;
        }
    }
    value->variable = variable;
    *count = variable >= *count ? variable + 1 : *count;
    colouring->coloured[op->id] = true;
    busy[variable]++;
}

static void release(Colouring *colouring, uint32_t id) {
    const EmitValue *value = &colouring->emitter->values[id];
    colouring->busy[value->kind == EMIT_NUMBER][value->variable]--;
}

typedef struct BlockColours {
    Colouring *colouring;
    Word *alive;        /* now */
    uint32_t *last_use; /* by value id: number of the op in the block that reads it last, +1 */
    const Word *live_out;
    uint32_t number; /* of the current op */
} BlockColours;

static bool has_variable(const BlockColours *at, const IrOp *value) {
    EmitKind kind = at->colouring->emitter->values[value->id].kind;
    return kind == EMIT_OBJECT || kind == EMIT_NUMBER;
}

static void note_use(void *context, IrOp *value) {
    BlockColours *at = context;
    if (has_variable(at, value)) {
        at->last_use[value->id] = at->number + 1;
    }
}

static void end_use(void *context, IrOp *value) {
    BlockColours *at = context;
    if (has_variable(at, value) && test(at->alive, value->id) && !test(at->live_out, value->id) &&
        at->last_use[value->id] == at->number + 1) {
        take(at->alive, value->id);
        release(at->colouring, value->id);
    }
}

static void begin(void *context, IrOp *value) {
    BlockColours *at = context;
    if (!has_variable(at, value)) {
        return;
    }
    colour(at->colouring, value);
    add(at->alive, value->id);
}

/* A result that nobody reads holds its variable during its op only. */
static void end_unused(void *context, IrOp *value) {
    BlockColours *at = context;
    if (has_variable(at, value) && !test(at->live_out, value->id) &&
        at->last_use[value->id] <= at->number + 1 && test(at->alive, value->id)) {
        take(at->alive, value->id);
        release(at->colouring, value->id);
    }
}

static void forget_use(void *context, IrOp *value) {
    BlockColours *at = context;
    at->last_use[value->id] = 0;
}

/* What is alive when the block begins already has its variables: blocks come after those that
 * dominate them. */
static void start_block(BlockColours *at, size_t index) {
    Colouring *colouring = at->colouring;
    const Emitter *emitter = colouring->emitter;
    const Liveness *liveness = colouring->liveness;
    memcpy(at->alive, liveness->live_in + index * liveness->words, liveness->words * sizeof(Word));
    at->live_out = liveness->live_out + index * liveness->words;
    memset(colouring->busy[0], 0, emitter->object_count * sizeof(uint32_t));
    memset(colouring->busy[1], 0, emitter->int_count * sizeof(uint32_t));
    for (size_t w = 0; w < liveness->words; w++) {
        for (Word bits = at->alive[w]; bits != 0; bits &= bits - 1) {
            const EmitValue *value = &emitter->values[w * 64 + (size_t)__builtin_ctzll(bits)];
            colouring->busy[value->kind == EMIT_NUMBER][value->variable]++;
        }
    }
    at->number = 0;
    FOR_EACH_OP(emitter->function->blocks.items[index], op) {
        each_use(emitter, op, note_use, at);
        at->number++;
    }
}

static void colour_block(BlockColours *at, size_t index) {
    const Emitter *emitter = at->colouring->emitter;
    IrBlock *block = emitter->function->blocks.items[index];
    start_block(at, index);
    for (uint32_t i = 0; i < block->param_count; i++) {
        begin(at, block->params[i]);
    }
    at->number = 0;
    FOR_EACH_OP(block, op) {
        each_use(emitter, op, end_use, at);
        each_result(emitter, op, begin, at);
        each_result(emitter, op, end_unused, at);
        at->number++;
    }
    FOR_EACH_OP(block, op) {
        each_use(emitter, op, forget_use, at);
    }
}

/* A variable that is written and never read would be a warning: such results are dropped. */
static void drop_unread(Emitter *emitter) {
    Word *read = ARENA_ARRAY(&emitter->arena, Word, emitter->function->next_value / 64 + 1);
    SetContext context = {emitter, read};
    FOR_EACH_BLOCK(emitter, block) {
        FOR_EACH_OP(block, op) {
            each_use(emitter, op, add_use, &context);
        }
    }
    FOR_EACH_BLOCK(emitter, block) {
        for (uint32_t i = 0; i < block->param_count; i++) {
            EmitValue *value = &emitter->values[block->params[i]->id];
            value->kind = test(read, block->params[i]->id) ? value->kind : EMIT_NOWHERE;
        }
        FOR_EACH_OP(block, op) {
            EmitValue *value = &emitter->values[op->id];
            if ((value->kind == EMIT_OBJECT || value->kind == EMIT_NUMBER) &&
                value->alias == NULL && !test(read, op->id)) {
                value->kind = EMIT_NOWHERE;
            }
        }
    }
}

void emit_assign_variables(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    Liveness liveness;
    Colouring colouring = {.emitter = emitter, .liveness = &liveness};
    emitter->values = ARENA_ARRAY(&emitter->arena, EmitValue, function->next_value);
    describe_all(emitter);
    drop_unread(emitter);
    compute_liveness(emitter, &liveness);
    colouring.hint = ARENA_ARRAY(&emitter->arena, uint32_t, function->next_value);
    colouring.coloured = ARENA_ARRAY(&emitter->arena, bool, function->next_value);
    colouring.busy[0] = ARENA_ARRAY(&emitter->arena, uint32_t, function->next_value + 1);
    colouring.busy[1] = ARENA_ARRAY(&emitter->arena, uint32_t, function->next_value + 1);
    add_hints(&colouring);
    BlockColours at = {.colouring = &colouring,
                       .alive = ARENA_ARRAY(&emitter->arena, Word, liveness.words),
                       .last_use = ARENA_ARRAY(&emitter->arena, uint32_t, function->next_value)};
    for (size_t i = 0; i < function->blocks.count; i++) {
        colour_block(&at, i);
    }
    FOR_EACH_BLOCK(emitter, block) {
        FOR_EACH_OP(block, op) {
            EmitValue *value = &emitter->values[op->id];
            if (value->alias != NULL) {
                value->kind = emitter->values[value->alias->id].kind;
                value->variable = emitter->values[value->alias->id].variable;
            }
        }
    }
}
