#include "static_table.h"

static const char prologue[] = "struct RtStaticModule {\n"
                               "    const char *name;\n"
                               "    void *(*init)(void);\n"
                               "};\n";

bool static_table_text(const Program *program, StrBuf *text) {
    StrBuf declarations = {0};
    StrBuf rows = {0};
    for (size_t i = 0; i < program->sorted.count; i++) {
        const Module *module = program->sorted.items[i];
        if (module->kind == MODULE_STATIC) {
            strbuf_printf(&declarations, "extern void *%s(void);\n", module->init_symbol);
            strbuf_puts(&rows, "    {");
            strbuf_json_string(&rows, module->name);
            strbuf_printf(&rows, ", %s},\n", module->init_symbol);
        }
    }
    bool any = rows.length > 0;
    if (any) {
        strbuf_printf(text,
                      "%s%sextern const struct RtStaticModule rt_static_modules[];\n"
                      "const struct RtStaticModule rt_static_modules[] = {\n%s    {0, 0},\n};\n",
                      prologue, strbuf_text(&declarations), strbuf_text(&rows));
    }
    strbuf_free(&declarations);
    strbuf_free(&rows);
    return any;
}
