/* For tcc, which does not know what gcc makes of <stdatomic.h>: generated C gets the whole headers. */
#include "native/rt_native.h"
