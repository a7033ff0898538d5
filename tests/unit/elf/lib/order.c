/* Says when it is initialised and finalised. */
#include <stdio.h>
#include <stdlib.h>

#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)
static void at_exit(void) {
    puts("atexit " TEXT(NAME));
}

static __attribute__((constructor)) void start(int argc, char **argv, char **environment) {
    printf("init " TEXT(NAME) " %d %d\n", argc > 1 && argv[1] != NULL, environment != NULL);
    atexit(at_exit);
}

static __attribute__((destructor)) void stop(void) {
    puts("fini " TEXT(NAME));
}

static __attribute__((destructor(200))) void stop_late(void) {
    puts("late fini " TEXT(NAME));
}

void NAME(void);
void NAME(void) {
    puts("called " TEXT(NAME));
}
#ifdef CALLS
void CALLS(void);
void test(void);
void test(void) {
    CALLS();
    NAME();
}
#endif
