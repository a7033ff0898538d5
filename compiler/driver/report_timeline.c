/* timeline.html: when each step of the build and each run of the C compiler began and ended. */
#include "report.h"

#include <string.h>

static const char HEAD[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Timeline of ";
static const char STYLE[] =
    "</title>\n<style>\n"
    ":root { color-scheme: light dark; --line: #d5d8de; --dim: #5c6470; --step: #4c78c8;\n"
    "  --run: #6aa56a; --paper: #ffffff; --ink: #1b1f24; }\n"
    "@media (prefers-color-scheme: dark) { :root { --line: #3a3f47; --dim: #9aa3af;\n"
    "  --step: #7ba3e8; --run: #86c286; --paper: #16181c; --ink: #e3e6ea; } }\n"
    "body { margin: 0 auto; max-width: 75rem; padding: 1.5rem; background: var(--paper);\n"
    "  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }\n"
    "h1 { font-size: 1.5rem; margin: 0 0 .25rem; } p { color: var(--dim); margin: 0 0 1rem; }\n"
    ".row { display: flex; align-items: center; border-bottom: 1px solid var(--line); }\n"
    ".row > b { flex: 0 0 18rem; font-weight: 400; overflow-wrap: anywhere; padding: .1rem 0; }\n"
    ".row > i { flex: 0 0 5rem; font-style: normal; text-align: right; padding-right: .75rem;\n"
    "  color: var(--dim); font-variant-numeric: tabular-nums; }\n"
    ".track { flex: 1 1 auto; position: relative; height: .9rem; }\n"
    ".track > span { position: absolute; height: 100%; min-width: 2px; border-radius: 2px;\n"
    "  background: var(--step); }\n"
    ".run > .track > span { background: var(--run); } .run > b { padding-left: 1.5rem; }\n"
    "</style>\n</head>\n<body>\n<h1>Timeline of ";

typedef struct Axis {
    double start, length; /* seconds */
} Axis;

static void add_bar(const Axis *axis, const char *kind, const char *name, double started,
                    double seconds, StrBuf *out) {
    strbuf_printf(out, "<div class=\"row %s\"><b>", kind);
    strbuf_html(out, name);
    strbuf_printf(out,
                  "</b><i>%.2f s</i><span class=\"track\"><span style=\"left: %.2f%%; width: "
                  "%.2f%%\"></span></span></div>\n",
                  seconds, 100 * (started - axis->start) / axis->length,
                  100 * seconds / axis->length);
}

static bool is_within(const NativeRun *run, const PhaseTime *phase) {
    return run->started >= phase->started && run->started < phase->started + phase->seconds;
}

void report_timeline(const ProgressView *view, const char *name, const NativeCode *native,
                     StrBuf *out) {
    Axis axis = {view->started, 0.001};
    for (size_t i = 0; i < view->phase_count; i++) {
        const PhaseTime *phase = &view->phases[i];
        double end = phase->started + phase->seconds - axis.start;
        axis.length = end > axis.length ? end : axis.length;
    }
    strbuf_puts(out, HEAD);
    strbuf_html(out, name);
    strbuf_puts(out, STYLE);
    strbuf_html(out, name);
    strbuf_printf(out, "</h1>\n<p>%.2f seconds; below a step, the C compiler's runs in it.</p>\n",
                  axis.length);
    for (size_t i = 0; i < view->phase_count; i++) {
        const PhaseTime *phase = &view->phases[i];
        add_bar(&axis, "step", phase->name, phase->started, phase->seconds, out);
        for (size_t k = 0; k < native->runs.count; k++) {
            const NativeRun *run = &native->runs.items[k];
            if (is_within(run, phase)) {
                add_bar(&axis, "run", run->module->name, run->started, run->ended - run->started,
                        out);
            }
        }
    }
    strbuf_puts(out, "</body>\n</html>\n");
}
