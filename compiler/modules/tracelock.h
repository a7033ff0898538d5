/* tracelock: the result of a traced import as a file that can be kept under version control. */
#ifndef PYC2C_MODULES_TRACELOCK_H
#define PYC2C_MODULES_TRACELOCK_H

#include "collect.h"

/* Reads a lock file into `modules` and `texts`. Warns when it does not cover all of `packages`.
 * False with an error when the file is not a lock file, or is one for another Python. */
bool tracelock_read(Collector *collector, const char *path, const StrVec *packages, StrVec *modules,
                    KeptTexts *texts);
void tracelock_write(Collector *collector, const char *path, const StrVec *packages,
                     const StrVec *modules, const KeptTexts *texts);

#endif
