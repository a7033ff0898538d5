/* The walk over a module's syntax tree: import statements with the circumstances they stand in,
 * __all__, and, through py_calls.c, imports by function calls. */
#include "py_facts.h"

#include <string.h>

static void visit_body(Facts *facts, asdl_stmt_seq *body);
static void visit_expression(Facts *facts, expr_ty expression);

static void visit_all(Facts *facts, asdl_expr_seq *expressions) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(expressions); i++) {
        visit_expression(facts, asdl_seq_GET(expressions, i));
    }
}

/* ---- import statements ---- */

static void visit_import(Facts *facts, asdl_alias_seq *names, int line) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(names); i++) {
        const char *module = facts_text(asdl_seq_GET(names, i)->name);
        if (module != NULL) {
            facts_add_import(facts, module, NULL, 0, line, 0);
        }
    }
}

static void visit_import_from(Facts *facts, stmt_ty statement) {
    asdl_alias_seq *aliases = statement->v.ImportFrom.names;
    const char *module =
        statement->v.ImportFrom.module != NULL ? facts_text(statement->v.ImportFrom.module) : "";
    size_t count = 0;
    const char **names = ARENA_ARRAY(facts->arena, const char *, (size_t)asdl_seq_LEN(aliases) + 1);
    unsigned flags = IMPORT_FROM;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(aliases); i++) {
        const char *name = facts_text(asdl_seq_GET(aliases, i)->name);
        if (name != NULL && strcmp(name, "*") == 0) {
            flags = IMPORT_STAR;
        } else if (name != NULL) {
            names[count++] = arena_strdup(facts->arena, name);
        }
    }
    if (module != NULL) {
        facts_add_import(facts, module, count > 0 ? names : NULL, statement->v.ImportFrom.level,
                         statement->lineno, flags);
    }
}

/* ---- __all__ ---- */

static bool is_all(expr_ty target) {
    const char *name = target->kind == Name_kind ? facts_text(target->v.Name.id) : NULL;
    return name != NULL && strcmp(name, "__all__") == 0;
}

static void add_all_names(Facts *facts, expr_ty value) {
    if (value == NULL) {
        return;
    }
    if (value->kind == List_kind || value->kind == Tuple_kind) {
        asdl_expr_seq *items = value->kind == List_kind ? value->v.List.elts : value->v.Tuple.elts;
        facts->has_all = true;
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(items); i++) {
            const char *name = facts_literal(asdl_seq_GET(items, i));
            if (name != NULL) {
                vec_push(&facts->all_names, arena_strdup(facts->arena, name));
            }
        }
    } else if (value->kind == BinOp_kind && value->v.BinOp.op == Add) {
        add_all_names(facts, value->v.BinOp.left); /* other.__all__ + ["own"] */
        add_all_names(facts, value->v.BinOp.right);
    }
}

/* __all__.append("x"), __all__.extend(["x", "y"]) */
static void visit_all_call(Facts *facts, expr_ty call) {
    expr_ty function = call->v.Call.func;
    if (function->kind != Attribute_kind || !is_all(function->v.Attribute.value) ||
        asdl_seq_LEN(call->v.Call.args) != 1) {
        return;
    }
    expr_ty argument = asdl_seq_GET(call->v.Call.args, 0);
    const char *method = facts_text(function->v.Attribute.attr);
    const char *name = facts_literal(argument);
    if (strcmp(method, "append") == 0 && name != NULL) {
        vec_push(&facts->all_names, arena_strdup(facts->arena, name));
        facts->has_all = true;
    } else if (strcmp(method, "extend") == 0) {
        add_all_names(facts, argument);
    }
}

/* ---- statements with circumstances ---- */

/* Visits a body under further circumstances. */
static void visit_under(Facts *facts, asdl_stmt_seq *body, unsigned flags) {
    unsigned saved = facts->flags;
    facts->flags |= flags;
    visit_body(facts, body);
    facts->flags = saved;
}

/* A branch that is taken if `truth`: for certain, never, or perhaps. */
static void visit_branch(Facts *facts, asdl_stmt_seq *body, Truth truth) {
    visit_under(facts, body,
                truth == TRUTH_TRUE    ? 0
                : truth == TRUTH_FALSE ? IMPORT_TYPE_CHECKING
                                       : IMPORT_CONDITIONAL);
}

