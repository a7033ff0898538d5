/* The commands: each gets the session with its command line parsed and leaves its errors there. */
#ifndef PYC2C_DRIVER_COMMANDS_H
#define PYC2C_DRIVER_COMMANDS_H

#include "session.h"

typedef struct Command {
    const char *name;
    unsigned mask;         /* COMMAND_… of options.h; 0: no options */
    const char *arguments; /* for the usage line */
    const char *summary;
    int (*run)(Session *session);
} Command;

extern const Command commands[];
extern const size_t command_count;

/* Each returns the exit code. */
int command_build(Session *session);
int command_check(Session *session);
int command_inspect(Session *session);
int command_doctor(Session *session);
int command_cache(Session *session);
int command_explain(Session *session);
int command_watch(Session *session);

/* Help on stdout: of one command, or (NULL) the overview. */
void help_print(const Command *command);
/* The keys of the configuration file. */
void help_print_config(void);

#endif
