/* elf: what a shared object says about itself. Little-endian 64-bit files of this machine only. */
#ifndef PYC2C_MODULES_ELF_H
#define PYC2C_MODULES_ELF_H

#include "../support/arena.h"
#include "../support/vec.h"

#include <stdbool.h>

typedef struct ElfInfo {
    const char *soname;    /* NULL when it has none */
    StrVec needed;         /* DT_NEEDED, in order */
    StrVec search_paths;   /* DT_RUNPATH or DT_RPATH, split at colons, $ORIGIN not yet replaced */
    bool has_run_path;     /* they are from DT_RUNPATH */
    const char *init_name; /* "foo" when it defines PyInit_foo (the first of them), else NULL */
} ElfInfo;

/* True for a shared library or extension module of this machine (not for programs). */
bool elf_is_shared_object(const char *path);
/* False when the file is no such object, or damaged. Lists are freed with elf_info_free. */
bool elf_read(Arena *arena, const char *path, ElfInfo *info);
void elf_info_free(ElfInfo *info);
/* Calls `each` for every dotted name in the constants of the object that stands alone between two
 * NULs. The text is only valid during the call. False when the file cannot be read. */
bool elf_each_name(const char *path, void (*each)(void *context, const char *name, size_t length),
                   void *context);

#endif
