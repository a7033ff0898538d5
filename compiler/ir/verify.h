/* Shared by the files of the verifier. */
#ifndef PYC2C_IR_VERIFY_H
#define PYC2C_IR_VERIFY_H

#include "cfg.h"

/* verify_refs.c: NULL when each reference is taken and dropped once on every path, else what is
 * wrong (arena of the function). The other laws must hold. */
const char *ir_verify_references(const IrFunction *function, const IrCfg *cfg);

#endif
