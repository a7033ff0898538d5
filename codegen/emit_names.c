/* Names, operands and comments of generated C. */
#include "emit.h"

#include <ctype.h>
#include <string.h>

enum { SHOWN_NAME = 40, SHOWN_TEXT = 60 };

/* ---- names ---- */

static void add_identifier(StrBuf *out, const char *name) {
    for (size_t i = 0; name[i] != '\0' && i < SHOWN_NAME; i++) {
        strbuf_putc(out, isalnum((unsigned char)name[i]) ? name[i] : '_');
    }
}

const char *emit_function_name(Arena *arena, const IrFunction *function) {
    StrBuf name = {0};
    strbuf_printf(&name, "f%u_", (unsigned)function->code->ordinal);
    add_identifier(&name, function->code->name);
    const char *result = arena_strdup(arena, strbuf_text(&name));
    strbuf_free(&name);
    return result;
}

static const char *constant(Emitter *emitter, int32_t index) {
    const FrontConst *value = &emitter->function->code->consts[index];
    switch (value->kind) {
    case CONST_NONE: return "Py_None";
    case CONST_TRUE: return "Py_True";
    case CONST_FALSE: return "Py_False";
    case CONST_ELLIPSIS: return "Py_Ellipsis";
    default: return arena_printf(&emitter->arena, "self->consts[%d]", index);
    }
}

const char *emit_value(Emitter *emitter, const IrOp *value) {
    const EmitValue *place = &emitter->values[value->id];
    switch (value->opcode) {
    case IR_const: return constant(emitter, value->imm[0]);
    case IR_null: return "NULL";
    case IR_true: return "1";
    default: break;
    }
    return arena_printf(&emitter->arena, "%c%u", place->kind == EMIT_NUMBER ? 'b' : 'v',
                        (unsigned)place->variable);
}

/* ---- text ---- */

void emit_comment_text(StrBuf *out, const char *text) {
    char last = '\0';
    for (size_t i = 0; text[i] != '\0'; i++) {
        unsigned char c = (unsigned char)text[i];
        bool ends_comment = (c == '/' && last == '*') || (c == '*' && last == '/');
        if (i >= SHOWN_TEXT && (c & 0xC0) != 0x80) {
            strbuf_puts(out, "...");
            return;
        }
        strbuf_putc(out, c < ' ' || c == 0x7F || c == '\\' || ends_comment ? '?' : (char)c);
        last = ends_comment ? '?' : (char)c;
    }
}

void emit_string(StrBuf *out, const char *text) {
    strbuf_putc(out, '"');
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at < ' ' || *at >= 0x7F || *at == '"' || *at == '\\' || *at == '?') {
            strbuf_printf(out, "\\%03o", *at);
        } else {
            strbuf_putc(out, (char)*at);
        }
    }
    strbuf_putc(out, '"');
}

/* ---- comments ---- */

typedef enum ArgMeaning { ARG_PLAIN, ARG_CONST, ARG_LOCAL, ARG_NAME, ARG_NAME_HALF } ArgMeaning;

static const char *const opcode_names[FRONT_OPCODE_COUNT] = {
    "?",
#define BYTECODE(name) #name,
#include "../compiler/front/bytecode.def"
#undef BYTECODE
};

static ArgMeaning arg_meaning(FrontOpcode opcode) {
    switch (opcode) {
    case FRONT_LOAD_CONST:
    case FRONT_RETURN_CONST:
    case FRONT_KW_NAMES: return ARG_CONST;
    case FRONT_LOAD_FAST:
    case FRONT_LOAD_FAST_CHECK:
    case FRONT_LOAD_FAST_AND_CLEAR:
    case FRONT_STORE_FAST:
    case FRONT_DELETE_FAST:
    case FRONT_LOAD_DEREF:
    case FRONT_STORE_DEREF:
    case FRONT_DELETE_DEREF:
    case FRONT_LOAD_CLASSDEREF:
    case FRONT_LOAD_CLOSURE:
    case FRONT_MAKE_CELL: return ARG_LOCAL;
    case FRONT_LOAD_NAME:
    case FRONT_STORE_NAME:
    case FRONT_DELETE_NAME:
    case FRONT_STORE_GLOBAL:
    case FRONT_DELETE_GLOBAL:
    case FRONT_LOAD_ATTR:
    case FRONT_LOAD_METHOD:
    case FRONT_STORE_ATTR:
    case FRONT_DELETE_ATTR:
    case FRONT_IMPORT_NAME:
    case FRONT_IMPORT_FROM: return ARG_NAME;
    case FRONT_LOAD_GLOBAL: return ARG_NAME_HALF;
    default: return ARG_PLAIN;
    }
}

