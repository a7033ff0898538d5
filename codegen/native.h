/* Native code: modules' functions to C units, to objects for the link. */
#ifndef PYC2C_CODEGEN_NATIVE_H
#define PYC2C_CODEGEN_NATIVE_H

#include "../compiler/ir/ir.h"
#include "../compiler/modules/modules.h"
#include "../compiler/opt/opt.h"

/* One C file's worth of functions of one module. */
typedef struct NativeUnit {
    const char *module; /* as the image names it; the main script is "__main__" */
    const FrontModuleCode *code;
    VEC(IrFunction *) functions; /* after all passes */
    bool speed;                   /* --optimize-speed */
    bool source_comments;        /* #line and source text: --debug, --emit-c */
    const uint8_t *source;       /* then the module's source */
    size_t source_size;
    const char *source_name;
} NativeUnit;

/* The unit's C text: includes runtime/rt_native.h only, is warning-free, and the same for the same
 * input. */
void emit_unit(const NativeUnit *unit, StrBuf *out);

#endif
