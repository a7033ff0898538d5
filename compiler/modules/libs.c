/* libs: shared libraries carried in the executable.
 *
 * A DT_NEEDED name is searched as ld.so would do it for this object: its run path with $ORIGIN
 * replaced, the DT_RPATH of those that need the object, LD_LIBRARY_PATH, ld.so.cache, the default
 * directories. A library that lies in a distribution or in the program's tree keeps its place
 * there; one of the system goes to lib/.libs. */
#include "libs.h"
#include "elf.h"
#include "files.h"
#include "ldcache.h"
#include "names.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <stdlib.h>
#include <string.h>

typedef struct Libs {
    Collector *collector;
    LdCache cache;
    StrMap by_soname; /* -> index in program->libraries, plus 1 */
    StrMap absent;    /* sonames that were reported */
} Libs;

/* A shared object whose needs are followed, and the one that needs it. */
typedef struct Needing {
    const char *path;
    const ElfInfo *info;
    const struct Needing *above;
} Needing;

/* The C library's family has to be the host's: it works with the host's kernel, loader and NSS. */
static bool is_c_library(const char *soname) {
    static const char *const names[] = {"libc.so.6",       "libm.so.6",
                                        "libpthread.so.0", "libdl.so.2",
                                        "librt.so.1",      "libutil.so.1",
                                        "libresolv.so.2",  "libnsl.so.1",
                                        "libanl.so.1",     "libBrokenLocale.so.1",
                                        "libmvec.so.1",    "libthread_db.so.1"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(soname, names[i]) == 0) {
            return true;
        }
    }
    return text_starts(soname, "ld-linux") || text_starts(soname, "libnss_") ||
           text_starts(soname, "linux-vdso");
}

/* libpython is the executable itself, or carried anyway. */
static bool is_provided(const char *soname) {
    return is_c_library(soname) || text_starts(soname, "libpython3.");
}

/* ---- searching ---- */

static const char *if_object(Libs *libs, const char *directory, const char *soname) {
    const char *path = path_join(libs->collector->arena, directory, soname);
    return elf_is_shared_object(path) ? path : NULL;
}

static const char *replace_origin(Arena *arena, const char *text, const char *origin) {
    static const char *const forms[] = {"$ORIGIN", "${ORIGIN}"};
    for (size_t i = 0; i < 2; i++) {
        const char *at = strstr(text, forms[i]);
        if (at != NULL) {
            const char *path = arena_printf(arena, "%.*s%s%s", (int)(at - text), text, origin,
                                            at + strlen(forms[i]));
            return path_normal(arena, path);
        }
    }
    return text;
}

static const char *search_paths_of(Libs *libs, const Needing *object, const char *soname) {
    const char *origin = path_dir(libs->collector->arena, object->path);
    const char *found = NULL;
    for (size_t i = 0; i < object->info->search_paths.count && found == NULL; i++) {
        const char *directory =
            replace_origin(libs->collector->arena, object->info->search_paths.items[i], origin);
        found = if_object(libs, directory, soname);
    }
    return found;
}

static const char *search(Libs *libs, const Needing *object, const char *soname) {
    Arena *arena = libs->collector->arena;
    if (strchr(soname, '/') != NULL) {
        return elf_is_shared_object(soname) ? soname : NULL;
    }
    const char *found = search_paths_of(libs, object, soname);
    const Needing *above = object->info->has_run_path ? NULL : object->above;
    for (; above != NULL && found == NULL; above = above->above) {
        if (!above->info->has_run_path) {
            found = search_paths_of(libs, above, soname);
        }
    }
    const char *variable = getenv("LD_LIBRARY_PATH");
    while (found == NULL && variable != NULL && *variable != '\0') {
        size_t length = strcspn(variable, ":");
        if (length > 0) {
            found = if_object(libs, arena_strndup(arena, variable, length), soname);
        }
        variable += length + (variable[length] == ':');
    }
    if (found == NULL) {
        found = ldcache_find(&libs->cache, soname);
    }
    return found;
}

/* ---- carrying ---- */

static void add_user(Library *library, const char *vpath) {
    if (!strvec_has(&library->needed_by, vpath)) {
        vec_push(&library->needed_by, vpath);
    }
}

static void follow(Libs *libs, const char *path, const char *vpath, const Needing *above);

static EmbeddedFile *embed(Libs *libs, const char *vpath, const char *path, Distribution *dist,
                           const char *reason) {
    EmbeddedFile *file = files_add(libs->collector, vpath, path, dist, reason);
    if (file != NULL) {
        file->mapped = true;
        file->executable = false;
    }
    return file;
}

