/* Tests whose outcome is known before the program runs, because they ask about the platform or
 * about type checkers. What they leave out needs not be found, and what they let in does. */
#include "py_facts.h"

#include <string.h>

enum { MAX_VERSION_PARTS = 3 };

static Truth truth_of(bool value) {
    return value ? TRUTH_TRUE : TRUTH_FALSE;
}

static Truth negation(Truth truth) {
    return truth == TRUTH_UNKNOWN ? truth : truth == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

/* The text that an expression is known to give on the target, else NULL. */
static const char *known_text(Facts *facts, expr_ty expression) {
    static const char *const known[][2] = {{"sys.platform", "linux"},
                                           {"os.name", "posix"},
                                           {"sys.implementation.name", "cpython"},
                                           {"platform.system", "Linux"},
                                           {"platform.python_implementation", "CPython"}};
    bool is_call = expression->kind == Call_kind && asdl_seq_LEN(expression->v.Call.args) == 0;
    expr_ty asked = is_call ? expression->v.Call.func : expression;
    if (asked->kind != Attribute_kind && asked->kind != Name_kind) {
        return NULL;
    }
    const char *name = facts_dotted(facts, asked);
    for (size_t i = 0; name != NULL && i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(name, known[i][0]) == 0) {
            bool is_function = strncmp(name, "platform.", 9) == 0;
            return is_function == is_call ? known[i][1] : NULL;
        }
    }
    return NULL;
}

static Truth compare(long order, cmpop_ty operation) {
    switch (operation) {
    case Eq: return truth_of(order == 0);
    case NotEq: return truth_of(order != 0);
    case Lt: return truth_of(order < 0);
    case LtE: return truth_of(order <= 0);
    case Gt: return truth_of(order > 0);
    case GtE: return truth_of(order >= 0);
    case Is:
    case IsNot:
    case In:
    case NotIn: break;
    }
    return TRUTH_UNKNOWN;
}

static bool known_number(expr_ty expression, long *number) {
    if (expression->kind != Constant_kind || !PyLong_CheckExact(expression->v.Constant.value)) {
        return false;
    }
    *number = PyLong_AsLong(expression->v.Constant.value);
    bool ok = !(*number == -1 && PyErr_Occurred());
    PyErr_Clear();
    return ok;
}

/* sys.version_info against (3, 8): part by part; a shorter tuple that is equal so far is less. */
static Truth compare_version(expr_ty tuple, size_t parts, cmpop_ty operation) {
    static const long version[MAX_VERSION_PARTS] = {PY_MAJOR_VERSION, PY_MINOR_VERSION,
                                                    PY_MICRO_VERSION};
    asdl_expr_seq *items = tuple->v.Tuple.elts;
    size_t count = (size_t)asdl_seq_LEN(items);
    for (size_t i = 0; i < count && i < parts; i++) {
        long number;
        if (i >= MAX_VERSION_PARTS || !known_number(asdl_seq_GET(items, (Py_ssize_t)i), &number)) {
            return TRUTH_UNKNOWN;
        }
        if (version[i] != number) {
            return compare(version[i] - number, operation);
        }
    }
    return compare(count < parts ? 1 : count > parts ? -1 : 0, operation);
}

/* Recognises sys.version_info (5 parts), and its slice [:n]. 0 for anything else. */
static size_t version_parts(Facts *facts, expr_ty expression) {
    long stop = 5;
    if (expression->kind == Subscript_kind && expression->v.Subscript.slice->kind == Slice_kind) {
        expr_ty slice = expression->v.Subscript.slice;
        if (slice->v.Slice.lower != NULL || slice->v.Slice.step != NULL ||
            slice->v.Slice.upper == NULL || !known_number(slice->v.Slice.upper, &stop) ||
            stop < 1 || stop > MAX_VERSION_PARTS) {
            return 0;
        }
        expression = expression->v.Subscript.value;
    }
    const char *name = expression->kind == Attribute_kind || expression->kind == Name_kind
                           ? facts_dotted(facts, expression)
                           : NULL;
    return name != NULL && strcmp(name, "sys.version_info") == 0 ? (size_t)stop : 0;
}

/* sys.version_info[0], sys.version_info.major, .minor */
static bool version_number(Facts *facts, expr_ty expression, long *number) {
    static const long version[] = {PY_MAJOR_VERSION, PY_MINOR_VERSION};
    long index = -1;
    if (expression->kind == Subscript_kind) {
        if (version_parts(facts, expression->v.Subscript.value) != 5 ||
            !known_number(expression->v.Subscript.slice, &index)) {
            return false;
        }
    } else if (expression->kind == Attribute_kind) {
        const char *name = facts_dotted(facts, expression);
        index = name == NULL                                  ? -1
                : strcmp(name, "sys.version_info.major") == 0 ? 0
                : strcmp(name, "sys.version_info.minor") == 0 ? 1
                                                              : -1;
    }
    if (index < 0 || index > 1) {
        return false;
    }
    *number = version[index];
    return true;
}

