/* target: the Python environment a program is built from.
 *
 * A child of the chosen interpreter tells about itself, in one go and without importing anything
 * that it has not loaded already: `key=value` records, each ended by a NUL, because paths may hold
 * any other byte. JSON would need a parser, and the parser needs the answer (where the standard
 * library is). */
#include "modules.h"
#include "names.h"

#include "../support/fs.h"
#include "../support/path.h"
#include "../support/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char PROBE[] =
    "import sys, os, _imp\n"
    "out = []\n"
    "def say(key, value):\n"
    "    out.append(os.fsencode(key) + b'=' + os.fsencode(value) + b'\\0')\n"
    "def absolute(paths):\n"
    "    return [os.path.abspath(p) for p in paths if p]\n"
    "site = sys.modules.get('site')\n"
    "stdlib = os.path.dirname(os.path.abspath(os.__file__))\n"
    "sites = absolute(site.getsitepackages()) if site else []\n"
    "if site and site.ENABLE_USER_SITE and site.USER_SITE:\n"
    "    sites += absolute([site.USER_SITE])\n"
    "say('version', '%d.%d.%d' % sys.version_info[:3])\n"
    "say('implementation', sys.implementation.name)\n"
    "say('stdlib', stdlib)\n"
    "for entry in dict.fromkeys(absolute(sys.path)):\n"
    "    if entry == os.path.join(stdlib, 'lib-dynload'):\n"
    "        say('dynload', entry)\n"
    "    elif entry in sites:\n"
    "        say('site', entry)\n"
    "    elif entry != stdlib and not os.path.isdir(entry):\n"
    "        continue\n"
    "    elif entry != stdlib:\n"
    "        say('extra', entry)\n"
    "    say('path', entry)\n"
    "for name in sorted(sys.builtin_module_names):\n"
    "    say('builtin', name)\n"
    "for name in sorted(sys.stdlib_module_names):\n"
    "    say('stdlib_name', name)\n"
    "for name in sorted(_imp._frozen_module_names()):\n"
    "    if os.path.isfile(os.path.join(stdlib, *name.split('.')) + '.py'):\n"
    "        say('frozen', name)\n"
    "for suffix in _imp.extension_suffixes():\n"
    "    say('suffix', suffix)\n"
    "for option in sys.warnoptions:\n"
    "    say('warning', option)\n"
    "external = sys.modules['_frozen_importlib_external']\n"
    "say('magic', external.MAGIC_NUMBER.hex())\n"
    "mapped = {}\n"
    "for finder in sys.meta_path:\n"
    "    module = sys.modules.get(getattr(finder, '__module__', None))\n"
    "    for owner, name in ((module, 'MAPPING'), (finder, 'known_source_files'),\n"
    "                        (finder, 'known_wheel_files')):\n"
    "        table = getattr(owner, name, None)\n"
    "        if isinstance(table, dict):\n"
    "            mapped.update(table)\n"
    "for name, path in sorted(mapped.items()):\n"
    "    if isinstance(name, str) and isinstance(path, str):\n"
    "        say('mapped', name + '=' + os.path.abspath(path))\n"
    "os.write(1, b''.join(out))\n";

enum { PROBE_TIMEOUT = 30 };

/* ---- asking ---- */

static void take_mapping(Arena *arena, Target *target, const char *value) {
    size_t length = strcspn(value, "=");
    if (value[length] == '=') {
        vec_push(&target->mapped_names, arena_strndup(arena, value, length));
        vec_push(&target->mapped_paths, arena_strdup(arena, value + length + 1));
    }
}

static void take_record(Arena *arena, Target *target, const char *key, const char *text) {
    const struct {
        const char *key;
        const char **field;
    } texts[] = {{"version", &target->version},
                 {"stdlib", &target->stdlib},
                 {"dynload", &target->dynload},
                 {"magic", &target->pyc_magic}};
    const struct {
        const char *key;
        StrVec *list;
    } lists[] = {{"path", &target->path},
                 {"site", &target->site_dirs},
                 {"extra", &target->extra_paths},
                 {"builtin", &target->builtin_names},
                 {"stdlib_name", &target->stdlib_names},
                 {"frozen", &target->frozen_names},
                 {"suffix", &target->extension_suffixes},
                 {"warning", &target->warnings}};
    const char *value = arena_strdup(arena, text);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(key, texts[i].key) == 0) {
            *texts[i].field = value;
        }
    }
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (strcmp(key, lists[i].key) == 0) {
            vec_push(lists[i].list, value);
        }
    }
    if (strcmp(key, "mapped") == 0) {
        take_mapping(arena, target, value);
    }
}

