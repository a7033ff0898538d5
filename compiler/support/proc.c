/* Running children: one loop serves any number of them.
 *
 * A child's standard input is an anonymous memory file, so feeding it can never block; its output
 * comes through pipes that one poll() watches together with the ends of the children (pidfd). A
 * child that could not be executed says so through a close-on-exec pipe. */
#include "proc.h"

#include "cleanup.h"
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024, POLL_SLICE_MS = 20 };

extern char **environ;

typedef struct Child {
    size_t index; /* of its spec */
    pid_t pid;
    int out, err;    /* read ends, -1 when closed */
    int ended;       /* pidfd, -1 when the kernel has none */
    double deadline; /* 0 = none */
    ProcResult result;
} Child;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void close_if_open(int *descriptor) {
    if (*descriptor >= 0) {
        close(*descriptor);
        *descriptor = -1;
    }
}

char *proc_find(Arena *arena, const char *program) {
    if (strchr(program, '/') != NULL) {
        return access(program, X_OK) == 0 ? arena_strdup(arena, program) : NULL;
    }
    const char *at = getenv("PATH");
    if (at == NULL) {
        at = "/usr/local/bin:/usr/bin:/bin";
    }
    while (program[0] != '\0') {
        size_t length = strcspn(at, ":");
        const char *directory = length > 0 ? arena_strndup(arena, at, length) : ".";
        char *path = path_join(arena, directory, program);
        struct stat status;
        if (access(path, X_OK) == 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
            return path;
        }
        if (at[length] == '\0') {
            break;
        }
        at += length + 1;
    }
    return NULL;
}

/* True when `entry` ("NAME=VALUE" or "NAME") is about the same variable as `variable`. */
static bool same_name(const char *entry, const char *variable) {
    size_t length = strcspn(entry, "=");
    return strncmp(entry, variable, length) == 0 && variable[length] == '=';
}

/* Our environment with the changes applied. */
static char **make_environment(Arena *arena, const char *const *changes) {
    StrVec result = {0};
    for (char **old = environ; *old != NULL; old++) {
        bool changed = false;
        for (size_t i = 0; changes != NULL && changes[i] != NULL; i++) {
            changed = changed || same_name(changes[i], *old);
        }
        if (!changed) {
            vec_push(&result, *old);
        }
    }
    for (size_t i = 0; changes != NULL && changes[i] != NULL; i++) {
        if (strchr(changes[i], '=') != NULL) {
            vec_push(&result, changes[i]);
        }
    }
    char **environment = ARENA_ARRAY(arena, char *, result.count + 1);
    for (size_t i = 0; i < result.count; i++) {
        environment[i] = (char *)(uintptr_t)result.items[i];
    }
    vec_free(&result);
    return environment;
}

/* Standard input: a memory file with the text, or /dev/null. */
static int open_input(const ProcSpec *spec) {
    if (spec->input == NULL) {
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    int file = memfd_create("input", MFD_CLOEXEC);
    size_t done = 0;
    while (file >= 0 && done < spec->input_size) {
        ssize_t written = write(file, spec->input + done, spec->input_size - done);
        if (written <= 0 && errno != EINTR) {
            close_if_open(&file);
        }
        done += written > 0 ? (size_t)written : 0;
    }
    if (file >= 0) {
        lseek(file, 0, SEEK_SET);
    }
    return file;
}

typedef struct Plumbing {
    int input;
    int out[2], err[2], failure[2];
} Plumbing;

static void close_plumbing(Plumbing *pipes) {
    close_if_open(&pipes->input);
    for (int end = 0; end < 2; end++) {
        close_if_open(&pipes->out[end]);
        close_if_open(&pipes->err[end]);
        close_if_open(&pipes->failure[end]);
    }
}

/* When we were started with 0, 1 or 2 closed, the pipes must not get these numbers. */
static void fill_standard_descriptors(void) {
    for (int number = 0; number <= 2; number++) {
        if (fcntl(number, F_GETFD) < 0 && open("/dev/null", O_RDWR) != number) {
            return;
        }
    }
}

static bool open_plumbing(const ProcSpec *spec, Plumbing *pipes) {
    fill_standard_descriptors();
    *pipes = (Plumbing){-1, {-1, -1}, {-1, -1}, {-1, -1}};
    pipes->input = open_input(spec);
    bool ok = pipes->input >= 0 && pipe2(pipes->failure, O_CLOEXEC) == 0;
    if (ok && !spec->inherit_output) {
        ok = pipe2(pipes->out, O_CLOEXEC) == 0 && pipe2(pipes->err, O_CLOEXEC) == 0;
    }
    return ok;
}

/* Gives a descriptor its standard number, which must also lose close-on-exec when it has it
 * already. */
static bool place(int descriptor, int number) {
    return descriptor == number ? fcntl(number, F_SETFD, 0) == 0 : dup2(descriptor, number) >= 0;
}

/* In the child, between fork and exec. */
static _Noreturn void become(const ProcSpec *spec, const char *program, char **environment,
                             const Plumbing *pipes, pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(127); /* the parent died before the line above could help */
    }
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    bool ok = place(pipes->input, STDIN_FILENO);
    if (!spec->inherit_output) {
        ok = ok && place(pipes->out[1], STDOUT_FILENO) && place(pipes->err[1], STDERR_FILENO);
    }
    if (ok && (spec->directory == NULL || chdir(spec->directory) == 0)) {
        execve(program, (char *const *)(uintptr_t)spec->argv, environment);
    }
    int error = errno;
    ssize_t ignored = write(pipes->failure[1], &error, sizeof(error));
    (void)ignored;
    _exit(127);
}