static Truth opposite(Truth truth) {
    return truth == TRUTH_UNKNOWN ? truth : truth == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

static void visit_arguments(Facts *facts, arguments_ty arguments) {
    visit_all(facts, arguments->defaults);
    visit_all(facts, arguments->kw_defaults); /* holds NULL for "no default" */
}

static void visit_function(Facts *facts, arguments_ty arguments, asdl_expr_seq *decorators,
                           asdl_stmt_seq *body) {
    visit_all(facts, decorators);
    visit_arguments(facts, arguments);
    unsigned saved = facts->flags;
    facts->flags =
        (saved & ~(unsigned)IMPORT_IN_TRY) | IMPORT_IN_FUNCTION; /* runs at another time */
    facts->scope++;
    visit_body(facts, body);
    facts->scope--;
    facts->flags = saved;
}

static void visit_class(Facts *facts, stmt_ty statement) {
    visit_all(facts, statement->v.ClassDef.decorator_list);
    visit_all(facts, statement->v.ClassDef.bases);
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(statement->v.ClassDef.keywords); i++) {
        visit_expression(facts, asdl_seq_GET(statement->v.ClassDef.keywords, i)->value);
    }
    facts->scope++;
    visit_body(facts, statement->v.ClassDef.body);
    facts->scope--;
}

/* True for names of exceptions that a failed import is an instance of. */
static bool catches_import_error(Facts *facts, expr_ty type) {
    if (type == NULL) {
        return true; /* except: */
    }
    if (type->kind == Tuple_kind) {
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(type->v.Tuple.elts); i++) {
            if (catches_import_error(facts, asdl_seq_GET(type->v.Tuple.elts, i))) {
                return true;
            }
        }
        return false;
    }
    static const char *const names[] = {"ImportError",      "ModuleNotFoundError",
                                        "Exception",        "BaseException",
                                        "SyntaxError", /* a broken one */
                                        "IndentationError", "TabError"};
    const char *name = facts_last_name(facts, type);
    for (size_t i = 0; name != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* A handler that ends by raising does not make the import optional: the program fails all the same.
 */
static bool forgives(Facts *facts, excepthandler_ty handler) {
    asdl_stmt_seq *body = handler->v.ExceptHandler.body;
    Py_ssize_t length = asdl_seq_LEN(body);
    return catches_import_error(facts, handler->v.ExceptHandler.type) &&
           (length == 0 || asdl_seq_GET(body, length - 1)->kind != Raise_kind);
}

static void visit_try(Facts *facts, asdl_stmt_seq *body, asdl_excepthandler_seq *handlers,
                      asdl_stmt_seq *otherwise, asdl_stmt_seq *finally) {
    bool forgiven = false;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(handlers); i++) {
        forgiven = forgiven || forgives(facts, asdl_seq_GET(handlers, i));
    }
    visit_under(facts, body, forgiven ? IMPORT_IN_TRY : 0);
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(handlers); i++) {
        visit_under(facts, asdl_seq_GET(handlers, i)->v.ExceptHandler.body, IMPORT_CONDITIONAL);
    }
    visit_under(facts, otherwise, asdl_seq_LEN(handlers) > 0 ? IMPORT_CONDITIONAL : 0);
    visit_body(facts, finally);
}

/* with contextlib.suppress(ImportError): */
static bool suppresses_import_error(Facts *facts, expr_ty context) {
    const char *name =
        context->kind == Call_kind ? facts_last_name(facts, context->v.Call.func) : NULL;
    if (name == NULL || strcmp(name, "suppress") != 0) {
        return false;
    }
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(context->v.Call.args); i++) {
        if (catches_import_error(facts, asdl_seq_GET(context->v.Call.args, i))) {
            return true;
        }
    }
    return false;
}

static void visit_with(Facts *facts, asdl_withitem_seq *items, asdl_stmt_seq *body) {
    bool forgiven = false;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(items); i++) {
        expr_ty context = asdl_seq_GET(items, i)->context_expr;
        visit_expression(facts, context);
        forgiven = forgiven || suppresses_import_error(facts, context);
    }
    visit_under(facts, body, forgiven ? IMPORT_IN_TRY : 0);
}

static void visit_loop(Facts *facts, expr_ty iterated, asdl_stmt_seq *body,
                       asdl_stmt_seq *otherwise) {
    visit_expression(facts, iterated);
    visit_under(facts, body, IMPORT_CONDITIONAL);
    visit_under(facts, otherwise, IMPORT_CONDITIONAL);
}

