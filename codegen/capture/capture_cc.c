/* capture-cc, capture-cxx: stand in for the compiler while an sdist is built, and keep its objects.
 *
 * Compilations run the real compiler without position independence (the objects go into an
 * executable). A link of a shared object ("-shared") is not done: its objects and private archives
 * are copied to a directory of their own under $PYC2C_CAPTURE_DIR, with a list of them, and a small
 * text file takes the place of the shared object. In the finished wheel that file stands where the
 * extension module belongs, so its path is the module's name and its text leads to the objects.
 *
 * Environment: PYC2C_CAPTURE_DIR; PYC2C_CAPTURE_CC and PYC2C_CAPTURE_CXX name the real compilers;
 * PYC2C_CAPTURE_PIE is set for a position independent executable.
 *
 * The list, `<dir>/list`, has one line per item: "object FILE", "archive FILE", "library -lNAME"
 * and "cxx" when the C++ compiler linked. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CAPTURE_MARK "PYC2C-CAPTURE "

typedef struct Words {
    const char **items;
    size_t count;
} Words;

static _Noreturn void fail(const char *what, const char *name) {
    fprintf(stderr, "capture-cc: %s '%s': %s\n", what, name, strerror(errno));
    exit(1);
}

static void add(Words *words, const char *word) {
    words->items = realloc(words->items, (words->count + 2) * sizeof(*words->items));
    if (words->items == NULL) {
        fail("out of memory at", word);
    }
    words->items[words->count++] = word;
    words->items[words->count] = NULL;
}

static char *format_path(const char *directory, const char *name) {
    char *path;
    if (asprintf(&path, "%s/%s", directory, name) < 0) {
        fail("out of memory at", name);
    }
    return path;
}

static bool starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

static const char *required(const char *name) {
    const char *value = getenv(name);
    if (value == NULL || value[0] == '\0') {
        fprintf(stderr, "capture-cc: %s is not set; this program is run by pyc2c only\n", name);
        exit(1);
    }
    return value;
}

/* ---- compiling ---- */

/* Position independence, debug information and LTO bytecode would only be in the way; -Werror would
 * make warnings about our extra flags fatal. */
static bool is_dropped(const char *argument) {
    static const char *const exact[] = {"-fPIC", "-fpic", "-fPIE",  "-fpie",
                                        "-pie",  "-g",    "-Werror"};
    for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
        if (strcmp(argument, exact[i]) == 0) {
            return true;
        }
    }
    return starts_with(argument, "-flto") || strcmp(argument, "-ffat-lto-objects") == 0;
}

static void add_compiler(Words *words, const char *command) {
    char *copy = strdup(command);
    char *rest = NULL;
    for (char *word = strtok_r(copy, " \t", &rest); word != NULL;
         word = strtok_r(NULL, " \t", &rest)) {
        add(words, word);
    }
}

static _Noreturn void run_compiler(const char *compiler, int argc, char **argv) {
    Words words = {0};
    bool links = true;
    add_compiler(&words, compiler);
    for (int i = 1; i < argc; i++) {
        if (!is_dropped(argv[i])) {
            add(&words, argv[i]);
        }
        links &=
            strcmp(argv[i], "-c") != 0 && strcmp(argv[i], "-S") != 0 && strcmp(argv[i], "-E") != 0;
    }
    const char *model = required("PYC2C_CAPTURE_MODEL"); /* -fno-pie, -fPIE or -fPIC */
    if (links) {
        add(&words, strcmp(model, "-fno-pie") == 0 ? "-no-pie" : "-pie"); /* configure's tests */
    }
    add(&words, model);
    add(&words, "-fno-common");
    add(&words, "-fno-gnu-unique"); /* such symbols stay global whatever objcopy is told */
    add(&words, "-w");
    execvp(words.items[0], (char *const *)words.items);
    fail("cannot run", words.items[0]);
}

/* ---- "linking" ---- */

