/* Do the laws of ir.h hold?
 *
 * Shape: blocks end with their only END operation; operands and immediates fit the row; targets,
 * handlers and resume points have the parameters they should; `check`s stand where the stage wants
 * them; results of an operation with several stand directly behind it. Then dominance: every value
 * is defined on every path to its uses. After `own`: references (verify_refs.c). */
#include "verify.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct Verifier {
    const IrFunction *function;
    IrStage stage;
    IrCfg cfg;
    uint32_t *place; /* of an operation in its block, by id; parameters have 0, other ones from 1 */
    const IrOp **by_id;
    const IrOp *op; /* looked at */
    const char *message;
} Verifier;

__attribute__((format(printf, 3, 4))) static void fail(Verifier *verifier, const IrBlock *block,
                                                       const char *format, ...) {
    if (verifier->message != NULL) {
        return;
    }
    Arena *arena = verifier->function->arena;
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(arena, format, args);
    va_end(args);
    const IrOp *op = verifier->op;
    verifier->message =
        op == NULL
            ? arena_printf(arena, "b%u: %s", block != NULL ? block->id : 0, text)
            : arena_printf(arena, "b%u, %%%u = %s: %s", op->block->id, op->id,
                           op->opcode == IR_param ? "param" : ir_rows[op->opcode].name, text);
}

static void expect(Verifier *verifier, bool condition, const char *law) {
    if (!condition) {
        fail(verifier, NULL, "%s", law);
    }
}

static bool is_reference(const IrOp *op) {
    IrResult result = ir_result(op);
    return result == IR_OBJ || result == IR_BORROWED;
}

/* ---- operands ---- */

static uint32_t item_count(const IrOp *op) {
    return op->opcode == IR_unpack      ? (uint32_t)op->imm[0]
           : op->opcode == IR_unpack_ex ? (uint32_t)op->imm[0] + 1 + (uint32_t)op->imm[1]
                                        : 0;
}

/* item, second, check: their operand is an operation, not a value. */
static void verify_projection(Verifier *verifier, const IrOp *op) {
    const IrOp *of = op->args[0];
    if (of->opcode == IR_param) {
        fail(verifier, NULL, "its operand is a parameter");
    } else if (op->opcode == IR_second) {
        expect(verifier, ir_rows[of->opcode].second != IR_SECOND_NONE,
               "its operand has no second result");
    } else if (op->opcode == IR_item) {
        expect(verifier, op->imm[0] >= 0 && (uint32_t)op->imm[0] < item_count(of),
               "its operand has no such item");
    } else {
        expect(verifier, ir_may_raise(of), "its operand cannot fail");
    }
}

static void verify_operands(Verifier *verifier, const IrOp *op) {
    const char *args = ir_rows[op->opcode].args;
    size_t fixed = strcspn(args, "*+");
    bool variadic = args[fixed] != '\0';
    expect(verifier, op->arg_count == fixed || (variadic && op->arg_count > fixed),
           "wrong number of operands");
    if (verifier->message != NULL) {
        return;
    }
    if (op->opcode == IR_second || op->opcode == IR_item || op->opcode == IR_check) {
        verify_projection(verifier, op);
        return;
    }
    for (uint32_t i = 0; i < op->arg_count; i++) {
        bool wants_bool = ir_arg_letter(op, i) == 'b';
        expect(verifier, wants_bool ? ir_result(op->args[i]) == IR_BOOL : is_reference(op->args[i]),
               wants_bool ? "an operand is no bool" : "an operand is no reference");
    }
}

/* Constants, names and locals are counted from 0. */
static void verify_immediates(Verifier *verifier, const IrOp *op) {
    uint32_t imm = 0;
    for (const char *letter = ir_rows[op->opcode].imms; *letter != '\0'; letter++) {
        if (strchr("knli", *letter) != NULL) {
            expect(verifier, op->imm[imm++] >= 0 || *letter == 'i', "an immediate is negative");
        }
    }
}

static void verify_stack(Verifier *verifier, const IrOp *op) {
    for (uint32_t i = 0; i < op->stack_count; i++) {
        expect(verifier, is_reference(op->stack[i]), "an entry of the stack is no reference");
    }
    expect(verifier,
           verifier->stage < IR_STAGE_OWNED || op->stack_count == 0 || op->opcode == IR_yield,
           "it has a stack after `own`");
    expect(verifier, op->opcode != IR_yield || op->next->opcode == IR_unreachable,
           "`unreachable` does not follow it");
}

/* ---- control flow ---- */

static void verify_target_count(Verifier *verifier, const IrOp *op) {
    uint32_t count = op->target_count;
    switch ((int)op->opcode) {
    case IR_jump: expect(verifier, count == 1, "it has not one target"); break;
    case IR_branch: expect(verifier, count == 2, "it has not two targets"); break;
    case IR_resume:
        expect(verifier, count == verifier->function->resumes.count,
               "it has not one target for each resume point");
        break;
    case IR_check:
    case IR_raise:
    case IR_reraise:
        expect(verifier, count <= (verifier->stage >= IR_STAGE_ERRORS),
               "it has targets that it may not have");
        break;
    default: expect(verifier, count == 0, "it has targets");
    }
}

