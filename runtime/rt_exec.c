/* exec of other programs and of ourselves.
 *
 * Two things are done on the way to the kernel:
 *   - when the target is this executable's own file, or its arguments name that, the child's
 *     environment gets a mark, by which the executable knows that an interpreter may be meant
 *     (rt_exec_mark.c); for any other target a mark is removed;
 *   - the target or its arguments may be files that exist only inside this process. The child gets
 *     them as descriptors, named /proc/self/fd/N in its arguments.
 *
 * All this runs between vfork and exec, in a process that shares its memory with a parent full of
 * threads: no allocation, no locks, no state. Arrays live on the caller's stack. */
#include "rt_exec.h"

#include <sys/statfs.h>
#include <sys/statvfs.h>

/* ---- what is executed ---- */

static bool is_own_file(const struct stat *file) {
    return rt_image.base != NULL && file->st_dev == rt_image.exe_dev &&
           file->st_ino == rt_image.exe_ino;
}

bool rt_exec_is_own(const char *path) {
    struct stat file;
    int saved = errno;
    bool own = syscall(SYS_newfstatat, AT_FDCWD, path, &file, 0) == 0 && is_own_file(&file);
    errno = saved;
    return own;
}

/* An ordinary path: is it this executable? A newer version under the same name counts, since it
 * understands the mark; and when the name is gone, /proc still has the file. */
static int32_t find_ordinary(ExecPlan *plan, const char *path) {
    struct stat file;
    bool same_name = strcmp(path, vfs_state.prefix) == 0;
    if (syscall(SYS_newfstatat, AT_FDCWD, path, &file, 0) == 0) {
        plan->own = same_name || is_own_file(&file);
        return VFS_OUTSIDE;
    }
    if (errno == ENOTDIR) {
        return vfs_identify(AT_FDCWD, path, false);
    }
    if (errno == ENOENT && same_name && rt_exec_is_own("/proc/self/exe")) {
        plan->own = true;
        plan->path = "/proc/self/exe";
    }
    return VFS_OUTSIDE;
}

/* ---- executing one of our files ---- */

static bool is_readable(const char *path) {
    int saved = errno;
    bool readable = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
    errno = saved;
    return readable;
}

static bool allows_execution(int fd) {
    struct statfs status;
    return syscall(SYS_fstatfs, fd, &status) == 0 && (status.f_flags & ST_NOEXEC) == 0;
}

/* A new file in `directory` that has lost its name again: one descriptor to write, one to execute.
 */
static bool open_nameless(const char *directory, int *writer, int *reader) {
    char path[64];
    uint64_t random;
    char *to = path + strlen(directory);
    memcpy(path, directory, strlen(directory) + 1);
    *to++ = '/';
    if (syscall(SYS_getrandom, &random, sizeof random, 0) != (long)sizeof random) {
        return false;
    }
    for (int i = 0; i < 16; i++, random >>= 4) {
        *to++ = "0123456789abcdef"[random & 15];
    }
    *to = 0;
    *writer = (int)syscall(SYS_openat, AT_FDCWD, path,
                           O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0700);
    if (*writer < 0) {
        return false;
    }
    *reader = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    struct stat one;
    struct stat other;
    if (*reader >= 0 && syscall(SYS_fstat, *writer, &one) == 0 &&
        syscall(SYS_fstat, *reader, &other) == 0 && one.st_ino == other.st_ino &&
        one.st_dev == other.st_dev && allows_execution(*reader)) {
        return true;
    }
    syscall(SYS_close, *writer);
    if (*reader >= 0) {
        syscall(SYS_close, *reader);
        *reader = -1;
    }
    return false;
}

/* A file that is open for writing may be refused by the kernel, and without /proc a memfd always
 * is. So it is copied to a nameless file on a memory file system. Where none allows programs, the
 * memfd has to do: kernels that count writers by open(2) alone, like those of today, run it; others
 * say ETXTBSY. Takes over `fd`; -1 with errno on failure. */
