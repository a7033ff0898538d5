/* rt_elf.h: what the files of the in-place loader (rt_elf*.c, rt_dl.c) share. rt.h has the public
 * part.
 *
 * An RtObject is one shared object. IN_PLACE ones are mapped and relocated by us; HOST ones belong
 * to ld.so and are only remembered with their handle. Objects are never unmapped once they are
 * published, which is what lets the unwinder walk the list without a lock (POSIX leaves it open
 * whether dlclose unloads; musl does not either).
 *
 *     rt_elf.c          load, dependencies, trees, errors, the lock
 *     rt_elf_map.c      headers, segments, protections
 *     rt_elf_symbols.c  dynamic sections, hash tables, versions
 *     rt_elf_scope.c    which definition a reference gets
 *     rt_elf_reloc.c    relocations
 *     rt_elf_tls.c      thread-local storage
 *     rt_elf_thread.c   pthread_create, pthread_exit, pthread_cancel
 *     rt_elf_host.c     ld.so: the real dl* functions, its objects, the memfd fallback
 *     rt_elf_unwind.c   dl_iterate_phdr, _dl_find_object
 *     rt_elf_init.c     initialisers, finalisers, fork
 *     rt_elf_x86_64.c   everything that depends on the processor
 *     rt_dl.c           dlopen and friends as the program sees them */
#ifndef PYC2C_RUNTIME_RT_ELF_H
#define PYC2C_RUNTIME_RT_ELF_H

#include "rt.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>

/* ---- symbols ---- */

typedef struct RtVersion {
    const char *name; /* NULL: the unversioned base definition */
    uint32_t hash;
    bool hidden; /* the reference insists on exactly this version */
} RtVersion;

/* The dynamic symbol table of an object, ours or ld.so's. */
typedef struct RtSymbols {
    uintptr_t base; /* added to st_value */
    const ElfW(Sym) * table;
    const char *strings;
    const uint32_t *gnu_hash;
    const uint32_t *sysv_hash;
    const ElfW(Half) * version_indices;
    const ElfW(Verdef) * definitions;
    const ElfW(Verneed) * needs;
    RtVersion
        *versions; /* by version index; own malloc block, NULL unless rt_symbols_versions ran */
    uint32_t version_count;
    bool takes_plt; /* an undefined function with a value is the process-wide address of it */
} RtSymbols;

/* A name that is looked up, with what is computed from it once. */
typedef struct RtWanted {
    const char *name;
    uint32_t gnu_hash;
    const RtVersion *version; /* NULL: any (the default one) */
    bool newest;              /* as dlsym does: base definitions of old versions do not count */
} RtWanted;

/* Reads the tables out of a dynamic section. `relocated`: ld.so has added the base to the pointers.
 */
void rt_symbols_read(RtSymbols *symbols, uintptr_t base, const ElfW(Dyn) * dynamic, bool relocated);
/* Fills symbols->versions; false when memory is out. */
bool rt_symbols_versions(RtSymbols *symbols);
/* Number of entries of the symbol table, counted from the hash table. */
uint32_t rt_symbols_count(const RtSymbols *symbols);
/* The hash of DT_HASH tables and of version names. */
uint32_t rt_symbols_sysv_hash(const char *name);
void rt_wanted_init(RtWanted *wanted, const char *name, const RtVersion *version);
/* The symbol that defines the name in this object, or NULL. Versions are honoured when
 * symbols->versions is there, otherwise every version matches. */
const ElfW(Sym) * rt_symbols_find(const RtSymbols *symbols, const RtWanted *wanted);
/* The version a symbol of this object asks for (or has); NULL if unversioned. */
const RtVersion *rt_symbols_version_of(const RtSymbols *symbols, uint32_t index);
static inline uintptr_t rt_symbol_address(const RtSymbols *symbols, const ElfW(Sym) * symbol) {
    return symbol->st_shndx == SHN_ABS ? symbol->st_value : symbols->base + symbol->st_value;
}

/* ---- objects ---- */

typedef enum RtObjectKind { RT_OBJECT_IN_PLACE, RT_OBJECT_HOST } RtObjectKind;