static void not_started(Child *child, int error) {
    child->result.not_started = true;
    child->result.start_errno = error;
    child->result.exit_code = -1;
}

/* Starts one child. False when it could not be started; its result is complete then. */
static bool start(const ProcSpec *spec, Child *child) {
    Arena arena = {0};
    Plumbing pipes = {-1, {-1, -1}, {-1, -1}, {-1, -1}};
    int error = ENOENT;
    child->pid = -1;
    child->out = child->err = child->ended = -1;
    child->result.started = child->result.ended = now();

    const char *program = proc_find(&arena, spec->argv[0]);
    if (program == NULL && strchr(spec->argv[0], '/') != NULL) {
        program = spec->argv[0]; /* exec finds the right errno */
    }
    char **environment = make_environment(&arena, spec->env);
    if (program != NULL && open_plumbing(spec, &pipes)) {
        pid_t parent = getpid();
        fflush(NULL); /* so that our text comes before the child's */
        child->pid = fork();
        if (child->pid == 0) {
            become(spec, program, environment, &pipes, parent);
        }
        error = errno;
        if (child->pid > 0) {
            setpgid(child->pid, child->pid); /* both sides do it: whoever comes first */
            cleanup_add_group(child->pid);
            close_if_open(&pipes.failure[1]);
            error = 0;
            while (read(pipes.failure[0], &error, sizeof(error)) < 0 && errno == EINTR) {
            }
        }
    } else if (program != NULL) {
        error = errno;
    }

    if (child->pid > 0 && error != 0) {
        waitpid(child->pid, NULL, 0);
        cleanup_forget_group(child->pid);
        child->pid = -1;
    }
    if (child->pid > 0) {
        child->out = pipes.out[0];
        child->err = pipes.err[0];
        pipes.out[0] = pipes.err[0] = -1;
        child->ended = (int)syscall(SYS_pidfd_open, child->pid, 0);
        child->deadline = spec->timeout > 0 ? now() + spec->timeout : 0;
    } else {
        not_started(child, error);
    }
    close_plumbing(&pipes);
    arena_free(&arena);
    return child->pid > 0;
}

/* Reads what is there; closes the pipe at its end. True when something was read. */
static bool drain(int *descriptor, StrBuf *into) {
    char chunk[READ_SIZE];
    ssize_t got = read(*descriptor, chunk, sizeof(chunk));
    if (got > 0) {
        strbuf_add(into, chunk, (size_t)got);
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
        close_if_open(descriptor);
    }
    return got > 0;
}

/* What is still in the pipes when the child is gone. Others may hold the write ends open, so this
 * must not wait for their end. */
static void drain_rest(int *descriptor, StrBuf *into) {
    if (*descriptor >= 0) {
        fcntl(*descriptor, F_SETFL, O_NONBLOCK);
        while (*descriptor >= 0 && drain(descriptor, into)) {
        }
        close_if_open(descriptor);
    }
}

