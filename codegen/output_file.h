/* A file that appears under its final name only when it is complete.
 *
 * Bytes go to a file without a name, or, where there are none, to a private temporary file in the
 * same directory, which is removed when the build fails, is interrupted or killed by a catchable
 * signal. output_commit gives it its name; it does not wait for the disk, as compilers do not.
 * Every failure adds one clear error; later calls on a failed file do nothing and fail too. */
#ifndef PYC2C_CODEGEN_OUTPUT_FILE_H
#define PYC2C_CODEGEN_OUTPUT_FILE_H

#include "../compiler/support/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct OutputFile {
    const char *path; /* final name */
    char *temporary;
    int fd; /* -1: not open or failed */
    Diags *diags;
} OutputFile;

/* `path` must outlive the file. `mode` is subject to the umask. */
bool output_open(OutputFile *output, const char *path, mode_t mode, Diags *diags);
bool output_write(OutputFile *output, const void *data, size_t size);
bool output_write_at(OutputFile *output, uint64_t offset, const void *data, size_t size);
/* Copies `size` bytes from `from_offset` of another file, in the kernel where it can. */
bool output_copy_at(OutputFile *output, uint64_t offset, int from, uint64_t from_offset,
                    uint64_t size);
/* What was not written reads as zeros. */
bool output_set_size(OutputFile *output, uint64_t size);
bool output_commit(OutputFile *output);
/* Removes the temporary file; harmless after output_commit. */
void output_discard(OutputFile *output);

#endif
