/* Reading a finished launcher back (strategies `embedded` and `system`): `pyc2c inspect`.
 *
 * launcher_open checks the archive's directory: names, sizes and places of members are then inside
 * the file. Contents are checked when they are read. */
#ifndef PYC2C_CODEGEN_LAUNCHER_FILE_H
#define PYC2C_CODEGEN_LAUNCHER_FILE_H

#include "../compiler/support/arena.h"
#include "../compiler/support/strbuf.h"
#include "../compiler/support/vec.h"

#include <stdbool.h>
#include <stdint.h>

/* First line of the archive's comment; launcher/launcher.c has it, too. */
#define LAUNCHER_MARK "PYC2C-LAUNCHER\n"

typedef struct LauncherMember {
    const char *name;
    uint64_t size, stored;
    uint32_t crc;
    bool deflated;
    const uint8_t *data; /* stored bytes, in the mapping */
} LauncherMember;

typedef struct LauncherFile {
    const char *path;
    uint64_t file_size, archive_size;
    StrVec settings; /* "python=3.11", "flag=-u", "built.strategy=system": see launcher_write.c */
    VEC(LauncherMember) members;
    const uint8_t *mapping;
} LauncherFile;

/* NULL for a file that is no launcher. `path` must outlive the result. */
LauncherFile *launcher_open(Arena *arena, const char *path);
void launcher_close(LauncherFile *file);
/* Appends a member's content; false when it is damaged. */
bool launcher_read(const LauncherMember *member, StrBuf *out);

#endif
