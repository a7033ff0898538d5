#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int old_number(void);
int number(void);
__asm__(".symver old_number, number@V1");
void test(void);
void test(void) {
    int (*v1)(void) = (int (*)(void))dlvsym(RTLD_DEFAULT, "number", "V1");
    int (*any)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "number");
    printf("%d %d", old_number(), number());
    printf(" %d %d", v1 ? v1() : -1, any ? any() : -1);
    printf(" %d\n", dlvsym(RTLD_DEFAULT, "number", "V3") != NULL);
}
