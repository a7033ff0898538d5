/* rt_elf_map.c: from a file in the image to mapped segments.
 *
 * A node with IMAGE_NODE_MAPPED lies page aligned in the executable, so its segments are mapped
 * from the executable's file just as ld.so maps a library: nothing is copied, pages are shared with
 * other processes. Where that cannot be (no descriptor, a node in a block) the segments are
 * anonymous memory with a copy of the bytes.
 *
 *     reserve [start, end) PROT_NONE, aligned to the largest p_align
 *       each PT_LOAD:  file pages | rest of the last page zeroed | anonymous pages up to p_memsz
 *     after relocation: PT_GNU_RELRO becomes read-only */
#include "rt_elf.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uintptr_t page_down(uintptr_t value) {
    return value & ~(uintptr_t)(IMAGE_PAGE - 1);
}

static uintptr_t page_up(uintptr_t value) {
    return page_down(value + IMAGE_PAGE - 1);
}

static int protection(uint32_t flags) {
    return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) |
           (flags & PF_X ? PROT_EXEC : 0);
}

/* ---- headers ---- */

typedef struct Source {
    const uint8_t *bytes; /* the whole file */
    size_t size;
    bool owned;
    int descriptor;       /* -1: copy from bytes */
    uint64_t file_offset; /* of the node in the executable */
} Source;

static bool check_header(const RtObject *object, const Source *source) {
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)source->bytes;
    if (source->size < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) {
        return rt_elf_fail("%s: not an ELF file", object->path);
    }
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_machine != RT_ARCH_MACHINE) {
        return rt_elf_fail("%s: built for another processor", object->path);
    }
    if (header->e_type != ET_DYN) {
        return rt_elf_fail("%s: not a shared object", object->path);
    }
    if (header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phnum == 0 ||
        header->e_phoff > source->size ||
        header->e_phnum > (source->size - header->e_phoff) / sizeof(ElfW(Phdr))) {
        return rt_elf_fail("%s: damaged program headers", object->path);
    }
    return true;
}

static bool check_segment(const RtObject *object, const Source *source,
                          const ElfW(Phdr) * segment) {
    bool inside =
        segment->p_offset <= source->size && segment->p_filesz <= source->size - segment->p_offset;
    bool power = (segment->p_align & (segment->p_align - 1)) == 0;
    if (!inside || !power || segment->p_filesz > segment->p_memsz ||
        segment->p_memsz > (uintptr_t)1 << 46 || segment->p_vaddr > (uintptr_t)1 << 46 ||
        (segment->p_vaddr - segment->p_offset) % IMAGE_PAGE != 0) {
        return rt_elf_fail("%s: damaged or truncated segment", object->path);
    }
    return true;
}

static bool read_segments(RtObject *object, const Source *source) {
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)source->bytes;
    size_t bytes = header->e_phnum * sizeof(ElfW(Phdr));
    object->segments = malloc(bytes);
    if (!object->segments) {
        return rt_elf_fail("%s: out of memory", object->path);
    }
    memcpy(object->segments, source->bytes + header->e_phoff, bytes);
    object->segment_count = header->e_phnum;
    return true;
}

/* ---- memory ---- */

/* Address space for all segments, at an address that suits the largest alignment. */
static bool reserve(RtObject *object, const Source *source) {
    uintptr_t low = UINTPTR_MAX;
    uintptr_t high = 0;
    uintptr_t align = IMAGE_PAGE;
    for (size_t i = 0; i < object->segment_count; i++) {
        const ElfW(Phdr) *segment = &object->segments[i];
        if (segment->p_type != PT_LOAD) {
            continue;
        }
        if (!check_segment(object, source, segment)) {
            return false;
        }
        low = page_down(segment->p_vaddr) < low ? page_down(segment->p_vaddr) : low;
        uintptr_t end = page_up(segment->p_vaddr + segment->p_memsz);
        high = end > high ? end : high;
        align = segment->p_align > align ? segment->p_align : align;
    }
    if (low >= high) {
        return rt_elf_fail("%s: has no loadable segment", object->path);
    }
    low &= ~(align - 1);
    size_t size = high - low;
    size_t slack = align - IMAGE_PAGE;
    char *memory =
        mmap(NULL, size + slack, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return rt_elf_fail("%s: no address space for %zu bytes", object->path, size);
    }
    uintptr_t start = ((uintptr_t)memory + align - 1) & ~(align - 1);
    size_t before = start - (uintptr_t)memory;
    if (before) {
        munmap(memory, before);
    }
    if (slack - before) {
        munmap((void *)(start + size), slack - before);
    }
    object->start = start;
    object->end = start + size;
    object->base = start - low;
    return true;
}

