/* Child processes: argument vectors only, never a shell string. */
#ifndef PYC2C_SUPPORT_PROC_H
#define PYC2C_SUPPORT_PROC_H

#include "strbuf.h"
#include "vec.h"

#include <stdbool.h>

typedef struct ProcSpec {
    const char *const *argv; /* NULL-terminated; argv[0] is searched in PATH */
    const char *const *env;  /* NULL-terminated NAME=VALUE additions; a bare NAME removes it */
    const char *directory;   /* working directory, NULL = ours */
    const char *input;       /* standard input, NULL = /dev/null */
    size_t input_size;
    double timeout;      /* seconds, 0 = none; on expiry the process group is killed */
    bool inherit_output; /* do not capture: pass stdout and stderr through */
    bool may_fail;       /* proc_run_all goes on and succeeds all the same */
} ProcSpec;

typedef struct ProcResult {
    int exit_code; /* -1 when it did not exit normally */
    int signal;    /* 0, or the signal that ended it */
    bool timed_out;
    bool not_started; /* argv[0] could not be executed; errno in start_errno */
    int start_errno;
    double started, ended; /* CLOCK_MONOTONIC, seconds */
    StrBuf out;
    StrBuf err;
} ProcResult;

/* Runs to the end. The child leads a process group of its own, which is killed when the time is up,
 * when we end, and (what is left of it) when the child has ended. A program that daemonises itself
 * properly is not touched. True when the child exited with 0. The caller frees the result. */
bool proc_run(const ProcSpec *spec, ProcResult *result);
void proc_result_free(ProcResult *result);
/* The command as a line that can be pasted into a shell, for -v and error messages. */
void proc_command_line(const char *const *argv, StrBuf *out);
/* Full path of a program found in PATH, NULL if there is none. */
char *proc_find(Arena *arena, const char *program);

/* Up to `jobs` commands at a time; `done` is called for each as it ends (in order of ending). Stops
 * starting new ones after the first failure. True when all succeeded. */
bool proc_run_all(const ProcSpec *specs, size_t count, int jobs,
                  void (*done)(size_t index, const ProcResult *result, void *context),
                  void *context);

#endif
