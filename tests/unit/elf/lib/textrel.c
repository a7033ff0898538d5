/* Assembled without position independence: needs a relocation in its code. */
#include <stdio.h>

int value = 17;
void test(void);
__asm__(
    ".text\n.type get_value, @function\nget_value: movabs $value, %rax\n mov (%rax), %eax\n ret\n");
int get_value(void);
void test(void) {
    printf("%d\n", get_value());
}
