#include "elf_section.h"

#include <elf.h>
#include <string.h>

static bool within(uint64_t offset, uint64_t length, uint64_t size) {
    return offset <= size && length <= size - offset;
}

ElfResult elf_find_section(const uint8_t *data, uint64_t size, const char *name, uint64_t *offset,
                           uint64_t *length) {
    Elf64_Ehdr header;
    if (size < sizeof(header)) {
        return ELF_FOREIGN;
    }
    memcpy(&header, data, sizeof(header));
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_ident[EI_DATA] != ELFDATA2LSB) {
        return ELF_FOREIGN;
    }
    if (header.e_shoff == 0 || header.e_shnum == 0) {
        return ELF_NO_SECTION;
    }
    uint64_t table_size = (uint64_t)header.e_shnum * sizeof(Elf64_Shdr);
    if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shstrndx >= header.e_shnum ||
        !within(header.e_shoff, table_size, size)) {
        return ELF_DAMAGED;
    }
    Elf64_Shdr names;
    memcpy(&names, data + header.e_shoff + header.e_shstrndx * sizeof(names), sizeof(names));
    if (!within(names.sh_offset, names.sh_size, size)) {
        return ELF_DAMAGED;
    }
    size_t name_size = strlen(name) + 1;
    for (unsigned i = 0; i < header.e_shnum; i++) {
        Elf64_Shdr section;
        memcpy(&section, data + header.e_shoff + i * sizeof(section), sizeof(section));
        if (!within(section.sh_name, name_size, names.sh_size) ||
            memcmp(data + names.sh_offset + section.sh_name, name, name_size) != 0) {
            continue;
        }
        if (section.sh_type == SHT_NOBITS || !within(section.sh_offset, section.sh_size, size)) {
            return ELF_DAMAGED;
        }
        *offset = section.sh_offset;
        *length = section.sh_size;
        return ELF_FOUND;
    }
    return ELF_NO_SECTION;
}

void elf_each_symbol(const uint8_t *data, uint64_t size, ElfSymbols which,
                     void (*each)(const char *name, void *context), void *context) {
    uint64_t symbols = 0;
    uint64_t symbols_size = 0;
    uint64_t strings = 0;
    uint64_t strings_size = 0;
    if (elf_find_section(data, size, ".dynsym", &symbols, &symbols_size) != ELF_FOUND ||
        elf_find_section(data, size, ".dynstr", &strings, &strings_size) != ELF_FOUND ||
        strings_size == 0 || data[strings + strings_size - 1] != '\0') {
        return;
    }
    for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols_size; at += sizeof(Elf64_Sym)) {
        Elf64_Sym symbol;
        memcpy(&symbol, data + symbols + at, sizeof(symbol));
        bool defined = symbol.st_shndx != SHN_UNDEF;
        bool weak = ELF64_ST_BIND(symbol.st_info) == STB_WEAK;
        if (defined == (which == ELF_DEFINED) && !(weak && which == ELF_REQUIRED) &&
            symbol.st_name != 0 && symbol.st_name < strings_size) {
            each((const char *)data + strings + symbol.st_name, context);
        }
    }
}
