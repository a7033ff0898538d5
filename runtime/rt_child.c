/* Is this process a Python interpreter for its parent, or the program?
 *
 * multiprocessing, concurrent.futures, subprocess.run([sys.executable, "-c", …]) and reloaders
 * start sys.executable again, which is this executable. The exec wrappers mark such children in
 * their environment (rt_exec.c). Without a mark, and that is the rule, every argument is the
 * program's own: a user may well call it with "-c". (The python of a virtual environment is always
 * an interpreter: rt_venv.c.)
 *
 * With a mark, the shape of the command line decides:
 *     exe [flags] -c code … | -m module … | - | script.py …     an interpreter
 *     exe [flags] exe args…                                     the program with args (reloaders)
 *     anything else                                             the program
 * The mark names the parent, so that it means nothing to a grandchild that inherits it through some
 * other program; shells and the like whose arguments name this executable may be between the two.
 * It also counts starts: a program that takes its own child's shape for a request to run would
 * start children without end. */
#include "rt_exec.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>

enum { EXIT_TOO_DEEP = 70, MOST_SHELLS = 8, COMMAND_LINE = 32 << 10 };

__attribute__((noreturn)) static void stop_recursion(void) {
    char line[PATH_MAX + 256];
    int length = snprintf(line, sizeof line,
                          "%s: started itself %d times over, stopping; the program probably starts "
                          "sys.executable without `if __name__ == \"__main__\":`\n",
                          rt_image.exe, RT_SPAWN_DEPTH_LIMIT);
    ssize_t ignored = write(STDERR_FILENO, line, (size_t)length);
    (void)ignored;
    _exit(EXIT_TOO_DEEP);
}

/* ---- the mark ---- */

/* The beginning of /proc/PROCESS/NAME, ended with a NUL: how many bytes it has, 0 when it cannot be
 * read. */
static size_t read_about(pid_t process, const char *name, char *text, size_t room) {
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)process, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd >= 0 ? read(fd, text, room - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    size = size > 0 ? size : 0;
    text[size] = 0;
    return (size_t)size;
}

/* The parent of another process, 0 when it cannot be told. */
static pid_t parent_of(pid_t process) {
    char text[512];
    read_about(process, "stat", text, sizeof text);
    const char *name_end = strrchr(text, ')'); /* "pid (name) state parent …" */
    long parent = 0;
    return name_end != NULL && sscanf(name_end + 1, " %*c %ld", &parent) == 1 ? (pid_t)parent : 0;
}

/* Do the arguments of another process name this executable? Of very long ones only the beginning is
 * looked at. */
static bool was_given_us(pid_t process) {
    char text[COMMAND_LINE];
    size_t size = read_about(process, "cmdline", text, sizeof text);
    for (size_t i = 0; i < size; i++) { /* arguments end with NUL */
        text[i] = text[i] == 0 ? ' ' : text[i];
    }
    return rt_exec_names_us(text);
}

/* Did `ancestor` start us: itself (some shells replace themselves), through one program (it got the
 * mark because it was given our path), or through several that all were given our path, as a shell
 * in a shell and the subshell of one are? */
static bool is_started_below(pid_t ancestor) {
    pid_t process = getppid();
    for (int i = 0; i < MOST_SHELLS && process > 1; i++) {
        pid_t above = parent_of(process);
        if (process == ancestor || (i == 0 && above == ancestor)) {
            return true;
        }
        if (!was_given_us(process)) {
            return false;
        }
        if (above == ancestor) {
            return true;
        }
        process = above;
    }
    return false;
}

/* What the mark says. */
typedef struct Mark {
    long parent;
    long depth;
    bool below; /* another program got it, which had this executable's path as an argument */
} Mark;

/* False for what is none, or is another executable's. */
static bool read_mark(const char *text, Mark *mark) {
    unsigned long long device = 0;
    unsigned long long inode = 0;
    int end = 0;
    int more = 0;
    if (sscanf(text, "%ld:%ld%n:%llu:%llu%n", &mark->parent, &mark->depth, &end, &device, &inode,
               &more) < 2 ||
        mark->parent <= 0 || mark->depth <= 0) {
        return false;
    }
    mark->below = more > 0;
    return mark->below ? text[more] == 0 && device == rt_image.exe_dev && inode == rt_image.exe_ino
                       : text[end] == 0;
}

/* True when the mark comes from our parent, or from a process that has ended meanwhile (the
 * resource tracker outlives its parent). In the other form: when the process that it names is above
 * us, and we are called by the path that was there. */
static bool is_from_parent(const char *text, const char *name) {
    Mark mark;
    if (!read_mark(text, &mark)) {
        return false;
    }
    pid_t parent = getppid();
    bool ours = mark.parent == parent;
    if (mark.below) {
        ours = strcmp(name, rt_image.exe) == 0 && is_started_below((pid_t)mark.parent);
    } else if (!ours) {
        ours = kill((pid_t)mark.parent, 0) != 0 && errno == ESRCH;
    }
    if (ours && mark.depth > RT_SPAWN_DEPTH_LIMIT) {
        stop_recursion();
    }
    rt_exec_count_from_here(ours ? (int)mark.depth : 0);
    return ours;
}

