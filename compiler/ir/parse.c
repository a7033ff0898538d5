/* The text form back to a function: for tests of single passes.
 *
 * print.c describes the form. Values and blocks may be used before their definition; what is never
 * defined is an error. Numbers of values and blocks stay; operations that print none get the
 * numbers after the largest. Whether the function makes sense is the verifier's business. */
#include "ir.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct EdgeCheck {
    const IrBlock *block;
    uint32_t count; /* arguments it was given */
    unsigned line;
} EdgeCheck;

typedef struct Parser {
    Arena *arena;
    IrFunction *function;
    const char *at; /* next character */
    unsigned line;
    VEC(IrOp *)
    values; /* by number; NULL: not mentioned; opcode IR_OPCODE_COUNT + 1: not defined */
    VEC(IrBlock *) blocks;  /* by number */
    VEC(IrOp *) numberless; /* get their numbers at the end */
    VEC(EdgeCheck) edges;
    IrBlock *block; /* to which operations are added */
    char *message;
} Parser;

enum { UNDEFINED = IR_OPCODE_COUNT + 1, LARGEST_NUMBER = 10 * 1000 * 1000 };

__attribute__((format(printf, 2, 3))) static void fail(Parser *parser, const char *format, ...) {
    if (parser->message == NULL) {
        va_list args;
        va_start(args, format);
        const char *text = arena_vprintf(parser->arena, format, args);
        va_end(args);
        parser->message = arena_printf(parser->arena, "line %u: %s", parser->line, text);
    }
}

/* ---- characters ---- */

static void skip_blanks(Parser *parser) {
    while (*parser->at == ' ' || *parser->at == '\t') {
        parser->at++;
    }
}

/* The text if it is next; a word must end there. */
static bool accept(Parser *parser, const char *text) {
    skip_blanks(parser);
    size_t length = strlen(text);
    bool word = isalnum((unsigned char)text[length - 1]) != 0;
    if (strncmp(parser->at, text, length) != 0 ||
        (word && (isalnum((unsigned char)parser->at[length]) || parser->at[length] == '_'))) {
        return false;
    }
    parser->at += length;
    return true;
}

static void expect(Parser *parser, const char *text) {
    if (!accept(parser, text)) {
        fail(parser, "'%s' is missing", text);
    }
}

/* A letter directly before a number, as in b3. */
static bool accept_letter(Parser *parser, char letter) {
    skip_blanks(parser);
    if (*parser->at != letter || !isdigit((unsigned char)parser->at[1])) {
        return false;
    }
    parser->at++;
    return true;
}

static int32_t number(Parser *parser) {
    char *end;
    skip_blanks(parser);
    long value = strtol(parser->at, &end, 10);
    if (end == parser->at || value > LARGEST_NUMBER || value < -LARGEST_NUMBER) {
        fail(parser, "a number is missing");
        return 0;
    }
    parser->at = end;
    return (int32_t)value;
}

static uint32_t count(Parser *parser) {
    int32_t value = number(parser);
    if (value < 0) {
        fail(parser, "a number is negative");
        return 0;
    }
    return (uint32_t)value;
}

static bool at_line_end(Parser *parser) {
    skip_blanks(parser);
    return *parser->at == '\0' || *parser->at == '\n' || *parser->at == ';';
}

/* Past the comment and the end of the line, and lines without anything. */
static void next_line(Parser *parser) {
    if (!at_line_end(parser)) {
        fail(parser, "there is more than the line should hold: '%.*s'",
             (int)strcspn(parser->at, "\n"), parser->at);
    }
    while (*parser->at != '\0' && at_line_end(parser)) {
        parser->at += strcspn(parser->at, "\n");
        if (*parser->at == '\n') {
            parser->at++;
            parser->line++;
        }
        skip_blanks(parser);
    }
}

static char *word(Parser *parser) {
    skip_blanks(parser);
    size_t length = 0;
    while (isalnum((unsigned char)parser->at[length]) || parser->at[length] == '_') {
        length++;
    }
    char *text = arena_strndup(parser->arena, parser->at, length);
    parser->at += length;
    return text;
}

/* ---- values and blocks by number ---- */

static IrOp *value_numbered(Parser *parser, uint32_t id) {
    while (parser->values.count <= id) {
        vec_push(&parser->values, NULL);
    }
    if (parser->values.items[id] == NULL) {
        IrOp *op = ARENA_NEW(parser->arena, IrOp);
        op->id = id;
        op->opcode = (IrOpcode)UNDEFINED;
        parser->values.items[id] = op;
    }
    return parser->values.items[id];
}

static IrBlock *block_numbered(Parser *parser, uint32_t id) {
    while (parser->blocks.count <= id) {
        vec_push(&parser->blocks, NULL);
    }
    if (parser->blocks.items[id] == NULL) {
        IrBlock *block = ARENA_NEW(parser->arena, IrBlock);
        block->id = id;
        block->handler = IR_NO_REGION;
        parser->blocks.items[id] = block;
    }
    return parser->blocks.items[id];
}

