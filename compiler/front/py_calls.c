/* Imports by function call, entry point groups, and strings that may name modules.
 *
 * A module name that is put together from pieces is evaluated as a pattern: text, with WILD for
 * what is not known and OWN_PACKAGE for __name__ or __package__ at the start. "services.{x}"
 * becomes the dynamic import "services.*", all submodules of that package. */
#include "py_facts.h"

#include <stdlib.h>
#include <string.h>

enum { WILD = 1, OWN_PACKAGE = 2, MAX_PATTERN_DEPTH = 16, LONGEST_STRING = 200 };

typedef enum CallKind {
    CALL_IMPORT,
    CALL_DUNDER,
    CALL_MODULE,
    CALL_RUN,
    CALL_OBJECT,
    CALL_PATH,
    CALL_GROUP
} CallKind;

typedef struct CallRule {
    const char *name, *from;
    CallKind kind;
    int position;
    const char *keyword;
} CallRule;

static const CallRule rules[] = {
#define CALL(name, from, kind, position, keyword) {name, from, CALL_##kind, position, keyword},
#include "py_calls.def"
#undef CALL
};

void facts_add_import(Facts *facts, const char *module, const char *const *names, int level,
                      int line, unsigned flags) {
    ImportFact fact = {.names = names, .level = level, .line = line, .flags = facts->flags | flags};
    fact.module = arena_strdup(facts->arena, module);
    vec_push(&facts->imports, fact);
}

/* ---- patterns ---- */

static void evaluate(Facts *facts, expr_ty e, StrBuf *out, int depth);

static bool is_own_package(Facts *facts, expr_ty e) {
    if (e->kind == Attribute_kind) { /* __spec__.parent, __spec__.name */
        const char *name = facts_dotted(facts, e);
        return name != NULL && strncmp(name, "__spec__.", 9) == 0;
    }
    const char *id = e->kind == Name_kind ? facts_text(e->v.Name.id) : NULL;
    return id != NULL && (strcmp(id, "__name__") == 0 || strcmp(id, "__package__") == 0);
}

/* "a.%s" % x, "a.{}.b".format(x): the template with its fields made unknown. */
static void evaluate_template(const char *text, char opening, StrBuf *out) {
    for (const char *at = text; *at != '\0'; at++) {
        if (*at != opening) {
            strbuf_putc(out, *at);
        } else if (at[1] == opening) {
            strbuf_putc(out, *at++);
        } else {
            strbuf_putc(out, WILD);
            at += opening == '{' ? strcspn(at, "}") : strcspn(at + 1, "sdr") + 1;
            if (*at == '\0') {
                break;
            }
        }
    }
}

/* ".".join(["services", name]) */
static void evaluate_join(Facts *facts, const char *separator, expr_ty list, StrBuf *out,
                          int depth) {
    asdl_expr_seq *items = list->kind == List_kind    ? list->v.List.elts
                           : list->kind == Tuple_kind ? list->v.Tuple.elts
                                                      : NULL;
    if (items == NULL) {
        strbuf_putc(out, WILD);
        return;
    }
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(items); i++) {
        if (i > 0) {
            strbuf_puts(out, separator);
        }
        evaluate(facts, asdl_seq_GET(items, i), out, depth);
    }
}

static void evaluate_call(Facts *facts, expr_ty call, StrBuf *out, int depth) {
    expr_ty function = call->v.Call.func;
    const char *method =
        function->kind == Attribute_kind ? facts_text(function->v.Attribute.attr) : "";
    const char *text = function->kind == Attribute_kind
                           ? facts_certain_string(facts, function->v.Attribute.value)
                           : NULL;
    if (text != NULL && strcmp(method, "format") == 0) {
        evaluate_template(text, '{', out);
    } else if (text != NULL && strcmp(method, "join") == 0 &&
               asdl_seq_LEN(call->v.Call.args) == 1) {
        evaluate_join(facts, text, asdl_seq_GET(call->v.Call.args, 0), out, depth);
    } else {
        strbuf_putc(out, WILD);
    }
}

