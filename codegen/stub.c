/* The executable without its image.
 *
 * Most programs start from a stub that `make` linked: nothing is compiled or linked for them, which
 * is what makes a build take a fraction of a second and work without a compiler. There are two: one
 * with all of libpython, and one a megabyte smaller with the built-in modules that every program
 * has, for programs that need no others. A fresh link is made when native objects have to go in, or
 * when an option changes the stub itself. Its result depends on the bytes of its inputs only, and
 * is kept in the cache under their hash. */
#include "carried.h"
#include "codegen.h"
#include "link_plan.h"
#include "link_size.h"
#include "link_stub.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"

/* What makes a link necessary, as the beginning of a sentence; NULL when the prebuilt stub serves.
 */
static const char *link_purpose(const Request *request, const StrVec *objects, bool native) {
    if (objects->count > 0) {
        return native ? "linking native code into the executable"
                      : "linking extension modules into the executable";
    }
    return request->pie                        ? "--pie"
           : request->static_libc              ? "--static"
           : request->optimize_size            ? "--optimize-size"
           : request->license_token            ? "checking a license"
           : request->debug && !request->strip ? "--debug"
                                               : NULL;
}

/* Options that only wish for less or more in the stub do without it, with a warning, where nothing
 * can be linked. */
static bool link_is_optional(const Request *request, const StrVec *objects) {
    return objects->count == 0 && !request->pie && !request->static_libc && !request->license_token;
}

/* Whether an executable can be linked here; `trouble` gets why not. */
static bool can_link(LinkPlan *plan, Arena *arena, const Request *request, const char *support_dir,
                     const char *purpose, Diags *trouble) {
    return link_plan_read(plan, arena, request, support_dir, trouble) &&
           link_plan_check(plan, arena, purpose, trouble);
}

bool stub_additions(Program *program, const Request *request, const char *support_dir,
                    const CacheOps *cache, Diags *diags) {
    LinkPlan plan;
    Diags trouble = {0};
    carried_add(program, request, path_join(program->arena, support_dir, PYC2C_PYTHON_MINOR));
    bool ok = !request->optimize_size ||
              !can_link(&plan, program->arena, request, support_dir, "--optimize-size", &trouble) ||
              link_stub_additions(program, request, &plan, cache, diags);
    diag_free(&trouble);
    return ok;
}

bool stub_provide(Program *program, const Request *request, const char *support_dir,
                  const StrVec *objects, const StrVec *libraries, bool native,
                  const CacheOps *cache, const char **path, Diags *diags) {
    Arena *arena = program->arena;
    const char *directory = path_join(arena, support_dir, PYC2C_PYTHON_MINOR);
    const char *small = path_join(arena, directory, "stub-small");
    *path = link_size_small_serves(program, small) ? small : path_join(arena, directory, "stub");
    const char *purpose = link_purpose(request, objects, native);
    if (purpose != NULL) {
        LinkPlan plan;
        Diags trouble = {0};
        if (can_link(&plan, arena, request, support_dir, purpose, &trouble)) {
            diag_free(&trouble);
            return link_stub(program, request, &plan, objects, libraries, native, cache, path,
                             diags);
        }
        bool optional = link_is_optional(request, objects);
        for (size_t i = 0; i < trouble.items.count; i++) {
            Diag copy = trouble.items.items[i];
            copy.level = optional ? DIAG_WARNING : copy.level;
            diag_add(diags, &copy, trouble.exit_code);
        }
        diag_free(&trouble);
        if (!optional) {
            return false;
        }
    }
    if (!fs_is_file(*path)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again, or run 'make' in its source tree",
                   "the start file '%s' is missing", *path);
        return false;
    }
    return true;
}
