/* A reader of canonical marshal (compiler/front/py_marshal.c) that writes packed code.
 *
 * All passes walk the same bytes. With `out` NULL nothing is written: the first pass counts names,
 * a second one finds out which references stay within one unit or body. Reference numbers differ
 * from marshal's: they begin anew in each body, and what several bodies refer to is written once,
 * in front. Names need no references, they are numbers already; nor does the file name, which is
 * left out, though it may carry a mark, and a constant equal to it may refer to that mark. */
#include "code_pack.h"

#include "code_format.h"

#include <stdlib.h>
#include <string.h>

enum { MARSHAL_REF = 0x80, MARSHAL_CODE_NUMBERS = 5 };
#define NONE UINT32_MAX

/* One of marshal's references. */
typedef struct Reference {
    uint32_t scope;      /* the unit or body that defines it */
    uint32_t inside;     /* the marked object it is a part of, or NONE */
    bool shared;         /* another scope refers to it */
    uint32_t number;     /* in the packed form */
    const uint8_t *text; /* of a file name or a name: written out where it is referred to */
    size_t length;
    bool is_name;
} Reference;

/* A marked object refers to another one from within. */
typedef struct Use {
    uint32_t inside, target;
} Use;

/* What has reference numbers of its own. */
typedef struct Scope {
    uint32_t number;
    uint32_t next_reference;
} Scope;

typedef struct CodePacking {
    const CodePacker *packer;
    CodePacker *counting; /* in the pass that counts names, else NULL */
    bool own;             /* of a module of the program */
    const uint8_t *at, *end;
    StrBuf *out;               /* NULL while nothing is written */
    VEC(Reference) references; /* complete before anything is written */
    VEC(Use) uses;             /* the same */
    size_t reserved;           /* how many of them this pass has met */
    uint32_t inside;           /* the marked object that is being read */
    Scope *scope;
    uint32_t scope_count;
    StrBuf shared;
    uint32_t shared_count;
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

static void count_name(CodePacker *packer, const char *text, size_t length, bool own) {
    NameUse *use = strmap_get_part(&packer->by_text, text, length);
    if (use == NULL) {
        use = ARENA_NEW(packer->arena, NameUse);
        use->text = arena_strndup(packer->arena, text, length);
        strmap_set(&packer->by_text, use->text, use);
        vec_push(&packer->names, use);
    }
    if (use->module != packer->modules) {
        use->module = packer->modules;
        use->uses += !own;
        use->own_uses += own;
    }
}

static void pack_name(CodePacking *p, const uint8_t *text, size_t length) {
    if (p->counting != NULL) {
        count_name(p->counting, (const char *)text, length, p->own);
    }
    if (p->out == NULL) {
        return;
    }
    const NameUse *use = strmap_get_part(&p->packer->by_text, (const char *)text, length);
    if (use == NULL) {
        p->failed = true;
        return;
    }
    put_tag(p, PACKED_NAME, false);
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

/* Gives a marked object its place among marshal's references; its index there, or NONE. */
static uint32_t reserve(CodePacking *p, bool marked) {
    if (!marked) {
        return NONE;
    }
    uint32_t index = (uint32_t)p->reserved++;
    if (index == p->references.count) {
        vec_push(&p->references,
                 ((Reference){.scope = p->scope->number, .inside = p->inside, .number = NONE}));
    }
    return index;
}

static void pack_reference(CodePacking *p) {
    uint32_t index = take_u32(p);
    if (p->failed || index >= p->reserved) {
        p->failed = true;
        return;
    }
    Reference *reference = &p->references.items[index];
    if (reference->text != NULL && reference->is_name) {
        pack_name(p, reference->text, reference->length);
    } else if (reference->text != NULL) {
        pack_text(p, PACKED_TEXT, reference->text, reference->length, false);
    } else if (p->out == NULL) {
        reference->shared |= reference->scope != p->scope->number;
        if (p->inside != NONE) {
            vec_push(&p->uses, ((Use){.inside = p->inside, .target = index}));
        }
    } else {
        put_tag(p, reference->shared ? PACKED_SHARED : PACKED_REF, false);
        put_varint(p, reference->number);
    }
}

/* Parts of an object that moves to the front move with it, and others may refer to them. What it
 * refers to moves, too: at the front nothing else of its scope can be referred to. */
static void spread_sharing(CodePacking *p) {
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < p->references.count; i++) {
            Reference *reference = &p->references.items[i];
            reference->shared |=
                reference->inside != NONE && p->references.items[reference->inside].shared;
        }
        for (size_t i = 0; i < p->uses.count; i++) {
            Reference *target = &p->references.items[p->uses.items[i].target];
            if (p->references.items[p->uses.items[i].inside].shared && !target->shared) {
                target->shared = more = true;
            }
        }
    }
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
    uint32_t index = reserve(p, (type & MARSHAL_REF) != 0);
    const uint8_t *text;
    size_t length;
    if (!take_text(p, type & 0x7F, &text, &length)) {
        p->failed = true;
    } else if (index != NONE) {
        p->references.items[index].text = text;
        p->references.items[index].length = length;
    }
}

