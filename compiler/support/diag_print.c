/* How a diagnostic looks:
 *
 *     app.py:3:8: error: invalid syntax
 *         if x = 1:
 *            ^~~~~
 *     hint: use == to compare
 *
 * The marker stands under the right characters also with tabs, wide (CJK) and combining characters;
 * of a very long line only the part around the marker is shown. */
#include "diag.h"

#include "fs.h"
#include "strbuf.h"

#include <stdint.h>
#include <string.h>

enum { WINDOW = 160, CONTEXT_BEFORE = 60, INDENT = 4 };

typedef struct Range {
    uint32_t first, last;
} Range;

/* Zero and double width; the few blocks that source code really holds. */
static const Range no_width[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},
                                 {0x064B, 0x065F}, {0x200B, 0x200F}, {0x20D0, 0x20F0},
                                 {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};
static const Range double_width[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
                                     {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
                                     {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
                                     {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
                                     {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

static bool is_in(uint32_t character, const Range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].first <= character && character <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

static int width_of(uint32_t character) {
    if (is_in(character, no_width, sizeof(no_width) / sizeof(no_width[0]))) {
        return 0;
    }
    return is_in(character, double_width, sizeof(double_width) / sizeof(double_width[0])) ? 2 : 1;
}

/* Decodes one character; bytes that are no UTF-8 and control characters come out as '?', so that a
 * source line cannot drive the terminal. Returns its length in bytes. */
static size_t decode(const char *text, uint32_t *character) {
    const unsigned char *at = (const unsigned char *)text;
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xC2 ? 0 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    *character = '?';
    if (length == 0 || at[0] > 0xF4) {
        return 1;
    }
    uint32_t value = length == 1 ? at[0] : at[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 1;
        }
        value = value << 6 | (at[i] & 0x3Fu);
    }
    if (value == '\t' || (value >= 0x20 && value != 0x7F && !(value >= 0x80 && value < 0xA0))) {
        *character = value;
    }
    return length;
}

/* The source line and the line of markers below it. `column` and `end` are 1-based, end exclusive.
 */
static void draw(const char *source, int column, int end, StrBuf *line, StrBuf *marker) {
    int first = column > WINDOW - CONTEXT_BEFORE ? column - CONTEXT_BEFORE : 1;
    int number = 1; /* of the character, from 1 */
    if (first > 1) {
        strbuf_puts(line, "...");
        strbuf_puts(marker, "   ");
    }
    for (const char *at = source; *at != '\0' && *at != '\n' && *at != '\r'; number++) {
        uint32_t character;
        size_t length = decode(at, &character);
        if (number >= first + WINDOW) {
            strbuf_puts(line, "...");
            break;
        }
        if (number >= first) {
            bool replaced = character == '?' && *at != '?';
            strbuf_add(line, replaced ? "?" : at, replaced ? 1 : length);
            const char *mark = number == column ? "^" : number > column && number < end ? "~" : " ";
            mark = *at == '\t' && number < column ? "\t" : mark;
            for (int i = width_of(character); i > 0; i--) {
                strbuf_puts(marker, mark);
                mark = *mark == '^' ? "~" : mark;
            }
        }
        at += length;
    }
    if (number <= column) {
        strbuf_puts(marker, "^"); /* just after the end: something is missing there */
    }
}

/* Line `number` of a file into `out`; false when it cannot be read. */
static bool read_line(const char *file, int number, StrBuf *out) {
    StrBuf content = {0};
    bool found = fs_is_file(file) && fs_read(file, &content);
    const char *at = strbuf_text(&content);
    for (int line = 1; found && line < number; line++) {
        at = strchr(at, '\n');
        found = at != NULL;
        at = found ? at + 1 : NULL;
    }
    if (found) {
        strbuf_add(out, at, strcspn(at, "\r\n"));
    }
    strbuf_free(&content);
    return found && out->length > 0;
}

static void print_source(const Diag *diag, FILE *stream, bool colour) {
    StrBuf source = {0}, line = {0}, marker = {0};
    if (diag->source != NULL) {
        strbuf_puts(&source, diag->source);
    }
    if (diag->source != NULL ||
        (diag->file != NULL && read_line(diag->file, diag->line, &source))) {
        /* The line's own indentation says nothing: drop it, unless the error is inside it. */
        int indent = (int)strspn(strbuf_text(&source), " \t\f");
        if (diag->column > 0 && diag->column <= indent) {
            indent = diag->column - 1;
        }
        int column = diag->column > 0 ? diag->column - indent : 0;
        draw(strbuf_text(&source) + indent, column, diag->end_column - indent, &line, &marker);
        fprintf(stream, "%*s%s\n", INDENT, "", strbuf_text(&line));
        while (marker.length > 0 && marker.data[marker.length - 1] == ' ') {
            marker.data[--marker.length] = '\0';
        }
        if (column > 0) {
            fprintf(stream, "%*s%s%s%s\n", INDENT, "", colour ? "\033[1;32m" : "",
                    strbuf_text(&marker), colour ? "\033[0m" : "");
        }
    }
    strbuf_free(&source);
    strbuf_free(&line);
    strbuf_free(&marker);
}

/* Text from outside, with control characters made visible. */
static void print_plain(FILE *stream, const char *text) {
    while (*text != '\0') {
        uint32_t character;
        size_t length = decode(text, &character);
        if (character == '?' && *text != '\n') {
            fputc('?', stream);
        } else {
            fwrite(text, 1, length, stream);
        }
        text += length;
    }
}

void diag_print(const Diag *diag, FILE *stream, bool colour) {
    static const char *const names[] = {"note", "warning", "error"};
    static const char *const colours[] = {"\033[1;36m", "\033[1;35m", "\033[1;31m"};
    const char *bold = colour ? "\033[1m" : "";
    const char *reset = colour ? "\033[0m" : "";

    fputs(bold, stream);
    print_plain(stream, diag->file != NULL ? diag->file : "pyc2c");
    if (diag->file != NULL && diag->line > 0) {
        fprintf(stream, ":%d", diag->line);
        if (diag->column > 0) {
            fprintf(stream, ":%d", diag->column);
        }
    }
    fprintf(stream, ": %s%s:%s ", colour ? colours[diag->level] : "", names[diag->level], reset);
    print_plain(stream, diag->message != NULL ? diag->message : "");
    fputc('\n', stream);
    if (diag->line > 0) {
        print_source(diag, stream, colour);
    }
    if (diag->hint != NULL) {
        fprintf(stream, "%shint:%s ", bold, reset);
        print_plain(stream, diag->hint);
        fputc('\n', stream);
    }
}
