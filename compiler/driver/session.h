/* Session: what all commands share, from the first word of the command line to the exit code. */
#ifndef PYC2C_DRIVER_SESSION_H
#define PYC2C_DRIVER_SESSION_H

#include "cache.h"
#include "options.h"
#include "progress.h"

#include "../modules/modules.h"

#include <stdbool.h>

typedef struct Session {
    Arena arena;
    Diags diags;
    CommandLine line;
    Options options;
    Target target;
    const char *support_dir; /* packages/, adapters/, <minor>/ */
    char **argv;             /* of the process: to start another pyc2c with */
    bool colour;             /* of stderr */
    bool front_started;
    Cache cache;
    CacheOps cache_ops;
    ProgressView view;
    Progress progress;
} Session;

/* Finds the support directory; false with an error when pyc2c is not installed completely. */
bool session_find_support(Session *session);
/* Path of the running pyc2c, NULL when the system does not tell. */
const char *session_self(Arena *arena);

/* Configuration and command line become `session->options`: starts the front end if a configuration
 * file has to be parsed. */
bool session_configure(Session *session);
/* Defaults and what the environment decides ($CC, the cache directory), once the options are known.
 */
void session_finish_request(Session *session);
/* Starts the Python inside pyc2c (hashing, TOML) for commands that have no target. */
bool session_start_front(Session *session);
/* Chooses and asks the target Python and starts the front end. When the target has another minor
 * version and the pyc2c for it lies beside this one, that one takes over and this does not return.
 */
bool session_open_target(Session *session);
/* The module cache: --module-cache-dir, the environment's, ~/.cache; NULL when there is no home. */
const char *session_cache_dir(Session *session);
/* Completes request.cache_limit, what that directory may hold, from $PYC2C_CACHE_SIZE or with the
 * standard value; false with an error when the variable holds no size. */
bool session_read_cache_limit(Session *session);
/* Cache and progress display, after the options are known. */
void session_open_work(Session *session, const char *title);

/* Prints what was collected and gives the exit code. */
int session_finish(Session *session);

#endif
