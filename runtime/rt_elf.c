/* rt_elf.c: loading shared objects of the image in place.
 *
 * One load is a batch: the object asked for and every dependency that is not there yet.
 *     1. map, breadth first; a dependency is, in this order, an object loaded before (by soname), a
 *        library that ld.so has already, a sibling named by RUNPATH/RPATH with $ORIGIN, an entry of
 * the image's library table, a library of the host
 *     2. relocate, dependencies first
 *     3. publish: from here on the unwinder and other threads know the objects
 *     4. run initialisers, dependencies first; these may load more
 * Nothing of a batch is visible before step 3, so a failure simply unmaps it. If an object needs
 * something that only ld.so can do, the batch starts again with that object going through a memfd.
 *
 * PYC2C_DEBUG_LOADER=1 in the environment prints one line per object on stderr. */
#include "rt_elf.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

_Atomic(RtObject *) rt_objects;
static RtObject *last_object;

/* ---- lock, messages, lists ---- */

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static unsigned lock_depth;

void rt_elf_lock(void) {
    pthread_mutex_lock(&lock);
    lock_depth++;
}

void rt_elf_unlock(void) {
    lock_depth--;
    pthread_mutex_unlock(&lock);
}

void rt_elf_lock_after_fork(void) {
    /* The owner is recorded by thread id, and the child's thread has another one. */
    unsigned depth = lock_depth;
    lock = (pthread_mutex_t)PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    for (unsigned i = 0; i < depth; i++) {
        pthread_mutex_lock(&lock);
    }
}

static __thread char *message;

bool rt_elf_fail(const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) {
        text = NULL;
    }
    va_end(arguments);
    free(message);
    message = text;
    return false;
}

char *rt_elf_take_error(void) {
    char *text = message;
    message = NULL;
    return text;
}

const char *rt_elf_error(void) {
    return message ? message : "no memory for a message";
}

bool rt_list_add(RtObjectList *list, RtObject *object) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 8;
        RtObject **items = realloc(list->items, capacity * sizeof *items);
        if (!items) {
            return rt_elf_fail("out of memory");
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = object;
    return true;
}

static bool list_has(const RtObjectList *list, const RtObject *object) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i] == object) {
            return true;
        }
    }
    return false;
}

bool rt_elf_debug(void) {
    static int debug = -1;
    if (debug < 0) {
        const char *value = getenv("PYC2C_DEBUG_LOADER");
        debug = value && *value && strcmp(value, "0") != 0;
    }
    return debug;
}

void rt_elf_publish(RtObject *object) {
    if (last_object) {
        atomic_store_explicit(&last_object->next, object, memory_order_release);
    } else {
        atomic_store_explicit(&rt_objects, object, memory_order_release);
    }
    last_object = object;
}

/* ---- finding what a name means ---- */

typedef struct Batch {
    RtObjectList objects; /* all, in the order they were mapped; [0] is the root */
    RtObjectList order;   /* dependencies first */
    int descriptor;       /* on the executable, -1 until needed */
} Batch;

/* Nodes that have to go through ld.so; they stay so for the life of the process. */
static uint32_t *host_nodes;
static size_t host_node_count;

static bool is_host_node(uint32_t node) {
    for (size_t i = 0; i < host_node_count; i++) {
        if (host_nodes[i] == node) {
            return true;
        }
    }
    return false;
}

static bool add_host_node(uint32_t node) {
    uint32_t *grown = realloc(host_nodes, (host_node_count + 1) * sizeof *grown);
    if (!grown) {
        return false;
    }
    host_nodes = grown;
    host_nodes[host_node_count++] = node;
    return true;
}

RtObject *rt_elf_loaded(uint32_t node) {
    for (RtObject *object = atomic_load(&rt_objects); object; object = atomic_load(&object->next)) {
        if (object->node == node && node != IMAGE_NONE) {
            return object;
        }
    }
    return NULL;
}

static RtObject *loaded_soname(const char *name) {
    for (RtObject *object = atomic_load(&rt_objects); object; object = atomic_load(&object->next)) {
        if (object->node != IMAGE_NONE && strcmp(object->soname, name) == 0) {
            return object;
        }
    }
    return NULL;
}

