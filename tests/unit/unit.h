/* The smallest test frame: CHECK says what failed and where, and the rest still runs. A test
 * program is a main() that calls its test functions and returns unit_report(). */
#ifndef PYC2C_TESTS_UNIT_H
#define PYC2C_TESTS_UNIT_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int unit_checks, unit_failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        unit_checks++;                                                                             \
        if (!(condition)) {                                                                        \
            unit_failures++;                                                                       \
            fprintf(stderr, "%s:%d: %s: failed: %s\n", __FILE__, __LINE__, __func__, #condition);  \
        }                                                                                          \
    } while (0)

#define CHECK_TEXT(actual, expected)                                                               \
    unit_check_text(__FILE__, __LINE__, __func__, #actual, (actual), (expected))

static inline void unit_check_text(const char *file, int line, const char *function,
                                   const char *what, const char *actual, const char *expected) {
    unit_checks++;
    bool same =
        actual == NULL || expected == NULL ? actual == expected : strcmp(actual, expected) == 0;
    if (!same) {
        unit_failures++;
        fprintf(stderr, "%s:%d: %s: %s\n  is        %s\n  should be %s\n", file, line, function,
                what, actual != NULL ? actual : "NULL", expected != NULL ? expected : "NULL");
    }
}

static inline int unit_report(void) {
    if (unit_failures > 0) {
        fprintf(stderr, "%d of %d checks failed\n", unit_failures, unit_checks);
    } else {
        printf("%d checks\n", unit_checks);
    }
    return unit_failures > 0;
}

#endif
