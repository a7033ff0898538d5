/* CPython's syntax tree, parser and compiler, for the files that walk or make the tree. Apart from
 * the rest because these headers claim common words ("object", "string", "constant") as type names.
 */
#ifndef PYC2C_FRONT_PY_AST_H
#define PYC2C_FRONT_PY_AST_H

#include "py_common.h"

#include <internal/pycore_ast.h>
#include <internal/pycore_compile.h>
#include <internal/pycore_parser.h>
#include <internal/pycore_pyarena.h>

/* py_tree.c: parses a module (NUL-terminated source) without CPython's internal parser function.
 * The tree lives in the arena `tree`; NULL with an exception set. */
mod_ty front_tree_parse(const char *text, PyObject *name, PyCompilerFlags *flags, PyArena *tree);

/* The same, by the shortest way that this libpython has: a shared one exports no parser. */
static inline mod_ty front_parse(const char *text, PyObject *name, PyCompilerFlags *flags,
                                 PyArena *tree) {
#ifdef PYC2C_LIBPYTHON_SHARED
    return front_tree_parse(text, name, flags, tree);
#else
    return _PyParser_ASTFromString(text, name, Py_file_input, flags, tree);
#endif
}

/* py_imports.c: reads the facts from a parsed module. Must run before the module is compiled, since
 * CPython's compiler folds constants in place. */
void front_collect_facts(Arena *arena, mod_ty module, SourceFacts *out);

#endif
