/* rt_elf_reloc.c: relocations of one object.
 *
 * Order: RELR and relative ones (most of a library, no lookup), then those with symbols, then ifunc
 * resolvers, which may use everything relocated before. Functions are bound at once, as with
 * RTLD_NOW: it is what the interpreter asks for, and lookups are a small part of the time (see
 * docs/ARCHITECTURE.md). A reference that repeats (vtables name the same symbols hundreds of times)
 * is looked up once: answers are kept per symbol index while the object is relocated. */
#include "rt_elf.h"

#include <stdlib.h>
#include <string.h>

typedef struct Answer {
    RtDefinition definition;
    enum { ANSWER_NONE, ANSWER_DEFINED, ANSWER_WEAK_ABSENT } state;
} Answer;

typedef struct Relocator {
    RtObject *object;
    Answer *answers; /* by symbol index */
    uint32_t answer_count;
    size_t late_count; /* relocations left for the second pass */
} Relocator;

/* ---- references ---- */

/* Definitions that cannot be preempted: the object's own. */
static bool binds_locally(const ElfW(Sym) * symbol) {
    unsigned visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    return symbol->st_shndx != SHN_UNDEF &&
           (ELF64_ST_BIND(symbol->st_info) == STB_LOCAL || visibility != STV_DEFAULT);
}

static RtRelocationResult look_up(Relocator *relocator, uint32_t index, Answer *answer) {
    RtObject *object = relocator->object;
    const ElfW(Sym) *symbol = object->symbols.table + index;
    const char *name = object->symbols.strings + symbol->st_name;
    if (binds_locally(symbol)) {
        answer->definition =
            (RtDefinition){object, symbol, rt_symbol_address(&object->symbols, symbol)};
        answer->state = ANSWER_DEFINED;
        return RT_RELOCATED;
    }
    const RtVersion *version = rt_symbols_version_of(&object->symbols, index);
    RtWanted wanted;
    rt_wanted_init(&wanted, name, version);
    if (rt_scope_find(object, &wanted, &answer->definition)) {
        answer->state = ANSWER_DEFINED;
    } else if (ELF64_ST_BIND(symbol->st_info) == STB_WEAK) {
        answer->definition = (RtDefinition){NULL, NULL, 0};
        answer->state = ANSWER_WEAK_ABSENT;
    } else {
        rt_elf_fail("%s: undefined symbol: %s%s%s", object->path, name, version ? "@" : "",
                    version ? version->name : "");
        return RT_RELOCATION_FAILED;
    }
    return RT_RELOCATED;
}

static RtRelocationResult resolve(Relocator *relocator, const ElfW(Rela) * rela, Answer **answer) {
    uint32_t index = ELF64_R_SYM(rela->r_info);
    if (index >= relocator->answer_count) {
        rt_elf_fail("%s: a relocation names symbol %u, which is not there", relocator->object->path,
                    index);
        return RT_RELOCATION_FAILED;
    }
    *answer = &relocator->answers[index];
    return (*answer)->state == ANSWER_NONE ? look_up(relocator, index, *answer) : RT_RELOCATED;
}

static uintptr_t answer_address(const Answer *answer) {
    const RtDefinition *definition = &answer->definition;
    if (definition->object && ELF64_ST_TYPE(definition->symbol->st_info) == STT_GNU_IFUNC) {
        return rt_arch_resolve(definition->address);
    }
    return definition->address;
}

/* ---- thread-local storage ---- */

typedef struct TlsTarget {
    RtObject *object; /* NULL: a module of ld.so */
    size_t module;
    size_t offset;
    bool is_static;    /* for ld.so's modules */
    uintptr_t address; /* in this thread, for ld.so's modules */
} TlsTarget;

static RtRelocationResult tls_target(Relocator *relocator, const ElfW(Rela) * rela,
                                     TlsTarget *target) {
    RtObject *object = relocator->object;
    *target = (TlsTarget){.object = object, .offset = (size_t)rela->r_addend};
    if (ELF64_R_SYM(rela->r_info) != 0) {
        Answer *answer;
        RtRelocationResult result = resolve(relocator, rela, &answer);
        if (result != RT_RELOCATED) {
            return result;
        }
        const RtDefinition *definition = &answer->definition;
        if (!definition->object) {
            target->object = NULL;
            target->address = definition->address + (size_t)rela->r_addend;
            if (!definition->address || !rt_host_tls(definition->address, &target->module,
                                                     &target->offset, &target->is_static)) {
                rt_elf_fail("%s: thread-local symbol %s is not usable", object->path,
                            object->symbols.strings +
                                object->symbols.table[ELF64_R_SYM(rela->r_info)].st_name);
                return RT_RELOCATION_FAILED;
            }
            target->offset += (size_t)rela->r_addend;
            return RT_RELOCATED;
        }
        target->object = definition->object;
        target->offset += definition->symbol->st_value;
    }
    if (target->object->tls.size == 0) {
        rt_elf_fail("%s: a relocation needs thread-local storage that is not there", object->path);
        return RT_RELOCATION_FAILED;
    }
    target->module = rt_tls_module_id(target->object);
    return RT_RELOCATED;
}

