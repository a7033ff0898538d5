/* The table of statically linked extension modules that the runtime reads. */
#ifndef PYC2C_CODEGEN_STATIC_TABLE_H
#define PYC2C_CODEGEN_STATIC_TABLE_H

#include "../compiler/modules/program.h"

#include <stdbool.h>

/* Adds the C text that defines rt_static_modules; false when the program has no such modules. */
bool static_table_text(const Program *program, StrBuf *text);

#endif
