/* Just enough ELF: where a section lies in the file, which symbols an object imports and exports.
 */
#ifndef PYC2C_CODEGEN_ELF_SECTION_H
#define PYC2C_CODEGEN_ELF_SECTION_H

#include <stdbool.h>
#include <stdint.h>

typedef enum ElfResult {
    ELF_FOUND,
    ELF_NO_SECTION,
    ELF_DAMAGED, /* an ELF file whose tables point outside of it */
    ELF_FOREIGN  /* no 64-bit little-endian ELF file */
} ElfResult;

/* Looks `name` up among the section headers of the ELF image `data`. The range is within `size`. */
ElfResult elf_find_section(const uint8_t *data, uint64_t size, const char *name, uint64_t *offset,
                           uint64_t *length);

typedef enum ElfSymbols {
    ELF_WANTED,   /* imported from others */
    ELF_DEFINED,  /* exported to others */
    ELF_REQUIRED, /* imported, and the object cannot be loaded without */
} ElfSymbols;

/* Names in the dynamic symbol table. Does nothing for a file that is no ELF object or has none. */
void elf_each_symbol(const uint8_t *data, uint64_t size, ElfSymbols which,
                     void (*each)(const char *name, void *context), void *context);

#endif
