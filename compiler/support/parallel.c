#include "parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { MOST_THREADS = 16 };

typedef struct Work {
    void (*step)(void *context, size_t index);
    void *context;
    size_t count;
    atomic_size_t next;
} Work;

static void *work_on(void *argument) {
    Work *work = argument;
    for (;;) {
        size_t index = atomic_fetch_add(&work->next, 1);
        if (index >= work->count) {
            return NULL;
        }
        work->step(work->context, index);
    }
}

void parallel_run(size_t count, int jobs, void (*step)(void *context, size_t index),
                  void *context) {
    Work work = {.step = step, .context = context, .count = count};
    pthread_t threads[MOST_THREADS];
    int started = 0;
    int wanted = jobs < MOST_THREADS ? jobs : MOST_THREADS;
    while (started + 1 < wanted && (size_t)started + 1 < count &&
           pthread_create(&threads[started], NULL, work_on, &work) == 0) {
        started++;
    }
    work_on(&work);
    for (int i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
}

int parallel_jobs(int wanted) {
    long online = wanted > 0 ? wanted : sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}
