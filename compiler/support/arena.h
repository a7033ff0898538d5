/* Arena: memory that is freed all at once.
 *
 * Everything that lives as long as a build (module records, paths, diagnostics) is allocated here
 * and never freed on its own. Allocation never fails: out of memory ends the process with a
 * message, because a compiler can do nothing useful without memory. */
#ifndef PYC2C_SUPPORT_ARENA_H
#define PYC2C_SUPPORT_ARENA_H

#include <stdarg.h>
#include <stddef.h>

typedef struct ArenaChunk ArenaChunk;

typedef struct Arena {
    ArenaChunk *chunks; /* newest first */
    char *next;         /* free space of the newest chunk */
    char *end;
} Arena;

/* Zero-initialised memory, aligned for any type. */
void *arena_alloc(Arena *arena, size_t size);
/* Copies of text; the results are NUL-terminated and belong to the arena. */
char *arena_strdup(Arena *arena, const char *text);
char *arena_strndup(Arena *arena, const char *text, size_t length);
char *arena_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
void arena_free(Arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (count)))

/* malloc family for buffers with an owner of their own; they end the process when memory is out. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *block, size_t size);
char *xstrdup(const char *text);

#endif