static bool contains(asdl_expr_seq *items, const char *text, bool *certain) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(items); i++) {
        const char *item = facts_literal(asdl_seq_GET(items, i));
        *certain = *certain && item != NULL;
        if (item != NULL && strcmp(item, text) == 0) {
            *certain = true;
            return true;
        }
    }
    return false;
}

/* text in ("a", "b"), text == "a" */
static Truth compare_text(const char *text, cmpop_ty operation, expr_ty other) {
    if (operation == In || operation == NotIn) {
        asdl_expr_seq *items = other->kind == Tuple_kind  ? other->v.Tuple.elts
                               : other->kind == List_kind ? other->v.List.elts
                               : other->kind == Set_kind  ? other->v.Set.elts
                                                          : NULL;
        bool certain = items != NULL;
        bool found = certain && contains(items, text, &certain);
        return certain ? truth_of(found == (operation == In)) : TRUTH_UNKNOWN;
    }
    const char *literal = facts_literal(other);
    return literal != NULL && (operation == Eq || operation == NotEq)
               ? compare(strcmp(text, literal), operation)
               : TRUTH_UNKNOWN;
}

static Truth truth_of_comparison(Facts *facts, expr_ty test) {
    if (asdl_seq_LEN(test->v.Compare.ops) != 1) {
        return TRUTH_UNKNOWN;
    }
    expr_ty left = test->v.Compare.left;
    expr_ty right = asdl_seq_GET(test->v.Compare.comparators, 0);
    cmpop_ty operation = (cmpop_ty)asdl_seq_GET(test->v.Compare.ops, 0);
    const char *text = known_text(facts, left);
    if (text != NULL) {
        return compare_text(text, operation, right);
    }
    size_t parts = right->kind == Tuple_kind ? version_parts(facts, left) : 0;
    if (parts > 0) {
        return compare_version(right, parts, operation);
    }
    long number, other;
    if (version_number(facts, left, &number) && known_number(right, &other)) {
        return compare(number - other, operation);
    }
    return TRUTH_UNKNOWN;
}

/* sys.platform.startswith("win") */
static Truth truth_of_call(Facts *facts, expr_ty call) {
    expr_ty function = call->v.Call.func;
    if (function->kind != Attribute_kind || asdl_seq_LEN(call->v.Call.args) != 1) {
        return TRUTH_UNKNOWN;
    }
    const char *method = facts_text(function->v.Attribute.attr);
    const char *text = known_text(facts, function->v.Attribute.value);
    const char *start = facts_literal(asdl_seq_GET(call->v.Call.args, 0));
    if (text == NULL || start == NULL || method == NULL || strcmp(method, "startswith") != 0) {
        return TRUTH_UNKNOWN;
    }
    return truth_of(strncmp(text, start, strlen(start)) == 0);
}

static Truth truth_of_name(Facts *facts, expr_ty name) {
    static const char *const never[] = {"TYPE_CHECKING", "MYPY_CHECK_RUNNING"};
    const char *last = facts_last_name(facts, name);
    for (size_t i = 0; last != NULL && i < sizeof(never) / sizeof(never[0]); i++) {
        if (strcmp(last, never[i]) == 0) {
            return TRUTH_FALSE;
        }
    }
    return TRUTH_UNKNOWN;
}

static Truth truth_of_all(Facts *facts, expr_ty test) {
    Truth decisive = test->v.BoolOp.op == And ? TRUTH_FALSE : TRUTH_TRUE;
    Truth result = negation(decisive);
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(test->v.BoolOp.values); i++) {
        Truth truth = facts_truth(facts, asdl_seq_GET(test->v.BoolOp.values, i));
        if (truth == decisive) {
            return decisive;
        }
        result = truth == TRUTH_UNKNOWN ? truth : result;
    }
    return result;
}

Truth facts_truth(Facts *facts, expr_ty test) {
    if (facts->depth >= FACTS_MAX_DEPTH) {
        return TRUTH_UNKNOWN;
    }
    Truth truth = TRUTH_UNKNOWN;
    facts->depth++;
    if (test->kind == Constant_kind) {
        int value = PyObject_IsTrue(test->v.Constant.value);
        truth = value < 0 ? TRUTH_UNKNOWN : truth_of(value != 0);
    } else if (test->kind == Name_kind || test->kind == Attribute_kind) {
        truth = truth_of_name(facts, test);
    } else if (test->kind == UnaryOp_kind && test->v.UnaryOp.op == Not) {
        truth = negation(facts_truth(facts, test->v.UnaryOp.operand));
    } else if (test->kind == BoolOp_kind) {
        truth = truth_of_all(facts, test);
    } else if (test->kind == Compare_kind) {
        truth = truth_of_comparison(facts, test);
    } else if (test->kind == Call_kind) {
        truth = truth_of_call(facts, test);
    }
    facts->depth--;
    return truth;
}