static bool is_block_of(const IrFunction *function, const IrBlock *block) {
    return block->index < function->blocks.count && function->blocks.items[block->index] == block;
}

static void verify_targets(Verifier *verifier, const IrOp *op) {
    verify_target_count(verifier, op);
    for (uint32_t i = 0; i < op->target_count && verifier->message == NULL; i++) {
        const IrEdge *edge = &op->targets[i];
        expect(verifier, is_block_of(verifier->function, edge->block),
               "a target is not a block of the function");
        if (op->opcode == IR_resume) {
            expect(verifier, edge->block == verifier->function->resumes.items[i].block,
                   "targets are not in the order of the resume points");
            expect(verifier, edge->args == NULL, "a target has arguments");
            continue;
        }
        for (uint32_t j = 0; j < edge->block->param_count && verifier->message == NULL; j++) {
            expect(verifier, edge->args != NULL && edge->args[j] != NULL,
                   "a target has too few arguments");
            expect(verifier, verifier->message != NULL || is_reference(edge->args[j]),
                   "an argument of a target is no reference");
        }
    }
}

/* Until `errors`, exceptions go where the region says. */
static void verify_region(Verifier *verifier, const IrOp *op) {
    if (op->region == IR_NO_REGION || verifier->stage != IR_STAGE_LOWERED) {
        return;
    }
    size_t count = verifier->function->regions.count;
    if (op->region < 0 || (size_t)op->region >= count) {
        fail(verifier, NULL, "there is no region %d", op->region);
        return;
    }
    if (ir_raise_target(verifier->function, op) != NULL) {
        const IrRegion *region = &verifier->function->regions.items[op->region];
        expect(verifier, is_block_of(verifier->function, region->handler),
               "its handler is not a block of the function");
        expect(verifier, op->stack_count >= region->depth,
               "its stack has too little for its region");
    } else if (ir_may_raise(op)) {
        fail(verifier, NULL, "its region has no handler");
    }
}

/* What stands directly behind an operation, apart from reference counting. */
static const IrOp *follower(const IrOp *op) {
    const IrOp *next = op->next;
    while (next != NULL && (next->opcode == IR_decref || next->opcode == IR_incref)) {
        next = next->next;
    }
    return next;
}

/* From `errors` on a check follows each operation that may fail. */
static void verify_check(Verifier *verifier, const IrOp *op) {
    if (op->opcode == IR_check) {
        const IrOp *before = op->previous;
        while (before != NULL && before->opcode == IR_decref) {
            before = before->previous;
        }
        expect(verifier, before == op->args[0], "it does not follow its operation");
    } else if (ir_may_raise(op) && !ir_is_end(op)) {
        const IrOp *next = follower(op);
        expect(verifier, next != NULL && next->opcode == IR_check && next->args[0] == op,
               "no check follows");
    }
}

/* Results of an operation with several: directly behind it and its check. */
static void verify_place_of_projection(Verifier *verifier, const IrOp *op) {
    const IrOp *before = op->previous;
    while (before != NULL && before != op->args[0] &&
           (before->opcode == IR_decref || before->opcode == IR_incref ||
            ((before->opcode == IR_item || before->opcode == IR_second ||
              before->opcode == IR_check) &&
             before->args[0] == op->args[0]))) {
        before = before->previous;
    }
    expect(verifier, before == op->args[0], "it does not follow its operation");
}

static void verify_late_op(Verifier *verifier, const IrOp *op) {
    bool counts = op->opcode == IR_incref || op->opcode == IR_decref || op->opcode == IR_loc;
    expect(verifier, !counts || verifier->stage == IR_STAGE_OWNED, "it stands there too early");
    expect(verifier, op->opcode != IR_pop || verifier->stage < IR_STAGE_OWNED,
           "it stands there after `own`");
    expect(verifier, op->release_count == 0 || verifier->stage == IR_STAGE_OWNED,
           "it releases values before `own`");
    expect(verifier, op->opcode != IR_check || verifier->stage >= IR_STAGE_ERRORS,
           "it stands there too early");
}

/* ---- blocks ---- */

static void verify_op(Verifier *verifier, const IrOp *op) {
    verifier->op = op;
    expect(verifier, op->opcode < IR_OPCODE_COUNT, "it is no operation");
    expect(verifier, op->id < verifier->function->next_value, "its number is too large");
    if (verifier->message != NULL) {
        return;
    }
    expect(verifier, verifier->by_id[op->id] == NULL, "another value has its number");
    verifier->by_id[op->id] = op;
    expect(verifier, ir_is_end(op) == (op->next == NULL),
           ir_is_end(op) ? "operations follow it" : "its block has no end");
    verify_operands(verifier, op);
    verify_immediates(verifier, op);
    verify_targets(verifier, op);
    verify_region(verifier, op);
    verify_late_op(verifier, op);
    if (verifier->message != NULL) {
        return;
    }
    verify_stack(verifier, op);
    if (verifier->stage >= IR_STAGE_ERRORS) {
        verify_check(verifier, op);
    }
    if (op->opcode == IR_item || op->opcode == IR_second) {
        verify_place_of_projection(verifier, op);
    }
}

