/* The last op of each block, and what moves along its edges. */
#include "emit.h"

#include <string.h>

/* ---- moves ---- */

typedef struct Move {
    uint32_t to;
    const char *from; /* C expression */
    const IrOp *value;
} Move;

static bool is_read_by(Emitter *emitter, const Move *moves, size_t count, size_t except,
                       uint32_t variable) {
    for (size_t i = 0; i < count; i++) {
        const EmitValue *from = &emitter->values[moves[i].value->id];
        if (i != except && from->kind == EMIT_OBJECT && from->variable == variable &&
            moves[i].from != NULL && moves[i].from[0] == 'v') {
            return true;
        }
    }
    return false;
}

static size_t collect_moves(Emitter *emitter, const IrEdge *edge, Move *moves) {
    size_t count = 0;
    for (uint32_t i = 0; i < edge->block->param_count; i++) {
        const EmitValue *to = &emitter->values[edge->block->params[i]->id];
        const EmitValue *from = &emitter->values[edge->args[i]->id];
        bool same = from->kind == to->kind && from->variable == to->variable;
        if (to->kind == EMIT_OBJECT && !same) {
            moves[count++] =
                (Move){to->variable, emit_value(emitter, edge->args[i]), edge->args[i]};
        }
    }
    return count;
}

/* All values are read before any parameter is written: a move waits until nobody reads its target
 * any more; in a circle the first one is kept aside. */
void emit_moves(Emitter *emitter, const IrEdge *edge, const char *indent, StrBuf *out) {
    Move *moves = ARENA_ARRAY(&emitter->arena, Move, (size_t)edge->block->param_count + 1);
    size_t count = collect_moves(emitter, edge, moves);
    while (count > 0) {
        size_t next = 0;
        while (next < count && is_read_by(emitter, moves, count, next, moves[next].to)) {
            next++;
        }
        if (next < count) {
            strbuf_printf(out, "%sv%u = %s;\n", indent, (unsigned)moves[next].to, moves[next].from);
            moves[next] = moves[--count];
            continue;
        }
        emitter->moves_in_circle = true;
        strbuf_printf(out, "%smoved = v%u;\n", indent, (unsigned)moves[0].to);
        for (size_t i = 0; i < count; i++) {
            const EmitValue *from = &emitter->values[moves[i].value->id];
            if (from->kind == EMIT_OBJECT && from->variable == moves[0].to) {
                moves[i].from = "moved";
            }
        }
    }
}

/* ---- labels ---- */

static bool brings_nothing(Emitter *emitter, const IrEdge *edge) {
    Move *moves = ARENA_ARRAY(&emitter->arena, Move, (size_t)edge->block->param_count + 1);
    return collect_moves(emitter, edge, moves) == 0;
}

/* Which edge of a branch needs no jump: 1 the second, 0 the first, -1 neither. The second falls
 * through also with moves; the first one only when it has none, because the condition is turned
 * round then. */
static int falls_through(const IrOp *op, const IrBlock *following) {
    if (following == NULL) {
        return -1;
    }
    return op->targets[1].block == following ? 1 : op->targets[0].block == following ? 0 : -1;
}

static void label_targets(Emitter *emitter, const IrOp *op, const IrBlock *following) {
    int through = op->opcode == IR_jump && op->targets[0].block == following ? 0 : -1;
    if (op->opcode == IR_branch) {
        through = falls_through(op, following);
    }
    for (uint32_t t = 0; t < op->target_count; t++) {
        if ((int)t != through) {
            emitter->labelled[op->targets[t].block->id] = true;
        }
    }
}

void emit_find_labels(Emitter *emitter) {
    const IrFunction *function = emitter->function;
    emitter->labelled = ARENA_ARRAY(&emitter->arena, bool, (size_t)function->next_block + 1);
    for (size_t i = 0; i < function->blocks.count; i++) {
        const IrBlock *following =
            i + 1 < function->blocks.count ? function->blocks.items[i + 1] : NULL;
        for (const IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            label_targets(emitter, op, following);
        }
    }
}

/* ---- ends ---- */

