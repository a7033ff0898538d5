/* Canonical marshal: the same code object gives the same bytes, always.
 *
 * CPython's writer marks an object for later reference when its reference count happens to be above
 * one, and writes frozensets in hash order, so its bytes depend on what the process did before.
 * Here equality of *content* decides. The object tree is first turned into a graph in which equal
 * parts are one node (constants are immutable, so sharing them is what CPython's own compiler does
 * within a module); a node with several users is written once, marked, and referred to afterwards.
 * Elements of a frozenset are ordered by their own canonical bytes.
 *
 * The format is marshal version 4, Python/marshal.c; the order of a code object's fields is the
 * same in 3.11, 3.12 and 3.13. */
#include "py_common.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_DEPTH = 6100, /* more than CPython's parser accepts: 2,990 functions in each other */
    FLAG_REF = 0x80,
    CODE_NUMBERS = 6,
    CODE_PARTS = 10,
    NO_NODE = 0
};

typedef enum NodeKind {
    NODE_SINGLETON, /* complete bytes; not worth a reference */
    NODE_LEAF,      /* complete bytes */
    NODE_TEXT,      /* UTF-8 */
    NODE_TUPLE,
    NODE_FROZENSET,
    NODE_CODE
} NodeKind;

typedef struct Node {
    NodeKind kind;
    bool interned;       /* NODE_TEXT: some user is a name */
    uint32_t users;      /* how many times the finished graph refers to it */
    uint32_t reference;  /* number + 1 once it was written with a mark */
    const uint8_t *data; /* bytes, text, or the numbers of a code object */
    size_t size;
    const uint32_t *children; /* node numbers */
    size_t child_count;
    uint64_t hash;
} Node;

typedef struct Writer {
    Arena arena;
    VEC(Node) nodes; /* nodes[0] is unused */
    uint32_t *slots; /* open addressing: node numbers */
    size_t slot_count;
    uint32_t next_reference;
    bool failed; /* too deep, or a Python error */
    StrBuf *out;
} Writer;

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size) {
    const uint8_t *at = data;
    for (; size > 0;) {
        uint64_t word = 0;
        size_t length = size < sizeof(word) ? size : sizeof(word);
        memcpy(&word, at, length);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
        at += length;
        size -= length;
    }
    return hash;
}

static bool same_node(const Node *a, const Node *b) {
    return a->hash == b->hash && a->kind == b->kind && a->size == b->size &&
           a->child_count == b->child_count && memcmp(a->data, b->data, a->size) == 0 &&
           (a->child_count == 0 ||
            memcmp(a->children, b->children, a->child_count * sizeof(*a->children)) == 0);
}

static void grow_slots(Writer *writer) {
    writer->slot_count = writer->slot_count ? writer->slot_count * 2 : 256;
    free(writer->slots);
    writer->slots = xcalloc(writer->slot_count, sizeof(*writer->slots));
    for (uint32_t number = 1; number < writer->nodes.count; number++) {
        size_t slot = writer->nodes.items[number].hash & (writer->slot_count - 1);
        while (writer->slots[slot] != NO_NODE) {
            slot = (slot + 1) & (writer->slot_count - 1);
        }
        writer->slots[slot] = number;
    }
}

/* The number of the node equal to `wanted`, which is added (with copies of its arrays) if new. */
static uint32_t find_or_add(Writer *writer, Node wanted) {
    wanted.hash = hash_bytes(wanted.kind + 1, wanted.data, wanted.size);
    wanted.hash =
        hash_bytes(wanted.hash, wanted.children, wanted.child_count * sizeof(*wanted.children));
    if (writer->nodes.count * 2 >= writer->slot_count) {
        grow_slots(writer);
    }
    size_t slot = wanted.hash & (writer->slot_count - 1);
    while (writer->slots[slot] != NO_NODE) {
        if (same_node(&writer->nodes.items[writer->slots[slot]], &wanted)) {
            return writer->slots[slot];
        }
        slot = (slot + 1) & (writer->slot_count - 1);
    }
    wanted.data =
        (const uint8_t *)arena_strndup(&writer->arena, (const char *)wanted.data, wanted.size);
    if (wanted.child_count > 0) {
        uint32_t *children = ARENA_ARRAY(&writer->arena, uint32_t, wanted.child_count);
        memcpy(children, wanted.children, wanted.child_count * sizeof(*children));
        wanted.children = children;
        for (size_t i = 0; i < wanted.child_count; i++) {
            writer->nodes.items[children[i]].users++;
        }
    }
    uint32_t number = (uint32_t)writer->nodes.count;
    vec_push(&writer->nodes, wanted);
    writer->slots[slot] = number;
    return number;
}