static IrBlock *block_name(Parser *parser) {
    if (!accept_letter(parser, 'b')) {
        fail(parser, "a block is missing");
        return block_numbered(parser, 0);
    }
    return block_numbered(parser, count(parser));
}

static IrOp *value_name(Parser *parser) {
    expect(parser, "%");
    return value_numbered(parser, count(parser));
}

/* Values up to one that does not follow; the separator may be "". */
static uint32_t values(Parser *parser, const char *separator, IrOp ***result) {
    IrOpList list = {0};
    skip_blanks(parser);
    while (*parser->at == '%' && parser->message == NULL) {
        vec_push(&list, value_name(parser));
        skip_blanks(parser);
        if (*separator != '\0' && !accept(parser, separator)) {
            break;
        }
        skip_blanks(parser);
    }
    uint32_t found = (uint32_t)list.count;
    *result = ARENA_ARRAY(parser->arena, IrOp *, found);
    if (found > 0) {
        memcpy(*result, list.items, sizeof(IrOp *) * found);
    }
    vec_free(&list);
    return found;
}

/* ---- definitions ---- */

static IrFact fact(Parser *parser) {
    static const char *const names[] = {
        "",
#define FACT(id, text, type, leaf) text,
#include "types.def"
#undef FACT
    };
    const char *name = word(parser);
    for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            return (IrFact)i;
        }
    }
    fail(parser, "there is no type '%s'", name);
    return FACT_UNKNOWN;
}

/* %7?: str */
static IrOp *definition(Parser *parser, IrOpcode opcode) {
    IrOp *op = value_name(parser);
    if ((int)op->opcode != UNDEFINED) {
        fail(parser, "%%%u is defined twice", op->id);
    }
    op->opcode = opcode;
    op->offset = -1;
    op->region = IR_NO_REGION;
    op->block = parser->block;
    op->nullable = accept(parser, "?");
    if (accept(parser, ": ")) {
        op->fact = fact(parser);
    }
    return op;
}

static void block_line(Parser *parser) {
    IrBlock *block = block_name(parser);
    IrOpList params = {0};
    parser->block = block;
    vec_push(&parser->function->blocks, block);
    if (accept(parser, "(")) {
        do {
            vec_push(&params, definition(parser, IR_param));
        } while (parser->message == NULL && accept(parser, ","));
        expect(parser, ")");
    }
    block->param_count = (uint32_t)params.count;
    block->params = ARENA_ARRAY(parser->arena, IrOp *, params.count);
    if (params.count > 0) {
        memcpy(block->params, params.items, sizeof(IrOp *) * params.count);
    }
    vec_free(&params);
    if (accept(parser, "handler")) {
        if (!accept_letter(parser, 'r')) {
            fail(parser, "a region is missing");
        }
        block->handler = number(parser);
    }
    block->cold = accept(parser, "cold");
    expect(parser, ":");
}

/* ---- operations ---- */

static IrOpcode opcode_named(Parser *parser) {
    const char *name = word(parser);
    for (int i = 0; i < IR_OPCODE_COUNT; i++) {
        if (strcmp(ir_rows[i].name, name) == 0) {
            return (IrOpcode)i;
        }
    }
    fail(parser, "there is no operation '%s'", name);
    return IR_unreachable;
}

static void immediates(Parser *parser, IrOp *op) {
    uint32_t imm = 0;
    for (const char *letter = ir_rows[op->opcode].imms; *letter != '\0'; letter++) {
        if (strchr("knli", *letter) == NULL) {
            continue;
        }
        if (imm > 0) {
            expect(parser, ",");
        }
        if (*letter != 'i' && !accept_letter(parser, *letter)) {
            fail(parser, "'%c' and a number are missing", *letter);
        }
        op->imm[imm++] = number(parser);
    }
}

static void target(Parser *parser, IrOp *op) {
    IrEdge edge = {.block = block_name(parser)};
    EdgeCheck check = {.block = edge.block, .line = parser->line};
    if (accept(parser, "(")) {
        check.count = values(parser, ",", &edge.args);
        expect(parser, ")");
    }
    bool from_frame = op->opcode == IR_resume;
    if (!from_frame) {
        vec_push(&parser->edges, check);
    }
    IrEdge *targets = ARENA_ARRAY(parser->arena, IrEdge, op->target_count + 1);
    if (op->target_count > 0) {
        memcpy(targets, op->targets, sizeof(edge) * op->target_count);
    }
    targets[op->target_count++] = edge;
    op->targets = targets;
}

/* What follows the operands, in the order in which it is printed. */
static void attributes(Parser *parser, IrOp *op) {
    if (accept(parser, "->")) {
        do {
            target(parser, op);
        } while (parser->message == NULL && accept(parser, ","));
    }
    if (accept(parser, "release")) {
        op->release_count = values(parser, "", &op->release);
    }
    if (accept(parser, "@")) {
        op->offset = number(parser);
    }
    if (accept_letter(parser, 'r')) {
        op->region = number(parser);
    }
    if (accept(parser, "[")) {
        op->stack_count = values(parser, "", &op->stack);
        expect(parser, "]");
    }
}

