#include "image_file.h"

#include "elf_section.h"
#include "image_layout.h"
#include "image_stream.h"
#include "pack_method.h"

#include "../compiler/front/front.h"
#include "../compiler/support/fs.h"
#include "../compiler/support/parallel.h"
#include "../compiler/support/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- checking ---- */

static bool within(uint64_t offset, uint64_t length, uint64_t size) {
    return offset <= size && length <= size - offset;
}

static bool table_fits(const ImageFile *image, const ImageTable *table, size_t entry_size) {
    return table->entry_size == entry_size && table->offset % 8 == 0 &&
           within(table->offset, (uint64_t)table->count * entry_size, image->head->size);
}

static bool tables_fit(const ImageFile *image) {
    const ImageIndex *index = image->index;
    return memcmp(index->magic, IMAGE_MAGIC, sizeof(index->magic)) == 0 &&
           index->format == IMAGE_FORMAT &&
           table_fits(image, &index->settings, sizeof(ImageSetting)) &&
           table_fits(image, &index->modules, sizeof(ImageModule)) &&
           table_fits(image, &index->nodes, sizeof(ImageNode)) &&
           table_fits(image, &index->libraries, sizeof(ImageLibrary)) &&
           table_fits(image, &index->hints, sizeof(ImageHint)) &&
           table_fits(image, &index->blocks, sizeof(ImageBlock)) && index->nodes.count > 0 &&
           index->strings_size > 0 &&
           within(index->strings_offset, index->strings_size, image->head->size) &&
           image->base[index->strings_offset + index->strings_size - 1] == '\0';
}

static bool string_fits(const ImageFile *image, uint32_t offset) {
    return offset < image->index->strings_size;
}

static bool node_fits(const ImageFile *image, uint32_t node) {
    return node < image->index->nodes.count;
}

static bool link_fits(const ImageFile *image, uint32_t node, uint32_t after) {
    /* Children and siblings come later in the table: walking them always ends. */
    return node == IMAGE_NONE || (node_fits(image, node) && node > after);
}

static bool content_fits(const ImageFile *image, uint32_t block, uint64_t data, uint64_t size) {
    if (block == IMAGE_NONE) {
        return within(data, size, image->head->size);
    }
    return block < image->index->blocks.count && within(data, size, image->blocks[block].size);
}

static bool check_blocks(const ImageFile *image) {
    bool ok = true;
    for (uint32_t i = 0; i < image->index->blocks.count; i++) {
        ok &= within(image->blocks[i].data, image->blocks[i].stored, image->head->size);
    }
    return ok;
}

static bool check_nodes(const ImageFile *image) {
    for (uint32_t i = 0; i < image->index->nodes.count; i++) {
        const ImageNode *node = &image->nodes[i];
        if (!string_fits(image, node->path) ||
            !content_fits(image, node->block, node->data, node->size) || node->parent > i ||
            !link_fits(image, node->first_child, i) || !link_fits(image, node->next_sibling, i)) {
            return false;
        }
    }
    return true;
}

static bool check_modules(const ImageFile *image) {
    for (uint32_t i = 0; i < image->index->modules.count; i++) {
        const ImageModule *module = &image->modules[i];
        if (!string_fits(image, module->name) || !string_fits(image, module->path) ||
            (module->node != IMAGE_NONE && !node_fits(image, module->node)) ||
            module->kind > IMAGE_MODULE_SUPPORT ||
            !content_fits(image, module->block, module->code, module->code_size)) {
            return false;
        }
    }
    return true;
}

