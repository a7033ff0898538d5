/* imports: from the facts of a module's source to edges of the graph. */
#ifndef PYC2C_MODULES_IMPORTS_H
#define PYC2C_MODULES_IMPORTS_H

#include "collect.h"

/* Follows every import of a module whose facts are known. */
void imports_follow(Collector *collector, Module *module);
/* Adds modules that the program names in strings ("pkg.mod:attr", "pkg.mod.Class"), as far as they
 * belong to the program itself or to packages that are in it already. True when something was
 * added. */
bool imports_follow_strings(Collector *collector);
/* Adds the entry points of the groups that were asked for. True when something was added. */
bool imports_follow_groups(Collector *collector);

#endif
