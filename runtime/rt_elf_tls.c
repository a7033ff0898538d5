/* rt_elf_tls.c: thread-local storage of in-place objects.
 *
 * Dynamic: every object with a PT_TLS has a module number with the top bit set, which ld.so never
 * hands out. __tls_get_addr of in-place objects is rt_tls_get_addr below; it finds this thread's
 * block in a vector indexed by module and makes it on first use.
 *
 * Static (initial-exec code: an offset from the thread pointer that is the same in every thread):
 * the executable has a reserve of RT_TLS_RESERVE bytes in its own static block, and objects get
 * pieces of it. The reserve is zero in a new thread, so objects with initialised variables need a
 * copy in each thread: our pthread_create (rt_elf_thread.c) sees to that before the thread's
 * function runs, and a list of threads serves those that run already. (Threads that the C library
 * starts for itself, for timers and asynchronous I/O, do not pass there: they see such variables as
 * zero.)
 *
 * Blocks are freed when their thread ends, by a key whose destructor asks to be called again until
 * the last round, because other keys' destructors may still use thread-local variables. */
#include "rt_elf.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MODULE_LIMIT = 1024 };
#define MODULE_BIT ((size_t)1 << (8 * sizeof(size_t) - 1))

#ifdef RT_LIBC_STATIC /* without ld.so every module is one of ours */
static void *__tls_get_addr(RtTlsIndex *index) {
    (void)index;
    abort();
}
#else
extern void *__tls_get_addr(RtTlsIndex *index);
#endif

typedef struct Thread {
    struct Thread *next, *previous; /* NULL previous and not the head: not on the list */
    unsigned char *reserve;
    void **blocks; /* by module; NULL: not made yet */
    uint32_t block_count;
    uint32_t rounds; /* of the destructor */
    bool listed;
} Thread;

static __thread unsigned char reserve[RT_TLS_RESERVE]
    __attribute__((aligned(RT_TLS_RESERVE_ALIGN), tls_model("local-exec")));
static __thread Thread thread __attribute__((tls_model("local-exec")));

static RtObject *modules[MODULE_LIMIT];
static _Atomic(uint32_t) module_count;
static size_t reserve_used;

/* Guards the list of threads and static images. Never held while other code runs. */
static pthread_mutex_t threads_lock = PTHREAD_MUTEX_INITIALIZER;
static Thread *threads;
static RtObject *static_objects[MODULE_LIMIT];
static uint32_t static_count;
static pthread_key_t thread_key;
static bool started;

/* ---- threads ---- */

static void thread_unlist(void) {
    pthread_mutex_lock(&threads_lock);
    if (thread.listed) {
        if (thread.previous) {
            thread.previous->next = thread.next;
        } else {
            threads = thread.next;
        }
        if (thread.next) {
            thread.next->previous = thread.previous;
        }
        thread.listed = false;
    }
    pthread_mutex_unlock(&threads_lock);
}

static void free_blocks(void) {
    uint32_t count = thread.block_count;
    void **blocks = thread.blocks;
    thread.block_count = 0;
    thread.blocks = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (blocks[i] && atomic_load(&modules[i]->tls.place) == RT_TLS_DYNAMIC) {
            free(blocks[i]);
        }
    }
    free(blocks);
}

static void thread_end(void *value) {
    if (++thread.rounds < PTHREAD_DESTRUCTOR_ITERATIONS) {
        pthread_setspecific(thread_key, value);
        return;
    }
    thread_unlist();
    free_blocks();
}

void rt_tls_thread_starts(void) {
    pthread_setspecific(thread_key, &thread);
    pthread_mutex_lock(&threads_lock);
    thread.reserve = reserve;
    for (uint32_t i = 0; i < static_count; i++) {
        const RtTls *tls = &static_objects[i]->tls;
        memcpy(reserve + tls->static_offset, tls->image, tls->image_size);
    }
    thread.listed = true;
    thread.previous = NULL;
    thread.next = threads;
    if (threads) {
        threads->previous = &thread;
    }
    threads = &thread;
    pthread_mutex_unlock(&threads_lock);
}

void rt_tls_start(void) {
    if (!started && pthread_key_create(&thread_key, thread_end) == 0) {
        started = true;
        rt_tls_thread_starts();
    }
}

void rt_tls_after_fork(void) {
    pthread_mutex_init(&threads_lock, NULL);
    threads = thread.listed ? &thread : NULL;
    thread.next = thread.previous = NULL;
}

/* ---- modules ---- */

bool rt_tls_register(RtObject *object) {
    if (object->tls.size == 0) {
        return true;
    }
    uint32_t count = atomic_load(&module_count);
    if (count == MODULE_LIMIT) {
        return rt_elf_fail("%s: more than %d libraries with thread-local storage", object->path,
                           MODULE_LIMIT);
    }
    object->tls.module = count;
    modules[count] = object;
    atomic_store(&module_count, count + 1);
    if (object->static_tls) {
        rt_tls_make_static(object); /* the relocations tell whether that was necessary */
    }
    return true;
}

