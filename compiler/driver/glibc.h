/* Which glibc an executable needs: the newest symbol version that it or what it embeds asks for. */
#ifndef PYC2C_DRIVER_GLIBC_H
#define PYC2C_DRIVER_GLIBC_H

#include "../modules/program.h"

#include <stdint.h>

/* "2.34", NULL when nothing asks for any; *origin names the file that does. `executable` may be a
 * directory (--mode=portable), which counts for nothing itself. */
const char *glibc_needed(Arena *arena, const Program *program, const char *executable,
                         const char **origin);
/* The version of one mapped ELF file: major * 1000 + minor, 0 when it asks for none. */
int glibc_of(const uint8_t *data, size_t size);

#endif
