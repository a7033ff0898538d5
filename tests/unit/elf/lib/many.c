/* Thousands of relocations with symbols and without. */
#include <stdio.h>

#define F(n)                                                                                       \
    int f##n(int x);                                                                               \
    int f##n(int x) {                                                                              \
        return x + 0x##n;                                                                          \
    }
#define P(n) f##n,
#define S(n) "text " #n,
#define TEN(M, n) M(n##0) M(n##1) M(n##2) M(n##3) M(n##4) M(n##5) M(n##6) M(n##7) M(n##8) M(n##9)
#define HUNDRED(M, n)                                                                              \
    TEN(M, n##0)                                                                                   \
    TEN(M, n##1) TEN(M, n##2) TEN(M, n##3) TEN(M, n##4) TEN(M, n##5) TEN(M, n##6) TEN(M, n##7)     \
        TEN(M, n##8) TEN(M, n##9)
#define THOUSAND(M, n)                                                                             \
    HUNDRED(M, n##0)                                                                               \
    HUNDRED(M, n##1) HUNDRED(M, n##2) HUNDRED(M, n##3) HUNDRED(M, n##4) HUNDRED(M, n##5)           \
        HUNDRED(M, n##6) HUNDRED(M, n##7) HUNDRED(M, n##8) HUNDRED(M, n##9)

THOUSAND(F, 1)
THOUSAND(F, 2)
int (*functions[])(int) = {THOUSAND(P, 1) THOUSAND(P, 2)};
const char *strings[] = {THOUSAND(S, 3) THOUSAND(S, 4)};
char large[1 << 20];

void test(void);
void test(void) {
    unsigned long sum = 0;
    for (unsigned i = 0; i < sizeof functions / sizeof *functions; i++) {
        sum += (unsigned long)functions[i](1);
    }
    for (unsigned i = 0; i < sizeof strings / sizeof *strings; i++) {
        sum += (unsigned char)strings[i][8];
    }
    for (unsigned i = 0; i < sizeof large; i++) {
        sum += (unsigned char)large[i];
    }
    printf("%lu\n", sum);
}
