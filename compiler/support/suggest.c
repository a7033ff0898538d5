#include "suggest.h"

#include "arena.h"

#include <string.h>

enum { LONGEST_NAME = 100 }; /* longer ones are no typing errors of ours */

/* Letters that users mix up count as the same: case, and '-' for '_'. */
static unsigned char fold(char character) {
    if (character >= 'A' && character <= 'Z') {
        return (unsigned char)(character - 'A' + 'a');
    }
    return character == '_' ? '-' : (unsigned char)character;
}

static size_t smallest(size_t a, size_t b, size_t c) {
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Damerau-Levenshtein (optimal string alignment): insert, delete, replace, swap neighbours. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t rows[3][LONGEST_NAME + 1];
    size_t *before = rows[0], *previous = rows[1], *current = rows[2];
    for (size_t j = 0; j <= b_length; j++) {
        previous[j] = j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        current[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t cost = fold(a[i - 1]) != fold(b[j - 1]);
            current[j] = smallest(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost);
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                fold(a[i - 2]) == fold(b[j - 1]) && before[j - 2] + 1 < current[j]) {
                current[j] = before[j - 2] + 1;
            }
        }
        size_t *free_row = before;
        before = previous;
        previous = current;
        current = free_row;
    }
    return previous[b_length];
}

const char *suggest(const char *name, const char *const *candidates, size_t count) {
    size_t length = strlen(name);
    const char *best = NULL;
    /* A third of the letters may be wrong, at least one; so "ab" is not taken for "xy". */
    size_t best_distance = (length > 5 ? length / 3 : 1) + 1;
    if (length == 0 || length > LONGEST_NAME) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        size_t candidate_length = strlen(candidates[i]);
        if (candidate_length > LONGEST_NAME) {
            continue;
        }
        size_t distance = edit_distance(name, length, candidates[i], candidate_length);
        if (distance < best_distance && distance < length) {
            best = candidates[i];
            best_distance = distance;
        }
    }
    return best;
}
