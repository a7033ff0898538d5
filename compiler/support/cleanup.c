/* Everything below run_cleanup() may run inside a signal handler: no malloc, no stdio, no locks.
 * The registry is therefore a list of fixed blocks that only grows, whose slots are set and cleared
 * by single atomic operations, and directories are read with the bare system call. */
#include "cleanup.h"

#include "arena.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BLOCK_SLOTS = 64, DIRECTORY_BUFFER = 4096 };

typedef struct Block {
    struct Block *older;
    _Atomic(char *) paths[BLOCK_SLOTS];
    _Atomic pid_t groups[BLOCK_SLOTS];
} Block;

static Block first_block;
static _Atomic(Block *) newest_block = &first_block;
static pid_t owner; /* a forked child that exits must not remove its parent's files */

static const int caught_signals[] = {SIGINT, SIGTERM, SIGHUP};

/* As the kernel writes it for getdents64. */
typedef struct KernelEntry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
} KernelEntry;

/* Removes what one pass over the open directory finds; the number of entries removed. */
static size_t remove_entries(int directory) {
    _Alignas(KernelEntry) char buffer[DIRECTORY_BUFFER];
    size_t removed = 0;
    long size;
    while ((size = syscall(SYS_getdents64, directory, buffer, sizeof(buffer))) > 0) {
        for (long at = 0; at < size;) {
            const KernelEntry *entry = (const KernelEntry *)(const void *)(buffer + at);
            at += entry->length;
            if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0) {
                removed += cleanup_remove_tree(directory, entry->name);
            }
        }
    }
    return removed;
}

bool cleanup_remove_tree(int directory, const char *path) {
    if (unlinkat(directory, path, 0) == 0 || errno == ENOENT) {
        return true;
    }
    if (errno != EISDIR && errno != EPERM) { /* EPERM: POSIX's word for "it is a directory" */
        return false;
    }
    int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int opened = openat(directory, path, flags);
    if (opened < 0 && errno == EACCES && fchmodat(directory, path, 0700, 0) == 0) {
        opened = openat(directory, path, flags);
    }
    if (opened < 0) {
        return false;
    }
    if (unlinkat(directory, path, AT_REMOVEDIR) != 0) {
        struct stat status;
        if (fstat(opened, &status) == 0 && (status.st_mode & 0700) != 0700) {
            fchmod(opened, 0700);
        }
        /* Removing while reading may skip entries on some file systems: look again until a pass
         * removes nothing. */
        while (remove_entries(opened) > 0 && lseek(opened, 0, SEEK_SET) == 0) {
        }
    }
    close(opened);
    return unlinkat(directory, path, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

static void run_cleanup(void) {
    if (getpid() != owner) {
        return;
    }
    for (Block *block = newest_block; block != NULL; block = block->older) {
        for (int i = 0; i < BLOCK_SLOTS; i++) {
            pid_t group = block->groups[i];
            if (group > 0) {
                kill(-group, SIGKILL);
            }
        }
    }
    for (Block *block = newest_block; block != NULL; block = block->older) {
        for (int i = 0; i < BLOCK_SLOTS; i++) {
            const char *path = block->paths[i];
            if (path != NULL) {
                cleanup_remove_tree(AT_FDCWD, path);
            }
        }
    }
}

static void on_signal(int number) {
    int saved_errno = errno;
    run_cleanup();
    errno = saved_errno;
    signal(number, SIG_DFL);
    raise(number); /* delivered when the handler returns */
}

static void install_once(void) {
    if (owner != 0) {
        return;
    }
    owner = getpid();
    atexit(run_cleanup);
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(caught_signals) / sizeof(caught_signals[0]); i++) {
        sigaddset(&action.sa_mask, caught_signals[i]);
    }
    for (size_t i = 0; i < sizeof(caught_signals) / sizeof(caught_signals[0]); i++) {
        struct sigaction old;
        if (sigaction(caught_signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            sigaction(caught_signals[i], &action, NULL); /* ignored ones (nohup) stay ignored */
        }
    }
}

/* Puts a new block in front: the handler sees either list, both are whole. */
static Block *add_block(void) {
    Block *block = xcalloc(1, sizeof(*block));
    block->older = newest_block;
    newest_block = block;
    return block;
}

void cleanup_add_path(const char *path) {
    install_once();
    char *copy = xstrdup(path);
    for (Block *block = newest_block; block != NULL; block = block->older) {
        for (int i = 0; i < BLOCK_SLOTS; i++) {
            char *none = NULL;
            if (atomic_compare_exchange_strong(&block->paths[i], &none, copy)) {
                return;
            }
        }
    }
    add_block()->paths[0] = copy;
}

void cleanup_forget_path(const char *path) {
    for (Block *block = newest_block; block != NULL; block = block->older) {
        for (int i = 0; i < BLOCK_SLOTS; i++) {
            char *registered = block->paths[i];
            if (registered != NULL && strcmp(registered, path) == 0 &&
                atomic_compare_exchange_strong(&block->paths[i], &registered, NULL)) {
                free(registered);
            }
        }
    }
}

void cleanup_add_group(pid_t group) {
    install_once();
    for (Block *block = newest_block; block != NULL; block = block->older) {
        for (int i = 0; i < BLOCK_SLOTS; i++) {
            pid_t none = 0;
            if (atomic_compare_exchange_strong(&block->groups[i], &none, group)) {
                return;
            }
        }
    }
    add_block()->groups[0] = group;
}

void cleanup_forget_group(pid_t group) {
    for (Block *block = newest_block; block != NULL; block = block->older) {
        for (int i = 0; i < BLOCK_SLOTS; i++) {
            pid_t registered = group;
            atomic_compare_exchange_strong(&block->groups[i], &registered, 0);
        }
    }
}
