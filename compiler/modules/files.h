/* files: the table of embedded files while it is made; each virtual path once. */
#ifndef PYC2C_MODULES_FILES_H
#define PYC2C_MODULES_FILES_H

#include "collect.h"

/* Adds a file of the disk. The first of a virtual path wins; another file in its place is noted.
 * The executable bit is taken over from the disk. NULL when the path was taken or is left out by
 * configuration (`exclude`). Valid until the next file is added. */
EmbeddedFile *files_add(Collector *collector, const char *vpath, const char *path,
                        Distribution *dist, const char *reason);
/* Adds a file made here; `data` stays where it is. */
EmbeddedFile *files_add_data(Collector *collector, const char *vpath, const void *data, size_t size,
                             Distribution *dist, const char *reason);
bool files_has(const Collector *collector, const char *vpath);
/* Sorts the table. */
void files_finish(Collector *collector);

#endif
