/* options: --hidden-import, --collect-*, --copy-metadata and the configuration's packages. */
#ifndef PYC2C_MODULES_OPTIONS_H
#define PYC2C_MODULES_OPTIONS_H

#include "collect.h"

/* Adds the modules and distributions named by options; names that do not exist are errors. */
void options_apply(Collector *collector);

#endif
