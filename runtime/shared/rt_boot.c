/* main, where Python has only a shared libpython.
 *
 * With a static libpython everything is linked into the executable. A shared one cannot be, and no
 * file of it exists on the target for ld.so to load. So the executable holds the half of the
 * runtime that knows nothing of Python: image, virtual files, the in-place loader. The other half
 * is a shared object that needs libpython; both lie in the image like any other library, and are
 * mapped from there:
 *
 *     executable          rt_image, rt_vfs, rt_elf, rt_exec, rt_child, this file
 *     libpyc2c-runtime.so rt_main, rt_config, rt_import, rt_code …; modules linked from sources
 *     libpython3.N.so     as installed, without its symbol table
 *
 * They are loaded with RTLD_GLOBAL: extension modules find the C API in the global scope, as they
 * do under an ordinary python. */
#include "../rt.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static const char runtime_name[] = "libpyc2c-runtime.so";
enum { EXIT_NO_RUNTIME = 70 };

/* The loader has no name for this in rt.h: only this file starts from a soname. */
RtObject *rt_elf_load_name(const char *name, const RtObject *from, int dlopen_flags, bool *found);

static RtObject *runtime;

static __attribute__((noreturn)) void cannot_load(const char *reason) {
    fprintf(stderr, "%s: cannot load the interpreter from the executable: %s\n", rt_image.exe,
            reason);
    exit(EXIT_NO_RUNTIME);
}

static void *runtime_function(const char *name) {
    void *function = rt_elf_symbol(runtime, name);
    if (function == NULL) {
        cannot_load(rt_elf_error());
    }
    return function;
}

/* ---- what rt_dl.c asks about modules linked from sources: they are in the other half ---- */

const void *rt_static_open(const char *path) {
    typedef const void *(*Open)(const char *path);
    return runtime != NULL ? ((Open)runtime_function("rt_static_open"))(path) : NULL;
}

bool rt_static_is_handle(const void *handle) {
    typedef bool (*IsHandle)(const void *handle);
    return runtime != NULL && ((IsHandle)runtime_function("rt_static_is_handle"))(handle);
}

void *rt_static_symbol(const void *handle, const char *name) {
    typedef void *(*Symbol)(const void *handle, const char *name);
    return ((Symbol)runtime_function("rt_static_symbol"))(handle, name);
}

int main(int argc, char **argv) {
    typedef int (*Main)(int argc, char **argv);
    if (rt_image.base == NULL) {
        fprintf(stderr, "%s: this is pyc2c's bare runtime; `pyc2c build` makes programs of it\n",
                argc > 0 ? argv[0] : "stub");
        return EXIT_NO_RUNTIME;
    }
    bool found = false;
    RtObject *loaded = rt_elf_load_name(runtime_name, NULL, RTLD_NOW | RTLD_GLOBAL, &found);
    if (loaded == NULL) {
        cannot_load(found ? rt_elf_error() : "it is not there");
    }
    runtime = loaded;
    return ((Main)runtime_function("rt_main"))(argc, argv);
}