static void visit_match(Facts *facts, stmt_ty statement) {
    visit_expression(facts, statement->v.Match.subject);
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(statement->v.Match.cases); i++) {
        match_case_ty one = asdl_seq_GET(statement->v.Match.cases, i);
        visit_expression(facts, one->guard);
        visit_under(facts, one->body, IMPORT_CONDITIONAL);
    }
}

static void visit_assignment(Facts *facts, stmt_ty statement) {
    asdl_expr_seq *targets = statement->v.Assign.targets;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(targets); i++) {
        if (facts->scope == 0 && is_all(asdl_seq_GET(targets, i))) {
            add_all_names(facts, statement->v.Assign.value);
        }
        if (asdl_seq_GET(targets, i)->kind == Subscript_kind) {
            facts_visit_variable(facts, asdl_seq_GET(targets, i)->v.Subscript.slice,
                                 statement->v.Assign.value, statement->lineno);
        }
    }
    visit_all(facts, targets);
    visit_expression(facts, statement->v.Assign.value);
}

static bool is_main_guard(expr_ty test) {
    if (test->kind != Compare_kind || asdl_seq_LEN(test->v.Compare.ops) != 1 ||
        asdl_seq_GET(test->v.Compare.ops, 0) != (int)Eq) {
        return false;
    }
    expr_ty sides[] = {test->v.Compare.left, asdl_seq_GET(test->v.Compare.comparators, 0)};
    for (size_t i = 0; i < 2; i++) {
        const char *name = sides[i]->kind == Name_kind ? facts_text(sides[i]->v.Name.id) : NULL;
        const char *text = facts_literal(sides[1 - i]);
        if (name != NULL && text != NULL && strcmp(name, "__name__") == 0 &&
            strcmp(text, "__main__") == 0) {
            return true;
        }
    }
    return false;
}

static void visit_if(Facts *facts, stmt_ty statement) {
    Truth truth = facts_truth(facts, statement->v.If.test);
    visit_expression(facts, statement->v.If.test);
    if (is_main_guard(statement->v.If.test)) {
        visit_under(facts, statement->v.If.body, IMPORT_CONDITIONAL | IMPORT_MAIN_ONLY);
    } else {
        visit_branch(facts, statement->v.If.body, truth);
    }
    visit_branch(facts, statement->v.If.orelse, opposite(truth));
}

static void visit_while(Facts *facts, stmt_ty statement) {
    Truth truth = facts_truth(facts, statement->v.While.test);
    visit_expression(facts, statement->v.While.test);
    visit_branch(facts, statement->v.While.body, truth);
    visit_branch(facts, statement->v.While.orelse, TRUTH_UNKNOWN);
}

static void visit_statement(Facts *facts, stmt_ty s) {
    if (COMPAT_TYPE_PARAMETERS(s) > 0) { /* CPython's C code imports it (Objects/typevarobject.c) */
        facts_add_import(facts, "typing", NULL, 0, s->lineno, 0);
    }
    switch (s->kind) {
    case Import_kind: visit_import(facts, s->v.Import.names, s->lineno); break;
    case ImportFrom_kind: visit_import_from(facts, s); break;
    case FunctionDef_kind:
        visit_function(facts, s->v.FunctionDef.args, s->v.FunctionDef.decorator_list,
                       s->v.FunctionDef.body);
        break;
    case AsyncFunctionDef_kind:
        visit_function(facts, s->v.AsyncFunctionDef.args, s->v.AsyncFunctionDef.decorator_list,
                       s->v.AsyncFunctionDef.body);
        break;
    case ClassDef_kind: visit_class(facts, s); break;
    case If_kind: visit_if(facts, s); break;
    case While_kind: visit_while(facts, s); break;
    case For_kind: visit_loop(facts, s->v.For.iter, s->v.For.body, s->v.For.orelse); break;
    case AsyncFor_kind:
        visit_loop(facts, s->v.AsyncFor.iter, s->v.AsyncFor.body, s->v.AsyncFor.orelse);
        break;
    case With_kind: visit_with(facts, s->v.With.items, s->v.With.body); break;
    case AsyncWith_kind: visit_with(facts, s->v.AsyncWith.items, s->v.AsyncWith.body); break;
    case Match_kind: visit_match(facts, s); break;
    case Try_kind:
        visit_try(facts, s->v.Try.body, s->v.Try.handlers, s->v.Try.orelse, s->v.Try.finalbody);
        break;
    case TryStar_kind:
        visit_try(facts, s->v.TryStar.body, s->v.TryStar.handlers, s->v.TryStar.orelse,
                  s->v.TryStar.finalbody);
        break;
    case Assign_kind: visit_assignment(facts, s); break;
    case AugAssign_kind:
        if (facts->scope == 0 && is_all(s->v.AugAssign.target)) {
            add_all_names(facts, s->v.AugAssign.value);
        }
        visit_expression(facts, s->v.AugAssign.value);
        break;
    case AnnAssign_kind: /* annotations hold types, not modules to load */
        if (facts->scope == 0 && is_all(s->v.AnnAssign.target)) {
            add_all_names(facts, s->v.AnnAssign.value);
        }
        visit_expression(facts, s->v.AnnAssign.value);
        break;
    case Expr_kind:
        if (facts->scope == 0 && s->v.Expr.value->kind == Call_kind) {
            visit_all_call(facts, s->v.Expr.value);
        }
        visit_expression(facts, s->v.Expr.value);
        break;
    case Return_kind: visit_expression(facts, s->v.Return.value); break;
    case Raise_kind:
        visit_expression(facts, s->v.Raise.exc);
        visit_expression(facts, s->v.Raise.cause);
        break;
    case Assert_kind:
        visit_expression(facts, s->v.Assert.test);
        visit_expression(facts, s->v.Assert.msg);
        break;
        COMPAT_NEW_STATEMENTS
    case Delete_kind:
    case Global_kind:
    case Nonlocal_kind:
    case Pass_kind:
    case Break_kind:
    case Continue_kind: break;
    }
}

