/* Linking a stub of its own for one program.
 *
 * Inputs: librt.a (whole: its constructors and libc wrappers are reached by nobody), with native
 * code also librt-native.a, the program's native objects, libpython.a, system libraries. The result
 * is kept in the cache under a hash of all of them, the flags and the tools' versions, so an
 * unchanged program links once.
 *
 * --optimize-size leaves out what a general stub must have: built-in modules that the program does
 * not reach (an own table of built-in modules replaces libpython's config.o, and the archive
 * members behind the other names are not pulled in), exported symbols that no embedded shared
 * object imports, and unwind tables of C code (see link_size_archive).
 *
 * Where Python has only a shared libpython, the executable holds nothing that knows Python
 * (runtime/shared/rt_boot.c). Then native objects are linked into a libpyc2c-runtime.so of their
 * own, which the program carries instead of the prebuilt one. */
#include "link_stub.h"

#include "file_hash.h"
#include "link_size.h"
#include "link_static.h"
#include "static_table.h"

#include "../compiler/modules/names.h"
#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"

#include <errno.h>
#include <string.h>

static const char NO_BUILD_ID[] = "-Wl,--build-id=none";

typedef struct Link {
    Arena *arena;
    Program *program;
    const Request *request;
    const LinkPlan *plan;
    Diags *diags;
    const char *directory; /* private */
    const char *runtime;   /* librt.a or librt-pic.a */
    const char *native;    /* librt-native.a, NULL when there is no native code */
    const char *libpython;
    const char *linker;
    const char *build_id; /* flag */
    StrVec objects;       /* given ones and generated ones */
    StrVec flags;         /* that depend on the request */
    StrVec libraries;     /* in front of the system's */
    const StrVec *system_libraries;
} Link;

/* --optimize-size has something to leave out; of a shared libpython it cannot. */
static bool leaves_out(const Link *link) {
    return link->request->optimize_size && link->plan->libpython_shared == NULL;
}

static bool choose_archives(Link *link) {
    const LinkPlan *plan = link->plan;
    link->runtime =
        path_join(link->arena, plan->directory, link->request->pie ? "librt-pic.a" : "librt.a");
    if (link->request->static_libc) {
        link->runtime = link_static_runtime(link->arena, plan, link->diags);
        link->libpython = plan->libpython;
        return link->runtime != NULL;
    }
    if (plan->libpython_shared != NULL) {
        return true;
    }
    link->libpython = link->request->pie ? plan->libpython_pic : plan->libpython;
    if (link->libpython == NULL || !fs_is_file(link->runtime)) {
        const char *hint = arena_printf(link->arena,
                                        "apt-get install libpython%s-dev, or build "
                                        "without --pie",
                                        PYC2C_PYTHON_MINOR);
        diag_error(link->diags, EXIT_TOOLCHAIN, hint,
                   "--pie needs a position independent libpython%s, which was not there when pyc2c "
                   "was built",
                   PYC2C_PYTHON_MINOR);
        return false;
    }
    return true;
}

static bool add_license(Link *link) {
    const char *object = path_join(link->arena, link->plan->directory, "rt_license.o");
    if (!fs_is_file(object)) {
        diag_error(link->diags, EXIT_TOOLCHAIN,
                   "apt-get install libssl-dev, then build and install pyc2c again",
                   "[license] needs libcrypto, which was not there when pyc2c was built");
        return false;
    }
    vec_push(&link->objects, object);
    vec_push(&link->libraries, "-Wl,-Bstatic");
    vec_push(&link->libraries, "-lcrypto");
    vec_push(&link->libraries, "-Wl,-Bdynamic");
    return true;
}

