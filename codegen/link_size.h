/* Stubs that leave out what a program does not need. */
#ifndef PYC2C_CODEGEN_LINK_SIZE_H
#define PYC2C_CODEGEN_LINK_SIZE_H

#include "../compiler/modules/program.h"
#include "link_plan.h"

#include <stdbool.h>

/* True when the prebuilt small stub has every built-in module that the program reaches. */
bool link_size_small_serves(const Program *program);
/* Adds the C text of a table of built-in modules that has only those the program reaches and those the
 * interpreter cannot start without. False when the plan does not know libpython's table. */
bool link_size_builtins(const Program *program, const LinkPlan *plan, StrBuf *text);
/* Path of a linker dynamic list in `directory`: what the runtime exports, and what the program's
 * shared objects import. NULL with an error. */
const char *link_size_exports(Arena *arena, const Program *program, const LinkPlan *plan,
                              const char *directory, Diags *diags);

#endif
