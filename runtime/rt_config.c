/* Starting the interpreter: PyConfig for the program and for interpreter children.
 *
 * CPython's own option parser reads the flags given at build time (--python-flag) in front of the
 * program's arguments, so -u, -W, -X and friends mean exactly what they mean to python. Environment
 * variables that could redirect imports are overridden after CPython has read them; the environment
 * itself is left alone, because children must see it unchanged. */
#include "rt_py.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if RT_HAS_HIDDEN_FUNCTIONS
/* Replaces getpath.o of libpython.a: every path is set below, nothing is searched for on disk. */
PyStatus _PyConfig_InitPathConfig(PyConfig *config, int compute_path_config) {
    (void)compute_path_config;
    return _PyPathConfig_ReadGlobal(config);
}

/* The rest of what that object exports: _testinternalcapi imports it, and could not be loaded
 * without. */
PyObject *_Py_Get_Getpath_CodeObject(void) {
    PyErr_SetString(PyExc_RuntimeError, "this executable has no code that searches for paths");
    return NULL;
}
#endif

typedef struct ArgumentList {
    char **items;
    Py_ssize_t count;
} ArgumentList;

static void add_argument(ArgumentList *list, const char *argument) {
    list->items[list->count++] = (char *)argument;
}

static void add_flag(const char *flag, void *context) {
    add_argument(context, flag);
}

static void count_flag(const char *flag, void *context) {
    (void)flag;
    ++*(int *)context;
}

static void check(PyStatus status, PyConfig *config) {
    if (PyStatus_Exception(status)) {
        PyConfig_Clear(config);
        Py_ExitStatusException(status);
    }
}

static void set_path(PyConfig *config, wchar_t **field, const char *relative) {
    char *full = NULL;
    if (asprintf(&full, "%s%s%s", rt_image.exe, relative[0] ? "/" : "", relative) < 0) {
        abort();
    }
    check(PyConfig_SetBytesString(config, field, full), config);
    free(full);
}

/* "/real/directory", ".." and "../x": beside the executable, or a path below the executable. */
static void add_search_path(const char *path, void *context) {
    PyConfig *config = context;
    wchar_t *decoded = NULL;
    if (path[0] == '/') {
        check(PyConfig_SetBytesString(config, &decoded, path), config);
    } else if (strncmp(path, "..", 2) == 0 && (path[2] == '/' || path[2] == '\0')) {
        char *full = NULL;
        int directory = (int)(strrchr(rt_image.exe, '/') - rt_image.exe);
        if (asprintf(&full, "%.*s%s", directory, rt_image.exe, path + 2) < 0) {
            abort();
        }
        check(PyConfig_SetBytesString(config, &decoded, full), config);
        free(full);
    } else {
        set_path(config, &decoded, path);
    }
    check(PyWideStringList_Append(&config->module_search_paths, decoded), config);
    PyMem_RawFree(decoded);
}

/* In a virtual environment of this executable. */
static void set_environment_paths(PyConfig *config) {
    char packages[PATH_MAX + 64];
    snprintf(packages, sizeof packages, "%s/lib/python%d.%d/site-packages", rt_venv_directory(),
             PY_MAJOR_VERSION, PY_MINOR_VERSION);
    check(PyConfig_SetBytesString(config, &config->executable, rt_venv_python()), config);
    check(PyConfig_SetBytesString(config, &config->prefix, rt_venv_directory()), config);
    check(PyConfig_SetBytesString(config, &config->exec_prefix, rt_venv_directory()), config);
    add_search_path(packages, config);
}

static void set_paths(PyConfig *config) {
    const char *stdlib = rt_setting("stdlib");
    set_path(config, &config->executable, "");
    set_path(config, &config->base_executable, "");
    set_path(config, &config->program_name, "");
    set_path(config, &config->prefix, "");
    set_path(config, &config->base_prefix, "");
    set_path(config, &config->exec_prefix, "");
    set_path(config, &config->base_exec_prefix, "");
    set_path(config, &config->stdlib_dir, stdlib != NULL ? stdlib : "");
    check(PyConfig_SetBytesString(config, &config->platlibdir, "lib"), config);
    config->module_search_paths_set = 1;
    rt_setting_each("path", add_search_path, config);
    config->pathconfig_warnings = 0;
    if (rt_venv_directory() != NULL) {
        set_environment_paths(config);
    }
}

/* What CPython's own search for paths did although every path was set; -1 with an exception set. */
#if RT_HAS_HIDDEN_FUNCTIONS
static int restore_stdlib(void) {
    return 0;
}
#else
/* A shared libpython runs its getpath.py, which leaves all paths as they were set but the directory
 * of the standard library: it forgets that, and frozen modules imported since then have no
 * __file__. -1 with an exception set. */
static int restore_stdlib(void) {
    static const char repair[] =
        "for module in list(sys.modules.values()):\n"
        "    spec = getattr(module, '__spec__', None)\n"
        "    state = getattr(spec, 'loader_state', None)\n"
        "    if state and spec.origin == 'frozen' and state.origname and not state.filename:\n"
        "        module.__origname__ = state.origname\n"
        "        spec.loader_state = None\n"
        "        spec.loader._fix_up_module(module)\n";
    PyConfig *config = &PyInterpreterState_Get()->config;
    const char *stdlib = rt_setting("stdlib");
    set_path(config, &config->stdlib_dir, stdlib != NULL ? stdlib : "");
    PyObject *path = PyUnicode_FromWideChar(config->stdlib_dir, -1);
    PyObject *namespace = PyDict_New();
    PyObject *done = NULL;
    if (path != NULL && namespace != NULL && PySys_SetObject("_stdlib_dir", path) == 0 &&
        PyDict_SetItemString(namespace, "__builtins__", PyEval_GetBuiltins()) == 0 &&
        PyDict_SetItemString(namespace, "sys", PyImport_AddModule("sys")) == 0) {
        done = PyRun_String(repair, Py_file_input, namespace, namespace);
    }
    Py_XDECREF(path);
    Py_XDECREF(namespace);
    Py_XDECREF(done);
    return done != NULL ? 0 : -1;
}
#endif

