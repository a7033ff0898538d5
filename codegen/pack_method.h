/* The ways of compressing a block of the image (image_format.h, ImageBlock.method). */
#ifndef PYC2C_CODEGEN_PACK_METHOD_H
#define PYC2C_CODEGEN_PACK_METHOD_H

#include <stdbool.h>
#include <stdint.h>

/* The one with the smallest results that this build of pyc2c has. */
uint32_t pack_method_best(void);
/* What its results depend on besides their input. */
const char *pack_method_version(uint32_t method);
/* The compressed form of data[0 .. size-1] in a malloc block, its size in *packed. NULL when it
 * does not save a tenth. `small`: take time for it. */
uint8_t *pack_method_run(uint32_t method, const uint8_t *data, uint64_t size, bool small,
                         uint64_t *packed);
/* The other way: exactly `size` bytes into `to`; false for damaged data. */
bool pack_method_undo(uint32_t method, const uint8_t *data, uint64_t packed, uint8_t *to,
                      uint64_t size);

#endif