static uint32_t add_simple(Writer *writer, NodeKind kind, const void *data, size_t size) {
    return find_or_add(writer, (Node){.kind = kind, .data = data, .size = size});
}

static void put_u32(uint8_t *at, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

/* CPython interns string constants that could be names (all_name_chars in Objects/codeobject.c). */
static bool looks_like_name(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (!Py_ISALNUM((unsigned char)text[i]) && text[i] != '_') {
            return false;
        }
    }
    return true;
}

static uint32_t add_text(Writer *writer, PyObject *object, bool is_name) {
    Py_ssize_t size;
    const char *text;
    PyObject *encoded = NULL;
    if (PyUnicode_IS_ASCII(object)) {
        text = PyUnicode_AsUTF8AndSize(object, &size);
    } else {
        encoded = PyUnicode_AsEncodedString(object, "utf-8", "surrogatepass");
        text = encoded != NULL ? PyBytes_AS_STRING(encoded) : NULL;
        size = encoded != NULL ? PyBytes_GET_SIZE(encoded) : 0;
    }
    if (text == NULL) {
        writer->failed = true;
        return NO_NODE;
    }
    uint32_t number = add_simple(writer, NODE_TEXT, text, (size_t)size);
    if (is_name || looks_like_name(text, (size_t)size)) {
        writer->nodes.items[number].interned = true;
    }
    Py_XDECREF(encoded);
    return number;
}

/* Bytes: type, length, content. */
static uint32_t add_bytes(Writer *writer, PyObject *object) {
    size_t size = (size_t)PyBytes_GET_SIZE(object);
    uint8_t *data = xmalloc(size + 5);
    data[0] = 's';
    put_u32(data + 1, (uint32_t)size);
    memcpy(data + 5, PyBytes_AS_STRING(object), size);
    uint32_t number = add_simple(writer, NODE_LEAF, data, size + 5);
    free(data);
    return number;
}

/* Numbers: CPython's own bytes for a lone number depend on nothing but the mark, which is removed.
 */
static uint32_t add_number(Writer *writer, PyObject *object) {
    if (PyLong_CheckExact(object)) {
        int overflow;
        long value = PyLong_AsLongAndOverflow(object, &overflow);
        if (overflow == 0 && value >= INT32_MIN && value <= INT32_MAX) {
            uint8_t data[5] = {'i'};
            put_u32(data + 1, (uint32_t)value);
            bool shared_anyway = value >= -5 && value <= 256; /* CPython's small integers */
            return add_simple(writer, shared_anyway ? NODE_SINGLETON : NODE_LEAF, data, 5);
        }
    }
    PyObject *bytes = PyMarshal_WriteObjectToString(object, 4);
    if (bytes == NULL) {
        writer->failed = true;
        return NO_NODE;
    }
    size_t size = (size_t)PyBytes_GET_SIZE(bytes);
    uint8_t *data = (uint8_t *)arena_strndup(&writer->arena, PyBytes_AS_STRING(bytes), size);
    Py_DECREF(bytes);
    data[0] &= (uint8_t)~FLAG_REF;
    return add_simple(writer, NODE_LEAF, data, size);
}

static uint32_t add_object(Writer *writer, PyObject *object, bool names, int depth);

/* The bytes of a node without any references: what frozensets are ordered by. */
static void canonical_bytes(const Writer *writer, uint32_t number, StrBuf *out) {
    const Node *node = &writer->nodes.items[number];
    uint8_t head[9] = {(uint8_t)node->kind};
    put_u32(head + 1, (uint32_t)node->size);
    put_u32(head + 5, (uint32_t)node->child_count);
    strbuf_add(out, head, sizeof(head));
    strbuf_add(out, node->data, node->size);
    for (size_t i = 0; i < node->child_count; i++) {
        canonical_bytes(writer, node->children[i], out);
    }
}

typedef struct SortItem {
    uint32_t number;
    StrBuf bytes;
} SortItem;

static int compare_items(const void *a, const void *b) {
    const StrBuf *left = &((const SortItem *)a)->bytes;
    const StrBuf *right = &((const SortItem *)b)->bytes;
    size_t shorter = left->length < right->length ? left->length : right->length;
    int order = memcmp(left->data, right->data, shorter);
    return order != 0 ? order : (left->length > right->length) - (left->length < right->length);
}