static void evaluate(Facts *facts, expr_ty e, StrBuf *out, int depth) {
    const char *text = facts_certain_string(facts, e);
    if (depth > MAX_PATTERN_DEPTH) {
        strbuf_putc(out, WILD);
    } else if (text != NULL) {
        strbuf_puts(out, text);
    } else if (is_own_package(facts, e)) {
        strbuf_putc(out, OWN_PACKAGE);
    } else if (e->kind == JoinedStr_kind) {
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(e->v.JoinedStr.values); i++) {
            evaluate(facts, asdl_seq_GET(e->v.JoinedStr.values, i), out, depth + 1);
        }
    } else if (e->kind == FormattedValue_kind && e->v.FormattedValue.format_spec == NULL) {
        evaluate(facts, e->v.FormattedValue.value, out, depth + 1);
    } else if (e->kind == BinOp_kind && e->v.BinOp.op == Add) {
        evaluate(facts, e->v.BinOp.left, out, depth + 1);
        evaluate(facts, e->v.BinOp.right, out, depth + 1);
    } else if (e->kind == BinOp_kind && e->v.BinOp.op == Mod &&
               facts_certain_string(facts, e->v.BinOp.left) != NULL) {
        evaluate_template(facts_certain_string(facts, e->v.BinOp.left), '%', out);
    } else if (e->kind == Call_kind) {
        evaluate_call(facts, e, out, depth + 1);
    } else {
        strbuf_putc(out, WILD);
    }
}

/* ---- names of modules ---- */

