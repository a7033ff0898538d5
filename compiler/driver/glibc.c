/* Symbol versions stand in .gnu.version_r: for each needed library a list of version names, of
 * which those that begin with "GLIBC_2." are of interest. Every offset is checked: the files come
 * from packages. */
#include "glibc.h"

#include "../../codegen/elf_section.h"
#include "../support/fs.h"
#include "../support/path.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

typedef struct Range {
    const uint8_t *data;
    uint64_t size;
} Range;

static bool get_section(const uint8_t *data, size_t size, const char *name, Range *out) {
    uint64_t offset, length;
    if (elf_find_section(data, size, name, &offset, &length) != ELF_FOUND) {
        return false;
    }
    *out = (Range){data + offset, length};
    return true;
}

/* 2034 for "GLIBC_2.34", 0 for other names. */
static int version_number(const Range *strings, uint64_t name) {
    char text[32] = "";
    int major, minor;
    if (name >= strings->size) {
        return 0;
    }
    size_t room = strings->size - name < sizeof(text) - 1 ? strings->size - name : sizeof(text) - 1;
    memcpy(text, strings->data + name, room);
    return sscanf(text, "GLIBC_%d.%d", &major, &minor) == 2 && major < 100 && minor < 1000
               ? major * 1000 + minor
               : 0;
}

static int newest_of(const Range *versions, const Range *strings, uint64_t at, unsigned count) {
    int newest = 0;
    while (count-- > 0 && at <= versions->size && versions->size - at >= sizeof(Elf64_Vernaux)) {
        Elf64_Vernaux entry;
        memcpy(&entry, versions->data + at, sizeof(entry));
        int number = version_number(strings, entry.vna_name);
        newest = number > newest ? number : newest;
        if (entry.vna_next == 0) {
            break;
        }
        at += entry.vna_next;
    }
    return newest;
}

int glibc_of(const uint8_t *data, size_t size) {
    Range versions, strings;
    int newest = 0;
    if (!get_section(data, size, ".gnu.version_r", &versions) ||
        !get_section(data, size, ".dynstr", &strings)) {
        return 0;
    }
    for (uint64_t at = 0; at <= versions.size && versions.size - at >= sizeof(Elf64_Verneed);) {
        Elf64_Verneed need;
        memcpy(&need, versions.data + at, sizeof(need));
        int number = newest_of(&versions, &strings, at + need.vn_aux, need.vn_cnt);
        newest = number > newest ? number : newest;
        if (need.vn_next == 0) {
            break;
        }
        at += need.vn_next;
    }
    return newest;
}

static void look_at(const char *path, const char *shown, int *newest, const char **origin) {
    const uint8_t *data;
    size_t size;
    if (path != NULL && fs_is_file(path) && fs_map(path, &data, &size)) {
        int version = glibc_of(data, size);
        if (version > *newest) {
            *newest = version;
            *origin = shown;
        }
        fs_unmap(data, size);
    }
}

const char *glibc_needed(Arena *arena, const Program *program, const char *executable,
                         const char **origin) {
    int newest = 0;
    look_at(executable, "the interpreter", &newest, origin);
    for (size_t i = 0; i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        if (file->mapped) {
            look_at(file->path, file->vpath, &newest, origin);
        }
    }
    for (size_t i = 0; i < program->libraries.count; i++) {
        look_at(program->libraries.items[i].path, program->libraries.items[i].soname, &newest,
                origin);
    }
    return newest > 0 ? arena_printf(arena, "%d.%d", newest / 1000, newest % 1000) : NULL;
}
