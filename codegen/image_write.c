/* Stub + image -> executable.
 *
 * Order in the file: the stub (its ImageHead filled in), padding to a page, tables, contents in the
 * order of their plan (content_plan.c).
 *
 * Compression: what is not needed while the program starts (late code in shared blocks, small
 * shared objects), sources and other text; --optimize-size compresses all other data, too. Code
 * that is loaded at start is stored as it is, because inflating it costs 5 ms per MB at every
 * start, and so are the other shared objects: they are mapped in place, and the alternative,
 * inflating them into memory at every start, costs more than the disk space is worth (17 MB of
 * cygrpc: about 0.1 s and 17 MB of memory for each process). */
#include "image_write.h"

#include "elf_section.h"
#include "image_stream.h"

#include "../compiler/support/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COPY_BUFFER = 1 << 20, DATA_ALIGNMENT = 8 };

typedef struct Writing {
    ImageLayout *layout;
    ImageStream stream;
    Diags *diags;
    const Progress *progress;
    uint8_t *buffer; /* COPY_BUFFER bytes */
} Writing;

int codegen_jobs(const Request *request) {
    if (request->jobs > 0) {
        return request->jobs;
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

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

/* ---- contents ---- */

static bool copy_file(Writing *writing, const Content *content) {
    int fd = open(content->path, O_RDONLY | O_CLOEXEC);
    struct stat now;
    if (fd < 0 || fstat(fd, &now) != 0) {
        int error = errno;
        if (fd >= 0) {
            close(fd);
        }
        content_read_error(writing->diags, content->path, error);
        return false;
    }
    bool ok = true;
    bool same = content_same_file(&content->seen, &now);
    uint64_t left = content->size;
    while (ok && same && left > 0) {
        size_t want = left < COPY_BUFFER ? (size_t)left : COPY_BUFFER;
        ssize_t got = read(fd, writing->buffer, want);
        if (got > 0) {
            ok = image_stream_add(&writing->stream, writing->buffer, (uint64_t)got);
            left -= (uint64_t)got;
        } else if (got == 0) {
            same = false;
        } else if (errno != EINTR) {
            content_read_error(writing->diags, content->path, errno);
            ok = false;
        }
    }
    if (ok && (!same || fstat(fd, &now) != 0 || !content_same_file(&content->seen, &now))) {
        content_changed_error(writing->diags, content->path);
        ok = false;
    }
    close(fd);
    return ok;
}

/* A content that is stored as it is. */
static bool write_plain(Writing *writing, Content *content) {
    ImageStream *stream = &writing->stream;
    if (!image_stream_align(stream, content->page_aligned ? IMAGE_PAGE : DATA_ALIGNMENT)) {
        return false;
    }
    content->offset = stream->position;
    content->block = IMAGE_NONE;
    bool ok = content->path == NULL ? image_stream_add(stream, content->data, content->size)
                                    : copy_file(writing, content);
    if (ok && content->page_aligned) {
        /* A mapping of the last page must not show the neighbour's bytes. */
        ok = image_stream_align(stream, IMAGE_PAGE);
    }
    return ok;
}

/* Its block, if there is one, and the contents that are not in it. */
static bool write_unit(Writing *writing, const ContentUnit *unit, const PackedUnit *packed) {
    if (packed->error == ESTALE) {
        content_changed_error(writing->diags, packed->culprit);
        return false;
    }
    if (packed->error != 0) {
        content_read_error(writing->diags, packed->culprit, packed->error);
        return false;
    }
    ImageLayout *layout = writing->layout;
    bool ok = true;
    if (packed->bytes != NULL) {
        layout->blocks.items[unit->block] = (ImageBlock){.data = writing->stream.position,
                                                         .stored = (uint32_t)packed->size,
                                                         .size = (uint32_t)packed->inflated,
                                                         .method = packed->method};
        ok = image_stream_add(&writing->stream, packed->bytes, packed->size);
    }
    uint64_t offset = 0;
    for (uint32_t i = 0; ok && i < unit->count; i++) {
        Content *content = &layout->contents.items.items[layout->plan.order.items[unit->first + i]];
        if (content->packed) {
            content->block = unit->block;
            content->offset = offset;
            offset += content->size;
        } else {
            ok = write_plain(writing, content);
        }
    }
    return ok;
}

static bool write_contents(Writing *writing, const Request *request) {
    ImageLayout *layout = writing->layout;
    size_t count = layout->plan.units.count;
    PackedUnit *packed = xmalloc(count * sizeof(*packed));
    size_t done = 0;
    bool ok = true;
    while (ok && done < count) {
        size_t batch = content_pack(&layout->contents, &layout->plan, done, packed,
                                    codegen_jobs(request), request->optimize_size);
        for (size_t i = 0; i < batch; i++) {
            ok = ok && write_unit(writing, &layout->plan.units.items[done++], &packed[i]);
            free(packed[i].bytes);
        }
        writing->progress->count(writing->progress->context, done, count, "contents");
    }
    free(packed);
    return ok;
}

/* ---- all together ---- */

static bool write_image(Writing *writing, const Request *request, OutputFile *output,
                        uint64_t stub_size, ImageHead *head) {
    head->offset = (stub_size + IMAGE_PAGE - 1) & ~(uint64_t)(IMAGE_PAGE - 1);
    bool ok =
        image_stream_start(&writing->stream, output, head->offset, writing->layout->tables_size) &&
        write_contents(writing, request);
    if (ok) {
        StrBuf tables = {0};
        layout_tables(writing->layout, &tables);
        ok = image_stream_finish(&writing->stream, tables.data, tables.length, head->hash);
        strbuf_free(&tables);
    }
    head->size = writing->stream.position;
    head->file_size = head->offset + head->size;
    image_stream_free(&writing->stream);
    return ok;
}

bool image_write_layout(ImageLayout *layout, const Request *request, const char *stub,
                        const char *output, const Progress *progress, Diags *diags) {
    OutputFile file;
    if (!output_open(&file, output, 0777, diags)) {
        return false;
    }
    Writing writing = {.layout = layout, .diags = diags, .progress = progress};
    writing.buffer = xmalloc(COPY_BUFFER);
    ImageHead head = {.format = IMAGE_FORMAT};
    memcpy(head.magic, IMAGE_MAGIC, sizeof(head.magic));
    uint64_t head_offset = 0;
    uint64_t stub_size = 0;
    bool ok = copy_stub(&file, stub, &head_offset, &stub_size, diags) &&
              write_image(&writing, request, &file, stub_size, &head) &&
              output_write_at(&file, head_offset, &head, sizeof(head)) && output_commit(&file);
    output_discard(&file);
    free(writing.buffer);
    return ok;
}

bool image_write(const Program *program, const Request *request, const char *stub,
                 const char *output, const Progress *progress, Diags *diags) {
    ImageLayout layout;
    bool ok = layout_build(&layout, program, request, LAYOUT_FILES_INSIDE, diags) &&
              image_write_layout(&layout, request, stub, output, progress, diags);
    layout_free(&layout);
    return ok;
}