static bool add_generated(Link *link, const CacheOps *cache) {
    StrBuf text = {0};
    bool ok = true;
    if (static_table_text(link->program, &text)) {
        ok = link_compile(link->arena, link->request, link->plan, link->directory, "modules", &text,
                          cache, &link->objects, link->diags);
    }
    strbuf_clear(&text);
    if (ok && link->request->static_libc) {
        ok = link_static_table(link->program, link->plan, &text, link->diags) &&
             link_compile(link->arena, link->request, link->plan, link->directory, "symbols", &text,
                          cache, &link->objects, link->diags);
        strbuf_clear(&text);
    }
    if (ok && link_size_builtins(link->program, link->request, link->plan, &text)) {
        ok = link_compile(link->arena, link->request, link->plan, link->directory, "builtins",
                          &text, cache, &link->objects, link->diags);
    }
    strbuf_free(&text);
    return ok;
}

/* Where the smallest executable is wanted, frozen modules lie in the image. */
static const char *frozen_object(Arena *arena, const LinkPlan *plan, const Request *request) {
    const char *object = path_join(arena, plan->directory, "rt_frozen_image.o");
    bool wanted = request->optimize_size && plan->libpython_shared == NULL;
    return wanted && fs_is_file(object) ? object : NULL; /* else they are no static objects here */
}

bool link_stub_additions(Program *program, const Request *request, const LinkPlan *plan,
                         const CacheOps *cache, Diags *diags) {
    const char *sources = path_join(program->arena, plan->directory, "frozen");
    return frozen_object(program->arena, plan, request) == NULL ||
           frozen_modules_add(program, sources, cache, diags);
}

static void add_frozen(Link *link) {
    const char *object = frozen_object(link->arena, link->plan, link->request);
    if (object != NULL) {
        vec_push(&link->objects, object);
    }
}

/* Which symbols shared objects may find in the executable. One with a static C library has no
 * dynamic symbol table, but a table of its own (link_static.h). */
static bool choose_exports(Link *link) {
    if (link->request->static_libc) {
        return link_static_flags(link->arena, link->plan, &link->flags, link->diags);
    }
    if (leaves_out(link)) {
        return link_size_exports(link->arena, link->program, link->plan, link->directory,
                                 &link->flags, link->diags);
    }
    vec_push(&link->flags, "-rdynamic");
    return true;
}

static bool choose_flags(Link *link) {
    const Request *request = link->request;
    if (!request->static_libc) {
        vec_push(&link->flags, request->pie ? "-pie" : "-no-pie");
    }
    if (request->strip || (!request->debug && !link->plan->develop)) {
        vec_push(&link->flags, "-s");
    }
    for (size_t i = 0; i < link->plan->flags.count; i++) {
        vec_push(&link->flags, link->plan->flags.items[i]);
    }
    for (size_t i = 0; link->native != NULL && i < link->plan->native_flags.count; i++) {
        vec_push(&link->flags, link->plan->native_flags.items[i]);
    }
    if (request->instrument) {
        vec_push(&link->flags, "-fprofile-generate");
    }
    if (leaves_out(link)) {
        vec_push(&link->flags, "-Wl,--gc-sections");
        vec_push(&link->flags, NO_BUILD_ID);
    }
    return choose_exports(link);
}

/* ---- the cache ---- */

static bool hash_file(Link *link, const char *path, const CacheOps *cache, StrBuf *key) {
    uint8_t hash[FRONT_HASH_SIZE];
    if (!file_hash(path, cache, hash)) {
        diag_error(link->diags, EXIT_TOOLCHAIN, NULL, "cannot read '%s': %s", path,
                   strerror(errno));
        return false;
    }
    strbuf_add(key, hash, sizeof(hash));
    return true;
}

static void add_texts(StrBuf *key, const StrVec *texts) {
    for (size_t i = 0; i < texts->count; i++) {
        strbuf_add(key, texts->items[i], strlen(texts->items[i]) + 1);
    }
    strbuf_putc(key, '\n');
}

/* A build ID that tells as much as the linker's own hash of all that comes out: what goes in,
 * whatever the tools are called. */
