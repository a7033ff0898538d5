/* Needs PYC2C_STDLIB: the directory of the standard library. */
#include "../../compiler/front/front.h"
#include "../../compiler/support/fs.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static Arena arena;

static void test_start(void) {
    const char *error = NULL;
    CHECK(!front_init("/nonexistent", &error));
    CHECK_TEXT(error, "'/nonexistent' holds no Python standard library");
    CHECK(front_init(getenv("PYC2C_STDLIB"), &error));
    CHECK(front_init(getenv("PYC2C_STDLIB"), &error)); /* twice is once */
    int major = 0, minor = 0;
    char prefix[32];
    front_python_minor(&major, &minor);
    snprintf(prefix, sizeof(prefix), "%d.%d.", major, minor);
    CHECK(strncmp(front_python_version(), prefix, strlen(prefix)) == 0);
}

static void test_hash(void) {
    uint8_t hash[FRONT_HASH_SIZE], again[FRONT_HASH_SIZE];
    char hex[2 * FRONT_HASH_SIZE + 1];
    uint64_t size = 0;
    front_hash("abc", 3, hash);
    front_hash_hex(hash, hex);
    CHECK_TEXT(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");

    char path[] = "/tmp/pyc2c-test-XXXXXX";
    int file = mkstemp(path);
    size_t length = 5 * 1000 * 1000 + 7;
    char *data = malloc(length);
    for (size_t i = 0; i < length; i++) {
        data[i] = (char)(i * 7 + i / 1000);
    }
    CHECK(write(file, data, length) == (ssize_t)length);
    close(file);
    front_hash(data, length, hash);
    CHECK(front_hash_file(path, again, &size) && size == length);
    CHECK(memcmp(hash, again, sizeof(hash)) == 0);
    unlink(path);
    CHECK(!front_hash_file(path, again, &size) && errno == ENOENT);
    CHECK(!front_hash_file("/", again, &size) && errno == EISDIR);
    free(data);
}

static bool compile(const char *name, const char *text, CompiledSource *out) {
    FrontError error;
    return front_compile(&arena, name, (const uint8_t *)text, strlen(text), 0, out, &error);
}

static bool same_code(const CompiledSource *a, const CompiledSource *b) {
    return a->code_size == b->code_size && memcmp(a->code, b->code, a->code_size) == 0;
}

/* The same bytes, whatever was compiled before and whoever holds references. */
static void test_deterministic(void) {
    static const char text[] =
        "def f(a, b='text with spaces', *, c=1.5):\n"
        "    return a in {'z', 'y', 'x', 1, 2.5, None, (1, 'q')} or b'bytes'\n"
        "class C:\n"
        "    x = ('text with spaces', 10**30, -0.0, 0.0, 1j, ..., True, 1)\n"
        "    def m(self): return 'x', 'text with spaces', self.x, 'C.m'\n";
    CompiledSource first, second, other;
    CHECK(compile("m.py", text, &first));
    CHECK(
        compile("other.py", "z = y = x = 'text with spaces'; q = 'C.m'; r = frozenset(z)", &other));
    CHECK(compile("m.py", text, &second));
    CHECK(same_code(&first, &second));
    CHECK(compile("n.py", text, &second));
    CHECK(!same_code(&first, &second)); /* the file name is part of the code */
}

/* Facts survive the way through the cache; nothing malformed gets in or crashes. */
static void test_facts_io(void) {
    static const char text[] = "import a.b\nfrom . import c, d\n__all__ = ['x']\ns = 'p.q:r'\n"
                               "entry_points(group='g')\n";
    SourceFacts facts, again;
    FrontError error;
    StrBuf bytes = {0};
    CHECK(front_scan(&arena, "m.py", (const uint8_t *)text, strlen(text), &facts, &error));
    front_facts_write(&facts, &bytes);
    CHECK(front_facts_read(&arena, (const uint8_t *)bytes.data, bytes.length, &again));
    CHECK(again.import_count == 2);
    CHECK_TEXT(again.imports[0].module, "a.b");
    CHECK(again.imports[0].names == NULL && again.imports[1].level == 1);
    CHECK_TEXT(again.imports[1].names[1], "d");
    CHECK(again.imports[1].names[2] == NULL && again.imports[1].flags == IMPORT_FROM);
    CHECK_TEXT(again.all_names[0], "x");
    CHECK_TEXT(again.entry_groups[0], "g");
    CHECK_TEXT(again.strings[0], "p.q:r");
    for (size_t size = 0; size < bytes.length; size++) {
        CHECK(!front_facts_read(&arena, (const uint8_t *)bytes.data, size, &again));
    }
    uint8_t *broken = malloc(bytes.length);
    for (size_t i = 0; i < bytes.length; i++) { /* any answer is right, if it is one */
        for (int bit = 0; bit < 8; bit++) {
            memcpy(broken, bytes.data, bytes.length);
            broken[i] ^= (uint8_t)(1 << bit);
            front_facts_read(&arena, broken, bytes.length, &again);
        }
    }
    free(broken);
    strbuf_free(&bytes);
}

static void test_documents(void) {
    Value value;
    FrontError error;
    CHECK(front_parse_toml(&arena, "[a.b]\nlist = [1, 'x', 2.5, false]\n", &value, &error));
    const Value *list = value_get(value_get(value_get(&value, "a"), "b"), "list");
    CHECK(list != NULL && list->kind == VALUE_LIST && list->count == 4);
    CHECK(list->items[0].integer == 1 && list->items[2].number == 2.5 && !list->items[3].boolean);
    CHECK(!front_parse_toml(&arena, "x = 1\ny = \n", &value, &error));
    CHECK(error.line == 2 && error.column == 5);
    CHECK_TEXT(error.message, "Invalid value");
    CHECK_TEXT(error.source, "y = ");
    CHECK(front_parse_json(&arena, "{\"a\": [null]}", &value, &error));
    CHECK(value_get(&value, "a")->items[0].kind == VALUE_NULL);
    CHECK(!front_parse_json(&arena, "{\"a\": }", &value, &error) && error.line == 1);
}

int main(void) {
    test_start();
    test_hash();
    test_deterministic();
    test_facts_io();
    test_documents();
    arena_free(&arena);
    front_finish();
    return unit_report();
}