static void take_answer(Arena *arena, Target *target, const StrBuf *answer) {
    const char *at = strbuf_text(answer);
    const char *end = at + answer->length;
    while (at < end) {
        size_t length = strlen(at);
        size_t key_length = strcspn(at, "=");
        if (key_length < length) {
            char *key = arena_strndup(arena, at, key_length);
            take_record(arena, target, key, at + key_length + 1);
        }
        at += length + 1;
    }
}

/* ".cpython-311-x86_64-linux-gnu.so" -> "cpython-311-x86_64-linux-gnu" */
static const char *soabi_of(Arena *arena, const Target *target) {
    if (target->extension_suffixes.count == 0) {
        return "";
    }
    const char *suffix = target->extension_suffixes.items[0];
    size_t length = strlen(suffix);
    if (suffix[0] != '.' || length < 5) {
        return "";
    }
    return arena_strndup(arena, suffix + 1, length - 1 - strlen(".so"));
}

static bool is_complete(Target *target) {
    return target->version != NULL && target->stdlib != NULL && target->pyc_magic != NULL &&
           target->path.count > 0 && target->extension_suffixes.count > 0 &&
           sscanf(target->version, "%d.%d", &target->major, &target->minor) == 2;
}

static void finish_target(Arena *arena, Target *target) {
    target->soabi = soabi_of(arena, target);
    if (target->dynload == NULL) {
        target->dynload = path_join(arena, target->stdlib, "lib-dynload");
    }
    /* importlib's own two parts are frozen under other names and then known under these. */
    vec_push(&target->frozen_names, "importlib._bootstrap");
    vec_push(&target->frozen_names, "importlib._bootstrap_external");
    strvec_sort_unique(&target->frozen_names);
}

static void report_failure(const char *python, const ProcResult *result, Diags *diags) {
    static const char *hint = "name another interpreter with --python=/path/to/python3";
    if (result->not_started) {
        diag_error(diags, EXIT_TOOLCHAIN, hint, "cannot run the Python interpreter '%s': %s",
                   python, strerror(result->start_errno));
    } else if (result->timed_out) {
        diag_error(diags, EXIT_TOOLCHAIN, hint,
                   "the Python interpreter '%s' gave no answer in %d s", python, PROBE_TIMEOUT);
    } else {
        const char *text = strbuf_text(&result->err);
        diag_error(diags, EXIT_TOOLCHAIN, hint,
                   "'%s' did not answer as a CPython 3.11 or later does%s%.400s", python,
                   *text != '\0' ? ": " : "", text);
    }
}

static bool ask(Arena *arena, const char *python, Target *target, Diags *diags) {
    const char *argv[] = {python, "-B", "-c", PROBE, NULL};
    ProcSpec spec = {.argv = argv, .timeout = PROBE_TIMEOUT};
    ProcResult result = {0};
    bool ok = proc_run(&spec, &result);
    if (ok) {
        take_answer(arena, target, &result.out);
        ok = is_complete(target);
    }
    if (ok) {
        target->executable = arena_strdup(arena, python);
        finish_target(arena, target);
    } else if (diags != NULL) {
        report_failure(python, &result, diags);
    }
    proc_result_free(&result);
    return ok;
}

/* ---- another patch level ---- */

/* The interpreter inside the executable is the one pyc2c was built with, so the standard library
 * has to be its own: Python files and C code of one release belong together. Site directories stay.
 */
static void use_standard_library_of(const Target *other, Target *target) {
    for (size_t i = 0; i < target->path.count; i++) {
        if (strcmp(target->path.items[i], target->stdlib) == 0) {
            target->path.items[i] = other->stdlib;
        } else if (strcmp(target->path.items[i], target->dynload) == 0) {
            target->path.items[i] = other->dynload;
        }
    }
    target->version = other->version;
    target->stdlib = other->stdlib;
    target->dynload = other->dynload;
    target->builtin_names = other->builtin_names;
    target->frozen_names = other->frozen_names;
    target->stdlib_names = other->stdlib_names;
    target->pyc_magic = other->pyc_magic;
}

static bool find_own_release(Arena *arena, const Target *target, Target *other) {
    const char *name = arena_printf(arena, "python%d.%d", target->major, target->minor);
    const char *candidates[] = {
#ifdef PYC2C_PYTHON
        PYC2C_PYTHON,
#endif
        arena_printf(arena, "/usr/bin/%s", name), arena_printf(arena, "/usr/local/bin/%s", name),
        proc_find(arena, name)};
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        *other = (Target){0};
        if (candidates[i] != NULL && ask(arena, candidates[i], other, NULL) &&
            strcmp(other->version, front_python_version()) == 0) {
            return true;
        }
    }
    return false;
}

