/* data: the files that go into the executable besides shared libraries. */
#ifndef PYC2C_MODULES_DATA_H
#define PYC2C_MODULES_DATA_H

#include "collect.h"

/* Sources and extension modules of the sorted modules; data, metadata and licences of the included
 * distributions; data of the program's own packages; what options name. */
void data_collect(Collector *collector);

#endif
