/* Trees made from Python objects (py_tree.c) compile to the same code as the parser's own.
 *
 * Needs PYC2C_STDLIB: every module of the standard library is compared, packages excepted. With a
 * shared libpython there is only one of the two to look at, and nothing to compare. */
#include "../../compiler/front/py_ast.h"
#include "../../compiler/support/fs.h"
#include "../../compiler/support/path.h"
#include "unit.h"

#include <stdlib.h>

static Arena arena;

#ifndef PYC2C_LIBPYTHON_SHARED

static mod_ty parse_directly(const char *text, PyObject *name, PyCompilerFlags *flags,
                             PyArena *tree) {
    return _PyParser_ASTFromString(text, name, Py_file_input, flags, tree);
}

/* The code as canonical marshal; false when the text is no Python. */
static bool compile_with(mod_ty (*parse)(const char *, PyObject *, PyCompilerFlags *, PyArena *),
                         const char *text, StrBuf *out) {
    PyCompilerFlags flags = _PyCompilerFlags_INIT;
    PyObject *name = PyUnicode_FromString("module.py");
    PyArena *tree = _PyArena_New();
    mod_ty module = parse(text, name, &flags, tree);
    PyObject *code =
        module != NULL ? (PyObject *)_PyAST_Compile(module, name, &flags, 0, tree) : NULL;
    bool ok = code != NULL && front_marshal(code, out);
    PyErr_Clear();
    Py_XDECREF(code);
    _PyArena_Free(tree);
    Py_DECREF(name);
    return ok;
}

static bool same(const char *text) {
    StrBuf direct = {0}, converted = {0};
    bool compiled = compile_with(parse_directly, text, &direct);
    bool equal = compile_with(front_tree_parse, text, &converted) == compiled &&
                 direct.length == converted.length &&
                 (direct.length == 0 || memcmp(direct.data, converted.data, direct.length) == 0);
    strbuf_free(&direct);
    strbuf_free(&converted);
    return equal;
}

static void test_standard_library(void) {
    const char *directory = getenv("PYC2C_STDLIB");
    StrVec names = {0};
    size_t compared = 0;
    CHECK(fs_list(&arena, directory, &names));
    for (size_t i = 0; i < names.count; i++) {
        StrBuf text = {0};
        const char *path = path_join(&arena, directory, names.items[i]);
        if (strcmp(path_extension(path), ".py") == 0 && fs_read(path, &text)) {
            bool equal = same(strbuf_text(&text));
            if (!equal) {
                fprintf(stderr, "%s\n", path);
            }
            CHECK(equal);
            compared++;
        }
        strbuf_free(&text);
    }
    CHECK(compared > 100);
    vec_free(&names);
}

static void test_odd_sources(void) {
    static const char *const texts[] = {
        "",
        "x = None\nmatch x:\n    case None | True: pass\n    case {'a': b, **rest}: pass\n"
        "    case C(1, d=[_, *_]): pass\n",
        "from . import a as b\nfrom .. import *\nglobal g\n",
        "def f(a, /, b=1, *c, d, e=2, **g) -> None: 'doc'\nasync def h(): return [i async for i in "
        "x]\n",
        "try: pass\nexcept* E as e: raise X from e\n",
        "f'{a!r:>{w}}{{' 'b' u'c' b''\n",
        "d = {**a, 'k': 1}\nd[1:2:3, ...] = 1j, 2.5, -3\n",
        "lambda: (yield)\n",
        "while 1: break\nelse: del a, b.c\n",
        "def (:\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        bool equal = same(texts[i]);
        if (!equal) {
            fprintf(stderr, "%s\n", texts[i]);
        }
        CHECK(equal);
    }
}

#else

static void test_standard_library(void) {
}

static void test_odd_sources(void) {
    CompiledSource out;
    FrontError error;
    CHECK(front_compile(&arena, "m.py", (const uint8_t *)"a = 1\n", 6, 0, &out, &error));
}

#endif

int main(void) {
    const char *error = NULL;
    CHECK(front_init(getenv("PYC2C_STDLIB"), &error));
    PyGILState_STATE lock = PyGILState_Ensure();
    test_standard_library();
    test_odd_sources();
    PyGILState_Release(lock);
    arena_free(&arena);
    front_finish();
    return unit_report();
}
