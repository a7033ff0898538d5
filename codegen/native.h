/* Native code: modules' functions to C units, to objects for the link.
 *
 * native_choose says which modules and functions are meant (native_choice.c), native_lower turns
 * them into IR only (for `pyc2c explain` and for dumps), native_build makes objects of them. What
 * stays bytecode has a reason, a clause that follows "stays bytecode: ". */
#ifndef PYC2C_CODEGEN_NATIVE_H
#define PYC2C_CODEGEN_NATIVE_H

#include "../compiler/ir/ir.h"
#include "../compiler/modules/modules.h"
#include "../compiler/opt/opt.h"

/* The Python versions that native code knows. Programs for others are bytecode. */
#define NATIVE_PYTHON_MINORS "3.11 3.12 3.13"

/* ---- what is native ---- */

typedef struct NativeFunction {
    const FrontCode *code; /* NULL: the body of a module or class, which runs once, as bytecode */
    const char *reason;    /* why it stays bytecode; NULL: it is native */
} NativeFunction;

typedef struct NativeModule {
    const Module *module;
    FrontModuleCode code;
    NativeFunction *functions; /* by ordinal of the code object */
    const char *reason; /* why none of it is looked at: then there are no functions; or NULL */
    size_t units_made, units_found; /* C files: compiled, taken from the cache */
    const char *changed; /* the first reason for which some were compiled again; NULL: none */
} NativeModule;

/* One run of the C compiler. */
typedef struct NativeRun {
    const Module *module;
    double started, ended; /* CLOCK_MONOTONIC, seconds */
} NativeRun;

typedef struct NativeCode {
    Arena arena;
    VEC(NativeModule *) modules;  /* that were asked for, by name */
    const char *nothing;          /* why nothing at all is native; NULL otherwise */
    bool lacks_tools;             /* because there is no compiler, or no headers */
    size_t functions, native;     /* counts: definitions, lambdas, comprehensions */
    size_t units, cached;         /* C files; of them, those whose object was in the cache */
    size_t lines, compiled_lines; /* lines of Python in all units; in those compiled now */
    VEC(NativeRun) runs;
    double lower_seconds; /* from code objects to C */
    double cc_seconds;    /* in the C compiler, all jobs together */
    long cc_peak_kb;      /* most memory that one of them needed */
} NativeCode;

/* How much of the caches' common cases is put in place. */
typedef enum NativeInlining { INLINE_NOWHERE, INLINE_WHERE_HOT, INLINE_EVERYWHERE } NativeInlining;

/* What options for the compiler's developers ask for. */
typedef struct NativeControl {
    OptControl opt;
    NativeInlining inlining; /* --inline, else what --optimize-speed and -size imply */
    const char *emit_c;      /* --emit-c: directory for the C text; NULL: none */
    bool look_only;          /* nothing is compiled: --stop-after */
    bool fresh; /* objects are not taken from the cache, since something is to be shown */
} NativeControl;

/* Early in a build: where there may be native code, the tools' versions are asked for meanwhile. */
void native_ask_tools(const Request *request, Arena *arena, const char *support_dir);
/* Modules by --native, functions by their code. Names that match no module are warnings. */
void native_choose(NativeCode *native, const Program *program, const Request *request,
                   Diags *diags);
/* The IR of every chosen function, all passes: for its dumps and reasons only. */
void native_lower(NativeCode *native, NativeControl *control, Diags *diags);
/* Objects of every chosen function, added to `objects`; they belong to a private directory until
 * exit. Without compiler or headers everything stays bytecode, with a warning; that is an error
 * when --native was given. */
bool native_build(NativeCode *native, Program *program, const Request *request,
                  NativeControl *control, const char *support_dir, const CacheOps *cache,
                  const Progress *progress, StrVec *objects, Diags *diags);
void native_count(NativeCode *native);

/* ---- units ---- */

/* One C file's worth of functions of one module. */
typedef struct NativeUnit {
    const char *module; /* as the image names it; the main script is "__main__" */
    const FrontModuleCode *code;
    VEC(IrFunction *) functions; /* after all passes */
    NativeInlining inlining;
    bool source_comments;  /* #line and source text: --emit-c */
    const uint8_t *source; /* then the module's source */
    size_t source_size;
    const char *source_name;
} NativeUnit;

/* The unit's C text: includes rt_unit.h only, is warning-free, and the same for the same
 * input. */
void emit_unit(const NativeUnit *unit, StrBuf *out);

#endif