static RtRelocationResult beyond_us(const RtObject *object, const char *what) {
    rt_elf_fail("%s: %s", object->path, what);
    return RT_RELOCATION_BEYOND_US;
}

static RtRelocationResult relocate_tls(Relocator *relocator, const ElfW(Rela) * rela,
                                       RtRelocationKind kind, uintptr_t *place) {
    const RtObject *object = relocator->object;
    TlsTarget target;
    RtRelocationResult result = tls_target(relocator, rela, &target);
    if (result != RT_RELOCATED) {
        return result;
    }
    switch (kind) {
    case RT_RELOCATION_TLS_MODULE: *place = target.module; break;
    case RT_RELOCATION_TLS_OFFSET: *place = target.offset; break;
    case RT_RELOCATION_TLS_STATIC:
        if (target.object ? !rt_tls_make_static(target.object) : !target.is_static) {
            return beyond_us(object, "its initial-exec thread-local storage does not fit");
        }
        *place = target.object ? (uintptr_t)rt_tls_static_offset(target.object) + target.offset
                               : target.address - rt_arch_thread_pointer();
        break;
    default:
        if (!target.object) {
            return beyond_us(object, "a TLS descriptor names a variable of a host library");
        }
        if (!rt_arch_tls_descriptor(place, target.object, target.offset)) {
            return RT_RELOCATION_FAILED;
        }
    }
    return RT_RELOCATED;
}

/* ---- one relocation ---- */

static RtRelocationResult relocate_symbol(Relocator *relocator, const ElfW(Rela) * rela,
                                          RtRelocationKind kind, uintptr_t *place) {
    Answer *answer;
    RtRelocationResult result = resolve(relocator, rela, &answer);
    if (result != RT_RELOCATED) {
        return result;
    }
    uintptr_t value = answer_address(answer) + (uintptr_t)rela->r_addend;
    const ElfW(Sym) *symbol = answer->definition.symbol
                                  ? answer->definition.symbol
                                  : relocator->object->symbols.table + ELF64_R_SYM(rela->r_info);
    uint32_t narrow = 0;
    bool fits = true;
    switch (kind) {
    case RT_RELOCATION_ABSOLUTE:
    case RT_RELOCATION_GOT: *place = value; return RT_RELOCATED;
    case RT_RELOCATION_PC64: *place = value - (uintptr_t)place; return RT_RELOCATED;
    case RT_RELOCATION_SIZE64:
        *place = symbol->st_size + (uintptr_t)rela->r_addend;
        return RT_RELOCATED;
    case RT_RELOCATION_SIZE32:
        narrow = (uint32_t)(symbol->st_size + (uintptr_t)rela->r_addend);
        break;
    case RT_RELOCATION_ABSOLUTE32:
        narrow = (uint32_t)value;
        fits = narrow == value;
        break;
    default: {
        intptr_t distance = (intptr_t)(value - (uintptr_t)place);
        narrow = (uint32_t)distance;
        fits = (int32_t)distance == distance;
    }
    }
    if (!fits) {
        return beyond_us(relocator->object, "a 32-bit reference reaches too far");
    }
    memcpy(place, &narrow, sizeof narrow);
    return RT_RELOCATED;
}

static RtRelocationResult relocate_one(Relocator *relocator, const ElfW(Rela) * rela, bool late) {
    RtObject *object = relocator->object;
    uint32_t type = ELF64_R_TYPE(rela->r_info);
    RtRelocationKind kind = rt_arch_relocation_kind(type);
    uintptr_t *place = (uintptr_t *)(object->base + rela->r_offset);
    if ((kind == RT_RELOCATION_IRELATIVE) != late) {
        relocator->late_count += !late;
        return RT_RELOCATED;
    }
    switch (kind) {
    case RT_RELOCATION_NONE: return RT_RELOCATED;
    case RT_RELOCATION_RELATIVE:
        *place = object->base + (uintptr_t)rela->r_addend;
        return RT_RELOCATED;
    case RT_RELOCATION_IRELATIVE:
        *place = rt_arch_resolve(object->base + (uintptr_t)rela->r_addend);
        return RT_RELOCATED;
    case RT_RELOCATION_TLS_MODULE:
    case RT_RELOCATION_TLS_OFFSET:
    case RT_RELOCATION_TLS_STATIC:
    case RT_RELOCATION_TLS_DESCRIPTOR: return relocate_tls(relocator, rela, kind, place);
    case RT_RELOCATION_UNSUPPORTED:
        rt_elf_fail("%s: relocation %s (%u) cannot be done in place", object->path,
                    rt_arch_relocation_name(type), type);
        return RT_RELOCATION_BEYOND_US;
    default: return relocate_symbol(relocator, rela, kind, place);
    }
}

