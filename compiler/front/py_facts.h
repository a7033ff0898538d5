/* Reading facts from a syntax tree: the parts of the collector. Private to py_imports.c
 * (statements), py_names.c (what names stand for), py_conditions.c (tests that are decided before
 * the program runs) and py_calls.c (calls that import, and strings). */
#ifndef PYC2C_FRONT_PY_FACTS_H
#define PYC2C_FRONT_PY_FACTS_H

#include "py_ast.h"

#include "../support/strmap.h"

typedef struct Facts {
    Arena *arena;
    VEC(ImportFact) imports;
    StrVec all_names, groups, strings;
    StrVec words;     /* literal strings that are one identifier: strings too, when open_import */
    bool open_import; /* something is imported under a name that only the running program knows */
    bool has_all;     /* there is a literal __all__ */
    StrMap seen;      /* strings and groups already listed ("s" or "g" + text) */
    StrMap aliases;   /* imported name -> what it stands for: "np" -> "numpy", "x" -> ".pkg.x" */
    StrMap bindings;  /* assigned name -> Binding */
    unsigned flags;   /* IMPORT_* of the place that is being visited */
    int depth;        /* of the recursion over the tree */
    int scope;        /* 0 at module level, more in classes and functions */
} Facts;

/* Deeper trees than CPython's compiler accepts are not descended into. */
enum { FACTS_MAX_DEPTH = 10000 };

/* py_names.c */

/* Text of a str object that lives in the tree; NULL if it is no str or holds surrogates. */
const char *facts_text(PyObject *text);
/* Text of a literal string expression, else NULL. */
const char *facts_literal(expr_ty expression);
/* First walk, over statements only: fills aliases and bindings, so that order in the file does not
 * matter later. */
void facts_bind_names(Facts *facts, asdl_stmt_seq *body);
/* The targets of a loop or comprehension take their values from `values`. */
void facts_bind_loop(Facts *facts, expr_ty target, expr_ty values);
/* Dotted name that an expression stands for, imports resolved: "importlib.util.find_spec"; "?.name"
 * for an attribute of something unknown; NULL for what is no name. Relative ones start with dots.
 */
const char *facts_dotted(Facts *facts, expr_ty expression);
/* Last part of the same; cheap. */
const char *facts_last_name(Facts *facts, expr_ty expression);
/* All literal strings that the expression may be (through names, containers, choices), appended. */
void facts_possible_strings(Facts *facts, expr_ty expression, StrVec *out);
/* The one literal string that the expression certainly is, else NULL. */
const char *facts_certain_string(Facts *facts, expr_ty expression);
/* The expressions that are assigned to a variable, one per call; NULL when `index` is past the
 * last. Elements of loops are not among them. */
expr_ty facts_assigned(Facts *facts, expr_ty name, size_t index);
/* True when a name was assigned the result of entry_points(). */
bool facts_is_entry_points(Facts *facts, expr_ty expression);

/* py_conditions.c */

typedef enum Truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN } Truth;
/* What a test will be on the target: TYPE_CHECKING, sys.version_info, sys.platform, os.name, … */
Truth facts_truth(Facts *facts, expr_ty test);

/* py_calls.c */

void facts_add_import(Facts *facts, const char *module, const char *const *names, int level,
                      int line, unsigned flags);
/* Looks whether a call imports something or names an entry point group. */
void facts_visit_call(Facts *facts, expr_ty call);
/* os.environ["DJANGO_SETTINGS_MODULE"] = "settings", and the same by setdefault(): the value of a
 * variable with such a name is a module, though it be a single word. */
void facts_visit_variable(Facts *facts, expr_ty name, expr_ty value, int line);
/* `entry_points()["group"]`. */
void facts_visit_subscript(Facts *facts, expr_ty subscript);
/* [sys.executable, "-m", "module", …] */
void facts_visit_command(Facts *facts, asdl_expr_seq *items, int line);
/* Notes a string that may name a module. */
void facts_visit_string(Facts *facts, PyObject *text);

#endif
