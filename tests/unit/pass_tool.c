/* Passes one at a time, on the text form.
 *
 *     pass_tool PASS… < function       runs these passes on one function and prints it, or what is
 *                                      wrong; the stage's laws are checked before and after
 *     pass_tool -r FILE…               lowers Python files; checks after every pass that the text
 *                                      form parses back to the same text
 *
 * Lines of the input that start with `;;` describe the code object:
 *     ;; args 2        parameters            ;; locals a b c     names of variables
 *     ;; at 12 OPCODE  an instruction        ;; consts int str   kinds of constants */
#include "../../compiler/front/bytecode.h"
#include "../../compiler/lower/lower.h"
#include "../../compiler/opt/opt.h"
#include "../../compiler/support/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the code object of a test ---- */

enum { MOST = 64 };

typedef struct TestCode {
    FrontCode code;
    const char *locals[MOST];
    FrontConst consts[MOST];
    FrontInstr instrs[MOST];
} TestCode;

static const char *const opcode_names[FRONT_OPCODE_COUNT] = {
    [FRONT_UNKNOWN] = "",
#define BYTECODE(name) [FRONT_##name] = #name,
#include "../../compiler/front/bytecode.def"
#undef BYTECODE
};

static FrontConstKind const_kind(const char *name) {
    static const struct {
        const char *name;
        FrontConstKind kind;
    } kinds[] = {{"None", CONST_NONE},   {"True", CONST_TRUE}, {"int", CONST_INT},
                 {"float", CONST_FLOAT}, {"str", CONST_STR},   {"tuple", CONST_TUPLE}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return kinds[i].kind;
        }
    }
    return CONST_OTHER;
}

static void add_instr(TestCode *test, int offset, const char *name) {
    FrontInstr *instr = &test->instrs[test->code.instr_count++];
    *instr = (FrontInstr){.offset = offset, .target = -1, .line = offset};
    for (int i = 0; i < FRONT_OPCODE_COUNT; i++) {
        if (opcode_names[i] != NULL && strcmp(opcode_names[i], name) == 0) {
            instr->opcode = (FrontOpcode)i;
        }
    }
}

/* One line after `;;`. */
static void describe(TestCode *test, char *line) {
    char *rest = NULL, *what = strtok_r(line, " ", &rest), *item;
    if (what != NULL && strcmp(what, "at") == 0) {
        char *offset = strtok_r(NULL, " ", &rest), *name = strtok_r(NULL, " ", &rest);
        add_instr(test, atoi(offset), name);
        return;
    }
    while (what != NULL && (item = strtok_r(NULL, " ", &rest)) != NULL) {
        if (strcmp(what, "args") == 0) {
            test->code.argcount = atoi(item);
        } else if (strcmp(what, "locals") == 0) {
            test->locals[test->code.local_count++] = item;
        } else if (strcmp(what, "consts") == 0) {
            test->consts[test->code.const_count++] = (FrontConst){.kind = const_kind(item)};
        }
    }
}

static const FrontCode *read_code(Arena *arena, TestCode *test, const char *text) {
    test->code.local_names = test->locals;
    test->code.consts = test->consts;
    test->code.instrs = test->instrs;
    while (text != NULL && *text != '\0') {
        if (strncmp(text, ";;", 2) == 0) {
            describe(test, arena_strndup(arena, text + 2, strcspn(text + 2, "\n")));
        }
        text = strchr(text, '\n');
        text = text != NULL ? text + 1 : NULL;
    }
    return &test->code;
}

/* ---- passes on one function ---- */

static void (*const runs[OPT_PASS_COUNT])(IrFunction *) = {
#define PASS(id, stage, required, doc) opt_##id,
#include "../../compiler/opt/passes.def"
#undef PASS
};

static int say(const char *what, const char *message) {
    printf("; %s: %s\n", what, message);
    return 1;
}

