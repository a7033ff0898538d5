/* rt_elf_host.c: ld.so and its objects, as the in-place loader sees them.
 *
 * The executable exports its own dlopen, dlsym, dl_iterate_phdr, pthread_create …, so the C
 * library's functions cannot be named any more, not even through dlsym. They are found by looking
 * through the hash tables of the objects on the debugger's list of link maps (DT_DEBUG), skipping
 * the executable.
 *
 * The same hash tables answer "does any object of ld.so define this name at all?". Most names that
 * an in-place object defines and uses itself are unknown to ld.so, and a dlsym that fails costs
 * several microseconds for its error message. When the answer is yes, dlsym decides (it knows which
 * objects are in the global scope). */
#include "rt_elf.h"

#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- the real functions ---- */

#define RT_DEFINE_REAL(name, result, arguments) result(*rt_real_##name) arguments;
RT_REAL_FUNCTIONS(RT_DEFINE_REAL)
#undef RT_DEFINE_REAL
int (*rt_real_find_object)(void *, struct dl_find_object *);

static void *real_function(const struct link_map *maps, const char *name) {
    RtWanted wanted;
    rt_wanted_init(&wanted, name, NULL);
    wanted.newest = true;
    for (const struct link_map *map = maps->l_next; map; map = map->l_next) {
        RtSymbols symbols;
        rt_symbols_read(&symbols, map->l_addr, map->l_ld, true);
        const ElfW(Sym) *symbol = rt_symbols_find(&symbols, &wanted);
        if (symbol) {
            uintptr_t address = rt_symbol_address(&symbols, symbol);
            return (void *)(ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC
                                ? rt_arch_resolve(address)
                                : address);
        }
    }
    return NULL;
}

void rt_host_start(void) {
    if (rt_real_dlsym) {
        return;
    }
    const struct r_debug *debug = NULL;
    for (const ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_DEBUG) {
            debug = (const struct r_debug *)entry->d_un.d_ptr;
        }
    }
    if (!debug || !debug->r_map) {
        fprintf(stderr, "pyc2c: the dynamic linker gives no list of its objects\n");
        _exit(70);
    }
    rt_real_find_object =
        (int (*)(void *, struct dl_find_object *))real_function(debug->r_map, "_dl_find_object");
#define RT_FIND_REAL(name, result, arguments)                                                      \
    rt_real_##name = (result(*) arguments)real_function(debug->r_map, #name);
    RT_REAL_FUNCTIONS(RT_FIND_REAL)
#undef RT_FIND_REAL
    if (!rt_real_dlopen || !rt_real_dlsym || !rt_real_dl_iterate_phdr) {
        fprintf(stderr, "pyc2c: the C library has no dlopen (it must be glibc)\n");
        _exit(70);
    }
}

/* ---- ld.so's objects ---- */

typedef struct HostObject {
    RtSymbols symbols;
    const char *soname; /* "" when it has none */
} HostObject;

static HostObject *host_objects;
static size_t host_count;
static size_t host_capacity;
static size_t host_startup_count; /* of them were there before main: the global scope, in order */
static unsigned long long host_generation; /* dlpi_adds + dlpi_subs of the list above */

static const char *host_soname(const RtSymbols *symbols, const ElfW(Dyn) * dynamic) {
    for (; dynamic->d_tag != DT_NULL; dynamic++) {
        if (dynamic->d_tag == DT_SONAME) {
            return symbols->strings + dynamic->d_un.d_val;
        }
    }
    return "";
}

static bool host_add(const struct dl_phdr_info *info) {
    if (host_count == host_capacity) {
        size_t capacity = host_capacity ? host_capacity * 2 : 16;
        HostObject *grown = realloc(host_objects, capacity * sizeof *grown);
        if (!grown) {
            return false;
        }
        host_objects = grown;
        host_capacity = capacity;
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) {
            HostObject *host = &host_objects[host_count];
            const void *dynamic = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
            rt_symbols_read(&host->symbols, info->dlpi_addr, dynamic, true);
            host->symbols.takes_plt = host_count == 0; /* the executable, if it is not PIE */
            host->soname = host_soname(&host->symbols, dynamic);
            if (strncmp(host->soname, "linux-vdso.", 11) == 0) {
                return true; /* ld.so does not look there for symbols */
            }
            host_count++;
            return rt_symbols_versions(&host->symbols);
        }
    }
    return true;
}

