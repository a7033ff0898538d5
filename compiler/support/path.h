/* Path arithmetic on text; nothing here touches the file system except path_absolute (cwd). */
#ifndef PYC2C_SUPPORT_PATH_H
#define PYC2C_SUPPORT_PATH_H

#include "arena.h"

#include <stdbool.h>

/* `a/b`; `b` alone when it is absolute, `a` alone when b is "". */
char *path_join(Arena *arena, const char *a, const char *b);
/* The part after the last slash (a pointer into `path`). */
const char *path_base(const char *path);
/* The part before the last slash; "." when there is none, "/" for the root. */
char *path_dir(Arena *arena, const char *path);
/* The file name's last extension with its dot, "" when there is none (a pointer into `path`). */
const char *path_extension(const char *path);
/* Without "//", "." and, lexically, "..". */
char *path_normal(Arena *arena, const char *path);
/* Absolute and normal, relative to the current directory; does not follow symbolic links. */
char *path_absolute(Arena *arena, const char *path);
/* The rest of `path` below `root` ("" for root itself), NULL when it is not below it. */
const char *path_below(const char *path, const char *root);
/* Shell-style match: * ? [..] within a path component, ** across components. */
bool path_matches(const char *path, const char *pattern);

#endif
