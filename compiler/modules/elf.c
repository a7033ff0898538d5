/* elf: reading shared objects without running them.
 *
 * Every offset of the file is checked against its size before use: wheels are foreign data. */
#include "elf.h"
#include "names.h"

#include "../support/fs.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#else
#error "tell elf.c the ELF machine number of this architecture"
#endif

typedef struct Image {
    const uint8_t *data;
    size_t size;
    const Elf64_Ehdr *header;
    const Elf64_Phdr *segments;
} Image;

static bool in_file(const Image *image, uint64_t offset, uint64_t size) {
    return offset <= image->size && size <= image->size - offset;
}

/* Table entries are read in place: they have to be aligned as well as inside the file. */
static const void *at_offset(const Image *image, uint64_t offset, uint64_t size) {
    return in_file(image, offset, size) && offset % 8 == 0 ? image->data + offset : NULL;
}

static bool open_image(const char *path, Image *image) {
    *image = (Image){0};
    if (!fs_map(path, &image->data, &image->size)) {
        return false;
    }
    image->header = at_offset(image, 0, sizeof(Elf64_Ehdr));
    const Elf64_Ehdr *header = image->header;
    if (header != NULL && memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
        header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
        header->e_machine == OWN_MACHINE && header->e_type == ET_DYN &&
        header->e_phentsize == sizeof(Elf64_Phdr)) {
        image->segments =
            at_offset(image, header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf64_Phdr));
    }
    if (image->header == NULL || image->segments == NULL) {
        fs_unmap(image->data, image->size);
        return false;
    }
    return true;
}

static void close_image(const Image *image) {
    fs_unmap(image->data, image->size);
}

/* ---- the dynamic section ---- */

typedef struct Dynamic {
    const Elf64_Dyn *entries;
    size_t count;
    const char *strings;
    uint64_t strings_size;
} Dynamic;

/* File offset of an address, UINT64_MAX when no segment holds it. */
static uint64_t offset_of(const Image *image, uint64_t address) {
    for (size_t i = 0; i < image->header->e_phnum; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
            address - segment->p_vaddr < segment->p_filesz) {
            return segment->p_offset + (address - segment->p_vaddr);
        }
    }
    return UINT64_MAX;
}

static uint64_t dynamic_value(const Dynamic *dynamic, int64_t tag) {
    for (size_t i = 0; i < dynamic->count; i++) {
        if (dynamic->entries[i].d_tag == tag) {
            return dynamic->entries[i].d_un.d_val;
        }
    }
    return 0;
}

static bool read_dynamic(const Image *image, Dynamic *dynamic) {
    *dynamic = (Dynamic){0};
    for (size_t i = 0; i < image->header->e_phnum; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        if (segment->p_type == PT_DYNAMIC) {
            dynamic->entries = at_offset(image, segment->p_offset, segment->p_filesz);
            dynamic->count = segment->p_filesz / sizeof(Elf64_Dyn);
        }
    }
    if (dynamic->entries == NULL) {
        return false;
    }
    uint64_t offset = offset_of(image, dynamic_value(dynamic, DT_STRTAB));
    uint64_t size = dynamic_value(dynamic, DT_STRSZ);
    if (offset == UINT64_MAX || size == 0 || !in_file(image, offset, size) ||
        image->data[offset + size - 1] != '\0') {
        return false;
    }
    dynamic->strings = (const char *)image->data + offset;
    dynamic->strings_size = size;
    return true;
}

static const char *dynamic_text(const Dynamic *dynamic, uint64_t offset) {
    return offset < dynamic->strings_size ? dynamic->strings + offset : "";
}

bool elf_is_shared_object(const char *path) {
    Image image;
    if (!open_image(path, &image)) {
        return false;
    }
    Dynamic dynamic;
    bool shared =
        read_dynamic(&image, &dynamic) && (dynamic_value(&dynamic, DT_FLAGS_1) & DF_1_PIE) == 0;
    close_image(&image);
    return shared;
}

static void split_paths(Arena *arena, const char *text, StrVec *paths) {
    while (*text != '\0') {
        size_t length = strcspn(text, ":");
        if (length > 0) {
            vec_push(paths, arena_strndup(arena, text, length));
        }
        text += length + (text[length] == ':');
    }
}

/* The dynamic symbol table has no length of its own; the string table follows it in every linker's
 * output, and a symbol's name has to lie in it, so reading ends at whichever comes first. */
