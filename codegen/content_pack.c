/* Compressing contents, several at a time.
 *
 * zlib's output depends on its input and level only, and every content is compressed on its own, so
 * the number of threads does not show in the result. Memory: at most BATCH_BYTES of input (or one
 * file of CONTENT_PACK_LIMIT) and its compressed form are held at once. */
#include "content.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    BATCH_BYTES = 8 << 20,
    SMALLEST = 128,     /* below this zlib's frame eats the gain */
    SNIFF_BYTES = 8192, /* text = no NUL byte among the first ones */
    MOST_THREADS = 16
};

typedef struct PackWork {
    const ContentStore *store;
    const uint32_t *order;
    PackedContent *packed;
    size_t count;
    int level;
    atomic_size_t next;
} PackWork;

static bool may_pack(const Content *content) {
    return content->packing != PACK_NEVER && !content->page_aligned && content->size >= SMALLEST &&
           content->size <= CONTENT_PACK_LIMIT;
}

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

static void deflate_content(const Content *content, const uint8_t *data, int level,
                            PackedContent *packed) {
    size_t sniff = content->size < SNIFF_BYTES ? content->size : SNIFF_BYTES;
    if (content->packing == PACK_TEXT && memchr(data, 0, sniff) != NULL) {
        return;
    }
    uLongf size = compressBound((uLong)content->size);
    uint8_t *bytes = xmalloc(size);
    if (compress2(bytes, &size, data, (uLong)content->size, level) == Z_OK &&
        size <= content->size - content->size / 10) {
        packed->bytes = xrealloc(bytes, size);
        packed->size = size;
    } else {
        free(bytes);
    }
}

static void pack_one(const Content *content, int level, PackedContent *packed) {
    if (!may_pack(content)) {
        return;
    }
    if (content->path == NULL) {
        deflate_content(content, content->data, level, packed);
        return;
    }
    uint8_t *data = xmalloc(content->size);
    packed->error = read_file(content, data);
    if (packed->error == 0) {
        deflate_content(content, data, level, packed);
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
        pack_one(&work->store->items.items[work->order[index]], work->level, &work->packed[index]);
    }
}

size_t content_pack(const ContentStore *store, const uint32_t *order, size_t count,
                    PackedContent *packed, int jobs, int level) {
    PackWork work = {.store = store, .order = order, .packed = packed, .level = level};
    uint64_t bytes = 0;
    size_t candidates = 0;
    while (work.count < count) {
        const Content *content = &store->items.items[order[work.count]];
        if (may_pack(content)) {
            if (bytes > 0 && bytes + content->size > BATCH_BYTES) {
                break;
            }
            bytes += content->size;
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
