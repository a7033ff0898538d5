/* A module's marshal to plain structs: names, numbers and tables of all its code objects.
 *
 * Code objects are numbered in preorder: the module's own is 0, then each code object that stands
 * in the constants, in the order of co_consts, with all that is inside it before the next one. The
 * runtime numbers the code objects of a loaded module in the same way.
 *
 * A fingerprint covers what the native code of one code object rests on. Lines, columns and the
 * file's name are not part of it, for the frames take these from the code object, nor are the code
 * objects among the constants: a comment that is added to a source leaves all of its native code
 * valid, and an edit in a function that of the other functions. */
#include "py_bytecode.h"

#include "py_identity.h"

#include <string.h>

typedef struct Decoder {
    Arena *arena;
    VEC(FrontCode *) codes;
} Decoder;

static const char *const *decode_names(Arena *arena, PyObject *names, uint32_t *count) {
    *count = (uint32_t)PyTuple_GET_SIZE(names);
    const char **texts = ARENA_ARRAY(arena, const char *, *count);
    for (uint32_t i = 0; i < *count; i++) {
        texts[i] = front_text(arena, PyTuple_GET_ITEM(names, i));
    }
    return texts;
}

/* Locals, cells and free variables: names, and a byte each that says which of them it is. */
static void decode_locals(Arena *arena, PyCodeObject *code, FrontCode *out) {
    out->local_names = decode_names(arena, code->co_localsplusnames, &out->local_count);
    uint8_t *kinds = ARENA_ARRAY(arena, uint8_t, out->local_count);
    memcpy(kinds, PyBytes_AS_STRING(code->co_localspluskinds), out->local_count);
    out->local_kinds = kinds;
}

/* ---- fingerprints ---- */

static void add_number(StrBuf *content, uint64_t number) {
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(number >> (8 * i));
    }
    strbuf_add(content, bytes, sizeof(bytes));
}

/* The constants, with None for code objects, which have fingerprints of their own: `content` gets
 * their places. */
static PyObject *consts_without_code(PyObject *consts, StrBuf *content) {
    Py_ssize_t count = PyTuple_GET_SIZE(consts);
    PyObject *others = PyTuple_New(count);
    for (Py_ssize_t i = 0; others != NULL && i < count; i++) {
        PyObject *object = PyTuple_GET_ITEM(consts, i);
        bool is_code = PyCode_Check(object);
        if (is_code) {
            add_number(content, (uint64_t)i);
        }
        PyTuple_SET_ITEM(others, i, Py_NewRef(is_code ? Py_None : object));
    }
    add_number(content, UINT64_MAX); /* no more of them */
    return others;
}

/* Canonical bytes of all objects together. */
static bool add_objects(StrBuf *content, PyCodeObject *code, PyObject *units) {
    PyObject *consts = consts_without_code(code->co_consts, content);
    PyObject *all =
        consts == NULL
            ? NULL
            : PyTuple_Pack(7, code->co_qualname, units, code->co_exceptiontable, code->co_names,
                           code->co_localsplusnames, code->co_localspluskinds, consts);
    bool ok = all != NULL && front_marshal(all, content);
    if (!ok && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "a constant cannot be stored");
    }
    Py_XDECREF(all);
    Py_XDECREF(consts);
    return ok;
}

/* `units`: the instructions. */
static bool make_fingerprint(PyCodeObject *code, PyObject *units, uint8_t out[FRONT_HASH_SIZE]) {
    const int numbers[] = {code->co_argcount, code->co_posonlyargcount, code->co_kwonlyargcount,
                           code->co_stacksize, code->co_flags};
    StrBuf content = {0};
    strbuf_puts(&content, PY_VERSION); /* opcodes differ */
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        add_number(&content, (uint64_t)numbers[i]);
    }
    bool ok = add_objects(&content, code, units);
    front_hash(content.data, content.length, out);
    strbuf_free(&content);
    return ok;
}

/* ---- decoding ---- */

static FrontCode *decode_code(Decoder *decoder, PyCodeObject *code, const FrontCode *parent);

static bool decode_consts(Decoder *decoder, PyCodeObject *code, FrontCode *out) {
    uint32_t count = (uint32_t)PyTuple_GET_SIZE(code->co_consts);
    FrontConst *consts = ARENA_ARRAY(decoder->arena, FrontConst, count);
    out->const_count = count;
    out->consts = consts;
    for (uint32_t i = 0; i < count; i++) {
        PyObject *object = PyTuple_GET_ITEM(code->co_consts, i);
        if (!front_decode_const(decoder->arena, object, &consts[i])) {
            return false;
        }
        if (PyCode_Check(object)) {
            consts[i].code = decode_code(decoder, (PyCodeObject *)object, out);
            if (consts[i].code == NULL) {
                return false;
            }
        }
    }
    return true;
}

static FrontCode *decode_code(Decoder *decoder, PyCodeObject *code, const FrontCode *parent) {
    Arena *arena = decoder->arena;
    FrontCode *out = ARENA_NEW(arena, FrontCode);
    out->ordinal = (uint32_t)decoder->codes.count;
    vec_push(&decoder->codes, out);
    out->parent = parent;
    out->name = front_text(arena, code->co_name);
    out->qualname = front_text(arena, code->co_qualname);
    out->argcount = code->co_argcount;
    out->posonlyargcount = code->co_posonlyargcount;
    out->kwonlyargcount = code->co_kwonlyargcount;
    out->stacksize = code->co_stacksize;
    out->flags = code->co_flags;
    out->firstlineno = code->co_firstlineno;
    out->names = decode_names(arena, code->co_names, &out->name_count);
    decode_locals(arena, code, out);
    PyObject *units = PyCode_GetCode(code); /* without what the interpreter specialised */
    bool ok = units != NULL && front_decode_instrs(arena, code, units, out) &&
              make_fingerprint(code, units, out->fingerprint);
    out->identity = ok ? identity_of(code, units) : 0;
    Py_XDECREF(units);
    return ok && decode_consts(decoder, code, out) ? out : NULL;
}

bool front_decode(Arena *arena, const uint8_t *code, size_t size, FrontModuleCode *out,
                  FrontError *error) {
    PyGILState_STATE lock = PyGILState_Ensure();
    *out = (FrontModuleCode){0};
    Decoder decoder = {.arena = arena};
    PyObject *object = PyMarshal_ReadObjectFromString((const char *)code, (Py_ssize_t)size);
    if (object != NULL && !PyCode_Check(object)) {
        PyErr_SetString(PyExc_ValueError, "the data holds no code object");
    }
    bool ok = object != NULL && PyCode_Check(object) &&
              decode_code(&decoder, (PyCodeObject *)object, NULL) != NULL;
    if (ok) {
        out->count = (uint32_t)decoder.codes.count;
        out->codes = ARENA_ARRAY(arena, FrontCode *, out->count);
        memcpy(out->codes, decoder.codes.items, out->count * sizeof(FrontCode *));
    } else {
        front_take_error(arena, NULL, 0, false, error);
    }
    Py_XDECREF(object);
    vec_free(&decoder.codes);
    PyGILState_Release(lock);
    return ok;
}
