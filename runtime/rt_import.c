/* The importer.
 *
 * Modules of the image are ordinary importlib modules (rt_load.c) that FileFinders over the virtual
 * directories find (rt_vfs serves them). That alone is correct. On top of it, `_find_and_load` of
 * importlib._bootstrap is replaced by a C version that takes a module straight from the image's
 * table when importlib would certainly find it there: meta_path, sys.path and the parent's __path__
 * are as they were at start. Otherwise the original function runs.
 *
 * Follows _find_and_load and _find_and_load_unlocked of Lib/importlib/_bootstrap.py, module locks
 * included. */
#include "rt_import.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

RtImporter rt_importer;

/* ---- sys.path hook ---- */

/* A FileFinder for a directory of the image. */
static PyObject *new_file_finder(PyObject *path) {
    PyObject *first = PyTuple_Pack(1, path);
    PyObject *arguments = first ? PySequence_Concat(first, rt_importer.finder_details) : NULL;
    PyObject *finder = arguments ? PyObject_Call(rt_importer.file_finder, arguments, NULL) : NULL;
    Py_XDECREF(first);
    Py_XDECREF(arguments);
    return finder;
}

/* zipimport.zipimporter(path); CPython has it as a hook of its own, imported at every start. */
static PyObject *new_zip_importer(PyObject *path) {
    PyObject *module = PyImport_ImportModule("zipimport");
    PyObject *finder = module ? PyObject_CallMethod(module, "zipimporter", "O", path) : NULL;
    Py_XDECREF(module);
    return finder;
}

static PyObject *embedded_path_hook(PyObject *self, PyObject *path) {
    (void)self;
    PyObject *bytes = NULL;
    if (!PyUnicode_Check(path) || !PyUnicode_FSConverter(path, &bytes)) {
        PyErr_Clear();
        PyErr_SetString(PyExc_ImportError, "not a path");
        return NULL;
    }
    const char *text = PyBytes_AS_STRING(bytes);
    bool is_root = strcmp(text, rt_image.exe) == 0;
    uint32_t node = is_root ? 0 : rt_vfs_lookup(text);
    bool is_directory =
        node != IMAGE_NONE && (rt_image.nodes[node].flags & IMAGE_NODE_DIRECTORY) != 0;
    struct stat status;
    /* `archive.zip`, in the executable or beside it, or a directory inside it. */
    bool is_file = node != IMAGE_NONE
                       ? !is_directory
                       : (stat(text, &status) == 0 ? S_ISREG(status.st_mode) : errno == ENOTDIR);
    Py_DECREF(bytes);
    if (is_directory) {
        return new_file_finder(path);
    }
    if (is_file) {
        return new_zip_importer(path);
    }
    PyErr_SetString(PyExc_ImportError, "neither a directory of the executable nor an archive");
    return NULL;
}

static PyMethodDef path_hook_method = {
    "embedded_path_hook", embedded_path_hook, METH_O,
    "Path hook for directories inside the executable and zip archives."};

/* ---- may the table answer? ---- */

static bool finders_are_stock(void) {
    PyObject *list = PySys_GetObject("meta_path");
    if (list == NULL || !PyList_CheckExact(list) || PyList_GET_SIZE(list) < 3) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        if (PyList_GET_ITEM(list, i) != rt_importer.meta_path[i]) {
            return false;
        }
    }
    return true;
}

static bool same_text(PyObject *a, PyObject *b) {
    return a == b || (PyUnicode_Check(a) && PyUnicode_Check(b) && PyUnicode_Compare(a, b) == 0);
}

/* sys.path begins as it did at start; our own root may stand in front once more (a common idiom).
 */
static bool search_path_is_stock(void) {
    PyObject *list = PySys_GetObject("path");
    Py_ssize_t count = PyTuple_GET_SIZE(rt_importer.search_path);
    if (list == NULL || !PyList_CheckExact(list) || count == 0) {
        return false;
    }
    Py_ssize_t start = 0;
    PyObject *root = PyTuple_GET_ITEM(rt_importer.search_path, 0);
    while (start + 1 < PyList_GET_SIZE(list) && same_text(PyList_GET_ITEM(list, start + 1), root) &&
           same_text(PyList_GET_ITEM(list, start), root)) {
        start++;
    }
    if (PyList_GET_SIZE(list) - start < count) {
        return false;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (!same_text(PyList_GET_ITEM(list, start + i),
                       PyTuple_GET_ITEM(rt_importer.search_path, i))) {
            return false;
        }
    }
    return true;
}

