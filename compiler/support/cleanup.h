/* What must not outlive the process: unfinished files and running children.
 *
 * Both are registered here while they exist. They are removed when the process ends by exit() or by
 * SIGINT, SIGTERM or SIGHUP; after a signal the process then dies of that signal, so that its
 * parent sees the truth. Nothing can be done against SIGKILL, except that children ask the kernel
 * to be killed with us (proc.c). */
#ifndef PYC2C_SUPPORT_CLEANUP_H
#define PYC2C_SUPPORT_CLEANUP_H

#include <stdbool.h>
#include <sys/types.h>

/* Registers a file or directory (absolute, or relative to a directory that is not left). Copied. */
void cleanup_add_path(const char *path);
/* Takes a path back; the path itself is not touched. */
void cleanup_forget_path(const char *path);

/* Registers a child that leads a process group of its own; the group is killed. */
void cleanup_add_group(pid_t group);
void cleanup_forget_group(pid_t group);

/* Removes a file or a directory tree below `directory` (AT_FDCWD for the current one) without
 * following links; true when nothing is left, else false with errno set. Async-signal-safe. */
bool cleanup_remove_tree(int directory, const char *path);

#endif
