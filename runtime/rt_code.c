/* Reading packed code objects (codegen/code_format.h).
 *
 * Follows r_object of CPython's marshal.c in what it builds; names come from a table of the whole
 * image, made into interned str objects once per process. All input is checked: a damaged image
 * ends in an ImportError. */
#include "rt_import.h"

#include "../codegen/code_format.h"

#include <stdlib.h>
#include <string.h>

typedef struct CodeReader {
    const uint8_t *at, *end;
    PyObject **references; /* owned */
    size_t reference_count, reference_next;
    PyObject *filename; /* borrowed */
} CodeReader;

/* Interned names by number; NULL until used. For the main interpreter, for the life of the process.
 */
static PyObject **known_names;

static PyObject *read_object(CodeReader *reader, int depth);

static PyObject *damaged(void) {
    if (!PyErr_Occurred()) {
        PyErr_Format(PyExc_ImportError, "a code object in %s is damaged", rt_image.exe);
    }
    return NULL;
}

static bool has(const CodeReader *reader, size_t count) {
    return (size_t)(reader->end - reader->at) >= count;
}

/* -1 (and an exception) when the data ends. Values fit 63 bits. */
static int64_t read_varint(CodeReader *reader) {
    uint64_t value = 0;
    for (int shift = 0; shift < 63 && reader->at < reader->end; shift += 7) {
        uint8_t byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return (int64_t)value;
        }
    }
    damaged();
    return -1;
}

/* A length that the rest of the data can hold. */
static Py_ssize_t read_length(CodeReader *reader) {
    int64_t length = read_varint(reader);
    if (length < 0 || !has(reader, (size_t)length)) {
        damaged();
        return -1;
    }
    return (Py_ssize_t)length;
}

/* ---- names ---- */

static PyObject *make_name(uint32_t number) {
    const ImageName *name = &rt_image.names[number];
    if (name->text >= rt_image.index->strings_size ||
        name->length >= rt_image.index->strings_size - name->text) {
        return damaged();
    }
    PyObject *text = PyUnicode_DecodeUTF8(rt_string(name->text), name->length, NULL);
    if (text != NULL) {
        PyUnicode_InternInPlace(&text);
    }
    return text;
}

static PyObject *read_name(CodeReader *reader) {
    int64_t number = read_varint(reader);
    if (number < 0 || number >= rt_image.index->names.count) {
        return damaged();
    }
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        return make_name((uint32_t)number);
    }
    if (known_names == NULL) {
        known_names = calloc(rt_image.index->names.count, sizeof(*known_names));
        if (known_names == NULL) {
            return PyErr_NoMemory();
        }
    }
    if (known_names[number] == NULL) {
        known_names[number] = make_name((uint32_t)number);
    }
    Py_XINCREF(known_names[number]);
    return known_names[number];
}

/* ---- simple objects ---- */

static PyObject *read_int(CodeReader *reader) {
    int64_t value = read_varint(reader);
    if (value < 0) {
        return NULL;
    }
    return PyLong_FromLongLong((long long)((uint64_t)value >> 1) ^ -(long long)(value & 1));
}

static PyObject *read_long(CodeReader *reader) {
    if (!has(reader, 1)) {
        return damaged();
    }
    bool negative = *reader->at++ != 0;
    Py_ssize_t size = read_length(reader);
    if (size < 0) {
        return NULL;
    }
    PyObject *magnitude = _PyLong_FromByteArray(reader->at, (size_t)size, 1, 0);
    reader->at += size;
    if (magnitude != NULL && negative) {
        Py_SETREF(magnitude, PyNumber_Negative(magnitude));
    }
    return magnitude;
}

static double read_double(CodeReader *reader) {
    double value;
    memcpy(&value, reader->at, sizeof(value));
    reader->at += sizeof(value);
    return value;
}

static PyObject *read_float(CodeReader *reader) {
    return has(reader, 8) ? PyFloat_FromDouble(read_double(reader)) : damaged();
}

static PyObject *read_complex(CodeReader *reader) {
    if (!has(reader, 16)) {
        return damaged();
    }
    double real = read_double(reader);
    return PyComplex_FromDoubles(real, read_double(reader));
}

static PyObject *read_text(CodeReader *reader, PackedTag tag) {
    Py_ssize_t length = read_length(reader);
    if (length < 0) {
        return NULL;
    }
    const char *data = (const char *)reader->at;
    reader->at += length;
    switch (tag) {
    case PACKED_BYTES: return PyBytes_FromStringAndSize(data, length);
    case PACKED_TEXT: return PyUnicode_DecodeUTF8(data, length, "surrogatepass");
    default: return PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, data, length);
    }
}

static PyObject *read_reference(CodeReader *reader) {
    int64_t number = read_varint(reader);
    if (number < 0 || (size_t)number >= reader->reference_next ||
        reader->references[number] == NULL) {
        return damaged();
    }
    Py_INCREF(reader->references[number]);
    return reader->references[number];
}

/* ---- containers ---- */

static PyObject *read_tuple(CodeReader *reader, int depth) {
    Py_ssize_t count = read_length(reader); /* an item takes a byte at least */
    PyObject *tuple = count >= 0 ? PyTuple_New(count) : NULL;
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++) {
        PyObject *item = read_object(reader, depth + 1);
        if (item == NULL) {
            Py_CLEAR(tuple);
            break;
        }
        PyTuple_SET_ITEM(tuple, i, item);
    }
    return tuple;
}

