/* A reader of canonical marshal (compiler/front/py_marshal.c) that writes packed code.
 *
 * Both passes walk the same bytes: the first with `out` NULL only counts names. Reference numbers
 * differ from marshal's, because the file name is left out; it may carry a mark, and a constant
 * equal to it may refer to that mark. */
#include "code_pack.h"

#include "code_format.h"

#include <stdlib.h>
#include <string.h>

enum { MARSHAL_REF = 0x80, MARSHAL_CODE_NUMBERS = 5 };

typedef struct Reference {
    uint32_t number;     /* in the packed form; UINT32_MAX: not written (a file name) */
    const uint8_t *text; /* of such a file name */
    size_t length;
} Reference;

typedef struct CodePacking {
    CodePacker *packer;
    const uint8_t *at, *end;
    StrBuf *out; /* NULL in the counting pass */
    VEC(Reference) references;
    uint32_t next_reference;
    StrMap seen; /* names of this module, while counting */
    bool failed;
} CodePacking;

static const uint8_t *take(CodePacking *p, size_t count) {
    static const uint8_t nothing[16];
    if (p->failed || (size_t)(p->end - p->at) < count) {
        p->failed = true;
        return nothing;
    }
    const uint8_t *data = p->at;
    p->at += count;
    return data;
}

