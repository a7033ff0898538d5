/* A TLS descriptor call may change no register but rax: floating point values survive around it. */
#include <stdio.h>

extern __thread int exported_tls;
void test(void);
static __attribute__((noinline)) double mix(double a, double b, double c, double d) {
    double before = a * b;
    exported_tls++;
    return before + a + b + c * d + exported_tls;
}

void test(void) {
    printf("%.1f\n", mix(1.5, 2.5, 3.5, 4.5));
}
