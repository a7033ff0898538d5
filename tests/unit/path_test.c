#include "../../compiler/support/path.h"
#include "../../compiler/support/suggest.h"
#include "unit.h"

static Arena arena;

static void test_parts(void) {
    CHECK_TEXT(path_join(&arena, "a", "b"), "a/b");
    CHECK_TEXT(path_join(&arena, "a/", "b"), "a/b");
    CHECK_TEXT(path_join(&arena, "a", "/b"), "/b");
    CHECK_TEXT(path_join(&arena, "a", ""), "a");
    CHECK_TEXT(path_join(&arena, "", "b"), "b");
    CHECK_TEXT(path_join(&arena, "/", "b"), "/b");
    CHECK_TEXT(path_base("a/b.py"), "b.py");
    CHECK_TEXT(path_base("b.py"), "b.py");
    CHECK_TEXT(path_dir(&arena, "a/b/c"), "a/b");
    CHECK_TEXT(path_dir(&arena, "a//c"), "a");
    CHECK_TEXT(path_dir(&arena, "c"), ".");
    CHECK_TEXT(path_dir(&arena, "/c"), "/");
    CHECK_TEXT(path_dir(&arena, "/"), "/");
    CHECK_TEXT(path_extension("a.b/c"), "");
    CHECK_TEXT(path_extension("a/c.tar.gz"), ".gz");
    CHECK_TEXT(path_extension("a/.hidden"), "");
}

static void test_normal(void) {
    static const char *const cases[][2] = {{"a//b/./c", "a/b/c"},
                                           {"a/../b", "b"},
                                           {"a/..", "."},
                                           {"", "."},
                                           {"/", "/"},
                                           {"//", "/"},
                                           {"/..", "/"},
                                           {"/../a", "/a"},
                                           {"/a/..", "/"},
                                           {"/a/../b", "/b"},
                                           {"..", ".."},
                                           {"../..", "../.."},
                                           {"../a/..", ".."},
                                           {"../a/../..", "../.."},
                                           {"a/../..", ".."},
                                           {"./a/", "a"},
                                           {"a/b/../../c", "c"},
                                           {"../../a/b", "../../a/b"},
                                           {"/a/b/c/../..", "/a"},
                                           {"...", "..."}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK_TEXT(path_normal(&arena, cases[i][0]), cases[i][1]);
    }
    CHECK_TEXT(path_absolute(&arena, "/x/../y"), "/y");
    CHECK(path_absolute(&arena, "x")[0] == '/');
}

static void test_below(void) {
    CHECK_TEXT(path_below("/a/b/c", "/a/b"), "c");
    CHECK_TEXT(path_below("/a/b/c", "/a/b/"), "c");
    CHECK_TEXT(path_below("/a/b", "/a/b"), "");
    CHECK_TEXT(path_below("/a/bc", "/a/b"), NULL);
    CHECK_TEXT(path_below("/a", "/"), "a");
    CHECK_TEXT(path_below("/", "/"), "");
    CHECK_TEXT(path_below("a", "/"), NULL);
}

static void test_matches(void) {
    static const char *const yes[][2] = {{"a.py", "*.py"},
                                         {"a/b.py", "a/*.py"},
                                         {"a/b/c.py", "**/*.py"},
                                         {"c.py", "**/*.py"},
                                         {"a/b/c", "a/**"},
                                         {"a/b/c", "**"},
                                         {"a/x/y/b", "a/**/b"},
                                         {"a/b", "a/**/b"},
                                         {"a/b/c/d/e", "a/**/c/**/e"},
                                         {"abc", "a?c"},
                                         {"a\xC3\xA9"
                                          "c",
                                          "a?c"},
                                         {"ab", "a[a-c]"},
                                         {"ad", "a[!a-c]"},
                                         {"a]", "a[]]"},
                                         {"a[", "a["},
                                         {"a-", "a[a-]"},
                                         {"a\xC3\xA9", "a[\xC3\xA0-\xC3\xBF]"},
                                         {"", ""},
                                         {"", "*"},
                                         {"aXbXc", "*X*c"},
                                         {"p/x1/q/x2/y", "**/x*/y"},
                                         {"a/b/c", "*/*/*"},
                                         {"tests/unit/a.c", "tests/**/*.c"}};
    static const char *const no[][2] = {
        {"a/b.py", "*.py"}, {"a.pyc", "*.py"}, {"a", "a/**"},    {"a/b", "a?b"},
        {"ab", "a[!a-c]"},  {"a/b/c", "a/*"},  {"xa/b", "a/**"}, {"a/b/d", "a/**/c"},
        {"a/b", "a[/]b"},   {"abc", "ab"},     {"ab", "abc"},    {"a/xb", "a/**/b"}};
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        CHECK(path_matches(yes[i][0], yes[i][1]));
        if (!path_matches(yes[i][0], yes[i][1])) {
            fprintf(stderr, "  '%s' against '%s'\n", yes[i][0], yes[i][1]);
        }
    }
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        CHECK(!path_matches(no[i][0], no[i][1]));
        if (path_matches(no[i][0], no[i][1])) {
            fprintf(stderr, "  '%s' against '%s'\n", no[i][0], no[i][1]);
        }
    }
    /* Must not take exponential time. */
    char path[2000], pattern[200] = "";
    memset(path, 'a', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    for (int i = 0; i < 40; i++) {
        strcat(pattern, "*a");
    }
    strcat(pattern, "b");
    CHECK(!path_matches(path, pattern));
}

static void test_suggest(void) {
    static const char *const names[] = {"--output", "--output-dir", "--name", "--jobs", "--strip"};
    enum { COUNT = sizeof(names) / sizeof(names[0]) };
    CHECK_TEXT(suggest("--ouptut", names, COUNT), "--output");
    CHECK_TEXT(suggest("--output_dir", names, COUNT), "--output-dir");
    CHECK_TEXT(suggest("--Name", names, COUNT), "--name");
    CHECK_TEXT(suggest("--nmae", names, COUNT), "--name");
    CHECK_TEXT(suggest("--unrelated", names, COUNT), NULL);
    CHECK_TEXT(suggest("", names, COUNT), NULL);
    CHECK_TEXT(suggest("x", names, COUNT), NULL);
    CHECK_TEXT(suggest("--name", names, 0), NULL);
}

int main(void) {
    test_parts();
    test_normal();
    test_below();
    test_matches();
    test_suggest();
    arena_free(&arena);
    return unit_report();
}