static void carry(Libs *libs, const char *soname, const char *path, const char *user,
                  const Needing *above) {
    Collector *collector = libs->collector;
    Program *program = collector->program;
    size_t known = (size_t)strmap_get(&libs->by_soname, soname);
    if (known != 0) {
        add_user(&program->libraries.items[known - 1], user);
        return;
    }
    Origin origin;
    const char *vpath = finder_vpath(&collector->finder, path, &origin);
    Distribution *dist = NULL;
    if (vpath == NULL || origin == ORIGIN_STDLIB) {
        vpath = path_join(collector->arena, "lib/.libs", soname);
    } else {
        dist = distinfo_of_file(&collector->dists, path);
    }
    Library library = {.soname = soname, .path = path, .vpath = vpath, .distribution = dist};
    add_user(&library, user);
    vec_push(&program->libraries, library);
    strmap_set(&libs->by_soname, soname, (void *)program->libraries.count);
    embed(libs, vpath, path, dist, "shared library");
    follow(libs, path, vpath, above);
}

static void report_absent(Libs *libs, const char *soname, const char *object) {
    if (strmap_set(&libs->absent, soname, NULL)) {
        diag_warning(libs->collector->diags,
                     "install the package that has it, or the program will look for it on the "
                     "machine it runs on",
                     "the shared library %s, which %s needs, was not found", soname, object);
    }
}

static void follow(Libs *libs, const char *path, const char *vpath, const Needing *above) {
    ElfInfo info;
    Needing object = {.path = path, .info = &info, .above = above};
    if (elf_read(libs->collector->arena, path, &info)) {
        for (size_t i = 0; i < info.needed.count; i++) {
            const char *soname = info.needed.items[i];
            if (is_provided(soname)) {
                continue;
            }
            const char *found = search(libs, &object, soname);
            if (found != NULL) {
                carry(libs, path_base(soname), found, vpath, &object);
            } else if (!strmap_has(&libs->by_soname, soname)) {
                report_absent(libs, soname, path);
            }
        }
    }
    elf_info_free(&info);
}

/* ---- a shared libpython ---- */

/* What every executable of this Python carries: its libpython and the part of the runtime that
 * needs it, where no static libpython exists (mk/shared.mk). */
static void carry_interpreter(Libs *libs) {
    Arena *arena = libs->collector->arena;
    const char *directory =
        path_join(arena, libs->collector->support_dir, PYC2C_PYTHON_MINOR "/carried");
    StrVec names = {0};
    if (fs_is_dir(directory) && fs_list(arena, directory, &names)) {
        for (size_t i = 0; i < names.count; i++) {
            carry(libs, names.items[i], path_join(arena, directory, names.items[i]), "interpreter",
                  NULL);
        }
    }
    vec_free(&names);
}

/* ---- libraries for ctypes ---- */

static bool is_library_name(const char *file) {
    return text_ends(file, ".so") || strstr(path_base(file), ".so.") != NULL;
}

/* A shared object of a distribution that is no extension module is opened by name at run time
 * (ctypes, cffi's ABI mode, dlopen). Those in `*.libs` directories come by DT_NEEDED alone. */
static void add_opened_libraries(Libs *libs, Distribution *dist) {
    Collector *collector = libs->collector;
    for (size_t i = 0; i < dist->files.count; i++) {
        const char *file = dist->files.items[i];
        const char *vpath = path_join(collector->arena, "lib", file);
        const char *top = arena_strndup(collector->arena, file, strcspn(file, "/"));
        if (!is_library_name(file) || text_starts(file, "../") || file[0] == '/' ||
            text_ends(top, ".libs") || files_has(collector, vpath)) {
            continue;
        }
        const char *path = path_join(collector->arena, dist->site_dir, file);
        ElfInfo info;
        if (elf_read(collector->arena, path, &info) && info.init_name == NULL) {
            embed(libs, vpath, path, dist, "shared library");
        }
        elf_info_free(&info);
    }
}

static int compare_libraries(const void *a, const void *b) {
    return strcmp(((const Library *)a)->soname, ((const Library *)b)->soname);
}

void libs_collect(Collector *collector) {
    Program *program = collector->program;
    Libs libs = {.collector = collector};
    ldcache_open(&libs.cache, collector->arena);
    carry_interpreter(&libs);
    for (size_t i = 0; i < program->distributions.count; i++) {
        Distribution *dist = program->distributions.entries[i].value;
        if (dist->included) {
            add_opened_libraries(&libs, dist);
        }
    }
    size_t count = program->files.count; /* libraries are added behind these and followed at once */
    for (size_t i = 0; i < count; i++) {
        const EmbeddedFile file = program->files.items[i];
        if (file.mapped && file.path != NULL) {
            follow(&libs, file.path, file.vpath, NULL);
        }
    }
    for (size_t i = 0; i < program->libraries.count; i++) {
        strvec_sort_unique(&program->libraries.items[i].needed_by);
    }
    if (program->libraries.count > 0) {
        qsort(program->libraries.items, program->libraries.count, sizeof(Library),
              compare_libraries);
    }
    ldcache_close(&libs.cache);
    strmap_free(&libs.by_soname);
    strmap_free(&libs.absent);
}
