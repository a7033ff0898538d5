/* What `make` recorded about linking an executable for one Python: <support>/<minor>/link.toml. */
#ifndef PYC2C_CODEGEN_LINK_PLAN_H
#define PYC2C_CODEGEN_LINK_PLAN_H

#include "../compiler/modules/request.h"
#include "../compiler/support/arena.h"
#include "../compiler/support/diag.h"
#include "../compiler/support/vec.h"

#include <stdbool.h>

typedef struct LinkPlan {
    const char *directory;        /* <support>/<minor> */
    const char *python;           /* "3.11.2": the version that librt.a was compiled for */
    const char *include;          /* directory of Python.h */
    const char *libpython;        /* libpython3.N.a */
    const char *libpython_pic;    /* the position independent one; NULL when there is none */
    const char *libpython_shared; /* carried by every executable: then there is no other; or NULL */
    StrVec flags;                 /* of every link */
    StrVec native_flags;          /* of links with native code */
    StrVec libraries;             /* behind libpython */
    StrVec builtins;              /* "zlib=PyInit_zlib": libpython's table of built-in modules */
    StrVec cc;                    /* compiler and its own arguments: $CC may have several words */
    bool develop;                 /* pyc2c was made with MODE=debug or asan: cc has its flags */
} LinkPlan;

/* False with an error when the file is missing or broken. */
bool link_plan_read(LinkPlan *plan, Arena *arena, const Request *request, const char *support_dir,
                    Diags *diags);
/* False with an error, exit code EXIT_TOOLCHAIN and the command that installs what is missing, when
 * there is no compiler or no libpython to link with. `purpose`: what they are needed for. */
bool link_plan_check(const LinkPlan *plan, Arena *arena, const char *purpose, Diags *diags);
/* The compiler flag that native objects of the program need: -fno-pie, -fPIE or -fPIC. */
const char *link_plan_code_model(const LinkPlan *plan, const Request *request);
/* "-fuse-ld=…" of the fastest linker there is, NULL for the compiler's own. */
const char *link_plan_linker(Arena *arena);

#endif
