/* From chosen functions to objects for the link. */
#include "native_parts.h"

#include "codegen.h"
#include "link_stub.h"
#include "native_why.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"
#include "../compiler/support/proc.h"

/* ---- what has to be there ---- */

/* What keeps a C compiler from making native code here, with the remedy; NULL: nothing. */
static const char *trouble(NativeBuild *build, const char **hint) {
    Arena *arena = build->arena;
    const LinkPlan *plan = &build->plan;
    if (plan->cc.count == 0 || proc_find(arena, plan->cc.items[0]) == NULL) {
        *hint = "apt-get install gcc libc6-dev, or name a compiler in $CC";
        return arena_printf(arena, "the C compiler '%s' was not found",
                            plan->cc.count == 0 ? "cc" : plan->cc.items[0]);
    }
    if (plan->libpython_shared != NULL) {
        *hint = "make pyc2c with a Python that has libpython" PYC2C_PYTHON_MINOR ".a";
        return "executables carry a shared libpython";
    }
    *hint = "apt-get install libpython" PYC2C_PYTHON_MINOR "-dev";
    if (plan->libpython == NULL) {
        return "libpython" PYC2C_PYTHON_MINOR ".a was not found";
    }
    if (build->request->pie && plan->libpython_pic == NULL) {
        return "libpython" PYC2C_PYTHON_MINOR "-pic.a was not found, which --pie needs";
    }
    *hint = "install pyc2c again, or run 'make' in its source tree";
    if (!fs_is_file(path_join(arena, build->include, "native/rt_unit.h"))) {
        return arena_printf(arena, "pyc2c's own headers are not in '%s'", build->include);
    }
    return NULL;
}

static void leave_all(NativeBuild *build, const char *reason) {
    for (size_t i = 0; i < build->native->modules.count; i++) {
        NativeModule *module = build->native->modules.items[i];
        for (uint32_t k = 0; k < module->code.count; k++) {
            NativeFunction *function = &module->functions[k];
            function->reason = function->reason != NULL ? function->reason : reason;
        }
    }
}

/* True when there is a compiler. Without: an error when native code was asked for by name. */
static bool is_ready(NativeBuild *build, bool *ok) {
    const char *hint = NULL;
    const char *what = trouble(build, &hint);
    *ok = what == NULL || build->request->native.count == 0;
    if (what == NULL) {
        return true;
    }
    if (*ok) {
        /* With a shared libpython nobody forgot to install something: the summary says it. */
        build->native->lacks_tools = build->plan.libpython_shared == NULL;
        if (build->native->lacks_tools) {
            diag_warning(build->diags, hint, "everything stays bytecode: %s", what);
        }
        build->native->nothing = what;
        leave_all(build, what);
    } else {
        diag_error(build->diags, EXIT_TOOLCHAIN, hint, "--native: %s", what);
    }
    return false;
}

void native_ask_tools(const Request *request, Arena *arena, const char *support_dir) {
    LinkPlan *plan = ARENA_NEW(arena, LinkPlan);
    Diags trouble = {0};
    if (native_objection(request) == NULL &&
        link_plan_read(plan, arena, request, support_dir, &trouble) && plan->cc.count > 0 &&
        plan->libpython_shared == NULL) {
        link_ask_tools(plan, link_plan_linker(arena));
    }
    diag_free(&trouble);
}

/* ---- flags ---- */

static void choose_flags(NativeBuild *build) {
    const Request *request = build->request;
    const char *level = request->optimize_speed ? "-O2" : request->optimize_size ? "-Os" : "-O1";
    static const char *const common[] = {"-w",      "-std=gnu11",        "-fno-strict-aliasing",
                                         "-fwrapv", "-ffp-contract=off", "-fvisibility=hidden",
                                         "-DNDEBUG"};
    vec_push(&build->flags, level);
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        vec_push(&build->flags, common[i]);
    }
    if (request->instrument) {
        vec_push(&build->flags, "-fprofile-generate");
        vec_push(&build->flags, "-fprofile-update=prefer-atomic");
    }
    vec_push(&build->flags, link_plan_code_model(&build->plan, request));
    vec_push(&build->flags, arena_printf(build->arena, "-I%s", build->include));
}

/* ---- building ---- */

static bool make_objects(NativeBuild *build) {
    NativeJobVec jobs = {0};
    native_split(build->native, &jobs);
    bool ok = true;
    if (jobs.count > 0 && is_ready(build, &ok)) {
        choose_flags(build);
        build->directory = link_directory(build->arena, build->diags);
        ok = build->directory != NULL && native_identity(build) && native_compile(build, &jobs);
        if (ok && !build->request->instrument) {
            native_why_record(build);
        }
    }
    vec_free(&jobs);
    native_count(build->native);
    return ok;
}

bool native_build(NativeCode *native, Program *program, const Request *request,
                  NativeControl *control, const char *support_dir, const CacheOps *cache,
                  const Progress *progress, StrVec *objects, Diags *diags) {
    if (native->nothing != NULL || native->modules.count == 0) {
        return true;
    }
    NativeBuild build = {.native = native,
                         .arena = program->arena,
                         .request = request,
                         .control = control,
                         .cache = cache,
                         .progress = progress,
                         .diags = diags,
                         .objects = objects,
                         .program_name = program->entry.name};
    bool ok = link_plan_read(&build.plan, program->arena, request, support_dir, diags);
    if (ok) {
        build.include = path_join(program->arena, build.plan.directory, "include");
        ok = make_objects(&build);
    }
    vec_free(&build.flags);
    vec_free(&build.identity_names);
    vec_free(&build.identity_values);
    strbuf_free(&build.identity);
    return ok;
}
