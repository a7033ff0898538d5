/* Hashes of large files that seldom change: archives and shared objects of the system. */
#ifndef PYC2C_CODEGEN_FILE_HASH_H
#define PYC2C_CODEGEN_FILE_HASH_H

#include "../compiler/modules/modules.h"

#include <stdbool.h>
#include <stdint.h>

/* As front_hash_file. A file that looks as it did when it was last hashed (path, size, times,
 * inode) is not read again; like the build state, that is about one machine only. `cache` may be
 * NULL. */
bool file_hash(const char *path, const CacheOps *cache, uint8_t out[FRONT_HASH_SIZE]);

#endif
