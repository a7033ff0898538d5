/* Build state: what an output was made from, so that a build with nothing to do can say so at once.
 *
 * Kept in the module cache under the output's path and the words of the command line. Files count
 * as unchanged when size, times and inode are the same, or else the content's hash; directories
 * when they hold the same names. */
#ifndef PYC2C_DRIVER_STATE_H
#define PYC2C_DRIVER_STATE_H

#include "session.h"

#include "../../codegen/native.h"

#include <stdbool.h>
#include <time.h>

typedef struct BuildState {
    uint8_t key[FRONT_HASH_SIZE];
    struct timespec started; /* inputs changed after this are not trusted */
    bool usable;             /* false: this build cannot be recognised as up to date */
} BuildState;

/* Before the build: `output` is the absolute path. */
void state_start(BuildState *state, Session *session, const char *output);
/* True when nothing changed since the output was built; *text is what the build then said. */
bool state_is_current(const BuildState *state, Session *session, const char *output,
                      const char **text);
/* After a build. */
void state_save(const BuildState *state, Session *session, const Program *program,
                const NativeCode *native, const char *output, const char *text);

#endif
