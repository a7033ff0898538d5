/* Names of modules and distributions. */
#include "names.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../support/strbuf.h"

#define BLANKS " \t\n"

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

bool name_is_word(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char character = (unsigned char)text[i];
        bool dash = character == '-' && i > 0;
        if (!(isalnum(character) || character == '_' || character > 127 || dash)) {
            return false;
        }
    }
    return length > 0;
}

bool name_is_identifier(const char *text, size_t length) {
    return name_is_word(text, length) && !is_digit(text[0]) && memchr(text, '-', length) == NULL;
}

bool name_is_importable(const char *text) {
    for (;;) {
        size_t length = strcspn(text, ".");
        if (!name_is_word(text, length)) {
            return false;
        }
        if (text[length] == '\0') {
            return true;
        }
        text += length + 1;
    }
}

bool name_is_dotted(const char *text) {
    for (;;) {
        size_t length = strcspn(text, ".");
        if (!name_is_identifier(text, length)) {
            return false;
        }
        if (text[length] == '\0') {
            return true;
        }
        text += length + 1;
    }
}

char *name_top(Arena *arena, const char *name) {
    return arena_strndup(arena, name, strcspn(name, "."));
}

char *name_parent(Arena *arena, const char *name) {
    const char *dot = strrchr(name, '.');
    return dot == NULL ? NULL : arena_strndup(arena, name, (size_t)(dot - name));
}

char *name_path(Arena *arena, const char *name) {
    char *path = arena_strdup(arena, name);
    for (char *at = path; *at != '\0'; at++) {
        *at = *at == '.' ? '/' : *at;
    }
    return path;
}

const char *name_last(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot == NULL ? name : dot + 1;
}

bool name_is_below(const char *name, const char *package) {
    size_t length = strlen(package);
    return strncmp(name, package, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

/* Wildcard match of a whole text; `*` also crosses dots. */
static bool wildcard(const char *text, const char *pattern) {
    const char *retry_text = NULL, *retry_pattern = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            retry_pattern = ++pattern;
            retry_text = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (retry_pattern != NULL) {
            pattern = retry_pattern;
            text = ++retry_text;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

bool name_matches(const char *name, const char *pattern) {
    if (strpbrk(pattern, "*?") == NULL) {
        return name_is_below(name, pattern);
    }
    return wildcard(name, pattern);
}

bool name_matches_any(const char *name, const StrVec *patterns) {
    for (size_t i = 0; i < patterns->count; i++) {
        if (name_matches(name, patterns->items[i])) {
            return true;
        }
    }
    return false;
}

char *name_canonical(Arena *arena, const char *name) {
    char *result = arena_strdup(arena, name);
    size_t length = 0;
    for (const char *from = name; *from != '\0'; from++) {
        if (*from == '-' || *from == '_' || *from == '.') {
            if (length > 0 && result[length - 1] != '-') {
                result[length++] = '-';
            }
        } else {
            result[length++] = (char)tolower((unsigned char)*from);
        }
    }
    result[length] = '\0';
    return result;
}

/* FNV-1a. */
bool name_is_border(const char *name, unsigned one_in) {
    uint32_t hash = 2166136261U;
    for (const char *at = name; *at != '\0'; at++) {
        hash = (hash ^ (uint8_t)*at) * 16777619U;
    }
    return (hash ^ hash >> 16) % one_in == 0;
}

bool text_starts(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix) {
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && memcmp(text + length - tail, suffix, tail) == 0;
}

bool strvec_has(const StrVec *vec, const char *text) {
    for (size_t i = 0; i < vec->count; i++) {
        if (strcmp(vec->items[i], text) == 0) {
            return true;
        }
    }
    return false;
}

void strvec_split(Arena *arena, const char *text, const char *separators, StrVec *out) {
    for (const char *at = text + strspn(text, separators); *at != '\0';) {
        size_t length = strcspn(at, separators);
        vec_push(out, arena_strndup(arena, at, length));
        at += length + strspn(at + length, separators);
    }
}

/* Adds what stands in the quotes that begin at `at`; where they end, NULL when they do not. */
static const char *add_quoted(const char *at, StrBuf *word) {
    char quote = *at++;
    for (; *at != '\0' && *at != quote; at++) {
        if (quote == '"' && *at == '\\' && at[1] != '\0' && strchr("\\\"$`", at[1]) != NULL) {
            at++;
        }
        strbuf_putc(word, *at);
    }
    return *at != '\0' ? at + 1 : NULL;
}

/* Adds what is up to the next blank outside of quotes; where it ends, or NULL. */
static const char *add_word(const char *at, StrBuf *word) {
    while (at != NULL && *at != '\0' && strchr(BLANKS, *at) == NULL) {
        if (*at == '\'' || *at == '"') {
            at = add_quoted(at, word);
        } else if (*at == '\\' && *++at == '\0') {
            at = NULL;
        } else {
            strbuf_putc(word, *at++);
        }
    }
    return at;
}

bool strvec_split_command(Arena *arena, const char *text, StrVec *out) {
    StrBuf word = {0};
    const char *at = text;
    while (at != NULL && *(at += strspn(at, BLANKS)) != '\0') {
        strbuf_clear(&word);
        at = add_word(at, &word);
        vec_push(out, arena_strdup(arena, strbuf_text(&word)));
    }
    strbuf_free(&word);
    return at != NULL;
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void strvec_sort_unique(StrVec *vec) {
    if (vec->count < 2) {
        return;
    }
    qsort(vec->items, vec->count, sizeof(*vec->items), compare_texts);
    size_t kept = 1;
    for (size_t i = 1; i < vec->count; i++) {
        if (strcmp(vec->items[i], vec->items[kept - 1]) != 0) {
            vec->items[kept++] = vec->items[i];
        }
    }
    vec->count = kept;
}
