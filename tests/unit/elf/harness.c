/* harness.c: opens libraries and calls their test functions; the loader's tests run it twice.
 *
 *     harness DIRECTORY STEP...     STEP = [option,]*library[:function]
 *
 * With DIRECTORY below the executable the libraries come from its image, with a real directory from
 * ld.so, and both runs must print the same. Options: g RTLD_GLOBAL, l RTLD_LAZY, d RTLD_DEEPBIND,
 * t call in a new thread, e call in a thread that was started before the library was opened, f call
 * in a forked child, c dlclose afterwards, n dlopen by name only, x expect dlopen to fail. */
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *directory;
int exported_number = 41;

/* Libraries define this too; the executable's comes first in the global scope. */
const char *interposed(void);
const char *interposed(void) {
    return "executable";
}

typedef void (*Test)(void);

static sem_t early_start, early_done;
static Test early_test;

static void *early_thread(void *unused) {
    for (;;) {
        sem_wait(&early_start);
        early_test();
        sem_post(&early_done);
    }
    return unused;
}

static void *thread(void *test) {
    (*(Test *)test)();
    return NULL;
}

static void call(const char *options, Test test) {
    if (strchr(options, 't')) {
        pthread_t id;
        pthread_create(&id, NULL, thread, &test);
        pthread_join(id, NULL);
    } else if (strchr(options, 'e')) {
        early_test = test;
        sem_post(&early_start);
        sem_wait(&early_done);
    } else if (strchr(options, 'f')) {
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            test();
            exit(0);
        }
        int status = -1;
        waitpid(child, &status, 0);
        printf("child ended with %d\n", status);
    } else {
        test();
    }
}

static int open_flags(const char *options) {
    return (strchr(options, 'l') ? RTLD_LAZY : RTLD_NOW) |
           (strchr(options, 'g') ? RTLD_GLOBAL : 0) | (strchr(options, 'd') ? RTLD_DEEPBIND : 0);
}

static void step(char *text) {
    char *comma = strchr(text, ',');
    const char *options = comma ? text : "";
    char *name = comma ? comma + 1 : text;
    char *function = strchr(name, ':');
    char path[4096];
    if (comma) {
        *comma = '\0';
    }
    if (function) {
        *function++ = '\0';
    }
    snprintf(path, sizeof path, "%s/%s", directory, name);
    void *handle = dlopen(strchr(options, 'n') ? name : path, open_flags(options));
    if (!handle) {
        const char *message = dlerror();
        printf("%s: dlopen failed%s\n", name, strchr(options, 'x') ? "" : message);
        fprintf(stderr, "%s\n", message);
        return;
    }
    Test test = (Test)dlsym(handle, function ? function : "test");
    if (test) {
        call(options, test);
    } else {
        printf("%s: no test\n", name);
    }
    if (strchr(options, 'c')) {
        printf("dlclose: %d\n", dlclose(handle));
    }
}

int main(int argc, char **argv) {
    pthread_t id;
    setvbuf(stdout, NULL, _IONBF, 0);
    sem_init(&early_start, 0, 0);
    sem_init(&early_done, 0, 0);
    pthread_create(&id, NULL, early_thread, NULL);
    directory = argc > 1 ? argv[1] : ".";
    for (int i = 2; i < argc; i++) {
        step(argv[i]);
    }
    puts("end");
    return 0;
}
