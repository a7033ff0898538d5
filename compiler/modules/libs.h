/* libs: shared libraries that embedded shared objects need. */
#ifndef PYC2C_MODULES_LIBS_H
#define PYC2C_MODULES_LIBS_H

#include "collect.h"

/* For every shared object in program->files: the libraries it needs, and theirs, except those of
 * the C library, which the executable expects on the host. Adds them to files and libraries; what
 * is not found becomes a warning. Also adds the libraries that included distributions carry for
 * ctypes. */
void libs_collect(Collector *collector);

#endif
