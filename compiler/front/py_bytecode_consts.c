/* Constants of code objects: their kind, and a short text for comments and dumps.
 *
 * The text is the same on every run: nothing of it depends on addresses or on the order of a set.
 */
#include "py_bytecode.h"

#include <string.h>

enum { TEXT_MAX = 60, DEPTH_MAX = 8 };

static FrontConstKind kind_of(PyObject *object) {
    static const struct {
        PyTypeObject *type;
        FrontConstKind kind;
    } kinds[] = {
        {&PyLong_Type, CONST_INT},    {&PyFloat_Type, CONST_FLOAT}, {&PyUnicode_Type, CONST_STR},
        {&PyBytes_Type, CONST_BYTES}, {&PyTuple_Type, CONST_TUPLE}, {&PyCode_Type, CONST_CODE},
    };
    if (object == Py_None) {
        return CONST_NONE;
    }
    if (PyBool_Check(object)) {
        return object == Py_True ? CONST_TRUE : CONST_FALSE;
    }
    if (object == Py_Ellipsis) {
        return CONST_ELLIPSIS;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (Py_IS_TYPE(object, kinds[i].type)) {
            return kinds[i].kind;
        }
    }
    return CONST_OTHER;
}

/* Adds repr(object); takes over the reference. */
static bool add_repr(PyObject *object, StrBuf *out) {
    PyObject *text = object != NULL ? PyObject_ASCII(object) : NULL;
    const char *utf8 = text != NULL ? PyUnicode_AsUTF8(text) : NULL;
    if (utf8 != NULL) {
        strbuf_puts(out, utf8);
    }
    Py_XDECREF(text);
    Py_XDECREF(object);
    return utf8 != NULL;
}

static bool add_text(PyObject *object, int depth, StrBuf *out);

static bool add_tuple(PyObject *tuple, int depth, StrBuf *out) {
    Py_ssize_t count = PyTuple_GET_SIZE(tuple);
    strbuf_putc(out, '(');
    for (Py_ssize_t i = 0; i < count && out->length < TEXT_MAX && depth < DEPTH_MAX; i++) {
        strbuf_puts(out, i > 0 ? ", " : "");
        if (!add_text(PyTuple_GET_ITEM(tuple, i), depth + 1, out)) {
            return false;
        }
    }
    strbuf_puts(out, count == 1 ? ",)" : ")");
    return true;
}

static bool add_text(PyObject *object, int depth, StrBuf *out) {
    if (PyUnicode_CheckExact(object)) {
        return add_repr(PyUnicode_Substring(object, 0, TEXT_MAX), out);
    }
    if (PyBytes_CheckExact(object)) {
        return add_repr(PySequence_GetSlice(object, 0, TEXT_MAX), out);
    }
    if (PyTuple_CheckExact(object)) {
        return add_tuple(object, depth, out);
    }
    if (PyFrozenSet_CheckExact(object)) {
        strbuf_printf(out, "frozenset of %zd", PySet_GET_SIZE(object));
        return true;
    }
    if (PyCode_Check(object)) {
        return add_repr(Py_NewRef(((PyCodeObject *)object)->co_qualname), out);
    }
    if (PyLong_CheckExact(object) && _PyLong_NumBits(object) > 8 * TEXT_MAX) {
        strbuf_printf(out, "int of %zu bits", _PyLong_NumBits(object));
        return true;
    }
    return add_repr(Py_NewRef(object), out);
}

bool front_decode_const(Arena *arena, PyObject *object, FrontConst *out) {
    StrBuf text = {0};
    out->kind = kind_of(object);
    bool ok = add_text(object, 0, &text);
    bool whole = text.length <= TEXT_MAX;
    out->text = arena_printf(arena, "%.*s%s", whole ? (int)text.length : TEXT_MAX - 3,
                             strbuf_text(&text), whole ? "" : "...");
    strbuf_free(&text);
    if (out->kind == CONST_INT) {
        int overflow;
        out->integer = PyLong_AsLongLongAndOverflow(object, &overflow);
        out->small = overflow == 0;
    } else if (out->kind == CONST_TUPLE) {
        out->integer = PyTuple_GET_SIZE(object);
    }
    return ok;
}
