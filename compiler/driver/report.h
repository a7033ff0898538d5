/* --report DIR: what went in and why, as files to read. */
#ifndef PYC2C_DRIVER_REPORT_H
#define PYC2C_DRIVER_REPORT_H

#include "session.h"

#include <stdbool.h>

/* Writes warnings.txt, modules.html and report.json. Same build, same bytes. */
bool report_write(Session *session, const Program *program, const char *output);

/* The parts (report_html.c, report_json.c). */
void report_html(const Program *program, StrBuf *out);
void report_json(Session *session, const Program *program, const char *output, StrBuf *out);

/* Words that the report uses. */
const char *report_kind(const Module *module); /* "source", "package", "extension" … */
const char *report_origin(Arena *arena, const Module *module); /* "requests 2.32.3", "program" … */

#endif
