/* The mark in a child's environment: by it this executable knows, when it starts, that an
 * interpreter may be meant (rt_child.c).
 *
 *     <parent>:<depth>                     for a child that is this executable
 *     <parent>:<depth>:<device>:<inode>    for another program, one of whose arguments names this
 *                                          executable: a shell's command, `env`, `timeout`, …
 *
 * <parent> is the process that starts the child. The second form is for the executable that such a
 * program becomes or starts itself; it says which one that is, because the program may start others
 * with the same environment. All this runs between vfork and exec: no allocation. */
#include "rt_exec.h"

int rt_spawn_depth;

/* The process whose depth that is: zero before main. */
static pid_t counted;

void rt_exec_count_from_here(int depth) {
    rt_spawn_depth = depth;
    counted = getpid();
}

static char *put_number(char *to, uint64_t number) {
    char digits[24];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) {
        *to++ = digits[--count];
    }
    return to;
}

static char *put_field(char *to, uint64_t number) {
    *to++ = ':';
    return put_number(to, number);
}

/* A process that replaces itself is no deeper than it was, but for the first time: reloaders do
 * that any number of times. */
static int next_depth(pid_t parent) {
    pid_t self = (pid_t)syscall(SYS_getpid);
    bool replaces = self != parent && self == counted && rt_spawn_depth > 0;
    return rt_spawn_depth + !replaces;
}

static char *put_mark(ExecPlan *plan, pid_t parent) {
    char *to = plan->mark;
    plan->marked = true;
    memcpy(to, RT_SPAWN_MARK, sizeof RT_SPAWN_MARK - 1);
    to = put_number(to + sizeof RT_SPAWN_MARK - 1, (uint64_t)parent);
    return put_field(to, (uint64_t)next_depth(parent));
}

void rt_exec_mark(ExecPlan *plan, pid_t parent) {
    plan->own = true;
    *put_mark(plan, parent) = 0;
}

void rt_exec_mark_below(ExecPlan *plan, pid_t parent) {
    char *to = put_mark(plan, parent);
    to = put_field(to, (uint64_t)rt_image.exe_dev);
    *put_field(to, (uint64_t)rt_image.exe_ino) = 0;
}

bool rt_exec_names_us(const char *text) {
    static const char before[] = " \t\n\"'`;|&(=";
    static const char behind[] = " \t\n\"'`;|&<>()";
    const char *name = strstr(text, vfs_state.prefix);
    for (; name != NULL; name = strstr(name + 1, vfs_state.prefix)) {
        /* strchr finds the end of the text, too. */
        if ((name == text || strchr(before, name[-1]) != NULL) &&
            strchr(behind, name[vfs_state.prefix_length]) != NULL) {
            return true;
        }
    }
    return false;
}