static bool is_identifier_start(unsigned char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

/* Length of the dotted name at the start of `text`, 0 if there is none; *dots = number of dots. */
static size_t dotted_length(const char *text, size_t *dots) {
    size_t length = 0;
    *dots = 0;
    while (is_identifier_start((unsigned char)text[length])) {
        while (is_identifier_start((unsigned char)text[length]) ||
               (text[length] >= '0' && text[length] <= '9')) {
            length++;
        }
        if (text[length] != '.' || !is_identifier_start((unsigned char)text[length + 1])) {
            break;
        }
        length++;
        *dots += 1;
    }
    return length;
}

static bool is_dotted_name(const char *text) {
    size_t dots;
    size_t length = dotted_length(text, &dots);
    return length > 0 && text[length] == '\0';
}

bool front_is_module_name(const char *text) {
    for (bool first = true;; first = *text++ == '.') {
        bool ends = *text == '.' || *text == '\0';
        if ((first && ends) || *text == '/' || (*text > '\0' && *text <= ' ')) {
            return false;
        }
        if (*text == '\0') {
            return true;
        }
    }
}

/* A complete name, or one with an unknown part: then all submodules of the part before it. */
static void add_dynamic(Facts *facts, const char *name, int level, int line) {
    const char *wild = strchr(name, WILD);
    if (wild == NULL) {
        if (front_is_module_name(name)) {
            facts_add_import(facts, name, NULL, level, line, IMPORT_DYNAMIC);
        }
        return;
    }
    size_t length = (size_t)(wild - name);
    while (length > 0 && name[length - 1] != '.') {
        length--; /* "services.x_{}" is one of the submodules of services */
    }
    if (length == 0) {
        if (level > 0) {
            facts_add_import(facts, "*", NULL, level, line, IMPORT_DYNAMIC);
        }
        return; /* any top-level module: nothing is known */
    }
    const char *package = arena_strndup(facts->arena, name, length - 1);
    if (front_is_module_name(package)) {
        facts_add_import(facts, arena_printf(facts->arena, "%s.*", package), NULL, level, line,
                         IMPORT_DYNAMIC);
    }
}

/* A relative name below a package that is given as text: ("..x", "a.b") is a.x. */
static const char *join_relative(Facts *facts, const char *package, int level, const char *rest) {
    char *base = arena_strdup(facts->arena, package);
    for (int i = 1; i < level; i++) {
        char *dot = strrchr(base, '.');
        if (dot == NULL) {
            return NULL;
        }
        *dot = '\0';
    }
    return arena_printf(facts->arena, "%s.%s", base, rest);
}

/* `package` is the argument of that name, NULL if there is none. */
static void add_pattern(Facts *facts, const char *pattern, expr_ty package, int line) {
    int level = 0;
    if (pattern[0] == OWN_PACKAGE) {
        if (pattern[1] == '.') {
            add_dynamic(facts, pattern + 2, 1, line);
        }
        return;
    }
    if (strchr(pattern, OWN_PACKAGE) != NULL) {
        return;
    }
    while (pattern[level] == '.') {
        level++;
    }
    const char *base = level > 0 ? facts_certain_string(facts, package) : NULL;
    if (base != NULL) {
        pattern = join_relative(facts, base, level, pattern + level);
        level = 0;
    }
    if (pattern != NULL) {
        add_dynamic(facts, pattern + level, level, line);
    }
}

/* True for an expression that puts a name together from pieces. */
static bool is_pattern(Facts *facts, expr_ty e) {
    return e->kind == JoinedStr_kind || e->kind == BinOp_kind || e->kind == Call_kind ||
           is_own_package(facts, e);
}

static void evaluate_and_add(Facts *facts, expr_ty e, expr_ty package, int line) {
    StrBuf pattern = {0};
    evaluate(facts, e, &pattern, 0);
    add_pattern(facts, strbuf_text(&pattern), package, line);
    strbuf_free(&pattern);
}

/* What a module-name argument may be: a pattern, or one of several literals through a variable. */
static void add_argument(Facts *facts, expr_ty argument, expr_ty package, int line) {
    if (is_pattern(facts, argument)) {
        evaluate_and_add(facts, argument, package, line);
        return;
    }
    StrVec texts = {0};
    facts_possible_strings(facts, argument, &texts);
    for (size_t i = 0; i < texts.count; i++) {
        add_pattern(facts, texts.items[i], package, line);
    }
    vec_free(&texts);
    expr_ty value;
    for (size_t i = 0; (value = facts_assigned(facts, argument, i)) != NULL; i++) {
        if (is_pattern(facts, value)) {
            evaluate_and_add(facts, value, package, line);
        }
    }
}

/* "module:attribute", "module.attribute" */
static void add_object(Facts *facts, const char *text, int line) {
    size_t dots;
    size_t length = dotted_length(text, &dots);
    const char *module = arena_strndup(facts->arena, text, length);
    if (text[length] == ':' && length > 0) {
        facts_add_import(facts, module, NULL, 0, line, IMPORT_DYNAMIC);
    } else if (text[length] == '\0' && dots > 0) {
        const char **names = ARENA_ARRAY(facts->arena, const char *, 2);
        char *dot = strrchr(module, '.');
        names[0] = arena_strdup(facts->arena, dot + 1);
        *dot = '\0';
        facts_add_import(facts, module, names, 0, line, IMPORT_DYNAMIC | IMPORT_FROM);
    } else if (text[length] == '\0' && length > 0) {
        facts_add_import(facts, module, NULL, 0, line, IMPORT_DYNAMIC);
    }
}

/* ---- calls ---- */

static expr_ty find_keyword(expr_ty call, const char *name) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(call->v.Call.keywords); i++) {
        keyword_ty keyword = asdl_seq_GET(call->v.Call.keywords, i);
        const char *text = facts_text(keyword->arg);
        if (text != NULL && strcmp(text, name) == 0) {
            return keyword->value;
        }
    }
    return NULL;
}

/* An argument by position or keyword; NULL when it is not there or hidden behind *args. */
static expr_ty find_argument(expr_ty call, int position, const char *keyword) {
    asdl_expr_seq *arguments = call->v.Call.args;
    if (position >= 0 && asdl_seq_LEN(arguments) > position) {
        for (int i = 0; i <= position; i++) {
            if (asdl_seq_GET(arguments, i)->kind == Starred_kind) {
                return NULL;
            }
        }
        return asdl_seq_GET(arguments, position);
    }
    return find_keyword(call, keyword);
}

