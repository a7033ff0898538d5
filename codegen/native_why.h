/* Why a module's native code was made anew: what `pyc2c cache explain` tells. */
#ifndef PYC2C_CODEGEN_NATIVE_WHY_H
#define PYC2C_CODEGEN_NATIVE_WHY_H

#include "native_parts.h"

/* Writes down, for each module with native code, what its units rested on in this build and what
 * of that is not as in the build before. */
void native_why_record(NativeBuild *build);
/* What the last build that looked at the module wrote, as lines for people; NULL: there was none in
 * this cache. */
const char *native_why_text(Arena *arena, const CacheOps *cache, const char *module);

#endif
