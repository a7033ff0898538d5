#include "../../compiler/support/arena.h"
#include "../../compiler/support/diag.h"
#include "../../compiler/support/strbuf.h"
#include "../../compiler/support/strmap.h"
#include "../../compiler/support/value.h"
#include "unit.h"

#include <stdlib.h>

static void test_strbuf(void) {
    StrBuf buffer = {0};
    CHECK_TEXT(strbuf_text(&buffer), "");
    strbuf_printf(&buffer, "%s-%d", "a", 7);
    for (int i = 0; i < 1000; i++) {
        strbuf_putc(&buffer, 'x');
    }
    CHECK(buffer.length == 1003 && strlen(buffer.data) == 1003);
    strbuf_clear(&buffer);
    strbuf_json_string(&buffer, "a\"b\\c\n\t\x01\xC3\xA9\xFF\xED\xA0\x80");
    CHECK_TEXT(strbuf_text(&buffer),
               "\"a\\\"b\\\\c\\n\\u0009\\u0001\xC3\xA9\\ufffd\\ufffd\\ufffd\\ufffd\"");
    strbuf_clear(&buffer);
    strbuf_html(&buffer, "<a href=\"x\">'&'</a>");
    CHECK_TEXT(strbuf_text(&buffer), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    strbuf_free(&buffer);
}

static void test_strmap(void) {
    StrMap map = {0};
    Arena arena = {0};
    CHECK(strmap_get(&map, "x") == NULL && !strmap_has(&map, "x"));
    for (int i = 0; i < 5000; i++) {
        CHECK(strmap_set(&map, arena_printf(&arena, "key%d", i), (void *)(intptr_t)(i + 1)));
    }
    CHECK(!strmap_set(&map, "key7", NULL));
    CHECK(strmap_has(&map, "key7") && strmap_get(&map, "key7") == NULL);
    for (int i = 8; i < 5000; i++) {
        char key[20];
        snprintf(key, sizeof(key), "key%d", i);
        CHECK(strmap_get(&map, key) == (void *)(intptr_t)(i + 1));
    }
    CHECK_TEXT(map.entries[4999].key, "key4999"); /* order of insertion */
    CHECK(strmap_get_part(&map, "key4999", 6) == (void *)(intptr_t)500);
    CHECK(strmap_get_part(&map, "key", 3) == NULL);
    strmap_free(&map);
    arena_free(&arena);
}

static void test_arena(void) {
    Arena arena = {0};
    for (size_t size = 1; size < 300000; size = size * 3 + 1) {
        char *block = arena_alloc(&arena, size);
        bool zero = true;
        for (size_t i = 0; i < size; i++) {
            zero = zero && block[i] == 0;
        }
        CHECK(zero && (uintptr_t)block % 16 == 0);
        memset(block, 0xAA, size);
    }
    CHECK_TEXT(arena_strndup(&arena, "abcdef", 3), "abc");
    arena_free(&arena);
}

static void test_value(void) {
    Value items[] = {{.kind = VALUE_STRING, .string = "x"}, {.kind = VALUE_INT, .integer = 3}};
    const char *keys[] = {"name", "jobs"};
    Value table = {.kind = VALUE_TABLE, .items = items, .keys = keys, .count = 2};
    CHECK_TEXT(value_string(value_get(&table, "name")), "x");
    CHECK(value_string(value_get(&table, "jobs")) == NULL);
    CHECK(value_get(&table, "none") == NULL && value_get(NULL, "none") == NULL);
    CHECK(value_get(&items[0], "name") == NULL);
    CHECK_TEXT(value_kind_name(&table), "a table");
}

/* What diag_print writes. */
static char *printed(const Diag *diag, bool colour) {
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    diag_print(diag, stream, colour);
    fclose(stream);
    return text;
}

#define CHECK_PRINTED(diag, expected)                                                              \
    do {                                                                                           \
        char *text_ = printed((diag), false);                                                      \
        CHECK_TEXT(text_, (expected));                                                             \
        free(text_);                                                                               \
    } while (0)

static void test_diag_print(void) {
    Diag plain = {.level = DIAG_ERROR, .message = "no such thing", .hint = "try another"};
    CHECK_PRINTED(&plain, "pyc2c: error: no such thing\nhint: try another\n");

    Diag place = {.level = DIAG_WARNING, .file = "a.py", .line = 3, .column = 4, .end_column = 9};
    place.message = "odd";
    place.source = "if x = 1:\n";
    CHECK_PRINTED(&place, "a.py:3:4: warning: odd\n    if x = 1:\n       ^~~~~\n");

    place.source = "\tx\ty"; /* indentation goes, a tab inside keeps the marker in line */
    CHECK_PRINTED(&place, "a.py:3:4: warning: odd\n    x\ty\n     \t^\n");

    place.source = "\xC3\xA9\xE4\xB8\xAD"
                   "abcdef"; /* e acute is one column wide, the CJK sign two */
    CHECK_PRINTED(&place, "a.py:3:4: warning: odd\n    \xC3\xA9\xE4\xB8\xAD"
                          "abcdef\n"
                          "        ^~~~~\n");

    place.source = "ab"; /* just after the end */
    place.column = 3;
    place.end_column = 0;
    CHECK_PRINTED(&place, "a.py:3:3: warning: odd\n    ab\n      ^\n");

    place.source = "a\x1b[31m\xFF"
                   "b"; /* nothing reaches the terminal that could drive it */
    place.column = 1;
    CHECK_PRINTED(&place, "a.py:3:1: warning: odd\n    a?[31m?b\n    ^\n");

    char longest[3000];
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    place.source = longest;
    place.column = 1500;
    char *text = printed(&place, false);
    CHECK(strlen(text) < 500 && strstr(text, "...x") != NULL && strstr(text, "x...") != NULL);
    free(text);

    place.source = NULL; /* read from the file; there is none */
    place.file = "/nonexistent/a.py";
    CHECK_PRINTED(&place, "/nonexistent/a.py:3:1500: warning: odd\n");

    text = printed(&plain, true);
    CHECK(strstr(text, "\033[1;31merror:") != NULL);
    free(text);
}

static void test_diags(void) {
    Diags diags = {0};
    char *text = NULL;
    size_t size;
    diag_warning(&diags, NULL, "first %d", 1);
    diag_error(&diags, EXIT_USAGE, "hint", "second");
    for (int i = 0; i < 30; i++) {
        diag_error(&diags, EXIT_USER, NULL, "error %d", i);
    }
    CHECK(diags.errors == 31 && diags.warnings == 1 && diags.exit_code == EXIT_USAGE);
    FILE *stream = open_memstream(&text, &size);
    diag_flush(&diags, stream, false);
    diag_flush(&diags, stream, false);
    fclose(stream);
    CHECK(strstr(text, "error 18\n") != NULL && strstr(text, "error 19\n") == NULL);
    CHECK(strstr(text, "pyc2c: 11 more errors not shown\n") != NULL);
    CHECK(diags.items.count == 0 && diags.errors == 31);
    free(text);
    diag_free(&diags);
}

int main(void) {
    test_strbuf();
    test_strmap();
    test_arena();
    test_value();
    test_diag_print();
    test_diags();
    return unit_report();
}