/* __import__(name, globals, locals, fromlist, level) */
static void add_dunder_import(Facts *facts, expr_ty call, expr_ty name) {
    expr_ty from = find_argument(call, 3, "fromlist");
    expr_ty level = find_argument(call, 4, "level");
    long depth = 0;
    if (level != NULL && level->kind == Constant_kind &&
        PyLong_CheckExact(level->v.Constant.value)) {
        depth = PyLong_AsLong(level->v.Constant.value);
        PyErr_Clear();
    }
    const char *module = facts_certain_string(facts, name);
    if (module == NULL || depth < 0 || depth > 100) {
        add_argument(facts, name, NULL, call->lineno);
        return;
    }
    StrVec names = {0};
    facts_possible_strings(facts, from, &names);
    const char **copy = NULL;
    if (names.count > 0) {
        copy = ARENA_ARRAY(facts->arena, const char *, names.count + 1);
        for (size_t i = 0; i < names.count; i++) {
            copy[i] = arena_strdup(facts->arena, names.items[i]);
        }
    }
    vec_free(&names);
    if (front_is_module_name(module) || (module[0] == '\0' && depth > 0)) {
        facts_add_import(facts, module, copy, (int)depth, call->lineno,
                         IMPORT_DYNAMIC | (copy != NULL ? IMPORT_FROM : 0));
    }
}

/* True when `__file__` or `__path__` (not of something else) occurs in the expression. */
static bool mentions_own_path(expr_ty e, int depth) {
    if (e == NULL || depth > MAX_PATTERN_DEPTH) {
        return false;
    }
    if (e->kind == Name_kind) {
        const char *id = facts_text(e->v.Name.id);
        return id != NULL && (strcmp(id, "__file__") == 0 || strcmp(id, "__path__") == 0);
    }
    asdl_expr_seq *items = e->kind == List_kind    ? e->v.List.elts
                           : e->kind == Tuple_kind ? e->v.Tuple.elts
                           : e->kind == Call_kind  ? e->v.Call.args
                                                   : NULL;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(items); i++) {
        if (mentions_own_path(asdl_seq_GET(items, i), depth + 1)) {
            return true;
        }
    }
    expr_ty inner = e->kind == Attribute_kind ? e->v.Attribute.value
                    : e->kind == Call_kind    ? e->v.Call.func
                                              : NULL;
    return mentions_own_path(inner, depth + 1);
}

/* pkgutil.iter_modules(plugins.__path__), iter_modules([os.path.dirname(__file__)]) */
static void add_package_path(Facts *facts, expr_ty path, int line) {
    const char *attribute =
        path->kind == Attribute_kind ? facts_text(path->v.Attribute.attr) : NULL;
    if (attribute != NULL && strcmp(attribute, "__path__") == 0) {
        const char *package = facts_dotted(facts, path->v.Attribute.value);
        int level = 0;
        while (package != NULL && package[level] == '.') {
            level++;
        }
        if (package != NULL && is_dotted_name(package + level)) {
            facts_add_import(facts, arena_printf(facts->arena, "%s.*", package + level), NULL,
                             level, line, IMPORT_DYNAMIC);
        }
    } else if (mentions_own_path(path, 0)) {
        facts_add_import(facts, "*", NULL, 1, line, IMPORT_DYNAMIC);
    }
}

/* Adds to a list unless it is there; `tag` tells the lists apart in the common set. */
static void add_once(Facts *facts, StrVec *list, char tag, const char *text) {
    const char *key = arena_printf(facts->arena, "%c%s", tag, text);
    if (strmap_set(&facts->seen, key, NULL)) {
        vec_push(list, key + 1);
    }
}

static void add_groups(Facts *facts, expr_ty expression) {
    StrVec groups = {0};
    facts_possible_strings(facts, expression, &groups);
    for (size_t i = 0; i < groups.count; i++) {
        if (groups.items[i][0] != '\0') {
            add_once(facts, &facts->groups, 'g', groups.items[i]);
        }
    }
    vec_free(&groups);
}

