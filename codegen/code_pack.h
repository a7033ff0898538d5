/* Turning marshalled code objects into packed code (code_format.h). */
#ifndef PYC2C_CODEGEN_CODE_PACK_H
#define PYC2C_CODEGEN_CODE_PACK_H

#include "../compiler/support/arena.h"
#include "../compiler/support/strbuf.h"
#include "../compiler/support/strmap.h"
#include "../compiler/support/vec.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct NameUse {
    const char *text;
    uint32_t uses;     /* modules that use it, without the program's own … */
    uint32_t own_uses; /* … and these */
    uint32_t module;   /* the last one of them, while counting */
    uint32_t number;   /* in the image's table, after code_pack_number */
} NameUse;

/* The names of all modules of an image. */
typedef struct CodePacker {
    Arena *arena;
    StrMap by_text;       /* text -> NameUse* */
    VEC(NameUse *) names; /* order of first use; of the table after code_pack_number */
    uint32_t modules;     /* that were counted */
} CodePacker;

/* First pass: counts the names of one marshalled code object. The program's own modules (`own`)
 * come last. False when the data is not what front_compile makes. */
bool code_pack_count(CodePacker *packer, const uint8_t *marshal, size_t size, bool own);
/* Between the passes: numbers the names, most used first. What only the program's own modules use
 * comes behind everything else, so that an edit changes no number in other modules' code. */
void code_pack_number(CodePacker *packer);
/* Second pass: appends the packed form of one marshalled code object. Several threads may be in it.
 */
bool code_pack_write(const CodePacker *packer, const uint8_t *marshal, size_t size, StrBuf *out);
void code_pack_free(CodePacker *packer);

#endif
