/* VEC(type): a growing array of `type`. Declare with `VEC(Module *) modules;`, zero-initialise, add
 * with vec_push, read `.items[i]` for i < `.count`, end with vec_free. Items move when it grows. */
#ifndef PYC2C_SUPPORT_VEC_H
#define PYC2C_SUPPORT_VEC_H

#include "arena.h"

#include <stdlib.h>

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

#define vec_push(vec, item)                                                                        \
    do {                                                                                           \
        if ((vec)->count == (vec)->capacity) {                                                     \
            (vec)->capacity = (vec)->capacity ? (vec)->capacity * 2 : 8;                           \
            (vec)->items = xrealloc((vec)->items, (vec)->capacity * sizeof(*(vec)->items));        \
        }                                                                                          \
        (vec)->items[(vec)->count++] = (item);                                                     \
    } while (0)

#define vec_free(vec)                                                                              \
    do {                                                                                           \
        free((vec)->items);                                                                        \
        (vec)->items = NULL;                                                                       \
        (vec)->count = (vec)->capacity = 0;                                                        \
    } while (0)

typedef VEC(const char *) StrVec;

#endif
