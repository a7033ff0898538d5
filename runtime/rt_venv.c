/* The `python` of a virtual environment that this executable made.
 *
 * The venv module and virtualenv make an environment of sys.executable: in its `bin`, a copy of
 * this file or a link to it, under the file's own name and under those of python; in the directory
 * above, pyvenv.cfg, which says what it was made of. Whoever starts that wants an interpreter, also
 * when it is not our own child. A program that is installed into an environment has another name
 * than the executable that the environment was made of.
 *
 * The interpreter has the modules of the program, and what is installed in the environment. As
 * site.venv does, but all packages of the program stay visible, and .pth files are not read. */
#include <stdio.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "rt_exec.h"

static char python_path[PATH_MAX];
static char environment_path[PATH_MAX];

/* `python`, `python3`, `python3.11` */
static bool is_python_name(const char *name) {
    static const char python[] = "python";
    return strncmp(name, python, sizeof python - 1) == 0 &&
           name[sizeof python - 1 + strspn(name + sizeof python - 1, "0123456789.")] == 0;
}

/* Cuts the last component off; false when there is none. */
static bool to_parent(char *path) {
    char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path) {
        return false;
    }
    *slash = 0;
    return true;
}

/* Does the line `key = /path/to/name` say that the environment was made of a file of this name? */
static bool is_made_of(char *line, const char *name) {
    static const char *const keys[] = {"executable", "base-executable"};
    char *equals = strchr(line, '=');
    char *end = line + strcspn(line, "\r\n");
    if (equals == NULL) {
        return false;
    }
    *end = 0;
    size_t key = strcspn(line, " \t=");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (key == strlen(keys[i]) && strncmp(line, keys[i], key) == 0) {
            const char *slash = strrchr(equals, '/');
            return slash != NULL && strcmp(slash + 1, name) == 0;
        }
    }
    return false;
}

/* Is the directory that of an environment whose python has this name? */
static bool is_environment(const char *directory, const char *name) {
    char text[PATH_MAX + 64];
    snprintf(text, sizeof text, "%s/pyvenv.cfg", directory);
    FILE *file = fopen(text, "re");
    if (file == NULL) {
        return false;
    }
    bool found = is_python_name(name);
    while (!found && fgets(text, sizeof text, file) != NULL) {
        found = is_made_of(text, name);
    }
    fclose(file);
    return found;
}

/* The absolute path of the candidate into python_path. */
static bool make_absolute(const char *candidate) {
    size_t used = 0;
    if (candidate[0] != '/') {
        if (getcwd(python_path, sizeof python_path - 1) == NULL) {
            return false;
        }
        used = strlen(python_path);
        python_path[used++] = '/';
    }
    if (used + strlen(candidate) >= sizeof python_path) {
        return false;
    }
    memcpy(python_path + used, candidate, strlen(candidate) + 1);
    return true;
}

/* Environments have their python in `bin`, and pyvenv.cfg above it. Beside a file named python it
 * is looked for, too, as CPython does; other files of the host are not asked for. */
static bool accept(const char *candidate, void *context) {
    (void)context;
    if (!rt_exec_is_own(candidate) || !make_absolute(candidate)) {
        return false;
    }
    memcpy(environment_path, python_path, sizeof environment_path);
    const char *name = strrchr(python_path, '/') + 1;
    if (!to_parent(environment_path)) {
        return false;
    }
    if (is_python_name(name) && is_environment(environment_path, name)) {
        return true;
    }
    const char *slash = strrchr(environment_path, '/');
    bool possible = is_python_name(name) || (slash != NULL && strcmp(slash, "/bin") == 0);
    return possible && to_parent(environment_path) && is_environment(environment_path, name);
}

bool rt_venv_find(const char *called) {
    bool found = getauxval(AT_SECURE) == 0 && rt_exec_search(called, accept, NULL);
    if (!found) {
        environment_path[0] = 0;
    }
    return found;
}

const char *rt_venv_python(void) {
    return environment_path[0] != 0 ? python_path : NULL;
}

const char *rt_venv_directory(void) {
    return environment_path[0] != 0 ? environment_path : NULL;
}
