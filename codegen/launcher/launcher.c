/* The start file of the strategies `embedded` and `system`: finds the host's Python and lets it run
 * the program, which is a zip archive appended to this file.
 *
 * CPython runs a file that ends in a zip archive with a __main__ as it runs a script, so nothing is
 * extracted and the process stays the same. The archive's comment carries the settings:
 *
 *     PYC2C-LAUNCHER
 *     python=3.11        the program needs this minor version or a later one
 *     flag=-u            options for the interpreter, any number
 *     env=NAME=VALUE     set before Python starts, any number
 *
 * Interpreters tried, in this order: $PYTHON, then python3 and python3.N of PATH. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    EXIT_NO_PYTHON = 127,
    EXIT_DAMAGED = 70,
    END_RECORD = 22, /* size of zip's end record without its comment */
    COMMENT_MAX = 65535,
    NEWER_MINORS = 10 /* python3.N … python3.(N+10) are looked for */
};
#define COMMENT_MARK "PYC2C-LAUNCHER\n"

static char self[PATH_MAX];

static _Noreturn void fail(int code, const char *message, const char *detail) {
    fprintf(stderr, "%s: %s%s\n", self, message, detail);
    exit(code);
}

static void find_self(const char *argv0) {
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (length > 0) {
        self[length] = '\0';
        return;
    }
    const char *name = (const char *)getauxval(AT_EXECFN);
    if (realpath(name != NULL ? name : argv0, self) == NULL) {
        snprintf(self, sizeof(self), "%s", argv0);
    }
}

/* The archive's comment, NUL-terminated. */
static char *read_settings(void) {
    int fd = open(self, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        fail(EXIT_DAMAGED, "cannot read this file: ", strerror(errno));
    }
    static char tail[END_RECORD + COMMENT_MAX + 1];
    size_t size =
        info.st_size < END_RECORD + COMMENT_MAX ? (size_t)info.st_size : END_RECORD + COMMENT_MAX;
    if (pread(fd, tail, size, info.st_size - (off_t)size) != (ssize_t)size) {
        fail(EXIT_DAMAGED, "cannot read this file: ", strerror(errno));
    }
    close(fd);
    for (size_t at = size >= END_RECORD ? size - END_RECORD + 1 : 0; at-- > 0;) {
        const unsigned char *record = (const unsigned char *)tail + at;
        if (memcmp(record, "PK\5\6", 4) == 0 &&
            at + END_RECORD + (size_t)(record[20] | record[21] << 8) == size &&
            strncmp(tail + at + END_RECORD, COMMENT_MARK, strlen(COMMENT_MARK)) == 0) {
            return tail + at + END_RECORD + strlen(COMMENT_MARK);
        }
    }
    fail(EXIT_DAMAGED, "this file is damaged: ", "the program in it was cut off");
}

/* Minor version of a Python 3, -1 when `path` is no such interpreter. */
static int minor_of(const char *path) {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) {
        return -1;
    }
    pid_t child = fork();
    if (child == 0) {
        dup2(pipe_ends[1], 1);
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 2);
        execl(path, path, "-IS", "-c", "import sys; print('%d.%d' % sys.version_info[:2])",
              (char *)NULL);
        _exit(126);
    }
    close(pipe_ends[1]);
    char text[32] = "";
    ssize_t got = read(pipe_ends[0], text, sizeof(text) - 1);
    close(pipe_ends[0]);
    if (child > 0) {
        waitpid(child, NULL, 0);
    }
    int minor = -1;
    return got > 0 && sscanf(text, "3.%d", &minor) == 1 ? minor : -1;
}

/* Full path of `name` in PATH into `path`. */
static bool find_program(const char *name, char path[PATH_MAX]) {
    if (strchr(name, '/') != NULL) {
        snprintf(path, PATH_MAX, "%s", name);
        return access(path, X_OK) == 0;
    }
    const char *search = getenv("PATH");
    for (const char *at = search != NULL ? search : "/usr/local/bin:/usr/bin:/bin"; *at != '\0';) {
        size_t length = strcspn(at, ":");
        int written = snprintf(path, PATH_MAX, "%.*s/%s", (int)length, at, name);
        struct stat info;
        if (written < PATH_MAX && access(path, X_OK) == 0 && stat(path, &info) == 0 &&
            S_ISREG(info.st_mode)) {
            return true;
        }
        at += length + (at[length] == ':');
    }
    return false;
}

static void find_python(int wanted, char path[PATH_MAX]) {
    const char *named = getenv("PYTHON");
    if (named != NULL && named[0] != '\0') {
        if (!find_program(named, path) || minor_of(path) < wanted) {
            fprintf(stderr, "%s: $PYTHON is '%s', which is not Python 3.%d or later\n", self, named,
                    wanted);
            exit(EXIT_NO_PYTHON);
        }
        return;
    }
    int seen = -1;
    if (find_program("python3", path)) {
        seen = minor_of(path);
        if (seen >= wanted) {
            return;
        }
    }
    for (int minor = wanted; minor <= wanted + NEWER_MINORS; minor++) {
        char name[32];
        snprintf(name, sizeof(name), "python3.%d", minor);
        if (find_program(name, path) && minor_of(path) == minor) {
            return;
        }
    }
    fprintf(stderr, "%s: this program needs Python 3.%d or later on this machine", self, wanted);
    if (seen >= 0) {
        fprintf(stderr, "; python3 is 3.%d", seen);
    }
    fprintf(stderr, "\nhint: apt-get install python3.%d, or name an interpreter in $PYTHON\n",
            wanted);
    exit(EXIT_NO_PYTHON);
}

int main(int argc, char **argv) {
    find_self(argv[0]);
    char *settings = read_settings();
    int wanted = 0;
    size_t lines = 1;
    for (const char *at = settings; *at != '\0'; at++) {
        lines += *at == '\n';
    }
    char **command = calloc(lines + (size_t)argc + 3, sizeof(*command));
    if (command == NULL) {
        fail(EXIT_DAMAGED, "out of memory", "");
    }
    size_t count = 1; /* [0] is the interpreter */
    char *rest = NULL;
    for (char *line = strtok_r(settings, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "flag=", 5) == 0) {
            command[count++] = line + 5;
        } else if (strncmp(line, "env=", 4) == 0) {
            putenv(line + 4);
        } else {
            sscanf(line, "python=3.%d", &wanted);
        }
    }
    char python[PATH_MAX];
    find_python(wanted, python);
    command[0] = python;
    command[count++] = self;
    for (int i = 1; i < argc; i++) {
        command[count++] = argv[i];
    }
    execv(python, command);
    fail(EXIT_NO_PYTHON, "cannot run Python: ", strerror(errno));
}
