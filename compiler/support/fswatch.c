/* One inotify watch for each directory. Editors save in several steps (a new file, renames, a
 * backup), so a change is reported when nothing more came for a moment. When directories come or
 * go, the trees are read anew; adding a watch that is there already changes nothing. */
#include "fswatch.h"

#include "fs.h"
#include "path.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

enum { QUIET_MS = 80, AT_MOST_MS = 1000, BUFFER_SIZE = 64 * 1024 };

static const uint32_t EVENTS = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                               IN_MOVED_TO | IN_ONLYDIR | IN_EXCL_UNLINK;

typedef struct Watched {
    int number; /* of inotify */
    const char *path;
} Watched;

struct FsWatch {
    int descriptor;
    const StrVec *roots, *ignored;
    Arena arena; /* of the paths */
    VEC(Watched) directories;
    char *changed; /* what fswatch_wait returned last */
};

/* ---- which directories ---- */

static bool is_ignored(const FsWatch *watch, const char *path) {
    for (size_t i = 0; i < watch->ignored->count; i++) {
        if (path_below(path, watch->ignored->items[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool is_of_no_interest(const char *name) {
    size_t length = strlen(name);
    return name[0] == '.' || strcmp(name, "__pycache__") == 0 ||
           (length > 0 && name[length - 1] == '~') || strcmp(path_extension(name), ".pyc") == 0;
}

static bool add_tree(FsWatch *watch, const char *path) {
    if (is_ignored(watch, path) || fs_is_file(path_join(&watch->arena, path, "pyvenv.cfg"))) {
        return true;
    }
    int number = inotify_add_watch(watch->descriptor, path, EVENTS);
    if (number < 0) {
        return errno != ENOSPC; /* others: it went away, or may not be read */
    }
    for (size_t i = 0; i < watch->directories.count; i++) {
        if (watch->directories.items[i].number == number) {
            return true; /* seen before, perhaps by another way: links may form loops */
        }
    }
    Watched watched = {number, path};
    vec_push(&watch->directories, watched);
    StrVec names = {0};
    bool ok = true;
    fs_list(&watch->arena, path, &names);
    for (size_t i = 0; ok && i < names.count; i++) {
        const char *below = path_join(&watch->arena, path, names.items[i]);
        if (!is_of_no_interest(names.items[i]) && fs_is_dir(below)) {
            ok = add_tree(watch, below);
        }
    }
    vec_free(&names);
    return ok;
}

static bool add_roots(FsWatch *watch) {
    bool ok = true;
    watch->directories.count = 0;
    for (size_t i = 0; ok && i < watch->roots->count; i++) {
        ok = add_tree(watch, watch->roots->items[i]);
    }
    return ok;
}

FsWatch *fswatch_open(const StrVec *roots, const StrVec *ignored) {
    FsWatch *watch = xcalloc(1, sizeof(*watch));
    watch->roots = roots;
    watch->ignored = ignored;
    watch->descriptor = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch->descriptor >= 0 && add_roots(watch)) {
        return watch;
    }
    int error = errno;
    fswatch_close(watch);
    errno = error;
    return NULL;
}

void fswatch_close(FsWatch *watch) {
    if (watch->descriptor >= 0) {
        close(watch->descriptor);
    }
    vec_free(&watch->directories);
    arena_free(&watch->arena);
    free(watch->changed);
    free(watch);
}

size_t fswatch_directories(const FsWatch *watch) {
    return watch->directories.count;
}

/* ---- changes ---- */

static const char *directory_of(const FsWatch *watch, int number) {
    for (size_t i = 0; i < watch->directories.count; i++) {
        if (watch->directories.items[i].number == number) {
            return watch->directories.items[i].path;
        }
    }
    return NULL;
}

static void take_event(FsWatch *watch, const struct inotify_event *event, bool *trees_changed) {
    const char *directory = directory_of(watch, event->wd);
    *trees_changed |= (event->mask & (IN_ISDIR | IN_Q_OVERFLOW)) != 0;
    if (directory == NULL || event->len == 0 || is_of_no_interest(event->name)) {
        return;
    }
    Arena arena = {0};
    const char *path = path_join(&arena, directory, event->name);
    bool made_only = (event->mask & IN_CREATE) && !(event->mask & IN_ISDIR); /* writing follows */
    if (!made_only && !is_ignored(watch, path)) {
        free(watch->changed);
        watch->changed = xstrdup(path);
    }
    arena_free(&arena);
}

/* Takes in what there is; true when something came. */
static bool read_events(FsWatch *watch) {
    _Alignas(struct inotify_event) char buffer[BUFFER_SIZE];
    bool some = false, trees_changed = false;
    ssize_t size;
    while ((size = read(watch->descriptor, buffer, sizeof(buffer))) > 0) {
        some = true;
        for (ssize_t at = 0; at < size;) {
            const struct inotify_event *event =
                (const struct inotify_event *)(const void *)(buffer + at);
            take_event(watch, event, &trees_changed);
            at += (ssize_t)(sizeof(*event) + event->len);
        }
    }
    if (trees_changed) {
        add_roots(watch);
    }
    return some;
}

static long milliseconds_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Until nothing more comes. */
static void wait_for_quiet(FsWatch *watch) {
    long end = milliseconds_now() + AT_MOST_MS;
    struct pollfd polled = {.fd = watch->descriptor, .events = POLLIN};
    while (milliseconds_now() < end && poll(&polled, 1, QUIET_MS) > 0) {
        read_events(watch);
    }
}

const char *fswatch_wait(FsWatch *watch, int milliseconds, int other) {
    struct pollfd polled[2] = {{.fd = watch->descriptor, .events = POLLIN},
                               {.fd = other, .events = POLLIN}};
    free(watch->changed);
    watch->changed = NULL;
    while (watch->changed == NULL) {
        int ready = poll(polled, 2, milliseconds);
        if (ready == 0 || (ready < 0 && errno != EINTR)) {
            return NULL;
        }
        if (ready > 0 && polled[0].revents != 0 && read_events(watch) && watch->changed != NULL) {
            wait_for_quiet(watch);
        } else if (ready > 0 && polled[1].revents != 0) {
            return NULL;
        }
    }
    return watch->changed;
}
