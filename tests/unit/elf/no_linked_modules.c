/* The harnesses have no extension modules linked in (runtime/rt_ext.c needs the interpreter). */
#include "../../../runtime/rt.h"

const void *rt_static_open(const char *path) {
    (void)path;
    return NULL;
}

bool rt_static_is_handle(const void *handle) {
    (void)handle;
    return false;
}

void *rt_static_symbol(const void *handle, const char *name) {
    (void)handle;
    (void)name;
    return NULL;
}
