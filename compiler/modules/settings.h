/* settings: key=value pairs that the image carries for the runtime and for `inspect`. */
#ifndef PYC2C_MODULES_SETTINGS_H
#define PYC2C_MODULES_SETTINGS_H

#include "program.h"
#include "request.h"

/* The optimise level for compiling: -O and -OO of --python-flag, PYTHONOPTIMIZE of the build. */
int settings_optimize(const Request *request);
/* Fills program->settings; the distributions that go in have to be known. */
void settings_fill(Program *program, const Request *request, Diags *diags);

/* "$SITE_PACKAGES/x" -> "lib/x": the variables of the configuration name parts of the embedded
 * tree. Other paths as they are. */
const char *settings_embedded_path(Arena *arena, const char *path);

#endif
