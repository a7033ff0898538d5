/* Parts of `pyc2c inspect`. */
#ifndef PYC2C_DRIVER_INSPECT_H
#define PYC2C_DRIVER_INSPECT_H

#include "session.h"

#include "../../codegen/image_file.h"
#include "../../codegen/launcher_file.h"

#include <stdbool.h>
#include <stdint.h>

/* "standard library", "distribution", "system" (a library of the build host) or "program". */
const char *inspect_origin(const char *path);
const char *inspect_kind(const ImageModule *module);
/* "grpcio 1.85.0" for a path below lib/, found through the distributions' RECORD files; the origin
 * where none lists it. */
const char *inspect_distribution(const ImageFile *image, Arena *arena, const char *path);
/* For each node: does a module come from it? xcalloc block. */
bool *inspect_module_nodes(const ImageFile *image);
bool inspect_is_data(const ImageFile *image, uint32_t node, const bool *module_nodes);
/* The whole content as JSON on stdout. */
void inspect_json(const ImageFile *image, Arena *arena);
/* All of the command for a launcher; its exit code. */
int inspect_launcher(Session *session, const LauncherFile *file);

#endif
