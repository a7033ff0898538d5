/* Loading modules of the image: code objects, the loader class, module objects.
 *
 * A module of the image is an ordinary importlib module: its loader is a SourceFileLoader subclass
 * that finds the code object in the image, its attributes are those that _init_module_attrs and
 * spec_from_file_location of Lib/importlib give it. */
#include "rt_import.h"

#include <stdlib.h>
#include <string.h>

PyObject *rt_import_path(const char *relative) {
    PyObject *root =
        PyUnicode_DecodeFSDefaultAndSize(rt_image.exe, (Py_ssize_t)rt_image.exe_length);
    if (root == NULL || relative[0] == '\0') {
        return root;
    }
    PyObject *full = PyUnicode_FromFormat("%U/%s", root, relative);
    Py_DECREF(root);
    return full;
}

/* Length of the directory part of a virtual path of `length` bytes. */
size_t rt_directory_length(const char *path, size_t length) {
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    return length > 0 ? length - 1 : 0;
}

/* ---- code objects ---- */

PyObject *rt_load_code(const ImageModule *module, PyObject *file) {
    const char *name = rt_string(module->name);
    bool owned = false;
    const uint8_t *data = rt_module_code(module, &owned);
    PyObject *code = NULL;
    if (data != NULL) {
        bool native = rt_attach_is_native != NULL && rt_attach_is_native(name);
        code = rt_code_read(data, module->code_size, file, !owned && !native);
    } else {
        PyErr_Format(PyExc_ImportError, "the code of '%s' in %s is damaged", name, rt_image.exe);
    }
    if (owned) {
        free((void *)data);
    }
    return code;
}

PyObject *rt_import_code(const ImageModule *module) {
    const char *name = rt_string(module->name);
    PyObject *kept = rt_attach_kept != NULL ? rt_attach_kept(name) : NULL;
    if (kept != NULL) {
        return kept;
    }
    PyObject *path = rt_import_path(rt_string(module->path));
    PyObject *code = path != NULL ? rt_load_code(module, path) : NULL;
    Py_XDECREF(path);
    if (code != NULL && rt_attach_module != NULL && rt_attach_module(name, code) < 0) {
        Py_CLEAR(code);
    }
    return code;
}

/* ---- the loader class ---- */

/* The entry that a loader stands for: same name, same path. NULL when it is a file of its own. */
static const ImageModule *loader_entry(PyObject *loader, PyObject *name) {
    PyObject *path = PyObject_GetAttr(loader, rt_importer.s_path);
    const char *text = PyUnicode_AsUTF8(name);
    const ImageModule *entry = path && text ? rt_module_find(text) : NULL;
    if (entry == NULL && path != NULL && text != NULL && strcmp(text, "__mp_main__") == 0) {
        entry = rt_module_find("__main__"); /* a multiprocessing child's name for the main script */
    }
    PyErr_Clear();
    if (entry != NULL) {
        PyObject *own =
            entry->kind == IMAGE_MODULE_SOURCE ? rt_import_path(rt_string(entry->path)) : NULL;
        if (own == NULL || PyObject_RichCompareBool(own, path, Py_EQ) != 1) {
            entry = NULL;
        }
        Py_XDECREF(own);
        PyErr_Clear();
    }
    Py_XDECREF(path);
    return entry;
}

static PyObject *loader_get_code(PyObject *self, PyObject *name) {
    const ImageModule *entry = PyUnicode_Check(name) ? loader_entry(self, name) : NULL;
    if (entry != NULL) {
        return rt_import_code(entry);
    }
    PyObject *base = (PyObject *)((PyTypeObject *)rt_importer.source_loader)->tp_base;
    return PyObject_CallMethod(base, "get_code", "OO", self, name);
}

static PyMethodDef loader_methods[] = {
    {"get_code", loader_get_code, METH_O, "Return the code object embedded for the module."},
    {NULL, NULL, 0, NULL},
};
static PyType_Slot loader_slots[] = {
    {Py_tp_methods, loader_methods},
    {0, NULL},
};
static PyType_Spec loader_spec = {
    /* Under its base class' name: reprs in tracebacks and messages stay what they are. */
    .name = "_frozen_importlib_external.SourceFileLoader",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = loader_slots,
};

PyObject *rt_load_make_class(PyObject *source_file_loader) {
    PyObject *bases = PyTuple_Pack(1, source_file_loader);
    PyObject *class = bases ? PyType_FromSpecWithBases(&loader_spec, bases) : NULL;
    Py_XDECREF(bases);
    return class;
}

PyObject *rt_import_loader(PyObject *name, PyObject *path) {
    return PyObject_CallFunctionObjArgs(rt_importer.source_loader, name, path, NULL);
}

/* ---- modules ---- */

