/* Watching directory trees for changes (inotify). */
#ifndef PYC2C_SUPPORT_FSWATCH_H
#define PYC2C_SUPPORT_FSWATCH_H

#include "arena.h"
#include "vec.h"

#include <stddef.h>

typedef struct FsWatch FsWatch;

/* Watches every directory below `roots`. Left out are hidden directories, __pycache__, virtual
 * environments, and what lies at or below one of `ignored` (absolute paths). Roots and ignored are
 * read again when directories appear, so they must live as long as the watch. NULL with errno set;
 * ENOSPC: the system allows no more watches. */
FsWatch *fswatch_open(const StrVec *roots, const StrVec *ignored);
size_t fswatch_directories(const FsWatch *watch);
/* Waits up to `milliseconds` (-1: without limit) and returns the path of something that was
 * written, made, moved or removed, valid until the next call; NULL when nothing was, or when
 * `other`, a descriptor (-1: none), became readable. Several changes that come together are one. */
const char *fswatch_wait(FsWatch *watch, int milliseconds, int other);
void fswatch_close(FsWatch *watch);

#endif
