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

/* py_imports.c: reads the facts from a parsed module. Must run before the module is compiled, since
 * CPython's compiler folds constants in place. */
void front_collect_facts(Arena *arena, mod_ty module, SourceFacts *out);

#endif
