#include "arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 64 * 1024, ALIGNMENT = 16 };

struct ArenaChunk {
    ArenaChunk *older;
    _Alignas(ALIGNMENT) char data[];
};

static _Noreturn void out_of_memory(size_t size) {
    fprintf(stderr, "pyc2c: error: out of memory (a block of %zu bytes was refused)\n", size);
    exit(70);
}

void *xmalloc(size_t size) {
    void *block = malloc(size ? size : 1);
    if (block == NULL) {
        out_of_memory(size);
    }
    return block;
}

void *xcalloc(size_t count, size_t size) {
    void *block = calloc(count ? count : 1, size ? size : 1);
    if (block == NULL) {
        out_of_memory(count * size);
    }
    return block;
}

void *xrealloc(void *block, size_t size) {
    void *moved = realloc(block, size ? size : 1);
    if (moved == NULL) {
        out_of_memory(size);
    }
    return moved;
}

char *xstrdup(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(xmalloc(size), text, size);
}

void *arena_alloc(Arena *arena, size_t size) {
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (arena->chunks == NULL || (size_t)(arena->end - arena->next) < size) {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        ArenaChunk *chunk = xcalloc(1, sizeof(ArenaChunk) + room);
        chunk->older = arena->chunks;
        arena->chunks = chunk;
        arena->next = chunk->data;
        arena->end = chunk->data + room;
    }
    void *result = arena->next;
    arena->next += size;
    return result;
}

char *arena_strndup(Arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_strdup(Arena *arena, const char *text) {
    return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(Arena *arena, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = arena_alloc(arena, (size_t)(length < 0 ? 0 : length) + 1);
    vsnprintf(text, (size_t)(length < 0 ? 0 : length) + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(Arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

void arena_free(Arena *arena) {
    for (ArenaChunk *chunk = arena->chunks; chunk != NULL;) {
        ArenaChunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
    memset(arena, 0, sizeof(*arena));
}
