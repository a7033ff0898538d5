#include "texts.h"
#include "names.h"

#include "../front/front.h"
#include "../support/fs.h"

#include <stdlib.h>
#include <string.h>

static bool add_text(const Value *value, KeptTexts *texts) {
    const Value *expression = value_get(value, "expression");
    KeptText text = {.module = value_string(value_get(value, "module")),
                     .file = value_string(value_get(value, "file")),
                     .text = value_string(value_get(value, "text"))};
    if (text.module == NULL || text.file == NULL || text.text == NULL || expression == NULL ||
        expression->kind != VALUE_BOOL) {
        return false;
    }
    text.expression = expression->boolean;
    vec_push(texts, text);
    return true;
}

bool texts_read_list(const Value *list, KeptTexts *texts) {
    bool ok = list == NULL || list->kind == VALUE_LIST;
    for (size_t i = 0; ok && list != NULL && i < list->count; i++) {
        ok = add_text(&list->items[i], texts);
    }
    return ok;
}

void texts_write_list(const KeptTexts *texts, StrBuf *out) {
    for (size_t i = 0; i < texts->count; i++) {
        const KeptText *text = &texts->items[i];
        strbuf_puts(out, i == 0 ? "\n    {\"module\": " : ",\n    {\"module\": ");
        strbuf_json_string(out, text->module);
        strbuf_puts(out, ", \"file\": ");
        strbuf_json_string(out, text->file);
        strbuf_puts(out, ", \"text\": ");
        strbuf_json_string(out, text->text);
        strbuf_printf(out, ", \"expression\": %s}", text->expression ? "true" : "false");
    }
}

/* One document for all lines: the parser is in libpython, and each call of it costs. */
void texts_read(Arena *arena, const char *answer, KeptTexts *texts) {
    StrBuf list = {0};
    while (*answer != '\0') {
        size_t length = strcspn(answer, "\n");
        if (text_starts(answer, "text ")) {
            strbuf_puts(&list, list.length == 0 ? "[" : ",");
            strbuf_add(&list, answer + strlen("text "), length - strlen("text "));
        }
        answer += length + (answer[length] == '\n');
    }
    Value document;
    FrontError error = {0};
    if (list.length > 0) {
        strbuf_puts(&list, "]");
        if (front_parse_json(arena, strbuf_text(&list), &document, &error)) {
            texts_read_list(&document, texts);
        }
    }
    strbuf_free(&list);
}

bool texts_read_file(Arena *arena, const char *path, KeptTexts *texts) {
    StrBuf content = {0};
    bool ok = fs_read(path, &content);
    if (ok) {
        texts_read(arena, strbuf_text(&content), texts);
    }
    strbuf_free(&content);
    return ok;
}

static int compare(const void *a, const void *b) {
    const KeptText *one = a, *other = b;
    int order = strcmp(one->text, other->text);
    order = order != 0 ? order : strcmp(one->file, other->file);
    order = order != 0 ? order : one->expression - other->expression;
    return order != 0 ? order : strcmp(one->module, other->module);
}

void texts_sort_unique(KeptTexts *texts) {
    if (texts->count == 0) {
        return;
    }
    qsort(texts->items, texts->count, sizeof(KeptText), compare);
    size_t kept = 1;
    for (size_t i = 1; i < texts->count; i++) {
        if (compare(&texts->items[kept - 1], &texts->items[i]) != 0) {
            texts->items[kept++] = texts->items[i];
        }
    }
    texts->count = kept;
}