/* Appends `text` to a path in `out`, resolving "." and "..". False when it leaves the image. */
static bool join_path(char *out, size_t size, const char *text, size_t text_length) {
    const char *end = text + text_length;
    while (text < end) {
        const char *slash = memchr(text, '/', (size_t)(end - text));
        size_t length = (size_t)((slash ? slash : end) - text);
        size_t used = strlen(out);
        if (length == 2 && memcmp(text, "..", 2) == 0) {
            char *last = strrchr(out, '/');
            if (used == 0) {
                return false;
            }
            *(last ? last : out) = '\0';
        } else if (length > 0 && !(length == 1 && *text == '.')) {
            if (used + length + 2 > size) {
                return false;
            }
            if (used) {
                out[used++] = '/';
            }
            memcpy(out + used, text, length);
            out[used + length] = '\0';
        }
        text += length + (slash != NULL);
    }
    return true;
}

/* The node that one directory of a search path gives, if it lies in the image. */
static uint32_t find_in_directory(const RtObject *owner, const char *entry, size_t length,
                                  const char *name) {
    static const char *const origins[] = {"$ORIGIN", "${ORIGIN}"};
    char path[4096] = "";
    for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
        size_t skip = strlen(origins[i]);
        const char *own = rt_string(rt_image.nodes[owner->node].path);
        const char *slash = strrchr(own, '/');
        if (length < skip || memcmp(entry, origins[i], skip) != 0) {
            continue;
        }
        if (join_path(path, sizeof path, own, slash ? (size_t)(slash - own) : 0) &&
            join_path(path, sizeof path, entry + skip, length - skip) &&
            join_path(path, sizeof path, name, strlen(name))) {
            return rt_node_find(path, strlen(path));
        }
    }
    return IMAGE_NONE;
}

static uint32_t find_in_path(const RtObject *owner, const char *search_path, const char *name) {
    uint32_t node = IMAGE_NONE;
    while (search_path && *search_path && node == IMAGE_NONE) {
        size_t length = strcspn(search_path, ":");
        node = find_in_directory(owner, search_path, length, name);
        search_path += length + (search_path[length] == ':');
    }
    return node;
}