/* Looks for the mark and removes it: neither Python nor its children shall see it. A process with
 * more rights than its caller believes no mark. */
static bool take_mark(const char *called) {
    char name[] = RT_SPAWN_MARK;
    name[sizeof RT_SPAWN_MARK - 2] = 0; /* without '=' */
    const char *text = getenv(name);
    if (text == NULL) {
        return false;
    }
    bool marked = getauxval(AT_SECURE) == 0 && is_from_parent(text, called);
    unsetenv(name);
    return marked;
}

/* ---- the command line ---- */

static bool find_self(const char *candidate, void *context) {
    (void)context;
    return rt_exec_is_own(candidate);
}

/* Is the argument this program: the executable by any name, or the path of the main script? */
static bool is_program(const char *argument) {
    if (rt_image.exe == NULL || argument[0] == 0) {
        return false;
    }
    if (strcmp(argument, rt_image.exe) == 0) {
        return true;
    }
    const char *entry = rt_setting("entry.path");
    uint32_t node = rt_vfs_lookup(argument);
    if (node != IMAGE_NONE) {
        return entry != NULL && strcmp(vfs_node_path((int32_t)node), entry) == 0;
    }
    return rt_exec_search(argument, find_self, NULL);
}

/* `script.py` in the working directory or anywhere, also one of the embedded files. */
static bool is_script(const char *argument) {
    static const char *const endings[] = {".py", ".pyc", ".pyz", ".pyw"};
    const char *ending = strrchr(argument, '.');
    if (ending == NULL || access(argument, R_OK) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (strcmp(ending, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

typedef enum Option {
    OPTION_FLAGS,   /* flags without a value */
    OPTION_VALUE,   /* the next argument is its value */
    OPTION_RUN,     /* -c or -m: what follows is code or a module */
    OPTION_TELL,    /* --version, --help and the like: Python answers and ends */
    OPTION_UNKNOWN, /* none that Python has */
} Option;

/* One argument that begins with '-', such as "-Ic", "-Xutf8", "-W". */
static Option classify(const char *argument) {
    static const char flags[] = "bBdEhiIOPqRsStuvVx";
    static const char *const telling[] = {"--version", "-V", "-VV",        "--help",
                                          "-h",        "-?", "--help-env", "--help-xoptions",
                                          "--help-all"};
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
        if (strcmp(argument, telling[i]) == 0) {
            return OPTION_TELL;
        }
    }
    if (strcmp(argument, "--check-hash-based-pycs") == 0) {
        return OPTION_VALUE;
    }
    for (const char *letter = argument + 1; *letter != 0; letter++) {
        if (*letter == 'c' || *letter == 'm') {
            return OPTION_RUN;
        }
        if (*letter == 'X' || *letter == 'W') {
            return letter[1] == 0 ? OPTION_VALUE : OPTION_FLAGS;
        }
        if (strchr(flags, *letter) == NULL) {
            return OPTION_UNKNOWN;
        }
    }
    return OPTION_FLAGS;
}

static bool has_value(const char *argument, const char *next) {
    size_t letters = strcspn(argument, "cm");
    return argument[letters + 1] != 0 || next != NULL;
}

static RtChildKind judge(int argc, char **argv, int *first) {
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != 0; i++) {
        switch (classify(argv[i])) {
        case OPTION_FLAGS: break;
        case OPTION_VALUE: i++; break;
        case OPTION_TELL: return RT_RUN_INTERPRETER;
        case OPTION_RUN:
            return has_value(argv[i], argv[i + 1]) ? RT_RUN_INTERPRETER : RT_RUN_PROGRAM;
        case OPTION_UNKNOWN: return RT_RUN_PROGRAM;
        }
    }
    if (i >= argc) {
        return RT_RUN_PROGRAM;
    }
    if (strcmp(argv[i], "-") == 0) {
        return RT_RUN_INTERPRETER;
    }
    if (is_program(argv[i])) {
        *first = i + 1;
        return RT_RUN_PROGRAM;
    }
    return is_script(argv[i]) ? RT_RUN_INTERPRETER : RT_RUN_PROGRAM;
}

RtChildKind rt_child_kind(int argc, char **argv, int *first) {
    *first = 1;
    rt_exec_count_from_here(0);
    bool marked = argc > 0 && take_mark(argv[0]);
    if (argc > 0 && rt_image.base != NULL && rt_venv_find(argv[0])) {
        return RT_RUN_INTERPRETER;
    }
    if (!marked || argc < 2 || rt_image.base == NULL) {
        return RT_RUN_PROGRAM;
    }
    return judge(argc, argv, first);
}