/* The parent's __path__ begins with the directory that holds the entry. */
static bool parent_path_is_stock(const ImageModule *entry, PyObject *parent_path) {
    if (!PyList_CheckExact(parent_path) || PyList_GET_SIZE(parent_path) < 1) {
        return false;
    }
    const char *path = rt_string(entry->path);
    size_t length = rt_directory_length(path, strlen(path));
    if (entry->flags & IMAGE_MODULE_PACKAGE) {
        length = rt_directory_length(path, length);
    }
    Py_ssize_t size = 0;
    PyObject *first = PyList_GET_ITEM(parent_path, 0);
    const char *text = PyUnicode_Check(first) ? PyUnicode_AsUTF8AndSize(first, &size) : NULL;
    if (text == NULL) {
        PyErr_Clear();
        return false;
    }
    size_t root = rt_image.exe_length;
    return (size_t)size == root + 1 + length && memcmp(text, rt_image.exe, root) == 0 &&
           text[root] == '/' && memcmp(text + root + 1, path, length) == 0;
}

/* ---- becoming ready ---- */

/* ((ExtensionFileLoader, suffixes), (our loader, ['.py'])): as _get_supported_file_loaders. */
static PyObject *make_finder_details(PyObject *external) {
    PyObject *imp = PyImport_ImportModule("_imp");
    PyObject *suffixes = imp ? PyObject_CallMethod(imp, "extension_suffixes", NULL) : NULL;
    PyObject *extension = PyObject_GetAttrString(external, "ExtensionFileLoader");
    PyObject *details = suffixes && extension ? Py_BuildValue("((OO)(O[s]))", extension, suffixes,
                                                              rt_importer.source_loader, ".py")
                                              : NULL;
    Py_XDECREF(imp);
    Py_XDECREF(suffixes);
    Py_XDECREF(extension);
    return details;
}

static int install_path_hook(void) {
    PyObject *hooks = PySys_GetObject("path_hooks");
    PyObject *hook = PyCFunction_New(&path_hook_method, NULL);
    int status = hooks && hook ? PyList_Insert(hooks, 0, hook) : -1;
    Py_XDECREF(hook);
    return status;
}

/* Second half: once importlib's external part is installed, which happens in the middle of
 * Py_Initialize, before the first module is read from a file. 0 also when it is not there yet. */
static int become_ready(void) {
    PyObject *external = PyDict_GetItemString(rt_importer.modules, "_frozen_importlib_external");
    PyObject *meta_path = PySys_GetObject("meta_path");
    PyObject *search_path = PySys_GetObject("path");
    if (external == NULL || meta_path == NULL || PyList_GET_SIZE(meta_path) < 3 ||
        search_path == NULL) {
        return 0;
    }
    rt_importer.ready = true; /* what follows may import */
    for (int i = 0; i < 3; i++) {
        rt_importer.meta_path[i] = PyList_GET_ITEM(meta_path, i);
        Py_INCREF(rt_importer.meta_path[i]);
    }
    PyObject *base = PyObject_GetAttrString(external, "SourceFileLoader");
    rt_importer.source_loader = base ? rt_load_make_class(base) : NULL;
    Py_XDECREF(base);
    rt_importer.file_finder = PyObject_GetAttrString(external, "FileFinder");
    rt_importer.finder_details = rt_importer.source_loader ? make_finder_details(external) : NULL;
    PyObject *implementation = PySys_GetObject("implementation");
    rt_importer.cache_tag = PyObject_GetAttrString(implementation, "cache_tag");
    rt_importer.search_path = PySequence_Tuple(search_path);
    bool complete = rt_importer.file_finder && rt_importer.finder_details &&
                    rt_importer.cache_tag && rt_importer.search_path;
    return complete ? install_path_hook() : -1;
}

/* ---- _find_and_load ---- */