/* ---- code objects, in marshal's order: five numbers, six parts, file name, two names, first line,
 * two tables ---- */

static void pack_whole_code(CodePacking *p, int depth) {
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

/* A function while its two parts are written. */
typedef struct FunctionParts {
    StrBuf body;
    Scope scope;
    StrBuf *out; /* where the first part goes */
    Scope *outer;
} FunctionParts;

static void enter_body(CodePacking *p, FunctionParts *parts) {
    parts->out = p->out;
    parts->outer = p->scope;
    p->out = p->out != NULL ? &parts->body : NULL;
    p->scope = &parts->scope;
}

static void leave_body(CodePacking *p, const FunctionParts *parts) {
    p->out = parts->out;
    p->scope = parts->outer;
}

/* A tuple of a function, all but its first `kept` items in the body. One that others refer to, or
 * that is no longer than that, stays whole. */
static void split_tuple(CodePacking *p, FunctionParts *parts, uint32_t kept, int depth) {
    uint8_t type = p->at < p->end ? *p->at : 0;
    uint32_t count = 0;
    if (type == ')' && p->end - p->at > 1) {
        count = p->at[1];
    } else if (type == '(') {
        take(p, 1);
        count = take_u32(p);
        p->at -= p->failed ? 0 : 5;
    }
    if (count <= kept) {
        put_varint(p, 0);
        pack_object(p, depth + 1);
        return;
    }
    take(p, type == ')' ? 2 : 5);
    put_varint(p, count);
    for (uint32_t i = 0; i < count && !p->failed; i++) {
        if (i == kept) {
            enter_body(p, parts);
        }
        pack_object(p, depth + 1);
    }
    leave_body(p, parts);
}

static void put_body(CodePacking *p, FunctionParts *parts) {
    StrBuf count = {0};
    StrBuf *out = p->out;
    if (out != NULL) {
        p->out = &count;
        put_varint(p, parts->scope.next_reference);
        p->out = out;
        put_varint(p, count.length + parts->body.length);
        put(p, count.data, count.length);
        put(p, parts->body.data, parts->body.length);
    }
    strbuf_free(&count);
    strbuf_free(&parts->body);
}

static void pack_function(CodePacking *p, int depth) {
    FunctionParts parts = {.scope = {.number = p->scope_count++}};
    pack_object(p, depth + 1);        /* code */
    split_tuple(p, &parts, 1, depth); /* constants */
    split_tuple(p, &parts, 0, depth); /* names */
    pack_object(p, depth + 1);        /* localsplusnames */
    pack_object(p, depth + 1);        /* localspluskinds */
    skip_filename(p);
    pack_object(p, depth + 1); /* name */
    pack_object(p, depth + 1); /* qualname */
    put_varint(p, take_u32(p));
    enter_body(p, &parts);
    pack_object(p, depth + 1); /* line table */
    pack_object(p, depth + 1); /* exception table */
    leave_body(p, &parts);
    put_body(p, &parts);
}

static void pack_code(CodePacking *p, bool marked, int depth) {
    uint32_t numbers[MARSHAL_CODE_NUMBERS];
    for (int i = 0; i < MARSHAL_CODE_NUMBERS; i++) {
        numbers[i] = take_u32(p);
    }
    bool is_function = depth > 0 && (numbers[MARSHAL_CODE_NUMBERS - 1] & PACKED_FUNCTION_FLAG);
    put_tag(p, is_function ? PACKED_FUNCTION : PACKED_CODE, marked);
    for (int i = 0; i < MARSHAL_CODE_NUMBERS; i++) {
        put_varint(p, numbers[i]);
    }
    if (is_function) {
        pack_function(p, depth);
    } else {
        pack_whole_code(p, depth);
    }
}

/* ---- any object ---- */

static void pack_typed(CodePacking *p, uint8_t type, bool marked, int depth) {
    const uint8_t *data;
    size_t length;
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
        data = take(p, length);
        pack_text(p, PACKED_BYTES, data, p->failed ? 0 : length, marked);
        break;
    case ')': pack_sequence(p, PACKED_TUPLE, *take(p, 1), marked, depth); break;
    case '(': pack_sequence(p, PACKED_TUPLE, take_u32(p), marked, depth); break;
    case '>': pack_sequence(p, PACKED_FROZENSET, take_u32(p), marked, depth); break;
    case 'c': pack_code(p, marked, depth); break;
    default: p->failed = true;
    }
}

