/* What names stand for, as far as one file can tell: imported modules and functions, and the
 * literal strings that variables hold. Flow is ignored: a name may be any of the values it is given
 * anywhere in the file. */
#include "py_facts.h"

#include <string.h>

enum { MAX_VALUE_DEPTH = 8, MAX_VALUES = 1000 };

typedef struct BoundValue {
    expr_ty expression;
    bool element; /* the name is an element of it, not the whole */
} BoundValue;

typedef struct Binding {
    BoundValue *values;
    size_t count, capacity;
    bool unknown; /* also bound in a way that says nothing: argument, augmented, with … as */
} Binding;

const char *facts_text(PyObject *text) {
    if (text == NULL || !PyUnicode_CheckExact(text)) {
        return NULL;
    }
    const char *utf8 = PyUnicode_AsUTF8(text);
    if (utf8 == NULL) {
        PyErr_Clear();
    }
    return utf8;
}

const char *facts_literal(expr_ty expression) {
    return expression != NULL && expression->kind == Constant_kind
               ? facts_text(expression->v.Constant.value)
               : NULL;
}

/* ---- the first walk ---- */

static Binding *binding_of(Facts *facts, expr_ty name) {
    const char *id = facts_text(name->v.Name.id);
    if (id == NULL) {
        return NULL;
    }
    Binding *binding = strmap_get(&facts->bindings, id);
    if (binding == NULL) {
        binding = ARENA_NEW(facts->arena, Binding);
        strmap_set(&facts->bindings, id, binding);
    }
    return binding;
}

static void bind(Facts *facts, expr_ty target, expr_ty value, bool element) {
    if (target->kind == Tuple_kind || target->kind == List_kind) {
        asdl_expr_seq *items =
            target->kind == Tuple_kind ? target->v.Tuple.elts : target->v.List.elts;
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(items); i++) {
            bind(facts, asdl_seq_GET(items, i), value, true);
        }
        return;
    }
    Binding *binding = target->kind == Name_kind ? binding_of(facts, target) : NULL;
    if (binding == NULL) {
        return;
    }
    if (value == NULL || binding->count >= MAX_VALUES) {
        binding->unknown = true;
        return;
    }
    if (binding->count == binding->capacity) {
        size_t capacity = binding->capacity ? binding->capacity * 4 : 1;
        BoundValue *values = ARENA_ARRAY(facts->arena, BoundValue, capacity);
        if (binding->count > 0) {
            memcpy(values, binding->values, binding->count * sizeof(*values));
        }
        binding->values = values;
        binding->capacity = capacity;
    }
    binding->values[binding->count++] = (BoundValue){value, element};
}

void facts_bind_loop(Facts *facts, expr_ty target, expr_ty values) {
    bind(facts, target, values, true);
}

static void bind_arguments(Facts *facts, arguments_ty arguments) {
    asdl_arg_seq *const lists[] = {arguments->posonlyargs, arguments->args, arguments->kwonlyargs};
    for (size_t list = 0; list < 3; list++) {
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(lists[list]); i++) {
            const char *id = facts_text(asdl_seq_GET(lists[list], i)->arg);
            Binding *binding = id != NULL ? strmap_get(&facts->bindings, id) : NULL;
            if (id != NULL && binding == NULL) {
                binding = ARENA_NEW(facts->arena, Binding);
                strmap_set(&facts->bindings, id, binding);
            }
            if (binding != NULL) {
                binding->unknown = true;
            }
        }
    }
}

/* import a.b as c: c is a.b. import a.b: a is a. from .m import x as y: y is .m.x. */
static void alias_import(Facts *facts, alias_ty alias, const char *from, int level) {
    const char *name = facts_text(alias->name);
    const char *as = alias->asname != NULL ? facts_text(alias->asname) : NULL;
    if (name == NULL || strcmp(name, "*") == 0) {
        return;
    }
    const char *local = as != NULL ? as : name;
    const char *stands_for = name;
    if (from != NULL) {
        char dots[16] = "";
        memset(dots, '.', (size_t)(level < 15 ? level : 15));
        stands_for =
            arena_printf(facts->arena, "%s%s%s%s", dots, from, from[0] != '\0' ? "." : "", name);
    } else if (as == NULL) {
        local = stands_for = arena_strndup(facts->arena, name, strcspn(name, "."));
    }
    strmap_set(&facts->aliases, local, (void *)(uintptr_t)stands_for);
}

