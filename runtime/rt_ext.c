/* Extension modules linked into the executable.
 *
 * importlib's own ExtensionFileLoader loads them: dlopen of their virtual path yields a handle that
 * stands for the row of the table, and dlsym of an init function yields the function. So names,
 * multi-phase initialisation and error messages are CPython's. */
#include "rt_py.h"

#include <string.h>

/* Empty unless the link step provides one. */
__attribute__((weak)) const RtStaticModule rt_static_modules[] = {{NULL, NULL}};

/* Nothing reads it: it makes the linker take what it names. */
__attribute__((used)) static void (*const for_extensions[])(void) = {RT_FOR_EXTENSIONS};

static const RtStaticModule *find_row(const char *name) {
    for (const RtStaticModule *row = rt_static_modules; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0) {
            return row;
        }
    }
    return NULL;
}

RT_ENTRY const void *rt_static_open(const char *path) {
    size_t root = rt_image.exe_length;
    if (rt_static_modules[0].name == NULL || rt_image.base == NULL ||
        strncmp(path, rt_image.exe, root) != 0 || path[root] != '/') {
        return NULL;
    }
    for (uint32_t i = 0; i < rt_image.index->modules.count; i++) {
        const ImageModule *module = &rt_image.modules[i];
        if (module->kind == IMAGE_MODULE_STATIC &&
            strcmp(rt_string(module->path), path + root + 1) == 0) {
            return find_row(rt_string(module->name));
        }
    }
    return NULL;
}

RT_ENTRY bool rt_static_is_handle(const void *handle) {
    for (const RtStaticModule *row = rt_static_modules; row->name != NULL; row++) {
        if (row == handle) {
            return true;
        }
    }
    return false;
}

RT_ENTRY void *rt_static_symbol(const void *handle, const char *name) {
    const RtStaticModule *row = handle;
    return strncmp(name, "PyInit", 6) == 0 ? (void *)row->init : NULL;
}