static int host_visit(struct dl_phdr_info *info, size_t size, void *context) {
    bool *started = context;
    unsigned long long generation = info->dlpi_adds + info->dlpi_subs;
    (void)size;
    if (!*started) {
        if (host_count && generation == host_generation) {
            return 1; /* nothing was loaded or unloaded since */
        }
        *started = true;
        while (host_count) {
            free(host_objects[--host_count].symbols.versions);
        }
        host_generation = generation;
    }
    return !host_add(info);
}

void rt_host_refresh(void) {
    bool started = false;
    rt_real_dl_iterate_phdr(host_visit, &started);
    if (host_startup_count == 0) {
        host_startup_count = host_count;
    }
}

/* The first definition that satisfies a reference, as ld.so would see it. */
static const ElfW(Sym) * host_find(const RtWanted *wanted, const HostObject **host) {
    for (size_t i = 0; i < host_count; i++) {
        const ElfW(Sym) *symbol = rt_symbols_find(&host_objects[i].symbols, wanted);
        if (symbol) {
            *host = &host_objects[i];
            return symbol;
        }
    }
    return NULL;
}

bool rt_host_may_define(const RtWanted *wanted) {
    const HostObject *host;
    return host_find(wanted, &host) != NULL;
}

uintptr_t rt_host_unique(const RtWanted *wanted) {
    for (size_t i = 0; i < host_count; i++) {
        const ElfW(Sym) *symbol = rt_symbols_find(&host_objects[i].symbols, wanted);
        if (symbol && ELF64_ST_BIND(symbol->st_info) == STB_GNU_UNIQUE) {
            return rt_symbol_address(&host_objects[i].symbols, symbol);
        }
    }
    return 0;
}

