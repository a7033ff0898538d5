/* An image that is prepared while the C compiler and the linker are still at work. */
#ifndef PYC2C_CODEGEN_IMAGE_STAGE_H
#define PYC2C_CODEGEN_IMAGE_STAGE_H

#include "image_layout.h"
#include "image_stream.h"

#include <pthread.h>
#include <stdatomic.h>

struct ImageStage {
    const Program *program;
    const Request *request;
    const CacheOps *cache;
    LayoutFiles files;
    Arena arena; /* the thread's own, as are the diagnostics */
    Diags diags;
    ImageLayout layout;
    ImageStream stream;
    int spool; /* a file that holds the compressed blocks; -1: none yet */
    uint64_t spooled;
    uint8_t *buffer;
    PackedUnit *packed;
    StrBuf tables;
    uint8_t hash[32];
    bool ok;
    atomic_bool cancelled;
    pthread_t thread;
    bool running;
};

/* Waits for the end of the preparation; false with its errors. */
bool image_stage_wait(ImageStage *stage, Diags *diags);

#endif