static void verify_block(Verifier *verifier, const IrBlock *block) {
    verifier->op = NULL;
    if (block->first == NULL) {
        fail(verifier, block, "it is empty");
        return;
    }
    for (uint32_t i = 0; i < block->param_count; i++) {
        const IrOp *param = block->params[i];
        if (param->opcode != IR_param || param->block != block ||
            param->id >= verifier->function->next_value || verifier->by_id[param->id] != NULL) {
            fail(verifier, block, "parameter %u is none of it", i);
            return;
        }
        verifier->by_id[param->id] = param;
        verifier->place[param->id] = 0;
    }
    const IrOp *previous = NULL;
    uint32_t place = 1;
    for (const IrOp *op = block->first; op != NULL && verifier->message == NULL; op = op->next) {
        if (op->block != block || op->previous != previous) {
            fail(verifier, block, "its operations are not linked well at %%%u", op->id);
            return;
        }
        verify_op(verifier, op);
        if (verifier->message == NULL) {
            verifier->place[op->id] = place++;
        }
        previous = op;
    }
}

static void verify_regions(Verifier *verifier) {
    const IrFunction *function = verifier->function;
    verifier->op = NULL;
    for (size_t i = 0; i < function->regions.count; i++) {
        const IrRegion *region = &function->regions.items[i];
        const IrBlock *handler = region->handler;
        if (handler != NULL && (!is_block_of(function, handler) || handler->handler != (int32_t)i ||
                                handler->param_count != region->depth)) {
            fail(verifier, handler, "it does not fit region %zu, whose handler it is", i);
        }
    }
    for (size_t i = 0; i < function->resumes.count; i++) {
        const IrResume *resume = &function->resumes.items[i];
        const IrOp *first = resume->block->first;
        while (first != NULL && first->opcode == IR_loc) {
            first = first->next;
        }
        if (!is_block_of(function, resume->block) || resume->block->param_count != resume->depth ||
            first == NULL || first->opcode != IR_sent) {
            fail(verifier, resume->block, "it does not fit the resume point at %d", resume->offset);
        }
    }
}

/* ---- dominance ---- */

typedef struct Use {
    Verifier *verifier;
    const IrOp *op;
} Use;

static void verify_use(void *context, IrOp **use) {
    Use *at = context;
    Verifier *verifier = at->verifier;
    const IrOp *value = *use, *op = at->op;
    if (verifier->message != NULL) {
        return;
    }
    verifier->op = op;
    if (value->id >= verifier->function->next_value || verifier->by_id[value->id] != value) {
        fail(verifier, NULL, "it uses a value that is not in the function");
        return;
    }
    bool defined = value->block == op->block
                       ? verifier->place[value->id] < verifier->place[op->id]
                       : ir_dominates(&verifier->cfg, value->block, op->block);
    if (!defined) {
        fail(verifier, NULL, "%%%u is not defined on every path to it", value->id);
    }
}

static void verify_dominance(Verifier *verifier) {
    ir_dominators(&verifier->cfg);
    for (uint32_t i = 0; i < verifier->cfg.reachable; i++) {
        for (IrOp *op = verifier->cfg.order[i]->first; op != NULL; op = op->next) {
            Use use = {verifier, op};
            ir_each_use(op, verify_use, &use);
        }
    }
}

const char *ir_verify(const IrFunction *function, IrStage stage) {
    Verifier verifier = {.function = function, .stage = stage};
    if (function->stage != stage) {
        return "the function is not at this stage";
    }
    verifier.place = xcalloc(function->next_value, sizeof(*verifier.place));
    verifier.by_id = xcalloc(function->next_value, sizeof(IrOp *));
    for (size_t i = 0; i < function->blocks.count; i++) {
        function->blocks.items[i]->index = (uint32_t)i;
    }
    for (size_t i = 0; i < function->blocks.count && verifier.message == NULL; i++) {
        verify_block(&verifier, function->blocks.items[i]);
    }
    if (verifier.message == NULL) {
        verify_regions(&verifier);
    }
    if (verifier.message == NULL) {
        verifier.cfg = ir_cfg_new(function);
        verify_dominance(&verifier);
        if (verifier.message == NULL && stage == IR_STAGE_OWNED) {
            verifier.message = ir_verify_references(function, &verifier.cfg);
        }
        ir_cfg_free(&verifier.cfg);
    }
    free(verifier.place);
    free(verifier.by_id);
    return verifier.message;
}
