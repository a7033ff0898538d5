/* The table of statically linked extension modules: empty unless the link step provides one. */
#include "rt_py.h"

__attribute__((weak)) const RtStaticModule rt_static_modules[] = {{NULL, NULL}};
