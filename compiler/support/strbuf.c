#include "strbuf.h"

#include "arena.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(StrBuf *buffer, size_t extra) {
    size_t needed = buffer->length + extra + 1;
    if (needed <= buffer->capacity) {
        return;
    }
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : 64;
    while (capacity < needed) {
        capacity *= 2;
    }
    buffer->data = xrealloc(buffer->data, capacity);
    buffer->capacity = capacity;
}

void strbuf_add(StrBuf *buffer, const void *data, size_t length) {
    reserve(buffer, length);
    if (length > 0) {
        memcpy(buffer->data + buffer->length, data, length);
    }
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void strbuf_puts(StrBuf *buffer, const char *text) {
    strbuf_add(buffer, text, strlen(text));
}

void strbuf_putc(StrBuf *buffer, char character) {
    strbuf_add(buffer, &character, 1);
}

void strbuf_vprintf(StrBuf *buffer, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length > 0) {
        reserve(buffer, (size_t)length);
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

void strbuf_printf(StrBuf *buffer, const char *format, ...) {
    va_list args;
    va_start(args, format);
    strbuf_vprintf(buffer, format, args);
    va_end(args);
}

/* Length of the valid UTF-8 sequence at `text`, 0 if there is none. */
static size_t utf8_sequence(const unsigned char *text) {
    size_t length = text[0] < 0x80   ? 1
                    : text[0] < 0xC2 ? 0
                    : text[0] < 0xE0 ? 2
                    : text[0] < 0xF0 ? 3
                    : text[0] < 0xF5 ? 4
                                     : 0;
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xF0 && text[1] < 0x90);
    bool surrogate = text[0] == 0xED && text[1] >= 0xA0;
    bool beyond = text[0] == 0xF4 && text[1] >= 0x90;
    return length > 1 && (overlong || surrogate || beyond) ? 0 : length;
}

void strbuf_json_string(StrBuf *buffer, const char *text) {
    if (text == NULL) {
        strbuf_puts(buffer, "null");
        return;
    }
    strbuf_putc(buffer, '"');
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        size_t length = utf8_sequence(at);
        if (length == 0) {
            strbuf_puts(buffer, "\\ufffd");
            at++;
            continue;
        }
        if (*at == '"' || *at == '\\') {
            strbuf_printf(buffer, "\\%c", *at);
        } else if (*at == '\n') {
            strbuf_puts(buffer, "\\n");
        } else if (*at < 0x20 || *at == 0x7F) {
            strbuf_printf(buffer, "\\u%04x", *at);
        } else {
            strbuf_add(buffer, at, length);
        }
        at += length;
    }
    strbuf_putc(buffer, '"');
}

void strbuf_html(StrBuf *buffer, const char *text) {
    for (const char *at = text; *at != '\0'; at++) {
        switch (*at) {
        case '&': strbuf_puts(buffer, "&amp;"); break;
        case '<': strbuf_puts(buffer, "&lt;"); break;
        case '>': strbuf_puts(buffer, "&gt;"); break;
        case '"': strbuf_puts(buffer, "&quot;"); break;
        case '\'': strbuf_puts(buffer, "&#39;"); break;
        default: strbuf_putc(buffer, *at); break;
        }
    }
}

const char *strbuf_text(const StrBuf *buffer) {
    return buffer->data != NULL ? buffer->data : "";
}

void strbuf_clear(StrBuf *buffer) {
    buffer->length = 0;
    if (buffer->data != NULL) {
        buffer->data[0] = '\0';
    }
}

void strbuf_free(StrBuf *buffer) {
    free(buffer->data);
    memset(buffer, 0, sizeof(*buffer));
}