static bool check_small_tables(const ImageFile *image) {
    bool ok = true;
    for (uint32_t i = 0; i < image->index->settings.count; i++) {
        ok &= string_fits(image, image->settings[i].key) &&
              string_fits(image, image->settings[i].value);
    }
    for (uint32_t i = 0; i < image->index->libraries.count; i++) {
        const ImageLibrary *library = &image->libraries[i];
        ok &= string_fits(image, library->soname) && node_fits(image, library->node) &&
              string_fits(image, library->distribution);
    }
    for (uint32_t i = 0; i < image->index->hints.count; i++) {
        ok &=
            string_fits(image, image->hints[i].name) && string_fits(image, image->hints[i].advice);
    }
    return ok;
}

/* ---- opening ---- */

static bool foreign(const ImageFile *image, Diags *diags) {
    diag_error(diags, EXIT_USER, "give the path of an executable made by 'pyc2c build'",
               "'%s' was not built by pyc2c", image->path);
    return false;
}

static bool damaged(const ImageFile *image, Diags *diags, const char *what) {
    diag_error(diags, EXIT_USER, "copy it again, or build it again", "'%s' is damaged: %s",
               image->path, what);
    return false;
}

/* A truncated executable has lost its section headers' targets too, so the head of a cut file may
 * be unreachable through them; the magic in the part that is left tells the two cases apart. */
static bool find_head(ImageFile *image, Diags *diags) {
    uint64_t offset = 0;
    uint64_t length = 0;
    ElfResult result =
        elf_find_section(image->mapping, image->file_size, IMAGE_HEAD_SECTION, &offset, &length);
    if (result == ELF_DAMAGED && memmem(image->mapping, image->file_size, IMAGE_MAGIC, 8) != NULL) {
        return damaged(image, diags, "it was cut off");
    }
    if (result != ELF_FOUND || length < sizeof(ImageHead) || offset % 8 != 0) {
        return foreign(image, diags);
    }
    image->head = (const ImageHead *)(image->mapping + offset);
    if (memcmp(image->head->magic, IMAGE_MAGIC, sizeof(image->head->magic)) != 0) {
        return foreign(image, diags);
    }
    return true;
}

static bool check_head(const ImageFile *image, Diags *diags) {
    const ImageHead *head = image->head;
    if (head->format != IMAGE_FORMAT) {
        diag_error(
            diags, EXIT_USER, "use the version of pyc2c that built it",
            "'%s' was built by another version of pyc2c (image format %u, this one reads %d)",
            image->path, head->format, IMAGE_FORMAT);
        return false;
    }
    if (head->offset == 0) {
        diag_error(diags, EXIT_USER, NULL, "'%s' carries no program: it is a bare start file",
                   image->path);
        return false;
    }
    if (image->file_size < head->file_size) {
        diag_error(diags, EXIT_USER, "copy it again, or build it again",
                   "'%s' was cut off: it has %llu of %llu bytes", image->path,
                   (unsigned long long)image->file_size, (unsigned long long)head->file_size);
        return false;
    }
    if (head->offset % IMAGE_PAGE != 0 || head->size < sizeof(ImageIndex) ||
        !within(head->offset, head->size, image->file_size)) {
        return damaged(image, diags, "its head is wrong");
    }
    return true;
}

static bool read_tables(ImageFile *image, Diags *diags) {
    image->base = image->mapping + image->head->offset;
    image->stub_size = image->head->offset;
    image->index = (const ImageIndex *)image->base;
    if (!tables_fit(image)) {
        return damaged(image, diags, "its index is wrong");
    }
    const ImageIndex *index = image->index;
    image->settings = (const ImageSetting *)(image->base + index->settings.offset);
    image->modules = (const ImageModule *)(image->base + index->modules.offset);
    image->nodes = (const ImageNode *)(image->base + index->nodes.offset);
    image->libraries = (const ImageLibrary *)(image->base + index->libraries.offset);
    image->hints = (const ImageHint *)(image->base + index->hints.offset);
    image->blocks = (const ImageBlock *)(image->base + index->blocks.offset);
    image->strings = (const char *)(image->base + index->strings_offset);
    if (!check_blocks(image) || !check_nodes(image) || !check_modules(image) ||
        !check_small_tables(image)) {
        return damaged(image, diags, "its tables are wrong");
    }
    return true;
}