static void bind_statement(Facts *facts, stmt_ty s) {
    switch (s->kind) {
    case Import_kind:
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(s->v.Import.names); i++) {
            alias_import(facts, asdl_seq_GET(s->v.Import.names, i), NULL, 0);
        }
        break;
    case ImportFrom_kind:
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(s->v.ImportFrom.names); i++) {
            const char *module =
                s->v.ImportFrom.module != NULL ? facts_text(s->v.ImportFrom.module) : "";
            alias_import(facts, asdl_seq_GET(s->v.ImportFrom.names, i),
                         module != NULL ? module : "", s->v.ImportFrom.level);
        }
        break;
    case Assign_kind:
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(s->v.Assign.targets); i++) {
            bind(facts, asdl_seq_GET(s->v.Assign.targets, i), s->v.Assign.value, false);
        }
        break;
    case AnnAssign_kind:
        if (s->v.AnnAssign.value != NULL) {
            bind(facts, s->v.AnnAssign.target, s->v.AnnAssign.value, false);
        }
        break;
    case AugAssign_kind: /* NAMES += [...] adds to what it may be */
        bind(facts, s->v.AugAssign.target, s->v.AugAssign.value, false);
        bind(facts, s->v.AugAssign.target, NULL, false);
        break;
    case For_kind:
        facts_bind_loop(facts, s->v.For.target, s->v.For.iter);
        facts_bind_names(facts, s->v.For.body);
        facts_bind_names(facts, s->v.For.orelse);
        break;
    case AsyncFor_kind:
        bind(facts, s->v.AsyncFor.target, NULL, false);
        facts_bind_names(facts, s->v.AsyncFor.body);
        facts_bind_names(facts, s->v.AsyncFor.orelse);
        break;
    case FunctionDef_kind:
        bind_arguments(facts, s->v.FunctionDef.args);
        facts_bind_names(facts, s->v.FunctionDef.body);
        break;
    case AsyncFunctionDef_kind:
        bind_arguments(facts, s->v.AsyncFunctionDef.args);
        facts_bind_names(facts, s->v.AsyncFunctionDef.body);
        break;
    case ClassDef_kind: facts_bind_names(facts, s->v.ClassDef.body); break;
    case If_kind:
        facts_bind_names(facts, s->v.If.body);
        facts_bind_names(facts, s->v.If.orelse);
        break;
    case While_kind:
        facts_bind_names(facts, s->v.While.body);
        facts_bind_names(facts, s->v.While.orelse);
        break;
    case With_kind: facts_bind_names(facts, s->v.With.body); break;
    case AsyncWith_kind: facts_bind_names(facts, s->v.AsyncWith.body); break;
    case Match_kind:
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(s->v.Match.cases); i++) {
            facts_bind_names(facts, asdl_seq_GET(s->v.Match.cases, i)->body);
        }
        break;
    case Try_kind:
    case TryStar_kind: { /* the two have the same fields */
        asdl_excepthandler_seq *handlers = s->v.Try.handlers;
        facts_bind_names(facts, s->v.Try.body);
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(handlers); i++) {
            facts_bind_names(facts, asdl_seq_GET(handlers, i)->v.ExceptHandler.body);
        }
        facts_bind_names(facts, s->v.Try.orelse);
        facts_bind_names(facts, s->v.Try.finalbody);
        break;
    }
    default: break; /* the other statements bind nothing of interest */
    }
}

void facts_bind_names(Facts *facts, asdl_stmt_seq *body) {
    if (facts->depth >= FACTS_MAX_DEPTH) {
        return;
    }
    facts->depth++;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(body); i++) {
        bind_statement(facts, asdl_seq_GET(body, i));
    }
    facts->depth--;
}

/* ---- questions ---- */

static const char *dotted(Facts *facts, expr_ty expression, int depth) {
    if (expression->kind == Name_kind) {
        const char *id = facts_text(expression->v.Name.id);
        const char *alias = id != NULL ? strmap_get(&facts->aliases, id) : NULL;
        return alias != NULL ? alias : id;
    }
    if (expression->kind != Attribute_kind || depth > MAX_VALUE_DEPTH) {
        return NULL;
    }
    const char *name = facts_text(expression->v.Attribute.attr);
    const char *owner = dotted(facts, expression->v.Attribute.value, depth + 1);
    return name == NULL ? NULL
                        : arena_printf(facts->arena, "%s.%s", owner != NULL ? owner : "?", name);
}

const char *facts_dotted(Facts *facts, expr_ty expression) {
    return dotted(facts, expression, 0);
}

const char *facts_last_name(Facts *facts, expr_ty expression) {
    if (expression->kind == Attribute_kind) {
        return facts_text(expression->v.Attribute.attr);
    }
    const char *name = expression->kind == Name_kind ? facts_text(expression->v.Name.id) : NULL;
    const char *alias = name != NULL ? strmap_get(&facts->aliases, name) : NULL;
    const char *dot = alias != NULL ? strrchr(alias, '.') : NULL;
    return dot != NULL ? dot + 1 : alias != NULL ? alias : name;
}

static void possible(Facts *facts, expr_ty expression, bool keys, StrVec *out, int depth);

static void possible_of_all(Facts *facts, asdl_expr_seq *items, StrVec *out, int depth) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(items); i++) {
        possible(facts, asdl_seq_GET(items, i), false, out, depth);
    }
}

