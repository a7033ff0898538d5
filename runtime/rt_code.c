/* Reading packed code objects (codegen/code_format.h).
 *
 * Follows r_object of CPython's marshal.c in what it builds; names come from a table of the whole
 * image, made into interned str objects once per process. All input is checked: a damaged image
 * ends in an ImportError. Bodies of functions are left for later where that is possible
 * (rt_code_body.c). */
#include "rt_code.h"

#include "../codegen/code_format.h"

#include <stdlib.h>
#include <string.h>

typedef struct CodeReader {
    const uint8_t *at, *end;
    PyObject **references; /* owned */
    size_t reference_count, reference_next;
    PyObject *filename;   /* borrowed */
    CodeSource *source;   /* borrowed */
    bool names_are_known; /* may use known_names */
    bool bodies_wait;
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

static int64_t read_long_varint(CodeReader *reader) {
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

/* -1 (and an exception) when the data ends. Values fit 63 bits. */
static inline int64_t read_varint(CodeReader *reader) {
    if (reader->at < reader->end && *reader->at < 0x80) {
        return *reader->at++;
    }
    return read_long_varint(reader);
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
    if (!reader->names_are_known) {
        return make_name((uint32_t)number);
    }
    if (known_names[number] == NULL) {
        known_names[number] = make_name((uint32_t)number);
    }
    return Py_XNewRef(known_names[number]);
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

static PyObject *read_shared(CodeReader *reader) {
    int64_t number = read_varint(reader);
    if (number < 0 || (size_t)number >= reader->source->shared_count ||
        reader->source->shared[number] == NULL) {
        return damaged();
    }
    return Py_NewRef(reader->source->shared[number]);
}

/* ---- containers ---- */

/* A tuple of `size` items, the first `count` of them read. */
static PyObject *read_items(CodeReader *reader, Py_ssize_t size, Py_ssize_t count, int depth) {
    PyObject *tuple = PyTuple_New(size);
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

static PyObject *read_tuple(CodeReader *reader, int depth) {
    Py_ssize_t count = read_length(reader); /* an item takes a byte at least */
    return count >= 0 ? read_items(reader, count, count, depth) : NULL;
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

/* ---- functions ---- */

static void head_clear(FunctionHead *head) {
    PyObject *parts[] = {head->code,  head->constants, head->names,   head->locals,
                         head->kinds, head->name,      head->qualname};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        Py_XDECREF(parts[i]);
    }
}

/* The code: mostly bytes that nothing else refers to, which need not become an object. */
static bool read_plain_code(CodeReader *reader, FunctionHead *head, int depth) {
    if (!has(reader, 1) || *reader->at != PACKED_BYTES) {
        head->code = read_object(reader, depth + 1);
        return head->code != NULL;
    }
    reader->at++;
    Py_ssize_t size = read_length(reader);
    if (size < 0) {
        return false;
    }
    head->plain_code = reader->at;
    head->plain_size = (size_t)size;
    reader->at += size;
    return true;
}

/* A tuple, or its number of items and the first `kept` ones. */
static PyObject *read_split_tuple(CodeReader *reader, Py_ssize_t kept, int depth) {
    int64_t count = read_varint(reader);
    if (count <= 0) {
        return count == 0 ? read_object(reader, depth + 1) : NULL;
    }
    return has(reader, (size_t)count) ? read_items(reader, (Py_ssize_t)count, kept, depth)
                                      : damaged();
}

static bool read_head(CodeReader *reader, FunctionHead *head, int depth) {
    for (int i = 0; i < PACKED_CODE_NUMBERS - 1; i++) {
        head->numbers[i] = read_varint(reader);
        if (head->numbers[i] < 0) {
            return false;
        }
    }
    if (!read_plain_code(reader, head, depth) ||
        !(head->constants = read_split_tuple(reader, 1, depth)) ||
        !(head->names = read_split_tuple(reader, 0, depth)) ||
        !(head->locals = read_object(reader, depth + 1)) ||
        !(head->kinds = read_object(reader, depth + 1)) ||
        !(head->name = read_object(reader, depth + 1)) ||
        !(head->qualname = read_object(reader, depth + 1))) {
        return false;
    }
    head->numbers[PACKED_CODE_NUMBERS - 1] = read_varint(reader);
    Py_ssize_t size = read_length(reader);
    if (head->numbers[PACKED_CODE_NUMBERS - 1] < 0 || size < 0) {
        return false;
    }
    head->body = reader->at;
    head->body_size = (size_t)size;
    reader->at += size;
    return PyTuple_CheckExact(head->constants) && PyTuple_CheckExact(head->names);
}

/* With the body at once. */
static PyObject *new_function_code(const CodeReader *reader, FunctionHead *head) {
    PyObject *line_table = NULL, *exception_table = NULL, *code = NULL;
    if (head->code == NULL) {
        head->code =
            PyBytes_FromStringAndSize((const char *)head->plain_code, (Py_ssize_t)head->plain_size);
    }
    if (head->code != NULL &&
        rt_code_read_body(reader->source, head->body, head->body_size, head->constants, head->names,
                          &line_table, &exception_table)) {
        PyObject *parts[PACKED_CODE_PARTS] = {head->code,     head->constants, head->names,
                                              head->locals,   head->kinds,     head->name,
                                              head->qualname, line_table,      exception_table};
        code = parts_are_sound(parts) ? new_code(reader, head->numbers, parts) : damaged();
    }
    Py_XDECREF(line_table);
    Py_XDECREF(exception_table);
    return code;
}

static PyObject *read_function(CodeReader *reader, int depth) {
    FunctionHead head = {.code = NULL};
    PyObject *code;
    if (!read_head(reader, &head, depth)) {
        code = damaged();
    } else if (reader->bodies_wait) {
        code = rt_code_without_body(&head, reader->source);
    } else {
        code = new_function_code(reader, &head);
    }
    head_clear(&head);
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
    case PACKED_SHARED: return read_shared(reader);
    case PACKED_FUNCTION: return read_function(reader, depth);
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

/* ---- units and bodies ---- */

/* The table of known names serves the main interpreter; it is there unless memory is out. */
static bool names_are_known(void) {
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        return false;
    }
    if (known_names == NULL) {
        known_names = calloc((size_t)rt_image.index->names.count + 1, sizeof(*known_names));
    }
    return known_names != NULL;
}

/* Begins a unit or a body: the count of its references comes first. */
static bool open_unit(CodeReader *reader) {
    int64_t count = read_varint(reader);
    if (count < 0 || !has(reader, (size_t)count)) {
        damaged();
        return false;
    }
    reader->reference_count = (size_t)count;
    reader->references = count > 0 ? calloc((size_t)count, sizeof(*reader->references)) : NULL;
    if (count > 0 && reader->references == NULL) {
        PyErr_NoMemory();
        return false;
    }
    return true;
}

static void close_unit(CodeReader *reader) {
    for (size_t i = 0; i < reader->reference_next && i < reader->reference_count; i++) {
        Py_XDECREF(reader->references[i]);
    }
    free(reader->references);
}

/* Reads objects into the empty places of a tuple; false with an exception set. */
static bool fill_tuple(CodeReader *reader, PyObject *tuple, bool names) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        if (PyTuple_GET_ITEM(tuple, i) == NULL) {
            PyObject *item = read_object(reader, 1);
            PyTuple_SET_ITEM(tuple, i, item);
            if (item == NULL || (names && !PyUnicode_CheckExact(item))) {
                damaged();
                return false;
            }
        }
    }
    return true;
}

/* Index of the first empty place. */
static Py_ssize_t first_empty(PyObject *tuple) {
    Py_ssize_t i = 0;
    while (i < PyTuple_GET_SIZE(tuple) && PyTuple_GET_ITEM(tuple, i) != NULL) {
        i++;
    }
    return i;
}

static void empty_tuple(PyObject *tuple, Py_ssize_t from) {
    for (Py_ssize_t i = from; i < PyTuple_GET_SIZE(tuple); i++) {
        Py_CLEAR(((PyTupleObject *)tuple)->ob_item[i]);
    }
}

bool rt_code_read_body(CodeSource *source, const uint8_t *body, size_t size, PyObject *constants,
                       PyObject *names, PyObject **line_table, PyObject **exception_table) {
    CodeReader reader = {.at = body,
                         .end = body + size,
                         .filename = source->filename,
                         .source = source,
                         .names_are_known = names_are_known(),
                         .bodies_wait = source->bodies_wait && rt_code_bodies_wait()};
    Py_ssize_t first_constant = first_empty(constants);
    Py_ssize_t first_name = first_empty(names);
    *line_table = *exception_table = NULL;
    bool ok = open_unit(&reader) && fill_tuple(&reader, constants, false) &&
              fill_tuple(&reader, names, true) && (*line_table = read_object(&reader, 1)) &&
              (*exception_table = read_object(&reader, 1));
    if (ok && !(PyBytes_CheckExact(*line_table) && PyBytes_CheckExact(*exception_table))) {
        damaged();
        ok = false;
    }
    if (!ok) {
        empty_tuple(constants, first_constant);
        empty_tuple(names, first_name);
        Py_CLEAR(*line_table);
        Py_CLEAR(*exception_table);
    }
    close_unit(&reader);
    return ok;
}

CodeSource *rt_code_source_use(CodeSource *source) {
    source->users++;
    return source;
}

void rt_code_source_release(CodeSource *source) {
    if (--source->users > 0) {
        return;
    }
    Py_DECREF(source->filename);
    for (size_t i = 0; i < source->shared_count; i++) {
        Py_XDECREF(source->shared[i]);
    }
    free(source);
}

/* The shared objects, which stand first. New source, or NULL with an exception set. */
static CodeSource *read_source(CodeReader *reader) {
    int64_t count = read_varint(reader);
    if (count < 0 || !has(reader, (size_t)count)) {
        damaged();
        return NULL;
    }
    CodeSource *source = calloc(1, sizeof(*source) + (size_t)count * sizeof(PyObject *));
    if (source == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    source->users = 1;
    source->bodies_wait = reader->bodies_wait;
    source->filename = Py_NewRef(reader->filename);
    source->shared_count = (size_t)count;
    reader->source = source;
    for (size_t i = 0; i < source->shared_count; i++) {
        source->shared[i] = read_object(reader, 0);
        if (source->shared[i] == NULL) {
            rt_code_source_release(source);
            return NULL;
        }
    }
    return source;
}

PyObject *rt_code_read(const uint8_t *data, size_t size, PyObject *filename, bool data_stays) {
    CodeReader reader = {.at = data,
                         .end = data + size,
                         .filename = filename,
                         .names_are_known = names_are_known(),
                         .bodies_wait = data_stays && rt_code_bodies_wait()};
    CodeSource *source = read_source(&reader);
    if (source == NULL) {
        return NULL;
    }
    PyObject *code = open_unit(&reader) ? read_object(&reader, 0) : NULL;
    close_unit(&reader);
    rt_code_source_release(source);
    if (code != NULL && !PyCode_Check(code)) {
        Py_CLEAR(code);
        return damaged();
    }
    return code;
}