ImageFile *image_open(const char *path, Diags *diags) {
    ImageFile *image = xcalloc(1, sizeof(*image));
    image->path = path;
    size_t size = 0;
    if (fs_is_dir(path) || !fs_map(path, &image->mapping, &size)) {
        diag_error(diags, EXIT_USER, NULL, "cannot read '%s': %s", path,
                   fs_is_dir(path) ? "it is a directory" : strerror(errno));
        free(image);
        return NULL;
    }
    image->file_size = size;
    if (!find_head(image, diags) || !check_head(image, diags) || !read_tables(image, diags)) {
        image_close(image);
        return NULL;
    }
    return image;
}

void image_close(ImageFile *image) {
    if (image != NULL) {
        fs_unmap(image->mapping, image->file_size);
        free(image);
    }
}

/* ---- looking things up ---- */

const char *image_setting(const ImageFile *image, const char *key) {
    for (uint32_t i = 0; i < image->index->settings.count; i++) {
        if (strcmp(image_string(image, image->settings[i].key), key) == 0) {
            return image_string(image, image->settings[i].value);
        }
    }
    return NULL;
}

uint32_t image_find_node(const ImageFile *image, const char *path) {
    uint32_t low = 0;
    uint32_t high = image->index->nodes.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = layout_compare_paths(image_string(image, image->nodes[middle].path), path);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return IMAGE_NONE;
}

/* ---- content ---- */

static bool read_content(const ImageFile *image, uint32_t number, uint64_t offset, uint64_t size,
                         StrBuf *out) {
    if (number == IMAGE_NONE) {
        strbuf_add(out, image->base + offset, size);
        return true;
    }
    const ImageBlock *block = &image->blocks[number];
    /* LZMA makes at most some 7000 bytes of one: a larger claim is damage, not a reason to
     * allocate. */
    if (block->size / 8000 > block->stored) {
        return false;
    }
    uint8_t *data = xmalloc(block->size);
    bool ok = pack_method_undo(block->method, image->base + block->data, block->stored, data,
                               block->size);
    if (ok) {
        strbuf_add(out, data + offset, size);
    }
    free(data);
    return ok;
}

/* What a content takes in the file: of a block its share. */
uint64_t image_stored_size(const ImageFile *image, uint32_t block, uint64_t size) {
    if (block == IMAGE_NONE || size == 0) {
        return size;
    }
    return (uint64_t)((double)image->blocks[block].stored * (double)size /
                      (double)image->blocks[block].size);
}

/* Portable builds: the file beside the executable. */
static bool read_beside(const ImageFile *image, const ImageNode *file, StrBuf *out) {
    const char *directory = image_setting(image, "beside");
    Arena arena = {0};
    bool ok =
        directory != NULL && fs_read(arena_printf(&arena, "%s/%s/%s", path_dir(&arena, image->path),
                                                  directory, image_string(image, file->path)),
                                     out);
    arena_free(&arena);
    return ok;
}

bool image_read_node(const ImageFile *image, uint32_t node, StrBuf *out) {
    const ImageNode *file = &image->nodes[node];
    if ((file->flags & IMAGE_NODE_BESIDE) != 0) {
        return read_beside(image, file, out);
    }
    return read_content(image, file->block, file->data, file->size, out);
}

bool image_verify(const ImageFile *image, Diags *diags) {
    StrBuf hashes = {0};
    image_hash_blocks(image->base, image->head->size, parallel_jobs(0), &hashes);
    uint8_t hash[FRONT_HASH_SIZE];
    front_hash(hashes.data, hashes.length, hash);
    strbuf_free(&hashes);
    if (memcmp(hash, image->head->hash, sizeof(hash)) != 0) {
        return damaged(image, diags, "its content does not match its hash");
    }
    return true;
}
