/* Everything about an image but writing it: tables, compressed blocks, hash. What this needs of the
 * program must not change meanwhile; the module cache takes care of itself.
 *
 * Compressed blocks wait in a file of their own, so that memory use does not grow with them. Files
 * that are stored as they are were read for the hash and are read again when they are copied, in
 * the kernel; a file that changes in between is an error.
 *
 * Compression: what is not needed while the program starts (late code in shared blocks, small
 * shared objects), sources and other text; --optimize-size compresses all other data, too. Code
 * that is loaded at start is stored as it is, because inflating it costs 5 ms per MB at every
 * start, and so are the other shared objects: they are mapped in place, and the alternative,
 * inflating them into memory at every start, costs more than the disk space is worth (17 MB of
 * cygrpc: about 0.1 s and 17 MB of memory for each process). */
#include "image_stage.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/parallel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BUFFER = 1 << 20, DATA_ALIGNMENT = 8 };

/* ---- contents ---- */

static bool spool_fails(ImageStage *stage) {
    diag_error(&stage->diags, EXIT_TOOLCHAIN, "set TMPDIR to a directory with more space",
               "cannot write a temporary file: %s", strerror(errno));
    return false;
}

static bool add_block(ImageStage *stage, const PackedUnit *packed) {
    if (stage->spool < 0 && (stage->spool = fs_temp_file()) < 0) {
        return spool_fails(stage);
    }
    if (!fs_write_all(stage->spool, packed->bytes, packed->size)) {
        return spool_fails(stage);
    }
    image_stream_piece(&stage->stream,
                       (ImagePiece){.spooled = stage->spooled, .size = packed->size});
    image_stream_add(&stage->stream, packed->bytes, packed->size);
    stage->spooled += packed->size;
    return true;
}

static bool add_file(ImageStage *stage, const Content *content) {
    int fd = open(content->path, O_RDONLY | O_CLOEXEC);
    struct stat now;
    if (fd < 0 || fstat(fd, &now) != 0) {
        int error = errno;
        if (fd >= 0) {
            close(fd);
        }
        content_read_error(&stage->diags, content->path, error);
        return false;
    }
    image_stream_piece(&stage->stream, (ImagePiece){.file = content, .size = content->size});
    bool ok = true;
    bool same = content_same_file(&content->seen, &now);
    uint64_t left = content->size;
    while (ok && same && left > 0 && !stage->cancelled) {
        size_t want = left < READ_BUFFER ? (size_t)left : READ_BUFFER;
        ssize_t got = read(fd, stage->buffer, want);
        if (got > 0) {
            image_stream_add(&stage->stream, stage->buffer, (uint64_t)got);
            left -= (uint64_t)got;
        } else if (got == 0) {
            same = false;
        } else if (errno != EINTR) {
            content_read_error(&stage->diags, content->path, errno);
            ok = false;
        }
    }
    close(fd);
    if (ok && !same) {
        content_changed_error(&stage->diags, content->path);
    }
    return ok && same && !stage->cancelled;
}

/* A content that is stored as it is. */
static bool add_plain(ImageStage *stage, Content *content) {
    ImageStream *stream = &stage->stream;
    image_stream_align(stream, content->page_aligned ? IMAGE_PAGE : DATA_ALIGNMENT);
    content->offset = stream->position;
    content->block = IMAGE_NONE;
    bool ok = true;
    if (content->path == NULL) {
        image_stream_piece(stream, (ImagePiece){.data = content->data, .size = content->size});
        image_stream_add(stream, content->data, content->size);
    } else {
        ok = add_file(stage, content);
    }
    if (ok && content->page_aligned) {
        /* A mapping of the last page must not show the neighbour's bytes. */
        image_stream_align(stream, IMAGE_PAGE);
    }
    return ok;
}

