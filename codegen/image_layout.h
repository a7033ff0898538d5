/* The plan of an image: its tables and the contents they refer to, without offsets of data yet. */
#ifndef PYC2C_CODEGEN_IMAGE_LAYOUT_H
#define PYC2C_CODEGEN_IMAGE_LAYOUT_H

#include "codegen.h"
#include "content.h"
#include "image_format.h"

typedef struct ImageLayout {
    Arena *arena;
    StrBuf strings;       /* offset 0 is "" */
    StrMap string_places; /* text -> offset + 1 as a pointer */
    ContentStore contents;
    ContentPlan plan;
    VEC(ImageSetting) settings;
    VEC(ImageModule) modules;
    VEC(uint32_t) module_contents; /* IMAGE_NONE: no code object */
    VEC(ImageNode) nodes;
    VEC(uint32_t) node_contents; /* IMAGE_NONE: a directory */
    VEC(ImageLibrary) libraries;
    VEC(ImageHint) hints;
    VEC(ImageName) names;
    VEC(ImageBlock) blocks; /* one for each that the plan has; filled when they are written */
    uint64_t tables_size;   /* index, tables and strings; data starts behind them */
} ImageLayout;

/* `arena` takes what outlives the call. False with errors for unreadable files and for two things
 * that claim one place. Free the layout in both cases. */
bool layout_build(ImageLayout *layout, Arena *arena, const Program *program, const Request *request,
                  LayoutFiles files, Diags *diags);
/* After the contents have their offsets: the finished tables, tables_size bytes. */
void layout_tables(const ImageLayout *layout, StrBuf *out);
void layout_free(ImageLayout *layout);

/* Order of nodes: bytes, with '/' below every other one, so that a directory's tree is contiguous.
 */
int layout_compare_paths(const char *a, const char *b);

#endif