static uint32_t find_in_table(const char *name) {
    size_t low = 0;
    size_t high = rt_image.base ? rt_image.index->libraries.count : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(rt_string(rt_image.libraries[middle].soname), name);
        if (order == 0) {
            return rt_image.libraries[middle].node;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return IMAGE_NONE;
}

static uint32_t find_carried(const char *name, const RtObject *from) {
    uint32_t node = IMAGE_NONE;
    if (from && from->node != IMAGE_NONE && from->run_path) {
        node = find_in_path(from, from->run_path, name);
    }
    /* DT_RPATH is inherited from those that caused the load, unless DT_RUNPATH is there. */
    for (const RtObject *owner = from; owner && !from->run_path && node == IMAGE_NONE;
         owner = owner->loader) {
        if (owner->node != IMAGE_NONE) {
            node = find_in_path(owner, owner->rpath, name);
        }
    }
    return node != IMAGE_NONE ? node : find_in_table(name);
}

const char *rt_elf_find_library(const char *name) {
    size_t length = strlen(name);
    uint32_t count = rt_image.base ? rt_image.index->libraries.count : 0;
    for (uint32_t i = 0; i < count; i++) {
        const char *soname = rt_string(rt_image.libraries[i].soname);
        const char *rest = soname + 3 + length;
        if (strncmp(soname, "lib", 3) == 0 && strncmp(soname + 3, name, length) == 0 &&
            strncmp(rest, ".so", 3) == 0 && (rest[3] == '\0' || rest[3] == '.')) {
            return soname;
        }
    }
    return NULL;
}

/* ---- objects of a batch ---- */

static RtObject *object_new(uint32_t node, RtObject *loader) {
    const char *path = rt_string(rt_image.nodes[node].path);
    RtObject *object = calloc(1, sizeof *object);
    if (!object || asprintf(&object->path, "%s/%s", rt_image.exe, path) < 0) {
        free(object);
        rt_elf_fail("%s: out of memory", path);
        return NULL;
    }
    object->kind = RT_OBJECT_IN_PLACE;
    object->node = node;
    object->soname = strrchr(object->path, '/') + 1;
    object->loader = loader;
    return object;
}

static void object_free(RtObject *object) {
    rt_tls_unregister(object);
    rt_scope_forget(object);
    rt_elf_unmap(object);
    free(object->needed.items);
    free(object->tree.items);
    free(object->path);
    free(object);
}

static bool host_load_tree(RtObject *object, int *descriptor);

/* Carried dependencies of an object that ld.so loads have to be there first, by soname. */
static bool host_load_needed(RtObject *object, int *descriptor) {
    for (const ElfW(Dyn) *entry = object->dynamic; entry->d_tag != DT_NULL; entry++) {
        const char *name = object->symbols.strings + entry->d_un.d_val;
        if (entry->d_tag != DT_NEEDED || rt_host_has(name)) {
            continue;
        }
        uint32_t node = find_carried(name, object);
        if (node == IMAGE_NONE) {
            continue;
        }
        RtObject *needed = object_new(node, object);
        bool good = needed && host_load_tree(needed, descriptor);
        if (needed) {
            object_free(needed); /* ld.so keeps the library, we do not need to know it */
        }
        if (!good) {
            return false;
        }
    }
    return true;
}

static bool host_load_tree(RtObject *object, int *descriptor) {
    if (!rt_elf_map(object, descriptor) || !host_load_needed(object, descriptor)) {
        return false;
    }
    rt_elf_unmap(object);
    object->soname = strrchr(object->path, '/') + 1;
    object->run_path = object->rpath = NULL;
    object->dynamic = NULL;
    object->eh_frame_header = NULL;
    object->tls.size = 0;
    object->relocations = (RtRelocations){0};
    return rt_host_load_node(object);
}

bool rt_elf_load_in_host(const char *soname) {
    uint32_t node = find_in_table(soname);
    int descriptor = -1;
    bool good = false;
    RtObject *object = node == IMAGE_NONE ? NULL : object_new(node, NULL);
    if (object) {
        good = host_load_tree(object, &descriptor);
        object_free(object);
    }
    if (descriptor >= 0) {
        close(descriptor);
    }
    free(rt_elf_take_error());
    return good;
}

static RtObject *batch_add(Batch *batch, uint32_t node, RtObject *loader) {
    RtObject *object = object_new(node, loader);
    if (!object) {
        return NULL;
    }
    if (!rt_list_add(&batch->objects, object)) {
        object_free(object);
        return NULL;
    }
    if (is_host_node(node)) {
        return host_load_tree(object, &batch->descriptor) ? object : NULL;
    }
    if (!rt_elf_map(object, &batch->descriptor) || !rt_tls_register(object)) {
        return NULL;
    }
    return object;
}

static RtObject *batch_find(const Batch *batch, uint32_t node, const char *soname) {
    for (size_t i = 0; i < batch->objects.count; i++) {
        RtObject *object = batch->objects.items[i];
        if (object->node == node || (soname && strcmp(object->soname, soname) == 0)) {
            return object;
        }
    }
    return NULL;
}

/* The object for one DT_NEEDED entry; NULL with a message. */
static RtObject *batch_need(Batch *batch, const char *name, RtObject *object) {
    RtObject *found = loaded_soname(name);
    if (!found) {
        found = batch_find(batch, IMAGE_NONE, name);
    }
    if (found) {
        return found;
    }
    if (rt_host_has(name)) {
        return rt_host_object(name);
    }
    uint32_t node = find_carried(name, object);
    if (node != IMAGE_NONE) {
        found = rt_elf_loaded(node);
        if (!found) {
            found = batch_find(batch, node, NULL);
        }
        return found ? found : batch_add(batch, node, object);
    }
    found = rt_host_object(name);
    if (!found) {
        char *reason = rt_elf_take_error();
        rt_elf_fail("%s: needs %s, which is neither in the executable nor on this machine (%s)",
                    object->path, name, reason ? reason : "");
        free(reason);
    }
    return found;
}

static bool batch_map(Batch *batch, uint32_t node) {
    if (!batch_add(batch, node, NULL)) {
        return false;
    }
    for (size_t i = 0; i < batch->objects.count; i++) {
        RtObject *object = batch->objects.items[i];
        if (object->kind != RT_OBJECT_IN_PLACE) {
            continue;
        }
        for (const ElfW(Dyn) *entry = object->dynamic; entry->d_tag != DT_NULL; entry++) {
            const char *name = object->symbols.strings + entry->d_un.d_val;
            if (entry->d_tag != DT_NEEDED || rt_host_needs_nothing(name)) {
                continue;
            }
            RtObject *needed = batch_need(batch, name, object);
            if (!needed || !rt_list_add(&object->needed, needed)) {
                return false;
            }
        }
    }
    return true;
}

/* Fills object->tree. */
static bool grow_tree(RtObject *object) {
    if (!rt_list_add(&object->tree, object)) {
        return false;
    }
    for (size_t i = 0; i < object->tree.count; i++) {
        const RtObjectList *needed = &object->tree.items[i]->needed;
        for (size_t k = 0; k < needed->count; k++) {
            if (!list_has(&object->tree, needed->items[k]) &&
                !rt_list_add(&object->tree, needed->items[k])) {
                return false;
            }
        }
    }
    return true;
}

/* Appends the object behind its dependencies; cycles are cut where they are met. */
static bool sort_object(Batch *batch, RtObject *object) {
    if (object->ordered) {
        return true;
    }
    object->ordered = true;
    for (size_t i = 0; i < object->needed.count; i++) {
        if (!sort_object(batch, object->needed.items[i])) {
            return false;
        }
    }
    return !list_has(&batch->objects, object) || rt_list_add(&batch->order, object);
}

static bool batch_arrange(Batch *batch, int dlopen_flags) {
    RtObject *root = batch->objects.items[0];
    root->deep_bind = (dlopen_flags & RTLD_DEEPBIND) != 0;
    for (size_t i = 0; i < batch->objects.count; i++) {
        batch->objects.items[i]->root = root;
        if (!grow_tree(batch->objects.items[i])) {
            return false;
        }
    }
    return sort_object(batch, root);
}

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void print_object(const RtObject *object, double time) {
    if (object->kind == RT_OBJECT_HOST) {
        fprintf(stderr, "pyc2c loader: %s through ld.so\n", object->path);
        return;
    }
    fprintf(stderr, "pyc2c loader: %s at %#lx-%#lx, %zu relocations, %.3f ms\n", object->path,
            (unsigned long)object->start, (unsigned long)object->end,
            object->relocations.rela_count + object->relocations.plt_count +
                object->relocations.relr_count,
            time);
}

static RtRelocationResult batch_relocate(Batch *batch, uint32_t *beyond) {
    for (size_t i = 0; i < batch->order.count; i++) {
        RtObject *object = batch->order.items[i];
        double start = rt_elf_debug() ? milliseconds() : 0;
        RtRelocationResult result =
            object->kind == RT_OBJECT_IN_PLACE ? rt_elf_relocate(object) : RT_RELOCATED;
        if (result != RT_RELOCATED) {
            *beyond = object->node;
            return result;
        }
        if (rt_elf_debug()) {
            print_object(object, milliseconds() - start);
        }
    }
    return RT_RELOCATED;
}

static void batch_free(Batch *batch, bool with_objects) {
    for (size_t i = batch->objects.count; with_objects && i > 0; i--) {
        object_free(batch->objects.items[i - 1]);
    }
    free(batch->objects.items);
    free(batch->order.items);
    if (batch->descriptor >= 0) {
        close(batch->descriptor);
    }
}

static void make_global(RtObject *root) {
    for (size_t i = 0; i < root->tree.count; i++) {
        root->tree.items[i]->global = true;
    }
}

static RtObject *batch_finish(Batch *batch, int dlopen_flags) {
    RtObject *root = batch->objects.items[0];
    for (size_t i = 0; i < batch->objects.count; i++) {
        rt_tls_publish_static(batch->objects.items[i]);
        rt_elf_publish(batch->objects.items[i]);
    }
    if (dlopen_flags & RTLD_GLOBAL) {
        make_global(root);
    }
    for (size_t i = 0; i < batch->order.count; i++) {
        if (!batch->order.items[i]->initialised) {
            rt_elf_initialise(batch->order.items[i]);
        }
    }
    return root;
}

/* One attempt. *retry: an object was found to need ld.so, try again. */
static RtObject *load_batch(uint32_t node, int dlopen_flags, bool *retry) {
    Batch batch = {.descriptor = -1};
    uint32_t beyond = IMAGE_NONE;
    RtRelocationResult result = RT_RELOCATION_FAILED;
    *retry = false;
    rt_host_refresh();
    if (batch_map(&batch, node) && batch_arrange(&batch, dlopen_flags)) {
        result = batch_relocate(&batch, &beyond);
    }
    if (result != RT_RELOCATED) {
        *retry = result == RT_RELOCATION_BEYOND_US && add_host_node(beyond);
        batch_free(&batch, true);
        return NULL;
    }
    RtObject *root = batch_finish(&batch, dlopen_flags);
    batch_free(&batch, false);
    return root;
}

/* `first`: why the fallback was tried. */
static void explain_fallback(char *first) {
    char *second = rt_elf_take_error();
    rt_elf_fail("%s; loading it through the system's dynamic linker failed too: %s", first,
                second ? second : "");
    free(second);
}

static RtObject *load(uint32_t node, int dlopen_flags) {
    char *reason = NULL;
    RtObject *object = NULL;
    bool retry = true;
    while (retry) {
        object = load_batch(node, dlopen_flags, &retry);
        if (retry) {
            free(reason);
            reason = rt_elf_take_error();
            if (rt_elf_debug()) {
                fprintf(stderr, "pyc2c loader: falling back to ld.so: %s\n", reason);
            }
        }
    }
    if (!object && reason) {
        explain_fallback(reason);
    }
    free(reason);
    return object;
}

/* ---- the interface ---- */

RtObject *rt_elf_load(uint32_t node, int dlopen_flags) {
    uint32_t count = rt_image.base ? rt_image.index->nodes.count : 0;
    if (node >= count || (rt_image.nodes[node].flags & IMAGE_NODE_DIRECTORY)) {
        rt_elf_fail("%s: not a file of the executable",
                    node < count ? rt_string(rt_image.nodes[node].path) : "(unknown)");
        return NULL;
    }
    rt_elf_lock();
    RtObject *object = rt_elf_loaded(node);
    if (!object) {
        object = load(node, dlopen_flags);
    } else if (dlopen_flags & RTLD_GLOBAL) {
        make_global(object);
    }
    if (object) {
        object->references++;
    }
    rt_elf_unlock();
    return object;
}

RtObject *rt_elf_load_name(const char *name, const RtObject *from, int dlopen_flags, bool *found) {
    RtObject *object = NULL;
    *found = false;
    rt_elf_lock();
    object = loaded_soname(name);
    uint32_t node = object ? object->node : IMAGE_NONE;
    if (!object) {
        rt_host_refresh();
        node = rt_host_has(name) ? IMAGE_NONE : find_carried(name, from);
    }
    if (node != IMAGE_NONE) {
        *found = true;
        object = (dlopen_flags & RTLD_NOLOAD) && !rt_elf_loaded(node)
                     ? NULL
                     : rt_elf_load(node, dlopen_flags);
    }
    rt_elf_unlock();
    return object;
}

void *rt_elf_symbol(RtObject *object, const char *name) {
    RtWanted wanted;
    RtDefinition definition;
    rt_wanted_init(&wanted, name, NULL);
    wanted.newest = true;
    rt_elf_lock();
    bool found = rt_scope_find_in_tree(object, NULL, &wanted, &definition);
    rt_elf_unlock();
    if (!found) {
        rt_elf_fail("%s: undefined symbol: %s", object->path, name);
        return NULL;
    }
    return rt_definition_pointer(&definition);
}

bool rt_elf_is_object(const void *handle) {
    for (RtObject *object = atomic_load(&rt_objects); object; object = atomic_load(&object->next)) {
        if (object == handle) {
            return true;
        }
    }
    return false;
}
