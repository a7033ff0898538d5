/* rt_elf_symbols.c: dynamic symbol tables — finding them, their hash tables and symbol versions.
 *
 * Used for our own objects and, to ask ld.so less often, for its objects as well. The rules for
 * versions are those of the System V gABI supplement for symbol versioning: a reference with a
 * version gets the definition of that version, or an unversioned one; a reference without a version
 * gets the base definition, or the only versioned one that is not hidden. */
#include "rt_elf.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION_HIDDEN = 0x8000, VERSION_INDEX = 0x7fff };

static const void *table_pointer(uintptr_t base, ElfW(Addr) value, bool relocated) {
    /* ld.so leaves read-only dynamic sections (the vDSO's) alone: small values are still offsets.
     */
    return (const void *)(relocated && value >= base ? value : base + value);
}

void rt_symbols_read(RtSymbols *symbols, uintptr_t base, const ElfW(Dyn) * dynamic,
                     bool relocated) {
    *symbols = (RtSymbols){.base = base};
    for (const ElfW(Dyn) *entry = dynamic; entry->d_tag != DT_NULL; entry++) {
        const void *pointer = table_pointer(base, entry->d_un.d_ptr, relocated);
        switch (entry->d_tag) {
        case DT_SYMTAB: symbols->table = pointer; break;
        case DT_STRTAB: symbols->strings = pointer; break;
        case DT_GNU_HASH: symbols->gnu_hash = pointer; break;
        case DT_HASH: symbols->sysv_hash = pointer; break;
        case DT_VERSYM: symbols->version_indices = pointer; break;
        case DT_VERDEF: symbols->definitions = pointer; break;
        case DT_VERNEED: symbols->needs = pointer; break;
        default: break;
        }
    }
}

/* Both chains are linked by byte offsets, 0 at the end. */
static const void *chain_next(const void *entry, uint32_t offset) {
    return offset ? (const char *)entry + offset : NULL;
}

static uint32_t highest_version(const RtSymbols *symbols) {
    uint32_t highest = 1;
    for (const ElfW(Verdef) *def = symbols->definitions; def; def = chain_next(def, def->vd_next)) {
        uint32_t index = def->vd_ndx & VERSION_INDEX;
        highest = index > highest ? index : highest;
    }
    for (const ElfW(Verneed) *need = symbols->needs; need; need = chain_next(need, need->vn_next)) {
        for (const ElfW(Vernaux) *aux = chain_next(need, need->vn_aux); aux;
             aux = chain_next(aux, aux->vna_next)) {
            uint32_t index = aux->vna_other & VERSION_INDEX;
            highest = index > highest ? index : highest;
        }
    }
    return highest;
}

bool rt_symbols_versions(RtSymbols *symbols) {
    if (!symbols->version_indices || (!symbols->definitions && !symbols->needs)) {
        return true;
    }
    symbols->version_count = highest_version(symbols) + 1;
    symbols->versions = calloc(symbols->version_count, sizeof *symbols->versions);
    if (!symbols->versions) {
        return rt_elf_fail("out of memory for symbol versions");
    }
    for (const ElfW(Verdef) *def = symbols->definitions; def; def = chain_next(def, def->vd_next)) {
        if (!(def->vd_flags & VER_FLG_BASE)) {
            const ElfW(Verdaux) *aux = chain_next(def, def->vd_aux);
            symbols->versions[def->vd_ndx & VERSION_INDEX] =
                (RtVersion){.name = symbols->strings + aux->vda_name, .hash = def->vd_hash};
        }
    }
    for (const ElfW(Verneed) *need = symbols->needs; need; need = chain_next(need, need->vn_next)) {
        for (const ElfW(Vernaux) *aux = chain_next(need, need->vn_aux); aux;
             aux = chain_next(aux, aux->vna_next)) {
            symbols->versions[aux->vna_other & VERSION_INDEX] =
                (RtVersion){.name = symbols->strings + aux->vna_name,
                            .hash = aux->vna_hash,
                            .hidden = (aux->vna_other & VERSION_HIDDEN) != 0};
        }
    }
    return true;
}

const RtVersion *rt_symbols_version_of(const RtSymbols *symbols, uint32_t index) {
    if (!symbols->versions) {
        return NULL;
    }
    uint32_t version = symbols->version_indices[index] & VERSION_INDEX;
    if (version >= symbols->version_count || !symbols->versions[version].name) {
        return NULL;
    }
    return &symbols->versions[version];
}

/* ---- the two hash tables ---- */

/* nbuckets, symoffset, bloom_size, bloom_shift, bloom[bloom_size], buckets[nbuckets], chains[] */
typedef struct GnuHash {
    uint32_t bucket_count;
    uint32_t first_symbol;
    uint32_t bloom_size;
    uint32_t bloom_shift;
    const ElfW(Addr) * bloom;
    const uint32_t *buckets;
    const uint32_t *chains; /* chains[symbol - first_symbol] */
} GnuHash;

static GnuHash gnu_hash_of(const uint32_t *table) {
    GnuHash hash = {table[0], table[1], table[2], table[3], (const ElfW(Addr) *)(table + 4),
                    NULL,     NULL};
    hash.buckets = (const uint32_t *)(hash.bloom + hash.bloom_size);
    hash.chains = hash.buckets + hash.bucket_count;
    return hash;
}

static uint32_t gnu_count(const uint32_t *table) {
    GnuHash hash = gnu_hash_of(table);
    uint32_t last = 0;
    for (uint32_t i = 0; i < hash.bucket_count; i++) {
        last = hash.buckets[i] > last ? hash.buckets[i] : last;
    }
    if (last < hash.first_symbol) {
        return hash.first_symbol;
    }
    while (!(hash.chains[last - hash.first_symbol] & 1)) {
        last++;
    }
    return last + 1;
}

