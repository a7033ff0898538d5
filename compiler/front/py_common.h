/* Shared by the py_*.c files; nobody else includes it. */
#ifndef PYC2C_FRONT_PY_COMMON_H
#define PYC2C_FRONT_PY_COMMON_H

#include "py_compat.h"

#include "front.h"

/* py_error.c: turns the pending exception into an error (and clears it). `source` may be NULL; with
 * `byte_columns` the exception's columns count bytes of the line, as those of CPython's compiler
 * do, not characters, as those of its parser do. */
void front_take_error(Arena *arena, const uint8_t *source, size_t size, bool byte_columns,
                      FrontError *error);
/* A copy of line `line` (from 1) of the source, NULL when there is no such line. */
const char *front_source_line(Arena *arena, const uint8_t *source, size_t size, int line);
/* The text of a str object as UTF-8 in the arena (surrogates escaped); "" for anything else. */
const char *front_text(Arena *arena, PyObject *object);

/* py_marshal.c: the canonical marshal of a code object, appended. False when it is nested too deep.
 */
bool front_marshal(PyObject *code, StrBuf *out);

/* py_value.c: a tree of dict, list, str, int, float, bool, None (and dates, as text) as a Value.
 * False with *error set for what a Value cannot hold. */
bool front_value(Arena *arena, PyObject *object, Value *out, FrontError *error);

#endif
