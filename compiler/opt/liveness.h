/* Where values are needed: for each block those from outside that it or what follows it uses. */
#ifndef PYC2C_OPT_LIVENESS_H
#define PYC2C_OPT_LIVENESS_H

#include "../ir/cfg.h"

/* Entries of operand stacks count as uses. Edges from checks to handlers count at the check. */
typedef struct Liveness {
    IrOpList *live_in; /* by block->index; a block's own parameters are not in its list */
    uint32_t block_count;
} Liveness;

Liveness liveness_new(const IrFunction *function, const IrCfg *cfg);
void liveness_free(Liveness *liveness);

#endif