typedef struct RtRelocations {
    const ElfW(Rela) * rela;
    size_t rela_count;
    size_t relative_count; /* at the start of rela: only relative ones */
    const ElfW(Rela) * plt;
    size_t plt_count;
    const ElfW(Addr) * relr;
    size_t relr_count;
} RtRelocations;

typedef enum RtTlsPlace { RT_TLS_OPEN, RT_TLS_STATIC, RT_TLS_DYNAMIC } RtTlsPlace;

typedef struct RtTls {
    const uint8_t *image; /* initial bytes, in the mapping */
    size_t image_size;
    size_t size; /* 0: the object has no thread-local storage */
    size_t align;
    uint32_t module;           /* index into the table of rt_elf_tls.c */
    _Atomic(RtTlsPlace) place; /* decided by the first use, then fixed */
    size_t static_offset;      /* in the static reserve, for RT_TLS_STATIC */
} RtTls;

typedef struct RtObjectList {
    RtObject **items;
    size_t count;
    size_t capacity;
} RtObjectList;

struct RtObject {
    _Atomic(RtObject *) next; /* published objects, in order of loading */
    RtObjectKind kind;
    uint32_t node;      /* IMAGE_NONE for host libraries */
    char *path;         /* "<exe>/lib/x.so", or the host library's name; malloc */
    const char *soname; /* DT_SONAME, or the file's name */
    void *host;         /* handle of ld.so for RT_OBJECT_HOST */

    uintptr_t start, end; /* the whole mapping */
    uintptr_t base;
    ElfW(Phdr) * segments; /* malloc */
    size_t segment_count;
    const void *eh_frame_header;
    const ElfW(Dyn) * dynamic;
    RtSymbols symbols;
    RtRelocations relocations;
    RtTls tls;
    struct link_map map; /* what dladdr1 and dlinfo hand out */

    const char *run_path; /* DT_RUNPATH */
    const char *rpath;    /* DT_RPATH, when there is no DT_RUNPATH */
    bool symbolic;
    bool static_tls;
    bool text_relocations;
    bool deep_bind; /* RTLD_DEEPBIND */
    bool global;    /* RTLD_GLOBAL */
    bool initialised;
    bool ordered; /* scratch of the sort by dependency */

    RtObject *loader; /* the object that needed this one first, NULL for roots */
    RtObject *root;   /* whose tree this object's references are looked up in */
    RtObjectList needed;
    RtObjectList tree; /* itself and its dependencies, breadth first */
    uint32_t references;
};

/* ---- rt_elf.c ---- */

extern _Atomic(RtObject *) rt_objects; /* published objects */
void rt_elf_lock(void);
void rt_elf_unlock(void);
void rt_elf_lock_after_fork(void);
/* Remembers a message for this thread; returns false, to be used as `return rt_elf_fail(...)`. */
bool rt_elf_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Takes the thread's message (free it), NULL when there is none. */
char *rt_elf_take_error(void);
bool rt_list_add(RtObjectList *list, RtObject *object);
/* The in-place object whose mapping holds this address, NULL if none. No lock, no allocation. */
RtObject *rt_elf_at(uintptr_t address);
/* Loads what DT_NEEDED or dlopen(name without slash) of `from` (may be NULL) means when the image
 * carries it. *found tells "not carried" from "failed". */
RtObject *rt_elf_load_name(const char *name, const RtObject *from, int dlopen_flags, bool *found);
/* Loads the carried library of this soname through ld.so; false (with no message) if none is
 * carried or that does not work. */
bool rt_elf_load_in_host(const char *soname);
/* An object of the image that is loaded already, without a new reference; NULL otherwise. */
RtObject *rt_elf_loaded(uint32_t node);
/* Appends an object to the published list. */
void rt_elf_publish(RtObject *object);
bool rt_elf_debug(void);

/* ---- rt_elf_map.c ---- */

/* Maps the object's node and fills everything that can be read from it. */
bool rt_elf_map(RtObject *object, int *descriptor);
void rt_elf_unmap(RtObject *object);
/* Makes segments without PF_W writable (on) or as they should be (off). */
bool rt_elf_protect_text(const RtObject *object, bool writable);
/* Makes the part that PT_GNU_RELRO names read-only. */
bool rt_elf_protect_relro(const RtObject *object);