/* Its block, if there is one, and the contents that are not in it. */
static bool add_unit(ImageStage *stage, const ContentUnit *unit, const PackedUnit *packed) {
    if (packed->error == ESTALE) {
        content_changed_error(&stage->diags, packed->culprit);
        return false;
    }
    if (packed->error != 0) {
        content_read_error(&stage->diags, packed->culprit, packed->error);
        return false;
    }
    ImageLayout *layout = &stage->layout;
    bool ok = true;
    if (packed->bytes != NULL) {
        layout->blocks.items[unit->block] = (ImageBlock){.data = stage->stream.position,
                                                         .stored = (uint32_t)packed->size,
                                                         .size = (uint32_t)packed->inflated,
                                                         .method = packed->method};
        ok = add_block(stage, packed);
    }
    uint64_t offset = 0;
    for (uint32_t i = 0; ok && i < unit->count; i++) {
        Content *content = &layout->contents.items.items[layout->plan.order.items[unit->first + i]];
        if (content->packed) {
            content->block = unit->block;
            content->offset = offset;
            offset += content->size;
        } else {
            ok = add_plain(stage, content);
        }
    }
    return ok;
}

static bool add_contents(ImageStage *stage) {
    ImageLayout *layout = &stage->layout;
    size_t count = layout->plan.units.count;
    size_t done = 0;
    bool ok = true;
    stage->packed = xmalloc(count * sizeof(*stage->packed));
    while (ok && done < count) {
        Arena cached = {0};
        PackOptions options = {.jobs = parallel_jobs(stage->request->jobs),
                               .small = stage->request->optimize_size,
                               .cache = stage->cache,
                               .arena = &cached};
        size_t batch =
            content_pack(&layout->contents, &layout->plan, done, stage->packed, &options);
        for (size_t i = 0; i < batch; i++) {
            ok = ok && add_unit(stage, &layout->plan.units.items[done++], &stage->packed[i]);
            free(stage->packed[i].own);
        }
        arena_free(&cached);
        ok = ok && !stage->cancelled;
    }
    return ok;
}

/* ---- the thread ---- */

static void *prepare(void *argument) {
    ImageStage *stage = argument;
    stage->buffer = xmalloc(READ_BUFFER);
    if (!layout_build(&stage->layout, &stage->arena, stage->program, stage->request, stage->files,
                      &stage->diags)) {
        return NULL;
    }
    image_stream_start(&stage->stream, stage->layout.tables_size,
                       parallel_jobs(stage->request->jobs));
    stage->ok = add_contents(stage);
    if (stage->ok) {
        layout_tables(&stage->layout, &stage->tables);
        image_stream_finish(&stage->stream, stage->tables.data, stage->tables.length, stage->hash);
    }
    return NULL;
}

ImageStage *image_stage_start(const Program *program, const Request *request, LayoutFiles files,
                              const CacheOps *cache) {
    ImageStage *stage = xcalloc(1, sizeof(*stage));
    *stage = (ImageStage){
        .program = program, .request = request, .cache = cache, .files = files, .spool = -1};
    stage->running = pthread_create(&stage->thread, NULL, prepare, stage) == 0;
    if (!stage->running) {
        prepare(stage);
    }
    return stage;
}

static void join(ImageStage *stage) {
    if (stage->running) {
        pthread_join(stage->thread, NULL);
        stage->running = false;
    }
}

bool image_stage_wait(ImageStage *stage, Diags *diags) {
    join(stage);
    diag_move(diags, &stage->diags);
    return stage->ok;
}

void image_stage_free(ImageStage *stage) {
    if (stage == NULL) {
        return;
    }
    stage->cancelled = true;
    join(stage);
    if (stage->spool >= 0) {
        close(stage->spool);
    }
    layout_free(&stage->layout);
    image_stream_free(&stage->stream);
    strbuf_free(&stage->tables);
    diag_free(&stage->diags);
    arena_free(&stage->arena);
    free(stage->buffer);
    free(stage->packed);
    free(stage);
}