/* Collects the child when it has ended; true then. */
static bool reap_if_ended(Child *child) {
    siginfo_t information = {0};
    int status = 0;
    if (waitid(P_PID, (id_t)child->pid, &information, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        information.si_pid == 0) {
        return false;
    }
    /* Still a zombie, so its number cannot belong to anyone else: the time to end its group. */
    kill(-child->pid, SIGKILL);
    cleanup_forget_group(child->pid);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    drain_rest(&child->out, &child->result.out);
    drain_rest(&child->err, &child->result.err);
    close_if_open(&child->ended);
    child->result.ended = now();
    child->result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    child->result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return true;
}

static void check_deadline(Child *child, double time) {
    if (child->deadline > 0 && time >= child->deadline) {
        child->result.timed_out = true;
        child->deadline = 0;
        kill(-child->pid, SIGKILL);
    }
}

/* Milliseconds that poll may sleep. */
static int poll_time(const Child *children, size_t count) {
    double wait = -1;
    for (size_t i = 0; i < count; i++) {
        if (children[i].deadline > 0) {
            double left = children[i].deadline - now();
            left = left > 0 ? left : 0;
            wait = wait < 0 || left < wait ? left : wait;
        }
        if (children[i].ended < 0 && (wait < 0 || wait > POLL_SLICE_MS / 1e3)) {
            wait = POLL_SLICE_MS / 1e3; /* no pidfd: look from time to time */
        }
    }
    return wait < 0 ? -1 : wait > 3600 ? 3600 * 1000 : (int)(wait * 1e3) + 1;
}

/* Waits until something happens to one of the children and takes in their output. */
static void wait_for_news(Child *children, size_t count) {
    struct pollfd *polled = xcalloc(count * 3, sizeof(*polled));
    for (size_t i = 0; i < count; i++) {
        polled[3 * i] = (struct pollfd){.fd = children[i].out, .events = POLLIN};
        polled[3 * i + 1] = (struct pollfd){.fd = children[i].err, .events = POLLIN};
        polled[3 * i + 2] = (struct pollfd){.fd = children[i].ended, .events = POLLIN};
    }
    if (poll(polled, (nfds_t)count * 3, poll_time(children, count)) > 0) {
        for (size_t i = 0; i < count; i++) {
            if (polled[3 * i].revents != 0) {
                drain(&children[i].out, &children[i].result.out);
            }
            if (polled[3 * i + 1].revents != 0) {
                drain(&children[i].err, &children[i].result.err);
            }
        }
    }
    free(polled);
}

static bool succeeded(const ProcResult *result) {
    return !result->not_started && !result->timed_out && result->exit_code == 0;
}

/* The engine: at most `jobs` children at a time; `done` takes over each result. */
static bool run_all(const ProcSpec *specs, size_t count, size_t jobs,
                    void (*done)(size_t index, ProcResult *result, void *context), void *context) {
    Child *children = xcalloc(jobs, sizeof(*children));
    size_t running = 0, next = 0;
    bool ok = true;
    while (running > 0 || (next < count && ok)) {
        while (running < jobs && next < count && ok) {
            Child *child = &children[running];
            *child = (Child){.index = next};
            if (start(&specs[next++], child)) {
                running++;
            } else {
                ok = specs[child->index].may_fail && ok;
                done(child->index, &child->result, context);
            }
        }
        if (running == 0) {
            break;
        }
        wait_for_news(children, running);
        double time = now();
        for (size_t i = 0; i < running;) {
            check_deadline(&children[i], time);
            if (!reap_if_ended(&children[i])) {
                i++;
                continue;
            }
            Child ended = children[i];
            children[i] = children[--running];
            ok = (succeeded(&ended.result) || specs[ended.index].may_fail) && ok;
            done(ended.index, &ended.result, context);
        }
    }
    free(children);
    return ok;
}

static void keep_result(size_t index, ProcResult *result, void *context) {
    (void)index;
    *(ProcResult *)context = *result;
}

bool proc_run(const ProcSpec *spec, ProcResult *result) {
    *result = (ProcResult){0};
    return run_all(spec, 1, 1, keep_result, result);
}

void proc_result_free(ProcResult *result) {
    strbuf_free(&result->out);
    strbuf_free(&result->err);
}

typedef struct Report {
    void (*done)(size_t index, const ProcResult *result, void *context);
    void *context;
} Report;

static void report_and_free(size_t index, ProcResult *result, void *context) {
    const Report *report = context;
    if (report->done != NULL) {
        report->done(index, result, report->context);
    }
    proc_result_free(result);
}

bool proc_run_all(const ProcSpec *specs, size_t count, int jobs,
                  void (*done)(size_t index, const ProcResult *result, void *context),
                  void *context) {
    Report report = {done, context};
    return run_all(specs, count, jobs > 0 ? (size_t)jobs : 1, report_and_free, &report);
}

void proc_command_line(const char *const *argv, StrBuf *out) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "@%+=:,./-_";
    for (size_t i = 0; argv[i] != NULL; i++) {
        if (i > 0) {
            strbuf_putc(out, ' ');
        }
        if (argv[i][0] != '\0' && argv[i][strspn(argv[i], plain)] == '\0') {
            strbuf_puts(out, argv[i]);
            continue;
        }
        strbuf_putc(out, '\'');
        for (const char *at = argv[i]; *at != '\0'; at++) {
            if (*at == '\'') {
                strbuf_puts(out, "'\\''");
            } else {
                strbuf_putc(out, *at);
            }
        }
        strbuf_putc(out, '\'');
    }
}
