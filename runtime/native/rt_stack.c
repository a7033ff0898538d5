/* The C stack of native recursion.
 *
 * Under the interpreter a Python call takes no C stack, a native one does: 100 to 300 bytes. So
 * programs that raise the recursion limit need a large stack here. The main thread gets one of its
 * own, reserved but not committed, and threads that the program starts larger ones. Entering a
 * native function compares the stack's address with a limit: what is still too deep ends in
 * RecursionError, as under CPython, never in a fault.
 *
 * The main stack is made with makecontext: nothing in it depends on the processor, and unwinders,
 * debuggers and shadow stacks know it. Who asks where the main thread's stack is (garbage
 * collectors, other languages' runtimes) hears the truth from our pthread_getattr_np. Raising
 * RLIMIT_STACK instead was rejected: children would inherit it, and not every kernel grows a stack
 * beyond what it was at exec. */
#include "../rt_py.h"
#include "rt_frame.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { GUARD = 64 * 1024 };
/* Left for C code that native code calls: a handler, a deep C library. */
static const size_t reserve = 256 * 1024;
/* Address space; the first size that can be had (RLIMIT_AS, strict overcommitting). */
static const size_t main_sizes[] = {(size_t)1 << 30, (size_t)256 << 20, (size_t)64 << 20};
static const size_t thread_size = (size_t)64 << 20;

/* ---- the limit ---- */

__thread uintptr_t rt_stack_limit = UINTPTR_MAX;
static __thread uintptr_t stack_low, stack_top;
static __thread size_t chosen_size; /* of a thread that Python started; 0: unknown */

static void set_limit(uintptr_t low, size_t size) {
    stack_low = low;
    stack_top = low + size;
    rt_stack_limit = low + (size / 4 < reserve ? size / 4 : reserve);
}

/* Where nobody knows a thread's stack: it has the usual size at least, and not much of it is used
 * when native code is entered first. */
static void guess_stack(void) {
    pthread_attr_t usual;
    size_t size = chosen_size;
    if (size == 0 && pthread_attr_init(&usual) == 0) {
        pthread_attr_getstacksize(&usual, &size);
        pthread_attr_destroy(&usual);
    }
    size = size / 4 * 3;
    set_limit((uintptr_t)__builtin_frame_address(0) - size, size);
}

/* A thread's first entry. */
static void find_stack(void) {
    pthread_attr_t attributes;
    void *low = NULL;
    size_t size = 0, guard = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) {
        guess_stack();
        return;
    }
    rt_stack_limit = 0;
    if (pthread_attr_getstack(&attributes, &low, &size) == 0 &&
        pthread_attr_getguardsize(&attributes, &guard) == 0 && guard < size) {
        set_limit((uintptr_t)low + guard, size - guard);
    }
    pthread_attr_destroy(&attributes);
}

int rt_stack_check(PyThreadState *ts) {
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (rt_stack_limit == UINTPTR_MAX) {
        find_stack();
    }
    /* Somebody else's stack (a library's coroutine) is his to watch. */
    if (here >= rt_stack_limit || here < stack_low || here >= stack_top) {
        return 0;
    }
    _PyErr_SetString(ts, PyExc_RecursionError, "maximum recursion depth exceeded");
    return -1;
}

/* ---- the main thread ---- */

static struct {
    int (*function)(int, char **);
    int argc;
    char **argv;
    int status;
    ucontext_t outside;
    char *low;
    size_t size;
    pthread_t thread;
} start;

/* AddressSanitizer wants to hear where the stack is. */
#ifdef RT_SANITIZED
#include <sanitizer/common_interface_defs.h>

static const void *outside_low;
static size_t outside_size;
static void *outside_frames;

static void announce_inside(void) {
    __sanitizer_start_switch_fiber(&outside_frames, start.low, start.size);
}
static void arrive_inside(void) {
    __sanitizer_finish_switch_fiber(NULL, &outside_low, &outside_size);
}
static void announce_outside(void) {
    __sanitizer_start_switch_fiber(NULL, outside_low, outside_size);
}
static void arrive_outside(void) {
    __sanitizer_finish_switch_fiber(outside_frames, NULL, NULL);
}
#else
static void announce_inside(void) {
}
static void arrive_inside(void) {
}
static void announce_outside(void) {
}
static void arrive_outside(void) {
}
#endif

static void run_main(void) {
    arrive_inside();
    start.status = start.function(start.argc, start.argv);
    announce_outside();
}