static void sort_children(const Writer *writer, uint32_t *children, size_t count) {
    SortItem *items = xcalloc(count, sizeof(*items));
    for (size_t i = 0; i < count; i++) {
        items[i].number = children[i];
        canonical_bytes(writer, children[i], &items[i].bytes);
    }
    qsort(items, count, sizeof(*items), compare_items);
    for (size_t i = 0; i < count; i++) {
        children[i] = items[i].number;
        strbuf_free(&items[i].bytes);
    }
    free(items);
}

static uint32_t add_tuple(Writer *writer, PyObject *tuple, bool names, int depth) {
    size_t count = (size_t)PyTuple_GET_SIZE(tuple);
    uint32_t *children = xcalloc(count, sizeof(*children));
    for (size_t i = 0; i < count; i++) {
        children[i] = add_object(writer, PyTuple_GET_ITEM(tuple, (Py_ssize_t)i), names, depth + 1);
    }
    Node node = {.kind = NODE_TUPLE, .data = (const uint8_t *)""};
    node.children = children;
    node.child_count = count;
    uint32_t number = writer->failed ? NO_NODE : find_or_add(writer, node);
    free(children);
    return number;
}

static uint32_t add_frozenset(Writer *writer, PyObject *set, int depth) {
    size_t count = (size_t)PySet_GET_SIZE(set);
    uint32_t *children = xcalloc(count, sizeof(*children));
    PyObject *iterator = PyObject_GetIter(set);
    PyObject *item;
    for (size_t i = 0; iterator != NULL && (item = PyIter_Next(iterator)) != NULL; i++) {
        children[i] = add_object(writer, item, false, depth + 1);
        Py_DECREF(item);
    }
    Py_XDECREF(iterator);
    uint32_t number = NO_NODE;
    if (!writer->failed && !PyErr_Occurred()) {
        sort_children(writer, children, count);
        Node node = {.kind = NODE_FROZENSET, .data = (const uint8_t *)""};
        node.children = children;
        node.child_count = count;
        number = find_or_add(writer, node);
    }
    free(children);
    return number;
}

static uint32_t add_code(Writer *writer, PyCodeObject *code, int depth) {
    uint8_t numbers[4 * CODE_NUMBERS];
    const int values[CODE_NUMBERS] = {code->co_argcount,       code->co_posonlyargcount,
                                      code->co_kwonlyargcount, code->co_stacksize,
                                      code->co_flags,          code->co_firstlineno};
    for (int i = 0; i < CODE_NUMBERS; i++) {
        put_u32(numbers + 4 * i, (uint32_t)values[i]);
    }
    PyObject *instructions = PyCode_GetCode(code); /* without what the interpreter specialised */
    if (instructions == NULL) {
        writer->failed = true;
        return NO_NODE;
    }
    uint32_t parts[CODE_PARTS] = {add_bytes(writer, instructions),
                                  add_object(writer, code->co_consts, false, depth + 1),
                                  add_object(writer, code->co_names, true, depth + 1),
                                  add_object(writer, code->co_localsplusnames, true, depth + 1),
                                  add_object(writer, code->co_localspluskinds, false, depth + 1),
                                  add_object(writer, code->co_filename, false, depth + 1),
                                  add_object(writer, code->co_name, true, depth + 1),
                                  add_object(writer, code->co_qualname, true, depth + 1),
                                  add_object(writer, code->co_linetable, false, depth + 1),
                                  add_object(writer, code->co_exceptiontable, false, depth + 1)};
    Py_DECREF(instructions);
    if (writer->failed) {
        return NO_NODE;
    }
    Node node = {.kind = NODE_CODE, .data = numbers, .size = sizeof(numbers)};
    node.children = parts;
    node.child_count = CODE_PARTS;
    return find_or_add(writer, node);
}

