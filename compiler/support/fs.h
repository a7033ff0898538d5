/* The file system: reading, atomic writing, walking, private temporary directories.
 *
 * Functions that fail return false (or -1) with errno set; the caller makes the message. */
#ifndef PYC2C_SUPPORT_FS_H
#define PYC2C_SUPPORT_FS_H

#include "arena.h"
#include "strbuf.h"
#include "vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

bool fs_exists(const char *path);
bool fs_is_file(const char *path); /* follows symbolic links */
bool fs_is_dir(const char *path);
/* Whole file into `out` (appended). */
bool fs_read(const char *path, StrBuf *out);
/* A read-only mapping of a whole file; *data is "" for an empty file. Release with fs_unmap. */
bool fs_map(const char *path, const uint8_t **data, size_t *size);
void fs_unmap(const uint8_t *data, size_t size);
/* Creates the directory and its parents (mode 0777 & ~umask). True when it exists afterwards. */
bool fs_make_dirs(const char *path);
/* Writes all of it to an open file, however often it takes. */
bool fs_write_all(int descriptor, const void *bytes, size_t size);
/* Replaces `path` atomically: private temporary file beside it, fsync, rename. */
bool fs_write_atomic(const char *path, const void *data, size_t size, mode_t mode);
/* Writes a file in a directory of our own, where nobody sees it half written. */
bool fs_write_private(const char *path, const void *data, size_t size, mode_t mode);
/* Removes a file or a directory tree; true when nothing is left. */
bool fs_remove_tree(const char *path);
/* Entries of a directory, sorted by bytes, without "." and "..". */
bool fs_list(Arena *arena, const char *path, StrVec *names);
/* Every regular file below `root` (paths relative to it, sorted). Follows links to files and,
 * guarded against loops by (device, inode), to directories. `skip` (may be NULL) prunes: return
 * true to leave out the entry with this relative path. */
bool fs_walk(Arena *arena, const char *root, StrVec *files,
             bool (*skip)(const char *relative, bool is_dir, void *context), void *context);
/* A new private directory (0700, unpredictable name) under $TMPDIR or /tmp, registered with
 * fs_remove_at_exit; NULL with errno set. To be rid of it earlier: fs_remove_tree, fs_forget. The
 * first call removes those that killed processes of the same user left behind an hour ago. */
char *fs_temp_dir(Arena *arena);
/* A new file without a name, open for reading and writing, in the same place; -1 with errno set. */
int fs_temp_file(void);
/* Registers a path (file or directory tree) to be removed when the process ends by exit or by a
 * signal (INT, TERM, HUP); fs_forget takes it back once the path has its final place. */
void fs_remove_at_exit(const char *path);
void fs_forget(const char *path);
/* Copies exactly `size` bytes from `offset` of one descriptor to the current position of another,
 * in the kernel where it can; false with EIO when `from` is shorter. */
bool fs_copy_range(int from, off_t offset, int to, size_t size);

#endif