/* `<directory>/__pycache__/<stem>.<tag>.pyc`: what __cached__ says under CPython. */
static PyObject *cached_path(const char *relative, PyObject *path) {
    size_t length = strlen(relative);
    size_t directory = rt_directory_length(relative, length);
    const char *base = directory > 0 ? relative + directory + 1 : relative;
    size_t stem = strlen(base);
    if (stem > 3 && strcmp(base + stem - 3, ".py") == 0) {
        stem -= 3;
    }
    Py_ssize_t keep = PyUnicode_GET_LENGTH(path);
    PyObject *name = PyUnicode_FromString(base);
    if (name == NULL) {
        return NULL;
    }
    PyObject *front = PyUnicode_Substring(path, 0, keep - PyUnicode_GET_LENGTH(name));
    Py_DECREF(name);
    name = PyUnicode_FromStringAndSize(base, (Py_ssize_t)stem);
    PyObject *result = front && name ? PyUnicode_FromFormat("%U__pycache__/%U.%U.pyc", front, name,
                                                            rt_importer.cache_tag)
                                     : NULL;
    Py_XDECREF(front);
    Py_XDECREF(name);
    return result;
}

/* [directory of `path`], for a package. */
static PyObject *package_path(PyObject *path) {
    Py_ssize_t slash = PyUnicode_FindChar(path, '/', 0, PyUnicode_GET_LENGTH(path), -1);
    PyObject *directory = PyUnicode_Substring(path, 0, slash);
    PyObject *list = directory ? PyList_New(1) : NULL;
    if (list == NULL) {
        Py_XDECREF(directory);
        return NULL;
    }
    PyList_SET_ITEM(list, 0, directory);
    return list;
}

/* As spec_from_file_location. */
static PyObject *new_spec(PyObject *name, PyObject *loader, PyObject *path, PyObject *locations) {
    PyObject *arguments[] = {name, loader, path};
    PyObject *spec =
        PyObject_Vectorcall(rt_importer.module_spec, arguments, 2, rt_importer.spec_keywords);
    if (spec != NULL &&
        (PyObject_SetAttr(spec, rt_importer.s__set_fileattr, Py_True) < 0 ||
         (locations != NULL &&
          PyObject_SetAttr(spec, rt_importer.s_submodule_search_locations, locations) < 0))) {
        Py_CLEAR(spec);
    }
    return spec;
}

/* As _init_module_attrs, for a new module from the image. New reference. */
static PyObject *new_module(PyObject *name, PyObject *parent, PyObject *spec, PyObject *loader,
                            PyObject *path, PyObject *cached, PyObject *locations) {
    PyObject *module = PyModule_NewObject(name);
    if (module == NULL) {
        return NULL;
    }
    PyObject *d = PyModule_GetDict(module);
    PyObject *package = locations != NULL ? name : parent;
    if (PyDict_SetItem(d, rt_importer.s___loader__, loader) < 0 ||
        PyDict_SetItem(d, rt_importer.s___package__, package) < 0 ||
        PyDict_SetItem(d, rt_importer.s___spec__, spec) < 0 ||
        (locations != NULL && PyDict_SetItem(d, rt_importer.s___path__, locations) < 0) ||
        PyDict_SetItem(d, rt_importer.s___file__, path) < 0 ||
        PyDict_SetItem(d, rt_importer.s___cached__, cached) < 0 ||
        PyDict_SetItem(d, rt_importer.s___builtins__, PyEval_GetBuiltins()) < 0) {
        Py_CLEAR(module);
    }
    return module;
}

/* Runs the module's body with the module in sys.modules, as _load_unlocked. The result is what
 * sys.modules holds afterwards. */
static PyObject *execute_module(PyObject *name, PyObject *spec, PyObject *module,
                                const ImageModule *entry) {
    if (PyObject_SetAttr(spec, rt_importer.s__initializing, Py_True) < 0 ||
        PyObject_SetItem(rt_importer.modules, name, module) < 0) {
        return NULL;
    }
    PyObject *code = rt_import_code(entry);
    PyObject *d = PyModule_GetDict(module);
    PyObject *done = code != NULL ? PyEval_EvalCode(code, d, d) : NULL;
    Py_XDECREF(code);
    PyObject *result = NULL;
    PyObject *type = NULL, *value = NULL, *traceback = NULL;
    if (done == NULL) {
        rt_trace_body();
        PyErr_Fetch(&type, &value, &traceback);
        if (PyObject_DelItem(rt_importer.modules, name) < 0) {
            PyErr_Clear();
        }
    } else {
        Py_DECREF(done);
        /* The body may have put another object there; it also moves to the end. */
        result = PyObject_CallMethodObjArgs(rt_importer.modules, rt_importer.s_pop, name, NULL);
        if (result != NULL && PyObject_SetItem(rt_importer.modules, name, result) < 0) {
            Py_CLEAR(result);
        }
        PyErr_Fetch(&type, &value, &traceback);
    }
    if (PyObject_SetAttr(spec, rt_importer.s__initializing, Py_False) < 0) {
        PyErr_Clear();
    }
    PyErr_Restore(type, value, traceback);
    return result;
}

