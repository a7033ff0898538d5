#include "link_plan.h"

#include "../compiler/front/front.h"
#include "../compiler/modules/names.h"
#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"
#include "../compiler/support/proc.h"

#include <string.h>

static bool broken(const char *path, Diags *diags, const char *what) {
    diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again, or run 'make' in its source tree",
               "cannot use '%s': %s", path, what);
    return false;
}

static void read_list(const Value *document, const char *key, StrVec *out) {
    const Value *list = value_get(document, key);
    for (size_t i = 0; list != NULL && list->kind == VALUE_LIST && i < list->count; i++) {
        const char *text = value_string(&list->items[i]);
        if (text != NULL) {
            vec_push(out, text);
        }
    }
}

static const char *existing(const Value *document, const char *key) {
    const char *path = value_string(value_get(document, key));
    return path != NULL && fs_is_file(path) ? path : NULL;
}

bool link_plan_read(LinkPlan *plan, Arena *arena, const Request *request, const char *support_dir,
                    Diags *diags) {
    memset(plan, 0, sizeof(*plan));
    plan->directory = path_join(arena, support_dir, PYC2C_PYTHON_MINOR);
    const char *path = path_join(arena, plan->directory, "link.toml");
    Value document;
    FrontError error = {0};
    if (!front_read_toml(arena, path, &document, &error)) {
        return broken(path, diags, error.message);
    }
    plan->python = value_string(value_get(&document, "python"));
    plan->include = value_string(value_get(&document, "include"));
    if (plan->python == NULL || plan->include == NULL) {
        return broken(path, diags, "'python' or 'include' is missing");
    }
    plan->libpython = existing(&document, "libpython");
    plan->libpython_pic = existing(&document, "libpython_pic");
    const char *shared = value_string(value_get(&document, "libpython_shared"));
    if (shared != NULL && shared[0] != '\0') {
        plan->libpython_shared = path_join(arena, plan->directory, shared);
    }
    read_list(&document, "flags", &plan->flags);
    read_list(&document, "native_flags", &plan->native_flags);
    read_list(&document, "libraries", &plan->libraries);
    read_list(&document, "builtins", &plan->builtins);
    /* $CC and --cc may hold arguments ("ccache gcc -m64"). */
    strvec_split(arena, request->cc != NULL ? request->cc : "cc", " \t", &plan->cc);
    size_t words = plan->cc.count;
    read_list(&document, "develop", &plan->cc);
    plan->develop = plan->cc.count > words;
    return true;
}

bool link_plan_check(const LinkPlan *plan, Arena *arena, const char *purpose, Diags *diags) {
    if (plan->cc.count == 0 || proc_find(arena, plan->cc.items[0]) == NULL) {
        diag_error(diags, EXIT_TOOLCHAIN,
                   "apt-get install gcc libc6-dev, or name a compiler in $CC",
                   "%s needs a C compiler, and '%s' was not found", purpose,
                   plan->cc.count == 0 ? "cc" : plan->cc.items[0]);
        return false;
    }
    if (plan->libpython == NULL && plan->libpython_shared == NULL) {
        const char *hint =
            arena_printf(arena, "apt-get install libpython%s-dev", PYC2C_PYTHON_MINOR);
        diag_error(diags, EXIT_TOOLCHAIN, hint, "%s needs libpython%s.a, which was not found",
                   purpose, PYC2C_PYTHON_MINOR);
        return false;
    }
    return true;
}

/* With a shared libpython such objects go into a shared object, too. */
const char *link_plan_code_model(const LinkPlan *plan, const Request *request) {
    return plan->libpython_shared != NULL ? "-fPIC" : request->pie ? "-fPIE" : "-fno-pie";
}

/* gold is not among them: it refuses -z noseparate-code, which keeps executables small. */
const char *link_plan_linker(Arena *arena) {
    static const char *const linkers[][2] = {{"ld.mold", "-fuse-ld=mold"},
                                             {"ld.lld", "-fuse-ld=lld"}};
    for (size_t i = 0; i < sizeof(linkers) / sizeof(linkers[0]); i++) {
        if (proc_find(arena, linkers[i][0]) != NULL) {
            return linkers[i][1];
        }
    }
    return NULL;
}
