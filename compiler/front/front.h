/* The front end: everything pyc2c does through libpython at build time.
 *
 * Only the py_*.c files of this folder include Python.h. Nothing here keeps Python objects across
 * calls except behind front.c's own statics. Single-threaded; front_init must come first. */
#ifndef PYC2C_FRONT_FRONT_H
#define PYC2C_FRONT_FRONT_H

#include "../support/arena.h"
#include "../support/strbuf.h"
#include "../support/value.h"
#include "../support/vec.h"

#include <stdbool.h>
#include <stdint.h>

/* Starts the embedded interpreter, isolated from the environment. `stdlib` is the directory of the
 * standard library (for tomllib, encodings); false with *error set when it cannot start. */
bool front_init(const char *stdlib, const char **error);
void front_finish(void);
/* "3.11.2" of the libpython this pyc2c was linked with, and (major, minor). */
const char *front_python_version(void);
void front_python_minor(int *major, int *minor);

typedef struct FrontError {
    const char *message;          /* arena of the call; e.g. "invalid syntax" */
    int line, column, end_column; /* 1-based, 0 = unknown */
    const char *source;           /* offending line or NULL */
} FrontError;

/* Where an import statement stands; several may hold. */
enum {
    IMPORT_IN_FUNCTION = 1, /* runs later, if ever */
    IMPORT_CONDITIONAL = 2, /* under if/while/for/match, in a handler or else of try */
    IMPORT_IN_TRY = 4, /* in a try body whose handlers catch ImportError or wider and do not end
                          by raising; under contextlib.suppress(ImportError) */
    IMPORT_TYPE_CHECKING =
        8,               /* never runs: under `if TYPE_CHECKING:`, or under a test that is false on
                           the target (sys.version_info, sys.platform, os.name, False) */
    IMPORT_DYNAMIC = 16, /* argument of import_module, __import__, find_spec, run_module…; what it
                            names need not exist. See `module` for patterns */
    IMPORT_STAR = 32,    /* from m import * */
    IMPORT_FROM = 64,    /* `names` may be submodules or attributes */
    IMPORT_MAIN_ONLY = 128 /* under `if __name__ == "__main__":` */
};

typedef struct ImportFact {
    const char *module; /* as written; "" for `from . import x`. Dynamic ones may end in ".*" (or
                           be "*" with level > 0): any submodule of that package */
    const char *const *names; /* of `from m import a, b`; NULL-terminated, NULL if none */
    int level;                /* leading dots */
    int line;
    unsigned flags;
} ImportFact;

/* Other facts of the source that the module graph uses. */
typedef struct SourceFacts {
    ImportFact *imports;
    size_t import_count;
    const char *const *all_names;    /* literal __all__, NULL-terminated, or NULL */
    const char *const *entry_groups; /* literal groups passed to entry_points(group=…) & co. */
    const char *const *strings;      /* literal strings that look like dotted module names or
                                        "module:attr" (candidates for string-loaded modules); also
                                        single words where the source imports by a computed name */
} SourceFacts;

typedef struct CompiledSource {
    const uint8_t *code; /* canonical marshal, format 4: same source, same bytes */
    size_t code_size;
    SourceFacts facts;
} CompiledSource;

/* Compiles a module. `name` becomes co_filename. `optimize` 0, 1 (-O) or 2 (-OO). False with *error
 * set for broken source (bad syntax, bad encoding, NUL bytes). Results live in `arena`. */
bool front_compile(Arena *arena, const char *name, const uint8_t *source, size_t size, int optimize,
                   CompiledSource *out, FrontError *error);
/* Compiles a text as eval (`expression`) or exec would: canonical marshal, in `arena`. `name`
 * becomes co_filename. False for what cannot be compiled. */
bool front_compile_text(Arena *arena, const char *name, const char *text, bool expression,
                        int optimize, const uint8_t **code, size_t *code_size);
/* Facts only. */
bool front_scan(Arena *arena, const char *name, const uint8_t *source, size_t size,
                SourceFacts *out, FrontError *error);
/* Facts to and from a flat byte string, for the cache. Read checks bounds: false if malformed. */
/* May an import by name ask for it? A dotted name whose parts can be names of files: import_module
 * takes "dash-module" and "0001_initial", too. Text with spaces is hardly ever meant as one. */
bool front_is_module_name(const char *text);
void front_facts_write(const SourceFacts *facts, StrBuf *out);
bool front_facts_read(Arena *arena, const uint8_t *data, size_t size, SourceFacts *out);

bool front_parse_toml(Arena *arena, const char *text, Value *out, FrontError *error);
/* A TOML file of pyc2c's own. `make` has put what is in it beside it (scripts/parse_toml.py), which
 * spares most builds the parser. */
bool front_read_toml(Arena *arena, const char *path, Value *out, FrontError *error);
bool front_parse_json(Arena *arena, const char *text, Value *out, FrontError *error);

/* BLAKE2b-256. */
enum { FRONT_HASH_SIZE = 32 };
typedef struct FrontHashPart {
    const void *data;
    size_t size;
} FrontHashPart;
/* Of the parts one after the other. */
void front_hash_parts(const FrontHashPart *parts, size_t count, uint8_t out[FRONT_HASH_SIZE]);
void front_hash(const void *data, size_t size, uint8_t out[FRONT_HASH_SIZE]);
/* Keyed BLAKE2b (RFC 7693): who does not know the secret cannot make it. */
void front_sign(const char *secret, const void *data, size_t size, uint8_t out[FRONT_HASH_SIZE]);
/* Hash of a file's content; false with errno set. */
bool front_hash_file(const char *path, uint8_t out[FRONT_HASH_SIZE], uint64_t *size);
void front_hash_hex(const uint8_t hash[FRONT_HASH_SIZE], char out[2 * FRONT_HASH_SIZE + 1]);

#endif
