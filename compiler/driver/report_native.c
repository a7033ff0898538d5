/* What the report says about native code: every function that stays bytecode, with the reason.
 *
 * What it cost to compile goes into a file of its own, cost.json, because it is different each
 * time. */
#include "report.h"

/* Calls `visit` for each function that was meant to be native and is not, by module and place. */
static void each_exception(const NativeCode *native,
                           void (*visit)(const NativeModule *module, const NativeFunction *function,
                                         size_t index, StrBuf *out),
                           StrBuf *out) {
    size_t index = 0;
    for (size_t i = 0; i < native->modules.count; i++) {
        const NativeModule *module = native->modules.items[i];
        for (uint32_t k = 0; k < module->code.count; k++) {
            const NativeFunction *function = &module->functions[k];
            if (function->code != NULL && function->reason != NULL) {
                visit(module, function, index++, out);
            }
        }
    }
}

static void json_exception(const NativeModule *module, const NativeFunction *function, size_t index,
                           StrBuf *out) {
    strbuf_puts(out, index > 0 ? ",\n      {\"module\": " : "\n      {\"module\": ");
    strbuf_json_string(out, module->module->name);
    strbuf_puts(out, ", \"function\": ");
    strbuf_json_string(out, function->code->qualname);
    strbuf_printf(out, ", \"line\": %d, \"reason\": ", function->code->firstlineno);
    strbuf_json_string(out, function->reason);
    strbuf_putc(out, '}');
}

void report_native_json(const NativeCode *native, StrBuf *out) {
    strbuf_printf(out, "  \"native\": {\"functions\": %zu, \"native\": %zu, \"nothing\": ",
                  native->functions, native->native);
    strbuf_json_string(out, native->nothing);
    strbuf_puts(out, ", \"bytecode\": [");
    each_exception(native, json_exception, out);
    strbuf_puts(out, "\n  ]},\n");
}

static void html_exception(const NativeModule *module, const NativeFunction *function, size_t index,
                           StrBuf *out) {
    (void)index;
    strbuf_puts(out, "<li>");
    strbuf_html(out, module->module->name);
    strbuf_putc(out, '.');
    strbuf_html(out, function->code->qualname);
    strbuf_printf(out, " (line %d): ", function->code->firstlineno);
    strbuf_html(out, function->reason);
    strbuf_puts(out, "</li>\n");
}

void report_native_html(const NativeCode *native, StrBuf *out) {
    if (native->nothing != NULL) {
        strbuf_puts(out, "<p>Everything is bytecode: ");
        strbuf_html(out, native->nothing);
        strbuf_puts(out, ".</p>\n");
        return;
    }
    strbuf_printf(out, "<p>%zu of %zu functions are native code.</p>\n", native->native,
                  native->functions);
    if (native->native < native->functions) {
        strbuf_puts(out, "<details><summary>Functions that stay bytecode</summary>\n<ul>\n");
        each_exception(native, html_exception, out);
        strbuf_puts(out, "</ul>\n</details>\n");
    }
}

void report_native_cost(const NativeCode *native, StrBuf *out) {
    double lines = (double)native->lines / 1000, compiled = (double)native->compiled_lines / 1000;
    strbuf_printf(out,
                  "{\n  \"c_files\": %zu,\n  \"c_files_from_cache\": %zu,\n"
                  "  \"lines_of_python\": %zu,\n  \"lines_compiled\": %zu,\n",
                  native->units, native->cached, native->lines, native->compiled_lines);
    strbuf_printf(out,
                  "  \"seconds_to_c\": %.4f,\n  \"seconds_in_c_compiler\": %.4f,\n"
                  "  \"seconds_to_c_per_1000_lines\": %.4f,\n"
                  "  \"seconds_in_c_compiler_per_1000_lines\": %.4f,\n"
                  "  \"peak_memory_of_c_compiler_kb\": %ld\n}\n",
                  native->lower_seconds, native->cc_seconds,
                  lines > 0 ? native->lower_seconds / lines : 0,
                  compiled > 0 ? native->cc_seconds / compiled : 0, native->cc_peak_kb);
}
