/* Who gets whose definition: compiled several times with another WHO. */
#include <stdio.h>

#ifdef DEFINES
const char *private_name(void);
const char *private_name(void) {
    return WHO;
}

const char *interposed(void);
const char *interposed(void) {
    return WHO;
}

__attribute__((visibility("protected"))) const char *guarded(void);
const char *guarded(void) {
    return WHO;
}
#else
const char *private_name(void);
const char *interposed(void);
const char *guarded(void);
#endif
extern void nowhere(void) __attribute__((weak));
extern int exported_number;

void test(void);
void test(void) {
    printf("%s: %s %s %s %d %d\n", WHO, private_name(), interposed(), guarded(), nowhere != NULL,
           exported_number++);
}
