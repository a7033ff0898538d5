/* --static: what shared objects of the image need from a C library that is linked in. */
#ifndef PYC2C_CODEGEN_LINK_STATIC_H
#define PYC2C_CODEGEN_LINK_STATIC_H

#include "../compiler/modules/program.h"
#include "link_plan.h"

#include <stdbool.h>

/* Adds the C text of the table that runtime/static/ looks symbols up in, and a warning for every
 * shared object that needs something which no archive of this link has. False with an error. */
bool link_static_table(const Program *program, const LinkPlan *plan, StrBuf *text, Diags *diags);
/* Adds the linker flags of such a link; `plan` was checked. False with an error. */
bool link_static_flags(Arena *arena, const LinkPlan *plan, StrVec *flags, Diags *diags);
/* The runtime of such links; NULL with an error when it was not built. */
const char *link_static_runtime(Arena *arena, const LinkPlan *plan, Diags *diags);

#endif
