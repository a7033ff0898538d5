/* Parts of image_write that portable builds use too. */
#ifndef PYC2C_CODEGEN_IMAGE_WRITE_H
#define PYC2C_CODEGEN_IMAGE_WRITE_H

#include "codegen.h"

/* Threads to use: --jobs, or one per processor. */
int codegen_jobs(const Request *request);

#endif