/* Names the option that would have included a module that the build left out. */
static void add_advice(PyObject *name) {
    if (!PyErr_ExceptionMatches(PyExc_ModuleNotFoundError)) {
        return;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *missing = PyObject_GetAttr(value, rt_importer.s_name);
    if (missing != NULL && same_text(missing, name)) {
        const char *text = PyUnicode_AsUTF8(name);
        const char *advice = text != NULL ? rt_hint(text) : NULL;
        PyObject *note = advice != NULL ? PyUnicode_FromFormat("pyc2c: %s", advice) : NULL;
        PyObject *done = note ? PyObject_CallMethod(value, "add_note", "O", note) : NULL;
        Py_XDECREF(note);
        Py_XDECREF(done);
    }
    PyErr_Clear();
    Py_XDECREF(missing);
    PyErr_Restore(type, value, traceback);
}

/* Sets the module as an attribute of its parent, as the end of _find_and_load_unlocked. */
static int bind_to_parent(PyObject *parent, PyObject *child, PyObject *module) {
    PyObject *parent_module = PyObject_GetItem(rt_importer.modules, parent);
    if (parent_module == NULL) {
        return -1;
    }
    int status = PyObject_SetAttr(parent_module, child, module);
    if (status < 0 && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        status =
            PyErr_WarnFormat(PyExc_ImportWarning, 1,
                             "Cannot set an attribute on %R for child module %R", parent, child);
    }
    Py_DECREF(parent_module);
    return status;
}

/* The module of the image that an import of this name may mean. */
static const ImageModule *importable_entry(const char *text) {
    const ImageModule *entry = rt_module_find(text);
    bool importable = entry != NULL && entry->kind != IMAGE_MODULE_SUPPORT;
    return importable && strcmp(text, "__main__") != 0 ? entry : NULL;
}

/* Imports the parent if that was not done. It may import the child itself, which is then *found.
 * -1 with an exception set. */
static int import_parent(PyObject *name, PyObject *parent, PyObject *import_function,
                         PyObject **found) {
    if (PySequence_Contains(rt_importer.modules, parent)) {
        return 0;
    }
    PyObject *imported = PyObject_CallOneArg(import_function, parent);
    if (imported == NULL) {
        rt_trace_bootstrap("_call_with_frames_removed", "");
        rt_trace_bootstrap("_find_and_load_unlocked", "_call_with_frames_removed");
        return -1;
    }
    Py_DECREF(imported);
    if (!PySequence_Contains(rt_importer.modules, name)) {
        return 0;
    }
    *found = PyObject_GetItem(rt_importer.modules, name);
    return *found != NULL ? 0 : -1;
}

static bool is_stock_child(const ImageModule *entry, PyObject *parent) {
    PyObject *module = PyObject_GetItem(rt_importer.modules, parent);
    PyObject *path = module != NULL ? PyObject_GetAttr(module, rt_importer.s___path__) : NULL;
    bool stock = path != NULL && parent_path_is_stock(entry, path);
    PyErr_Clear();
    Py_XDECREF(module);
    Py_XDECREF(path);
    return stock;
}

/* The entry to load directly, NULL when importlib has to decide. *found is set instead when
 * importing the parent brought the module in. -1 with an exception on failure. */
static int choose_entry(PyObject *name, PyObject *parent, PyObject *import_function,
                        const ImageModule **entry, PyObject **found) {
    const ImageModule *candidate = importable_entry(PyUnicode_AsUTF8(name));
    *entry = NULL;
    if (candidate == NULL) {
        return 0;
    }
    if (!rt_importer.ready && become_ready() < 0) {
        return -1;
    }
    if (!rt_importer.ready || !finders_are_stock()) {
        return 0;
    }
    bool stock;
    if (PyUnicode_GET_LENGTH(parent) == 0) {
        stock = search_path_is_stock();
    } else {
        if (import_parent(name, parent, import_function, found) < 0) {
            return -1;
        }
        stock = *found == NULL && is_stock_child(candidate, parent);
    }
    *entry = stock ? candidate : NULL;
    return 0;
}

/* parent.__spec__._uninitialized_submodules, for the duration of the rt_importer. New reference or
 * NULL. */
static PyObject *enter_parent(PyObject *parent, PyObject *child) {
    PyObject *parent_module = PyObject_GetItem(rt_importer.modules, parent);
    PyObject *spec = parent_module ? PyObject_GetAttr(parent_module, rt_importer.s___spec__) : NULL;
    PyObject *list = spec && spec != Py_None
                         ? PyObject_GetAttr(spec, rt_importer.s__uninitialized_submodules)
                         : NULL;
    if (list != NULL && (!PyList_CheckExact(list) || PyList_Append(list, child) < 0)) {
        Py_CLEAR(list);
    }
    PyErr_Clear();
    Py_XDECREF(parent_module);
    Py_XDECREF(spec);
    return list;
}

static void leave_parent(PyObject *list) {
    if (list == NULL) {
        return;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    Py_ssize_t size = PyList_GET_SIZE(list);
    if (size > 0) {
        PyList_SetSlice(list, size - 1, size, NULL);
    }
    Py_DECREF(list);
    PyErr_Restore(type, value, traceback);
}

static PyObject *load_entry(PyObject *name, PyObject *parent, const ImageModule *entry) {
    if (PyUnicode_GET_LENGTH(parent) == 0) {
        return entry->kind == IMAGE_MODULE_SOURCE ? rt_load_source(name, parent, entry)
                                                  : rt_load_extension(name, entry);
    }
    PyObject *child =
        PyUnicode_Substring(name, PyUnicode_GET_LENGTH(parent) + 1, PyUnicode_GET_LENGTH(name));
    if (child == NULL) {
        return NULL;
    }
    PyUnicode_InternInPlace(&child);
    PyObject *pending = enter_parent(parent, child);
    PyObject *module = entry->kind == IMAGE_MODULE_SOURCE ? rt_load_source(name, parent, entry)
                                                          : rt_load_extension(name, entry);
    leave_parent(pending);
    if (module != NULL && bind_to_parent(parent, child, module) < 0) {
        Py_CLEAR(module);
    }
    Py_DECREF(child);
    return module;
}

static PyObject *find_and_load_unlocked(PyObject *name, PyObject *import_function) {
    Py_ssize_t length = 0;
    const char *text = PyUnicode_AsUTF8AndSize(name, &length);
    if (text == NULL || strlen(text) != (size_t)length) {
        PyErr_Clear(); /* lone surrogates, a NUL: importlib says what is wrong */
        return PyObject_CallFunctionObjArgs(rt_importer.find_and_load_unlocked, name,
                                            import_function, NULL);
    }
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), -1);
    PyObject *parent = PyUnicode_Substring(name, 0, dot > 0 ? dot : 0);
    if (parent == NULL) {
        return NULL;
    }
    PyUnicode_InternInPlace(&parent);
    const ImageModule *entry = NULL;
    PyObject *module = NULL;
    if (choose_entry(name, parent, import_function, &entry, &module) == 0 && module == NULL) {
        if (entry != NULL) {
            module = load_entry(name, parent, entry);
            if (module == NULL) {
                rt_trace_bootstrap("_find_and_load_unlocked", "_load_unlocked");
            }
        } else if (strcmp(text, "site") == 0) {
            module = rt_site_import(rt_importer.find_and_load_unlocked, name, import_function);
        } else {
            module = PyObject_CallFunctionObjArgs(rt_importer.find_and_load_unlocked, name,
                                                  import_function, NULL);
        }
        if (module == NULL) {
            add_advice(name);
        } else if (rt_load_adapter(text, module) < 0) {
            Py_CLEAR(module);
        }
    }
    Py_DECREF(parent);
    return module;
}

