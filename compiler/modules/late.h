/* late: telling what a program loads while it starts from what it loads later, if ever. */
#ifndef PYC2C_MODULES_LATE_H
#define PYC2C_MODULES_LATE_H

#include "collect.h"

/* Does this import of `target` run as soon as its importer does? */
bool late_edge_is_immediate(const Module *target, const ImportEdge *edge);
/* Sets Module.late, once the graph is complete. */
void late_mark_modules(Collector *collector);
/* Sets EmbeddedFile.late of shared libraries, once all of them are known. */
void late_mark_libraries(Program *program);
/* May a shared object that is needed late be stored compressed? */
bool late_is_small(size_t size);

#endif
