/* Functions to units, units to C text.
 *
 * A unit holds consecutive functions of one module, about as much as 50 lines of Python. After an
 * edit the C compiler runs for the unit that holds the function, and nothing else of a rebuild
 * takes as long, so units are small: as small as the 40 ms allow that a compiler takes for nothing
 * (a hundredth of a second of which is the header). In a program of a few hundred lines that is
 * next to nothing, so there they are smaller still, down to a function each. Size is measured in
 * instructions, so that comments do not move the borders. Between the least and the largest size a
 * unit ends where the next function's name says so (content-defined chunking): an edit that makes a
 * function longer moves the borders near it, not those of the rest of the module. */
#include "native_parts.h"

#include "../compiler/lower/lower.h"
#include "../compiler/modules/names.h"
#include "../compiler/support/fs.h"

#include <string.h>
#include <time.h>

/* Instructions of a unit, by those of the whole program. */
typedef struct UnitSize {
    size_t below; /* of such programs */
    uint32_t least, most;
} UnitSize;

static const UnitSize unit_sizes[] = {{1500, 20, 80}, {8000, 66, 266}, {SIZE_MAX, 400, 1600}};

enum {
    NAMES_PER_BORDER = 4,         /* one name in so many is a border */
    FUNCTION_INSTRUCTIONS = 15000 /* more: a minute and more in the optimiser, for one function */
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- sizes ---- */

static bool is_open(const NativeFunction *function) {
    return function->code != NULL && function->reason == NULL;
}

size_t native_lines(const NativeModule *module, const uint32_t *ordinals, uint32_t count) {
    size_t lines = 0;
    for (uint32_t i = 0; i < count; i++) {
        const FrontCode *code = module->functions[ordinals[i]].code;
        int32_t last = 0;
        for (uint32_t k = 0; k < code->instr_count; k++) {
            int32_t line = code->instrs[k].line;
            lines += line > last;
            last = line > last ? line : last;
        }
    }
    return lines;
}

typedef VEC(uint32_t) OrdinalVec;

static void add_job(NativeCode *native, NativeModule *module, OrdinalVec *open,
                    NativeJobVec *jobs) {
    if (open->count > 0) {
        uint32_t *ordinals = ARENA_ARRAY(&native->arena, uint32_t, open->count);
        memcpy(ordinals, open->items, open->count * sizeof(*ordinals));
        NativeJob job = {.module = module, .ordinals = ordinals, .count = (uint32_t)open->count};
        job.lines = native_lines(module, ordinals, job.count);
        native->lines += job.lines;
        vec_push(jobs, job);
        open->count = 0;
    }
}

static void split_module(NativeCode *native, NativeModule *module, uint32_t least, uint32_t most,
                         NativeJobVec *jobs) {
    OrdinalVec open = {0};
    uint32_t size = 0;
    for (uint32_t i = 0; i < module->code.count; i++) {
        NativeFunction *function = &module->functions[i];
        if (!is_open(function)) {
            continue;
        }
        uint32_t more = function->code->instr_count;
        if (more > FUNCTION_INSTRUCTIONS) {
            function->reason = "it is too large for a C compiler";
            continue;
        }
        if (size + more > most ||
            (size >= least && name_is_border(function->code->qualname, NAMES_PER_BORDER))) {
            add_job(native, module, &open, jobs);
            size = 0;
        }
        vec_push(&open, i);
        size += more;
    }
    add_job(native, module, &open, jobs);
    vec_free(&open);
}

static size_t count_instructions(const NativeModule *module) {
    size_t count = 0;
    for (uint32_t i = 0; i < module->code.count; i++) {
        const NativeFunction *function = &module->functions[i];
        count += is_open(function) ? function->code->instr_count : 0;
    }
    return count;
}

void native_split(NativeCode *native, NativeJobVec *jobs) {
    size_t all = 0;
    for (size_t i = 0; i < native->modules.count; i++) {
        all += count_instructions(native->modules.items[i]);
    }
    const UnitSize *size = unit_sizes;
    while (all >= size->below) {
        size++;
    }
    for (size_t i = 0; i < native->modules.count; i++) {
        split_module(native, native->modules.items[i], size->least, size->most, jobs);
    }
    native->units = jobs->count;
}

/* ---- lowering ---- */

IrFunction *native_function(Arena *arena, NativeCode *native, NativeFunction *function,
                            NativeControl *control, Diags *diags) {
    const char *reason = NULL;
    IrFunction *ir = lower_function(arena, function->code, &reason);
    if (ir != NULL) {
        reason = opt_run(ir, &control->opt);
        if (reason != NULL) {
            diag_warning(diags, "please report this; --native=none or --disable-pass may help",
                         "internal error in function '%s' (line %d), which stays bytecode: %s",
                         function->code->qualname, function->code->firstlineno, reason);
            reason = "of an internal error in pyc2c";
            ir_function_free(ir);
            ir = NULL;
        }
    }
    if (ir == NULL) {
        function->reason = arena_strdup(&native->arena, reason != NULL ? reason : "unknown");
    }
    return ir;
}

static void free_functions(NativeUnit *unit) {
    for (size_t i = 0; i < unit->functions.count; i++) {
        ir_function_free(unit->functions.items[i]);
    }
    vec_free(&unit->functions);
}

bool native_emit(NativeCode *native, const NativeJob *job, NativeControl *control, bool comments,
                 StrBuf *out, Diags *diags) {
    Arena arena = {0};
    double start = now();
    const Module *module = job->module->module;
    StrBuf source = {0};
    bool has_source = comments && module->path != NULL && fs_read(module->path, &source);
    NativeUnit unit = {.module = module->name,
                       .code = &job->module->code,
                       .inlining = control->inlining,
                       .source_comments = has_source,
                       .source = (const uint8_t *)strbuf_text(&source),
                       .source_size = source.length,
                       .source_name = module->vpath};
    for (uint32_t i = 0; i < job->count; i++) {
        NativeFunction *function = &job->module->functions[job->ordinals[i]];
        IrFunction *ir =
            is_open(function) ? native_function(&arena, native, function, control, diags) : NULL;
        if (ir != NULL) {
            vec_push(&unit.functions, ir);
        }
    }
    bool some = unit.functions.count > 0;
    if (some) {
        emit_unit(&unit, out);
    }
    free_functions(&unit);
    arena_free(&arena);
    strbuf_free(&source);
    native->lower_seconds += now() - start;
    return some;
}

void native_lower(NativeCode *native, NativeControl *control, Diags *diags) {
    double start = now();
    for (size_t i = 0; i < native->modules.count; i++) {
        NativeModule *module = native->modules.items[i];
        for (uint32_t k = 0; k < module->code.count; k++) {
            Arena arena = {0};
            NativeFunction *function = &module->functions[k];
            IrFunction *ir = is_open(function)
                                 ? native_function(&arena, native, function, control, diags)
                                 : NULL;
            if (ir != NULL) {
                ir_function_free(ir);
            }
            arena_free(&arena);
        }
    }
    native->lower_seconds += now() - start;
    native_count(native);
}
