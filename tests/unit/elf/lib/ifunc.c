/* Indirect functions: local (IRELATIVE), exported, and a pointer to one in data. */
#include <stdio.h>

static int twice(int x) {
    return 2 * x;
}

static int (*resolve_local(void))(int) {
    return twice;
}

static int (*resolve_exported(void))(int) {
    return twice;
}
static int local(int) __attribute__((ifunc("resolve_local")));
int doubled(int) __attribute__((ifunc("resolve_exported")));
int (*pointer)(int) = doubled;

void test(void);
void test(void) {
    printf("%d %d %d\n", local(1), doubled(2), pointer(3));
}