static const char *find_init(Arena *arena, const Image *image, const Dynamic *dynamic) {
    uint64_t offset = offset_of(image, dynamic_value(dynamic, DT_SYMTAB));
    uint64_t end = offset_of(image, dynamic_value(dynamic, DT_STRTAB));
    if (offset == UINT64_MAX || offset % 8 != 0) {
        return NULL;
    }
    if (end <= offset || end > image->size) {
        end = image->size;
    }
    size_t count = (end - offset) / sizeof(Elf64_Sym);
    const Elf64_Sym *symbols = (const Elf64_Sym *)(image->data + offset);
    for (size_t i = 1; i < count && symbols[i].st_name < dynamic->strings_size; i++) {
        const char *name = dynamic->strings + symbols[i].st_name;
        if (symbols[i].st_shndx != SHN_UNDEF && text_starts(name, "PyInit_")) {
            return arena_strdup(arena, name + strlen("PyInit_"));
        }
    }
    return NULL;
}

bool elf_read(Arena *arena, const char *path, ElfInfo *info) {
    *info = (ElfInfo){0};
    Image image;
    if (!open_image(path, &image)) {
        return false;
    }
    Dynamic dynamic;
    bool ok = read_dynamic(&image, &dynamic);
    info->has_run_path = ok && dynamic_value(&dynamic, DT_RUNPATH) != 0;
    for (size_t i = 0; ok && i < dynamic.count && dynamic.entries[i].d_tag != DT_NULL; i++) {
        const char *text = dynamic_text(&dynamic, dynamic.entries[i].d_un.d_val);
        switch (dynamic.entries[i].d_tag) {
        case DT_NEEDED: vec_push(&info->needed, arena_strdup(arena, text)); break;
        case DT_SONAME: info->soname = arena_strdup(arena, text); break;
        case DT_RUNPATH: split_paths(arena, text, &info->search_paths); break;
        case DT_RPATH: /* ld.so ignores it when there is a DT_RUNPATH */
            if (!info->has_run_path) {
                split_paths(arena, text, &info->search_paths);
            }
            break;
        }
    }
    if (ok) {
        info->init_name = find_init(arena, &image, &dynamic);
    }
    close_image(&image);
    return ok;
}

void elf_info_free(ElfInfo *info) {
    vec_free(&info->needed);
    vec_free(&info->search_paths);
}

/* ---- names in constants ---- */

static bool is_name_byte(uint8_t byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '.';
}

static void scan(const uint8_t *at, const uint8_t *end,
                 void (*each)(void *context, const char *name, size_t length), void *context) {
    enum { SHORTEST = 2, LONGEST = 120 };
    while (at < end) {
        const uint8_t *stop = memchr(at, '\0', (size_t)(end - at));
        if (stop == NULL) {
            return;
        }
        size_t length = (size_t)(stop - at);
        if (length >= SHORTEST && length <= LONGEST && is_name_byte(stop[-1])) {
            size_t good = 0;
            while (good < length && is_name_byte(at[good])) {
                good++;
            }
            if (good == length) {
                each(context, (const char *)at, length);
            }
        }
        at = stop + 1;
    }
}

/* Constants are in sections .rodata* and .data*; without section headers every byte is looked at.
 */
static bool scan_sections(const Image *image,
                          void (*each)(void *context, const char *name, size_t length),
                          void *context) {
    const Elf64_Ehdr *header = image->header;
    const Elf64_Shdr *sections =
        header->e_shentsize == sizeof(Elf64_Shdr)
            ? at_offset(image, header->e_shoff, (uint64_t)header->e_shnum * sizeof(Elf64_Shdr))
            : NULL;
    if (sections == NULL || header->e_shstrndx >= header->e_shnum) {
        return false;
    }
    const Elf64_Shdr *names = &sections[header->e_shstrndx];
    if (!in_file(image, names->sh_offset, names->sh_size) || names->sh_size == 0 ||
        image->data[names->sh_offset + names->sh_size - 1] != '\0') {
        return false;
    }
    for (size_t i = 0; i < header->e_shnum; i++) {
        const Elf64_Shdr *section = &sections[i];
        if (section->sh_type != SHT_PROGBITS || section->sh_name >= names->sh_size ||
            !in_file(image, section->sh_offset, section->sh_size)) {
            continue;
        }
        const char *name = (const char *)image->data + names->sh_offset + section->sh_name;
        if (text_starts(name, ".rodata") || text_starts(name, ".data")) {
            const uint8_t *start = image->data + section->sh_offset;
            scan(start, start + section->sh_size, each, context);
        }
    }
    return true;
}

bool elf_each_name(const char *path, void (*each)(void *context, const char *name, size_t length),
                   void *context) {
    Image image;
    if (!open_image(path, &image)) {
        return false;
    }
    if (!scan_sections(&image, each, context)) {
        scan(image.data, image.data + image.size, each, context);
    }
    close_image(&image);
    return true;
}
