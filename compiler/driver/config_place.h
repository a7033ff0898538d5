/* Where a key stands in a TOML text, for messages. */
#ifndef PYC2C_DRIVER_CONFIG_PLACE_H
#define PYC2C_DRIVER_CONFIG_PLACE_H

#include "../support/diag.h"

#include <stdbool.h>

/* Sets line, column and end_column of `place` to those of `key` in table `table` ("" = top level),
 * or of the table's header when `key` is NULL or not found. False when neither is there. */
bool config_locate(const char *text, const char *table, const char *key, Diag *place);

#endif
