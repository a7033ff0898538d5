/* Finding a key's line without a parser that knows places: the headers and the keys at the
 * beginning of lines are enough for the files that people write. Whatever escapes it (a key inside
 * an inline table) gets the line of its table, or none. */
#include "config_place.h"

#include <stdio.h>
#include <string.h>

/* The key or header at `at`, without quotes and blanks: `tool . "pyc2c"` -> tool.pyc2c. Returns
 * what follows it. */
static const char *read_name(const char *at, char *name, size_t size) {
    size_t length = 0;
    for (; *at != '\0' && strchr("=]\n", *at) == NULL; at++) {
        if (strchr(" \t\"'", *at) == NULL && length + 1 < size) {
            name[length++] = *at;
        }
    }
    name[length] = '\0';
    return at;
}

static bool name_is(const char *name, const char *wanted) {
    for (; *name != '\0' && *wanted != '\0'; name++, wanted++) {
        bool dash = (*name == '-' || *name == '_') && (*wanted == '-' || *wanted == '_');
        if (*name != *wanted && !dash) {
            return false;
        }
    }
    return *name == *wanted;
}

static void mark(Diag *place, int line, const char *start, const char *at, size_t length) {
    place->line = line;
    place->column = (int)(at - start) + 1;
    place->end_column = place->column + (int)length;
}

bool config_locate(const char *text, const char *table, const char *key, Diag *place) {
    char current[256] = "", name[256], full[520];
    bool found = false;
    int line = 1;
    for (const char *start = text; start != NULL && *start != '\0'; line++) {
        const char *at = start + strspn(start, " \t");
        if (*at == '[') {
            at += strspn(at, "[");
            const char *end = read_name(at, current, sizeof(current));
            if (name_is(current, table)) {
                mark(place, line, start, at, (size_t)(end - at));
                found = true;
            } else if (key != NULL) {
                snprintf(full, sizeof(full), "%s%s%s", table, *table ? "." : "", key);
                if (name_is(current, full)) { /* the key is a table of its own */
                    mark(place, line, start, at, (size_t)(end - at));
                    return true;
                }
            }
        } else if (key != NULL && *at != '#') {
            const char *end = read_name(at, name, sizeof(name));
            snprintf(full, sizeof(full), "%s%s%s", current, *current ? "." : "", name);
            char wanted[520];
            snprintf(wanted, sizeof(wanted), "%s%s%s", table, *table ? "." : "", key);
            if (*end == '=' && name_is(full, wanted)) {
                size_t length = (size_t)(end - at);
                while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t')) {
                    length--;
                }
                mark(place, line, start, at, length);
                return true;
            }
        }
        start = strchr(start, '\n');
        start = start != NULL ? start + 1 : NULL;
    }
    return found;
}
