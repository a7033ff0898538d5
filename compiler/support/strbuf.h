/* StrBuf: a growing byte buffer, always NUL-terminated. Start with `StrBuf b = {0};`, end with
 * strbuf_free. */
#ifndef PYC2C_SUPPORT_STRBUF_H
#define PYC2C_SUPPORT_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

typedef struct StrBuf {
    char *data; /* NULL until something was added */
    size_t length;
    size_t capacity;
} StrBuf;

void strbuf_add(StrBuf *buffer, const void *data, size_t length);
void strbuf_puts(StrBuf *buffer, const char *text);
void strbuf_putc(StrBuf *buffer, char character);
void strbuf_printf(StrBuf *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vprintf(StrBuf *buffer, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Adds `text` as a JSON string literal, quotes included; invalid UTF-8 becomes U+FFFD, NULL
 * becomes null. */
void strbuf_json_string(StrBuf *buffer, const char *text);
/* Adds `text` with the five HTML special characters escaped. */
void strbuf_html(StrBuf *buffer, const char *text);
/* The text so far; "" when nothing was added. Valid until the next change. */
const char *strbuf_text(const StrBuf *buffer);
void strbuf_clear(StrBuf *buffer);
void strbuf_free(StrBuf *buffer);

#endif
