/* Parts of image_write that portable builds use too. */
#ifndef PYC2C_CODEGEN_IMAGE_WRITE_H
#define PYC2C_CODEGEN_IMAGE_WRITE_H

#include "codegen.h"
#include "image_layout.h"

/* Stub + image with the given layout -> `output`. */
bool image_write_layout(ImageLayout *layout, const Request *request, const char *stub,
                        const char *output, const Progress *progress, Diags *diags);
/* Threads to use: --jobs, or one per processor. */
int codegen_jobs(const Request *request);

#endif
