/* Reading a finished executable back: `pyc2c inspect`, the tests, rebuilding in place.
 *
 * image_open maps the executable and checks everything a reader relies on: head, table bounds,
 * every string offset, node link and data range. After that the tables may be walked without
 * further checks. Only the content itself is not looked at: image_verify compares it with the hash.
 */
#ifndef PYC2C_CODEGEN_IMAGE_FILE_H
#define PYC2C_CODEGEN_IMAGE_FILE_H

#include "../compiler/support/diag.h"
#include "../compiler/support/strbuf.h"
#include "image_format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ImageFile {
    const char *path;   /* as given to image_open */
    uint64_t file_size; /* of the executable */
    uint64_t stub_size; /* bytes before the image */
    const ImageHead *head;
    const uint8_t *base;     /* the image */
    const ImageIndex *index; /* counts are in index->modules.count … */
    const ImageSetting *settings;
    const ImageModule *modules;
    const ImageNode *nodes;
    const ImageLibrary *libraries;
    const ImageHint *hints;
    const ImageBlock *blocks;
    const char *strings;
    const uint8_t *mapping; /* the whole file */
} ImageFile;

/* NULL with an error for a file that cannot be read, was not built by pyc2c, or is damaged. `path`
 * must outlive the result. */
ImageFile *image_open(const char *path, Diags *diags);
void image_close(ImageFile *image);

static inline const char *image_string(const ImageFile *image, uint32_t offset) {
    return image->strings + offset;
}
/* First value of a setting, NULL if unset. A key may repeat: walk `settings` for all of them. */
const char *image_setting(const ImageFile *image, const char *key);
/* Node number of a virtual path, IMAGE_NONE when it is not there. */
uint32_t image_find_node(const ImageFile *image, const char *path);
/* Appends the (inflated) content of a file node. False when the stored bytes are damaged. */
bool image_read_node(const ImageFile *image, uint32_t node, StrBuf *out);
/* Bytes of the file that a content of `size` bytes takes; for one in a block, its share of that. */
uint64_t image_stored_size(const ImageFile *image, uint32_t block, uint64_t size);
/* Compares the whole image with its hash; false with an error when it differs. */
bool image_verify(const ImageFile *image, Diags *diags);

#endif