static int run_passes(int count, char **names) {
    Arena arena = {0};
    StrBuf text = {0};
    TestCode *test = xcalloc(1, sizeof(*test));
    const char *message;
    char buffer[4096];
    size_t size;
    while ((size = fread(buffer, 1, sizeof(buffer), stdin)) > 0) {
        strbuf_add(&text, buffer, size);
    }
    const FrontCode *code = read_code(&arena, test, strbuf_text(&text));
    IrFunction *function = ir_parse(&arena, code, strbuf_text(&text), &message);
    if (function == NULL) {
        return say("parser", message);
    }
    if ((message = ir_verify(function, function->stage)) != NULL) {
        return say("verifier", message);
    }
    for (int i = 0; i < count; i++) {
        int pass = opt_pass_by_name(names[i]);
        if (pass < 0) {
            return say("no pass", names[i]);
        }
        runs[pass](function);
        if ((message = ir_verify(function, function->stage)) != NULL) {
            say(names[i], message);
        }
    }
    strbuf_clear(&text);
    ir_print(function, &text);
    fputs(strbuf_text(&text), stdout);
    return 0;
}

/* ---- round trips of real code ---- */

typedef struct Trips {
    Arena *arena;
    unsigned long done, failed;
} Trips;

static void round_trip(void *context, const IrFunction *function, const char *pass, bool after) {
    Trips *trips = context;
    const char *message;
    if (!after && strcmp(pass, opt_pass_name(0)) != 0) {
        return;
    }
    StrBuf first = {0}, second = {0};
    ir_print(function, &first);
    IrFunction *parsed = ir_parse(trips->arena, function->code, strbuf_text(&first), &message);
    if (parsed != NULL) {
        ir_print(parsed, &second);
        message = ir_verify(parsed, parsed->stage);
        ir_function_free(parsed);
    }
    trips->done++;
    if (message != NULL || strcmp(strbuf_text(&first), strbuf_text(&second)) != 0) {
        trips->failed++;
        printf("%s %s %s: %s\n", function->code->qualname, after ? "after" : "before", pass,
               message != NULL ? message : "another text comes back");
    }
    strbuf_free(&first);
    strbuf_free(&second);
}

static void trip_function(Trips *trips, const FrontCode *code) {
    const char *reason;
    Arena arena = {0};
    trips->arena = &arena;
    IrFunction *function = lower_function(&arena, code, &reason);
    if (function != NULL) {
        OptControl control = {
            .stop_after = -1, .limit = -1, .verify = true, .dump = round_trip, .context = trips};
        const char *message = opt_run(function, &control);
        if (message != NULL) {
            trips->failed++;
            printf("%s: %s\n", code->qualname, message);
        }
        ir_function_free(function);
    }
    arena_free(&arena);
}

static void trip_file(Trips *trips, const char *path) {
    Arena arena = {0};
    StrBuf source = {0};
    FrontError error;
    CompiledSource compiled;
    FrontModuleCode module;
    if (fs_read(path, &source) &&
        front_compile(&arena, path, (const uint8_t *)source.data, source.length, 0, &compiled,
                      &error) &&
        front_decode(&arena, compiled.code, compiled.code_size, &module, &error)) {
        for (uint32_t i = 0; i < module.count; i++) {
            trip_function(trips, module.codes[i]);
        }
    } else {
        printf("%s cannot be compiled\n", path);
    }
    strbuf_free(&source);
    arena_free(&arena);
}

static int run_trips(int count, char **paths) {
    Trips trips = {0};
    const char *stdlib = getenv("PYC2C_STDLIB"), *message = "PYC2C_STDLIB is not set";
    if (stdlib == NULL || !front_init(stdlib, &message)) {
        fprintf(stderr, "pass_tool: %s\n", message);
        return 2;
    }
    for (int i = 0; i < count; i++) {
        trip_file(&trips, paths[i]);
    }
    printf("%lu round trips, %lu failed\n", trips.done, trips.failed);
    front_finish();
    return trips.failed > 0;
}

int main(int argc, char **argv) {
    if (argc > 2 && strcmp(argv[1], "-r") == 0) {
        return run_trips(argc - 2, argv + 2);
    }
    return run_passes(argc - 1, argv + 1);
}
