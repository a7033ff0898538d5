/* What happens when an op fails.
 *
 * The way out of an op is a list of statements: add the traceback entry, drop what is owned, then
 * go to the handler or leave the function. Ways that end alike share their end: they form a tree
 * whose root is the end, kept as (statement, number of the next step), each pair once. Written
 * down, every step falls through into the next where it can:
 *
 *     E3: rt_raised(ts, frame);
 *     E4: rt_release(v2);
 *     E1: rt_release(v0);
 *         return NULL;                                                                          */
#include "emit.h"

#include <string.h>

/* The number of the step, the same for the same arguments. */
static uint32_t step(Emitter *emitter, uint32_t next, const char *text) {
    const char *key = arena_printf(&emitter->arena, "%u:%s", (unsigned)next, text);
    size_t known = (size_t)(uintptr_t)strmap_get(&emitter->exit_keys, key);
    if (known > 0) {
        return (uint32_t)(known - 1);
    }
    EmitExit exit = {.text = strchr(key, ':') + 1, .next = next};
    vec_push(&emitter->exits, exit);
    strmap_set(&emitter->exit_keys, key, (void *)(uintptr_t)emitter->exits.count);
    return (uint32_t)(emitter->exits.count - 1);
}

static uint32_t last_step(Emitter *emitter, const IrOp *op) {
    StrBuf text = {0};
    if (op->target_count == 0) {
        strbuf_puts(&text, "    return NULL;\n");
    } else {
        emit_moves(emitter, &op->targets[0], "    ", &text);
        strbuf_printf(&text, "    goto B%u;\n", (unsigned)op->targets[0].block->id);
    }
    uint32_t result = step(emitter, EMIT_END, strbuf_text(&text));
    strbuf_free(&text);
    return result;
}

uint32_t emit_exit(Emitter *emitter, const IrOp *op, bool raised) {
    uint32_t at = last_step(emitter, op);
    for (uint32_t i = op->release_count; i-- > 0;) {
        const char *value = emit_value(emitter, op->release[i]);
        const char *lazy = emit_is_lazy(emitter, op->release[i]) ? "lazy_" : "";
        at = step(emitter, at,
                  arena_printf(&emitter->arena, "    rt_%srelease(%s);\n", lazy, value));
    }
    if (raised) {
        at = step(emitter, at, "    rt_raised(ts, frame);\n");
    }
    EmitExit *exit = &emitter->exits.items[at];
    if (exit->label == 0) {
        exit->label = ++emitter->label_count;
    }
    return exit->label;
}

/* ---- writing ---- */

typedef struct Children {
    uint32_t *first, *sibling; /* by step: EMIT_END when there is none */
} Children;

static uint32_t label_of(Emitter *emitter, uint32_t at) {
    EmitExit *exit = &emitter->exits.items[at];
    if (exit->label == 0) {
        exit->label = ++emitter->label_count;
    }
    return exit->label;
}

/* From a step that nothing leads to down to one that is written already, or to the end. */
static void write_chain(Emitter *emitter, uint32_t at, bool *written) {
    while (at != EMIT_END && !written[at]) {
        const EmitExit *exit = &emitter->exits.items[at];
        written[at] = true;
        if (exit->label != 0) {
            strbuf_printf(emitter->out, "E%u:\n", (unsigned)exit->label);
        }
        strbuf_puts(emitter->out, exit->text);
        at = exit->next;
    }
    if (at != EMIT_END) {
        strbuf_printf(emitter->out, "    goto E%u;\n", (unsigned)label_of(emitter, at));
    }
}

static uint32_t first_leaf(const Children *children, uint32_t at) {
    while (children->first[at] != EMIT_END) {
        at = children->first[at];
    }
    return at;
}

static Children find_children(Emitter *emitter) {
    size_t count = emitter->exits.count;
    Children children = {ARENA_ARRAY(&emitter->arena, uint32_t, count),
                         ARENA_ARRAY(&emitter->arena, uint32_t, count)};
    for (size_t i = 0; i < count; i++) {
        children.first[i] = children.sibling[i] = EMIT_END;
    }
    for (size_t i = count; i-- > 0;) {
        uint32_t next = emitter->exits.items[i].next;
        if (next != EMIT_END) {
            children.sibling[i] = children.first[next];
            children.first[next] = (uint32_t)i;
        }
    }
    return children;
}

void emit_exits(Emitter *emitter) {
    size_t count = emitter->exits.count;
    if (count == 0) {
        return;
    }
    Children children = find_children(emitter);
    bool *written = ARENA_ARRAY(&emitter->arena, bool, count);
    /* Steps that are jumped to from a second chain must have their label before they are written.
     */
    for (size_t i = 0; i < count; i++) {
        uint32_t next = emitter->exits.items[i].next;
        if (next != EMIT_END && children.first[next] != (uint32_t)i) {
            label_of(emitter, next);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (emitter->exits.items[i].next == EMIT_END) {
            write_chain(emitter, first_leaf(&children, (uint32_t)i), written);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (children.first[i] == EMIT_END && !written[i]) {
            write_chain(emitter, (uint32_t)i, written);
        }
    }
}