static void possible_of_name(Facts *facts, expr_ty name, bool keys, StrVec *out, int depth) {
    const char *id = facts_text(name->v.Name.id);
    const Binding *binding = id != NULL ? strmap_get(&facts->bindings, id) : NULL;
    for (size_t i = 0; binding != NULL && i < binding->count; i++) {
        const BoundValue *value = &binding->values[i];
        possible(facts, value->expression, keys || value->element, out, depth);
    }
}

/* sorted(x), list(x), reversed(x), x.values(), x.items(), x.keys(), x.get(key), "a b".split() */
static void possible_of_call(Facts *facts, expr_ty call, StrVec *out, int depth) {
    expr_ty function = call->v.Call.func;
    if (function->kind == Name_kind) {
        possible_of_all(facts, call->v.Call.args, out, depth);
        return;
    }
    const char *text =
        function->kind == Attribute_kind ? facts_literal(function->v.Attribute.value) : NULL;
    if (text == NULL) {
        if (function->kind == Attribute_kind) {
            possible(facts, function->v.Attribute.value, true, out, depth);
        }
        return;
    }
    for (const char *at = text; *at != '\0';) { /* words of a literal that is split */
        size_t length = strcspn(at, " ,;\t\n");
        if (length > 0) {
            vec_push(out, arena_strndup(facts->arena, at, length));
        }
        at += length;
        at += strspn(at, " ,;\t\n");
    }
}

/* `keys`: of a dictionary the keys count too, since it is iterated over. */
static void possible(Facts *facts, expr_ty e, bool keys, StrVec *out, int depth) {
    if (e == NULL || depth > MAX_VALUE_DEPTH || out->count > MAX_VALUES) {
        return;
    }
    depth++;
    switch (e->kind) {
    case Constant_kind: {
        const char *text = facts_literal(e);
        if (text != NULL) {
            vec_push(out, text);
        }
        break;
    }
    case Name_kind: possible_of_name(facts, e, keys, out, depth); break;
    case List_kind: possible_of_all(facts, e->v.List.elts, out, depth); break;
    case Tuple_kind: possible_of_all(facts, e->v.Tuple.elts, out, depth); break;
    case Set_kind: possible_of_all(facts, e->v.Set.elts, out, depth); break;
    case Dict_kind:
        if (keys) {
            possible_of_all(facts, e->v.Dict.keys, out, depth);
        }
        possible_of_all(facts, e->v.Dict.values, out, depth);
        break;
    case IfExp_kind:
        possible(facts, e->v.IfExp.body, keys, out, depth);
        possible(facts, e->v.IfExp.orelse, keys, out, depth);
        break;
    case BoolOp_kind: possible_of_all(facts, e->v.BoolOp.values, out, depth); break;
    case BinOp_kind: /* lists that are added up */
        possible(facts, e->v.BinOp.left, keys, out, depth);
        possible(facts, e->v.BinOp.right, keys, out, depth);
        break;
    case Subscript_kind: possible(facts, e->v.Subscript.value, false, out, depth); break;
    case Starred_kind: possible(facts, e->v.Starred.value, keys, out, depth); break;
    case NamedExpr_kind: possible(facts, e->v.NamedExpr.value, keys, out, depth); break;
    case Call_kind: possible_of_call(facts, e, out, depth); break;
    default: break;
    }
}

void facts_possible_strings(Facts *facts, expr_ty expression, StrVec *out) {
    possible(facts, expression, false, out, 0);
}

const char *facts_certain_string(Facts *facts, expr_ty expression) {
    if (expression != NULL && expression->kind == Name_kind) {
        const char *id = facts_text(expression->v.Name.id);
        const Binding *binding = id != NULL ? strmap_get(&facts->bindings, id) : NULL;
        bool certain = binding != NULL && binding->count == 1 && !binding->unknown &&
                       !binding->values[0].element;
        return certain ? facts_literal(binding->values[0].expression) : NULL;
    }
    return facts_literal(expression);
}

expr_ty facts_assigned(Facts *facts, expr_ty name, size_t index) {
    const char *id = name->kind == Name_kind ? facts_text(name->v.Name.id) : NULL;
    const Binding *binding = id != NULL ? strmap_get(&facts->bindings, id) : NULL;
    for (size_t i = 0; binding != NULL && i < binding->count; i++) {
        if (!binding->values[i].element && index-- == 0) {
            return binding->values[i].expression;
        }
    }
    return NULL;
}

bool facts_is_entry_points(Facts *facts, expr_ty expression) {
    if (expression->kind == Call_kind) {
        const char *name = facts_last_name(facts, expression->v.Call.func);
        return name != NULL && strcmp(name, "entry_points") == 0;
    }
    const char *id = expression->kind == Name_kind ? facts_text(expression->v.Name.id) : NULL;
    const Binding *binding = id != NULL ? strmap_get(&facts->bindings, id) : NULL;
    for (size_t i = 0; binding != NULL && i < binding->count; i++) {
        expr_ty value = binding->values[i].expression;
        if (value->kind == Call_kind && facts_is_entry_points(facts, value)) {
            return true;
        }
    }
    return false;
}
