/* TOML by tomllib, JSON by json: the target's own standard library, so that what pyc2c reads is
 * what Python tools read. */
#include "py_common.h"
#include "py_compat.h"

#include "../support/fs.h"

#include <stdlib.h>
#include <string.h>

/* The result of module.loads(text), NULL with the exception pending. */
static PyObject *loads(const char *module_name, const char *text) {
    PyObject *document = PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), NULL);
    PyObject *module = document != NULL ? PyImport_ImportModule(module_name) : NULL;
    PyObject *result = module != NULL ? PyObject_CallMethod(module, "loads", "O", document) : NULL;
    Py_XDECREF(module);
    Py_XDECREF(document);
    return result;
}

/* Cuts a trailing " (at line 3, column 5)" or " (at end of document)" off a message of tomllib and
 * turns it into a place; json's " line 3 column 5 (char 20)" likewise. */
static void take_place(Arena *arena, const char *text, FrontError *error) {
    static const char *const forms[] = {" (at line ", ": line "};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const char *place = strstr(error->message, forms[i]);
        if (place != NULL) {
            char *end;
            error->line = (int)strtol(place + strlen(forms[i]), &end, 10);
            const char *column = strstr(end, "column ");
            error->column = column != NULL ? (int)strtol(column + 7, NULL, 10) : 0;
            error->message = arena_strndup(arena, error->message, (size_t)(place - error->message));
        }
    }
    const char *end_of_document = strstr(error->message, " (at end of document)");
    if (end_of_document != NULL) {
        error->line = 1;
        for (const char *at = text; *at != '\0'; at++) {
            error->line += *at == '\n' && at[1] != '\0';
        }
        error->message =
            arena_strndup(arena, error->message, (size_t)(end_of_document - error->message));
    }
    error->source = front_source_line(arena, (const uint8_t *)text, strlen(text), error->line);
}

/* The exception's own text, without its type: these are messages for people already. */
static void take_message(Arena *arena, const char *text, FrontError *error) {
    *error = (FrontError){0};
    PyObject *exception = compat_take_exception();
    if (PyErr_GivenExceptionMatches(exception, PyExc_UnicodeDecodeError)) {
        error->message = "the file is not UTF-8 text";
    } else if (PyErr_GivenExceptionMatches(exception, PyExc_RecursionError)) {
        error->message = "the document is nested too deeply";
    } else {
        PyObject *message = PyObject_Str(exception);
        error->message = front_text(arena, message);
        Py_XDECREF(message);
        take_place(arena, text, error);
    }
    Py_XDECREF(exception);
    PyErr_Clear();
}

static bool parse_document(Arena *arena, const char *module, const char *text, Value *out,
                           FrontError *error) {
    PyGILState_STATE lock = PyGILState_Ensure();
    PyObject *document = loads(module, text);
    bool ok = document != NULL && front_value(arena, document, out, error);
    if (document == NULL) {
        take_message(arena, text, error);
    }
    Py_XDECREF(document);
    PyErr_Clear();
    PyGILState_Release(lock);
    return ok;
}

bool front_parse_toml(Arena *arena, const char *text, Value *out, FrontError *error) {
    return parse_document(arena, "tomllib", text, out, error);
}

/* What lies in <path>.parsed if that is of the same text; NULL without an exception if not. */
static PyObject *parsed_already(const char *path, const StrBuf *text) {
    StrBuf name = {0}, data = {0};
    strbuf_printf(&name, "%s.parsed", path);
    PyObject *both = fs_read(strbuf_text(&name), &data)
                         ? PyMarshal_ReadObjectFromString(data.data, (Py_ssize_t)data.length)
                         : NULL;
    PyObject *document = NULL;
    if (both != NULL && PyTuple_Check(both) && PyTuple_GET_SIZE(both) == 2) {
        Py_ssize_t size;
        const char *made_of = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(both, 0), &size);
        if (made_of != NULL && (size_t)size == text->length &&
            memcmp(made_of, strbuf_text(text), text->length) == 0) {
            document = Py_NewRef(PyTuple_GET_ITEM(both, 1));
        }
    }
    Py_XDECREF(both);
    PyErr_Clear();
    strbuf_free(&name);
    strbuf_free(&data);
    return document;
}

bool front_read_toml(Arena *arena, const char *path, Value *out, FrontError *error) {
    StrBuf text = {0};
    if (!fs_read(path, &text)) {
        *error = (FrontError){.message = "it cannot be read"};
        return false;
    }
    PyGILState_STATE lock = PyGILState_Ensure();
    PyObject *document = parsed_already(path, &text);
    bool ok = document != NULL
                  ? front_value(arena, document, out, error)
                  : front_parse_toml(arena, arena_strdup(arena, strbuf_text(&text)), out, error);
    Py_XDECREF(document);
    PyGILState_Release(lock);
    strbuf_free(&text);
    return ok;
}

bool front_parse_json(Arena *arena, const char *text, Value *out, FrontError *error) {
    return parse_document(arena, "json", text, out, error);
}