static uint32_t take_u32(CodePacking *p) {
    const uint8_t *b = take(p, 4);
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void put(CodePacking *p, const void *data, size_t size) {
    if (p->out != NULL) {
        strbuf_add(p->out, data, size);
    }
}

static void put_varint(CodePacking *p, uint64_t value) {
    uint8_t bytes[10];
    size_t size = 0;
    do {
        bytes[size] = (uint8_t)(value & 0x7F) | (value > 0x7F ? 0x80 : 0);
        size++;
        value >>= 7;
    } while (value > 0);
    put(p, bytes, size);
}

static void put_tag(CodePacking *p, PackedTag tag, bool marked) {
    uint8_t byte = (uint8_t)tag | (marked ? PACKED_MARK : 0);
    put(p, &byte, 1);
}

/* ---- names ---- */

static void count_name(CodePacking *p, const uint8_t *text, size_t length) {
    char *key = arena_strndup(p->packer->arena, (const char *)text, length);
    if (!strmap_set(&p->seen, key, NULL)) {
        return;
    }
    NameUse *use = strmap_get(&p->packer->by_text, key);
    if (use == NULL) {
        use = ARENA_NEW(p->packer->arena, NameUse);
        use->text = key;
        strmap_set(&p->packer->by_text, key, use);
        vec_push(&p->packer->names, use);
    }
    use->uses++;
}

static void pack_name(CodePacking *p, const uint8_t *text, size_t length, bool marked) {
    if (p->out == NULL) {
        count_name(p, text, length);
        return;
    }
    char *key = arena_strndup(p->packer->arena, (const char *)text, length);
    const NameUse *use = strmap_get(&p->packer->by_text, key);
    if (use == NULL) {
        p->failed = true;
        return;
    }
    put_tag(p, PACKED_NAME, marked);
    put_varint(p, use->number);
}

static void pack_text(CodePacking *p, PackedTag tag, const uint8_t *text, size_t length,
                      bool marked) {
    put_tag(p, tag, marked);
    put_varint(p, length);
    put(p, text, length);
}

/* ---- numbers ---- */

static void pack_int(CodePacking *p, bool marked) {
    int64_t value = (int32_t)take_u32(p);
    put_tag(p, PACKED_INT, marked);
    put_varint(p, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

/* Marshal has digits of 15 bits; packed code has bytes, as _PyLong_FromByteArray wants them. */
static void pack_long(CodePacking *p, bool marked) {
    int32_t count = (int32_t)take_u32(p);
    uint8_t negative = count < 0;
    size_t digits = (size_t)(negative ? -(int64_t)count : count);
    const uint8_t *data = take(p, 2 * digits);
    if (p->failed) {
        return;
    }
    size_t size = (digits * 15 + 7) / 8;
    uint8_t *bytes = xcalloc(size + 4, 1);
    for (size_t i = 0; i < digits; i++) {
        uint32_t digit = (uint32_t)data[2 * i] | (uint32_t)data[2 * i + 1] << 8;
        size_t bit = i * 15;
        digit <<= bit % 8;
        bytes[bit / 8] |= (uint8_t)digit;
        bytes[bit / 8 + 1] |= (uint8_t)(digit >> 8);
        bytes[bit / 8 + 2] |= (uint8_t)(digit >> 16);
    }
    put_tag(p, PACKED_LONG, marked);
    put(p, &negative, 1);
    put_varint(p, size);
    put(p, bytes, size);
    free(bytes);
}

/* ---- objects ---- */

static void pack_object(CodePacking *p, int depth);

/* Gives a marked object its place among the references, in both numberings. */
static void reserve(CodePacking *p, bool marked) {
    if (marked) {
        vec_push(&p->references, ((Reference){.number = p->next_reference++}));
    }
}

static void pack_reference(CodePacking *p) {
    uint32_t index = take_u32(p);
    if (p->failed || index >= p->references.count) {
        p->failed = true;
        return;
    }
    const Reference *reference = &p->references.items[index];
    if (reference->number == UINT32_MAX) {
        pack_text(p, PACKED_TEXT, reference->text, reference->length, false);
        return;
    }
    put_tag(p, PACKED_REF, false);
    put_varint(p, reference->number);
}

static void pack_sequence(CodePacking *p, PackedTag tag, size_t count, bool marked, int depth) {
    put_tag(p, tag, marked);
    put_varint(p, count);
    for (size_t i = 0; i < count && !p->failed; i++) {
        pack_object(p, depth + 1);
    }
}

/* Length and content of the text whose type byte was read; false when it is no text. */
static bool take_text(CodePacking *p, uint8_t type, const uint8_t **text, size_t *length) {
    switch (type) {
    case 'z':
    case 'Z': *length = *take(p, 1); break;
    case 'a':
    case 'A':
    case 'u':
    case 't': *length = take_u32(p); break;
    default: return false;
    }
    *text = take(p, *length);
    return !p->failed;
}

/* The file name is not written; its mark must not count either. */
static void skip_filename(CodePacking *p) {
    uint8_t type = *take(p, 1);
    if (type == 'r') {
        take_u32(p);
        return;
    }
    Reference name = {.number = UINT32_MAX};
    if (!take_text(p, type & 0x7F, &name.text, &name.length)) {
        p->failed = true;
    } else if (type & MARSHAL_REF) {
        vec_push(&p->references, name);
    }
}

/* Marshal's order: five numbers, six parts, file name, two names, first line, two tables. */
static void pack_code(CodePacking *p, bool marked, int depth) {
    uint32_t numbers[PACKED_CODE_NUMBERS] = {0};
    for (int i = 0; i < MARSHAL_CODE_NUMBERS; i++) {
        numbers[i] = take_u32(p);
    }
    put_tag(p, PACKED_CODE, marked);
    for (int i = 0; i < MARSHAL_CODE_NUMBERS; i++) {
        put_varint(p, numbers[i]);
    }
    for (int part = 0; part < 5 && !p->failed; part++) {
        pack_object(p, depth + 1);
    }
    skip_filename(p);
    pack_object(p, depth + 1); /* name */
    pack_object(p, depth + 1); /* qualname */
    put_varint(p, take_u32(p));
    pack_object(p, depth + 1); /* line table */
    pack_object(p, depth + 1); /* exception table */
}

static void pack_object(CodePacking *p, int depth) {
    uint8_t byte = *take(p, 1);
    uint8_t type = byte & 0x7F;
    bool marked = (byte & MARSHAL_REF) != 0;
    const uint8_t *text;
    size_t length;
    if (depth > PACKED_DEPTH_MAX) {
        p->failed = true;
    }
    if (p->failed) {
        return;
    }
    reserve(p, marked);
    if (take_text(p, type, &text, &length)) {
        if (strchr("ZAt", type) != NULL && memchr(text, '\0', length) == NULL) {
            pack_name(p, text, length, marked);
        } else {
            pack_text(p, strchr("zaZA", type) ? PACKED_ASCII : PACKED_TEXT, text, length, marked);
        }
        return;
    }
    switch (type) {
    case 'N': put_tag(p, PACKED_NONE, marked); break;
    case 'T': put_tag(p, PACKED_TRUE, marked); break;
    case 'F': put_tag(p, PACKED_FALSE, marked); break;
    case '.': put_tag(p, PACKED_ELLIPSIS, marked); break;
    case 'i': pack_int(p, marked); break;
    case 'l': pack_long(p, marked); break;
    case 'g':
        put_tag(p, PACKED_FLOAT, marked);
        put(p, take(p, 8), 8);
        break;
    case 'y':
        put_tag(p, PACKED_COMPLEX, marked);
        put(p, take(p, 16), 16);
        break;
    case 's':
        length = take_u32(p);
        text = take(p, length);
        pack_text(p, PACKED_BYTES, text, p->failed ? 0 : length, marked);
        break;
    case ')': pack_sequence(p, PACKED_TUPLE, *take(p, 1), marked, depth); break;
    case '(': pack_sequence(p, PACKED_TUPLE, take_u32(p), marked, depth); break;
    case '>': pack_sequence(p, PACKED_FROZENSET, take_u32(p), marked, depth); break;
    case 'c': pack_code(p, marked, depth); break;
    case 'r': pack_reference(p); break;
    default: p->failed = true;
    }
}

static bool pack(CodePacking *p) {
    pack_object(p, 0);
    bool ok = !p->failed && p->at == p->end;
    vec_free(&p->references);
    strmap_free(&p->seen);
    return ok;
}

bool code_pack_count(CodePacker *packer, const uint8_t *marshal, size_t size) {
    CodePacking packing = {.packer = packer, .at = marshal, .end = marshal + size};
    return pack(&packing);
}

bool code_pack_write(CodePacker *packer, const uint8_t *marshal, size_t size, StrBuf *out) {
    StrBuf body = {0};
    CodePacking packing = {.packer = packer, .at = marshal, .end = marshal + size, .out = &body};
    bool ok = pack(&packing);
    packing.out = out;
    put_varint(&packing, packing.next_reference);
    strbuf_add(out, body.data, body.length);
    strbuf_free(&body);
    return ok;
}

static int compare_uses(const void *a, const void *b) {
    const NameUse *left = *(const NameUse *const *)a;
    const NameUse *right = *(const NameUse *const *)b;
    if (left->uses != right->uses) {
        return left->uses > right->uses ? -1 : 1;
    }
    return left->number < right->number ? -1 : 1;
}

void code_pack_number(CodePacker *packer) {
    for (size_t i = 0; i < packer->names.count; i++) {
        packer->names.items[i]->number = (uint32_t)i; /* order of first use breaks ties */
    }
    if (packer->names.count > 0) {
        qsort(packer->names.items, packer->names.count, sizeof(*packer->names.items), compare_uses);
    }
    for (size_t i = 0; i < packer->names.count; i++) {
        packer->names.items[i]->number = (uint32_t)i;
    }
}

void code_pack_free(CodePacker *packer) {
    strmap_free(&packer->by_text);
    vec_free(&packer->names);
}
