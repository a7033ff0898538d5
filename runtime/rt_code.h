/* rt_code.h: what the two files share that read packed code. */
#ifndef PYC2C_RUNTIME_RT_CODE_H
#define PYC2C_RUNTIME_RT_CODE_H

#include "rt_import.h"

/* What the functions of one module have in common, kept until the last body was read. */
typedef struct CodeSource {
    size_t users;
    bool bodies_wait;   /* bodies of its functions may be read later */
    PyObject *filename; /* owned */
    size_t shared_count;
    PyObject *shared[]; /* owned; NULL: not read yet */
} CodeSource;

CodeSource *rt_code_source_use(CodeSource *source);
void rt_code_source_release(CodeSource *source);

/* The first part of a function: see PACKED_FUNCTION. References are owned; a tuple whose items are
 * in the body has NULL in their places. */
typedef struct FunctionHead {
    int64_t numbers[6]; /* as in code_format.h, then the first line */
    PyObject *code;     /* bytes; NULL: plain_code */
    const uint8_t *plain_code;
    size_t plain_size;
    PyObject *constants, *names, *locals, *kinds, *name, *qualname;
    const uint8_t *body;
    size_t body_size;
} FunctionHead;

/* Reads a body: fills the empty places of the two tuples and makes both tables (new references).
 * False with an exception set, and the places empty again. */
bool rt_code_read_body(CodeSource *source, const uint8_t *body, size_t size, PyObject *constants,
                       PyObject *names, PyObject **line_table, PyObject **exception_table);

/* ---- rt_code_body.c ---- */

/* Whether bodies of code that is read now may wait for the first call. */
bool rt_code_bodies_wait(void);
/* A code object without its body. New reference, or NULL with an exception set. */
PyObject *rt_code_without_body(const FunctionHead *head, CodeSource *source);

#endif