static void apply_rule(Facts *facts, const CallRule *rule, expr_ty call, expr_ty argument) {
    StrVec texts = {0};
    size_t before = facts->imports.count;
    switch (rule->kind) {
    case CALL_IMPORT:
        add_argument(facts, argument, find_argument(call, 1, "package"), call->lineno);
        break;
    case CALL_DUNDER: add_dunder_import(facts, call, argument); break;
    case CALL_MODULE: add_argument(facts, argument, NULL, call->lineno); break;
    case CALL_RUN: {
        const char *module = facts_certain_string(facts, argument);
        add_argument(facts, argument, NULL, call->lineno);
        if (module != NULL && is_dotted_name(module)) {
            facts_add_import(facts, arena_printf(facts->arena, "%s.__main__", module), NULL, 0,
                             call->lineno, IMPORT_DYNAMIC);
        }
        break;
    }
    case CALL_OBJECT:
        facts_possible_strings(facts, argument, &texts);
        for (size_t i = 0; i < texts.count; i++) {
            add_object(facts, texts.items[i], call->lineno);
        }
        vec_free(&texts);
        break;
    case CALL_PATH: add_package_path(facts, argument, call->lineno); break;
    case CALL_GROUP: add_groups(facts, argument); break;
    }
    bool imports =
        rule->kind == CALL_IMPORT || rule->kind == CALL_DUNDER || rule->kind == CALL_PATH;
    facts->open_import = facts->open_import || (imports && facts->imports.count == before);
}

/* register_plugins(linter, __path__[0]), os.listdir(__path__[0]): who hands out the folders of this
 * package means the modules in them. Only changing __path__ does not load any. */
static bool hands_out_own_path(expr_ty call, const char *name) {
    static const char *const changes[] = {"extend_path", "append", "insert", "extend", "remove"};
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        if (strcmp(name, changes[i]) == 0) {
            return false;
        }
    }
    asdl_expr_seq *arguments = call->v.Call.args;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(arguments); i++) {
        expr_ty argument = asdl_seq_GET(arguments, i);
        if (argument->kind == Subscript_kind) {
            argument = argument->v.Subscript.value;
        }
        const char *id = argument->kind == Name_kind ? facts_text(argument->v.Name.id) : NULL;
        if (id != NULL && strcmp(id, "__path__") == 0) {
            return true;
        }
    }
    return false;
}

/* True when the function's full name is `name` from one of the modules, or its origin is unknown.
 */
static bool comes_from(Facts *facts, expr_ty function, const CallRule *rule) {
    if (rule->from[0] == '\0') {
        return true;
    }
    const char *full = facts_dotted(facts, function);
    const char *dot = full != NULL ? strrchr(full, '.') : NULL;
    size_t length = dot != NULL ? (size_t)(dot - full) : 0;
    for (const char *at = rule->from; length > 0 && *at != '\0';) {
        size_t word = strcspn(at, " ");
        if (word == length && strncmp(at, full, length) == 0) {
            return true;
        }
        at += word;
        at += strspn(at, " ");
    }
    return false;
}

/* Functions of the interpreter that import a module when they are called. */
static void add_hidden_import(Facts *facts, expr_ty call, const char *name) {
    static const struct {
        const char *function, *module;
        bool builtin; /* called by its bare name */
    } builtins[] = {{"breakpoint", "pdb", true},
                    {"help", "pydoc", true},
                    {"invalidate_caches", "importlib.metadata", false}};
    bool bare = call->v.Call.func->kind == Name_kind;
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        if ((bare || !builtins[i].builtin) && strcmp(name, builtins[i].function) == 0) {
            facts_add_import(facts, builtins[i].module, NULL, 0, call->lineno, IMPORT_DYNAMIC);
        }
    }
}

void facts_visit_variable(Facts *facts, expr_ty name, expr_ty value, int line) {
    static const char ending[] = "_MODULE";
    const char *key = facts_literal(name), *module = facts_literal(value);
    size_t length = key != NULL ? strlen(key) : 0, end = sizeof(ending) - 1;
    if (module != NULL && length > end && strcmp(key + length - end, ending) == 0 &&
        is_dotted_name(module)) {
        facts_add_import(facts, arena_strdup(facts->arena, module), NULL, 0, line, IMPORT_DYNAMIC);
    }
}

