/* [license]: the public key that tokens are checked with. */
#ifndef PYC2C_DRIVER_LICENSE_KEY_H
#define PYC2C_DRIVER_LICENSE_KEY_H

#include "options.h"

#include <stdbool.h>

/* Checks [license] and turns public_key, which may be base64 text or a file (relative to `base`)
 * with such text or with the 32 bytes themselves, into base64. `place` is where errors point to. */
bool license_key_resolve(Options *options, const char *base, Arena *arena, const Diag *place,
                         Diags *diags);

#endif
