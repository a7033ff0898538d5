/* Where a build's result goes, and whether it may go there. */
#ifndef PYC2C_DRIVER_OUTPUT_PATH_H
#define PYC2C_DRIVER_OUTPUT_PATH_H

#include "session.h"

#include <stdbool.h>

/* Absolute path of the executable (of the directory with --mode=portable). */
const char *output_path(Session *session, const Entry *entry);
/* May it be written? Checks the directory as far as it exists, refuses the program's own source and
 * directories, and asks (on a terminal) or complains when something is there that pyc2c did not
 * make and --noconfirm was not given. */
bool output_path_check(Session *session, const Entry *entry, const char *path);

#endif
