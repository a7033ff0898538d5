/* Diagnostics: collected by library code, printed by the driver.
 *
 * Text of a message: lower case, specific, no full stop; `hint` says what to do. Printed as
 *     file:line:col: error: message
 *         source line
 *         ^~~~
 *     hint: …                                                                                   */
#ifndef PYC2C_SUPPORT_DIAG_H
#define PYC2C_SUPPORT_DIAG_H

#include "arena.h"
#include "vec.h"

#include <stdbool.h>
#include <stdio.h>

typedef enum DiagLevel { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR } DiagLevel;

typedef struct Diag {
    DiagLevel level;
    const char *file;   /* NULL: no place */
    int line;           /* 1-based, 0 = none */
    int column;         /* 1-based, 0 = none */
    int end_column;     /* exclusive, 0 = none */
    const char *source; /* the source line, NULL = the printer reads it from the file */
    const char *message;
    const char *hint; /* may be NULL */
} Diag;

typedef struct Diags {
    Arena arena;
    VEC(Diag) items;
    size_t errors;
    size_t warnings;
    int exit_code; /* of the first error: 1 user program, 2 usage, 3 toolchain, 70 internal */
} Diags;

/* Adds a copy. `exit_code` counts for errors only. */
void diag_add(Diags *diags, const Diag *diag, int exit_code);
/* An error without a place. */
void diag_error(Diags *diags, int exit_code, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_warning(Diags *diags, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Moves all of `from` behind those of `to`. */
void diag_move(Diags *to, Diags *from);
/* Prints one with its source line. Columns count characters; control characters are made harmless.
 */
void diag_print(const Diag *diag, FILE *stream, bool colour);
/* Prints all (at most 20 errors, then a count of the rest) and forgets them; the counters stay. */
void diag_flush(Diags *diags, FILE *stream, bool colour);
void diag_free(Diags *diags);
/* True when `stream` is a terminal, TERM is not "dumb" and NO_COLOR is not set. */
bool diag_use_colour(FILE *stream);

enum { EXIT_USER = 1, EXIT_USAGE = 2, EXIT_TOOLCHAIN = 3, EXIT_INTERNAL = 70 };

#endif
