/* posix_spawn, system and popen: they exec inside libc, so their arguments are prepared before.
 * Unlike the exec functions they are called in an ordinary process. */
#include "rt_exec.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>

typedef int Spawn(pid_t *restrict pid, const char *restrict path,
                  const posix_spawn_file_actions_t *restrict actions,
                  const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                  char *const envp[restrict]);

typedef struct SpawnCall {
    pid_t *pid;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
    char *const *argv;
    char *const *envp;
} SpawnCall;

/* Spawns `name`, which is `path` or will be found there. Returns an error number. */
static int spawn(const SpawnCall *call, const char *path, const char *name, Spawn *next) {
    ExecPlan plan;
    char *const *argv = call->argv;
    char *const *envp = call->envp;
    int saved = errno;
    if (!rt_exec_plan(&plan, path, argv, getpid())) {
        int error = errno;
        errno = saved;
        return error;
    }
    int error = EOPNOTSUPP; /* a program of ours, and no /proc: libc cannot be told about it */
    size_t environment_size = rt_exec_environment_size(&plan, envp);
    size_t arguments_size = rt_exec_arguments_size(&plan, argv);
    void *environment = environment_size > 0 ? malloc(environment_size) : NULL;
    void *arguments = arguments_size > 0 ? malloc(arguments_size) : NULL;
    if ((environment_size > 0 && environment == NULL) ||
        (arguments_size > 0 && arguments == NULL)) {
        error = ENOMEM;
    } else if (!plan.by_descriptor) {
        if (environment != NULL) {
            envp = rt_exec_environment(&plan, envp, environment);
        }
        if (arguments != NULL) {
            argv = rt_exec_arguments(&plan, argv, arguments);
        }
        error = next(call->pid, plan.path == path ? name : plan.path, call->actions,
                     call->attributes, argv, envp);
    }
    free(environment);
    free(arguments);
    rt_exec_release(&plan);
    errno = saved;
    return error;
}

RT_EXPORT int posix_spawn(pid_t *restrict pid, const char *restrict path,
                          const posix_spawn_file_actions_t *restrict actions,
                          const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                          char *const envp[restrict]) {
    SpawnCall call = {pid, actions, attributes, argv, envp};
    return spawn(&call, path, path, VFS_NEXT(posix_spawn));
}

/* Only looks for the file: libc searches again. */
static bool find_executable(const char *candidate, void *context) {
    if (syscall(SYS_faccessat, AT_FDCWD, candidate, X_OK) != 0) {
        return false;
    }
    memcpy(context, candidate, strlen(candidate) + 1);
    return true;
}

RT_EXPORT int posix_spawnp(pid_t *restrict pid, const char *restrict file,
                           const posix_spawn_file_actions_t *restrict actions,
                           const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                           char *const envp[restrict]) {
    SpawnCall call = {pid, actions, attributes, argv, envp};
    char found[PATH_MAX];
    int saved = errno;
    const char *path = file;
    if (strchr(file, '/') == NULL && rt_exec_search(file, find_executable, found)) {
        path = found;
    }
    errno = saved;
    return spawn(&call, path, file, VFS_NEXT(posix_spawnp));
}

/* ---- shell commands ---- */

static const char EXPORT[] = "export ";

/* The command with our files replaced by descriptors' names. Where it names this executable the
 * shell itself sets the mark for what it starts: libc takes the environment from the process, which
 * other threads use. NULL when it can stay as it is. */
static char *replace(ExecPlan *plan, const char *command) {
    plan->program = -1;
    plan->opened_count = 0;
    plan->marked = false;
    if (command == NULL || rt_image.base == NULL) {
        return NULL;
    }
    size_t size = rt_exec_text_size(command);
    if (rt_exec_names_us(command)) {
        rt_exec_mark_below(plan, getpid());
        size = (size > 0 ? size : strlen(command) + 1) + sizeof EXPORT + RT_SPAWN_MARK_SIZE;
    }
    char *text = size > 0 ? malloc(size) : NULL;
    if (text != NULL) {
        int used = plan->marked ? sprintf(text, "%s%s; ", EXPORT, plan->mark) : 0;
        rt_exec_text(plan, command, text + used);
    }
    return text;
}

RT_EXPORT int system(const char *command) {
    ExecPlan plan;
    __asm__("" : "+r"(command));
    char *text = replace(&plan, command);
    int status = VFS_NEXT(system)(text != NULL ? text : command);
    free(text);
    rt_exec_release(&plan);
    return status;
}

RT_EXPORT FILE *popen(const char *command, const char *mode) {
    ExecPlan plan;
    char *text = replace(&plan, command);
    FILE *stream = VFS_NEXT(popen)(text != NULL ? text : command, mode);
    free(text);
    rt_exec_release(&plan);
    return stream;
}
