#include <stdio.h>

int doubled(int x);
int (*const table[])(int) = {doubled};
void test(void);
void test(void) {
    printf("%d %d\n", doubled(10), table[0](11));
}
