/* From Python exceptions to messages with a place. */
#include "py_common.h"

#include <string.h>

const char *front_text(Arena *arena, PyObject *object) {
    if (object == NULL || !PyUnicode_Check(object)) {
        return "";
    }
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(object, &size);
    if (text != NULL) {
        return arena_strndup(arena, text, (size_t)size);
    }
    PyErr_Clear();
    PyObject *encoded = PyUnicode_AsEncodedString(object, "utf-8", "backslashreplace");
    if (encoded == NULL) {
        PyErr_Clear();
        return "";
    }
    const char *copy = arena_strdup(arena, PyBytes_AS_STRING(encoded));
    Py_DECREF(encoded);
    return copy;
}

/* Where line `line` starts; lines end with \n, \r\n or \r, as in Python. NULL: no such line. */
static const uint8_t *find_line(const uint8_t *source, size_t size, int line, size_t *length) {
    const uint8_t *end = source + size;
    for (const uint8_t *at = source; line > 0; line--) {
        const uint8_t *start = at;
        while (at < end && *at != '\n' && *at != '\r') {
            at++;
        }
        if (line == 1) {
            *length = (size_t)(at - start);
            return start;
        }
        if (at == end) {
            return NULL;
        }
        at += *at == '\r' && at + 1 < end && at[1] == '\n' ? 2 : 1;
    }
    return NULL;
}

const char *front_source_line(Arena *arena, const uint8_t *source, size_t size, int line) {
    size_t length;
    const uint8_t *start = source != NULL ? find_line(source, size, line, &length) : NULL;
    if (start == NULL) {
        return NULL;
    }
    if (line == 1 && length >= 3 && memcmp(start, "\xEF\xBB\xBF", 3) == 0) {
        start += 3; /* the byte order mark is not part of the line */
        length -= 3;
    }
    return arena_strndup(arena, (const char *)start, length);
}

static int int_attribute(PyObject *object, const char *name) {
    PyObject *value = PyObject_GetAttrString(object, name);
    long number = value != NULL && PyLong_Check(value) ? PyLong_AsLong(value) : 0;
    Py_XDECREF(value);
    PyErr_Clear();
    return number > 0 && number < INT32_MAX ? (int)number : 0;
}

static const char *text_attribute(Arena *arena, PyObject *object, const char *name) {
    PyObject *value = PyObject_GetAttrString(object, name);
    const char *text = value != NULL && PyUnicode_Check(value) ? front_text(arena, value) : NULL;
    Py_XDECREF(value);
    PyErr_Clear();
    return text;
}

/* Column of the character that byte column `column` lies in; both from 1. */
static int character_column(const char *line, int column) {
    int characters = 1;
    for (int i = 0; i < column - 1 && line[i] != '\0'; i++) {
        characters += ((unsigned char)line[i] & 0xC0) != 0x80;
    }
    return characters;
}

static void take_syntax_error(Arena *arena, PyObject *exception, const uint8_t *source, size_t size,
                              bool byte_columns, FrontError *error) {
    error->message = text_attribute(arena, exception, "msg");
    error->line = int_attribute(exception, "lineno");
    error->column = error->line > 0 ? int_attribute(exception, "offset") : 0;
    error->source = front_source_line(arena, source, size, error->line);
    if (error->source == NULL && source == NULL) {
        error->source = text_attribute(arena, exception, "text");
    }
    if (error->column > 0 && int_attribute(exception, "end_lineno") == error->line) {
        error->end_column = int_attribute(exception, "end_offset");
    }
    if (byte_columns && error->source != NULL) {
        error->column = error->column > 0 ? character_column(error->source, error->column) : 0;
        error->end_column =
            error->end_column > 0 ? character_column(error->source, error->end_column) : 0;
    }
    if (error->end_column <= error->column) {
        error->end_column = 0;
    }
    if (error->message == NULL) {
        error->message = "invalid syntax";
    }
}

void front_take_error(Arena *arena, const uint8_t *source, size_t size, bool byte_columns,
                      FrontError *error) {
    *error = (FrontError){0};
    PyObject *exception = compat_take_exception();
    if (exception == NULL) {
        error->message = "unknown error in Python's parser";
        return;
    }
    if (PyErr_GivenExceptionMatches(exception, PyExc_SyntaxError)) {
        take_syntax_error(arena, exception, source, size, byte_columns, error);
    } else if (PyErr_GivenExceptionMatches(exception, PyExc_MemoryError) ||
               PyErr_GivenExceptionMatches(exception, PyExc_RecursionError)) {
        error->message = "the code is nested too deeply for Python's compiler";
    } else {
        PyObject *text = PyObject_Str(exception);
        PyErr_Clear();
        error->message =
            arena_printf(arena, "%s: %s", Py_TYPE(exception)->tp_name, front_text(arena, text));
        Py_XDECREF(text);
    }
    Py_DECREF(exception);
}