bool rt_host_has(const char *soname) {
    for (size_t i = 0; i < host_count; i++) {
        if (strcmp(host_objects[i].soname, soname) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_merged_into_libc(const char *soname) {
    static const char *const merged[] = {"libpthread.so.0", "libdl.so.2", "librt.so.1",
                                         "libutil.so.1", "libanl.so.1"};
    for (size_t i = 0; i < sizeof merged / sizeof *merged; i++) {
        if (strcmp(soname, merged[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool libc_is_merged(void) {
    int major = 0;
    int minor = 0;
    return sscanf(gnu_get_libc_version(), "%d.%d", &major, &minor) == 2 &&
           (major > 2 || minor >= 34);
}

/* In the executable, or carried and loaded before everything else. */
static bool has_python(void) {
    RtWanted wanted;
    RtDefinition definition;
    rt_wanted_init(&wanted, "Py_GetVersion", NULL);
    return rt_real_dlsym(RTLD_DEFAULT, wanted.name) != NULL ||
           rt_scope_find_global(&wanted, &definition);
}

bool rt_host_needs_nothing(const char *soname) {
    if (is_merged_into_libc(soname)) {
        return libc_is_merged();
    }
    return strncmp(soname, "libpython3.", 11) == 0 && has_python();
}

/* dlvsym wants exactly its version, but a reference with a version is also satisfied by a
 * definition without one: those of the executable (our open, dlopen …) and of preloaded libraries.
 */
static bool host_has_unversioned(const RtWanted *wanted) {
    const HostObject *host;
    const ElfW(Sym) *symbol = host_find(wanted, &host);
    return symbol &&
           !rt_symbols_version_of(&host->symbols, (uint32_t)(symbol - host->symbols.table));
}

void *rt_host_global(const RtWanted *wanted) {
    const HostObject *host;
    const ElfW(Sym) *symbol = host_find(wanted, &host);
    unsigned type = symbol ? ELF64_ST_TYPE(symbol->st_info) : STT_TLS;
    if (type == STT_TLS || (size_t)(host - host_objects) >= host_startup_count) {
        return symbol ? rt_host_symbol(RTLD_DEFAULT, wanted) : NULL;
    }
    uintptr_t address = rt_symbol_address(&host->symbols, symbol);
    return (void *)(type == STT_GNU_IFUNC ? rt_arch_resolve(address) : address);
}

void *rt_host_symbol(void *handle, const RtWanted *wanted) {
    void *address = !wanted->version || host_has_unversioned(wanted)
                        ? rt_real_dlsym(handle, wanted->name)
                        : NULL;
    if (!address && wanted->version) {
        address = rt_real_dlvsym(handle, wanted->name, wanted->version->name);
    }
    if (!address) {
        rt_real_dlerror(); /* nobody will ask for this message */
    }
    return address;
}

/* ---- thread-local symbols of host objects ---- */

typedef struct TlsSearch {
    uintptr_t address;
    size_t module;
    size_t offset;
    bool found;
} TlsSearch;

static int tls_visit(struct dl_phdr_info *info, size_t size, void *context) {
    TlsSearch *search = context;
    if (size < offsetof(struct dl_phdr_info, dlpi_tls_data) + sizeof info->dlpi_tls_data ||
        !info->dlpi_tls_data) {
        return 0;
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t start = (uintptr_t)info->dlpi_tls_data;
        if (info->dlpi_phdr[i].p_type == PT_TLS && search->address >= start &&
            search->address < start + info->dlpi_phdr[i].p_memsz) {
            search->module = info->dlpi_tls_modid;
            search->offset = search->address - start;
            search->found = true;
            return 1;
        }
    }
    return 0;
}

bool rt_host_tls(uintptr_t address, size_t *module, size_t *offset, bool *is_static) {
    TlsSearch search = {address, 0, 0, false};
    rt_real_dl_iterate_phdr(tls_visit, &search);
    if (!search.found) {
        return rt_elf_fail("a thread-local symbol lies outside every library");
    }
    *module = search.module;
    *offset = search.offset;
    /* Static blocks are laid out around the thread pointer, dynamic ones come from malloc. */
    uintptr_t here = rt_arch_thread_pointer();
    uintptr_t distance = address > here ? address - here : here - address;
    *is_static = distance < 1024 * 1024;
    return true;
}

/* ---- loading through ld.so ---- */

static RtObject *host_known(const char *name) {
    for (RtObject *object = atomic_load(&rt_objects); object; object = atomic_load(&object->next)) {
        if (object->kind == RT_OBJECT_HOST && strcmp(object->soname, name) == 0) {
            return object;
        }
    }
    return NULL;
}

RtObject *rt_host_object(const char *name) {
    RtObject *object = host_known(name);
    if (object) {
        return object;
    }
    void *handle = rt_real_dlopen(name, RTLD_LAZY | RTLD_LOCAL);
    if (!handle) {
        rt_elf_fail("%s", rt_real_dlerror());
        return NULL;
    }
    object = calloc(1, sizeof *object);
    if (!object || !(object->path = strdup(name)) || !rt_list_add(&object->tree, object)) {
        rt_elf_fail("%s: out of memory", name);
        return NULL;
    }
    object->kind = RT_OBJECT_HOST;
    object->node = IMAGE_NONE;
    object->soname = object->path;
    object->host = handle;
    object->initialised = true;
    rt_elf_publish(object);
    rt_host_refresh();
    return object;
}

bool rt_host_provide(const char *soname) {
    rt_elf_lock();
    rt_host_refresh();
    bool there = rt_host_has(soname) || rt_elf_load_in_host(soname) || rt_host_object(soname);
    free(rt_elf_take_error());
    rt_elf_unlock();
    return there;
}

static bool write_all(int descriptor, const uint8_t *bytes, size_t size) {
    while (size) {
        ssize_t written = write(descriptor, bytes, size);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return true;
}

bool rt_host_load_node(RtObject *object) {
    bool owned = false;
    const uint8_t *bytes = rt_node_data(object->node, &owned);
    const char *slash = strrchr(object->path, '/');
    int descriptor = memfd_create(slash ? slash + 1 : object->path, MFD_CLOEXEC);
    bool written =
        bytes && descriptor >= 0 && write_all(descriptor, bytes, rt_image.nodes[object->node].size);
    if (owned) {
        free((void *)bytes);
    }
    if (!written) {
        if (descriptor >= 0) {
            close(descriptor);
        }
        return rt_elf_fail("%s: cannot copy it to memory: %m", object->path);
    }
    /* The descriptor stays open: ld.so knows objects by name, and would take the next file with
     * this number for this library. */
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    object->host = rt_real_dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!object->host) {
        char *message = rt_real_dlerror();
        close(descriptor);
        return rt_elf_fail("%s: %s", object->path, message ? message : "dlopen failed");
    }
    object->kind = RT_OBJECT_HOST;
    object->initialised = true;
    rt_host_refresh();
    return true;
}