static void match_own_release(Arena *arena, Target *target, Diags *diags) {
    int major, minor;
    front_python_minor(&major, &minor);
    if (major != target->major || minor != target->minor ||
        strcmp(target->version, front_python_version()) == 0) {
        return;
    }
    Target own;
    if (find_own_release(arena, target, &own)) {
        use_standard_library_of(&own, target);
    } else {
        diag_warning(diags, "build pyc2c with this Python: make PYTHON=/path/to/it",
                     "the environment has Python %s, the executable will hold Python %s and its "
                     "standard library was not found: the one of %s is used",
                     target->version, front_python_version(), target->version);
    }
}

bool target_query(Arena *arena, const char *python, Target *target, Diags *diags) {
    *target = (Target){0};
    if (!ask(arena, python, target, diags)) {
        return false;
    }
    match_own_release(arena, target, diags);
    return true;
}

/* ---- choosing ---- */

static const char *interpreter_of_venv(Arena *arena, const char *directory) {
    const char *config = path_join(arena, directory, "pyvenv.cfg");
    const char *python = path_join(arena, directory, "bin/python");
    return fs_is_file(config) && access(python, X_OK) == 0 ? python : NULL;
}

/* ./.venv beside the project: the project root, the source's directory and its parents. */
static const char *venv_of_project(Arena *arena, const Request *request) {
    const char *start = request->project_root;
    if (start == NULL && request->source != NULL) {
        const char *source = arena_strndup(arena, request->source, strcspn(request->source, ":"));
        const char *file = path_absolute(arena, source);
        start = fs_is_dir(file) ? file : path_dir(arena, file);
    }
    if (start == NULL) {
        start = path_absolute(arena, ".");
    }
    for (const char *directory = path_absolute(arena, start);;
         directory = path_dir(arena, directory)) {
        const char *python = interpreter_of_venv(arena, path_join(arena, directory, ".venv"));
        if (python != NULL || strcmp(directory, "/") == 0) {
            return python;
        }
    }
}

/* --python may be a virtual environment, a path, a name to be found in PATH, or a version like
 * "3.12". */
static const char *named_interpreter(Arena *arena, const char *name, Diags *diags) {
    const char *of_venv = interpreter_of_venv(arena, path_absolute(arena, name));
    if (of_venv != NULL) {
        return of_venv;
    }
    if (strchr(name, '/') != NULL) {
        if (fs_is_dir(name)) {
            diag_error(diags, EXIT_USAGE, "name an interpreter or a virtual environment",
                       "--python: '%s' is a directory without a Python in it", name);
            return NULL;
        }
        if (access(name, X_OK) != 0) {
            diag_error(diags, EXIT_USAGE, NULL, "--python: cannot run '%s'", name);
            return NULL;
        }
        return path_absolute(arena, name);
    }
    bool version = name[0] >= '0' && name[0] <= '9';
    const char *program = version ? arena_printf(arena, "python%s", name) : name;
    const char *found = proc_find(arena, program);
    if (found == NULL) {
        diag_error(diags, EXIT_USAGE,
                   "give the path of an interpreter or a virtual environment: "
                   "--python=/path/to/python3",
                   "--python: there is no '%s' in PATH%s", program,
                   fs_is_dir(name) ? ", and the directory has no Python in it" : "");
    }
    return found;
}

const char *target_choose(Arena *arena, const Request *request, Diags *diags) {
    if (request->python != NULL) {
        return named_interpreter(arena, request->python, diags);
    }
    const char *environment = getenv("VIRTUAL_ENV");
    if (environment != NULL && *environment != '\0') {
        const char *python = interpreter_of_venv(arena, environment);
        if (python != NULL) {
            return python;
        }
    }
    const char *python = venv_of_project(arena, request);
    if (python != NULL) {
        return python;
    }
    int major, minor;
    front_python_minor(&major, &minor);
    python = proc_find(arena, arena_printf(arena, "python%d.%d", major, minor));
    if (python == NULL) {
        python = proc_find(arena, "python3");
    }
#ifdef PYC2C_PYTHON
    if (python == NULL && access(PYC2C_PYTHON, X_OK) == 0) {
        python = PYC2C_PYTHON;
    }
#endif
    if (python == NULL) {
        diag_error(diags, EXIT_TOOLCHAIN,
                   "install one (Debian: apt install python3), or name it with --python",
                   "no Python interpreter was found: neither $VIRTUAL_ENV, .venv nor PATH has one");
    }
    return python;
}