/* `names`: the object is a name or a tuple of names. */
static uint32_t add_object(Writer *writer, PyObject *object, bool names, int depth) {
    if (depth > MAX_DEPTH || writer->failed) {
        writer->failed = true;
        return NO_NODE;
    }
    if (PyUnicode_CheckExact(object)) {
        return add_text(writer, object, names);
    }
    if (PyBytes_CheckExact(object)) {
        return add_bytes(writer, object);
    }
    if (PyTuple_CheckExact(object)) {
        return add_tuple(writer, object, names, depth);
    }
    if (PyFrozenSet_CheckExact(object)) {
        return add_frozenset(writer, object, depth);
    }
    if (PyCode_Check(object)) {
        return add_code(writer, (PyCodeObject *)object, depth);
    }
    if (PyLong_CheckExact(object) || PyFloat_CheckExact(object) || PyComplex_CheckExact(object)) {
        return add_number(writer, object);
    }
    const char *type = object == Py_None       ? "N"
                       : object == Py_True     ? "T"
                       : object == Py_False    ? "F"
                       : object == Py_Ellipsis ? "."
                                               : NULL;
    if (type == NULL) {
        writer->failed = true; /* the compiler makes no other constants */
        return NO_NODE;
    }
    return add_simple(writer, NODE_SINGLETON, type, 1);
}

static void write_u32(Writer *writer, uint32_t value) {
    uint8_t bytes[4];
    put_u32(bytes, value);
    strbuf_add(writer->out, bytes, sizeof(bytes));
}

static void write_node(Writer *writer, uint32_t number);

static void write_text(Writer *writer, const Node *node, uint8_t mark) {
    bool ascii = true;
    for (size_t i = 0; i < node->size; i++) {
        ascii = ascii && node->data[i] < 0x80;
    }
    bool is_short = ascii && node->size < 256;
    char type = is_short ? (node->interned ? 'Z' : 'z')
                : ascii  ? (node->interned ? 'A' : 'a')
                         : (node->interned ? 't' : 'u');
    strbuf_putc(writer->out, (char)(type | mark));
    if (is_short) {
        strbuf_putc(writer->out, (char)node->size);
    } else {
        write_u32(writer, (uint32_t)node->size);
    }
    strbuf_add(writer->out, node->data, node->size);
}

static void write_children(Writer *writer, const Node *node) {
    const uint32_t *children = node->children; /* the node table does not grow any more */
    size_t count = node->child_count;
    for (size_t i = 0; i < count; i++) {
        write_node(writer, children[i]);
    }
}

static void write_sequence(Writer *writer, const Node *node, uint8_t mark) {
    bool is_short = node->kind == NODE_TUPLE && node->child_count < 256;
    char type = node->kind == NODE_FROZENSET ? '>' : is_short ? ')' : '(';
    strbuf_putc(writer->out, (char)(type | mark));
    if (is_short) {
        strbuf_putc(writer->out, (char)node->child_count);
    } else {
        write_u32(writer, (uint32_t)node->child_count);
    }
    write_children(writer, node);
}

static void write_code(Writer *writer, const Node *node, uint8_t mark) {
    strbuf_putc(writer->out, (char)('c' | mark));
    strbuf_add(writer->out, node->data, 4 * (CODE_NUMBERS - 1));
    for (int i = 0; i < CODE_PARTS; i++) {
        if (i == CODE_PARTS - 2) { /* the first line stands before the line table */
            strbuf_add(writer->out, node->data + 4 * (CODE_NUMBERS - 1), 4);
        }
        write_node(writer, node->children[i]);
    }
}

static void write_node(Writer *writer, uint32_t number) {
    Node *node = &writer->nodes.items[number];
    if (node->reference > 0) {
        strbuf_putc(writer->out, 'r');
        write_u32(writer, node->reference - 1);
        return;
    }
    bool empty_tuple = node->kind == NODE_TUPLE && node->child_count == 0;
    uint8_t mark = 0;
    if (node->users > 1 && node->kind != NODE_SINGLETON && !empty_tuple) {
        mark = FLAG_REF;
        node->reference = ++writer->next_reference; /* the reader counts in this order too */
    }
    switch (node->kind) {
    case NODE_SINGLETON:
    case NODE_LEAF:
        strbuf_putc(writer->out, (char)(node->data[0] | mark));
        strbuf_add(writer->out, node->data + 1, node->size - 1);
        break;
    case NODE_TEXT: write_text(writer, node, mark); break;
    case NODE_TUPLE:
    case NODE_FROZENSET: write_sequence(writer, node, mark); break;
    case NODE_CODE: write_code(writer, node, mark); break;
    }
}

bool front_marshal(PyObject *code, StrBuf *out) {
    Writer writer = {.out = out};
    vec_push(&writer.nodes, (Node){0});
    uint32_t root = add_object(&writer, code, false, 0);
    bool ok = !writer.failed && !PyErr_Occurred();
    if (ok) {
        write_node(&writer, root);
    }
    vec_free(&writer.nodes);
    free(writer.slots);
    arena_free(&writer.arena);
    return ok;
}
