/* Shell-style matching of paths.
 *
 *   *      any characters within one component        ?      one character, not the slash
 *   [a-z]  one character of a set, [!a-z] not of it   **     any number of whole components
 *
 * One pass with two places to come back to: the last `*`, which can take more of its component, and
 * the last `**`, which can take more components. An earlier star never needs another try, because
 * whatever it could give up the later one can take; so matching is at worst quadratic. */
#include "path.h"

#include <stdint.h>
#include <string.h>

/* Reads one character (a UTF-8 sequence; a stray byte stands for itself) and moves past it. */
static uint32_t next_character(const char **text) {
    const unsigned char *at = (const unsigned char *)*text;
    size_t length = at[0] < 0xC0 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t character = length == 1 ? at[0] : at[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            *text += 1;
            return at[0];
        }
        character = character << 6 | (at[i] & 0x3Fu);
    }
    *text += length;
    return character;
}

/* The character after the set that starts at `set` ("[...]"), NULL when it has no end. */
static const char *set_end(const char *set) {
    const char *at = set + 1;
    if (*at == '!' || *at == '^') {
        at++;
    }
    if (*at == ']') {
        at++; /* a leading bracket is a member */
    }
    while (*at != '\0' && *at != ']' && *at != '/') {
        at++;
    }
    return *at == ']' ? at + 1 : NULL;
}

static bool set_holds(const char *set, const char *end, uint32_t character) {
    const char *at = set + 1;
    bool negated = *at == '!' || *at == '^';
    bool found = false;
    if (negated) {
        at++;
    }
    while (at < end - 1) {
        uint32_t low = next_character(&at);
        uint32_t high = low;
        if (*at == '-' && at + 1 < end - 1) {
            at++;
            high = next_character(&at);
        }
        found = found || (low <= character && character <= high);
    }
    return found != negated;
}

/* Matches one plain pattern character or set at both positions and moves past them. */
static bool match_one(const char **path, const char **pattern) {
    if (**path == '\0' || **pattern == '\0') {
        return false;
    }
    if (**path == '/' || **pattern == '/') {
        bool same = **path == **pattern;
        *path += 1;
        *pattern += 1;
        return same;
    }
    const char *end = **pattern == '[' ? set_end(*pattern) : NULL;
    if (end != NULL) {
        bool held = set_holds(*pattern, end, next_character(path));
        *pattern = end;
        return held;
    }
    uint32_t wanted = next_character(pattern);
    uint32_t character = next_character(path);
    return wanted == '?' || wanted == character;
}

/* True when `at`, inside `pattern`, is "**" as a whole component. */
static bool is_globstar(const char *pattern, const char *at) {
    return at[0] == '*' && at[1] == '*' && (at[2] == '/' || at[2] == '\0') &&
           (at == pattern || at[-1] == '/');
}

bool path_matches(const char *path, const char *pattern) {
    const char *start = pattern;
    const char *star = NULL, *star_path = NULL;         /* after the last `*`, what it reached */
    const char *globstar = NULL, *globstar_path = NULL; /* after the last `**`, likewise */

    for (;;) {
        if (is_globstar(start, pattern)) {
            if (pattern[2] == '\0') {
                return true;
            }
            pattern += 3;
            globstar = pattern;
            globstar_path = path;
            star = NULL;
        } else if (*pattern == '*') {
            pattern += strspn(pattern, "*");
            star = pattern;
            star_path = path;
        } else if (*path == '\0' && *pattern == '\0') {
            return true;
        } else if (!match_one(&path, &pattern)) {
            if (star != NULL && *star_path != '\0' && *star_path != '/') {
                next_character(&star_path);
                pattern = star;
                path = star_path;
            } else if (globstar != NULL && strchr(globstar_path, '/') != NULL) {
                globstar_path = strchr(globstar_path, '/') + 1;
                pattern = globstar;
                path = globstar_path;
                star = NULL;
            } else {
                return false;
            }
        }
    }
}
