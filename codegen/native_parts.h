/* Shared by the native_*.c files. */
#ifndef PYC2C_CODEGEN_NATIVE_PARTS_H
#define PYC2C_CODEGEN_NATIVE_PARTS_H

#include "link_plan.h"
#include "native.h"

/* Functions of one module that become one C file. */
typedef struct NativeJob {
    NativeModule *module;
    const uint32_t *ordinals;
    uint32_t count;
    size_t lines; /* of Python */
    uint8_t key[FRONT_HASH_SIZE];
    const char *name; /* of its files, without extension: from its functions */
} NativeJob;

typedef VEC(NativeJob) NativeJobVec;

typedef struct NativeBuild {
    NativeCode *native;
    Arena *arena; /* of the program */
    const Request *request;
    NativeControl *control;
    const CacheOps *cache;
    const Progress *progress;
    Diags *diags;
    LinkPlan plan;
    const char *directory;                  /* private */
    const char *include;                    /* of native/rt_unit.h */
    StrVec flags;                           /* of every compiler run */
    StrBuf identity;                        /* what all keys have in common */
    StrVec identity_names, identity_values; /* the same for people, one part each */
    const char *program_name;
    StrVec *objects;
} NativeBuild;

/* ---- native_choice.c ---- */

/* Why there will be no native code, whatever the program is; NULL: nothing is known against it. */
const char *native_objection(const Request *request);

/* ---- native_unit.c ---- */

/* The chosen functions in units of a size that a C compiler handles well. */
void native_split(NativeCode *native, NativeJobVec *jobs);
/* One function from `begin` on, through all passes; NULL: it stays bytecode, the reason is set. */
IrFunction *native_function(Arena *arena, NativeCode *native, NativeFunction *function,
                            NativeControl *control, Diags *diags);
/* The C text of a job's functions; false when none of them became native. */
bool native_emit(NativeCode *native, const NativeJob *job, NativeControl *control, bool comments,
                 StrBuf *out, Diags *diags);
/* Lines of Python in functions. */
size_t native_lines(const NativeModule *module, const uint32_t *ordinals, uint32_t count);

/* ---- native_cache.c ---- */

/* What decides about every object of this build; false with an error. */
bool native_identity(NativeBuild *build);
void native_job_key(NativeBuild *build, NativeJob *job);
/* The counts of training for a job's C file; NULL: there are none. */
const char *native_job_profile(NativeBuild *build, const NativeJob *job);
/* Takes a job's object and its functions' reasons from the cache; false when they are not there. */
bool native_cache_get(NativeBuild *build, const NativeJob *job);
void native_cache_put(NativeBuild *build, const NativeJob *job);

/* ---- native_compile.c ---- */

/* Objects of all jobs, which it takes over, from the cache or the C compiler. False on errors that
 * end the build. */
bool native_compile(NativeBuild *build, NativeJobVec *jobs);
const char *native_job_file(NativeBuild *build, const NativeJob *job, const char *extension);

#endif