/* ---- rt_elf_scope.c ---- */

typedef struct RtDefinition {
    RtObject *object;         /* NULL: defined by a host library or the executable */
    const ElfW(Sym) * symbol; /* NULL: as object */
    uintptr_t address;        /* run-time address; for thread-local host symbols, this thread's */
} RtDefinition;

/* What a reference from `from` binds to, by ld.so's rules. False: defined nowhere. */
bool rt_scope_find(RtObject *from, const RtWanted *wanted, RtDefinition *definition);
/* In the object's own tree, as dlsym(handle) does. `after`: only objects behind this one. */
bool rt_scope_find_in_tree(const RtObject *object, const RtObject *after, const RtWanted *wanted,
                           RtDefinition *definition);
/* In in-place objects loaded with RTLD_GLOBAL. */
bool rt_scope_find_global(const RtWanted *wanted, RtDefinition *definition);
/* Removes what a load that failed has left in the table of unique definitions. */
void rt_scope_forget(const RtObject *object);
/* The address a program gets for a definition: resolves ifuncs and thread-local symbols. */
void *rt_definition_pointer(const RtDefinition *definition);

/* ---- rt_elf_reloc.c ---- */

typedef enum RtRelocationKind {
    RT_RELOCATION_NONE,
    RT_RELOCATION_RELATIVE,
    RT_RELOCATION_ABSOLUTE, /* symbol + addend, 64 bits */
    RT_RELOCATION_GOT,      /* symbol (x86: no addend) */
    RT_RELOCATION_PC32,
    RT_RELOCATION_PC64,
    RT_RELOCATION_ABSOLUTE32,
    RT_RELOCATION_SIZE64,
    RT_RELOCATION_SIZE32,
    RT_RELOCATION_IRELATIVE,
    RT_RELOCATION_TLS_MODULE,
    RT_RELOCATION_TLS_OFFSET,
    RT_RELOCATION_TLS_STATIC, /* offset from the thread pointer */
    RT_RELOCATION_TLS_DESCRIPTOR,
    RT_RELOCATION_UNSUPPORTED
} RtRelocationKind;

typedef enum RtRelocationResult {
    RT_RELOCATED,
    RT_RELOCATION_FAILED,   /* an undefined symbol, no memory: an error for ld.so as well */
    RT_RELOCATION_BEYOND_US /* ld.so might do it: fall back */
} RtRelocationResult;

RtRelocationResult rt_elf_relocate(RtObject *object);

/* ---- rt_elf_tls.c ---- */

enum { RT_TLS_RESERVE = 4096, RT_TLS_RESERVE_ALIGN = 64 };
typedef struct RtTlsIndex { /* the argument of __tls_get_addr */
    size_t module;
    size_t offset;
} RtTlsIndex;

/* Gives the object a module number (and, with DF_STATIC_TLS, a place in the reserve). */
bool rt_tls_register(RtObject *object);
/* Takes back what a load that failed has registered; last registered first. */
void rt_tls_unregister(RtObject *object);
/* Places the object's block in the static reserve; false when it is too late or too large. */
bool rt_tls_make_static(RtObject *object);
/* Module number as relocations store it. */
size_t rt_tls_module_id(const RtObject *object);
/* Copies the initial image to every thread that runs now; new threads get it when they start. */
void rt_tls_publish_static(RtObject *object);
/* This thread's block, made when needed; NULL when memory is out. */
void *rt_tls_block(RtObject *object);
/* The same, but only if this thread has one. */
void *rt_tls_block_if_any(const RtObject *object);
/* Offset from the thread pointer, for objects with static storage. */
ptrdiff_t rt_tls_static_offset(const RtObject *object);
/* What __tls_get_addr of in-place objects is bound to; serves ld.so's modules too. */
void *rt_tls_get_addr(RtTlsIndex *index);
void rt_tls_after_fork(void);
/* Once per process, in the main thread. */
void rt_tls_start(void);
/* In a new thread, before anything else: static images, the list of threads. */
void rt_tls_thread_starts(void);

/* ---- rt_elf_host.c ---- */

