/* rt.h: the runtime's own interfaces (no Python.h here; rt_py.h adds those that need it).
 *
 * The runtime is linked into every executable. Start-up order: rt_image_open (first constructor) →
 * virtual files and loader are usable → main. Everything here is safe before Python exists. */
#ifndef PYC2C_RUNTIME_RT_H
#define PYC2C_RUNTIME_RT_H

#include "../codegen/image_format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RT_EXPORT __attribute__((visibility("default")))
/* What the executable asks of the half of the runtime that lies beside a shared libpython. */
#ifdef RT_LIBPYTHON_SHARED
#define RT_ENTRY RT_EXPORT
#else
#define RT_ENTRY
#endif
#define rt_likely(x) __builtin_expect(!!(x), 1)
#define rt_unlikely(x) __builtin_expect(!!(x), 0)

/* ---- rt_image.c: the image ---- */

typedef struct RtImage {
    const uint8_t *base; /* read-only mapping of the image; NULL in a bare stub */
    size_t size;
    const ImageIndex *index;
    const ImageSetting *settings;
    const ImageModule *modules;
    const ImageNode *nodes;
    const ImageLibrary *libraries;
    const ImageHint *hints;
    const ImageName *names;
    const ImageBlock *blocks;
    const char *strings;
    const char *exe; /* absolute path of the executable, as resolved by the kernel */
    size_t exe_length;
    dev_t exe_dev;
    ino_t exe_ino;
    uint64_t file_offset; /* of the image in the executable */
} RtImage;

extern RtImage rt_image;

/* Finds and checks the image; idempotent. On a damaged executable prints one line on stderr and
 * ends the process with 70. Works without /proc (AT_EXECFN). */
void rt_image_open(void);
/* A new descriptor (O_RDONLY|O_CLOEXEC) on the executable itself, also after it was renamed or
 * deleted when /proc is there; -1 when that is impossible or another file has its name now. */
int rt_image_reopen(void);
static inline const char *rt_string(uint32_t offset) {
    return rt_image.strings + offset;
}
/* NULL when the name is not in the image. */
const ImageModule *rt_module_find(const char *name);
/* Node number of a path below the executable ("lib/x.py"; no leading slash), IMAGE_NONE if absent.
 */
uint32_t rt_node_find(const char *path, size_t length);
/* Content of a file node. Stored as it is: a pointer into the image (*owned = false). From a block:
 * a malloc block (*owned = true, free it). NULL when memory is out or the data is damaged. */
const uint8_t *rt_node_data(uint32_t node, bool *owned);
/* Same for a module's code object. */
const uint8_t *rt_module_code(const ImageModule *module, bool *owned);
/* First value of a setting, NULL if unset. rt_setting_each: all of them in order. */
const char *rt_setting(const char *key);
void rt_setting_each(const char *key, void (*each)(const char *value, void *context),
                     void *context);
/* Advice for a module that was left out at build time, NULL if none is known. */
const char *rt_hint(const char *name);

/* ---- rt_vfs.c: files below the executable's own path ---- */

/* The node a path names, IMAGE_NONE when it is not (or is not known to be) below the executable.
 * Lexical only: absolute paths that start with the executable's path. */
uint32_t rt_vfs_lookup(const char *path);
/* Descriptor with the node's content as open(2) would give it; flags as for open. -1 with errno. */
int rt_vfs_open_node(uint32_t node, int flags);

/* ---- rt_elf.c: shared objects mapped in place ---- */

typedef struct RtObject RtObject;
/* Loads the shared object of a node with its dependencies (carried ones in place, others through
 * dlopen); returns the loaded object when called again. NULL on failure, with a message for
 * rt_elf_error. Thread-safe, recursive (constructors may load). */
RtObject *rt_elf_load(uint32_t node, int dlopen_flags);
void *rt_elf_symbol(RtObject *object, const char *name);
const char *rt_elf_error(void);
/* True when `handle` (from our dlopen) is an RtObject. */
bool rt_elf_is_object(const void *handle);
/* The soname of a carried library by its link name, as ctypes.util.find_library gives it
 * ("ssl" -> "libssl.so.3"); NULL when none is carried. */
const char *rt_elf_find_library(const char *name);

/* ---- rt_ext.c: extension modules linked in ---- */

/* Handle of the linked module that has this virtual path, NULL if there is none. */
const void *rt_static_open(const char *path);
bool rt_static_is_handle(const void *handle);
/* Its init function, for names of init functions; NULL for others. */
void *rt_static_symbol(const void *handle, const char *name);

/* ---- rt_exec.c, rt_child.c: children ---- */

/* Set by the parent when it starts this executable again: see rt_child.c. */
typedef enum RtChildKind {
    RT_RUN_PROGRAM, /* not our child, or no interpreter shape: run the program */
    /* `exe -c …`, `exe -m …`, `exe -`, `exe script.py` from our own process; an environment's
       python */
    RT_RUN_INTERPRETER
} RtChildKind;
/* Decides by argv and the mark in the environment (which it removes). *first is the index in argv
 * of the program's first argument (1, or 2 for `exe exe args…`). */
RtChildKind rt_child_kind(int argc, char **argv, int *first);

/* ---- rt_venv.c: environments made of this executable ---- */

/* Are we the python of a virtual environment, called by this name (argv[0])? Never for a process
 * with more rights than its caller. */
bool rt_venv_find(const char *called);
/* If so: its absolute path and the environment's directory; else NULL. */
const char *rt_venv_python(void);
const char *rt_venv_directory(void);

/* ---- rt_main.c ---- */
int rt_main(int argc, char **argv);

#endif
