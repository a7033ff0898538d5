/* IR → C.
 *
 * A unit is some functions of one module. Its text includes rt_unit.h only (rt_native.h, made slim
 * by scripts/slim_header.py), defines one static C function for each Python function, and ends with
 * the RtUnit that introduces them to the runtime.
 * What the emitter and the runtime agree on:
 *
 * Functions. `PyObject *f<ordinal>_<name>(ts, frame)` computes a function's body in a frame that
 * the caller made; generators, coroutines and async generators have a step with a further
 * `throwflag`. `self` is the function's RtCode, `first` its first instruction. Nothing in the text
 * depends on line numbers or positions, only on what FrontCode.fingerprint covers: editing a
 * comment changes no C.
 *
 * Operations. An op is a call of its helper, by the rule of ops.def:
 *
 *     v2 = rt_attr_get(ts, v1, self->names[3], &s4_attr[0]);
 *
 * ts; then frame if the row's immediates have `f`; then the operands; a variable number of them as
 * an array and its length; then `&second` (PyObject ** or int *, preset to NULL or 0) of ops with a
 * second result, or `results`, an uninitialised array, of unpack (imm 0 entries) and unpack_ex
 * (imm 0 + 1 + imm 1 entries), filled in order when the helper returns 0; then the immediates:
 * k self->consts[i], n self->names[i], l and i numbers, A M G C the address of an RtAttrSite,
 * RtMethodSite, RtGlobalSite, RtCallSite of its own, zero at start. Results: PyObject * (OBJ,
 * BORROWED), int (BOOL, LIST and VOID that may fail: negative on failure), void. The array of call,
 * call_method and call_kw has RT_CALL_ROOM entries of room in front, which the helper may write to.
 *
 * In place (emit_ops.c) are constants (None, True, False, Ellipsis by their C names), tests that
 * are C operators, reference counts, RT_LOC. Helpers may be macros. For hot operations (emit_hot.c)
 * RT_HOT is 1, and they put the first way of their cache in place; for others they are a call, most
 * often in the brief form of emit_brief.c.
 *
 * Failing. A `check` jumps to E<n> when the op before it failed (RT_RAISED(ts): an exception is
 * set, for ops whose NULL may mean something else). There (emit_exits.c), in this order:
 * rt_raised(ts, frame) adds the traceback entry, rt_release(v) drops what is owned (it may be
 * NULL), then the handler's parameters are set and it is entered, or the function returns NULL.
 *
 * Generators (emit_control.c). The step starts with a switch over where prev_instr stands; a resume
 * point takes its operand stack from behind the frame's variables and asks rt_sent(ts, frame,
 * throwflag) for the value sent in (NULL: an exception is set), which also marks the frame as
 * running. Where no case fits, rt_resume_bytecode(ts, frame, throwflag) lets the interpreter go on.
 * A yield is rt_suspend(frame, entries, count) and `return value`.
 *
 * Variables (emit_vars.c): v<n> hold objects, b<n> truth values and statuses; several values share
 * one where their lives do not overlap. Beside a v<n> there may be an n<n> (emit_lazy.c): numbers
 * that are no objects yet. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

/* ---- one function ---- */

static bool is_step(const IrFunction *function) {
    return (function->code->flags & (CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR)) != 0;
}

static void index_instructions(Emitter *emitter) {
    const FrontCode *code = emitter->function->code;
    uint32_t end = 0;
    for (uint32_t i = 0; i < code->instr_count; i++) {
        uint32_t next = (uint32_t)code->instrs[i].offset + 1;
        end = next > end ? next : end;
    }
    emitter->instrs = ARENA_ARRAY(&emitter->arena, const FrontInstr *, (size_t)end + 1);
    emitter->instr_end = end;
    for (uint32_t i = 0; i < code->instr_count; i++) {
        emitter->instrs[code->instrs[i].offset] = &code->instrs[i];
    }
}

/* Where a function begins with the poll of RESUME, entering it polls (RT_CODE_POLLED): one place
 * for all functions. Others make cells first, which are to be seen while it is done. */
static const IrOp *find_entry_poll(const IrFunction *function, const bool *labelled) {
    const IrBlock *entry = function->blocks.items[0];
    const IrOp *loc = entry->first, *poll = loc->next;
    if (is_step(function) || labelled[entry->id] || loc->opcode != IR_loc || loc->imm[0] != 0 ||
        poll->opcode != IR_poll || poll->next->opcode != IR_check) {
        return NULL;
    }
    const IrOp *check = poll->next;
    return check->args[0] == poll && check->release_count == 0 && check->target_count == 0 ? poll
                                                                                           : NULL;
}

static void emit_block(Emitter *emitter, size_t index) {
    const IrFunction *function = emitter->function;
    const IrBlock *block = function->blocks.items[index];
    const IrBlock *following =
        index + 1 < function->blocks.count ? function->blocks.items[index + 1] : NULL;
    if (emitter->labelled[block->id]) {
        strbuf_printf(emitter->out, "B%u:\n", (unsigned)block->id);
        emitter->offset = -1;
    }
    const IrOp *op =
        index == 0 && emitter->entry_poll != NULL ? emitter->entry_poll->next->next : block->first;
    for (; op != NULL; op = op->next) {
        if (op->next != NULL) {
            const IrOp *last = emit_brief(emitter, op);
            if (last == NULL) {
                emit_op(emitter, op);
            } else {
                op = last;
            }
        } else {
            emit_instruction_comment(emitter, op);
            emit_end(emitter, op, following);
        }
    }
}