static void copy_file(const char *from, const char *to) {
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (in < 0 || out < 0) {
        fail("cannot copy", from);
    }
    char buffer[1 << 16];
    ssize_t got;
    while ((got = read(in, buffer, sizeof(buffer))) > 0) {
        for (ssize_t done = 0; done < got;) {
            ssize_t put = write(out, buffer + done, (size_t)(got - done));
            if (put < 0) {
                fail("cannot write", to);
            }
            done += put;
        }
    }
    if (got < 0 || close(out) != 0) {
        fail("cannot copy", from);
    }
    close(in);
}

/* A new directory 000, 001, … : builds may run several links at once. */
static char *new_directory(const char *parent) {
    for (int number = 0; number < 100000; number++) {
        char name[16];
        snprintf(name, sizeof(name), "%05d", number);
        char *path = format_path(parent, name);
        if (mkdir(path, 0700) == 0) {
            return path;
        }
        if (errno != EEXIST) {
            fail("cannot create", path);
        }
        free(path);
    }
    fail("too many links in", parent);
}

/* `-lfoo` means a private library when a -L directory of the build tree has libfoo.a. */
static char *private_archive(const char *library, const Words *directories) {
    for (size_t i = 0; i < directories->count; i++) {
        char *name;
        if (starts_with(directories->items[i], "/usr/") ||
            asprintf(&name, "lib%s.a", library + strlen("-l")) < 0) {
            continue;
        }
        char *path = format_path(directories->items[i], name);
        free(name);
        if (access(path, R_OK) == 0) {
            return path;
        }
        free(path);
    }
    return NULL;
}

static void capture_link(int argc, char **argv, bool cxx) {
    const char *output = "a.out";
    Words inputs = {0};
    Words libraries = {0};
    Words directories = {0};
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        if (strcmp(argument, "-o") == 0 && i + 1 < argc) {
            output = argv[++i];
        } else if (starts_with(argument, "-L")) {
            add(&directories, argument[2] != '\0' ? argument + 2 : i + 1 < argc ? argv[++i] : ".");
        } else if (starts_with(argument, "-l")) {
            add(&libraries, argument);
        } else if (argument[0] != '-' && (ends_with(argument, ".o") || ends_with(argument, ".a") ||
                                          ends_with(argument, ".lo"))) {
            add(&inputs, argument);
        }
    }
    char *directory = new_directory(required("PYC2C_CAPTURE_DIR"));
    char *list_path = format_path(directory, "list");
    FILE *list = fopen(list_path, "w");
    if (list == NULL) {
        fail("cannot write", list_path);
    }
    for (size_t i = 0; i < libraries.count; i++) {
        char *archive = private_archive(libraries.items[i], &directories);
        if (archive != NULL) {
            add(&inputs, archive);
        } else {
            fprintf(list, "library %s\n", libraries.items[i]);
        }
    }
    for (size_t i = 0; i < inputs.count; i++) {
        const char *slash = strrchr(inputs.items[i], '/');
        bool archive = ends_with(inputs.items[i], ".a");
        char name[NAME_MAX];
        snprintf(name, sizeof(name), "%03zu_%.150s", i,
                 slash != NULL ? slash + 1 : inputs.items[i]);
        char *copy = format_path(directory, name);
        copy_file(inputs.items[i], copy);
        fprintf(list, "%s %s\n", archive ? "archive" : "object", copy);
    }
    if (cxx) {
        fprintf(list, "cxx\n");
    }
    FILE *stub = fopen(output, "w");
    if (fclose(list) != 0 || stub == NULL) {
        fail("cannot write", stub == NULL ? output : list_path);
    }
    fprintf(stub, CAPTURE_MARK "%s\n", directory);
    if (fclose(stub) != 0 || chmod(output, 0755) != 0) {
        fail("cannot write", output);
    }
}

int main(int argc, char **argv) {
    bool cxx = ends_with(argv[0], "cxx");
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-shared") == 0) {
            capture_link(argc, argv, cxx);
            return 0;
        }
    }
    run_compiler(required(cxx ? "PYC2C_CAPTURE_CXX" : "PYC2C_CAPTURE_CC"), argc, argv);
}
