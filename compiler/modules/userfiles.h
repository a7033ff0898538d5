/* userfiles: data of the program's own packages, and files that options name. */
#ifndef PYC2C_MODULES_USERFILES_H
#define PYC2C_MODULES_USERFILES_H

#include "collect.h"

void userfiles_collect(Collector *collector);

#endif
