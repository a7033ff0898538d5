/* Names of modules and distributions: syntax and comparison. */
#ifndef PYC2C_MODULES_NAMES_H
#define PYC2C_MODULES_NAMES_H

#include "../support/arena.h"
#include "../support/vec.h"

#include <stdbool.h>
#include <stddef.h>

/* Could `text` (of `length` bytes) be a Python identifier? Bytes above 127 are taken as letters. */
bool name_is_identifier(const char *text, size_t length);
/* The same, but it may begin with a digit and hold dashes: a name for import_module(). */
bool name_is_word(const char *text, size_t length);
/* Identifiers joined by single dots. */
bool name_is_dotted(const char *text);
/* Words joined by single dots: what an import by name finds, if no import statement can say it. So
 * Django's migrations are called, and the modules that extensions made by mypyc share. */
bool name_is_importable(const char *text);
/* "a" of "a.b.c". */
char *name_top(Arena *arena, const char *name);
/* "a.b" of "a.b.c", NULL for a name without a dot. */
char *name_parent(Arena *arena, const char *name);
/* "a/b/c" of "a.b.c": where a module lies below its root, without a suffix. */
char *name_path(Arena *arena, const char *name);
/* "c" of "a.b.c" (a pointer into `name`). */
const char *name_last(const char *name);
/* Is `name` the package itself or a module below it? */
bool name_is_below(const char *name, const char *package);
/* A pattern of --exclude-module: a module name that covers everything below it; `*` and `?` match
 * within the whole dotted name. */
bool name_matches(const char *name, const char *pattern);
bool name_matches_any(const char *name, const StrVec *patterns);
/* PEP 503 form of a distribution's name: "Foo_Bar" and "foo.bar" are "foo-bar". */
char *name_canonical(Arena *arena, const char *name);
/* True for one name in `one_in`, always the same ones: where pieces of a sequence of names end that
 * shall not all move when one of them grows (content-defined chunking). */
bool name_is_border(const char *name, unsigned one_in);

bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
/* Is `text` in a vector of texts? */
bool strvec_has(const StrVec *vec, const char *text);
/* Adds the parts of `text` between the bytes of `separators`, without empty ones. */
void strvec_split(Arena *arena, const char *text, const char *separators, StrVec *out);
/* Adds the words of a command as POSIX shells see them: quotes and backslashes count, nothing is
 * expanded. False when the text ends within quotes or after a backslash. */
bool strvec_split_command(Arena *arena, const char *text, StrVec *out);
/* Sorts by bytes and drops repetitions. */
void strvec_sort_unique(StrVec *vec);

#endif
