/* rt_elf_thread.c: pthread_create, pthread_exit and pthread_cancel as the program sees them.
 *
 * New threads pass through thread_main so that thread-local storage of in-place objects is ready.
 *
 * pthread_exit unwinds the stack, and the C library loads libgcc_s.so.1 for that; where it finds
 * none it aborts the process. The interpreter ends daemon threads in this way, so a program must
 * not depend on the host having that library: the carried copy is given to ld.so first. Where that
 * is impossible (no /proc) the thread is unwound up to thread_main here, with the copy that is
 * loaded in place; and if no libgcc_s exists at all, then no C++ is there whose destructors would
 * have to run, and a jump will do. */
#include "rt_elf.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <unwind.h>

static const char unwinder_library[] = "libgcc_s.so.1";

typedef struct ThreadStart {
    void *(*function)(void *);
    void *argument;
} ThreadStart;

typedef struct ThreadExit {
    jmp_buf point; /* in thread_main */
    uintptr_t frame;
    void *value;
} ThreadExit;

static __thread ThreadExit *thread_exit; /* NULL in threads that were not started here */

static void *thread_main(void *argument) {
    ThreadStart start = *(ThreadStart *)argument;
    ThreadExit leave = {.frame = (uintptr_t)__builtin_frame_address(0)};
    free(argument);
    rt_tls_thread_starts();
    thread_exit = &leave;
    if (_setjmp(leave.point) != 0) {
        return thread_exit->value;
    }
    return start.function(start.argument);
}

RT_EXPORT int pthread_create(pthread_t *id, const pthread_attr_t *attributes,
                             void *(*function)(void *), void *argument) {
    rt_host_start();
    rt_tls_start();
    ThreadStart *start = malloc(sizeof *start);
    if (!start) {
        return EAGAIN;
    }
    *start = (ThreadStart){function, argument};
    int result = rt_real_pthread_create(id, attributes, thread_main, start);
    if (result != 0) {
        free(start);
    }
    return result;
}

/* ---- leaving a thread without ld.so's libgcc_s ---- */

typedef uintptr_t (*GetFrame)(struct _Unwind_Context *context);
typedef _Unwind_Reason_Code (*ForcedUnwind)(struct _Unwind_Exception *exception,
                                            _Unwind_Stop_Fn stop, void *get_frame);

static _Unwind_Reason_Code stop_at_thread_main(int version, _Unwind_Action actions,
                                               _Unwind_Exception_Class kind,
                                               struct _Unwind_Exception *exception,
                                               struct _Unwind_Context *context, void *get_frame) {
    (void)version;
    (void)kind;
    (void)exception;
    if ((actions & _UA_END_OF_STACK) || ((GetFrame)get_frame)(context) >= thread_exit->frame) {
        _longjmp(thread_exit->point, 1);
    }
    return _URC_NO_REASON;
}

static __attribute__((noreturn)) void leave_thread(void) {
    static __thread struct _Unwind_Exception exception;
    bool found = false;
    RtObject *unwinder = rt_elf_load_name(unwinder_library, NULL, RTLD_NOW, &found);
    if (unwinder) {
        ForcedUnwind unwind = (ForcedUnwind)rt_elf_symbol(unwinder, "_Unwind_ForcedUnwind");
        void *get_frame = rt_elf_symbol(unwinder, "_Unwind_GetCFA");
        if (unwind && get_frame) {
            unwind(&exception, stop_at_thread_main, get_frame);
        }
    }
    _longjmp(thread_exit->point, 1);
}

/* ---- two copies of libgcc_s ---- */

typedef _Unwind_Reason_Code (*Backtrace)(_Unwind_Trace_Fn visit, void *context);

static _Unwind_Reason_Code stop_at_once(struct _Unwind_Context *context, void *unused) {
    (void)context;
    (void)unused;
    return _URC_END_OF_STACK;
}

static bool provide_unwinder(void) {
    if (!rt_host_provide(unwinder_library)) {
        return false;
    }
    void *handle = rt_real_dlopen(unwinder_library, RTLD_NOW | RTLD_NOLOAD);
    bool found = false;
    RtObject *in_place = rt_elf_load_name(unwinder_library, NULL, RTLD_NOW | RTLD_NOLOAD, &found);
    if (handle && in_place) {
        Backtrace first = (Backtrace)rt_real_dlsym(handle, "_Unwind_Backtrace");
        Backtrace second = (Backtrace)rt_elf_symbol(in_place, "_Unwind_Backtrace");
        if (first && second) {
            first(stop_at_once, NULL);
            second(stop_at_once, NULL);
        }
    }
    if (handle) {
        rt_real_dlclose(handle);
    }
    return true;
}

RT_EXPORT void pthread_exit(void *value) {
    rt_host_start();
    if (!thread_exit || provide_unwinder()) {
        rt_real_pthread_exit(value);
    } else {
        thread_exit->value = value;
        leave_thread();
    }
    abort(); /* not reached: both leave the thread */
}

RT_EXPORT int pthread_cancel(pthread_t id) {
    rt_host_start();
    provide_unwinder();
    return rt_real_pthread_cancel(id);
}
