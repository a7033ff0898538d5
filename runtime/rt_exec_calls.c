/* The exec functions themselves; rt_exec.c has what they do. They may be called after vfork. */
#include "rt_exec.h"

#include <stdarg.h>

static int exec_path(const char *path, char *const *argv, char *const *envp) {
    ExecPlan plan;
    if (!rt_exec_plan(&plan, path, argv, (pid_t)syscall(SYS_getppid))) {
        return -1;
    }
    size_t size = rt_exec_environment_size(&plan, envp);
    if (size > 0) {
        envp = rt_exec_environment(&plan, envp, __builtin_alloca(size));
    }
    size = rt_exec_arguments_size(&plan, argv);
    if (size > 0) {
        argv = rt_exec_arguments(&plan, argv, __builtin_alloca(size));
    }
    rt_exec_run(&plan, argv, envp);
    rt_exec_release(&plan);
    return -1;
}

RT_EXPORT int execve(const char *path, char *const argv[], char *const envp[]) {
    return exec_path(path, argv, envp);
}

RT_EXPORT int execv(const char *path, char *const argv[]) {
    return exec_path(path, argv, environ);
}

/* ---- by PATH ---- */

typedef struct Search {
    char *const *argv;
    char *const *envp;
} Search;

/* What the kernel does not recognise is a shell script without "#!", by old custom. */
static bool attempt_exec(const char *candidate, void *context) {
    const Search *search = context;
    exec_path(candidate, search->argv, search->envp);
    if (errno != ENOEXEC) {
        return false;
    }
    size_t count = 0;
    while (search->argv[count] != NULL) {
        count++;
    }
    char **argv = __builtin_alloca((count + 3) * sizeof *argv);
    size_t used = 0;
    argv[used++] = (char *)(uintptr_t) "/bin/sh";
    argv[used++] = (char *)(uintptr_t)candidate;
    for (size_t i = 1; i < count; i++) {
        argv[used++] = search->argv[i];
    }
    argv[used] = NULL;
    exec_path("/bin/sh", argv, search->envp);
    errno = ENOEXEC;
    return false;
}

RT_EXPORT int execvpe(const char *file, char *const argv[], char *const envp[]) {
    Search search = {argv, envp};
    rt_exec_search(file, attempt_exec, &search);
    return -1;
}

RT_EXPORT int execvp(const char *file, char *const argv[]) {
    return execvpe(file, argv, environ);
}

/* ---- with a list of arguments ---- */

/* Collects the arguments from `first` to NULL into `argv` and leaves `list` behind them. */
#define COLLECT(first)                                                                             \
    size_t count = 1;                                                                              \
    va_list list;                                                                                  \
    va_start(list, first);                                                                         \
    while (va_arg(list, const char *) != NULL) {                                                   \
        count++;                                                                                   \
    }                                                                                              \
    va_end(list);                                                                                  \
    char **argv = __builtin_alloca((count + 1) * sizeof *argv);                                    \
    va_start(list, first);                                                                         \
    argv[0] = (char *)(uintptr_t)first;                                                            \
    for (size_t i = 1; i <= count; i++) {                                                          \
        argv[i] = va_arg(list, char *);                                                            \
    }

RT_EXPORT int execl(const char *path, const char *first, ...) {
    COLLECT(first)
    va_end(list);
    return exec_path(path, argv, environ);
}

RT_EXPORT int execle(const char *path, const char *first, ...) {
    COLLECT(first)
    char *const *envp = va_arg(list, char *const *);
    va_end(list);
    return exec_path(path, argv, envp);
}

RT_EXPORT int execlp(const char *file, const char *first, ...) {
    COLLECT(first)
    va_end(list);
    return execvpe(file, argv, environ);
}

/* ---- by descriptor ---- */

static int exec_descriptor(int fd, char *const *argv, char *const *envp) {
    struct stat file;
    if (rt_image.base != NULL && syscall(SYS_fstat, fd, &file) == 0 &&
        file.st_dev == rt_image.exe_dev && file.st_ino == rt_image.exe_ino) {
        ExecPlan plan;
        rt_exec_mark(&plan, (pid_t)syscall(SYS_getppid));
        void *memory = __builtin_alloca(rt_exec_environment_size(&plan, envp));
        envp = rt_exec_environment(&plan, envp, memory);
        return (int)syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
    }
    return (int)syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
}

RT_EXPORT int fexecve(int fd, char *const argv[], char *const envp[]) {
    return exec_descriptor(fd, argv, envp);
}

int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags);

RT_EXPORT int execveat(int fd, const char *path, char *const argv[], char *const envp[],
                       int flags) {
    __asm__("" : "+r"(path));
    if (path != NULL && path[0] == 0 && flags == AT_EMPTY_PATH) {
        return exec_descriptor(fd, argv, envp);
    }
    if (path != NULL && flags == 0 && (fd == AT_FDCWD || path[0] == '/')) {
        return exec_path(path, argv, envp);
    }
    return (int)syscall(SYS_execveat, fd, path, argv, envp, flags);
}
