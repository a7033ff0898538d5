/* The configuration file: pyc2c.toml, or [tool.pyc2c] of pyproject.toml. */
#ifndef PYC2C_DRIVER_CONFIG_H
#define PYC2C_DRIVER_CONFIG_H

#include "options.h"

#include <stdbool.h>

/* The configuration file of the project that `source` (NULL: the current directory) belongs to:
 * pyc2c.toml, else a pyproject.toml with [tool.pyc2c], of the source's directory or of one above
 * it, up to the first that looks like a project's top (pyproject.toml, setup.py, setup.cfg, .git).
 * A source outside of any project has only its own directory. NULL: there is none. */
const char *config_find(Arena *arena, const char *source);

/* Reads `file` into `options`; the command line is applied afterwards and so wins. Needs
 * front_init. Errors name file and line. */
bool config_read(const char *file, Options *options, Arena *arena, Diags *diags);

#endif
