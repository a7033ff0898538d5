/* dlopen and friends as called from inside a library. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

extern const char *directory;
int api_variable = 4;
void test(void);

static const char *last_part(const char *path) {
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : "?";
}

static int visit(struct dl_phdr_info *info, size_t size, void *found) {
    if (size >= sizeof *info && strcmp(last_part(info->dlpi_name), "libdlopen_api.so") == 0) {
        (*(int *)found)++;
    }
    return 0;
}

static void addresses(void) {
    Dl_info info;
    struct link_map *map = NULL;
    int found = 0;
    printf("%d", dladdr((void *)test, &info));
    printf(" %s %s %d\n", last_part(info.dli_fname), info.dli_sname,
           info.dli_saddr == (void *)test);
    printf("%d", dladdr1(&api_variable, &info, (void **)&map, RTLD_DL_LINKMAP));
    printf(" %s %s\n", info.dli_sname, last_part(map->l_name));
    dl_iterate_phdr(visit, &found);
    printf("found %d times\n", found);
}

static void handles(void) {
    char path[4096], origin[4096];
    snprintf(path, sizeof path, "%s/libtls_gd.so", directory);
    printf("noload %d\n", dlopen(path, RTLD_NOW | RTLD_NOLOAD) != NULL);
    void *handle = dlopen(path, RTLD_NOW);
    void *again = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    printf("%d %d\n", handle != NULL, handle == again);
    printf("%d %d %d\n", dlsym(handle, "test") != NULL, dlsym(handle, "printf") != NULL,
           dlsym(handle, "absent") != NULL);
    const char *error = dlerror();
    printf("%s\n", error && strstr(error, "undefined symbol: absent") ? "message" : "none");
    printf("%s\n", dlerror() ? "again" : "cleared");
    int *variable = dlsym(handle, "exported_tls");
    printf("%d\n", variable ? *variable : -1);
    printf("%d", dlinfo(handle, RTLD_DI_ORIGIN, origin));
    printf(" %d\n", strcmp(origin, directory));
    printf("%d %d\n", dlclose(again), dlclose(handle));
}

static void defaults(void) {
    void *main_program = dlopen(NULL, RTLD_NOW);
    printf("%d %d %d\n", dlsym(RTLD_DEFAULT, "exported_number") != NULL,
           dlsym(RTLD_DEFAULT, "api_variable") == &api_variable,
           dlsym(main_program, "api_variable") == &api_variable);
    printf("%d %d\n", dlsym(RTLD_NEXT, "puts") != NULL, dlsym(RTLD_NEXT, "api_variable") != NULL);
    printf("%d\n", dlopen("libthis_does_not_exist.so.1", RTLD_NOW) != NULL);
    printf("%d\n", dlerror() != NULL);
    printf("%d\n", dlopen("libm.so.6", RTLD_NOW) != NULL);
}

void test(void) {
    addresses();
    handles();
    defaults();
}
