/* The C library as the in-place loader sees it in a --static executable: rt_elf_host.c's twin.
 *
 * There is no ld.so in the process and there are no objects of it. What shared objects of the image
 * import from the C library, from libm and from libpython has been linked in, and the link step has
 * made a table of it (codegen/link_static.c). Versions do not count: a static C library has one of
 * each function, the newest.
 *
 * In such a link the runtime's replacements of libc functions are named __wrap_x, and __real_x is
 * the C library's own (see mk/static.mk).
 *
 * The C library's dlopen is not used. It would load a second C library from the machine, of
 * whatever version, into a process that has one. */
#include "../rt_elf.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct LibcSymbol {
    const char *name;
    void *address;
} LibcSymbol;

/* Sorted by name; from the link step. */
extern const LibcSymbol rt_libc_symbols[];
extern const size_t rt_libc_symbol_count;

static int compare_symbol(const void *name, const void *symbol) {
    return strcmp(name, ((const LibcSymbol *)symbol)->name);
}

static void *find(const char *name) {
    const LibcSymbol *symbol = bsearch(name, rt_libc_symbols, rt_libc_symbol_count,
                                       sizeof *rt_libc_symbols, compare_symbol);
    return symbol != NULL ? symbol->address : NULL;
}

/* ---- what stands for ld.so's functions ---- */

static const char main_handle; /* its address is what dlopen(NULL) gives */
static __thread const char *last_error;

static void *static_dlopen(const char *name, int flags) {
    (void)flags;
    last_error = name == NULL ? NULL
                              : "this executable has its C library inside (--static) and loads no "
                                "libraries of the machine";
    return name == NULL ? (void *)&main_handle : NULL;
}

static void *static_dlsym(void *handle, const char *name) {
    (void)handle;
    void *address = find(name);
    last_error = address == NULL ? "undefined symbol (this executable was linked with --static: it "
                                   "has the functions that its modules import)"
                                 : NULL;
    return address;
}

static void *static_dlvsym(void *handle, const char *name, const char *version) {
    (void)version;
    return static_dlsym(handle, name);
}

static int static_dlclose(void *handle) {
    (void)handle;
    return 0;
}

static char *static_dlerror(void) {
    char *text = (char *)last_error;
    last_error = NULL;
    return text;
}

static int static_dladdr(const void *address, Dl_info *info) {
    (void)address;
    (void)info;
    return 0;
}

static int static_dladdr1(const void *address, Dl_info *info, void **extra, int flags) {
    (void)extra;
    (void)flags;
    return static_dladdr(address, info);
}

static int static_dlinfo(void *handle, int request, void *result) {
    (void)handle;
    (void)request;
    (void)result;
    last_error = "dlinfo is not available for the executable itself";
    return -1;
}

#define DECLARE_REAL(name) extern __typeof__(name) __real_##name;
DECLARE_REAL(dl_iterate_phdr)
DECLARE_REAL(pthread_create)
DECLARE_REAL(pthread_exit)
DECLARE_REAL(pthread_cancel)
struct dl_find_object;
extern int __real__dl_find_object(void *address, struct dl_find_object *result);

void *(*rt_real_dlopen)(const char *, int) = static_dlopen;
void *(*rt_real_dlsym)(void *, const char *) = static_dlsym;
void *(*rt_real_dlvsym)(void *, const char *, const char *) = static_dlvsym;
int (*rt_real_dlclose)(void *) = static_dlclose;
char *(*rt_real_dlerror)(void) = static_dlerror;
int (*rt_real_dladdr)(const void *, Dl_info *) = static_dladdr;
int (*rt_real_dladdr1)(const void *, Dl_info *, void **, int) = static_dladdr1;
int (*rt_real_dlinfo)(void *, int, void *) = static_dlinfo;
int (*rt_real_dl_iterate_phdr)(int (*)(struct dl_phdr_info *, size_t, void *),
                               void *) = __real_dl_iterate_phdr;
int (*rt_real_pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
                              void *) = __real_pthread_create;
void (*rt_real_pthread_exit)(void *) = __real_pthread_exit;
int (*rt_real_pthread_cancel)(pthread_t) = __real_pthread_cancel;
int (*rt_real_find_object)(void *, struct dl_find_object *) = __real__dl_find_object;

void rt_host_start(void) {
}

/* ---- ld.so's objects: there are none ---- */

void rt_host_refresh(void) {
}

bool rt_host_has(const char *soname) {
    (void)soname;
    return false;
}

/* The C library's family and libpython are in the executable. */
bool rt_host_needs_nothing(const char *soname) {
    static const char *const inside[] = {
        "libc.so.",      "libm.so.",   "libpthread.so.", "libdl.so.", "librt.so.",  "libutil.so.",
        "libresolv.so.", "libanl.so.", "libmvec.so.",    "ld-linux",  "libpython3."};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        if (strncmp(soname, inside[i], strlen(inside[i])) == 0) {
            return true;
        }
    }
    return false;
}

bool rt_host_may_define(const RtWanted *wanted) {
    return find(wanted->name) != NULL;
}

void *rt_host_global(const RtWanted *wanted) {
    return find(wanted->name);
}

void *rt_host_symbol(void *handle, const RtWanted *wanted) {
    (void)handle;
    return find(wanted->name);
}

RtObject *rt_host_object(const char *name) {
    (void)name;
    rt_elf_fail("this executable was linked with --static");
    return NULL;
}

/* The unwinder is linked in; pthread_exit needs no library for it. */
bool rt_host_provide(const char *soname) {
    (void)soname;
    return true;
}

bool rt_host_load_node(RtObject *object) {
    return rt_elf_fail("%s: needs the system's dynamic linker, which an executable linked with "
                       "--static does not have",
                       object->path);
}

bool rt_host_tls(uintptr_t address, size_t *module, size_t *offset, bool *is_static) {
    (void)address;
    (void)module;
    (void)offset;
    (void)is_static;
    return rt_elf_fail("a thread-local symbol lies outside every library");
}

uintptr_t rt_host_unique(const RtWanted *wanted) {
    (void)wanted;
    return 0;
}
