/* Built-in modules that the image carries instead of the stub.
 *
 * unicodedata is a sixth of a small executable, and most programs never look into it. `make` turns
 * such a module's part of libpython into a shared object; the table of built-in modules names an
 * init function that loads it (runtime/rt_carried.c), so to the program it is a built-in module
 * like any other. It is mapped in place, or stored compressed when it is needed late, if at all. */
#ifndef PYC2C_CODEGEN_CARRIED_H
#define PYC2C_CODEGEN_CARRIED_H

#include "../compiler/modules/program.h"
#include "../compiler/modules/request.h"

/* Adds to the program's files what this build of pyc2c has in <directory>/builtin/: all of them, as
 * the core may ask for them, and none in an executable that cannot load shared objects. */
void carried_add(Program *program, const Request *request, const char *directory);
/* Was the built-in module `name` added? */
bool carried_has(const Program *program, const char *name);

#endif
