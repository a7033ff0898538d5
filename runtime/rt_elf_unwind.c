/* rt_elf_unwind.c: exceptions through in-place objects.
 *
 * libgcc's unwinder asks _dl_find_object (gcc 12 on, with glibc 2.35 on) or dl_iterate_phdr for the
 * frame tables of an address. Both are exported here and add our objects to ld.so's. They take no
 * lock and allocate nothing: published objects stay, and the list only grows. */
#include "rt_elf.h"

#include <string.h>

RtObject *rt_elf_at(uintptr_t address) {
    for (RtObject *object = atomic_load_explicit(&rt_objects, memory_order_acquire); object;
         object = atomic_load_explicit(&object->next, memory_order_acquire)) {
        if (address - object->start < object->end - object->start) {
            return object;
        }
    }
    return NULL;
}

/* ---- dl_iterate_phdr ---- */

typedef int (*Visit)(struct dl_phdr_info *info, size_t size, void *context);

typedef struct Iteration {
    Visit visit;
    void *context;
    unsigned long long ours; /* objects of ours, added to the count of loads */
    unsigned long long adds, subs;
} Iteration;

static int visit_host(struct dl_phdr_info *info, size_t size, void *context) {
    Iteration *iteration = context;
    struct dl_phdr_info copy;
    memcpy(&copy, info, size < sizeof copy ? size : sizeof copy);
    copy.dlpi_adds += iteration->ours;
    iteration->adds = copy.dlpi_adds;
    iteration->subs = copy.dlpi_subs;
    return iteration->visit(&copy, sizeof copy, iteration->context);
}

static int visit_object(const Iteration *iteration, const RtObject *object) {
    struct dl_phdr_info info = {
        .dlpi_addr = object->base,
        .dlpi_name = object->path,
        .dlpi_phdr = object->segments,
        .dlpi_phnum = (ElfW(Half))object->segment_count,
        .dlpi_adds = iteration->adds,
        .dlpi_subs = iteration->subs,
        .dlpi_tls_modid = object->tls.size ? rt_tls_module_id(object) : 0,
        .dlpi_tls_data = rt_tls_block_if_any(object),
    };
    return iteration->visit(&info, sizeof info, iteration->context);
}

RT_EXPORT int dl_iterate_phdr(Visit visit, void *context) {
    Iteration iteration = {visit, context, 0, 0, 0};
    rt_host_start();
    for (RtObject *object = atomic_load(&rt_objects); object; object = atomic_load(&object->next)) {
        iteration.ours += object->kind == RT_OBJECT_IN_PLACE;
    }
    int result = rt_real_dl_iterate_phdr(visit_host, &iteration);
    for (RtObject *object = atomic_load(&rt_objects); object && result == 0;
         object = atomic_load(&object->next)) {
        if (object->kind == RT_OBJECT_IN_PLACE) {
            result = visit_object(&iteration, object);
        }
    }
    return result;
}

/* ---- _dl_find_object ---- */

#ifdef DLFO_STRUCT_HAS_EH_DBASE /* <dlfcn.h> of glibc 2.35 on */
int _dl_find_object(void *address, struct dl_find_object *result);

RT_EXPORT int _dl_find_object(void *address, struct dl_find_object *result) {
    RtObject *object = rt_elf_at((uintptr_t)address);
    if (!object) {
        rt_host_start();
        return rt_real_find_object ? rt_real_find_object(address, result) : -1;
    }
    if (!object->eh_frame_header) {
        return -1;
    }
    memset(result, 0, sizeof *result);
    result->dlfo_map_start = (void *)object->start;
    result->dlfo_map_end = (void *)object->end;
    result->dlfo_link_map = &object->map;
    result->dlfo_eh_frame = (void *)object->eh_frame_header;
    return 0;
}
#endif
