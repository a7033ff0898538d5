/* Stub + image -> executable.
 *
 * Order in the file: the stub (its ImageHead filled in), padding to a page, tables, contents in the
 * order of their plan (content_plan.c). */
#include "image_stage.h"

#include "elf_section.h"
#include "output_file.h"

#include "../compiler/support/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* ---- the stub ---- */

static bool damaged_stub(Diags *diags, const char *stub) {
    diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again",
               "'%s' is no start file of this version of pyc2c", stub);
    return false;
}

/* Copies the stub; *head_offset is where its ImageHead lies. */
static bool copy_stub(OutputFile *output, const char *stub, uint64_t *head_offset, uint64_t *size,
                      Diags *diags) {
    const uint8_t *data;
    size_t length;
    if (!fs_map(stub, &data, &length)) {
        diag_error(diags, EXIT_TOOLCHAIN, "install pyc2c again, or run 'make' in its source tree",
                   "cannot read the start file '%s': %s", stub, strerror(errno));
        return false;
    }
    uint64_t section_size = 0;
    ImageHead head = {0};
    bool ok = elf_find_section(data, length, IMAGE_HEAD_SECTION, head_offset, &section_size) ==
                  ELF_FOUND &&
              section_size >= sizeof(head);
    if (ok) {
        memcpy(&head, data + *head_offset, sizeof(head));
        ok = memcmp(head.magic, IMAGE_MAGIC, sizeof(head.magic)) == 0 &&
             head.format == IMAGE_FORMAT && head.offset == 0;
    }
    if (!ok) {
        damaged_stub(diags, stub);
    } else {
        ok = output_write(output, data, length);
    }
    fs_unmap(data, length);
    *size = length;
    return ok;
}

/* ---- the image ---- */

static bool copy_file(OutputFile *output, const ImagePiece *piece, uint64_t base, Diags *diags) {
    const Content *content = piece->file;
    int fd = open(content->path, O_RDONLY | O_CLOEXEC);
    struct stat now;
    if (fd < 0) {
        content_read_error(diags, content->path, errno);
        return false;
    }
    bool ok = output_copy_at(output, base + piece->position, fd, 0, piece->size);
    bool same = fstat(fd, &now) == 0 && content_same_file(&content->seen, &now);
    close(fd);
    if (ok && !same) {
        content_changed_error(diags, content->path);
    }
    return ok && same;
}

static bool write_piece(const ImageStage *stage, const ImagePiece *piece, OutputFile *output,
                        uint64_t base, Diags *diags) {
    if (piece->data != NULL) {
        return output_write_at(output, base + piece->position, piece->data, piece->size);
    }
    return piece->file != NULL ? copy_file(output, piece, base, diags)
                               : output_copy_at(output, base + piece->position, stage->spool,
                                                piece->spooled, piece->size);
}

static bool write_image(const ImageStage *stage, OutputFile *output, uint64_t base,
                        const Progress *progress, Diags *diags) {
    bool ok = output_write_at(output, base, stage->tables.data, stage->tables.length);
    size_t count = stage->stream.pieces.count;
    for (size_t i = 0; ok && i < count; i++) {
        ok = write_piece(stage, &stage->stream.pieces.items[i], output, base, diags);
        progress->count(progress->context, i + 1, count, "contents");
    }
    return ok && output_set_size(output, base + stage->stream.position);
}

bool image_stage_write(ImageStage *stage, const char *stub, const char *output,
                       const Progress *progress, Diags *diags) {
    OutputFile file;
    if (!image_stage_wait(stage, diags) || !output_open(&file, output, 0777, diags)) {
        return false;
    }
    ImageHead head = {.format = IMAGE_FORMAT, .size = stage->stream.position};
    memcpy(head.magic, IMAGE_MAGIC, sizeof(head.magic));
    memcpy(head.hash, stage->hash, sizeof(head.hash));
    uint64_t head_offset = 0;
    uint64_t stub_size = 0;
    bool ok = copy_stub(&file, stub, &head_offset, &stub_size, diags);
    head.offset = (stub_size + IMAGE_PAGE - 1) & ~(uint64_t)(IMAGE_PAGE - 1);
    head.file_size = head.offset + head.size;
    ok = ok && write_image(stage, &file, head.offset, progress, diags) &&
         output_write_at(&file, head_offset, &head, sizeof(head)) && output_commit(&file);
    output_discard(&file);
    return ok;
}
