/* rt_exec.h: what the exec and spawn wrappers share. Include rt_vfs.h first. */
#ifndef PYC2C_RUNTIME_RT_EXEC_H
#define PYC2C_RUNTIME_RT_EXEC_H

#include "rt_vfs.h"

/* In the environment of a child; rt_exec_mark.c says what follows. */
#define RT_SPAWN_MARK "_PYC2C_SPAWN="
enum { RT_SPAWN_DEPTH_LIMIT = 16, RT_SPAWN_MARK_SIZE = 96, RT_EXEC_FILES = 64 };
/* How many starts of this executable lie between the user's command and this process. */
extern int rt_spawn_depth;
/* This process has that depth. */
void rt_exec_count_from_here(int depth);

/* What one exec needs besides what the caller gave. */
typedef struct ExecPlan {
    const char *path;                   /* to execute */
    bool own;                           /* it is this executable */
    bool marked;                        /* the child's environment gets the mark */
    char mark[RT_SPAWN_MARK_SIZE];      /* for the child's environment */
    char program_path[RT_FD_PATH_SIZE]; /* where path points for a program of ours */
    int program;                        /* its descriptor, else -1 */
    bool by_descriptor;                 /* no /proc: execveat */
    int opened[RT_EXEC_FILES];          /* descriptors that the child inherits */
    int opened_count;
} ExecPlan;

/* Finds out what `path` is, and opens it when it is a file of ours. `parent` is what getppid() will
 * say in the child. False with errno set when it cannot be executed. */
bool rt_exec_plan(ExecPlan *plan, const char *path, char *const *argv, pid_t parent);
/* Makes it a plan for executing this executable. */
void rt_exec_mark(ExecPlan *plan, pid_t parent);
/* Another program may start this executable. */
void rt_exec_mark_below(ExecPlan *plan, pid_t parent);
/* True when a word of the text, as a shell sees words, is this executable's path. */
bool rt_exec_names_us(const char *text);
/* Bytes that rt_exec_arguments and rt_exec_environment may need; 0 when the caller's arrays will
 * do. Callers take them from the stack: nothing here may allocate. */
size_t rt_exec_arguments_size(const ExecPlan *plan, char *const *argv);
size_t rt_exec_environment_size(const ExecPlan *plan, char *const *envp);
/* Build the arrays in `memory`. Arguments that name a file of ours become /proc/self/fd/N. */
char *const *rt_exec_arguments(ExecPlan *plan, char *const *argv, void *memory);
char *const *rt_exec_environment(const ExecPlan *plan, char *const *envp, void *memory);
/* The same for a shell command; rt_exec_text_size: bytes for the result, 0 when it has no such
 * name. */
size_t rt_exec_text_size(const char *text);
void rt_exec_text(ExecPlan *plan, const char *text, char *to);
/* Closes what the plan opened; keeps errno. */
void rt_exec_release(ExecPlan *plan);

/* execve with a plan; returns only when it failed. */
int rt_exec_run(const ExecPlan *plan, char *const *argv, char *const *envp);
/* True when `path` names this executable. */
bool rt_exec_is_own(const char *path);
/* Calls `attempt` with each path that `file` can mean (itself, or one per directory of PATH) until
 * it returns true. Keeps to execvp's rules. */
typedef bool ExecAttempt(const char *candidate, void *context);
bool rt_exec_search(const char *file, ExecAttempt *attempt, void *context);

#endif