static bool copy_segment(const RtObject *object, const Source *source, const ElfW(Phdr) * segment) {
    uintptr_t first = object->base + page_down(segment->p_vaddr);
    uintptr_t end = page_up(object->base + segment->p_vaddr + segment->p_memsz);
    if (mprotect((void *)first, end - first, PROT_READ | PROT_WRITE) != 0) {
        return rt_elf_fail("%s: cannot get memory for a segment: %m", object->path);
    }
    memcpy((void *)(object->base + segment->p_vaddr), source->bytes + segment->p_offset,
           segment->p_filesz);
    if (mprotect((void *)first, end - first, protection(segment->p_flags)) != 0) {
        return rt_elf_fail("%s: cannot protect a segment: %m", object->path);
    }
    return true;
}

/* Bytes behind p_filesz read as zero: the rest of the last file page, then anonymous pages. */
static bool clear_tail(const RtObject *object, const ElfW(Phdr) * segment) {
    uintptr_t from = object->base + segment->p_vaddr + segment->p_filesz;
    uintptr_t file_end = page_up(from);
    uintptr_t end = page_up(object->base + segment->p_vaddr + segment->p_memsz);
    int prot = protection(segment->p_flags);
    if (segment->p_memsz == segment->p_filesz) {
        return true;
    }
    if (from < file_end) {
        void *page = (void *)page_down(from);
        if (!(prot & PROT_WRITE) && mprotect(page, IMAGE_PAGE, prot | PROT_WRITE) != 0) {
            return rt_elf_fail("%s: cannot clear a segment's end: %m", object->path);
        }
        memset((void *)from, 0, file_end - from);
        if (!(prot & PROT_WRITE)) {
            mprotect(page, IMAGE_PAGE, prot);
        }
    }
    if (file_end < end && mmap((void *)file_end, end - file_end, prot,
                               MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) {
        return rt_elf_fail("%s: cannot get memory for uninitialised data: %m", object->path);
    }
    return true;
}

static bool map_segment(const RtObject *object, const Source *source, const ElfW(Phdr) * segment) {
    if (source->descriptor < 0) {
        return copy_segment(object, source, segment);
    }
    uintptr_t lead = segment->p_vaddr - page_down(segment->p_vaddr);
    void *first = (void *)(object->base + page_down(segment->p_vaddr));
    if (segment->p_filesz != 0 &&
        mmap(first, segment->p_filesz + lead, protection(segment->p_flags), MAP_PRIVATE | MAP_FIXED,
             source->descriptor,
             (off_t)(source->file_offset + segment->p_offset - lead)) == MAP_FAILED) {
        return rt_elf_fail("%s: cannot map a segment from the executable: %m", object->path);
    }
    return clear_tail(object, segment);
}

static bool map_segments(RtObject *object, const Source *source) {
    for (size_t i = 0; i < object->segment_count; i++) {
        const ElfW(Phdr) *segment = &object->segments[i];
        if (segment->p_type == PT_LOAD && !map_segment(object, source, segment)) {
            return false;
        }
    }
    return true;
}

/* ---- what the segments and the dynamic section say ---- */

static void note_segments(RtObject *object) {
    for (size_t i = 0; i < object->segment_count; i++) {
        const ElfW(Phdr) *segment = &object->segments[i];
        uintptr_t address = object->base + segment->p_vaddr;
        switch (segment->p_type) {
        case PT_DYNAMIC: object->dynamic = (const ElfW(Dyn) *)address; break;
        case PT_GNU_EH_FRAME: object->eh_frame_header = (const void *)address; break;
        case PT_TLS:
            object->tls.image = (const uint8_t *)address;
            object->tls.image_size = segment->p_filesz;
            object->tls.size = segment->p_memsz;
            object->tls.align = segment->p_align ? segment->p_align : 1;
            break;
        default: break;
        }
    }
}

static void note_flags(RtObject *object, const ElfW(Dyn) * entry) {
    if (entry->d_tag == DT_FLAGS) {
        object->symbolic |= (entry->d_un.d_val & DF_SYMBOLIC) != 0;
        object->static_tls |= (entry->d_un.d_val & DF_STATIC_TLS) != 0;
        object->text_relocations |= (entry->d_un.d_val & DF_TEXTREL) != 0;
    }
    object->symbolic |= entry->d_tag == DT_SYMBOLIC;
    object->text_relocations |= entry->d_tag == DT_TEXTREL;
}

static void note_relocations(RtRelocations *relocations, uintptr_t base, const ElfW(Dyn) * entry) {
    const void *pointer = (const void *)(base + entry->d_un.d_ptr);
    switch (entry->d_tag) {
    case DT_RELA: relocations->rela = pointer; break;
    case DT_RELASZ: relocations->rela_count = entry->d_un.d_val / sizeof(ElfW(Rela)); break;
    case DT_RELACOUNT: relocations->relative_count = entry->d_un.d_val; break;
    case DT_JMPREL: relocations->plt = pointer; break;
    case DT_PLTRELSZ: relocations->plt_count = entry->d_un.d_val / sizeof(ElfW(Rela)); break;
    case DT_RELR: relocations->relr = pointer; break;
    case DT_RELRSZ: relocations->relr_count = entry->d_un.d_val / sizeof(ElfW(Addr)); break;
    default: break;
    }
}

static bool note_dynamic(RtObject *object) {
    if (!object->dynamic) {
        return rt_elf_fail("%s: has no dynamic section", object->path);
    }
    rt_symbols_read(&object->symbols, object->base, object->dynamic, false);
    if (!object->symbols.table || !object->symbols.strings) {
        return rt_elf_fail("%s: has no dynamic symbol table", object->path);
    }
    for (const ElfW(Dyn) *entry = object->dynamic; entry->d_tag != DT_NULL; entry++) {
        const char *text = object->symbols.strings + entry->d_un.d_val;
        note_relocations(&object->relocations, object->base, entry);
        note_flags(object, entry);
        switch (entry->d_tag) {
        case DT_SONAME: object->soname = text; break;
        case DT_RUNPATH: object->run_path = text; break;
        case DT_RPATH: object->rpath = text; break;
        default: break;
        }
    }
    object->map.l_addr = object->base;
    object->map.l_name = object->path;
    object->map.l_ld = (ElfW(Dyn) *)object->dynamic;
    return rt_symbols_versions(&object->symbols);
}

/* ---- the whole ---- */

static bool open_source(const RtObject *object, int *descriptor, Source *source) {
    const ImageNode *node = &rt_image.nodes[object->node];
    *source = (Source){.descriptor = -1, .size = node->size};
    source->bytes = rt_node_data(object->node, &source->owned);
    if (!source->bytes) {
        return rt_elf_fail("%s: cannot be read from the executable", object->path);
    }
    uint64_t offset = rt_image.file_offset + node->data;
    if ((node->flags & IMAGE_NODE_MAPPED) && node->block == IMAGE_NONE &&
        offset % IMAGE_PAGE == 0) {
        if (*descriptor < 0) {
            *descriptor = rt_image_reopen();
        }
        source->descriptor = *descriptor;
        source->file_offset = offset;
    }
    return true;
}

bool rt_elf_map(RtObject *object, int *descriptor) {
    Source source;
    if (!open_source(object, descriptor, &source)) {
        return false;
    }
    bool good = check_header(object, &source) && read_segments(object, &source) &&
                reserve(object, &source) && map_segments(object, &source);
    if (source.owned) {
        free((void *)source.bytes);
    }
    if (good) {
        note_segments(object);
        good = note_dynamic(object);
    }
    return good;
}

void rt_elf_unmap(RtObject *object) {
    if (object->start) {
        munmap((void *)object->start, object->end - object->start);
    }
    free(object->segments);
    free(object->symbols.versions);
    object->segments = NULL;
    object->symbols = (RtSymbols){0};
    object->start = object->end = object->base = 0;
}

bool rt_elf_protect_text(const RtObject *object, bool writable) {
    for (size_t i = 0; i < object->segment_count; i++) {
        const ElfW(Phdr) *segment = &object->segments[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) {
            continue;
        }
        uintptr_t first = object->base + page_down(segment->p_vaddr);
        uintptr_t end = page_up(object->base + segment->p_vaddr + segment->p_memsz);
        int prot = writable ? PROT_READ | PROT_WRITE : protection(segment->p_flags);
        if (mprotect((void *)first, end - first, prot) != 0) {
            return rt_elf_fail("%s: cannot relocate its code: %m", object->path);
        }
    }
    return true;
}

bool rt_elf_protect_relro(const RtObject *object) {
    for (size_t i = 0; i < object->segment_count; i++) {
        const ElfW(Phdr) *segment = &object->segments[i];
        if (segment->p_type != PT_GNU_RELRO) {
            continue;
        }
        /* The end is rounded down: data that may change can share the last page. */
        uintptr_t first = page_down(object->base + segment->p_vaddr);
        uintptr_t end = page_down(object->base + segment->p_vaddr + segment->p_memsz);
        if (first < end && mprotect((void *)first, end - first, PROT_READ) != 0) {
            return rt_elf_fail("%s: cannot protect relocated data: %m", object->path);
        }
    }
    return true;
}