static void add_variables(const char *type, char letter, uint32_t count, StrBuf *out) {
    enum { A_LINE = 12 };
    const char *star = letter == 'v' ? "*" : "";
    for (uint32_t i = 0; i < count; i++) {
        bool first = i % A_LINE == 0, last = i % A_LINE == A_LINE - 1 || i + 1 == count;
        strbuf_printf(out, "%s%s%s%c%u%s", first ? "    " : ", ", first ? type : "", star, letter,
                      (unsigned)i, last ? ";\n" : "");
    }
}

/* Beside an object variable whose value may be a number, or stand for an iterator. */
static void add_companions(const Emitter *emitter, StrBuf *out) {
    for (uint32_t i = 0; i < emitter->object_count; i++) {
        if (emitter->has_number[i]) {
            strbuf_printf(out, "    int64_t n%u;\n", (unsigned)i);
        }
        if (emitter->has_loop[i]) {
            strbuf_printf(out, "    RtLoop l%u;\n", (unsigned)i);
        }
    }
}

static void add_function_head(const Emitter *emitter, StrBuf *out) {
    Arena arena = {0};
    const FrontCode *code = emitter->function->code;
    strbuf_puts(out, "\n/* ");
    emit_comment_text(out, code->qualname);
    strbuf_puts(out, " */\n");
    emit_sites(emitter, out);
    strbuf_printf(out,
                  "static PyObject *%s(RT_UNUSED PyThreadState *ts,\n"
                  "    RT_UNUSED _PyInterpreterFrame *frame%s) {\n"
                  "    RT_UNUSED const RtCode *const self = &codes[%u];\n"
                  "    RT_UNUSED _Py_CODEUNIT *const first = self->first;\n",
                  emit_function_name(&arena, emitter->function),
                  is_step(emitter->function) ? ", RT_UNUSED int throwflag" : "",
                  (unsigned)emitter->index);
    add_variables(emitter->has_unused ? "RT_UNUSED PyObject " : "PyObject ", 'v',
                  emitter->object_count, out);
    add_variables("int ", 'b', emitter->int_count, out);
    add_companions(emitter, out);
    if (emitter->has_pairs) {
        strbuf_puts(out, "    PyObject *pair[2];\n");
    }
    if (emitter->moves_in_circle) {
        strbuf_puts(out, "    PyObject *moved;\n");
    }
    arena_free(&arena);
}

/* Sites and variables are known when the body is done, and stand in front of it. */
static void emit_function(const NativeUnit *unit, uint32_t index, bool *polled, StrBuf *out) {
    StrBuf body = {0};
    Emitter emitter = {.unit = unit,
                       .index = index,
                       .function = unit->functions.items[index],
                       .offset = -1,
                       .hot_now = -1,
                       .out = &body};
    index_instructions(&emitter);
    emit_find_labels(&emitter);
    emitter.entry_poll = find_entry_poll(emitter.function, emitter.labelled);
    emit_assign_variables(&emitter);
    emit_find_hot(&emitter);
    emit_find_uses(&emitter);
    emit_find_loops(&emitter);
    emit_find_lazy(&emitter);
    for (size_t i = 0; i < emitter.function->blocks.count; i++) {
        emit_block(&emitter, i);
    }
    emit_exits(&emitter);
    *polled = emitter.entry_poll != NULL;
    strbuf_puts(&body, "}\n#undef RT_HOT\n");
    add_function_head(&emitter, out);
    strbuf_puts(out, strbuf_text(&body));
    strbuf_free(&body);
    vec_free(&emitter.exits);
    strmap_free(&emitter.exit_keys);
    arena_free(&emitter.arena);
}

/* ---- the unit ---- */

static void add_unit_head(const NativeUnit *unit, StrBuf *out) {
    strbuf_puts(out, "/* Module ");
    emit_comment_text(out, unit->module);
    strbuf_printf(out,
                  ", %zu function%s: C by pyc2c " PYC2C_VERSION
                  " from CPython's instructions, which the comments name. */\n"
                  "#include \"native/rt_unit.h\"\n\n"
                  "static RtCode codes[%zu];\n",
                  unit->functions.count, unit->functions.count == 1 ? "" : "s",
                  unit->functions.count);
}

static void add_unit_table(const NativeUnit *unit, const bool *polled, StrBuf *out) {
    Arena arena = {0};
    strbuf_printf(out, "\nstatic RtCode codes[%zu] = {\n", unit->functions.count);
    for (size_t i = 0; i < unit->functions.count; i++) {
        const IrFunction *function = unit->functions.items[i];
        strbuf_printf(out,
                      "    {.ordinal = %u, .identity = UINT64_C(0x%016" PRIx64 "), .%s = %s%s},\n",
                      (unsigned)function->code->ordinal, function->code->identity,
                      is_step(function) ? "step" : "body", emit_function_name(&arena, function),
                      polled[i] ? ", .flags = RT_CODE_POLLED" : "");
    }
    strbuf_puts(out, "};\nstatic const RtUnit unit = {");
    emit_string(out, unit->module);
    strbuf_printf(out, ", codes, %zu};\nRT_UNIT(unit);\n", unit->functions.count);
    arena_free(&arena);
}

void emit_unit(const NativeUnit *unit, StrBuf *out) {
    add_unit_head(unit, out);
    bool *polled = xcalloc(unit->functions.count, sizeof(*polled));
    for (size_t i = 0; i < unit->functions.count; i++) {
        emit_function(unit, (uint32_t)i, &polled[i], out);
    }
    add_unit_table(unit, polled, out);
    free(polled);
}
