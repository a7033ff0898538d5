/* Source bytes to canonical bytecode and facts, with one parse. */
#include "py_ast.h"

#include <stdlib.h>
#include <string.h>

/* The first byte that is not part of valid UTF-8; NULL when all is well. */
static const uint8_t *find_invalid_utf8(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        if (end - at >= 8) { /* eight ASCII bytes at once: most of any source */
            uint64_t word;
            memcpy(&word, at, sizeof(word));
            if ((word & 0x8080808080808080u) == 0) {
                at += sizeof(word);
                continue;
            }
        }
        if (*at < 0x80) {
            at++;
            continue;
        }
        size_t length = *at < 0xC2 ? 0 : *at < 0xE0 ? 2 : *at < 0xF0 ? 3 : *at < 0xF5 ? 4 : 0;
        if (length == 0 || (size_t)(end - at) < length || (*at == 0xE0 && at[1] < 0xA0) ||
            (*at == 0xED && at[1] >= 0xA0) || (*at == 0xF0 && at[1] < 0x90) ||
            (*at == 0xF4 && at[1] >= 0x90)) {
            return at;
        }
        for (size_t i = 1; i < length; i++) {
            if ((at[i] & 0xC0) != 0x80) {
                return at;
            }
        }
        at += length;
    }
    return NULL;
}

/* True when a line is a comment that holds a PEP 263 declaration: coding[:=]\s*name. */
static bool declares_encoding(const char *line) {
    line += strspn(line, " \t\f");
    for (const char *at = strstr(line, "coding"); *line == '#' && at != NULL;
         at = strstr(at + 1, "coding")) {
        if (at[6] == ':' || at[6] == '=') {
            char first = at[7 + strspn(at + 7, " \t")];
            if (Py_ISALNUM((unsigned char)first) || first == '-' || first == '_' || first == '.') {
                return true;
            }
        }
    }
    return false;
}

/* The line that declares an encoding (a byte order mark counts as line 1), 0 if none does: then the
 * source must be UTF-8. The second line counts only when the first is blank or a comment. */
static int encoding_line(Arena *arena, const uint8_t *source, size_t size) {
    if (size >= 3 && memcmp(source, "\xEF\xBB\xBF", 3) == 0) {
        return 1;
    }
    const char *first = front_source_line(arena, source, size, 1);
    const char *second = front_source_line(arena, source, size, 2);
    if (first != NULL && declares_encoding(first)) {
        return 1;
    }
    bool first_is_empty = first != NULL && strchr("#", first[strspn(first, " \t\f")]) != NULL;
    return first_is_empty && second != NULL && declares_encoding(second) ? 2 : 0;
}

/* Fills in the place of the byte `at`. */
static void set_place(Arena *arena, const uint8_t *source, size_t size, const uint8_t *at,
                      FrontError *error) {
    error->line = 1;
    error->column = 1;
    for (const uint8_t *byte = source; byte < at; byte++) {
        bool ends_line = *byte == '\n' || (*byte == '\r' && byte[1] != '\n');
        if (ends_line) {
            error->line++;
            error->column = 1;
        } else if ((*byte & 0xC0) != 0x80) {
            error->column++;
        }
    }
    error->source = front_source_line(arena, source, size, error->line);
}

/* Faults that CPython reports without a place, or not at all: found before it sees the source. */
static bool check_bytes(Arena *arena, const uint8_t *source, size_t size, FrontError *error) {
    *error = (FrontError){0};
    const uint8_t *nul = size > 0 ? memchr(source, '\0', size) : NULL;
    if (nul != NULL) {
        set_place(arena, source, size, nul, error);
        error->source = NULL;
        error->message = "source code cannot contain null bytes";
        return false;
    }
    if (size > INT32_MAX) {
        error->message = "the file is larger than Python can compile (2 GB)";
        return false;
    }
    return true;
}

/* After a failure: the undeclared byte that is not UTF-8 is the reason, unless something before it
 * was wrong already. In CPython's words for a script, which say more than those for a module. */
static void blame_encoding(Arena *arena, const char *name, const uint8_t *source, size_t size,
                           const uint8_t *invalid, FrontError *error) {
    FrontError place = {0};
    set_place(arena, source, size, invalid, &place);
    if (error->line == 0 || error->line >= place.line) {
        *error = place;
        error->message = arena_printf(
            arena,
            "Non-UTF-8 code starting with '\\x%02x' in file %s on line %d, but no encoding "
            "declared; see https://peps.python.org/pep-0263/ for details",
            *invalid, name, error->line);
    }
}

typedef struct Parsed {
    PyArena *tree;
    PyObject *name;
    mod_ty module;
    PyCompilerFlags flags;
} Parsed;