/* The large stack, with inaccessible pages below. Huge pages would commit what is only reserved. */
static bool map_stack(void) {
    for (size_t i = 0; i < sizeof(main_sizes) / sizeof(main_sizes[0]); i++) {
        size_t size = main_sizes[i];
        char *area = mmap(NULL, size + GUARD, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
        if (area == MAP_FAILED) {
            continue;
        }
        if (mprotect(area, GUARD, PROT_NONE) != 0) {
            munmap(area, size + GUARD);
            continue;
        }
        madvise(area + GUARD, size, MADV_NOHUGEPAGE);
        start.low = area + GUARD;
        start.size = size;
        return true;
    }
    return false;
}

int rt_stack_main(int (*function)(int, char **), int argc, char **argv) {
    ucontext_t inside;
    start.function = function;
    start.argc = argc;
    start.argv = argv;
    start.thread = pthread_self();
    if (!map_stack() || getcontext(&inside) != 0) {
        return function(argc, argv);
    }
    inside.uc_stack.ss_sp = start.low;
    inside.uc_stack.ss_size = start.size;
    inside.uc_link = &start.outside;
    makecontext(&inside, run_main, 0);
    set_limit((uintptr_t)start.low, start.size);
    announce_inside();
    int failed = swapcontext(&start.outside, &inside);
    arrive_outside();
    if (failed != 0) {
        start.low = NULL;
        rt_stack_limit = UINTPTR_MAX;
        return function(argc, argv);
    }
    return start.status;
}

typedef int GetAttributes(pthread_t, pthread_attr_t *);

/* Replaces libc's for every library in the process. */
RT_EXPORT int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes) {
    static GetAttributes *original;
    if (original == NULL) {
        original = (GetAttributes *)dlsym(RTLD_NEXT, "pthread_getattr_np");
    }
    if (original == NULL) {
        return ENOSYS; /* a static libc */
    }
    int error = original(thread, attributes);
    if (error == 0 && start.low != NULL && pthread_equal(thread, start.thread)) {
        error = pthread_attr_setstack(attributes, start.low, start.size);
    }
    return error;
}

/* ---- threads that Python starts ---- */

unsigned long __real_PyThread_start_new_thread(void (*function)(void *), void *arg);
unsigned long __wrap_PyThread_start_new_thread(void (*function)(void *), void *arg);

typedef struct Launch {
    void (*function)(void *);
    void *arg;
    size_t size;
} Launch;

static void run_thread(void *arg) {
    Launch launch = *(Launch *)arg;
    PyMem_RawFree(arg);
    chosen_size = launch.size;
    launch.function(launch.arg);
}

static unsigned long launch_thread(void (*function)(void *), void *arg, size_t size) {
    Launch *launch = PyMem_RawMalloc(sizeof(*launch));
    if (launch == NULL) {
        return PYTHREAD_INVALID_THREAD_ID;
    }
    *launch = (Launch){function, arg, size};
    unsigned long thread = __real_PyThread_start_new_thread(run_thread, launch);
    if (thread == PYTHREAD_INVALID_THREAD_ID) {
        PyMem_RawFree(launch);
    }
    return thread;
}

/* Larger, also when the program chose less: the interpreter's calls need none. What the program
 * chose where there is no room for that. */
unsigned long __wrap_PyThread_start_new_thread(void (*function)(void *), void *arg) {
    size_t *size = &PyInterpreterState_Get()->threads.stacksize;
    size_t chosen = *size;
    if (chosen < thread_size) {
        *size = thread_size;
        unsigned long thread = launch_thread(function, arg, thread_size);
        *size = chosen;
        if (thread != PYTHREAD_INVALID_THREAD_ID) {
            return thread;
        }
    }
    return launch_thread(function, arg, chosen);
}

#if RT_THREADS_CAN_BE_JOINED
/* The same for the function that the module _thread starts its threads with. */

int __real_PyThread_start_joinable_thread(void (*function)(void *), void *arg,
                                          PyThread_ident_t *ident, PyThread_handle_t *handle);
int __wrap_PyThread_start_joinable_thread(void (*function)(void *), void *arg,
                                          PyThread_ident_t *ident, PyThread_handle_t *handle);

static int launch_joinable(Launch launch, PyThread_ident_t *ident, PyThread_handle_t *handle) {
    Launch *copy = PyMem_RawMalloc(sizeof(*copy));
    if (copy == NULL) {
        return -1;
    }
    *copy = launch;
    int status = __real_PyThread_start_joinable_thread(run_thread, copy, ident, handle);
    if (status != 0) {
        PyMem_RawFree(copy);
    }
    return status;
}

int __wrap_PyThread_start_joinable_thread(void (*function)(void *), void *arg,
                                          PyThread_ident_t *ident, PyThread_handle_t *handle) {
    size_t *size = &PyInterpreterState_Get()->threads.stacksize;
    size_t chosen = *size;
    if (chosen < thread_size) {
        *size = thread_size;
        int status = launch_joinable((Launch){function, arg, thread_size}, ident, handle);
        *size = chosen;
        if (status == 0) {
            return status;
        }
    }
    return launch_joinable((Launch){function, arg, chosen}, ident, handle);
}
#endif
