/* Shared by the three ways of linking an extension module from sources. */
#ifndef PYC2C_CODEGEN_STATIC_BUILD_H
#define PYC2C_CODEGEN_STATIC_BUILD_H

#include "codegen.h"
#include "link_plan.h"

#include <stdbool.h>

typedef struct StaticBuild {
    Arena *arena;
    Program *program;
    const Request *request;
    const CacheOps *cache; /* may be NULL */
    const Progress *progress;
    Diags *diags;
    LinkPlan plan;
    const char *support_dir;
    const char *directory; /* private, for intermediate files */
    StrVec *objects;       /* of the final link */
    StrVec *libraries;
    unsigned counter; /* for file names in `directory` */
} StaticBuild;

/* One translation unit. */
typedef struct CompileJob {
    const char *source;  /* absolute path, or relative to `root` */
    const char *root;    /* working directory; stands for "." in the result */
    const StrVec *flags; /* -I, -D, -O … */
} CompileJob;

/* Compiles (through the cache, keyed by the preprocessed text); the object's path, or NULL with an
 * error that shows what the compiler said. C++ is recognised by the file's extension. */
const char *static_compile(StaticBuild *build, const CompileJob *job);
bool static_is_cxx(const char *source);

/* Joins the objects of a module into one relocatable file that exports nothing but the module's
 * init function, renamed so that it is unique; its path, or NULL with an error. `objects` come
 * first, then members of `archives` (may be NULL) as they are needed. */
const char *static_join_module(StaticBuild *build, const char *module_name, const StrVec *objects,
                               const StrVec *archives);
/* Adds a joined object to the link and turns `module_name` into a MODULE_STATIC of the program. */
void static_register_module(StaticBuild *build, const char *module_name, const char *object);
void static_add_library(StaticBuild *build, const char *flag);

/* The three ways. static_sdist_build falls back to the installed modules, with a warning, when a
 * package cannot be built this way. */
bool static_own_build(StaticBuild *build);
bool static_cffi_build(StaticBuild *build);
bool static_sdist_build(StaticBuild *build);

#endif
