#include "static_build.h"

#include "link_stub.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"
#include "../compiler/support/proc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Looks for the compiler and makes the private directory. False with an error. */
static bool start(StaticBuild *build, const StaticWork *work) {
    *build = (StaticBuild){.arena = work->program->arena,
                           .program = work->program,
                           .request = work->request,
                           .cache = work->cache,
                           .progress = work->progress,
                           .diags = work->diags,
                           .support_dir = work->support_dir,
                           .objects = work->objects,
                           .libraries = work->libraries};
    if (!link_plan_read(&build->plan, build->arena, build->request, build->support_dir,
                        build->diags) ||
        !link_plan_check(&build->plan, build->arena, "building extension modules from sources",
                         build->diags)) {
        return false;
    }
    build->directory = link_directory(build->arena, build->diags);
    if (build->directory == NULL) {
        return false;
    }
    build->progress->step(build->progress->context, "building extension modules");
    return true;
}

bool static_sources_build(const StaticWork *work) {
    Request *request = work->request;
    if (request->c_sources.count == 0 && request->cffi_modules.count == 0) {
        return true;
    }
    if (request->cffi_modules.count > 0) {
        vec_push(&request->hidden_imports, "_cffi_backend");
    }
    StaticBuild build;
    return start(&build, work) && static_own_build(&build) && static_cffi_build(&build);
}

bool static_sdists_build(const StaticWork *work) {
    StaticBuild build;
    return work->request->sdists.count == 0 || (start(&build, work) && static_sdist_build(&build));
}

bool static_is_cxx(const char *source) {
    static const char *const extensions[] = {".cc", ".cpp", ".cxx", ".c++", ".C"};
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        if (strcmp(path_extension(source), extensions[i]) == 0) {
            return true;
        }
    }
    return false;
}

void static_add_library(StaticBuild *build, const char *flag) {
    for (size_t i = 0; i < build->libraries->count; i++) {
        if (strcmp(build->libraries->items[i], flag) == 0) {
            return;
        }
    }
    vec_push(build->libraries, flag);
}

/* ---- compiling ---- */

/* The same compiler for C++ sources where it can be told ("gcc" understands both languages; the
 * standard library is added at the link). */
static void compile_command(StaticBuild *build, const CompileJob *job, StrVec *argv) {
    for (size_t i = 0; i < build->plan.cc.count; i++) {
        vec_push(argv, build->plan.cc.items[i]);
    }
    static const char *const common[] = {"-O2", "-fno-common", "-DNDEBUG", "-fwrapv",
                                         "-ffp-contract=off"};
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        vec_push(argv, common[i]);
    }
    vec_push(argv, link_plan_code_model(&build->plan, build->request));
    if (static_is_cxx(job->source)) {
        vec_push(argv, "-fno-gnu-unique"); /* such symbols stay global whatever objcopy is told */
    }
    for (size_t i = 0; job->flags != NULL && i < job->flags->count; i++) {
        vec_push(argv, job->flags->items[i]);
    }
    vec_push(argv, arena_printf(build->arena, "-I%s", build->plan.include));
}

/* Everything that decides about the object is in the preprocessed text, the flags and the tools. */
static bool compile_key(StaticBuild *build, const CompileJob *job, const StrVec *command,
                        uint8_t out[FRONT_HASH_SIZE]) {
    StrBuf key = {0};
    strbuf_puts(&key, "object " PYC2C_VERSION "\n");
    bool ok = link_compiler_identity(&build->plan, &key, build->diags);
    StrVec argv = {0};
    for (size_t i = 0; i < command->count; i++) {
        const char *flag = command->items[i];
        if (strncmp(flag, "-I", 2) != 0 && strncmp(flag, "-ffile-prefix-map", 17) != 0) {
            strbuf_add(&key, flag, strlen(flag) + 1);
        }
        vec_push(&argv, flag);
    }
    vec_push(&argv, "-E");
    vec_push(&argv, "-P");
    vec_push(&argv, job->source);
    vec_push(&argv, NULL);
    if (ok) {
        ProcSpec spec = {.argv = argv.items, .directory = job->root};
        ProcResult result;
        ok = proc_run(&spec, &result);
        if (ok) {
            strbuf_add(&key, result.out.data, result.out.length);
            proc_result_free(&result);
        } else {
            proc_result_free(&result);
            link_run(argv.items, job->root,
                     arena_printf(build->arena, "compiling '%s'", job->source), build->diags);
        }
    }
    vec_free(&argv);
    front_hash(key.data, key.length, out);
    strbuf_free(&key);
    return ok;
}

static bool compile_fresh(StaticBuild *build, const CompileJob *job, const StrVec *command,
                          const char *object) {
    StrVec argv = {0};
    for (size_t i = 0; i < command->count; i++) {
        vec_push(&argv, command->items[i]);
    }
    vec_push(&argv, "-c");
    vec_push(&argv, job->source);
    vec_push(&argv, "-o");
    vec_push(&argv, object);
    vec_push(&argv, NULL);
    bool ok = link_run(argv.items, job->root,
                       arena_printf(build->arena, "compiling '%s'", job->source), build->diags);
    vec_free(&argv);
    return ok;
}

static const char *compile_cached(StaticBuild *build, const CompileJob *job,
                                  const StrVec *command) {
    const char *object =
        arena_printf(build->arena, "%s/%03u.o", build->directory, build->counter++);
    uint8_t key[FRONT_HASH_SIZE];
    if (!compile_key(build, job, command, key)) {
        return NULL;
    }
    const CacheOps *cache = build->cache;
    const uint8_t *data;
    size_t size;
    if (cache != NULL && cache->get(cache->context, "object", key, build->arena, &data, &size)) {
        if (!fs_write_private(object, data, size, 0600)) {
            diag_error(build->diags, EXIT_TOOLCHAIN, "check $TMPDIR", "cannot write '%s': %s",
                       object, strerror(errno));
            return NULL;
        }
        return object;
    }
    if (!compile_fresh(build, job, command, object)) {
        return NULL;
    }
    if (cache != NULL && fs_map(object, &data, &size)) {
        cache->put(cache->context, "object", key, data, size);
        fs_unmap(data, size);
    }
    return object;
}

const char *static_compile(StaticBuild *build, const CompileJob *job) {
    StrVec command = {0};
    compile_command(build, job, &command);
    /* No path of this machine may get into the object by __FILE__. */
    vec_push(&command, arena_printf(build->arena, "-ffile-prefix-map=%s=.", job->root));
    const char *object = compile_cached(build, job, &command);
    vec_free(&command);
    return object;
}
