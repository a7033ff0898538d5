/* The text form of a function, for people, tests and the parser (parse.c).
 *
 *     function 3 lowered entry b0  ; Stack.push
 *     region r0 -> b2 depth 1 lasti
 *     resume 14 -> b4 depth 0 origin 13
 *     b0(%0, %1):
 *         %2 = slot_get l0 @4 r0 [%0 %1]  ; self
 *         %3: str = const k1 @5  ; 'x'
 *         branch %2 -> b1(%3), b2 @6
 *     b2(%4) handler r0 cold:
 *         …
 *
 * An operation shows its number if anything may refer to it, `?` when it may be NULL, its exact
 * type if known, operands, immediates (k constant, n name, l local, plain number), targets,
 * releases, @ the offset of its instruction, its region, and its stack in brackets. A resume
 * point's origin is left out where it is the offset. What follows a semicolon is for the reader. */
#include "ir.h"

#include <string.h>

static const char *const fact_names[FACT_COUNT] = {
    "",
#define FACT(id, text, type, leaf) text,
#include "types.def"
#undef FACT
};

static const char *const stage_names[] = {"lowered", "errors", "owned"};

static void print_values(StrBuf *out, IrOp *const *values, uint32_t count, const char *separator) {
    for (uint32_t i = 0; i < count; i++) {
        strbuf_printf(out, "%s%%%u", i > 0 ? separator : "", values[i]->id);
    }
}

/* A value where it is defined. */
static void print_definition(StrBuf *out, const IrOp *op) {
    strbuf_printf(out, "%%%u%s", op->id, op->nullable ? "?" : "");
    if (op->fact != FACT_UNKNOWN) {
        strbuf_printf(out, ": %s", fact_names[op->fact]);
    }
}

static void print_operands(StrBuf *out, const IrOp *op) {
    const char *separator = " ";
    for (uint32_t i = 0; i < op->arg_count; i++) {
        strbuf_printf(out, "%s%%%u", separator, op->args[i]->id);
        separator = ", ";
    }
    uint32_t imm = 0;
    for (const char *letter = ir_rows[op->opcode].imms; *letter != '\0'; letter++) {
        if (strchr("knli", *letter) != NULL) {
            char kind[2] = {*letter == 'i' ? '\0' : *letter, '\0'};
            strbuf_printf(out, "%s%s%d", separator, kind, op->imm[imm++]);
            separator = ", ";
        }
    }
}

static void print_targets(StrBuf *out, const IrOp *op) {
    for (uint32_t i = 0; i < op->target_count; i++) {
        const IrEdge *edge = &op->targets[i];
        strbuf_printf(out, "%s b%u", i > 0 ? "," : " ->", edge->block->id);
        if (edge->args != NULL && edge->block->param_count > 0) {
            strbuf_puts(out, "(");
            print_values(out, edge->args, edge->block->param_count, ", ");
            strbuf_puts(out, ")");
        }
    }
    if (op->release_count > 0) {
        strbuf_puts(out, " release ");
        print_values(out, op->release, op->release_count, " ");
    }
}

static const char *item_of(const char *const *items, uint32_t count, int32_t i) {
    return items != NULL && i >= 0 && (uint32_t)i < count ? items[i] : NULL;
}

/* The names behind the immediates. */
static void print_comment(StrBuf *out, const FrontCode *code, const IrOp *op) {
    const char *separator = "  ; ";
    uint32_t imm = 0;
    for (const char *letter = ir_rows[op->opcode].imms; *letter != '\0'; letter++) {
        int32_t i = strchr("knli", *letter) != NULL ? op->imm[imm++] : -1;
        const char *text = NULL;
        if (*letter == 'n') {
            text = item_of(code->names, code->name_count, i);
        } else if (*letter == 'l') {
            text = item_of(code->local_names, code->local_count, i);
        } else if (*letter == 'k' && i >= 0 && (uint32_t)i < code->const_count) {
            text = code->consts[i].text;
        }
        if (text != NULL) {
            strbuf_printf(out, "%s%s", separator, text);
            separator = ", ";
        }
    }
}

/* Can anything refer to this operation? */
static bool has_number(const IrOp *op) {
    return ir_result(op) != IR_END && (ir_result(op) != IR_VOID || ir_may_raise(op));
}

static void print_op(StrBuf *out, const FrontCode *code, const IrOp *op) {
    strbuf_puts(out, "    ");
    if (has_number(op)) {
        print_definition(out, op);
        strbuf_puts(out, " = ");
    }
    strbuf_puts(out, ir_rows[op->opcode].name);
    print_operands(out, op);
    print_targets(out, op);
    if (op->offset >= 0) {
        strbuf_printf(out, " @%d", op->offset);
    }
    if (op->region != IR_NO_REGION) {
        strbuf_printf(out, " r%d", op->region);
    }
    if (op->stack_count > 0) {
        strbuf_puts(out, " [");
        print_values(out, op->stack, op->stack_count, " ");
        strbuf_puts(out, "]");
    }
    if (code != NULL) {
        print_comment(out, code, op);
    }
    strbuf_putc(out, '\n');
}

static void print_block(StrBuf *out, const FrontCode *code, const IrBlock *block) {
    strbuf_printf(out, "b%u", block->id);
    for (uint32_t i = 0; i < block->param_count; i++) {
        strbuf_puts(out, i > 0 ? ", " : "(");
        print_definition(out, block->params[i]);
    }
    strbuf_puts(out, block->param_count > 0 ? ")" : "");
    if (block->handler != IR_NO_REGION) {
        strbuf_printf(out, " handler r%d", block->handler);
    }
    strbuf_puts(out, block->cold ? " cold:\n" : ":\n");
    for (const IrOp *op = block->first; op != NULL; op = op->next) {
        print_op(out, code, op);
    }
}

void ir_print(const IrFunction *function, StrBuf *out) {
    const FrontCode *code = function->code;
    strbuf_printf(out, "function %u %s entry b%u", code != NULL ? code->ordinal : 0,
                  stage_names[function->stage], function->entry->id);
    if (code != NULL && code->qualname != NULL) {
        strbuf_printf(out, "  ; %s", code->qualname);
    }
    strbuf_putc(out, '\n');
    for (size_t i = 0; i < function->regions.count; i++) {
        const IrRegion *region = &function->regions.items[i];
        strbuf_printf(out, "region r%zu", i);
        if (region->handler != NULL) {
            strbuf_printf(out, " -> b%u", region->handler->id);
        }
        strbuf_printf(out, " depth %u%s\n", region->depth, region->lasti ? " lasti" : "");
    }
    for (size_t i = 0; i < function->resumes.count; i++) {
        const IrResume *resume = &function->resumes.items[i];
        strbuf_printf(out, "resume %d -> b%u depth %u", resume->offset, resume->block->id,
                      resume->depth);
        if (resume->origin != resume->offset) {
            strbuf_printf(out, " origin %d", resume->origin);
        }
        strbuf_puts(out, "\n");
    }
    for (size_t i = 0; i < function->blocks.count; i++) {
        print_block(out, code, function->blocks.items[i]);
    }
}