/* After CPython read the environment: what must not come from there. */
static void override_environment(PyConfig *config, RtChildKind kind) {
    const char *optimize = rt_setting("optimize");
    int level = optimize != NULL ? atoi(optimize) : 0;
    if (kind == RT_RUN_PROGRAM || config->optimization_level < level) {
        config->optimization_level = level;
    }
    PyMem_RawFree(config->pythonpath_env);
    config->pythonpath_env = NULL;
    PyMem_RawFree(config->home);
    config->home = NULL;
    /* getpath.py looks for no pyvenv.cfg when there is a home, which it splits at a colon. It makes
     * it the prefix, too. */
    const char *prefix = rt_venv_directory() != NULL ? rt_venv_directory() : rt_image.exe;
    if (!RT_HAS_HIDDEN_FUNCTIONS && strchr(prefix, ':') == NULL) {
        check(PyConfig_SetBytesString(config, &config->home, prefix), config);
    }
    if (kind == RT_RUN_PROGRAM) {
        config->inspect = 0;
        config->safe_path = 0;
        config->user_site_directory = 1;
    }
}

/* sys.argv and sys.orig_argv of the program: see "argv" in docs/COMPATIBILITY.md. */
static void set_arguments(PyConfig *config, int argc, char **argv, int first) {
    wchar_t *item = NULL;
    check(PyConfig_SetBytesString(config, &item, argc > 0 ? argv[0] : rt_image.exe), config);
    if (config->argv.length == 0) {
        check(PyWideStringList_Append(&config->argv, item), config);
    } else {
        check(PyConfig_SetString(config, &config->argv.items[0], item), config);
    }
    PyMem_RawFree(item);
    while (config->orig_argv.length > 0) {
        PyMem_RawFree(config->orig_argv.items[--config->orig_argv.length]);
    }
    check(PyWideStringList_Append(&config->orig_argv, config->executable), config);
    check(PyWideStringList_Append(&config->orig_argv, config->executable), config);
    for (int i = first; i < argc; i++) {
        item = NULL;
        check(PyConfig_SetBytesString(config, &item, argv[i]), config);
        check(PyWideStringList_Append(&config->orig_argv, item), config);
        PyMem_RawFree(item);
    }
}

/* The command line that python would have got: flags of the build, then script and arguments. */
static ArgumentList program_command(int argc, char **argv, int first) {
    int flags = 0;
    rt_setting_each("flag", count_flag, &flags);
    ArgumentList list = {.items = calloc((size_t)(flags + argc + 3), sizeof(char *))};
    if (list.items == NULL) {
        abort();
    }
    add_argument(&list, rt_image.exe);
    rt_setting_each("flag", add_flag, &list);
    add_argument(&list, rt_image.exe); /* stands for the script; argv[0] is set afterwards */
    for (int i = first; i < argc; i++) {
        add_argument(&list, argv[i]);
    }
    return list;
}

void rt_config_start(RtChildKind kind, int argc, char **argv, int first) {
    ArgumentList command = {.items = argv, .count = argc};
    if (kind == RT_RUN_PROGRAM) {
        command = program_command(argc, argv, first);
    }
    rt_arena_prepare();
    rt_frozen_prepare();
    rt_code_prepare();
    PyConfig config;
    PyPreConfig preconfig;
    PyPreConfig_InitPythonConfig(&preconfig);
    PyConfig_InitPythonConfig(&config);
    check(Py_PreInitializeFromBytesArgs(&preconfig, command.count, command.items), &config);
    check(PyConfig_SetBytesArgv(&config, command.count, command.items), &config);
    set_paths(&config);
    check(PyConfig_Read(&config), &config);
    override_environment(&config, kind);
    rt_site_wanted = config.site_import != 0;
    config.site_import = 0; /* rt_site.c does what is left to do */
    if (kind == RT_RUN_PROGRAM) {
        set_arguments(&config, argc, argv, first);
        PyMem_RawFree(config.run_filename);
        config.run_filename = NULL;
        free(command.items);
    }
    /* Initialising reads the configuration once more; what was decided above must stay. */
    int use_environment = config.use_environment;
    int warn_default_encoding = config.warn_default_encoding;
    config.use_environment = 0;
    config._init_main = 0;
    check(Py_InitializeFromConfig(&config), &config);
    rt_keep_options(PyInterpreterState_Get(), use_environment, warn_default_encoding);
    if (rt_native_start != NULL && rt_native_start() < 0) {
        check(PyStatus_Error("native code could not be prepared"), &config);
    }
    if (rt_import_install() < 0) {
        check(PyStatus_Error("the importer could not be installed"), &config);
    }
    check(_Py_InitializeMain(), &config);
    if (restore_stdlib() < 0) {
        check(PyStatus_Error("the standard library's directory could not be set"), &config);
    }
    PyConfig_Clear(&config);
}
