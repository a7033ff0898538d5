/* From a code object's instructions to the IR. */
#ifndef PYC2C_LOWER_LOWER_H
#define PYC2C_LOWER_LOWER_H

#include "../ir/ir.h"

/* The function's IR, verified by the caller; NULL when it stays bytecode, and *reason (static or
 * arena text, a clause that follows "stays bytecode: ") says why. Generators, coroutines and async
 * generators give their step function. */
IrFunction *lower_function(Arena *arena, const FrontCode *code, const char **reason);

/* The name in the code itself, apart from code inside it, by which a program switches tracing on or
 * wants its lines traced (static text); NULL: none. A native frame gives no line events. */
const char *lower_tracing_name(const FrontCode *code);

#endif