#define RT_REAL_FUNCTIONS(X)                                                                       \
    X(dlopen, void *, (const char *, int))                                                         \
    X(dlsym, void *, (void *, const char *))                                                       \
    X(dlvsym, void *, (void *, const char *, const char *))                                        \
    X(dlclose, int, (void *))                                                                      \
    X(dlerror, char *, (void))                                                                     \
    X(dladdr, int, (const void *, Dl_info *))                                                      \
    X(dladdr1, int, (const void *, Dl_info *, void **, int))                                       \
    X(dlinfo, int, (void *, int, void *))                                                          \
    X(dl_iterate_phdr, int, (int (*)(struct dl_phdr_info *, size_t, void *), void *))              \
    X(pthread_create, int, (pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))       \
    X(pthread_exit, void, (void *))                                                                \
    X(pthread_cancel, int, (pthread_t))

/* The C library's own functions, which our exports of the same names hide. */
#define RT_DECLARE_REAL(name, result, arguments) extern result(*rt_real_##name) arguments;
RT_REAL_FUNCTIONS(RT_DECLARE_REAL)
#undef RT_DECLARE_REAL
struct dl_find_object;
extern int (*rt_real_find_object)(void *, struct dl_find_object *); /* NULL before glibc 2.35 */

/* Finds the real functions; idempotent, needs no lock after the first constructor. */
void rt_host_start(void);
/* Reads the list of ld.so's objects again if it changed. Under the lock. */
void rt_host_refresh(void);
/* Whether ld.so has an object of this soname. */
bool rt_host_has(const char *soname);
/* True for libpthread.so.0 and the like, which are empty since glibc 2.34, and for the libpython
 * that is linked into the executable. */
bool rt_host_needs_nothing(const char *soname);
/* False when no object of ld.so defines the name, so that asking dlsym would be in vain. */
bool rt_host_may_define(const RtWanted *wanted);
/* The definition that ld.so's global scope has; for thread-local ones, this thread's. NULL if none.
 */
void *rt_host_global(const RtWanted *wanted);
/* The same for the scope of a handle. */
void *rt_host_symbol(void *handle, const RtWanted *wanted);
/* The host library of this name as an object (remembered), NULL with an error. */
RtObject *rt_host_object(const char *name);
/* Sees to it that ld.so has a library of this soname: the carried one if possible, else the host's.
 */
bool rt_host_provide(const char *soname);
/* Loads a node through a memfd and ld.so into `object` (which becomes RT_OBJECT_HOST). */
bool rt_host_load_node(RtObject *object);
/* Module and offset of the thread-local host symbol whose address in this thread is given.
 * *is_static: it lies at the same offset from the thread pointer in every thread. */
bool rt_host_tls(uintptr_t address, size_t *module, size_t *offset, bool *is_static);
/* A definition with STB_GNU_UNIQUE in any object of ld.so; 0 if none. */
uintptr_t rt_host_unique(const RtWanted *wanted);

/* ---- rt_elf_init.c ---- */

/* Runs the initialisers of an object and marks it. */
void rt_elf_initialise(RtObject *object);

/* ---- rt_elf_<processor>.c ---- */

enum { RT_ARCH_MACHINE = EM_X86_64 };
RtRelocationKind rt_arch_relocation_kind(uint32_t type);
const char *rt_arch_relocation_name(uint32_t type);
/* Calls the resolver of an ifunc. */
uintptr_t rt_arch_resolve(uintptr_t resolver);
uintptr_t rt_arch_thread_pointer(void);
/* Fills the two words of a TLS descriptor. */
bool rt_arch_tls_descriptor(uintptr_t *words, RtObject *object, size_t offset);

/* ---- rt_dl.c: called by the entry code of the processor file ---- */

typedef struct RtDlAnswer {
    void *value;
    uintptr_t handled; /* 0: go on in the C library's function */
} RtDlAnswer;
RtDlAnswer rt_dl_open(const char *path, int flags, const void *unused, void *caller);
RtDlAnswer rt_dl_symbol(void *handle, const char *name, const void *unused, void *caller);
RtDlAnswer rt_dl_versioned(void *handle, const char *name, const char *version, void *caller);

#endif