static void parsed_free(Parsed *parsed) {
    if (parsed->tree != NULL) {
        _PyArena_Free(parsed->tree);
    }
    Py_XDECREF(parsed->name);
}

static bool parse(Arena *arena, const char *name, const uint8_t *source, size_t size, Parsed *out,
                  FrontError *error) {
    *out = (Parsed){.flags = _PyCompilerFlags_INIT};
    if (!check_bytes(arena, source, size, error)) {
        return false;
    }
    /* What is not UTF-8 is no error yet: in comments, CPython imports it. */
    int declared = encoding_line(arena, source, size);
    const uint8_t *invalid = declared == 0 ? find_invalid_utf8(source, source + size) : NULL;
    if (declared == 0 && invalid == NULL) { /* only so does the parser count columns right */
        out->flags.cf_flags |= PyCF_IGNORE_COOKIE;
    }
    char *text = xmalloc(size + 1); /* the tokenizer wants a NUL at the end */
    memcpy(text, source, size);
    text[size] = '\0';
    out->name = PyUnicode_DecodeFSDefault(name);
    out->tree = _PyArena_New();
    if (out->name != NULL && out->tree != NULL) {
        out->module = front_parse(text, out->name, &out->flags, out->tree);
    }
    free(text);
    if (out->module == NULL) {
        front_take_error(arena, source, size, false, error);
        if (invalid != NULL) {
            blame_encoding(arena, name, source, size, invalid, error);
        } else if (error->line == 0 && declared > 0 && strstr(error->message, "encoding") != NULL) {
            error->line = declared; /* "unknown encoding: x" comes without a place */
            error->source = front_source_line(arena, source, size, declared);
        }
        return false;
    }
    return true;
}

bool front_scan(Arena *arena, const char *name, const uint8_t *source, size_t size,
                SourceFacts *out, FrontError *error) {
    PyGILState_STATE lock = PyGILState_Ensure();
    Parsed parsed;
    bool ok = parse(arena, name, source, size, &parsed, error);
    if (ok) {
        front_collect_facts(arena, parsed.module, out);
    }
    parsed_free(&parsed);
    PyGILState_Release(lock);
    return ok;
}

/* Compiles a parsed module and takes over the bytes of its code. */
static bool make_code(Arena *arena, Parsed *parsed, int optimize, const uint8_t *source,
                      size_t size, CompiledSource *out, FrontError *error) {
    PyObject *code = (PyObject *)_PyAST_Compile(parsed->module, parsed->name, &parsed->flags,
                                                optimize, parsed->tree);
    if (code == NULL) {
        front_take_error(arena, source, size, true, error);
        return false;
    }
    StrBuf bytes = {0};
    bool ok = front_marshal(code, &bytes);
    Py_DECREF(code);
    if (ok) {
        out->code = (const uint8_t *)arena_strndup(arena, bytes.data, bytes.length);
        out->code_size = bytes.length;
    } else {
        PyErr_Clear();
        *error = (FrontError){.message = "the code is nested too deeply to be stored as bytecode"};
    }
    strbuf_free(&bytes);
    return ok;
}

bool front_compile(Arena *arena, const char *name, const uint8_t *source, size_t size, int optimize,
                   CompiledSource *out, FrontError *error) {
    PyGILState_STATE lock = PyGILState_Ensure();
    Parsed parsed;
    *out = (CompiledSource){0};
    bool ok = parse(arena, name, source, size, &parsed, error);
    if (ok) {
        front_collect_facts(arena, parsed.module, &out->facts);
        ok = make_code(arena, &parsed, optimize, source, size, out, error);
    }
    parsed_free(&parsed);
    PyGILState_Release(lock);
    return ok;
}

bool front_compile_text(Arena *arena, const char *name, const char *text, bool expression,
                        int optimize, const uint8_t **code, size_t *code_size) {
    PyGILState_STATE lock = PyGILState_Ensure();
    PyCompilerFlags flags = _PyCompilerFlags_INIT;
    flags.cf_flags = PyCF_SOURCE_IS_UTF8 | PyCF_IGNORE_COOKIE;
    StrBuf bytes = {0};
    PyObject *file = PyUnicode_FromString(name);
    PyObject *made =
        file != NULL ? Py_CompileStringObject(
                           text, file, expression ? Py_eval_input : Py_file_input, &flags, optimize)
                     : NULL;
    bool ok = made != NULL && front_marshal(made, &bytes);
    if (ok) {
        *code = (const uint8_t *)arena_strndup(arena, bytes.data, bytes.length);
        *code_size = bytes.length;
    }
    PyErr_Clear();
    Py_XDECREF(made);
    Py_XDECREF(file);
    strbuf_free(&bytes);
    PyGILState_Release(lock);
    return ok;
}