static const char *arg_text(const FrontCode *code, const FrontInstr *instr) {
    uint32_t arg = (uint32_t)instr->arg;
    switch (arg_meaning(instr->opcode)) {
    case ARG_CONST: return arg < code->const_count ? code->consts[arg].text : NULL;
    case ARG_LOCAL: return arg < code->local_count ? code->local_names[arg] : NULL;
    case ARG_NAME: return arg < code->name_count ? code->names[arg] : NULL;
    case ARG_NAME_HALF: return arg / 2 < code->name_count ? code->names[arg / 2] : NULL;
    case ARG_PLAIN: break;
    }
    return NULL;
}

/* One line of the source as a comment, and where the C below it stems from. */
static void add_source_line(Emitter *emitter, int32_t line) {
    const NativeUnit *unit = emitter->unit;
    const char *at = (const char *)unit->source, *end = at + unit->source_size;
    for (int32_t i = 1; at != NULL && i < line; i++) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        at = next != NULL ? next + 1 : NULL;
    }
    if (at == NULL || at >= end) {
        return;
    }
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t length = (size_t)((stop != NULL ? stop : end) - at);
    while (length > 0 && isspace((unsigned char)*at)) {
        at++;
        length--;
    }
    strbuf_puts(emitter->out, "    /* ");
    emit_comment_text(emitter->out, arena_strndup(&emitter->arena, at, length));
    strbuf_printf(emitter->out, " */\n#line %d ", line);
    emit_string(emitter->out, unit->source_name);
    strbuf_putc(emitter->out, '\n');
}

void emit_instruction_comment(Emitter *emitter, const IrOp *op) {
    if (op->offset < 0 || op->offset == emitter->offset ||
        (uint32_t)op->offset >= emitter->instr_end || emitter->instrs[op->offset] == NULL) {
        return;
    }
    const FrontInstr *instr = emitter->instrs[op->offset];
    emitter->offset = op->offset;
    if (emitter->unit->source_comments && instr->line > 0 && instr->line != emitter->line) {
        emitter->line = instr->line;
        add_source_line(emitter, instr->line);
    }
    const char *text = arg_text(emitter->function->code, instr);
    strbuf_printf(emitter->out, "    /* %d %s", op->offset, opcode_names[instr->opcode]);
    if (text != NULL) {
        strbuf_putc(emitter->out, ' ');
        emit_comment_text(emitter->out, text);
    } else if (instr->target >= 0) {
        strbuf_printf(emitter->out, " to %d",
                      emitter->function->code->instrs[instr->target].offset);
    } else if (instr->arg != 0) {
        strbuf_printf(emitter->out, " %d", instr->arg);
    }
    strbuf_puts(emitter->out, " */\n");
}

/* ---- cache sites ---- */

static const struct {
    char letter;
    const char *type, *array;
} site_kinds[EMIT_SITE_KINDS] = {
    {'A', "RtAttrSite", "attr"},
    {'M', "RtMethodSite", "method"},
    {'G', "RtGlobalSite", "global"},
    {'C', "RtCallSite", "call"},
};

const char *emit_new_site(Emitter *emitter, char letter) {
    for (size_t i = 0; i < EMIT_SITE_KINDS; i++) {
        if (site_kinds[i].letter == letter) {
            return arena_printf(&emitter->arena, "&s%u_%s[%u]",
                                (unsigned)emitter->function->code->ordinal, site_kinds[i].array,
                                (unsigned)emitter->sites[i]++);
        }
    }
    return NULL;
}

void emit_sites(const Emitter *emitter, StrBuf *out) {
    for (size_t i = 0; i < EMIT_SITE_KINDS; i++) {
        if (emitter->sites[i] > 0) {
            strbuf_printf(out, "static %s s%u_%s[%u];\n", site_kinds[i].type,
                          (unsigned)emitter->function->code->ordinal, site_kinds[i].array,
                          (unsigned)emitter->sites[i]);
        }
    }
}
