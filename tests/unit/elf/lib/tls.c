/* Thread-local storage; compiled once per access model. SIZE makes the block larger. */
#include <stdint.h>
#include <stdio.h>

#ifndef SIZE
#define SIZE 64
#endif

static __thread int counter = 7;
__thread int exported_tls = 11;
__thread char zeros[SIZE];
static __thread int aligned __attribute__((aligned(64))) = 5;

void test(void);
void test(void) {
    counter++;
    exported_tls += 2;
    zeros[SIZE - 1]++;
    printf("%d %d %d %d %d\n", counter, exported_tls, zeros[0], zeros[SIZE - 1],
           aligned + (int)((uintptr_t)&aligned % 64));
}
