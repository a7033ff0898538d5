/* Options: the command line as data. The rows are in options.def. */
#ifndef PYC2C_DRIVER_OPTIONS_H
#define PYC2C_DRIVER_OPTIONS_H

#include "../modules/request.h"
#include "../support/arena.h"
#include "../support/diag.h"
#include "../support/vec.h"

#include <stdbool.h>
#include <stddef.h>

/* What the user asked for: the request that the libraries read, and what only the driver reads. */
typedef struct Options {
    Request request;
    StrVec operands; /* words of the command line that are no options */
    bool noconfirm;
    bool run; /* watch: start the program after each build */
    bool help;
    bool list;
    bool show_modules, show_files, show_libraries, json, verify;
    const char *extract;
    const char *emit_c, *stop_after, *opt_limit, *inlining;
    StrVec dump_ir, disable_pass;
    bool time_passes;
    int trace_timeout;        /* seconds; 0: the default */
    const char *license_type; /* as configured */
} Options;

typedef enum OptionKind {
    OPTION_FLAG,        /* bool */
    OPTION_COUNT,       /* int, one more each time */
    OPTION_TEXT,        /* const char * */
    OPTION_NUMBER,      /* int, at least 1 */
    OPTION_SIZE,        /* ByteLimit: "500M", "20G" */
    OPTION_LIST,        /* StrVec */
    OPTION_COMMAS,      /* StrVec, split at commas */
    OPTION_PAIR,        /* PathPairVec, SRC:DEST */
    OPTION_ENVIRONMENT, /* StrVec, NAME=VALUE */
    OPTION_MODE         /* Strategy */
} OptionKind;

typedef enum OptionGroup {
    GROUP_OUTPUT,
    GROUP_PROGRAM,
    GROUP_CONTENT,
    GROUP_CODE,
    GROUP_WORK,
    GROUP_DEVELOP,
    GROUP_SHOW,
    GROUP_COUNT
} OptionGroup;

enum { /* OptionSpec.commands */
       COMMAND_BUILD = 1,
       COMMAND_CHECK = 2,
       COMMAND_INSPECT = 4,
       COMMAND_DOCTOR = 8,
       COMMAND_CACHE = 16,
       COMMAND_EXPLAIN = 32,
       COMMAND_WATCH = 64
};

enum { /* OptionSpec.uses */
       OPTION_IS_PATH = 1,
       OPTION_RECORDED = 2,
       OPTION_IN_CONFIG = 8
};

typedef struct OptionSpec {
    const char *name;
    char letter; /* 0: none */
    OptionKind kind;
    size_t offset;        /* in Options */
    const char *argument; /* placeholder for help; NULL: takes no value */
    OptionGroup group;
    unsigned commands;
    unsigned uses;
    const char *help;
} OptionSpec;

extern const OptionSpec option_specs[];
extern const size_t option_count;

/* A long name or alias; dashes and underscores are the same. NULL: unknown. */
const OptionSpec *option_find(const char *name);
/* All names an option has besides its own: call with index 0, 1, … until NULL. */
const char *option_alias(const OptionSpec *spec, size_t index);
/* The nearest option of `commands` ("--name"), NULL if none is near. */
const char *option_suggest(Arena *arena, const char *name, unsigned commands);

/* Sets an option from text. `base` (NULL: current directory) is where relative paths start; `place`
 * is a diagnostic with file and line, to be completed on error. */
bool option_set(Options *options, const OptionSpec *spec, const char *value, const char *base,
                Arena *arena, const Diag *place, Diags *diags);

/* One option of the command line, in order. */
typedef struct OptionUse {
    const OptionSpec *spec;
    const char *value; /* NULL for flags */
} OptionUse;

typedef struct CommandLine {
    VEC(OptionUse) uses;
    StrVec operands;
    bool help;
} CommandLine;

/* Splits the words after the command's name. False with errors added. */
bool command_line_parse(CommandLine *line, Arena *arena, int argc, char **argv, unsigned command,
                        Diags *diags);
/* Applies them to `options`. A list of the command line is added to what is there; anything else
 * replaces it, the last one wins. */
bool command_line_apply(const CommandLine *line, Options *options, Arena *arena, Diags *diags);
/* The value of an option that takes text, NULL when it was not given. */
const char *command_line_value(const CommandLine *line, const char *name);
/* Contradictions that only the whole can show. */
bool options_check(const Options *options, Diags *diags);

/* "--add-data=…:assets" for each recorded option, as settings of the executable: paths of this
 * machine are left out. `commands` of the result belong to `arena`. */
void options_record(const Options *options, Arena *arena, StrVec *out);

#endif