static RtRelocationResult relocate_table(Relocator *relocator, const ElfW(Rela) * table,
                                         size_t count, bool late) {
    for (size_t i = 0; i < count; i++) {
        RtRelocationResult result = relocate_one(relocator, &table[i], late);
        if (result != RT_RELOCATED) {
            return result;
        }
    }
    return RT_RELOCATED;
}

/* An even entry is an address to relocate; an odd one is a bitmap over the words that follow it. */
static void relocate_relr(const RtObject *object) {
    enum { BITMAP_WORDS = 8 * sizeof(ElfW(Addr)) - 1 };
    uintptr_t *next = NULL;
    for (size_t i = 0; i < object->relocations.relr_count; i++) {
        ElfW(Addr) entry = object->relocations.relr[i];
        if (!(entry & 1)) {
            next = (uintptr_t *)(object->base + entry);
            *next++ += object->base;
            continue;
        }
        for (size_t bit = 0; bit < BITMAP_WORDS; bit++) {
            if ((entry >> (bit + 1)) & 1) {
                next[bit] += object->base;
            }
        }
        next += BITMAP_WORDS;
    }
}

/* ---- the object ---- */

static uint32_t highest_in(const ElfW(Rela) * table, size_t count, uint32_t highest) {
    for (size_t i = 0; i < count; i++) {
        uint32_t symbol = ELF64_R_SYM(table[i].r_info);
        highest = symbol > highest ? symbol : highest;
    }
    return highest;
}

static uint32_t highest_symbol(const RtRelocations *relocations) {
    size_t skip = relocations->relative_count < relocations->rela_count
                      ? relocations->relative_count
                      : relocations->rela_count;
    uint32_t highest = highest_in(relocations->rela + skip, relocations->rela_count - skip, 0);
    return highest_in(relocations->plt, relocations->plt_count, highest);
}

/* The linker sorts relative relocations to the front and counts them: no need to look at each. */
static size_t relocate_relative(const RtObject *object) {
    const RtRelocations *relocations = &object->relocations;
    size_t count = relocations->relative_count < relocations->rela_count
                       ? relocations->relative_count
                       : relocations->rela_count;
    size_t i = 0;
    while (i < count && rt_arch_relocation_kind(ELF64_R_TYPE(relocations->rela[i].r_info)) ==
                            RT_RELOCATION_RELATIVE) {
        *(uintptr_t *)(object->base + relocations->rela[i].r_offset) =
            object->base + (uintptr_t)relocations->rela[i].r_addend;
        i++;
    }
    return i;
}

static RtRelocationResult relocate_all(Relocator *relocator) {
    const RtRelocations *relocations = &relocator->object->relocations;
    relocate_relr(relocator->object);
    size_t done = relocate_relative(relocator->object);
    RtRelocationResult result = RT_RELOCATED;
    for (int late = 0; late < 2 && result == RT_RELOCATED; late++) {
        if (late && relocator->late_count == 0) {
            break;
        }
        result = relocate_table(relocator, relocations->rela + done, relocations->rela_count - done,
                                late != 0);
        if (result == RT_RELOCATED) {
            result = relocate_table(relocator, relocations->plt, relocations->plt_count, late != 0);
        }
    }
    return result;
}

RtRelocationResult rt_elf_relocate(RtObject *object) {
    Relocator relocator = {.object = object,
                           .answer_count = highest_symbol(&object->relocations) + 1};
    relocator.answers = calloc(relocator.answer_count, sizeof *relocator.answers);
    if (!relocator.answers) {
        rt_elf_fail("%s: out of memory", object->path);
        return RT_RELOCATION_FAILED;
    }
    RtRelocationResult result = RT_RELOCATION_FAILED;
    if (!object->text_relocations || rt_elf_protect_text(object, true)) {
        result = relocate_all(&relocator);
    }
    if (result == RT_RELOCATED &&
        ((object->text_relocations && !rt_elf_protect_text(object, false)) ||
         !rt_elf_protect_relro(object))) {
        result = RT_RELOCATION_FAILED;
    }
    free(relocator.answers);
    return result;
}
