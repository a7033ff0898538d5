/* The C stack of native recursion.
 *
 * Under the interpreter a Python call takes no C stack; a native one does. Entering a native
 * function compares the stack's address with a limit, so that recursion that is too deep ends in
 * RecursionError, as it does under CPython. */
#include "rt_frame.h"

#include <pthread.h>

/* What C code that native code calls may need below the limit: a handler, a deep C library. */
enum { RESERVE = 256 * 1024 };

__thread uintptr_t rt_stack_limit = UINTPTR_MAX;
static __thread uintptr_t stack_top; /* 0: unknown */

/* Where this thread's stack lies. Without knowing it, nothing is limited. */
static void find_stack(void) {
    pthread_attr_t attributes;
    void *low = NULL;
    size_t size = 0, guard = 0;
    rt_stack_limit = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) {
        return;
    }
    if (pthread_attr_getstack(&attributes, &low, &size) == 0 &&
        pthread_attr_getguardsize(&attributes, &guard) == 0) {
        size_t reserve = size / 4 < RESERVE ? size / 4 : RESERVE;
        rt_stack_limit = (uintptr_t)low + guard + reserve;
        stack_top = (uintptr_t)low + size;
    }
    pthread_attr_destroy(&attributes);
}

int rt_stack_check(PyThreadState *ts) {
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (rt_stack_limit == UINTPTR_MAX) {
        find_stack();
    }
    if (here >= rt_stack_limit) {
        return 0;
    }
    (void)stack_top;
    _PyErr_SetString(ts, PyExc_RecursionError, "maximum recursion depth exceeded");
    return -1;
}
