/* Syntax trees from Python objects, for a libpython that keeps its parser to itself.
 *
 * The facts are read from CPython's C structs, and its compiler wants them. A static libpython
 * gives them (_PyParser_ASTFromString); a shared one exports the compiler and the arena but of the
 * parser only what `compile(…, PyCF_ONLY_AST)` uses, which makes Python objects. So here the
 * objects are turned into structs again, as CPython's own PyAST_obj2mod does. That the two are the
 * same is a unit test; it costs about half of the parser's time.
 *
 * Nothing here knows a single kind of node: py_tree_tables.def, which scripts/ast_tables.py makes
 * from the Python that the build is for, lists them with their fields. Memory is the tree's arena.
 */
#include "py_ast.h"

#include <stddef.h>

/* ---- the tables ---- */

typedef enum TypeId {
    TYPE_identifier, /* str, or NULL */
    TYPE_string,
    TYPE_constant, /* any object, also None */
    TYPE_int,
#define ENUMERATION(type) TYPE_##type,
#define VALUE(type, name)
#define TYPE(type, places) TYPE_##type,
#define SUM_NODE(type, name, first, count)
#define PRODUCT_NODE(type, first, count)
#define SUM_FIELD(type, node, name, kind, quantity)
#define PRODUCT_FIELD(type, name, kind, quantity)
#include "py_tree_tables.def"
#undef ENUMERATION
#undef TYPE
    TYPE_COUNT
} TypeId;

typedef enum Quantity { ONE, OPTIONAL, SEQUENCE } Quantity;

typedef struct Field {
    const char *name;
    size_t offset; /* in the struct of its type */
    TypeId type;
    Quantity quantity;
} Field;

