/* rt_py.h: interfaces of the runtime's Python-facing parts. */
#ifndef PYC2C_RUNTIME_RT_PY_H
#define PYC2C_RUNTIME_RT_PY_H

#include "rt_compat.h"

#include "rt.h"

/* rt_config.c: starts the interpreter. `kind` RT_RUN_INTERPRETER parses argv as python would;
 * RT_RUN_PROGRAM gives the program the arguments from argv[first] on. Ends the process on failure.
 */
void rt_config_start(RtChildKind kind, int argc, char **argv, int first);

/* rt_arena.c: large heaps get large pages; before the interpreter starts. */
void rt_arena_prepare(void);

/* rt_frozen.c: core modules intern their strings when used; before the interpreter starts. */
void rt_frozen_prepare(void);

/* rt_code_body.c: functions of the image get their bodies when first called; before the interpreter
 * starts. */
void rt_code_prepare(void);
/* Sees to it that a code object has its constants, names and tables: before they are used otherwise
 * than by running it. -1 with an exception set on failure. */
int rt_code_complete(PyObject *code);

/* rt_import.c: installs the importer, between the two halves of the interpreter's initialisation
 * (the codecs are imported in the second). -1 with an exception set on failure. */
int rt_import_install(void);
/* The code object of a module of the image, its file names completed. New reference. */
PyObject *rt_import_code(const ImageModule *module);
/* A loader for a module of the image, as importlib makes one. New reference. */
PyObject *rt_import_loader(PyObject *name, PyObject *path);
/* `<exe>/<relative>` as str; `<exe>` for "". New reference. */
PyObject *rt_import_path(const char *relative);

/* rt_site.c: what `site` leaves behind: builtins exit, quit, copyright, credits, license, help. */
int rt_site_install(void);
extern bool rt_site_wanted; /* false under -S */
/* Imports `site` itself, for programs that ask for it: without its search for packages. */
PyObject *rt_site_import(PyObject *find_and_load_unlocked, PyObject *name, PyObject *import);

/* rt_exit.c: ends the interpreter like Py_FinalizeEx, without taking the heap apart when nothing
 * could tell. Returns the process' exit code. */
int rt_exit_finish(int code);

/* rt_license.c, linked in only for programs with a license; checks before Python starts and ends
 * the process with 77 when refused. */
void rt_license_check(void) __attribute__((weak));

/* runtime/native/rt_attach.c, linked in only for programs with native code.
 * rt_native_start: after the interpreter was made, before anything is imported; -1 with an
 * exception set. rt_attach_is_native: whether a module has native code, which needs all of its code
 * objects at once. rt_attach_module: the code object of a module of the image was read; -1 with an
 * exception set. rt_attach_kept: a module's code object that was attached before, new reference, or
 * NULL (without an exception). */
int rt_native_start(void) __attribute__((weak));
bool rt_attach_is_native(const char *module) __attribute__((weak));
int rt_attach_module(const char *module, PyObject *code) __attribute__((weak));
PyObject *rt_attach_kept(const char *module) __attribute__((weak));

/* runtime/native/rt_stack.c, likewise: runs function(argc, argv) on a large stack; its result. */
int rt_stack_main(int (*function)(int, char **), int argc, char **argv) __attribute__((weak));

/* Modules linked statically: the table that the link step generates (empty by default). */
typedef struct RtStaticModule {
    const char *name;
    PyObject *(*init)(void);
} RtStaticModule;
extern const RtStaticModule rt_static_modules[];

#endif
