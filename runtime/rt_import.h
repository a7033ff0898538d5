/* rt_import.h: what the importer's parts share. */
#ifndef PYC2C_RUNTIME_RT_IMPORT_H
#define PYC2C_RUNTIME_RT_IMPORT_H

#include "rt_py.h"

/* Names used on every import, interned once. */
/* clang-format off */
#define RT_IMPORT_NAMES(X) \
    X(__builtins__) X(__cached__) X(__file__) X(__loader__) X(__package__) \
    X(__path__) X(__spec__) X(_initializing) X(_set_fileattr) X(_uninitialized_submodules) \
    X(acquire) X(cached) X(name) X(origin) X(path) \
    X(pop) X(release) X(submodule_search_locations)
/* clang-format on */

/* All references are owned for the life of the process unless marked borrowed. */
typedef struct RtImporter {
    bool ready;                       /* importlib's external part is there: everything is set */
    PyObject *bootstrap;              /* importlib._bootstrap's namespace, borrowed */
    PyObject *modules;                /* sys.modules as the interpreter knows it, borrowed */
    PyObject *find_and_load;          /* the original that ours replaces: for tracebacks */
    PyObject *find_and_load_unlocked; /* the original, in Python, borrowed */
    PyObject *get_module_lock;        /* borrowed */
    PyObject *lock_unlock_module;     /* borrowed */
    PyObject *module_spec;            /* class ModuleSpec, borrowed */
    PyObject *source_loader;          /* our class */
    PyObject *file_finder;            /* class FileFinder */
    PyObject *finder_details;         /* its arguments after the path */
    PyObject *meta_path[3];           /* the stock finders */
    PyObject *search_path;            /* tuple: sys.path at start */
    PyObject *spec_keywords;
    PyObject *cache_tag;
#define RT_DECLARE(name) PyObject *s_##name;
    RT_IMPORT_NAMES(RT_DECLARE)
#undef RT_DECLARE
} RtImporter;

extern RtImporter rt_importer;

/* ---- rt_code.c ---- */

/* The code object in `size` bytes of packed code; all its functions get `filename`. `data_stays`:
 * the bytes stay where they are, so that bodies of functions can be read later. New reference. */
PyObject *rt_code_read(const uint8_t *data, size_t size, PyObject *filename, bool data_stays);

/* ---- rt_load.c ---- */

/* The code of an entry, anew each time, with that co_filename. New reference. */
PyObject *rt_load_code(const ImageModule *module, PyObject *file);
/* Creates the class of our loaders below SourceFileLoader. New reference. */
PyObject *rt_load_make_class(PyObject *source_file_loader);
/* Imports a source module of the image: module object, sys.modules, body. New reference. */
PyObject *rt_load_source(PyObject *name, PyObject *parent, const ImageModule *entry);
/* Imports an extension module through importlib's own loader; dlopen is ours (rt_dl.c). */
PyObject *rt_load_extension(PyObject *name, const ImageModule *entry);
/* Runs the part of the runtime written in Python that completes a standard module, if there is one.
 */
int rt_load_adapter(const char *name, PyObject *module);
/* rt_patterns.c: makes re._compiler, just loaded, use patterns from build time. -1 with an
 * exception set on failure. */
int rt_patterns_install(PyObject *module);
/* Length of the directory part of a virtual path of `length` bytes. */
size_t rt_directory_length(const char *path, size_t length);

/* ---- rt_trace.c: with an exception set ---- */

/* Adds the entry of importlib._bootstrap's `function` where it calls `next`. */
void rt_trace_bootstrap(const char *function, const char *next);
/* Adds the entries between _find_and_load_unlocked and the body of a module. */
void rt_trace_body(void);

/* ---- rt_collector.c ---- */

/* Around each import; they nest. */
void rt_collector_pause(PyInterpreterState *interp);
void rt_collector_resume(PyInterpreterState *interp);

#endif
