/* The summary of a build: what was made and what is in it. */
#ifndef PYC2C_DRIVER_SUMMARY_H
#define PYC2C_DRIVER_SUMMARY_H

#include "session.h"

#include "../../codegen/native.h"

#include <stdbool.h>
#include <stdint.h>

/* Counts that the summary and the report share. */
typedef struct ProgramCounts {
    size_t modules[3]; /* by Origin; what the executable holds, built-in modules left out */
    size_t extensions; /* of them, extension modules */
    size_t data_files; /* neither module source nor shared object nor metadata */
    uint64_t data_bytes;
    size_t distributions;
    size_t excluded; /* imports left out on request */
    size_t absent;   /* imports that resolve nowhere and need not */
} ProgramCounts;

ProgramCounts program_count(const Program *program);
/* True for a file that is there because of a module: its source or its shared object. */
bool file_is_code(const EmbeddedFile *file);

/* "1.4 MB" */
const char *format_size(Arena *arena, uint64_t bytes);
/* The size of a file, or of all files below a directory. */
uint64_t size_on_disk(const char *path);
/* `path` relative to the current directory when it is below it. */
const char *shown_path(Arena *arena, const char *path);

void summary_write(Session *session, const Program *program, const NativeCode *native,
                   const char *output, StrBuf *out);

#endif
