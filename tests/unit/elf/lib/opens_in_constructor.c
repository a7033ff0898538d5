/* Loads another library from its constructor, by soname, and one that needs this one. */
#include <dlfcn.h>
#include <stdio.h>

static void *other;
void test(void);

static __attribute__((constructor)) void start(void) {
    other = dlopen("libmany.so", RTLD_NOW);
    printf("constructor %s\n", other ? "loaded it" : dlerror());
}

void test(void) {
    void (*run)(void) = other ? (void (*)(void))dlsym(other, "test") : NULL;
    if (run) {
        run();
    }
}
