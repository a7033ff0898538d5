/* --report DIR: what went in and why, as files to read. */
#ifndef PYC2C_DRIVER_REPORT_H
#define PYC2C_DRIVER_REPORT_H

#include "session.h"

#include "../../codegen/native.h"

#include <stdbool.h>

/* Writes warnings.txt, modules.html and report.json: same build, same bytes; and cost.json and
 * timeline.html, which have times. */
bool report_write(Session *session, const Program *program, const NativeCode *native,
                  const char *output);

/* The parts (report_html.c, report_json.c, report_native.c, report_timeline.c). */
void report_html(const Program *program, const NativeCode *native, StrBuf *out);
void report_json(Session *session, const Program *program, const NativeCode *native,
                 const char *output, StrBuf *out);
void report_native_json(const NativeCode *native, StrBuf *out);
void report_native_html(const NativeCode *native, StrBuf *out);
void report_native_cost(const NativeCode *native, StrBuf *out);
void report_timeline(const ProgressView *view, const char *name, const NativeCode *native,
                     StrBuf *out);

/* Words that the report uses. */
const char *report_kind(const Module *module); /* "source", "package", "extension" … */
const char *report_origin(Arena *arena, const Module *module); /* "requests 2.32.3", "program" … */

#endif
