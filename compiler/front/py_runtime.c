/* Starting the interpreter that pyc2c uses as a library: for parsing and compiling, not for running
 * the user's program. It takes nothing from the environment (no PYTHON* variables, no site),
 * catches no signals, prints nothing, and hashes without a random seed, so that all it makes is
 * reproducible. */
#include "py_common.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <string.h>

static bool running;

/* Where the standard library lies and the pieces of it that go on sys.path. */
static bool add_search_path(PyConfig *config, const char *directory) {
    wchar_t *wide = Py_DecodeLocale(directory, NULL);
    bool ok = wide != NULL &&
              !PyStatus_Exception(PyWideStringList_Append(&config->module_search_paths, wide));
    PyMem_RawFree(wide);
    return ok;
}

static bool set_text(PyConfig *config, wchar_t **field, const char *text) {
    return !PyStatus_Exception(PyConfig_SetBytesString(config, field, text));
}

static bool configure(PyConfig *config, const char *stdlib) {
    Arena arena = {0};
    const char *dynload = path_join(&arena, stdlib, "lib-dynload");
    const char *prefix = path_dir(&arena, path_dir(&arena, stdlib));
    config->site_import = 0;
    config->install_signal_handlers = 0;
    config->write_bytecode = 0;
    config->pathconfig_warnings = 0;
    config->configure_c_stdio = 0;
    config->use_hash_seed = 1;
    config->hash_seed = 0;
    config->module_search_paths_set = 1;
    bool ok = add_search_path(config, stdlib) && add_search_path(config, dynload) &&
              set_text(config, &config->prefix, prefix) &&
              set_text(config, &config->exec_prefix, prefix) &&
              set_text(config, &config->base_prefix, prefix) &&
              set_text(config, &config->base_exec_prefix, prefix) &&
              set_text(config, &config->executable, "pyc2c") &&
              set_text(config, &config->base_executable, "pyc2c");
    arena_free(&arena);
    return ok;
}

/* The parser warns about doubtful code (invalid escapes, `is` with a literal). That is the business
 * of running the program, not of building it. The list is the one that also Lib/warnings.py uses.
 */
static bool ignore_warnings(void) {
    PyObject *module = PyImport_ImportModule("_warnings");
    PyObject *filters = module != NULL ? PyObject_GetAttrString(module, "filters") : NULL;
    PyObject *only = filters != NULL && PyList_Check(filters)
                         ? Py_BuildValue("[(sOOOi)]", "ignore", Py_None, PyExc_Warning, Py_None, 0)
                         : NULL;
    bool ok = only != NULL && PyList_SetSlice(filters, 0, PyList_GET_SIZE(filters), only) == 0;
    Py_XDECREF(only);
    Py_XDECREF(filters);
    Py_XDECREF(module);
    return ok;
}

static bool start(const char *stdlib, const char **message) {
    PyPreConfig before;
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    PyStatus status = Py_PreInitialize(&before);
    if (!PyStatus_Exception(status)) {
        PyConfig config;
        PyConfig_InitIsolatedConfig(&config);
        if (configure(&config, stdlib)) {
            status = Py_InitializeFromConfig(&config);
        } else {
            status = PyStatus_NoMemory();
        }
        PyConfig_Clear(&config);
    }
    *message = status.err_msg != NULL ? status.err_msg : "unknown reason";
    return !PyStatus_Exception(status);
}

bool front_init(const char *stdlib, const char **error) {
    static char text[4096 + 256];
    const char *message = NULL;
    if (running) {
        return true;
    }
    Arena arena = {0};
    bool complete = fs_is_file(path_join(&arena, stdlib, "encodings/__init__.py"));
    arena_free(&arena);
    if (!complete) {
        snprintf(text, sizeof(text), "'%s' holds no Python standard library", stdlib);
        *error = text;
        return false;
    }
    if (!start(stdlib, &message)) {
        snprintf(text, sizeof(text),
                 "Python %d.%d could not be started with the library in '%s': %s", PY_MAJOR_VERSION,
                 PY_MINOR_VERSION, stdlib, message);
        *error = text;
        return false;
    }
    running = true;
    PyGC_Disable(); /* nothing here makes cycles worth looking for */
    if (!ignore_warnings()) {
        PyErr_Clear();
        *error = "Python's warning filters could not be set";
        return false;
    }
    PyEval_SaveThread(); /* every entry takes the lock again, from whatever thread */
    return true;
}

void front_finish(void) {
    if (running) {
        running = false;
        PyGILState_Ensure();
        Py_FinalizeEx();
    }
}

const char *front_python_version(void) {
    static char version[32];
    if (version[0] == '\0') { /* what is linked in, not what the headers said */
        size_t length = strcspn(Py_GetVersion(), " ");
        snprintf(version, sizeof(version), "%.*s", (int)length, Py_GetVersion());
    }
    return version;
}

void front_python_minor(int *major, int *minor) {
    *major = PY_MAJOR_VERSION;
    *minor = PY_MINOR_VERSION;
}
