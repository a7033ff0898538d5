/* --train: a profile of the program, for the C compiler. */
#ifndef PYC2C_DRIVER_TRAIN_H
#define PYC2C_DRIVER_TRAIN_H

#include "session.h"

#include <stdbool.h>

/* Builds an executable that counts what its native code does, runs the training command with it,
 * and leaves the counts in request.profile, a directory that is removed at exit. `name`: of the
 * executable. False with an error. */
bool train_run(Session *session, const char *name);

#endif
