/* modules.html: who imports whom. One page without network: rows are filtered as one types, every
 * name is a link to its row, and the page follows the reader's light or dark setting. */
#include "report.h"

#include <string.h>

static const char HEAD[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Modules of ";
static const char STYLE[] =
    "</title>\n<style>\n"
    ":root { color-scheme: light dark; --line: #d5d8de; --dim: #5c6470; --head: #f3f4f7;\n"
    "  --paper: #ffffff; --ink: #1b1f24; --link: #0b57d0; --mark: #fff3c4; --bad: #b3261e; }\n"
    "@media (prefers-color-scheme: dark) { :root { --line: #3a3f47; --dim: #9aa3af;\n"
    "  --head: #23272e; --paper: #16181c; --ink: #e3e6ea; --link: #8ab4f8; --mark: #4a4020;\n"
    "  --bad: #f2b8b5; } }\n"
    "body { margin: 0 auto; max-width: 75rem; padding: 1.5rem; background: var(--paper);\n"
    "  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }\n"
    "h1 { font-size: 1.5rem; margin: 0 0 .25rem; }\n"
    "p { color: var(--dim); margin: 0 0 1rem; }\n"
    "form { position: sticky; top: 0; padding: .5rem 0; background: var(--paper); display: flex;\n"
    "  gap: .75rem; align-items: center; flex-wrap: wrap; }\n"
    "input { flex: 1 1 16rem; font: inherit; padding: .4rem .6rem; border: 1px solid var(--line);\n"
    "  border-radius: .4rem; background: var(--head); color: inherit; }\n"
    "select { font: inherit; padding: .4rem; border: 1px solid var(--line); border-radius: .4rem;\n"
    "  background: var(--head); color: inherit; }\n"
    "output { color: var(--dim); min-width: 9rem; }\n"
    "table { border-collapse: collapse; width: 100%; table-layout: fixed; }\n"
    "th, td { text-align: left; vertical-align: top; padding: .4rem .6rem;\n"
    "  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }\n"
    "th { background: var(--head); font-weight: 600; }\n"
    "th:nth-child(1) { width: 24%; } th:nth-child(2) { width: 18%; }\n"
    "td:first-child { font-weight: 600; }\n"
    "td small { display: block; font-weight: 400; color: var(--dim); }\n"
    "a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }\n"
    "tr:target { background: var(--mark); }\n"
    "tr { scroll-margin-top: 4rem; }\n"
    "summary { color: var(--dim); cursor: pointer; }\n"
    ".why { color: var(--dim); } .bad { color: var(--bad); font-weight: 600; }\n"
    "</style>\n</head>\n<body>\n<h1>Modules of ";
static const char SEARCH[] =
    "<form role=\"search\" onsubmit=\"return false\">\n"
    "<input id=\"q\" type=\"search\" placeholder=\"Search modules\" aria-label=\"Search "
    "modules\">\n"
    "<select id=\"o\" aria-label=\"Origin\"><option value=\"\">every origin</option>"
    "<option value=\"program\">program</option><option "
    "value=\"distribution\">distributions</option>"
    "<option value=\"stdlib\">standard library</option></select>\n"
    "<output id=\"n\"></output>\n</form>\n";
static const char SCRIPT[] =
    "<script>\n"
    "const rows = [...document.querySelectorAll('#m tr')], q = document.getElementById('q'),\n"
    "  o = document.getElementById('o'), n = document.getElementById('n');\n"
    "function show() {\n"
    "  const word = q.value.trim().toLowerCase(); let shown = 0;\n"
    "  for (const row of rows) {\n"
    "    const fits = row.dataset.name.includes(word) && (!o.value || row.dataset.origin === "
    "o.value);\n"
    "    row.hidden = !fits; shown += fits;\n"
    "  }\n"
    "  n.textContent = shown + ' of ' + rows.length + ' modules';\n"
    "}\n"
    "function reveal() {\n"
    "  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));\n"
    "  if (row && row.hidden) { q.value = ''; o.value = ''; show(); row.scrollIntoView(); }\n"
    "}\n"
    "q.addEventListener('input', show); o.addEventListener('change', show);\n"
    "addEventListener('hashchange', reveal); show(); reveal();\n"
    "</script>\n";

/* Modules that a module imports, found by turning imported_by around. */
typedef VEC(const Module *) ModuleList;

static void add_link(StrBuf *out, const char *name) {
    strbuf_puts(out, "<a href=\"#");
    strbuf_html(out, name);
    strbuf_puts(out, "\">");
    strbuf_html(out, name);
    strbuf_puts(out, "</a>");
}

/* What goes into one cell: links with their reasons, each once, by name. */
typedef struct Link {
    const char *name;   /* NULL: no module, only a reason */
    const char *reason; /* NULL: a plain import */
} Link;

typedef VEC(Link) LinkList;

static int compare_links(const void *a, const void *b) {
    const Link *left = a, *right = b;
    const char *left_name = left->name != NULL ? left->name : "";
    const char *right_name = right->name != NULL ? right->name : "";
    int order = strcmp(left_name, right_name);
    return order != 0 ? order
                      : strcmp(left->reason != NULL ? left->reason : "",
                               right->reason != NULL ? right->reason : "");
}

static void add_one_link(const Link *link, StrBuf *out) {
    if (link->name != NULL) {
        add_link(out, link->name);
    }
    if (link->reason != NULL) {
        strbuf_puts(out, link->name != NULL ? " <span class=\"why\">(" : "<span class=\"why\">");
        strbuf_html(out, link->reason);
        strbuf_puts(out, link->name != NULL ? ")</span>" : "</span>");
    }
}

/* The first few are shown, the rest is folded away: half of all modules import `typing`. */
static void add_links(LinkList *links, StrBuf *out) {
    enum { SHOWN = 12 };
    size_t shown = 0;
    if (links->count > 1) {
        qsort(links->items, links->count, sizeof(Link), compare_links);
    }
    size_t distinct = 0;
    for (size_t i = 0; i < links->count; i++) {
        if (i == 0 || compare_links(&links->items[distinct - 1], &links->items[i]) != 0) {
            links->items[distinct++] = links->items[i];
        }
    }
    bool folded = distinct > SHOWN + 3;
    for (; shown < distinct; shown++) {
        if (folded && shown == SHOWN) {
            strbuf_printf(out, "<details><summary>%zu more</summary>", distinct - shown);
        } else if (shown > 0) {
            strbuf_puts(out, ", ");
        }
        add_one_link(&links->items[shown], out);
    }
    strbuf_puts(out, folded ? "</details>" : "");
    vec_free(links);
}

static void add_imports(const ModuleList *imports, StrBuf *out) {
    LinkList links = {0};
    for (size_t i = 0; i < imports->count; i++) {
        Link link = {imports->items[i]->name, NULL};
        vec_push(&links, link);
    }
    add_links(&links, out);
}

static void add_importers(const Module *module, StrBuf *out) {
    LinkList links = {0};
    for (size_t i = 0; i < module->imported_by.count; i++) {
        const ImportEdge *edge = &module->imported_by.items[i];
        bool plain = edge->reason == NULL || strcmp(edge->reason, "import") == 0;
        Link link = {edge->from != NULL ? edge->from->name : NULL, plain ? NULL : edge->reason};
        if (link.name != NULL || link.reason != NULL) {
            vec_push(&links, link);
        }
    }
    add_links(&links, out);
}

static void add_row(const Module *module, const ModuleList *imports, Arena *arena, StrBuf *out) {
    static const char *const origins[] = {[ORIGIN_PROGRAM] = "program",
                                          [ORIGIN_DISTRIBUTION] = "distribution",
                                          [ORIGIN_STDLIB] = "stdlib"};
    strbuf_puts(out, "<tr id=\"");
    strbuf_html(out, module->name);
    strbuf_puts(out, "\" data-name=\"");
    for (const char *at = module->name; *at != '\0'; at++) {
        char lower[2] = {*at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at, '\0'};
        strbuf_html(out, lower);
    }
    strbuf_printf(out, "\" data-origin=\"%s\"><td>", origins[module->origin]);
    strbuf_html(out, module->name);
    strbuf_puts(out, "<small>");
    strbuf_html(out, module->vpath != NULL ? module->vpath : "");
    strbuf_puts(out, "</small></td><td>");
    strbuf_html(out, report_origin(arena, module));
    strbuf_printf(out, "<small>%s</small></td><td>", report_kind(module));
    add_imports(imports, out);
    strbuf_puts(out, "</td><td>");
    add_importers(module, out);
    strbuf_puts(out, "</td></tr>\n");
}

static void add_table(const Program *program, Arena *arena, StrBuf *out) {
    size_t count = program->sorted.count;
    ModuleList *imports = xcalloc(count > 0 ? count : 1, sizeof(*imports));
    StrMap numbers = {0};
    for (size_t i = 0; i < count; i++) {
        strmap_set(&numbers, program->sorted.items[i]->name, &imports[i]);
    }
    for (size_t i = 0; i < count; i++) {
        const Module *module = program->sorted.items[i];
        for (size_t k = 0; k < module->imported_by.count; k++) {
            const Module *from = module->imported_by.items[k].from;
            ModuleList *list = from != NULL ? strmap_get(&numbers, from->name) : NULL;
            if (list != NULL && (list->count == 0 || list->items[list->count - 1] != module)) {
                vec_push(list, module);
            }
        }
    }
    strbuf_puts(out, "<table>\n<thead><tr><th>Module</th><th>Origin</th><th>Imports</th>"
                     "<th>Imported by</th></tr></thead>\n<tbody id=\"m\">\n");
    for (int origin = ORIGIN_PROGRAM; origin <= ORIGIN_STDLIB; origin++) { /* own modules first */
        for (size_t i = 0; i < count; i++) {
            if ((int)program->sorted.items[i]->origin == origin) {
                add_row(program->sorted.items[i], &imports[i], arena, out);
                vec_free(&imports[i]);
            }
        }
    }
    strbuf_puts(out, "</tbody>\n</table>\n");
    free(imports);
    strmap_free(&numbers);
}

static void add_missing(const Program *program, StrBuf *out) {
    size_t needed = 0;
    for (size_t i = 0; i < program->missing.count; i++) {
        const MissingImport *missing = &program->missing.items[i];
        if (missing->matters && !missing->excluded) {
            strbuf_puts(out, needed++ == 0 ? "<p class=\"bad\">Not found: " : ", ");
            strbuf_html(out, missing->name);
        }
    }
    if (needed > 0) {
        strbuf_puts(out, "</p>\n");
    }
}

void report_html(const Program *program, const NativeCode *native, StrBuf *out) {
    Arena arena = {0};
    const char *name = program->entry.name;
    strbuf_puts(out, HEAD);
    strbuf_html(out, name);
    strbuf_puts(out, STYLE);
    strbuf_html(out, name);
    strbuf_printf(
        out,
        "</h1>\n<p>%zu modules, Python %s. Imports that were not found are in warnings.txt.</p>\n",
        program->sorted.count, program->target.version);
    add_missing(program, out);
    report_native_html(native, out);
    strbuf_puts(out, SEARCH);
    add_table(program, &arena, out);
    strbuf_puts(out, SCRIPT);
    strbuf_puts(out, "</body>\n</html>\n");
    arena_free(&arena);
}
