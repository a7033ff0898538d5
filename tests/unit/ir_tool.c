/* Shows what native compilation makes of Python files, and checks it.
 *
 *     ir_tool [-c] [-p PASS] FILE [QUALNAME]   prints the IR of the functions (of one of them);
 *                                              -p: after the passes up to this one
 *     ir_tool -q [-c] [-p PASS] FILE…          prints only what is wrong, and counts
 *     ir_tool -i [-c] FILE…                    prints the decoded instructions and tables
 *     ir_tool -s FILE [QUALNAME]               runs all passes, prints which operations are hot
 *
 * -c: files hold canonical marshal instead of source. The verifier looks at every function after
 * lowering and after each pass. PYC2C_STDLIB is the standard library. */
#include "../../codegen/emit.h"
#include "../../compiler/front/bytecode.h"
#include "../../compiler/lower/lower.h"
#include "../../compiler/opt/opt.h"
#include "../../compiler/support/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Tool {
    bool quiet, marshal, instrs, sites;
    int last_pass; /* OptPass, -1: lowering only */
    const char *qualname;
    unsigned long functions, refused, faults, ops;
    const char *file;
} Tool;

static void fault(Tool *tool, const FrontCode *code, const char *what) {
    tool->faults++;
    printf("%s: %s (line %d): %s\n", tool->file, code != NULL ? code->qualname : "?",
           code != NULL ? code->firstlineno : 0, what);
}

static void count_ops(Tool *tool, const IrFunction *function) {
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (const IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            tool->ops++;
        }
    }
}

static const char *run_passes(const Tool *tool, IrFunction *function) {
    const char *message = ir_verify(function, IR_STAGE_LOWERED);
    if (message == NULL && tool->last_pass >= 0) {
        OptControl control = {.stop_after = tool->last_pass, .limit = -1, .verify = true};
        message = opt_run(function, &control);
    }
    return message;
}

/* Each operation that has a hot form. */
static void show_sites(const IrFunction *function) {
    NativeUnit unit = {.inlining = INLINE_WHERE_HOT};
    Emitter emitter = {.unit = &unit, .function = function};
    emit_find_hot(&emitter);
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (const IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            if (emit_may_be_hot(op)) {
                const FrontInstr *instr = ir_instr_at(function->code, op->offset);
                printf("%d %s %s\n", instr != NULL ? instr->line : 0, ir_rows[op->opcode].name,
                       emitter.hot[op->id] ? "hot" : "brief");
            }
        }
    }
    arena_free(&emitter.arena);
}

static void show_function(Tool *tool, Arena *arena, const FrontCode *code) {
    const char *reason;
    IrFunction *function = lower_function(arena, code, &reason);
    if (function == NULL) {
        tool->refused++;
        bool expected = strstr(reason, "mentions '") != NULL || strstr(reason, "so far") != NULL;
        if (!expected) {
            fault(tool, code, reason);
        } else if (!tool->quiet) {
            printf("%s stays bytecode: %s\n", code->qualname, reason);
        }
        return;
    }
    tool->functions++;
    const char *message = run_passes(tool, function);
    if (message != NULL) {
        fault(tool, code, message);
    }
    count_ops(tool, function);
    if (tool->sites) {
        show_sites(function);
    } else if (!tool->quiet) {
        StrBuf text = {0};
        ir_print(function, &text);
        printf("%s\n", strbuf_text(&text));
        strbuf_free(&text);
    }
    ir_function_free(function);
}

/* As tests/unit/decoded.py prints it. */
static void show_instrs(const FrontCode *code) {
    static const char *const names[FRONT_OPCODE_COUNT] = {
        [FRONT_UNKNOWN] = "?",
#define BYTECODE(name) [FRONT_##name] = #name,
#include "../../compiler/front/bytecode.def"
#undef BYTECODE
    };
    printf("code %u %s args %d %d %d stack %d flags %d line %d locals %u names %u consts %u\n",
           code->ordinal, code->qualname, code->argcount, code->posonlyargcount,
           code->kwonlyargcount, code->stacksize, code->flags, code->firstlineno, code->local_count,
           code->name_count, code->const_count);
    for (uint32_t i = 0; i < code->instr_count; i++) {
        const FrontInstr *instr = &code->instrs[i];
        int target = instr->target >= 0 ? code->instrs[instr->target].offset : -1;
        printf("%d %s %d %d %d %d %d %d\n", instr->offset, names[instr->opcode], instr->arg, target,
               instr->line, instr->end_line, instr->column, instr->end_column);
    }
    for (uint32_t i = 0; i < code->handler_count; i++) {
        const FrontHandler *row = &code->handlers[i];
        printf("handler %d %d %d %d %d\n", code->instrs[row->begin].offset,
               code->instrs[row->end - 1].offset, code->instrs[row->target].offset, row->depth,
               row->lasti);
    }
}

static void show_file(Tool *tool, const char *path) {
    Arena arena = {0};
    StrBuf data = {0};
    FrontError error;
    CompiledSource compiled = {0};
    FrontModuleCode module = {0};
    tool->file = path;
    if (!fs_read(path, &data)) {
        fault(tool, NULL, "cannot be read");
        return;
    }
    bool ok = true;
    if (tool->marshal) {
        compiled.code = (const uint8_t *)data.data;
        compiled.code_size = data.length;
    } else {
        ok = front_compile(&arena, path, (const uint8_t *)data.data, data.length, 0, &compiled,
                           &error);
    }
    if (ok && !front_decode(&arena, compiled.code, compiled.code_size, &module, &error)) {
        fault(tool, NULL, error.message);
    }
    for (uint32_t i = 0; i < module.count; i++) {
        const FrontCode *code = module.codes[i];
        if (tool->instrs) {
            show_instrs(code);
            continue;
        }
        bool wanted = tool->qualname == NULL || strcmp(tool->qualname, code->qualname) == 0;
        if (wanted && (code->flags & CODE_OPTIMIZED) != 0) {
            show_function(tool, &arena, code);
        }
    }
    strbuf_free(&data);
    arena_free(&arena);
}

int main(int argc, char **argv) {
    Tool tool = {.last_pass = -1};
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "-q") == 0) {
            tool.quiet = true;
        } else if (strcmp(argv[at], "-c") == 0) {
            tool.marshal = true;
        } else if (strcmp(argv[at], "-i") == 0) {
            tool.instrs = true;
        } else if (strcmp(argv[at], "-s") == 0) {
            tool.sites = true;
            tool.last_pass = OPT_PASS_COUNT - 1;
        } else if (strcmp(argv[at], "-p") == 0 && at + 1 < argc) {
            tool.last_pass = opt_pass_by_name(argv[++at]);
        }
    }
    const char *stdlib = getenv("PYC2C_STDLIB"), *message;
    if (stdlib == NULL || !front_init(stdlib, &message)) {
        fprintf(stderr, "ir_tool: %s\n", stdlib != NULL ? message : "PYC2C_STDLIB is not set");
        return 2;
    }
    if (!tool.quiet && !tool.instrs && at + 1 < argc) {
        tool.qualname = argv[at + 1];
        argc = at + 1;
    }
    for (; at < argc; at++) {
        show_file(&tool, argv[at]);
    }
    if (tool.quiet) {
        printf("%lu functions, %lu operations, %lu stay bytecode, %lu faults\n", tool.functions,
               tool.ops, tool.refused, tool.faults);
    }
    front_finish();
    return tool.faults > 0;
}