static void visit_body(Facts *facts, asdl_stmt_seq *body) {
    if (facts->depth >= FACTS_MAX_DEPTH) {
        return;
    }
    facts->depth++;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(body); i++) {
        visit_statement(facts, asdl_seq_GET(body, i));
    }
    facts->depth--;
}

/* ---- expressions: only the way to calls and strings ---- */

static void visit_conditional(Facts *facts, expr_ty expression) {
    Truth truth = facts_truth(facts, expression->v.IfExp.test);
    unsigned saved = facts->flags;
    visit_expression(facts, expression->v.IfExp.test);
    facts->flags = saved | (truth == TRUTH_FALSE ? IMPORT_TYPE_CHECKING : IMPORT_CONDITIONAL);
    visit_expression(facts, expression->v.IfExp.body);
    facts->flags = saved | (truth == TRUTH_TRUE ? IMPORT_TYPE_CHECKING : IMPORT_CONDITIONAL);
    visit_expression(facts, expression->v.IfExp.orelse);
    facts->flags = saved;
}

static void visit_comprehension(Facts *facts, expr_ty key, expr_ty value,
                                asdl_comprehension_seq *generators) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(generators); i++) {
        comprehension_ty generator = asdl_seq_GET(generators, i);
        facts_bind_loop(facts, generator->target, generator->iter);
        visit_expression(facts, generator->iter);
        visit_all(facts, generator->ifs);
    }
    visit_expression(facts, key);
    visit_expression(facts, value);
}

static void visit_lambda(Facts *facts, expr_ty lambda) {
    visit_arguments(facts, lambda->v.Lambda.args);
    unsigned saved = facts->flags;
    facts->flags = (saved & ~(unsigned)IMPORT_IN_TRY) | IMPORT_IN_FUNCTION;
    visit_expression(facts, lambda->v.Lambda.body);
    facts->flags = saved;
}

static void visit_call(Facts *facts, expr_ty call) {
    facts_visit_call(facts, call);
    visit_expression(facts, call->v.Call.func);
    visit_all(facts, call->v.Call.args);
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(call->v.Call.keywords); i++) {
        visit_expression(facts, asdl_seq_GET(call->v.Call.keywords, i)->value);
    }
}

/* The pieces of an f-string are no module names on their own; what is computed in it may be. */
static void visit_f_string(Facts *facts, asdl_expr_seq *pieces) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(pieces); i++) {
        expr_ty piece = asdl_seq_GET(pieces, i);
        if (piece->kind != Constant_kind) {
            visit_expression(facts, piece);
        }
    }
}

