/* Stub + image -> executable.
 *
 * Order in the file: the stub (its ImageHead filled in), padding to a page, tables, code objects
 * (all of them are touched at start-up, so they lie together), other contents, page-aligned
 * contents last (so that padding is spent once for each of them only).
 *
 * Compression: sources and other text, where it saves a tenth. Code objects are stored as they are,
 * because inflating them costs 5 ms per MB at every start; --optimize-size compresses them and all
 * other data too. Shared objects are never compressed: they are mapped in place, and the
 * alternative, inflating them into memory at every start, costs more than the disk space is worth
 * (17 MB of cygrpc: about 0.1 s and 17 MB of memory for each process). */
#include "image_write.h"

#include "elf_section.h"
#include "image_stream.h"

#include "../compiler/support/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEVEL_FAST = 6, LEVEL_SMALL = 9, COPY_BUFFER = 1 << 20, DATA_ALIGNMENT = 8 };

typedef struct Writing {
    ImageLayout *layout;
    ImageStream stream;
    Diags *diags;
    const Progress *progress;
    uint8_t *buffer; /* COPY_BUFFER bytes */
    size_t done;
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

static bool write_content(Writing *writing, Content *content, const PackedContent *packed) {
    if (packed->error == ESTALE) {
        content_changed_error(writing->diags, content->path);
        return false;
    }
    if (packed->error != 0) {
        content_read_error(writing->diags, content->path, packed->error);
        return false;
    }
    ImageStream *stream = &writing->stream;
    if (!image_stream_align(stream, content->page_aligned ? IMAGE_PAGE : DATA_ALIGNMENT)) {
        return false;
    }
    content->offset = stream->position;
    content->stored = packed->bytes != NULL ? packed->size : content->size;
    bool ok = packed->bytes != NULL   ? image_stream_add(stream, packed->bytes, packed->size)
              : content->path == NULL ? image_stream_add(stream, content->data, content->size)
                                      : copy_file(writing, content);
    if (ok && content->page_aligned) {
        /* A mapping of the last page must not show the neighbour's bytes. */
        ok = image_stream_align(stream, IMAGE_PAGE);
    }
    return ok;
}

/* Numbers of the contents in the order of the file. Free it. */
static uint32_t *storage_order(const ImageLayout *layout) {
    size_t count = layout->contents.items.count;
    uint32_t *order = xmalloc(count * sizeof(*order));
    bool *taken = xcalloc(count, sizeof(*taken));
    size_t used = 0;
    for (size_t i = 0; i < layout->modules.count; i++) {
        uint32_t number = layout->module_contents.items[i];
        if (number != IMAGE_NONE && !taken[number] &&
            !layout->contents.items.items[number].page_aligned) {
            taken[number] = true;
            order[used++] = number;
        }
    }
    for (int aligned = 0; aligned <= 1; aligned++) {
        for (uint32_t number = 0; number < count; number++) {
            if (!taken[number] && layout->contents.items.items[number].page_aligned == aligned) {
                order[used++] = number;
            }
        }
    }
    free(taken);
    return order;
}

static bool write_contents(Writing *writing, const Request *request) {
    ContentStore *store = &writing->layout->contents;
    size_t count = store->items.count;
    uint32_t *order = storage_order(writing->layout);
    PackedContent *packed = xmalloc(count * sizeof(*packed));
    int level = request->optimize_size ? LEVEL_SMALL : LEVEL_FAST;
    bool ok = true;
    while (ok && writing->done < count) {
        size_t batch = content_pack(store, order + writing->done, count - writing->done, packed,
                                    codegen_jobs(request), level);
        for (size_t i = 0; i < batch; i++) {
            Content *content = &store->items.items[order[writing->done]];
            ok = ok && write_content(writing, content, &packed[i]);
            free(packed[i].bytes);
            writing->done++;
        }
        writing->progress->count(writing->progress->context, writing->done, count, "contents");
    }
    free(packed);
    free(order);
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