static PyObject *read_frozenset(CodeReader *reader, int depth) {
    PyObject *items = read_tuple(reader, depth);
    PyObject *set = items != NULL ? PyFrozenSet_New(items) : NULL;
    Py_XDECREF(items);
    return set;
}

/* What each part has to be; the rest of the interpreter trusts it. */
static bool parts_are_sound(PyObject *const *parts) {
    return PyBytes_CheckExact(parts[0]) && PyTuple_CheckExact(parts[1]) &&
           PyTuple_CheckExact(parts[2]) && PyTuple_CheckExact(parts[3]) &&
           PyBytes_CheckExact(parts[4]) && PyUnicode_CheckExact(parts[5]) &&
           PyUnicode_CheckExact(parts[6]) && PyBytes_CheckExact(parts[7]) &&
           PyBytes_CheckExact(parts[8]);
}

static PyObject *new_code(const CodeReader *reader, const int64_t *numbers,
                          PyObject *const *parts) {
    struct _PyCodeConstructor constructor = {
        .filename = reader->filename,
        .name = parts[5],
        .qualname = parts[6],
        .flags = (int)numbers[4],
        .code = parts[0],
        .firstlineno = (int)numbers[5],
        .linetable = parts[7],
        .consts = parts[1],
        .names = parts[2],
        .localsplusnames = parts[3],
        .localspluskinds = parts[4],
        .argcount = (int)numbers[0],
        .posonlyargcount = (int)numbers[1],
        .kwonlyargcount = (int)numbers[2],
        .stacksize = (int)numbers[3],
        .exceptiontable = parts[8],
    };
    return rt_new_code(&constructor);
}

static PyObject *read_code(CodeReader *reader, int depth) {
    int64_t numbers[PACKED_CODE_NUMBERS];
    PyObject *parts[PACKED_CODE_PARTS] = {NULL};
    PyObject *code = NULL;
    bool complete = true;
    for (int i = 0; i < PACKED_CODE_NUMBERS - 1 && complete; i++) {
        numbers[i] = read_varint(reader);
        complete = numbers[i] >= 0;
    }
    for (int i = 0; i < PACKED_CODE_PARTS && complete; i++) {
        if (i == 7) { /* the first line stands before the line table */
            numbers[PACKED_CODE_NUMBERS - 1] = read_varint(reader);
        }
        parts[i] = read_object(reader, depth + 1);
        complete = parts[i] != NULL;
    }
    if (complete) {
        code = parts_are_sound(parts) ? new_code(reader, numbers, parts) : damaged();
    }
    for (int i = 0; i < PACKED_CODE_PARTS; i++) {
        Py_XDECREF(parts[i]);
    }
    return code;
}

static PyObject *new_reference(PyObject *obj) {
    Py_INCREF(obj);
    return obj;
}

static PyObject *read_tagged(CodeReader *reader, PackedTag tag, int depth) {
    switch (tag) {
    case PACKED_NONE: return new_reference(Py_None);
    case PACKED_TRUE: return new_reference(Py_True);
    case PACKED_FALSE: return new_reference(Py_False);
    case PACKED_ELLIPSIS: return new_reference(Py_Ellipsis);
    case PACKED_INT: return read_int(reader);
    case PACKED_LONG: return read_long(reader);
    case PACKED_FLOAT: return read_float(reader);
    case PACKED_COMPLEX: return read_complex(reader);
    case PACKED_BYTES:
    case PACKED_ASCII:
    case PACKED_TEXT: return read_text(reader, tag);
    case PACKED_NAME: return read_name(reader);
    case PACKED_TUPLE: return read_tuple(reader, depth);
    case PACKED_FROZENSET: return read_frozenset(reader, depth);
    case PACKED_CODE: return read_code(reader, depth);
    case PACKED_REF: return read_reference(reader);
    }
    return damaged();
}

static PyObject *read_object(CodeReader *reader, int depth) {
    if (!has(reader, 1) || depth > PACKED_DEPTH_MAX) {
        return damaged();
    }
    uint8_t byte = *reader->at++;
    if (!(byte & PACKED_MARK)) {
        return read_tagged(reader, (PackedTag)byte, depth);
    }
    size_t number = reader->reference_next++;
    if (number >= reader->reference_count) {
        return damaged();
    }
    PyObject *obj = read_tagged(reader, (PackedTag)(byte & ~PACKED_MARK), depth);
    Py_XINCREF(obj);
    reader->references[number] = obj;
    return obj;
}

PyObject *rt_code_read(const uint8_t *data, size_t size, PyObject *filename) {
    CodeReader reader = {.at = data, .end = data + size, .filename = filename};
    int64_t count = read_varint(&reader);
    if (count < 0 || (uint64_t)count > size) {
        return damaged();
    }
    reader.reference_count = (size_t)count;
    reader.references = calloc((size_t)count + 1, sizeof(*reader.references));
    if (reader.references == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *code = read_object(&reader, 0);
    for (size_t i = 0; i < reader.reference_next && i < reader.reference_count; i++) {
        Py_XDECREF(reader.references[i]);
    }
    free(reader.references);
    if (code != NULL && !PyCode_Check(code)) {
        Py_CLEAR(code);
        return damaged();
    }
    return code;
}