static void visit_parts(Facts *facts, expr_ty e) {
    switch (e->kind) {
    case BoolOp_kind: visit_all(facts, e->v.BoolOp.values); break;
    case NamedExpr_kind: visit_expression(facts, e->v.NamedExpr.value); break;
    case BinOp_kind:
        visit_expression(facts, e->v.BinOp.left);
        visit_expression(facts, e->v.BinOp.right);
        break;
    case UnaryOp_kind: visit_expression(facts, e->v.UnaryOp.operand); break;
    case Lambda_kind: visit_lambda(facts, e); break;
    case IfExp_kind: visit_conditional(facts, e); break;
    case Dict_kind:
        visit_all(facts, e->v.Dict.keys); /* holds NULL for ** */
        visit_all(facts, e->v.Dict.values);
        break;
    case Set_kind: visit_all(facts, e->v.Set.elts); break;
    case ListComp_kind:
        visit_comprehension(facts, e->v.ListComp.elt, NULL, e->v.ListComp.generators);
        break;
    case SetComp_kind:
        visit_comprehension(facts, e->v.SetComp.elt, NULL, e->v.SetComp.generators);
        break;
    case DictComp_kind:
        visit_comprehension(facts, e->v.DictComp.key, e->v.DictComp.value,
                            e->v.DictComp.generators);
        break;
    case GeneratorExp_kind:
        visit_comprehension(facts, e->v.GeneratorExp.elt, NULL, e->v.GeneratorExp.generators);
        break;
    case Await_kind: visit_expression(facts, e->v.Await.value); break;
    case Yield_kind: visit_expression(facts, e->v.Yield.value); break;
    case YieldFrom_kind: visit_expression(facts, e->v.YieldFrom.value); break;
    case Compare_kind:
        visit_expression(facts, e->v.Compare.left);
        visit_all(facts, e->v.Compare.comparators);
        break;
    case Call_kind: visit_call(facts, e); break;
    case FormattedValue_kind: visit_expression(facts, e->v.FormattedValue.value); break;
    case JoinedStr_kind: visit_f_string(facts, e->v.JoinedStr.values); break;
    case Constant_kind: facts_visit_string(facts, e->v.Constant.value); break;
    case Attribute_kind: visit_expression(facts, e->v.Attribute.value); break;
    case Subscript_kind:
        facts_visit_subscript(facts, e);
        visit_expression(facts, e->v.Subscript.value);
        visit_expression(facts, e->v.Subscript.slice);
        break;
    case Starred_kind: visit_expression(facts, e->v.Starred.value); break;
    case List_kind:
        facts_visit_command(facts, e->v.List.elts, e->lineno);
        visit_all(facts, e->v.List.elts);
        break;
    case Tuple_kind:
        facts_visit_command(facts, e->v.Tuple.elts, e->lineno);
        visit_all(facts, e->v.Tuple.elts);
        break;
    case Slice_kind:
        visit_expression(facts, e->v.Slice.lower);
        visit_expression(facts, e->v.Slice.upper);
        visit_expression(facts, e->v.Slice.step);
        break;
    case Name_kind: break;
    }
}

static void visit_expression(Facts *facts, expr_ty expression) {
    if (expression != NULL && facts->depth < FACTS_MAX_DEPTH) {
        facts->depth++;
        visit_parts(facts, expression);
        facts->depth--;
    }
}

/* ---- the result ---- */

/* A NULL-terminated copy of a list; NULL for an empty one. */
static const char *const *finish_list(Arena *arena, StrVec *list) {
    const char **copy = NULL;
    if (list->count > 0) {
        copy = ARENA_ARRAY(arena, const char *, list->count + 1);
        memcpy(copy, list->items, list->count * sizeof(*copy));
    }
    vec_free(list);
    return copy;
}

void front_collect_facts(Arena *arena, mod_ty module, SourceFacts *out) {
    static const char *const no_names[] = {NULL};
    Facts facts = {.arena = arena};
    facts_bind_names(&facts, module->v.Module.body);
    visit_body(&facts, module->v.Module.body);
    PyErr_Clear();

    *out = (SourceFacts){.import_count = facts.imports.count};
    out->imports = ARENA_ARRAY(arena, ImportFact, facts.imports.count);
    if (facts.imports.count > 0) {
        memcpy(out->imports, facts.imports.items, facts.imports.count * sizeof(ImportFact));
    }
    vec_free(&facts.imports);
    out->all_names = finish_list(arena, &facts.all_names);
    if (out->all_names == NULL && facts.has_all) {
        out->all_names = no_names; /* `__all__ = []` says something too */
    }
    out->entry_groups = finish_list(arena, &facts.groups);
    for (size_t i = 0; facts.open_import && i < facts.words.count; i++) {
        vec_push(&facts.strings, facts.words.items[i]);
    }
    vec_free(&facts.words);
    out->strings = finish_list(arena, &facts.strings);
    strmap_free(&facts.seen);
    strmap_free(&facts.aliases);
    strmap_free(&facts.bindings);
}
