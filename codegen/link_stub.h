/* Linking a stub of its own for one program. */
#ifndef PYC2C_CODEGEN_LINK_STUB_H
#define PYC2C_CODEGEN_LINK_STUB_H

#include "codegen.h"
#include "link_plan.h"

/* Links runtime, interpreter and `objects`; *path is a file in a private directory, valid until
 * exit. The plan was checked with link_plan_check. */
bool link_stub(Program *program, const Request *request, const LinkPlan *plan,
               const StrVec *objects, const StrVec *libraries, bool native, const CacheOps *cache,
               const char **path, Diags *diags);
/* Adds to the program what such a link leaves to the image. */
bool link_stub_additions(Program *program, const Request *request, const LinkPlan *plan,
                         const CacheOps *cache, Diags *diags);
/* Compiles one C text, which includes no file, to <directory>/<name>.o, or takes the object from
 * the cache (may be NULL), and adds it to `objects`. */
bool link_compile(Arena *arena, const Request *request, const LinkPlan *plan, const char *directory,
                  const char *name, const StrBuf *text, const CacheOps *cache, StrVec *objects,
                  Diags *diags);
/* A new private directory for intermediate files, removed at exit; NULL with an error. */
const char *link_directory(Arena *arena, Diags *diags);
/* Runs a tool and turns a failure into an error that shows the command and what it printed. */
bool link_run(const char *const *argv, const char *directory, const char *what, Diags *diags);
/* Asks both for their versions already, in threads of their own. `plan` lives until the end. */
void link_ask_tools(const LinkPlan *plan, const char *linker);
/* Adds what identifies the compiler (arguments in $CC, version text) to a cache key; the second one
 * adds the linker's version as well (`linker`: a -fuse-ld flag, or NULL). */
bool link_compiler_identity(const LinkPlan *plan, StrBuf *key, Diags *diags);
bool link_tool_identity(const LinkPlan *plan, const char *linker, StrBuf *key, Diags *diags);

#endif
