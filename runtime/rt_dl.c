/* rt_dl.c: dlopen, dlsym, dlvsym, dlclose, dlerror, dladdr and dlinfo as the program sees them.
 *
 * Exported from the executable, so every library's calls come here. Handles are either RtObjects
 * (objects of the image) or ld.so's. Requests that concern ld.so go on to it with the caller's
 * identity (see the entry code in rt_elf_x86_64.c), because RTLD_NEXT and $ORIGIN depend on who
 * asks.
 *
 * dlclose never unmaps an object of the image. */
#include "rt_elf.h"

#include <stdlib.h>
#include <string.h>

static const RtDlAnswer pass_on = {NULL, 0};

static RtDlAnswer answer(void *value) {
    if (value) {
        free(rt_elf_take_error());
    } else {
        rt_real_dlerror(); /* our message is the latest */
    }
    return (RtDlAnswer){value, 1};
}

/* Our older message must not hide what ld.so is going to say. */
static RtDlAnswer to_host(void) {
    free(rt_elf_take_error());
    return pass_on;
}

/* ---- dlopen ---- */

RtDlAnswer rt_dl_open(const char *path, int flags, const void *unused, void *caller) {
    (void)unused;
    rt_host_start();
    if (!path || !*path || !rt_image.base) {
        return to_host();
    }
    if (!strchr(path, '/')) {
        bool found = false;
        RtObject *object = rt_elf_load_name(path, rt_elf_at((uintptr_t)caller), flags, &found);
        return found ? answer(object) : to_host();
    }
    const void *linked = rt_static_open(path);
    if (linked) {
        return answer((void *)(uintptr_t)linked);
    }
    uint32_t node = rt_vfs_lookup(path);
    if (node == IMAGE_NONE) {
        return to_host();
    }
    if ((flags & RTLD_NOLOAD) && !rt_elf_loaded(node)) {
        return (RtDlAnswer){NULL, 1};
    }
    return answer(rt_elf_load(node, flags));
}

RT_EXPORT int dlclose(void *handle) {
    rt_host_start();
    if (rt_static_is_handle(handle)) {
        return 0;
    }
    if (!rt_elf_is_object(handle)) {
        return rt_real_dlclose(handle);
    }
    RtObject *object = handle;
    int result = 0;
    rt_elf_lock();
    if (object->references == 0) {
        rt_elf_fail("%s: closed more often than opened", object->path);
        result = -1;
    } else {
        object->references--;
    }
    rt_elf_unlock();
    return result;
}

RT_EXPORT char *dlerror(void) {
    static __thread char *shown; /* the text is the caller's until its next call */
    rt_host_start();
    char *text = rt_elf_take_error();
    if (!text) {
        return rt_real_dlerror();
    }
    free(shown);
    shown = text;
    return text;
}

/* ---- dlsym ---- */

static bool is_main_handle(const void *handle) {
    static void *main_handle;
    if (!main_handle) {
        main_handle = rt_real_dlopen(NULL, RTLD_LAZY);
    }
    return handle == main_handle;
}

/* RTLD_DEFAULT and RTLD_NEXT from an in-place object. */
static bool find_for_object(RtObject *object, bool next, RtWanted *wanted,
                            RtDefinition *definition) {
    if (next) {
        return rt_scope_find_in_tree(object->root, object, wanted, definition);
    }
    return rt_scope_find(object, wanted, definition);
}

static RtDlAnswer answer_definition(bool found, const RtDefinition *definition,
                                    const RtObject *object, const RtWanted *wanted) {
    if (!found) {
        rt_elf_fail("%s: undefined symbol: %s%s%s", object->path, wanted->name,
                    wanted->version ? ", version " : "",
                    wanted->version ? wanted->version->name : "");
        return answer(NULL);
    }
    RtDlAnswer result = answer(rt_definition_pointer(definition));
    return result;
}

static RtDlAnswer find_symbol(void *handle, RtWanted *wanted, const void *caller) {
    RtDefinition definition;
    if (handle == RTLD_DEFAULT || handle == RTLD_NEXT) {
        RtObject *object = rt_elf_at((uintptr_t)caller);
        if (object) {
            bool found = find_for_object(object, handle == RTLD_NEXT, wanted, &definition);
            return answer_definition(found, &definition, object, wanted);
        }
    } else if (rt_elf_is_object(handle)) {
        RtObject *object = handle;
        bool found = rt_scope_find_in_tree(object, NULL, wanted, &definition);
        return answer_definition(found, &definition, object, wanted);
    }
    if (handle == RTLD_DEFAULT || is_main_handle(handle)) {
        /* The global scope, of which ld.so does not know our part. */
        rt_host_refresh();
        if (!rt_host_may_define(wanted) && rt_scope_find_global(wanted, &definition)) {
            return answer_definition(true, &definition, NULL, wanted);
        }
    }
    return to_host();
}

