/* Work that falls into pieces, on several threads. */
#ifndef PYC2C_SUPPORT_PARALLEL_H
#define PYC2C_SUPPORT_PARALLEL_H

#include <stddef.h>

/* Calls step(context, 0 … count-1), each once and in any order, on up to `jobs` threads, the
 * caller's among them, and waits for the end of all. */
void parallel_run(size_t count, int jobs, void (*step)(void *context, size_t index), void *context);
/* How many threads: `wanted` ones, or one for each processor where that is 0. */
int parallel_jobs(int wanted);

#endif
