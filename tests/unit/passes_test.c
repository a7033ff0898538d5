/* Random functions: the text form parses back, the verifier accepts, and no pass changes what a
 * function does. PYC2C_TEST_SEEDS says how many functions. */
#include "../../compiler/opt/opt.h"
#include "interpret_ir.h"
#include "unit.h"

enum { SEEDS = 300, RUNS = 6 };

static void (*const runs[OPT_PASS_COUNT])(IrFunction *) = {
#define PASS(id, stage, required, doc) opt_##id,
#include "../../compiler/opt/passes.def"
#undef PASS
};

static void show(const IrFunction *function, uint64_t seed, const char *after, const char *what) {
    StrBuf text = {0};
    ir_print(function, &text);
    fprintf(stderr, "seed %llu, after %s: %s\n%s\n", (unsigned long long)seed, after, what,
            strbuf_text(&text));
    strbuf_free(&text);
}

static const char *round_trip(Arena *arena, const IrFunction *function) {
    StrBuf first = {0}, second = {0};
    const char *message;
    ir_print(function, &first);
    IrFunction *parsed = ir_parse(arena, function->code, strbuf_text(&first), &message);
    if (parsed != NULL) {
        ir_print(parsed, &second);
        message = ir_verify(parsed, parsed->stage);
        ir_function_free(parsed);
    }
    if (message == NULL && strcmp(strbuf_text(&first), strbuf_text(&second)) != 0) {
        message = "another text comes back";
    }
    strbuf_free(&first);
    strbuf_free(&second);
    return message;
}

static const char *compare(IrFunction *function, const Meaning *before) {
    for (uint64_t i = 0; i < RUNS; i++) {
        Meaning now = interpret(function, i);
        if (now.error != NULL) {
            return arena_printf(function->arena, "%%%u %s (run %d)", now.op, now.error, (int)i);
        }
        bool same = now.trace == before[i].trace && now.outcome == before[i].outcome;
        if (!same) {
            return arena_printf(function->arena, "run %d is not what it was", (int)i);
        }
    }
    return NULL;
}

static bool check(Arena *arena, IrFunction *function, const Meaning *before, uint64_t seed,
                  const char *after) {
    const char *message = ir_verify(function, function->stage);
    if (message == NULL) {
        message = compare(function, before);
    }
    if (message == NULL) {
        message = round_trip(arena, function);
    }
    if (message != NULL) {
        show(function, seed, after, message);
    }
    CHECK(message == NULL);
    return message == NULL;
}

/* With all passes, or without the optional ones. */
static void run_seed(uint64_t seed, bool optional) {
    Arena arena = {0};
    Meaning before[RUNS];
    IrFunction *function = random_function(&arena, seed);
    for (uint64_t i = 0; i < RUNS; i++) {
        before[i] = interpret(function, i);
    }
    bool good = check(&arena, function, before, seed, "drawing");
    for (int pass = 0; pass < OPT_PASS_COUNT && good; pass++) {
        if (optional || opt_pass_required((OptPass)pass)) {
            runs[pass](function);
            good = check(&arena, function, before, seed, opt_pass_name((OptPass)pass));
        }
    }
    ir_function_free(function);
    arena_free(&arena);
}

int main(int argc, char **argv) {
    const char *text = getenv("PYC2C_TEST_SEEDS");
    uint64_t first = 0, count = text != NULL ? strtoull(text, NULL, 10) : SEEDS;
    if (argc > 1) {
        first = strtoull(argv[1], NULL, 10);
        count = 1;
    }
    for (uint64_t seed = first; seed < first + count && unit_failures < 5; seed++) {
        run_seed(seed, true);
        run_seed(seed, false);
    }
    return unit_report();
}