RtDlAnswer rt_dl_symbol(void *handle, const char *name, const void *unused, void *caller) {
    (void)unused;
    rt_host_start();
    if (rt_static_is_handle(handle)) {
        void *symbol = rt_static_symbol(handle, name);
        if (!symbol) {
            rt_elf_fail("undefined symbol: %s (in a module linked into the executable)", name);
        }
        return answer(symbol);
    }
    if (!atomic_load(&rt_objects) || !name) {
        return to_host();
    }
    RtWanted wanted;
    rt_wanted_init(&wanted, name, NULL);
    wanted.newest = true;
    rt_elf_lock();
    RtDlAnswer result = find_symbol(handle, &wanted, caller);
    rt_elf_unlock();
    return result;
}

RtDlAnswer rt_dl_versioned(void *handle, const char *name, const char *version, void *caller) {
    rt_host_start();
    if (!atomic_load(&rt_objects) || !name || !version) {
        return to_host();
    }
    RtVersion exact = {version, rt_symbols_sysv_hash(version), true};
    RtWanted wanted;
    rt_wanted_init(&wanted, name, &exact);
    rt_elf_lock();
    RtDlAnswer result = find_symbol(handle, &wanted, caller);
    rt_elf_unlock();
    return result;
}

/* ---- dladdr, dlinfo ---- */

static const ElfW(Sym) * nearest_symbol(const RtObject *object, uintptr_t address) {
    const ElfW(Sym) *best = NULL;
    uint32_t count = rt_symbols_count(&object->symbols);
    for (uint32_t i = 0; i < count; i++) {
        const ElfW(Sym) *symbol = object->symbols.table + i;
        unsigned type = ELF64_ST_TYPE(symbol->st_info);
        if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx == SHN_ABS || type == STT_TLS ||
            symbol->st_value == 0) {
            continue;
        }
        uintptr_t start = object->base + symbol->st_value;
        bool inside = symbol->st_size == 0 ? address == start : address - start < symbol->st_size;
        if (inside && (!best || symbol->st_value > best->st_value)) {
            best = symbol;
        }
    }
    return best;
}

static const ElfW(Sym) * describe(const RtObject *object, uintptr_t address, Dl_info *info) {
    const ElfW(Sym) *symbol = nearest_symbol(object, address);
    info->dli_fname = object->path;
    info->dli_fbase = (void *)object->start;
    info->dli_sname = symbol ? object->symbols.strings + symbol->st_name : NULL;
    info->dli_saddr = symbol ? (void *)(object->base + symbol->st_value) : NULL;
    return symbol;
}

RT_EXPORT int dladdr(const void *address, Dl_info *info) {
    rt_host_start();
    const RtObject *object = rt_elf_at((uintptr_t)address);
    if (!object) {
        return rt_real_dladdr(address, info);
    }
    describe(object, (uintptr_t)address, info);
    return 1;
}

RT_EXPORT int dladdr1(const void *address, Dl_info *info, void **extra, int flags) {
    rt_host_start();
    RtObject *object = rt_elf_at((uintptr_t)address);
    if (!object) {
        return rt_real_dladdr1(address, info, extra, flags);
    }
    const ElfW(Sym) *symbol = describe(object, (uintptr_t)address, info);
    if (flags == RTLD_DL_SYMENT) {
        *extra = (void *)symbol;
    } else if (flags == RTLD_DL_LINKMAP) {
        *extra = &object->map;
    }
    return 1;
}

static int object_info(RtObject *object, int request, void *result) {
    switch (request) {
    case RTLD_DI_LMID: *(Lmid_t *)result = LM_ID_BASE; return 0;
    case RTLD_DI_LINKMAP: *(struct link_map **)result = &object->map; return 0;
    case RTLD_DI_ORIGIN: {
        size_t length = (size_t)(strrchr(object->path, '/') - object->path);
        memcpy(result, object->path, length);
        ((char *)result)[length] = '\0';
        return 0;
    }
    case RTLD_DI_TLS_MODID:
        *(size_t *)result = object->tls.size ? rt_tls_module_id(object) : 0;
        return 0;
    case RTLD_DI_TLS_DATA: *(void **)result = rt_tls_block_if_any(object); return 0;
    default:
        rt_elf_fail("%s: dlinfo request %d is not available for a library inside the executable",
                    object->path, request);
        return -1;
    }
}

RT_EXPORT int dlinfo(void *handle, int request, void *result) {
    rt_host_start();
    if (!rt_elf_is_object(handle)) {
        return rt_real_dlinfo(handle, request, result);
    }
    RtObject *object = handle;
    return object->kind == RT_OBJECT_HOST ? rt_real_dlinfo(object->host, request, result)
                                          : object_info(object, request, result);
}
