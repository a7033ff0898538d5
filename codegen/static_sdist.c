/* Extension modules of packages that are named in the configuration's `sdists`, linked in from
 * their own sources.
 *
 * pip builds a wheel with capture-cc as its compiler (see capture/capture_cc.c), in the target's
 * environment and without build isolation. In that wheel a small text file stands where each
 * extension module would be: its place tells the module's name, its text where the objects are. The
 * Python part of the package is the installed one; both must have the same version.
 *
 * A build takes from seconds to minutes, so the joined objects are cached under a hash of the
 * sources (or name and version), the flags, the tools and the Python version. Building in a foreign
 * build system is the part of pyc2c that is most likely to fail for reasons outside of it: every
 * failure is a warning, and the installed extension module is carried instead. */
#include "static_build.h"

#include "link_stub.h"

#include "../compiler/modules/names.h"
#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"
#include "../compiler/support/proc.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { BUILD_SECONDS = 3600, SHOWN_OUTPUT = 2000 };
#define CAPTURE_MARK "PYC2C-CAPTURE "

typedef struct Sdist {
    StaticBuild *build;
    const char *given;       /* path, name, or name==version */
    const char *requirement; /* what pip gets */
    const char *name;        /* NULL for a path */
    const char *directory;   /* private */
    size_t modules;          /* linked */
    StrBuf bundle;           /* for the cache: see add_to_bundle */
} Sdist;

static bool give_up(const Sdist *sdist, const char *why) {
    diag_warning(sdist->build->diags, "the installed extension modules are carried instead",
                 "'%s' could not be linked from its sources: %s", sdist->given, why);
    return false;
}

/* ---- what to build ---- */

static const Distribution *installed(const Sdist *sdist, const char *name) {
    const char *canonical = name_canonical(sdist->build->arena, name);
    return strmap_get(&sdist->build->program->distributions, canonical);
}

static bool resolve(Sdist *sdist) {
    StaticBuild *build = sdist->build;
    Arena *arena = build->arena;
    const char *project = build->request->project_root;
    const char *path = project != NULL ? path_join(arena, project, sdist->given) : sdist->given;
    if (fs_exists(path)) {
        sdist->requirement = path_absolute(arena, path);
        return true;
    }
    const char *equals = strstr(sdist->given, "==");
    sdist->name = equals == NULL
                      ? sdist->given
                      : arena_strndup(arena, sdist->given, (size_t)(equals - sdist->given));
    const Distribution *distribution = installed(sdist, sdist->name);
    if (distribution == NULL) {
        return give_up(sdist, "it is no file, and no such distribution is used by the program");
    }
    sdist->requirement = arena_printf(arena, "%s==%s", distribution->name, distribution->version);
    return true;
}

static bool hash_tree(Arena *arena, const char *root, StrBuf *key) {
    StrVec files = {0};
    bool ok = fs_walk(arena, root, &files, NULL, NULL);
    for (size_t i = 0; ok && i < files.count; i++) {
        uint8_t hash[FRONT_HASH_SIZE];
        uint64_t size;
        ok = front_hash_file(path_join(arena, root, files.items[i]), hash, &size);
        strbuf_add(key, files.items[i], strlen(files.items[i]) + 1);
        strbuf_add(key, hash, sizeof(hash));
    }
    vec_free(&files);
    return ok;
}

static bool cache_key(const Sdist *sdist, uint8_t out[FRONT_HASH_SIZE]) {
    StaticBuild *build = sdist->build;
    StrBuf key = {0};
    strbuf_printf(&key, "sdist %s %s %s\n", PYC2C_VERSION, build->program->target.version,
                  link_plan_code_model(&build->plan, build->request));
    bool ok = link_tool_identity(&build->plan, NULL, &key, build->diags);
    if (sdist->name != NULL) {
        strbuf_puts(&key, sdist->requirement);
    } else if (fs_is_dir(sdist->requirement)) {
        ok = ok && hash_tree(build->arena, sdist->requirement, &key);
    } else {
        uint8_t hash[FRONT_HASH_SIZE];
        uint64_t size;
        ok = ok && front_hash_file(sdist->requirement, hash, &size);
        strbuf_add(&key, hash, sizeof(hash));
    }
    front_hash(key.data, key.length, out);
    strbuf_free(&key);
    return ok;
}

