/* Large pages for large heaps.
 *
 * CPython takes memory for objects in arenas of 1 MB, which the kernel fills in 4 KB at a time. A
 * program with a large heap spends its time in these faults, and later, above all in the garbage
 * collector, waiting for translations of addresses. Two arenas at a time on a large page of 2 MB
 * need one fault and one translation. The first arenas stay ordinary ones: a small program shall
 * stay small. Where the kernel has no large pages to give, everything is as it was. */
#include "rt_py.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

enum { LARGE_PAGE = 2 << 20, ORDINARY_ARENAS = 4 };

static PyObjectArenaAllocator ordinary;
static atomic_int arenas;
static _Atomic(char *) other_half; /* of a large page that is in use; NULL: none is free */

/* A large page's worth of address space; NULL when there is none. */
static char *map_large_page(void) {
    char *start = mmap(NULL, (size_t)2 * LARGE_PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) {
        return NULL;
    }
    size_t before = (size_t)(-(uintptr_t)start % LARGE_PAGE);
    char *page = start + before;
    if (before > 0) {
        munmap(start, before);
    }
    munmap(page + LARGE_PAGE, LARGE_PAGE - before);
    madvise(page, LARGE_PAGE, MADV_HUGEPAGE);
    return page;
}

static void *allocate(void *context, size_t size) {
    (void)context;
    if (size * 2 != LARGE_PAGE || atomic_fetch_add(&arenas, 1) < ORDINARY_ARENAS) {
        return ordinary.alloc(ordinary.ctx, size);
    }
    char *half = atomic_exchange(&other_half, NULL);
    if (half != NULL) {
        return half;
    }
    char *page = map_large_page();
    if (page == NULL) {
        return ordinary.alloc(ordinary.ctx, size);
    }
    half = atomic_exchange(&other_half, page + size);
    if (half != NULL) {
        munmap(half, size); /* another interpreter was here meanwhile */
    }
    return page;
}

static void release(void *context, void *arena, size_t size) {
    (void)context;
    ordinary.free(ordinary.ctx, arena, size);
}

void rt_arena_prepare(void) {
    PyObject_GetArenaAllocator(&ordinary);
    PyObject_SetArenaAllocator(&(PyObjectArenaAllocator){.alloc = allocate, .free = release});
}
