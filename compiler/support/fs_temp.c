/* Temporary directories and files: private, unpredictable, removed at exit.
 *
 * A process that is killed by SIGKILL, or a machine that stops, leaves its directory behind. The
 * next one that needs a directory removes those that lost their owner: a locked file in each says
 * who is alive. The hour is for the moment between making that file and locking it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "fs.h"
#include "path.h"

#define TEMP_PREFIX "pyc2c-"
#define LOCK_NAME ".pyc2c-owner"

enum { LEFT_BEHIND_SECONDS = 3600 };

static const char *temp_parent(void) {
    const char *parent = getenv("TMPDIR");
    return parent != NULL && parent[0] == '/' && fs_is_dir(parent) ? parent : "/tmp";
}

/* Our own, of an earlier process that has ended? */
static bool is_left_behind(int parent, const char *name) {
    struct stat status;
    if (strncmp(name, TEMP_PREFIX, sizeof TEMP_PREFIX - 1) != 0 ||
        fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(status.st_mode) ||
        status.st_uid != geteuid()) {
        return false;
    }
    int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int lock =
        directory >= 0 ? openat(directory, LOCK_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
    bool left = lock >= 0 && fstat(lock, &status) == 0 && S_ISREG(status.st_mode) &&
                status.st_mtime + LEFT_BEHIND_SECONDS < time(NULL) &&
                flock(lock, LOCK_EX | LOCK_NB) == 0;
    if (lock >= 0) {
        close(lock);
    }
    if (directory >= 0) {
        close(directory);
    }
    return left;
}

static void remove_left_behind(const char *parent) {
    DIR *stream = opendir(parent);
    if (stream == NULL) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (is_left_behind(dirfd(stream), entry->d_name)) {
            cleanup_remove_tree(dirfd(stream), entry->d_name);
        }
    }
    closedir(stream);
}

/* The descriptor stays open, and so locked, until this process ends. Without a lock the directory
 * is as good: it would only stay if we were killed. */
static void lock_until_exit(Arena *arena, const char *directory) {
    int lock = open(path_join(arena, directory, LOCK_NAME),
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0) {
        close(lock);
    }
}

char *fs_temp_dir(Arena *arena) {
    static bool looked;
    if (!looked) {
        looked = true;
        remove_left_behind(temp_parent());
    }
    char *path = path_join(arena, temp_parent(), TEMP_PREFIX "XXXXXX");
    if (mkdtemp(path) == NULL) {
        return NULL;
    }
    cleanup_add_path(path);
    lock_until_exit(arena, path);
    return path;
}

int fs_temp_file(void) {
    int file = open(temp_parent(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (file < 0) { /* not every file system has files without names */
        Arena arena = {0};
        char *path = path_join(&arena, temp_parent(), TEMP_PREFIX "XXXXXX");
        file = mkostemp(path, O_CLOEXEC);
        if (file >= 0) {
            unlink(path);
        }
        arena_free(&arena);
    }
    return file;
}