static void choose_build_id(Link *link, const StrBuf *key, size_t from) {
    uint8_t hash[FRONT_HASH_SIZE];
    char hex[2 * FRONT_HASH_SIZE + 1];
    front_hash(key->data + from, key->length - from, hash);
    front_hash_hex(hash, hex);
    link->build_id = arena_printf(link->arena, "-Wl,--build-id=0x%.40s", hex);
}

/* Paths stay out of the key: only what the files contain counts. Flags that name a file in the
 * private directory (--dynamic-list) are covered by the file's hash. */
static bool cache_key(Link *link, const CacheOps *cache, uint8_t out[FRONT_HASH_SIZE]) {
    StrBuf key = {0};
    strbuf_puts(&key, "link " PYC2C_VERSION "\n");
    bool ok = link_tool_identity(link->plan, link->linker, &key, link->diags);
    size_t inputs = key.length;
    ok = ok && hash_file(link, link->runtime, cache, &key) &&
         (link->native == NULL || hash_file(link, link->native, cache, &key)) &&
         (link->libpython == NULL || hash_file(link, link->libpython, cache, &key));
    for (size_t i = 0; ok && i < link->objects.count; i++) {
        ok = hash_file(link, link->objects.items[i], NULL, &key);
    }
    for (size_t i = 0; ok && i < link->flags.count; i++) {
        const char *flag = link->flags.items[i];
        const char *equals = strchr(flag, '=');
        if (equals != NULL && path_below(equals + 1, link->directory) != NULL) {
            ok = hash_file(link, equals + 1, NULL, &key);
        } else {
            strbuf_add(&key, flag, strlen(flag) + 1);
        }
    }
    add_texts(&key, &link->libraries);
    add_texts(&key, link->system_libraries);
    choose_build_id(link, &key, inputs);
    strbuf_puts(&key, link->linker != NULL ? link->linker : "");
    front_hash(key.data, key.length, out);
    strbuf_free(&key);
    return ok;
}

/* ---- linking ---- */

/* The flag that goes back to shared libraries would undo -static. */
static void add_libraries(const Link *link, const StrVec *libraries, StrVec *argv) {
    for (size_t i = 0; i < libraries->count; i++) {
        if (!link->request->static_libc || strcmp(libraries->items[i], "-Wl,-Bdynamic") != 0) {
            vec_push(argv, libraries->items[i]);
        }
    }
}

static bool run_linker(Link *link, const char *output) {
    StrVec argv = {0};
    const LinkPlan *plan = link->plan;
#define ADD_ALL(list)                                                                              \
    for (size_t i = 0; i < (list).count; i++) {                                                    \
        vec_push(&argv, (list).items[i]);                                                          \
    }
    ADD_ALL(plan->cc)
    ADD_ALL(link->flags)
    if (link->linker != NULL) {
        vec_push(&argv, link->linker);
    }
    if (!strvec_has(&link->flags, NO_BUILD_ID)) {
        vec_push(&argv, link->build_id);
    }
    vec_push(&argv, "-o");
    vec_push(&argv, output);
    vec_push(&argv, "-Wl,--whole-archive");
    vec_push(&argv, link->runtime);
    if (link->native != NULL) {
        vec_push(&argv, link->native);
    }
    vec_push(&argv, "-Wl,--no-whole-archive");
    ADD_ALL(link->objects)
    if (link->libpython != NULL) {
        vec_push(&argv, link->libpython);
    }
#undef ADD_ALL
    add_libraries(link, &link->libraries, &argv);
    add_libraries(link, link->system_libraries, &argv);
    vec_push(&argv, NULL);
    bool ok = link_run(argv.items, NULL, "linking the executable", link->diags);
    vec_free(&argv);
    return ok;
}

static bool write_cached(Link *link, const uint8_t *data, size_t size, const char *output) {
    if (!fs_write_private(output, data, size, 0700)) {
        diag_error(link->diags, EXIT_TOOLCHAIN, "check $TMPDIR", "cannot write '%s': %s", output,
                   strerror(errno));
        return false;
    }
    return true;
}

