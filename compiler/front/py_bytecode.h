/* Shared by the py_bytecode*.c files; nobody else includes it. */
#ifndef PYC2C_FRONT_PY_BYTECODE_H
#define PYC2C_FRONT_PY_BYTECODE_H

#include "py_common.h"

#include "bytecode.h"

/* All of these set a Python exception when they fail. */

/* py_bytecode_instrs.c: fills in the instructions and the exception table. `units`: the bytes
 * object of PyCode_GetCode. */
bool front_decode_instrs(Arena *arena, PyCodeObject *code, PyObject *units, FrontCode *out);

/* py_bytecode_consts.c: fills in everything but `code` of a constant. */
bool front_decode_const(Arena *arena, PyObject *object, FrontConst *out);

#endif