/* With the module's lock held, as `with _ModuleLockManager(name)`. *loaded stays false when another
 * thread was faster. */
static PyObject *load_locked(PyObject *name, PyObject *import_function, bool *loaded) {
    PyObject *lock = PyObject_CallOneArg(rt_importer.get_module_lock, name);
    if (lock == NULL) {
        return NULL;
    }
    PyObject *module = NULL;
    PyObject *held = PyObject_CallMethodNoArgs(lock, rt_importer.s_acquire);
    if (held != NULL) {
        Py_DECREF(held);
        int present = PySequence_Contains(rt_importer.modules, name);
        if (present == 0) {
            *loaded = true;
            PyInterpreterState *interp = PyInterpreterState_Get();
            rt_collector_pause(interp);
            module = find_and_load_unlocked(name, import_function);
            rt_collector_resume(interp);
            if (module == NULL) {
                rt_trace_bootstrap("_find_and_load", "_find_and_load_unlocked");
            }
        } else if (present > 0) {
            module = PyObject_GetItem(rt_importer.modules, name);
        }
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyObject *released = PyObject_CallMethodNoArgs(lock, rt_importer.s_release);
        Py_XDECREF(released);
        PyErr_Restore(type, value, traceback);
    }
    Py_DECREF(lock);
    return module;
}