#undef SUM_FIELD
#undef PRODUCT_FIELD
#define SUM_FIELD(owner, node, name, kind, quantity)                                               \
    {#name, offsetof(struct _##owner, v.node.name), TYPE_##kind, quantity},
#define PRODUCT_FIELD(owner, name, kind, quantity)                                                 \
    {#name, offsetof(struct _##owner, name), TYPE_##kind, quantity},
#define ENUMERATION(type)
#define TYPE(type, places)
static const Field fields[] = {
#include "py_tree_tables.def"
};
#undef SUM_FIELD
#undef PRODUCT_FIELD
#define SUM_FIELD(type, node, name, kind, quantity)
#define PRODUCT_FIELD(type, name, kind, quantity)

/* A class of the module _ast whose instances stand for structs or for values of an enumeration. */
typedef struct Node {
    const char *name;
    TypeId type;
    int kind;            /* value of the enumeration, of the struct's `kind`; 0 if it has none */
    size_t first, count; /* its fields */
} Node;

#undef SUM_NODE
#undef PRODUCT_NODE
#undef VALUE
#define SUM_NODE(type, name, first, count) {#name, TYPE_##type, name##_kind, first, count},
#define PRODUCT_NODE(type, first, count) {#type, TYPE_##type, 0, first, count},
#define VALUE(type, name) {#name, TYPE_##type, name, 0, 0},
static const Node nodes[] = {
#include "py_tree_tables.def"
};
#undef SUM_NODE
#undef PRODUCT_NODE
#undef VALUE
#define SUM_NODE(type, name, first, count)
#define PRODUCT_NODE(type, first, count)
#define VALUE(type, name)

enum { PLACE_COUNT = 4 };
static const char *const place_names[PLACE_COUNT] = {"lineno", "col_offset", "end_lineno",
                                                     "end_col_offset"};

typedef struct Layout {
    size_t size; /* of the struct; 0 for enumerations and plain values */
    bool has_places;
    size_t places[PLACE_COUNT];
} Layout;

#undef ENUMERATION
#undef TYPE
#define ENUMERATION(type)
#define TYPE(type, places) [TYPE_##type] = {sizeof(struct _##type), places},
#define PLACES(type)                                                                               \
    true, {                                                                                        \
        offsetof(struct _##type, lineno), offsetof(struct _##type, col_offset),                    \
            offsetof(struct _##type, end_lineno), offsetof(struct _##type, end_col_offset)         \
    }
#define NO_PLACES(type)                                                                            \
    false, {                                                                                       \
        0                                                                                          \
    }
static const Layout layouts[TYPE_COUNT] = {
#include "py_tree_tables.def"
};

enum {
    FIELD_COUNT = sizeof(fields) / sizeof(fields[0]),
    NODE_COUNT = sizeof(nodes) / sizeof(nodes[0])
};

/* What is looked up once per process. */
static PyObject *field_names[FIELD_COUNT], *place_keys[PLACE_COUNT];
static PyTypeObject *classes[NODE_COUNT];

static bool prepare(void) {
    if (classes[0] != NULL) {
        return true;
    }
    PyObject *module = PyImport_ImportModule("_ast");
    bool ok = module != NULL;
    for (size_t i = 0; ok && i < PLACE_COUNT; i++) {
        ok = (place_keys[i] = PyUnicode_InternFromString(place_names[i])) != NULL;
    }
    for (size_t i = 0; ok && i < FIELD_COUNT; i++) {
        ok = (field_names[i] = PyUnicode_InternFromString(fields[i].name)) != NULL;
    }
    for (size_t i = NODE_COUNT; ok && i > 0; i--) { /* classes[0] last: it says "prepared" */
        classes[i - 1] = (PyTypeObject *)PyObject_GetAttrString(module, nodes[i - 1].name);
        ok = classes[i - 1] != NULL;
    }
    Py_XDECREF(module);
    return ok;
}

/* ---- the walk; every function returns false with an exception set ---- */

static bool convert_value(PyObject *item, TypeId type, PyArena *tree, void *out);

static bool unexpected(PyObject *item) {
    PyErr_Format(PyExc_SystemError, "unexpected '%s' in a syntax tree", Py_TYPE(item)->tp_name);
    return false;
}

static const Node *node_of(PyObject *item, TypeId type) {
    for (size_t i = 0; i < NODE_COUNT; i++) {
        if (nodes[i].type == type && Py_TYPE(item) == classes[i]) {
            return &nodes[i];
        }
    }
    unexpected(item);
    return NULL;
}

static bool convert_int(PyObject *item, int *out) {
    long value = PyLong_AsLong(item);
    *out = (int)value;
    return value != -1 || !PyErr_Occurred();
}

/* An asdl_*_seq: they all have the layout of asdl_int_seq or of asdl_generic_seq. */
static bool convert_sequence(PyObject *list, TypeId type, PyArena *tree, asdl_seq **out) {
    bool small = layouts[type].size == 0 && type >= TYPE_int;
    size_t width = small ? sizeof(int) : sizeof(void *);
    if (!PyList_Check(list)) {
        return unexpected(list);
    }
    Py_ssize_t count = PyList_GET_SIZE(list);
    size_t start = offsetof(asdl_generic_seq, typed_elements);
    asdl_seq *sequence = _PyArena_Malloc(tree, sizeof(asdl_generic_seq) + width * (size_t)count);
    if (sequence == NULL) {
        return false;
    }
    memset(sequence, 0, sizeof(asdl_generic_seq) + width * (size_t)count);
    sequence->size = count;
    sequence->elements = (void **)((char *)sequence + start);
    for (Py_ssize_t i = 0; i < count; i++) {
        char *place = (char *)sequence + start + width * (size_t)i;
        if (!convert_value(PyList_GET_ITEM(list, i), type, tree, place)) {
            return false;
        }
    }
    *out = sequence;
    return true;
}

static bool convert_field(PyObject *item, size_t index, PyArena *tree, char *target) {
    const Field *field = &fields[index];
    void *out = target + field->offset;
    PyObject *value = PyObject_GetAttr(item, field_names[index]);
    if (value == NULL) {
        return false;
    }
    bool ok = field->quantity == SEQUENCE ? convert_sequence(value, field->type, tree, out)
                                          : convert_value(value, field->type, tree, out);
    Py_DECREF(value);
    return ok;
}

static bool convert_places(PyObject *item, const Layout *layout, char *target) {
    for (size_t i = 0; layout->has_places && i < PLACE_COUNT; i++) {
        PyObject *value = PyObject_GetAttr(item, place_keys[i]);
        bool ok = value != NULL && convert_int(value, (int *)(target + layout->places[i]));
        Py_XDECREF(value);
        if (!ok) {
            return false;
        }
    }
    return true;
}

static bool convert_node(PyObject *item, TypeId type, PyArena *tree, void **out) {
    const Node *node = node_of(item, type);
    const Layout *layout = &layouts[type];
    char *target = node != NULL ? _PyArena_Malloc(tree, layout->size) : NULL;
    if (target == NULL) {
        return false;
    }
    memset(target, 0, layout->size);
    if (node->kind != 0) {
        *(int *)target = node->kind; /* the first member of every sum */
    }
    for (size_t i = node->first; i < node->first + node->count; i++) {
        if (!convert_field(item, i, tree, target)) {
            return false;
        }
    }
    *out = target;
    return convert_places(item, layout, target);
}

/* A struct, a value of an enumeration, an int or an object, into the field or element at `out`,
 * which is zero. */
static bool convert_value(PyObject *item, TypeId type, PyArena *tree, void *out) {
    if (item == Py_None && type != TYPE_constant) {
        return true;
    }
    if (type == TYPE_int) {
        return convert_int(item, out);
    }
    if (type < TYPE_int) {
        *(PyObject **)out = item;
        return _PyArena_AddPyObject(tree, Py_NewRef(item)) == 0;
    }
    if (layouts[type].size == 0) {
        const Node *node = node_of(item, type);
        *(int *)out = node != NULL ? node->kind : 0;
        return node != NULL;
    }
    if (Py_EnterRecursiveCall(" while reading a syntax tree")) {
        return false;
    }
    bool ok = convert_node(item, type, tree, out);
    Py_LeaveRecursiveCall();
    return ok;
}

mod_ty front_tree_parse(const char *text, PyObject *name, PyCompilerFlags *flags, PyArena *tree) {
    PyCompilerFlags only_tree = *flags;
    only_tree.cf_flags |= PyCF_ONLY_AST;
    PyObject *item =
        prepare() ? Py_CompileStringObject(text, name, Py_file_input, &only_tree, -1) : NULL;
    void *module = NULL;
    if (item != NULL && !convert_node(item, TYPE_mod, tree, &module)) {
        module = NULL;
    }
    Py_XDECREF(item);
    return module;
}