/* A text or a container, after its type byte. `index` is its place among the references, or NONE.
 */
static void pack_new(CodePacking *p, uint8_t type, uint32_t index, int depth) {
    const uint8_t *text;
    size_t length;
    if (take_text(p, type, &text, &length)) {
        if (strchr("ZAt", type) != NULL && memchr(text, '\0', length) == NULL) {
            pack_name(p, text, length);
            if (index != NONE) {
                Reference *reference = &p->references.items[index];
                *reference = (Reference){.text = text, .length = length, .is_name = true};
            }
            return;
        }
        bool marked = index != NONE && !p->references.items[index].shared;
        pack_text(p, strchr("zaZA", type) ? PACKED_ASCII : PACKED_TEXT, text, length, marked);
        return;
    }
    uint32_t outer = p->inside;
    p->inside = index != NONE ? index : outer;
    pack_typed(p, type, index != NONE && !p->references.items[index].shared, depth);
    p->inside = outer;
}

/* Writes a shared object behind the others; its parts that are shared are there already. */
static void pack_shared(CodePacking *p, uint8_t type, uint32_t index, int depth) {
    StrBuf definition = {0};
    StrBuf *out = p->out;
    p->out = &definition;
    pack_new(p, type, index, depth);
    p->out = out;
    strbuf_add(&p->shared, definition.data, definition.length);
    strbuf_free(&definition);
    p->references.items[index].number = p->shared_count++;
    put_tag(p, PACKED_SHARED, false);
    put_varint(p, p->references.items[index].number);
}

static void pack_object(CodePacking *p, int depth) {
    uint8_t byte = *take(p, 1);
    uint8_t type = byte & 0x7F;
    p->failed |= depth > PACKED_DEPTH_MAX;
    if (p->failed) {
        return;
    }
    if (type == 'r') {
        pack_reference(p);
        return;
    }
    uint32_t index = reserve(p, (byte & MARSHAL_REF) != 0);
    const Reference *reference = index != NONE ? &p->references.items[index] : NULL;
    if (p->out != NULL && reference != NULL && !(reference->text != NULL && reference->is_name)) {
        if (reference->shared) {
            pack_shared(p, type, index, depth);
            return;
        }
        p->references.items[index].number = p->scope->next_reference++;
    }
    pack_new(p, type, index, depth);
}

/* One walk over the whole. */
static bool pack(CodePacking *p, const uint8_t *marshal, size_t size, Scope *scope) {
    p->at = marshal;
    p->end = marshal + size;
    p->inside = NONE;
    p->scope = scope;
    p->scope_count = scope->number + 1;
    p->reserved = 0;
    pack_object(p, 0);
    return !p->failed && p->at == p->end;
}

bool code_pack_count(CodePacker *packer, const uint8_t *marshal, size_t size, bool own) {
    CodePacking packing = {.packer = packer, .counting = packer, .own = own};
    packer->modules++; /* from 1 on: 0 is none */
    bool ok = pack(&packing, marshal, size, &(Scope){0});
    vec_free(&packing.references);
    vec_free(&packing.uses);
    return ok;
}

bool code_pack_write(const CodePacker *packer, const uint8_t *marshal, size_t size, StrBuf *out) {
    StrBuf body = {0};
    Scope scope = {0};
    CodePacking packing = {.packer = packer};
    bool ok = pack(&packing, marshal, size, &(Scope){0});
    spread_sharing(&packing);
    packing.out = &body;
    ok = ok && pack(&packing, marshal, size, &scope);
    packing.out = out;
    put_varint(&packing, packing.shared_count);
    put(&packing, packing.shared.data, packing.shared.length);
    put_varint(&packing, scope.next_reference);
    put(&packing, body.data, body.length);
    strbuf_free(&packing.shared);
    strbuf_free(&body);
    vec_free(&packing.references);
    vec_free(&packing.uses);
    return ok;
}

static int compare_uses(const void *a, const void *b) {
    const NameUse *left = *(const NameUse *const *)a;
    const NameUse *right = *(const NameUse *const *)b;
    if (left->uses != right->uses) {
        return left->uses > right->uses ? -1 : 1;
    }
    if (left->uses == 0 && left->own_uses != right->own_uses) {
        return left->own_uses > right->own_uses ? -1 : 1;
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