static bool link_cached(Link *link, const CacheOps *cache, const char *output) {
    uint8_t key[FRONT_HASH_SIZE];
    if (!cache_key(link, cache, key)) {
        return false;
    }
    const uint8_t *data;
    size_t size;
    if (cache != NULL && cache->get(cache->context, "link", key, link->arena, &data, &size)) {
        return write_cached(link, data, size, output);
    }
    if (leaves_out(link)) {
        link->libpython =
            link_size_archive(link->arena, link->libpython, link->directory, link->diags);
        if (link->libpython == NULL) {
            return false;
        }
    }
    if (!run_linker(link, output)) {
        return false;
    }
    if (cache != NULL && fs_map(output, &data, &size)) {
        cache->put(cache->context, "link", key, data, size);
        fs_unmap(data, size);
    }
    return true;
}

/* ---- with a shared libpython ---- */

static void replace_library(Program *program, const char *soname, const char *path) {
    for (size_t i = 0; i < program->libraries.count; i++) {
        Library *library = &program->libraries.items[i];
        for (size_t k = 0; strcmp(library->soname, soname) == 0 && k < program->files.count; k++) {
            if (strcmp(program->files.items[k].vpath, library->vpath) == 0) {
                program->files.items[k].path = library->path = path;
            }
        }
    }
}

/* Moves `objects` from the link of the executable to that of the runtime's other half. */
static bool link_runtime(Link *executable, const CacheOps *cache) {
    static const char soname[] = "libpyc2c-runtime.so";
    if (executable->plan->libpython_shared == NULL || executable->objects.count == 0) {
        return true;
    }
    Link link = *executable;
    executable->objects = (StrVec){0};
    executable->libraries = (StrVec){0};
    link.runtime = path_join(link.arena, link.plan->directory, "librt-python.a");
    link.libpython = link.plan->libpython_shared;
    const StrVec none = {0};
    link.flags = (StrVec){0};
    link.system_libraries = &none;
    const char *const flags[] = {"-shared", "-s",
                                 arena_printf(link.arena, "-Wl,-soname,%s", soname), NO_BUILD_ID,
                                 "-Wl,-z,noseparate-code"};
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        vec_push(&link.flags, flags[i]);
    }
    const char *output = path_join(link.arena, link.directory, soname);
    bool ok = add_generated(&link, cache) && link_cached(&link, cache, output);
    if (ok) {
        replace_library(link.program, soname, output);
    }
    vec_free(&link.objects);
    vec_free(&link.flags);
    vec_free(&link.libraries);
    return ok;
}

bool link_stub(Program *program, const Request *request, const LinkPlan *plan,
               const StrVec *objects, const StrVec *libraries, bool native, const CacheOps *cache,
               const char **path, Diags *diags) {
    Arena *arena = program->arena;
    Link link = {.arena = arena,
                 .program = program,
                 .request = request,
                 .plan = plan,
                 .diags = diags,
                 .directory = link_directory(arena, diags),
                 .system_libraries = &plan->libraries,
                 .linker = link_plan_linker(arena)};
    if (link.directory == NULL) {
        return false;
    }
    for (size_t i = 0; i < objects->count; i++) {
        vec_push(&link.objects, objects->items[i]);
    }
    for (size_t i = 0; i < libraries->count; i++) {
        vec_push(&link.libraries, libraries->items[i]);
    }
    if (native) {
        link.native = path_join(arena, plan->directory,
                                request->pie ? "librt-native-pic.a" : "librt-native.a");
    }
    *path = path_join(arena, link.directory, "stub");
    bool ok = choose_archives(&link) && link_runtime(&link, cache) &&
              (!request->license_token || add_license(&link)) &&
              (plan->libpython_shared != NULL || add_generated(&link, cache));
    add_frozen(&link);
    ok = ok && choose_flags(&link) && link_cached(&link, cache, *path);
    vec_free(&link.objects);
    vec_free(&link.flags);
    vec_free(&link.libraries);
    return ok;
}