static int copy_without_proc(int fd) {
    static const char *const directories[] = {"/dev/shm", "/run/shm", "/tmp"};
    int writer = -1;
    int reader = -1;
    bool found = false;
    for (size_t i = 0; i < sizeof directories / sizeof directories[0] && !found; i++) {
        found = open_nameless(directories[i], &writer, &reader);
    }
    if (!found) {
        return fd;
    }
    off_t offset = 0;
    ssize_t sent;
    while ((sent = syscall(SYS_sendfile, writer, fd, &offset, 1 << 30)) > 0) {
    }
    syscall(SYS_close, writer);
    syscall(SYS_close, fd);
    if (sent < 0) {
        syscall(SYS_close, reader);
        errno = ENOSPC;
        return -1;
    }
    return reader;
}

/* Opens a program of ours and decides how the kernel gets at it. */
static bool open_program(ExecPlan *plan, int32_t node) {
    if ((vfs_node(node)->flags & IMAGE_NODE_EXECUTABLE) == 0) {
        errno = EACCES;
        return false;
    }
    int fd = vfs_content(node, O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    vfs_descriptor_path(fd, plan->program_path);
    plan->path = plan->program_path;
    plan->by_descriptor = !is_readable(plan->program_path);
    if (plan->by_descriptor && !vfs_is_beside(node)) {
        fd = copy_without_proc(fd);
        if (fd < 0) {
            return false;
        }
    }
    char start[2];
    if (syscall(SYS_pread64, fd, start, sizeof start, 0) == (long)sizeof start && start[0] == '#' &&
        start[1] == '!') {
        /* A script: its interpreter opens it again, so the descriptor must survive. */
        syscall(SYS_fcntl, fd, F_SETFD, 0);
    }
    plan->program = fd;
    return true;
}

static bool arguments_name_us(char *const *argv) {
    for (size_t i = 1; argv != NULL && argv[0] != NULL && argv[i] != NULL; i++) {
        if (rt_exec_names_us(argv[i])) {
            return true;
        }
    }
    return false;
}

bool rt_exec_plan(ExecPlan *plan, const char *path, char *const *argv, pid_t parent) {
    __asm__("" : "+r"(path));
    plan->path = path;
    plan->own = false;
    plan->marked = false;
    plan->program = -1;
    plan->by_descriptor = false;
    plan->opened_count = 0;
    if (path == NULL || rt_image.base == NULL) {
        return true; /* the kernel says what it thinks of it */
    }
    int32_t node = vfs_lexical(path);
    if (node == VFS_OUTSIDE) {
        node = find_ordinary(plan, path);
    }
    if (plan->own) {
        rt_exec_mark(plan, parent);
    } else if (arguments_name_us(argv)) {
        rt_exec_mark_below(plan, parent);
    }
    if (node == VFS_OUTSIDE || node == VFS_LEAVES) {
        return true;
    }
    if (node < 0) {
        vfs_fail(node, false);
        return false;
    }
    return open_program(plan, node);
}

void rt_exec_release(ExecPlan *plan) {
    int saved = errno;
    while (plan->opened_count > 0) {
        syscall(SYS_close, plan->opened[--plan->opened_count]);
    }
    if (plan->program >= 0) {
        syscall(SYS_close, plan->program);
        plan->program = -1;
    }
    errno = saved;
}

int rt_exec_run(const ExecPlan *plan, char *const *argv, char *const *envp) {
    if (plan->by_descriptor) {
        return (int)syscall(SYS_execveat, plan->program, "", argv, envp, AT_EMPTY_PATH);
    }
    return (int)syscall(SYS_execve, plan->path, argv, envp);
}

/* ---- environment ---- */

static bool is_mark(const char *variable) {
    return strncmp(variable, RT_SPAWN_MARK, sizeof RT_SPAWN_MARK - 1) == 0;
}

size_t rt_exec_environment_size(const ExecPlan *plan, char *const *envp) {
    size_t count = 0;
    bool change = plan->marked;
    for (; envp != NULL && envp[count] != NULL; count++) {
        change |= is_mark(envp[count]);
    }
    return change ? (count + 2) * sizeof(char *) : 0;
}

char *const *rt_exec_environment(const ExecPlan *plan, char *const *envp, void *memory) {
    char **to = memory;
    size_t used = 0;
    for (size_t i = 0; envp != NULL && envp[i] != NULL; i++) {
        if (!is_mark(envp[i])) {
            to[used++] = envp[i];
        }
    }
    if (plan->marked) {
        to[used++] = (char *)(uintptr_t)plan->mark;
    }
    to[used] = NULL;
    return to;
}

/* ---- arguments ---- */

/* A descriptor of the node for the child, -1 when the child could not open it by name. */
static int inherit(ExecPlan *plan, int32_t node) {
    char path[RT_FD_PATH_SIZE];
    int saved = errno;
    int fd = -1;
    if (plan->opened_count < RT_EXEC_FILES) {
        fd = vfs_content(node, 0);
    }
    if (fd >= 0 && fd <= STDERR_FILENO) { /* the caller closed its standard streams */
        int higher = (int)syscall(SYS_fcntl, fd, F_DUPFD, STDERR_FILENO + 1);
        syscall(SYS_close, fd);
        fd = higher;
    }
    if (fd >= 0) {
        vfs_descriptor_path(fd, path);
        if (is_readable(path)) {
            plan->opened[plan->opened_count++] = fd;
        } else {
            syscall(SYS_close, fd);
            fd = -1;
        }
    }
    errno = saved;
    return fd;
}

static bool is_file(int32_t node) {
    return node >= 0 && !vfs_is_directory(node);
}

/* Where in an argument the name of a file of ours begins: "<path>" or "--option=<path>". */
static const char *virtual_part(const char *argument) {
    if (is_file(vfs_lexical(argument))) {
        return argument;
    }
    const char *equals = strchr(argument, '=');
    return equals != NULL && is_file(vfs_lexical(equals + 1)) ? equals + 1 : NULL;
}

/* Number of the argument that is a command for a shell ("sh -c <command>"), else 0. */
static size_t shell_command(const char *path, char *const *argv) {
    size_t length = strlen(path);
    if (length < 2 || strcmp(path + length - 2, "sh") != 0 || argv[0] == NULL || argv[1] == NULL ||
        argv[1][0] != '-' || argv[2] == NULL) {
        return 0;
    }
    size_t option = strlen(argv[1]);
    return option > 1 && argv[1][option - 1] == 'c' ? 2 : 0;
}

size_t rt_exec_arguments_size(const ExecPlan *plan, char *const *argv) {
    if (plan->own || plan->path == NULL || rt_image.base == NULL || argv == NULL) {
        return 0; /* our own child finds the files under the same names */
    }
    size_t count = 0;
    size_t text = 0;
    size_t command = shell_command(plan->path, argv);
    for (; argv[count] != NULL; count++) {
        const char *part = count > 0 ? virtual_part(argv[count]) : NULL;
        if (part != NULL) {
            text += (size_t)(part - argv[count]) + RT_FD_PATH_SIZE;
        } else if (count > 0 && count == command) {
            text += rt_exec_text_size(argv[count]);
        }
    }
    return text > 0 ? (count + 1) * sizeof(char *) + text : 0;
}

char *const *rt_exec_arguments(ExecPlan *plan, char *const *argv, void *memory) {
    char **to = memory;
    size_t count = 0;
    size_t command = shell_command(plan->path, argv);
    while (argv[count] != NULL) {
        count++;
    }
    char *text = (char *)(to + count + 1);
    for (size_t i = 0; i < count; i++) {
        const char *part = i > 0 ? virtual_part(argv[i]) : NULL;
        to[i] = argv[i];
        if (part != NULL) {
            int fd = inherit(plan, vfs_lexical(part));
            if (fd >= 0) {
                size_t before = (size_t)(part - argv[i]);
                memcpy(text, argv[i], before);
                vfs_descriptor_path(fd, text + before);
                to[i] = text;
                text += before + RT_FD_PATH_SIZE;
            }
        } else if (i > 0 && i == command && rt_exec_text_size(argv[i]) > 0) {
            rt_exec_text(plan, argv[i], text);
            to[i] = text;
            text += rt_exec_text_size(argv[i]);
        }
    }
    to[count] = NULL;
    return to;
}

/* ---- shell commands ---- */

/* The next place where the text has a path below the executable's, or NULL; *end behind it. A name
 * ends where a word of the shell does. */
static const char *next_name(const char *text, const char **end) {
    const char *start = strstr(text, vfs_state.prefix);
    while (start != NULL && start[vfs_state.prefix_length] != '/') {
        start = strstr(start + 1, vfs_state.prefix);
    }
    if (start != NULL) {
        const char *rest = start + vfs_state.prefix_length;
        *end = rest + strcspn(rest, " \t\n\"'`;|&<>()$\\");
    }
    return start;
}

size_t rt_exec_text_size(const char *text) {
    size_t names = 0;
    const char *end;
    if (rt_image.base == NULL) {
        return 0;
    }
    for (const char *name = next_name(text, &end); name != NULL; name = next_name(end, &end)) {
        names++;
    }
    return names > 0 ? strlen(text) + names * RT_FD_PATH_SIZE + 1 : 0;
}

/* The file of ours called like the `size` characters at `name`. */
static int32_t node_of_name(const char *name, size_t size) {
    char path[PATH_MAX];
    if (size >= sizeof path) {
        return VFS_OUTSIDE;
    }
    memcpy(path, name, size);
    path[size] = 0;
    return vfs_lexical(path);
}

void rt_exec_text(ExecPlan *plan, const char *text, char *to) {
    const char *end;
    for (const char *name = next_name(text, &end); name != NULL; name = next_name(text, &end)) {
        memcpy(to, text, (size_t)(name - text));
        to += name - text;
        int32_t node = node_of_name(name, (size_t)(end - name));
        int fd = is_file(node) ? inherit(plan, node) : -1;
        if (fd >= 0) {
            vfs_descriptor_path(fd, to);
            to += strlen(to);
        } else {
            memcpy(to, name, (size_t)(end - name));
            to += end - name;
        }
        text = end;
    }
    memcpy(to, text, strlen(text) + 1);
}

/* ---- PATH ---- */

bool rt_exec_search(const char *file, ExecAttempt *attempt, void *context) {
    const char *path = "/bin:/usr/bin"; /* confstr(_CS_PATH), what execvp falls back to */
    char candidate[PATH_MAX];
    bool denied = false;
    size_t length = strlen(file);
    if (length == 0) {
        errno = ENOENT;
        return false;
    }
    if (strchr(file, '/') != NULL) {
        return attempt(file, context);
    }
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
        if (strncmp(*variable, "PATH=", 5) == 0) {
            path = *variable + 5;
            break;
        }
    }
    errno = ENOENT;
    for (const char *end;; path = end + 1) {
        end = path + strcspn(path, ":");
        size_t size = (size_t)(end - path);
        if (size + length + 2 <= sizeof candidate) {
            memcpy(candidate, path, size);
            candidate[size] = '/';
            memcpy(candidate + size + (size > 0), file,
                   length + 1); /* "" is the working directory */
            if (attempt(candidate, context)) {
                return true;
            }
            denied |= errno == EACCES;
            if (errno != EACCES && errno != ENOENT && errno != ESTALE && errno != ENOTDIR &&
                errno != ENODEV && errno != ETIMEDOUT) {
                return false;
            }
        }
        if (*end == 0) {
            break;
        }
    }
    if (denied) {
        errno = EACCES;
    }
    return false;
}