static void go(Emitter *emitter, const IrEdge *edge, const IrBlock *following) {
    emit_moves(emitter, edge, "    ", emitter->out);
    if (edge->block != following) {
        strbuf_printf(emitter->out, "    goto B%u;\n", (unsigned)edge->block->id);
    }
}

static void emit_branch(Emitter *emitter, const IrOp *op, const IrBlock *following) {
    const char *condition = emit_value(emitter, op->args[0]);
    bool turned = falls_through(op, following) == 0;
    const IrEdge *jumps = &op->targets[turned ? 1 : 0], *goes_on = &op->targets[turned ? 0 : 1];
    const char *sign = turned ? "!" : "";
    if (brings_nothing(emitter, jumps)) {
        strbuf_printf(emitter->out, "    if (%s%s) goto B%u;\n", sign, condition,
                      (unsigned)jumps->block->id);
    } else {
        strbuf_printf(emitter->out, "    if (%s%s) {\n", sign, condition);
        emit_moves(emitter, jumps, "        ", emitter->out);
        strbuf_printf(emitter->out, "        goto B%u;\n    }\n", (unsigned)jumps->block->id);
    }
    go(emitter, goes_on, following);
}

/* `raise` without operands raises the handled exception again: no traceback entry then. */
static void emit_raise(Emitter *emitter, const IrOp *op) {
    const char *call =
        arena_printf(&emitter->arena, "rt_raise(ts, %s, %s, %d)", emit_value(emitter, op->args[0]),
                     emit_value(emitter, op->args[1]), (int)op->imm[0]);
    if (op->imm[0] == 0) {
        strbuf_printf(emitter->out, "    if (%s) goto E%u;\n", call,
                      (unsigned)emit_exit(emitter, op, false));
    } else {
        strbuf_printf(emitter->out, "    %s;\n", call);
    }
    strbuf_printf(emitter->out, "    goto E%u;\n", (unsigned)emit_exit(emitter, op, true));
}

static void emit_reraise(Emitter *emitter, const IrOp *op) {
    strbuf_printf(emitter->out, "    rt_reraise(ts, %s, %s, frame);\n    goto E%u;\n",
                  emit_value(emitter, op->args[0]), emit_value(emitter, op->args[1]),
                  (unsigned)emit_exit(emitter, op, false));
}

/* The way into a suspended generator: its operand stack, which lies behind the local variables in
 * the frame, becomes the parameters of the resume point. */
static void emit_resume(Emitter *emitter, const IrOp *op) {
    (void)op;
    const IrFunction *function = emitter->function;
    strbuf_puts(emitter->out, "    switch (frame->prev_instr - first) {\n");
    for (size_t i = 0; i < function->resumes.count; i++) {
        const IrResume *resume = &function->resumes.items[i];
        strbuf_printf(emitter->out, "    case %d:\n", (int)resume->offset);
        for (uint32_t p = 0; p < resume->block->param_count; p++) {
            const EmitValue *to = &emitter->values[resume->block->params[p]->id];
            if (to->kind == EMIT_OBJECT) {
                strbuf_printf(emitter->out, "        v%u = frame->localsplus[%u];\n",
                              (unsigned)to->variable, (unsigned)(function->code->local_count + p));
            }
        }
        strbuf_printf(emitter->out, "        goto B%u;\n", (unsigned)resume->block->id);
    }
    strbuf_puts(emitter->out, "    default:\n"
                              "        return rt_resume_bytecode(ts, frame, throwflag);\n"
                              "    }\n");
}

void emit_end(Emitter *emitter, const IrOp *op, const IrBlock *following) {
    switch (op->opcode) {
    case IR_jump: go(emitter, &op->targets[0], following); break;
    case IR_branch: emit_branch(emitter, op, following); break;
    case IR_return:
        strbuf_printf(emitter->out, "    return %s;\n", emit_value(emitter, op->args[0]));
        break;
    case IR_raise: emit_raise(emitter, op); break;
    case IR_reraise: emit_reraise(emitter, op); break;
    case IR_resume: emit_resume(emitter, op); break;
    default: /* unreachable: after a yield, which has returned */
        if (op->previous == NULL || op->previous->opcode != IR_yield) {
            strbuf_puts(emitter->out, "    __builtin_unreachable();\n");
        }
        break;
    }
}
