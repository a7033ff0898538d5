/* Compressing units, several at a time.
 *
 * The result depends on the bytes and the method only, and every unit is compressed on its own, so
 * the number of threads does not show in it. Memory: at most BATCH_BYTES of input (or one file of
 * CONTENT_PACK_LIMIT) and its compressed form are held at once.
 *
 * zlib inflates 200 MB a second; LZMA, which --optimize-size takes for what is not needed at start,
 * is a fifth smaller and five times slower. */
#include "content.h"

#include "pack_method.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BATCH_BYTES = 8 << 20,
    SNIFF_BYTES = 8192, /* text = no NUL byte among the first ones */
    MOST_THREADS = 16
};

typedef struct PackWork {
    ContentStore *store;
    const ContentPlan *plan;
    size_t first; /* number of the unit that belongs to packed[0] */
    PackedUnit *packed;
    size_t count;
    bool small;
    atomic_size_t next;
} PackWork;

/* Reads exactly content->size bytes; 0 or an errno (ESTALE: not the file that was added). */
static int read_file(const Content *content, uint8_t *out) {
    int fd = open(content->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    struct stat now;
    uint64_t done = 0;
    int error = fstat(fd, &now) != 0 ? errno : content_same_file(&content->seen, &now) ? 0 : ESTALE;
    while (error == 0 && done < content->size) {
        ssize_t got = read(fd, out + done, content->size - done);
        if (got > 0) {
            done += (uint64_t)got;
        } else if (got == 0) {
            error = ESTALE;
        } else if (errno != EINTR) {
            error = errno;
        }
    }
    close(fd);
    return error;
}

static bool is_wanted(const Content *content, const uint8_t *bytes) {
    size_t sniff = content->size < SNIFF_BYTES ? content->size : SNIFF_BYTES;
    return content->packing == PACK_ALWAYS || memchr(bytes, 0, sniff) == NULL;
}

/* Puts the contents that are to be compressed one behind the other; returns their size. */
static uint64_t gather(PackWork *work, const ContentUnit *unit, uint8_t *out, PackedUnit *packed) {
    uint64_t size = 0;
    for (uint32_t i = 0; i < unit->count && packed->error == 0; i++) {
        Content *content = &work->store->items.items[work->plan->order.items[unit->first + i]];
        if (content->path == NULL) {
            memcpy(out + size, content->data, content->size);
        } else {
            packed->error = read_file(content, out + size);
            packed->culprit = content->path;
        }
        content->packed = packed->error == 0 && is_wanted(content, out + size);
        size += content->packed ? content->size : 0;
    }
    return size;
}

static bool is_late(const PackWork *work, const ContentUnit *unit) {
    return work->store->items.items[work->plan->order.items[unit->first]].group != GROUP_START_CODE;
}

static void pack_unit(PackWork *work, const ContentUnit *unit, PackedUnit *packed) {
    if (unit->block == IMAGE_NONE) {
        return;
    }
    uint8_t *data = xmalloc(unit->size);
    uint64_t size = gather(work, unit, data, packed);
    if (packed->error == 0 && size > 0) {
        packed->method = work->small && is_late(work, unit) ? pack_method_best() : IMAGE_BLOCK_ZLIB;
        packed->bytes = pack_method_run(packed->method, data, size, work->small, &packed->size);
        packed->inflated = size;
    }
    if (packed->bytes == NULL) {
        for (uint32_t i = 0; i < unit->count; i++) {
            work->store->items.items[work->plan->order.items[unit->first + i]].packed = false;
        }
    }
    free(data);
}

static void *pack_thread(void *argument) {
    PackWork *work = argument;
    for (;;) {
        size_t index = atomic_fetch_add(&work->next, 1);
        if (index >= work->count) {
            return NULL;
        }
        pack_unit(work, &work->plan->units.items[work->first + index], &work->packed[index]);
    }
}

size_t content_pack(ContentStore *store, const ContentPlan *plan, size_t first, PackedUnit *packed,
                    int jobs, bool small) {
    PackWork work = {
        .store = store, .plan = plan, .first = first, .packed = packed, .small = small};
    uint64_t bytes = 0;
    size_t candidates = 0;
    while (first + work.count < plan->units.count) {
        const ContentUnit *unit = &plan->units.items[first + work.count];
        if (unit->block != IMAGE_NONE) {
            if (bytes > 0 && bytes + unit->size > BATCH_BYTES) {
                break;
            }
            bytes += unit->size;
            candidates++;
        }
        work.count++;
    }
    memset(packed, 0, work.count * sizeof(*packed));
    pthread_t threads[MOST_THREADS];
    int started = 0;
    int wanted = jobs < MOST_THREADS ? jobs : MOST_THREADS;
    while (started + 1 < wanted && (size_t)started + 1 < candidates &&
           pthread_create(&threads[started], NULL, pack_thread, &work) == 0) {
        started++;
    }
    pack_thread(&work);
    for (int i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    return work.count;
}