/* module.__spec__._initializing is true. */
static bool is_initializing(PyObject *module) {
    PyObject *spec = PyObject_GetAttr(module, rt_importer.s___spec__);
    PyObject *flag = spec ? PyObject_GetAttr(spec, rt_importer.s__initializing) : NULL;
    bool result = flag != NULL && PyObject_IsTrue(flag) == 1;
    PyErr_Clear();
    Py_XDECREF(spec);
    Py_XDECREF(flag);
    return result;
}

static PyObject *find_and_load(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    (void)self;
    if (count != 2 || !PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "_find_and_load(name, import_)");
        return NULL;
    }
    PyObject *name = args[0];
    int present = PySequence_Contains(rt_importer.modules, name);
    PyObject *module = present > 0 ? PyObject_GetItem(rt_importer.modules, name) : NULL;
    if (module != NULL && module != Py_None && !is_initializing(module)) {
        return module;
    }
    PyErr_Clear();
    if (module == NULL || module != Py_None) {
        Py_XDECREF(module);
        bool loaded = false;
        module = load_locked(name, args[1], &loaded);
        if (loaded || module == NULL) {
            return module;
        }
        PyObject *waited = PyObject_CallOneArg(rt_importer.lock_unlock_module, name);
        if (waited == NULL) {
            Py_DECREF(module);
            return NULL;
        }
        Py_DECREF(waited);
    }
    if (module == Py_None) {
        Py_DECREF(module);
        PyObject *message = PyUnicode_FromFormat("import of %U halted; None in sys.modules", name);
        if (message != NULL) {
            PyErr_SetImportErrorSubclass(PyExc_ModuleNotFoundError, message, name, NULL);
            Py_DECREF(message);
            rt_trace_bootstrap("_find_and_load", "ModuleNotFoundError");
        }
        return NULL;
    }
    return module;
}

static PyMethodDef find_and_load_method = {"_find_and_load",
                                           (PyCFunction)(void (*)(void))find_and_load,
                                           METH_FASTCALL, "Find and load the module."};

/* ---- installation ---- */

static int intern_names(void) {
#define INTERN(name)                                                                               \
    rt_importer.s_##name = PyUnicode_InternFromString(#name);                                      \
    if (rt_importer.s_##name == NULL) {                                                            \
        return -1;                                                                                 \
    }
    RT_IMPORT_NAMES(INTERN)
#undef INTERN
    rt_importer.spec_keywords = PyTuple_Pack(1, rt_importer.s_origin);
    return rt_importer.spec_keywords ? 0 : -1;
}

static int read_bootstrap(PyObject *bootstrap) {
    PyObject *d = PyModule_GetDict(bootstrap);
    rt_importer.bootstrap = d;
    rt_importer.modules = PyImport_GetModuleDict();
    rt_importer.find_and_load = PyDict_GetItemString(d, "_find_and_load");
    Py_XINCREF(rt_importer.find_and_load);
    rt_importer.find_and_load_unlocked = PyDict_GetItemString(d, "_find_and_load_unlocked");
    rt_importer.get_module_lock = PyDict_GetItemString(d, "_get_module_lock");
    rt_importer.lock_unlock_module = PyDict_GetItemString(d, "_lock_unlock_module");
    rt_importer.module_spec = PyDict_GetItemString(d, "ModuleSpec");
    if (!rt_importer.find_and_load_unlocked || !rt_importer.get_module_lock ||
        !rt_importer.lock_unlock_module || !rt_importer.module_spec) {
        PyErr_SetString(PyExc_SystemError, "this Python's importlib is not the one expected");
        return -1;
    }
    return 0;
}

int rt_import_install(void) {
    PyObject *bootstrap = PyImport_AddModule("_frozen_importlib");
    PyObject *function = NULL;
    int status = -1;
    if (bootstrap && intern_names() == 0 && read_bootstrap(bootstrap) == 0) {
        function = PyCFunction_New(&find_and_load_method, NULL);
        status = function ? PyObject_SetAttrString(bootstrap, "_find_and_load", function) : -1;
    }
    Py_XDECREF(function);
    return status;
}