void rt_tls_unregister(RtObject *object) {
    if (object->tls.size == 0 || modules[object->tls.module] != object) {
        return;
    }
    modules[object->tls.module] = NULL;
    if (atomic_load(&object->tls.place) == RT_TLS_STATIC &&
        object->tls.static_offset + object->tls.size == reserve_used) {
        reserve_used = object->tls.static_offset;
    }
    if (object->tls.module + 1 == atomic_load(&module_count)) {
        atomic_store(&module_count, object->tls.module);
    }
}

size_t rt_tls_module_id(const RtObject *object) {
    return MODULE_BIT | object->tls.module;
}

bool rt_tls_make_static(RtObject *object) {
    RtTls *tls = &object->tls;
    if (atomic_load(&tls->place) == RT_TLS_STATIC) {
        return true;
    }
    size_t offset = (reserve_used + tls->align - 1) & ~(tls->align - 1);
    if (tls->align > RT_TLS_RESERVE_ALIGN || offset > RT_TLS_RESERVE ||
        tls->size > RT_TLS_RESERVE - offset) {
        return false;
    }
    tls->static_offset = offset;
    RtTlsPlace open = RT_TLS_OPEN;
    if (!atomic_compare_exchange_strong(&tls->place, &open, RT_TLS_STATIC)) {
        return false;
    }
    reserve_used = offset + tls->size;
    return true;
}

void rt_tls_publish_static(RtObject *object) {
    const RtTls *tls = &object->tls;
    if (tls->size == 0 || atomic_load(&object->tls.place) != RT_TLS_STATIC) {
        return;
    }
    pthread_mutex_lock(&threads_lock);
    static_objects[static_count++] = object;
    for (Thread *each = threads; each; each = each->next) {
        memcpy(each->reserve + tls->static_offset, tls->image, tls->image_size);
    }
    pthread_mutex_unlock(&threads_lock);
}

ptrdiff_t rt_tls_static_offset(const RtObject *object) {
    return (ptrdiff_t)((uintptr_t)reserve + object->tls.static_offset - rt_arch_thread_pointer());
}

/* ---- blocks ---- */

static bool grow_blocks(uint32_t module) {
    uint32_t count = atomic_load(&module_count);
    count = count > module ? count : module + 1;
    void **blocks = realloc(thread.blocks, count * sizeof *blocks);
    if (!blocks) {
        return false;
    }
    memset(blocks + thread.block_count, 0, (count - thread.block_count) * sizeof *blocks);
    thread.blocks = blocks;
    thread.block_count = count;
    return true;
}

static void *new_block(RtTls *tls) {
    RtTlsPlace open = RT_TLS_OPEN;
    if (!atomic_compare_exchange_strong(&tls->place, &open, RT_TLS_DYNAMIC) &&
        open == RT_TLS_STATIC) {
        return reserve + tls->static_offset;
    }
    void *block = NULL;
    size_t align = tls->align < sizeof(void *) ? sizeof(void *) : tls->align;
    if (posix_memalign(&block, align, tls->size) != 0) {
        return NULL;
    }
    memcpy(block, tls->image, tls->image_size);
    memset((char *)block + tls->image_size, 0, tls->size - tls->image_size);
    pthread_setspecific(thread_key, &thread);
    return block;
}

void *rt_tls_block(RtObject *object) {
    uint32_t module = object->tls.module;
    if (module >= thread.block_count && !grow_blocks(module)) {
        return NULL;
    }
    if (!thread.blocks[module]) {
        thread.blocks[module] = new_block(&object->tls);
    }
    return thread.blocks[module];
}

void *rt_tls_block_if_any(const RtObject *object) {
    if (object->tls.size == 0) {
        return NULL;
    }
    if (atomic_load(&object->tls.place) == RT_TLS_STATIC) {
        return reserve + object->tls.static_offset;
    }
    uint32_t module = object->tls.module;
    return module < thread.block_count ? thread.blocks[module] : NULL;
}

/* Old compilers call __tls_get_addr with a stack that is 8 bytes off; the slow path must not mind.
 */
static __attribute__((noinline)) void *slow_block(size_t module) {
    void *block = rt_tls_block(modules[module]);
    if (!block) {
        abort(); /* as ld.so does: the caller's code cannot handle it */
    }
    return block;
}

void *rt_tls_get_addr(RtTlsIndex *index) {
    if (rt_unlikely(!(index->module & MODULE_BIT))) {
        return __tls_get_addr(index);
    }
    size_t module = index->module & ~MODULE_BIT;
    if (rt_likely(module < thread.block_count && thread.blocks[module])) {
        return (char *)thread.blocks[module] + index->offset;
    }
    return (char *)slow_block(module) + index->offset;
}
