/* Uses the thread-local variable of another library. */
#include <stdio.h>

extern __thread int exported_tls;
void test(void);
void test(void) {
    exported_tls += 100;
    printf("user %d\n", exported_tls);
}