uint32_t rt_symbols_count(const RtSymbols *symbols) {
    if (symbols->sysv_hash) {
        return symbols->sysv_hash[1];
    }
    return symbols->gnu_hash ? gnu_count(symbols->gnu_hash) : 0;
}

void rt_wanted_init(RtWanted *wanted, const char *name, const RtVersion *version) {
    uint32_t hash = 5381;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
        hash = hash * 33 + *c;
    }
    *wanted = (RtWanted){name, hash, version, false};
}

uint32_t rt_symbols_sysv_hash(const char *name) {
    uint32_t hash = 0;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
        hash = (hash << 4) + *c;
        hash = (hash ^ ((hash & 0xf0000000) >> 24)) & 0x0fffffff;
    }
    return hash;
}

/* ---- choosing among the definitions of a name ---- */

static bool is_definition(const RtSymbols *symbols, const ElfW(Sym) * symbol) {
    unsigned binding = ELF64_ST_BIND(symbol->st_info);
    unsigned type = ELF64_ST_TYPE(symbol->st_info);
    unsigned visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    bool plt = symbols->takes_plt && type == STT_FUNC;
    if ((symbol->st_shndx == SHN_UNDEF && !plt) || visibility == STV_HIDDEN ||
        visibility == STV_INTERNAL) {
        return false;
    }
    if (symbol->st_value == 0 && type != STT_TLS && symbol->st_shndx != SHN_ABS) {
        return false;
    }
    return (binding == STB_GLOBAL || binding == STB_WEAK || binding == STB_GNU_UNIQUE) &&
           type != STT_SECTION && type != STT_FILE;
}

typedef struct Choice {
    const ElfW(Sym) * versioned; /* a default definition that a reference without version may get */
    unsigned count;
} Choice;

#ifdef RT_SANITIZED
/* Sanitizers replace strcmp, and ask for functions before theirs works. */
static bool same_name(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}
#else
static bool same_name(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}
#endif

/* True when this definition settles the search. */
static bool settles(const RtSymbols *symbols, uint32_t index, const RtWanted *wanted,
                    Choice *choice) {
    const ElfW(Sym) *symbol = symbols->table + index;
    if (!is_definition(symbols, symbol) ||
        !same_name(symbols->strings + symbol->st_name, wanted->name)) {
        return false;
    }
    if (!symbols->versions) {
        return true;
    }
    uint32_t entry = symbols->version_indices[index];
    uint32_t number = entry & VERSION_INDEX;
    const RtVersion *have = number < symbols->version_count ? &symbols->versions[number] : NULL;
    if (wanted->version) {
        if (have && have->name) {
            return have->hash == wanted->version->hash &&
                   same_name(have->name, wanted->version->name);
        }
        return !wanted->version->hidden && !(entry & VERSION_HIDDEN);
    }
    if (number < (wanted->newest ? 2u : 3u)) {
        return true;
    }
    if (!(entry & VERSION_HIDDEN) && choice->count++ == 0) {
        choice->versioned = symbol;
    }
    return false;
}

/* The filter of a GNU hash table: false when the object does not have the name. Most searches end
 * here, in one object after the other. */
static bool may_have(const uint32_t *table, uint32_t hash) {
    enum { WORD_BITS = 8 * sizeof(ElfW(Addr)) };
    const ElfW(Addr) *bloom = (const ElfW(Addr) *)(table + 4);
    ElfW(Addr) word = bloom[(hash / WORD_BITS) & (table[2] - 1)];
    return (word >> (hash % WORD_BITS)) & (word >> ((hash >> table[3]) % WORD_BITS)) & 1;
}

static const ElfW(Sym) *
    find_gnu(const RtSymbols *symbols, const RtWanted *wanted, Choice *choice) {
    GnuHash hash = gnu_hash_of(symbols->gnu_hash);
    uint32_t value = wanted->gnu_hash;
    if (hash.bucket_count == 0) {
        return NULL;
    }
    uint32_t index = hash.buckets[value % hash.bucket_count];
    if (index == 0) {
        return NULL;
    }
    for (;; index++) {
        uint32_t chain = hash.chains[index - hash.first_symbol];
        if ((chain | 1) == (value | 1) && settles(symbols, index, wanted, choice)) {
            return symbols->table + index;
        }
        if (chain & 1) {
            return NULL;
        }
    }
}

static const ElfW(Sym) *
    find_sysv(const RtSymbols *symbols, const RtWanted *wanted, Choice *choice) {
    uint32_t bucket_count = symbols->sysv_hash[0];
    const uint32_t *buckets = symbols->sysv_hash + 2;
    const uint32_t *chains = buckets + bucket_count;
    if (bucket_count == 0) {
        return NULL;
    }
    uint32_t hash = rt_symbols_sysv_hash(wanted->name);
    for (uint32_t index = buckets[hash % bucket_count]; index; index = chains[index]) {
        if (settles(symbols, index, wanted, choice)) {
            return symbols->table + index;
        }
    }
    return NULL;
}

const ElfW(Sym) * rt_symbols_find(const RtSymbols *symbols, const RtWanted *wanted) {
    if (symbols->gnu_hash && !may_have(symbols->gnu_hash, wanted->gnu_hash)) {
        return NULL;
    }
    Choice choice = {NULL, 0};
    const ElfW(Sym) *found = NULL;
    if (!symbols->table || !symbols->strings) {
        return NULL;
    }
    if (symbols->gnu_hash) {
        found = find_gnu(symbols, wanted, &choice);
    } else if (symbols->sysv_hash) {
        found = find_sysv(symbols, wanted, &choice);
    }
    if (!found && (choice.count == 1 || (wanted->newest && choice.count > 1))) {
        found = choice.versioned;
    }
    return found;
}
