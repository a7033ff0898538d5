/* Stubs that leave out what a program does not need. */
#ifndef PYC2C_CODEGEN_LINK_SIZE_H
#define PYC2C_CODEGEN_LINK_SIZE_H

#include "../compiler/modules/program.h"
#include "link_plan.h"

#include <stdbool.h>

/* True when the prebuilt small stub (the file `stub`) has every built-in module that the program
 * reaches and exports all of the C API that its shared objects import. */
bool link_size_small_serves(const Program *program, const char *stub);
/* Adds the C text of a table of built-in modules: with --optimize-size only those the program
 * reaches and those the interpreter cannot start without. False when the plan does not know
 * libpython's table. */
bool link_size_builtins(const Program *program, const Request *request, const LinkPlan *plan,
                        StrBuf *text);
/* Adds linker flags: export what the runtime exports and what the program's shared objects import,
 * and nothing else; link the archive members behind the latter. Writes a list into `directory`. */
bool link_size_exports(Arena *arena, const Program *program, const LinkPlan *plan,
                       const char *directory, StrVec *flags, Diags *diags);
/* A copy of libpython in `directory` without unwind tables, half a megabyte in the executable. No
 * C++ exception passes through CPython's C code, and where such a table is missing, forced
 * unwinding (pthread_exit) takes the frame for the last one and leaves the thread. NULL with an
 * error. */
const char *link_size_archive(Arena *arena, const char *libpython, const char *directory,
                              Diags *diags);

#endif
