/* cimports: modules that extension modules import from C. */
#ifndef PYC2C_MODULES_CIMPORTS_H
#define PYC2C_MODULES_CIMPORTS_H

#include "collect.h"

/* Looks at extension modules that were not looked at yet. True when modules were added. */
bool cimports_follow(Collector *collector);

#endif