PyObject *rt_load_source(PyObject *name, PyObject *parent, const ImageModule *entry) {
    bool is_package = (entry->flags & IMAGE_MODULE_PACKAGE) != 0;
    PyObject *result = NULL;
    PyObject *path = rt_import_path(rt_string(entry->path));
    PyObject *loader = path ? rt_import_loader(name, path) : NULL;
    PyObject *locations = loader && is_package ? package_path(path) : NULL;
    PyObject *spec =
        loader && (locations || !is_package) ? new_spec(name, loader, path, locations) : NULL;
    PyObject *cached = spec ? cached_path(rt_string(entry->path), path) : NULL;
    PyObject *module = NULL;
    if (cached != NULL && PyObject_SetAttr(spec, rt_importer.s_cached, cached) == 0) {
        module = new_module(name, parent, spec, loader, path, cached, locations);
    }
    if (module != NULL) {
        result = execute_module(name, spec, module, entry);
    }
    Py_XDECREF(path);
    Py_XDECREF(loader);
    Py_XDECREF(locations);
    Py_XDECREF(spec);
    Py_XDECREF(cached);
    Py_XDECREF(module);
    return result;
}

/* Without the traceback entries of the two outermost frames. */
static void drop_two_entries(void) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    for (int i = 0; i < 2 && traceback != NULL; i++) {
        PyObject *next = Py_XNewRef(((PyTracebackObject *)traceback)->tb_next);
        Py_SETREF(traceback, next);
    }
    PyErr_Restore(type, value, traceback);
}

/* _load_unlocked(spec), below two frames of importlib: where CPython has those of _find_and_load
 * and _find_and_load_unlocked. A module that warns counts them (`stacklevel`). */
static PyObject *load_unlocked(PyObject *spec) {
    PyObject *call = PyDict_GetItemString(rt_importer.bootstrap, "_call_with_frames_removed");
    PyObject *load = PyDict_GetItemString(rt_importer.bootstrap, "_load_unlocked");
    if (call == NULL || load == NULL) {
        PyErr_SetString(PyExc_ImportError, "importlib is not complete");
        return NULL;
    }
    PyObject *module = PyObject_CallFunctionObjArgs(call, call, load, spec, NULL);
    if (module == NULL) {
        drop_two_entries();
    }
    return module;
}

/* Extension modules: stock loader, stock _load_unlocked; dlopen is ours (rt_dl.c). */
PyObject *rt_load_extension(PyObject *name, const ImageModule *entry) {
    PyObject *details = PyTuple_GET_ITEM(rt_importer.finder_details, 0);
    PyObject *class = PyTuple_GET_ITEM(details, 0);
    PyObject *path = rt_import_path(rt_string(entry->path));
    PyObject *loader = path ? PyObject_CallFunctionObjArgs(class, name, path, NULL) : NULL;
    bool is_package = (entry->flags & IMAGE_MODULE_PACKAGE) != 0;
    PyObject *locations = loader && is_package ? package_path(path) : NULL;
    PyObject *spec =
        loader && (locations || !is_package) ? new_spec(name, loader, path, locations) : NULL;
    PyObject *module = spec ? load_unlocked(spec) : NULL;
    Py_XDECREF(path);
    Py_XDECREF(loader);
    Py_XDECREF(locations);
    Py_XDECREF(spec);
    return module;
}

/* ---- parts of the runtime written in Python that complete a standard module once it is loaded
 * ---- */

static PyObject *find_library(PyObject *self, PyObject *name) {
    (void)self;
    const char *text = PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
    const char *soname = text != NULL ? rt_elf_find_library(text) : NULL;
    PyErr_Clear();
    return soname != NULL ? PyUnicode_DecodeFSDefault(soname) : Py_NewRef(Py_None);
}

static PyMethodDef find_library_method = {"find_carried", find_library, METH_O,
                                          "File name of a library inside the executable."};

int rt_load_adapter(const char *name, PyObject *module) {
    char full[256];
    if (strcmp(name, "re._compiler") == 0) {
        return rt_patterns_install(module);
    }
    if (snprintf(full, sizeof(full), "_pyc2c.%s", name) >= (int)sizeof(full)) {
        return 0;
    }
    const ImageModule *adapter = rt_module_find(full);
    if (adapter == NULL || adapter->kind != IMAGE_MODULE_SUPPORT) {
        return 0;
    }
    PyObject *code = rt_import_code(adapter);
    PyObject *find_library = code ? PyCFunction_New(&find_library_method, NULL) : NULL;
    PyObject *d =
        find_library ? Py_BuildValue("{sOsssOsO}", "__builtins__", PyEval_GetBuiltins(), "__name__",
                                     "_pyc2c", "module", module, "find_carried", find_library)
                     : NULL;
    PyObject *done = d ? PyEval_EvalCode(code, d, d) : NULL;
    Py_XDECREF(code);
    Py_XDECREF(find_library);
    Py_XDECREF(d);
    Py_XDECREF(done);
    return done != NULL ? 0 : -1;
}