/* ---- the cached form ----
 *
 * Records of a line "module NAME SIZE" followed by SIZE bytes of object, and lines "library FLAG".
 */

static bool add_to_bundle(Sdist *sdist, const char *module_name, const char *object) {
    const uint8_t *data;
    size_t size;
    if (!fs_map(object, &data, &size)) {
        return false;
    }
    strbuf_printf(&sdist->bundle, "module %s %zu\n", module_name, size);
    strbuf_add(&sdist->bundle, data, size);
    fs_unmap(data, size);
    return true;
}

static bool is_used(const Sdist *sdist, const char *module_name) {
    const Module *module = strmap_get(&sdist->build->program->modules, module_name);
    return module != NULL && module->kind == MODULE_EXTENSION;
}

static void use_module(Sdist *sdist, const char *module_name, const char *object) {
    if (is_used(sdist, module_name)) {
        static_register_module(sdist->build, arena_strdup(sdist->build->arena, module_name),
                               object);
        sdist->modules++;
    }
}

/* One line of the bundle; the position behind the record, NULL when it is malformed. */
static const uint8_t *unpack_record(Sdist *sdist, const uint8_t *at, const uint8_t *end) {
    Arena *arena = sdist->build->arena;
    const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
    if (newline == NULL) {
        return NULL;
    }
    char *line = arena_strndup(arena, (const char *)at, (size_t)(newline - at));
    at = newline + 1;
    if (strncmp(line, "library ", 8) == 0) {
        static_add_library(sdist->build, line + 8);
        return at;
    }
    char name[512];
    size_t size;
    if (sscanf(line, "module %511s %zu", name, &size) != 2 || size > (size_t)(end - at)) {
        return NULL;
    }
    const char *object =
        arena_printf(arena, "%s/%03u-module.o", sdist->build->directory, sdist->build->counter++);
    if (!fs_write_private(object, at, size, 0600)) {
        return NULL;
    }
    use_module(sdist, name, object);
    return at + size;
}

static bool unpack_bundle(Sdist *sdist, const uint8_t *data, size_t size) {
    const uint8_t *end = data + size;
    while (data != NULL && data < end) {
        data = unpack_record(sdist, data, end);
    }
    return data != NULL;
}

/* ---- building ---- */

static bool run_pip(Sdist *sdist) {
    StaticBuild *build = sdist->build;
    Arena *arena = build->arena;
    /* Links in the private directory: $CC is split at spaces, and the support directory may have
     * some. */
    const char *tool = path_absolute(arena, path_join(arena, build->support_dir, "capture-cc"));
    const char *cc = path_join(arena, sdist->directory, "capture-cc");
    const char *cxx = path_join(arena, sdist->directory, "capture-cxx");
    if (symlink(tool, cc) != 0 || symlink(tool, cxx) != 0) {
        return give_up(sdist, strerror(errno));
    }
    const char *real_cc = build->request->cc != NULL ? build->request->cc : "cc";
    const char *real_cxx = getenv("CXX") != NULL ? getenv("CXX") : "c++";
    const char *env[] = {arena_printf(arena, "CC=%s", cc),
                         arena_printf(arena, "CXX=%s", cxx),
                         arena_printf(arena, "LDSHARED=%s -shared", cc),
                         arena_printf(arena, "LDCXXSHARED=%s -shared", cxx),
                         arena_printf(arena, "PYC2C_CAPTURE_DIR=%s", sdist->directory),
                         arena_printf(arena, "PYC2C_CAPTURE_CC=%s", real_cc),
                         arena_printf(arena, "PYC2C_CAPTURE_CXX=%s", real_cxx),
                         arena_printf(arena, "PYC2C_CAPTURE_MODEL=%s",
                                      link_plan_code_model(&build->plan, build->request)),
                         "PIP_DISABLE_PIP_VERSION_CHECK=1",
                         "PIP_NO_INPUT=1",
                         "PYTHONHOME",
                         "PYTHONPATH",
                         NULL};
    const char *wheels = path_join(arena, sdist->directory, "wheels");
    const char *argv[] = {build->program->target.executable,
                          "-m",
                          "pip",
                          "wheel",
                          "--quiet",
                          "--no-build-isolation",
                          "--no-deps",
                          "--no-cache-dir",
                          "--wheel-dir",
                          wheels,
                          sdist->requirement,
                          NULL,
                          NULL,
                          NULL};
    if (sdist->name != NULL) {
        argv[11] = "--no-binary";
        argv[12] = ":all:";
    }
    ProcSpec spec = {.argv = argv, .env = env, .timeout = BUILD_SECONDS};
    ProcResult result;
    bool ok = proc_run(&spec, &result);
    if (!ok) {
        const char *text = strbuf_text(&result.err);
        size_t length = strlen(text);
        give_up(sdist, arena_printf(arena, "pip wheel failed\n%s",
                                    length > SHOWN_OUTPUT ? text + length - SHOWN_OUTPUT : text));
    }
    proc_result_free(&result);
    return ok;
}

