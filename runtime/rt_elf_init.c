/* rt_elf_init.c: initialisers, finalisers, and what fork does to the loader.
 *
 * Finalisers run from a destructor of the executable: ld.so calls it after every atexit handler and
 * before the finalisers of its own libraries, which in-place objects may still use. */
#include "rt_elf.h"

#include <pthread.h>
#include <unistd.h>

typedef void (*Initialiser)(int argc, char **argv, char **environment);
typedef void (*Finaliser)(void);

static int program_argc;
static char **program_argv;
static RtObjectList initialised; /* in order */

typedef struct Functions {
    uintptr_t single; /* DT_INIT, DT_FINI */
    const uintptr_t *array;
    size_t count;
} Functions;

static Functions functions_of(const RtObject *object, ElfW(Sxword) single, ElfW(Sxword) array,
                              ElfW(Sxword) size) {
    Functions functions = {0, NULL, 0};
    for (const ElfW(Dyn) *entry = object->dynamic; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == single) {
            functions.single = object->base + entry->d_un.d_ptr;
        } else if (entry->d_tag == array) {
            functions.array = (const uintptr_t *)(object->base + entry->d_un.d_ptr);
        } else if (entry->d_tag == size) {
            functions.count = entry->d_un.d_val / sizeof(uintptr_t);
        }
    }
    return functions;
}

/* Linkers have written 0 and -1 as "nothing" into these arrays. */
static bool is_function(uintptr_t value) {
    return value != 0 && value != UINTPTR_MAX;
}

void rt_elf_initialise(RtObject *object) {
    object->initialised = true;
    if (object->kind != RT_OBJECT_IN_PLACE) {
        return;
    }
    rt_list_add(&initialised, object);
    Functions functions = functions_of(object, DT_INIT, DT_INIT_ARRAY, DT_INIT_ARRAYSZ);
    if (functions.single) {
        ((Initialiser)functions.single)(program_argc, program_argv, environ);
    }
    for (size_t i = 0; i < functions.count; i++) {
        if (is_function(functions.array[i])) {
            ((Initialiser)functions.array[i])(program_argc, program_argv, environ);
        }
    }
}

static void finalise(const RtObject *object) {
    Functions functions = functions_of(object, DT_FINI, DT_FINI_ARRAY, DT_FINI_ARRAYSZ);
    for (size_t i = functions.count; i > 0; i--) {
        if (is_function(functions.array[i - 1])) {
            ((Finaliser)functions.array[i - 1])();
        }
    }
    if (functions.single) {
        ((Finaliser)functions.single)();
    }
}

/* Late among the executable's destructors: 101 is the last one that programs may use. */
static __attribute__((destructor(101))) void finalise_all(void) {
    while (initialised.count) {
        finalise(initialised.items[--initialised.count]);
    }
}

static void after_fork_in_child(void) {
    rt_elf_lock_after_fork();
    rt_tls_after_fork();
    rt_elf_unlock();
}

static __attribute__((constructor(101))) void start(int argc, char **argv) {
    program_argc = argc;
    program_argv = argv;
    rt_host_start();
    rt_host_refresh(); /* before anything is opened: this is the global scope */
    rt_tls_start();
    pthread_atfork(rt_elf_lock, rt_elf_unlock, after_fork_in_child);
}
