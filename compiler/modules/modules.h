/* modules/: finds everything that a program needs. */
#ifndef PYC2C_MODULES_MODULES_H
#define PYC2C_MODULES_MODULES_H

#include "program.h"
#include "request.h"

#include <stdbool.h>

/* Looks up or stores a compiled source; implemented by the driver's cache. `key` is a hash over
 * source bytes, co_filename, optimise level, Python and pyc2c version. get: false on a miss. Data
 * returned by get belongs to `arena`. fetch tells which keys (`count` times FRONT_HASH_SIZE bytes)
 * get will be asked for, so that what has to come from afar comes together. */
typedef struct CacheOps {
    bool (*get)(void *context, const char *kind, const uint8_t key[FRONT_HASH_SIZE], Arena *arena,
                const uint8_t **data, size_t *size);
    void (*put)(void *context, const char *kind, const uint8_t key[FRONT_HASH_SIZE],
                const uint8_t *data, size_t size);
    void (*fetch)(void *context, const char *kind, const uint8_t *keys, size_t count);
    void *context;
} CacheOps;

/* Asks `python` (an interpreter) what it is: fills `target`. Errors say what to install. */
bool target_query(Arena *arena, const char *python, Target *target, Diags *diags);
/* The interpreter to use: --python, $VIRTUAL_ENV, ./.venv beside the project, then python3 in PATH,
 * preferring one whose minor version is this pyc2c's. NULL with an error added. */
const char *target_choose(Arena *arena, const Request *request, Diags *diags);

/* Decides what the source argument is and where its tree starts. */
bool entry_resolve(Arena *arena, const Request *request, const Target *target, Entry *entry,
                   Diags *diags);

/* Fills the whole program: modules, distributions, files, libraries, missing imports, hints.
 * `support_dir` holds rules (packages/ *.toml) and adapters. False when diags has errors. */
bool program_collect(Program *program, const Request *request, const char *support_dir,
                     const CacheOps *cache, const Progress *progress, Diags *diags);

/* `pyc2c check`: resolves imports without trace, data or output. */
bool program_check(Program *program, const Request *request, const char *support_dir,
                   const CacheOps *cache, const Progress *progress, Diags *diags);

#endif