static void op_line(Parser *parser) {
    IrOp *op;
    if (parser->block == NULL) {
        fail(parser, "an operation stands before the first block");
        return;
    }
    if (*parser->at == '%') {
        op = definition(parser, IR_unreachable);
        expect(parser, "=");
    } else {
        op = ARENA_NEW(parser->arena, IrOp);
        op->offset = -1;
        op->region = IR_NO_REGION;
        op->block = parser->block;
        vec_push(&parser->numberless, op);
    }
    op->opcode = opcode_named(parser);
    bool imms = ir_imm_count(op->opcode) > 0;
    op->arg_count = values(parser, ",", &op->args);
    if (imms) {
        immediates(parser, op);
    }
    attributes(parser, op);
    op->previous = parser->block->last;
    *(op->previous != NULL ? &op->previous->next : &parser->block->first) = op;
    parser->block->last = op;
}

/* ---- the function ---- */

static void header(Parser *parser) {
    static const char *const stages[] = {"lowered", "errors", "owned"};
    expect(parser, "function");
    number(parser);
    const char *name = word(parser);
    size_t stage = 0;
    while (stage < sizeof(stages) / sizeof(stages[0]) && strcmp(name, stages[stage]) != 0) {
        stage++;
    }
    if (stage == sizeof(stages) / sizeof(stages[0])) {
        fail(parser, "there is no stage '%s'", name);
        return;
    }
    parser->function->stage = (IrStage)stage;
    expect(parser, "entry");
    parser->function->entry = block_name(parser);
}

static void region_line(Parser *parser) {
    IrRegion region = {0};
    if (!accept_letter(parser, 'r') || count(parser) != parser->function->regions.count) {
        fail(parser, "regions are not numbered from r0 on");
    }
    if (accept(parser, "->")) {
        region.handler = block_name(parser);
    }
    expect(parser, "depth");
    region.depth = count(parser);
    region.lasti = accept(parser, "lasti");
    vec_push(&parser->function->regions, region);
}

static void resume_line(Parser *parser) {
    IrResume resume = {.offset = number(parser)};
    expect(parser, "->");
    resume.block = block_name(parser);
    expect(parser, "depth");
    resume.depth = count(parser);
    resume.origin = accept(parser, "origin") ? number(parser) : resume.offset;
    vec_push(&parser->function->resumes, resume);
}

static void body(Parser *parser) {
    while (*parser->at != '\0' && parser->message == NULL) {
        bool inside = parser->block != NULL;
        if (!inside && accept(parser, "region")) {
            region_line(parser);
        } else if (!inside && accept(parser, "resume")) {
            resume_line(parser);
        } else if (*parser->at == 'b' && isdigit((unsigned char)parser->at[1])) {
            block_line(parser);
        } else {
            op_line(parser);
        }
        next_line(parser);
    }
}

static void check_references(Parser *parser) {
    for (size_t i = 0; i < parser->values.count; i++) {
        const IrOp *op = parser->values.items[i];
        if (op != NULL && (int)op->opcode == UNDEFINED) {
            fail(parser, "%%%zu is not defined", i);
        }
    }
    for (size_t i = 0; i < parser->blocks.count; i++) {
        const IrBlock *block = parser->blocks.items[i];
        if (block != NULL && block->last == NULL) {
            fail(parser, "b%zu is not defined, or empty", i);
        }
    }
    for (size_t i = 0; i < parser->edges.count; i++) {
        const EdgeCheck *edge = &parser->edges.items[i];
        parser->line = edge->line;
        if (edge->count != edge->block->param_count) {
            fail(parser, "b%u has %u parameters, not %u", edge->block->id, edge->block->param_count,
                 edge->count);
        }
    }
}

static void finish(Parser *parser) {
    IrFunction *function = parser->function;
    function->next_value = (uint32_t)parser->values.count;
    function->next_block = (uint32_t)parser->blocks.count;
    for (size_t i = 0; i < parser->numberless.count; i++) {
        parser->numberless.items[i]->id = function->next_value++;
    }
    for (size_t i = 0; i < function->blocks.count; i++) {
        function->blocks.items[i]->index = (uint32_t)i;
    }
}

IrFunction *ir_parse(Arena *arena, const FrontCode *code, const char *text, const char **message) {
    static const FrontCode no_code;
    Parser parser = {.arena = arena, .at = text, .line = 1};
    parser.function = ir_function_new(arena, code != NULL ? code : &no_code);
    if (at_line_end(&parser)) {
        next_line(&parser);
    }
    header(&parser);
    next_line(&parser);
    body(&parser);
    if (parser.message == NULL) {
        check_references(&parser);
    }
    finish(&parser);
    vec_free(&parser.values);
    vec_free(&parser.blocks);
    vec_free(&parser.numberless);
    vec_free(&parser.edges);
    *message = parser.message;
    if (parser.message != NULL) {
        ir_function_free(parser.function);
        return NULL;
    }
    return parser.function;
}