/* "name-version-…": the installed Python part must be of the same version. */
static bool check_version(Sdist *sdist, const char *wheel) {
    Arena *arena = sdist->build->arena;
    const char *dash = strchr(wheel, '-');
    size_t length = dash != NULL ? strcspn(dash + 1, "-") : 0;
    if (length == 0) {
        return give_up(sdist, "its wheel has no version");
    }
    const char *name = arena_strndup(arena, wheel, (size_t)(dash - wheel));
    const char *version = arena_strndup(arena, dash + 1, length);
    const Distribution *distribution = installed(sdist, name);
    if (distribution == NULL) {
        return give_up(sdist, "the program does not use this distribution");
    }
    if (strcmp(distribution->version, version) != 0) {
        return give_up(sdist, arena_printf(arena, "its version is %s, installed is %s", version,
                                           distribution->version));
    }
    return true;
}

/* Unpacks the one wheel into <directory>/tree. */
static bool unpack_wheel(Sdist *sdist) {
    Arena *arena = sdist->build->arena;
    const char *wheels = path_join(arena, sdist->directory, "wheels");
    StrVec names = {0};
    bool ok = fs_list(arena, wheels, &names) && names.count == 1;
    if (!ok) {
        give_up(sdist, "pip made no wheel");
    }
    ok = ok && check_version(sdist, names.items[0]);
    if (ok) {
        const char *const argv[] = {sdist->build->program->target.executable,
                                    "-m",
                                    "zipfile",
                                    "-e",
                                    path_join(arena, wheels, names.items[0]),
                                    path_join(arena, sdist->directory, "tree"),
                                    NULL};
        ProcSpec spec = {.argv = argv};
        ProcResult result;
        ok = proc_run(&spec, &result) || give_up(sdist, strbuf_text(&result.err));
        proc_result_free(&result);
    }
    vec_free(&names);
    return ok;
}

/* The directory that a captured shared object names, NULL for a real one. */
static const char *capture_of(Sdist *sdist, const char *path) {
    StrBuf text = {0};
    const char *directory = NULL;
    if (fs_read(path, &text) &&
        strncmp(strbuf_text(&text), CAPTURE_MARK, strlen(CAPTURE_MARK)) == 0) {
        const char *start = text.data + strlen(CAPTURE_MARK);
        directory = arena_strndup(sdist->build->arena, start, strcspn(start, "\n"));
        /* Only what this build captured. */
        directory = path_below(directory, sdist->directory) != NULL ? directory : NULL;
    }
    strbuf_free(&text);
    return directory;
}

/* "nacl/_sodium.abi3.so" -> "nacl._sodium" */
static char *module_name_of(Arena *arena, const char *relative) {
    size_t base = (size_t)(path_base(relative) - relative);
    char *name = arena_strndup(arena, relative, base + strcspn(relative + base, "."));
    for (char *at = name; *at != '\0'; at++) {
        *at = *at == '/' ? '.' : *at;
    }
    return name;
}

