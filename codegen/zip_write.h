/* Appending a zip archive to an OutputFile: deterministic (constant times, the caller's order). */
#ifndef PYC2C_CODEGEN_ZIP_WRITE_H
#define PYC2C_CODEGEN_ZIP_WRITE_H

#include "../compiler/support/strbuf.h"
#include "output_file.h"

typedef struct ZipWriter {
    OutputFile *output;
    uint64_t position; /* in the file */
    StrBuf directory;  /* central directory so far */
    unsigned count;
} ZipWriter;

/* `position` is the file's current size: offsets in the archive count from the start of the file.
 */
void zip_start(ZipWriter *zip, OutputFile *output, uint64_t position);
/* False with an error for members beyond zip's 4 GB and when writing fails. */
bool zip_add(ZipWriter *zip, const char *name, const void *data, size_t size);
/* The comment is at most 65535 bytes. */
bool zip_finish(ZipWriter *zip, const StrBuf *comment);
void zip_free(ZipWriter *zip);

#endif