void facts_visit_call(Facts *facts, expr_ty call) {
    expr_ty function = call->v.Call.func;
    const char *name = facts_last_name(facts, function);
    if (name == NULL) {
        return;
    }
    add_hidden_import(facts, call, name);
    if (strcmp(name, "setdefault") == 0 && asdl_seq_LEN(call->v.Call.args) == 2) {
        facts_visit_variable(facts, asdl_seq_GET(call->v.Call.args, 0),
                             asdl_seq_GET(call->v.Call.args, 1), call->lineno);
    }
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strcmp(name, rules[i].name) == 0 && comes_from(facts, function, &rules[i])) {
            expr_ty argument = find_argument(call, rules[i].position, rules[i].keyword);
            if (argument != NULL) {
                apply_rule(facts, &rules[i], call, argument);
            }
            return;
        }
    }
    if (hands_out_own_path(call, name)) {
        facts_add_import(facts, "*", NULL, 1, call->lineno, IMPORT_DYNAMIC);
    }
    if (strcmp(name, "get") == 0 && function->kind == Attribute_kind &&
        asdl_seq_LEN(call->v.Call.args) > 0 &&
        facts_is_entry_points(facts, function->v.Attribute.value)) {
        add_groups(facts, asdl_seq_GET(call->v.Call.args, 0));
    }
}

void facts_visit_subscript(Facts *facts, expr_ty subscript) {
    if (facts_is_entry_points(facts, subscript->v.Subscript.value)) {
        add_groups(facts, subscript->v.Subscript.slice);
    }
}

void facts_visit_command(Facts *facts, asdl_expr_seq *items, int line) {
    Py_ssize_t count = asdl_seq_LEN(items);
    expr_ty program = count > 2 ? asdl_seq_GET(items, 0) : NULL;
    const char *name = program != NULL && program->kind == Attribute_kind
                           ? facts_text(program->v.Attribute.attr)
                           : NULL;
    if (name == NULL || strcmp(name, "executable") != 0) {
        return;
    }
    for (Py_ssize_t i = 1; i + 1 < count; i++) {
        const char *flag = facts_literal(asdl_seq_GET(items, i));
        const char *module = facts_certain_string(facts, asdl_seq_GET(items, i + 1));
        if (flag == NULL || flag[0] != '-') {
            return; /* the script, and after it its own arguments */
        }
        if (strcmp(flag, "-m") == 0) {
            if (module != NULL && is_dotted_name(module)) {
                facts_add_import(facts, module, NULL, 0, line, IMPORT_DYNAMIC);
                facts_add_import(facts, arena_printf(facts->arena, "%s.__main__", module), NULL, 0,
                                 line, IMPORT_DYNAMIC);
            }
            return;
        }
    }
}

void facts_visit_string(Facts *facts, PyObject *literal) {
    if (!PyUnicode_CheckExact(literal) || PyUnicode_GET_LENGTH(literal) < 3 ||
        PyUnicode_GET_LENGTH(literal) > LONGEST_STRING) {
        return;
    }
    const char *text = facts_text(literal);
    size_t dots, attribute_dots;
    size_t length = text != NULL ? dotted_length(text, &dots) : 0;
    if (length == 0) {
        return;
    }
    bool is_module = text[length] == '\0' && dots > 0;
    bool is_object = text[length] == ':' && is_identifier_start((unsigned char)text[length + 1]) &&
                     text[length + 1 + dotted_length(text + length + 1, &attribute_dots)] == '\0';
    bool is_prefix = dots > 0 && strcmp(text + length, ".") == 0; /* of names put together later */
    if (is_module || is_object) {
        add_once(facts, &facts->strings, 's', text);
    } else if (is_prefix) {
        add_once(facts, &facts->words, 'w', arena_printf(facts->arena, "%s*", text));
    } else if (text[length] == '\0') {
        add_once(facts, &facts->words, 'w', text);
    }
}