static bool link_captured(Sdist *sdist, const char *module_name, const char *capture) {
    StaticBuild *build = sdist->build;
    StrBuf list = {0};
    StrVec objects = {0};
    StrVec archives = {0};
    StrVec libraries = {0};
    bool ok = fs_read(path_join(build->arena, capture, "list"), &list);
    char *rest = NULL;
    char *text = arena_strdup(build->arena, strbuf_text(&list));
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "object ", 7) == 0) {
            vec_push(&objects, line + 7);
        } else if (strncmp(line, "archive ", 8) == 0) {
            vec_push(&archives, line + 8);
        } else if (strncmp(line, "library ", 8) == 0) {
            vec_push(&libraries, line + 8);
        } else if (strcmp(line, "cxx") == 0) {
            vec_push(&libraries, "-lstdc++");
        }
    }
    const char *joined = ok && objects.count > 0
                             ? static_join_module(build, module_name, &objects, &archives)
                             : NULL;
    ok = joined != NULL && add_to_bundle(sdist, module_name, joined);
    if (ok) {
        use_module(sdist, module_name, joined);
    }
    for (size_t i = 0; ok && i < libraries.count; i++) {
        strbuf_printf(&sdist->bundle, "library %s\n", libraries.items[i]);
        static_add_library(build, libraries.items[i]);
    }
    vec_free(&objects);
    vec_free(&archives);
    vec_free(&libraries);
    strbuf_free(&list);
    return ok;
}

static bool link_tree(Sdist *sdist) {
    Arena *arena = sdist->build->arena;
    const char *tree = path_join(arena, sdist->directory, "tree");
    StrVec files = {0};
    bool ok = fs_walk(arena, tree, &files, NULL, NULL);
    for (size_t i = 0; ok && i < files.count; i++) {
        const char *relative = files.items[i];
        if (strcmp(path_extension(relative), ".so") != 0) {
            continue;
        }
        const char *capture = capture_of(sdist, path_join(arena, tree, relative));
        const char *name = module_name_of(arena, relative);
        if (capture != NULL) {
            ok = link_captured(sdist, name, capture);
        }
    }
    vec_free(&files);
    return ok || give_up(sdist, "its objects could not be joined");
}

static bool build_fresh(Sdist *sdist) {
    if (!fs_make_dirs(sdist->directory)) {
        return give_up(sdist, strerror(errno));
    }
    StaticBuild *build = sdist->build;
    build->progress->detail(build->progress->context,
                            arena_printf(build->arena, "building %s", sdist->requirement));
    return run_pip(sdist) && unpack_wheel(sdist) && link_tree(sdist);
}

static void build_sdist(StaticBuild *build, const char *given) {
    Sdist sdist = {.build = build, .given = given};
    sdist.directory =
        arena_printf(build->arena, "%s/sdist%03u", build->directory, build->counter++);
    const CacheOps *cache = build->cache;
    uint8_t key[FRONT_HASH_SIZE];
    const uint8_t *data;
    size_t size;
    if (!resolve(&sdist) || !cache_key(&sdist, key)) {
        return;
    }
    bool cached =
        cache != NULL && cache->get(cache->context, "sdist", key, build->arena, &data, &size);
    bool ok = cached ? unpack_bundle(&sdist, data, size) : build_fresh(&sdist);
    if (ok && !cached && cache != NULL) {
        cache->put(cache->context, "sdist", key, (const uint8_t *)strbuf_text(&sdist.bundle),
                   sdist.bundle.length);
    }
    if (ok && sdist.modules == 0) {
        give_up(&sdist, "it has no extension module that the program uses");
    }
    strbuf_free(&sdist.bundle);
}

bool static_sdist_build(StaticBuild *build) {
    for (size_t i = 0; i < build->request->sdists.count; i++) {
        build_sdist(build, build->request->sdists.items[i]);
    }
    return build->diags->errors == 0;
}
