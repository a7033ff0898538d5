/* Options: finding, setting, checking. Splitting the command line is in command_line.c. */
#include "options.h"

#include "../modules/names.h"
#include "../support/path.h"
#include "../support/suggest.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define B COMMAND_BUILD
#define C COMMAND_CHECK
#define I COMMAND_INSPECT
#define D COMMAND_DOCTOR
#define K COMMAND_CACHE
#define PATH OPTION_IS_PATH
#define RECORD OPTION_RECORDED
#define E COMMAND_EXPLAIN
#define W COMMAND_WATCH
#define CONFIG OPTION_IN_CONFIG

const OptionSpec option_specs[] = {
#define OPTION(name, letter, kind, field, argument, group, commands, uses, help)                   \
    {name,     letter, OPTION_##kind, offsetof(Options, field), argument, GROUP_##group,           \
     commands, uses,   help},
#define ALIAS(other, name)
#include "options.def"
#undef OPTION
#undef ALIAS
};
const size_t option_count = sizeof(option_specs) / sizeof(option_specs[0]);

#undef B
#undef C
#undef I
#undef D
#undef K
#undef PATH
#undef RECORD
#undef E
#undef W
#undef CONFIG

typedef struct Alias {
    const char *other;
    const char *name;
} Alias;

static const Alias aliases[] = {
#define OPTION(...)
#define ALIAS(other, name) {other, name},
#include "options.def"
#undef OPTION
#undef ALIAS
};
static const size_t alias_count = sizeof(aliases) / sizeof(aliases[0]);

/* ---- names ---- */

static bool same_name(const char *a, const char *b) {
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        if (*a != *b && !((*a == '_' || *a == '-') && (*b == '_' || *b == '-'))) {
            return false;
        }
    }
    return *a == *b;
}

const OptionSpec *option_find(const char *name) {
    for (size_t i = 0; i < alias_count; i++) {
        if (same_name(name, aliases[i].other)) {
            name = aliases[i].name;
        }
    }
    for (size_t i = 0; i < option_count; i++) {
        if (same_name(name, option_specs[i].name)) {
            return &option_specs[i];
        }
    }
    return NULL;
}

const char *option_alias(const OptionSpec *spec, size_t index) {
    for (size_t i = 0; i < alias_count; i++) {
        if (strcmp(aliases[i].name, spec->name) == 0 && index-- == 0) {
            return aliases[i].other;
        }
    }
    return NULL;
}

const char *option_suggest(Arena *arena, const char *name, unsigned commands) {
    StrVec names = {0};
    for (size_t i = 0; i < option_count; i++) {
        if (option_specs[i].commands & commands) {
            vec_push(&names, option_specs[i].name);
            const char *other;
            for (size_t k = 0; (other = option_alias(&option_specs[i], k)) != NULL; k++) {
                vec_push(&names, other);
            }
        }
    }
    vec_push(&names, "help");
    const char *near = suggest(name, names.items, names.count);
    vec_free(&names);
    return near != NULL ? arena_printf(arena, "--%s", near) : NULL;
}

/* ---- values ---- */

typedef struct Setter {
    Options *options;
    const OptionSpec *spec;
    const char *base;
    Arena *arena;
    const Diag *place;
    Diags *diags;
} Setter;

static bool wrong_value(const Setter *setter, const char *hint, const char *message) {
    Diag diag = {.level = DIAG_ERROR, .hint = hint};
    if (setter->place != NULL) {
        diag = *setter->place;
        diag.level = DIAG_ERROR;
        diag.hint = hint;
    }
    diag.message = message;
    diag_add(setter->diags, &diag, EXIT_USAGE);
    return false;
}

static const char *resolve(const Setter *setter, const char *value) {
    if (!(setter->spec->uses & OPTION_IS_PATH) || setter->base == NULL) {
        return arena_strdup(setter->arena, value);
    }
    return path_join(setter->arena, setter->base, value);
}

static bool set_number(const Setter *setter, int *field, const char *value) {
    char *end;
    errno = 0;
    long number = strtol(value, &end, 10);
    if (*value == '\0' || *end != '\0' || errno != 0 || number < 1 || number > 4096) {
        return wrong_value(setter, NULL,
                           arena_printf(setter->arena,
                                        "--%s takes a number from 1 to 4096, not '%s'",
                                        setter->spec->name, value));
    }
    *field = (int)number;
    return true;
}

static bool set_size(const Setter *setter, ByteLimit *field, const char *value) {
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    const char *unit = *end != '\0' ? strchr(units, *end) : NULL;
    unsigned shift = unit != NULL ? 10 * (unsigned)(unit - units + 1) : 0;
    bool whole = *end == '\0' || (unit != NULL && end[1] == '\0');
    if (*value < '0' || *value > '9' || errno != 0 || !whole || number > (ULLONG_MAX >> shift)) {
        return wrong_value(setter, "0 stands for no limit",
                           arena_printf(setter->arena,
                                        "--%s takes a size such as 500M or 20G, not '%s'",
                                        setter->spec->name, value));
    }
    *field = (ByteLimit){.given = true, .bytes = number << shift};
    return true;
}

static bool set_mode(const Setter *setter, Strategy *field, const char *value) {
    static const struct {
        const char *name;
        Strategy strategy;
    } modes[] = {{"onefile", STRATEGY_ONEFILE},
                 {"standalone", STRATEGY_ONEFILE},
                 {"portable", STRATEGY_PORTABLE},
                 {"embedded", STRATEGY_EMBEDDED},
                 {"system", STRATEGY_SYSTEM}};
    const char *names[sizeof(modes) / sizeof(modes[0])];
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        names[i] = modes[i].name;
        if (strcmp(value, modes[i].name) == 0) {
            *field = modes[i].strategy;
            return true;
        }
    }
    const char *near = suggest(value, names, sizeof(names) / sizeof(names[0]));
    const char *hint = near != NULL
                           ? arena_printf(setter->arena, "did you mean '%s'?", near)
                           : "choose onefile, portable, embedded (runs with the host's Python) or "
                             "system (host's Python and packages)";
    return wrong_value(setter, hint, arena_printf(setter->arena, "there is no mode '%s'", value));
}

/* The last colon divides, so that SRC may hold some. */
static bool set_pair(const Setter *setter, PathPairVec *field, const char *value) {
    const char *colon = strrchr(value, ':');
    if (colon == NULL || colon == value || colon[1] == '\0') {
        return wrong_value(
            setter,
            arena_printf(setter->arena, "for the top of the embedded tree: --%s=%.*s:.",
                         setter->spec->name,
                         colon != NULL ? (int)(colon - value) : (int)strlen(value), value),
            arena_printf(setter->arena, "--%s takes SRC:DEST, not '%s'", setter->spec->name,
                         value));
    }
    const char *to = path_normal(setter->arena, colon + 1);
    if (to[0] == '/' || strcmp(to, "..") == 0 || strncmp(to, "../", 3) == 0) {
        return wrong_value(setter, "DEST is a place inside the executable, such as 'assets'",
                           arena_printf(setter->arena,
                                        "--%s: DEST '%s' leads out of the executable",
                                        setter->spec->name, colon + 1));
    }
    const char *from = arena_strndup(setter->arena, value, (size_t)(colon - value));
    PathPair pair = {.from = path_absolute(setter->arena, resolve(setter, from)),
                     .to = arena_strdup(setter->arena, colon + 1)};
    vec_push(field, pair);
    return true;
}

static bool set_environment(const Setter *setter, StrVec *field, const char *value) {
    const char *equals = strchr(value, '=');
    if (equals == NULL || equals == value) {
        return wrong_value(setter, NULL,
                           arena_printf(setter->arena, "--%s takes NAME=VALUE, not '%s'",
                                        setter->spec->name, value));
    }
    size_t length = (size_t)(equals - value) + 1;
    for (size_t i = 0; i < field->count; i++) {
        if (strncmp(field->items[i], value, length) == 0) {
            field->items[i] = arena_strdup(setter->arena, value); /* the later one wins */
            return true;
        }
    }
    vec_push(field, arena_strdup(setter->arena, value));
    return true;
}

static bool set_commas(const Setter *setter, StrVec *field, const char *value) {
    size_t before = field->count;
    strvec_split(setter->arena, value, ",", field);
    return field->count > before ||
           wrong_value(setter, NULL,
                       arena_printf(setter->arena, "--%s needs a name", setter->spec->name));
}

bool option_set(Options *options, const OptionSpec *spec, const char *value, const char *base,
                Arena *arena, const Diag *place, Diags *diags) {
    Setter setter = {options, spec, base, arena, place, diags};
    void *field = (char *)options + spec->offset;
    if (spec->argument != NULL && *value == '\0') {
        return wrong_value(&setter, NULL,
                           arena_printf(arena, "--%s: the value is empty", spec->name));
    }
    switch (spec->kind) {
    case OPTION_FLAG: *(bool *)field = true; return true;
    case OPTION_COUNT: ++*(int *)field; return true;
    case OPTION_TEXT: *(const char **)field = resolve(&setter, value); return true;
    case OPTION_NUMBER: return set_number(&setter, field, value);
    case OPTION_SIZE: return set_size(&setter, field, value);
    case OPTION_LIST: vec_push((StrVec *)field, resolve(&setter, value)); return true;
    case OPTION_COMMAS: return set_commas(&setter, field, value);
    case OPTION_PAIR: return set_pair(&setter, field, value);
    case OPTION_ENVIRONMENT: return set_environment(&setter, field, value);
    case OPTION_MODE: return set_mode(&setter, field, value);
    }
    return false;
}

/* ---- checks of the whole ---- */

static bool check_names(const Options *options, Diags *diags) {
    const Request *request = &options->request;
    if (request->name != NULL && strchr(request->name, '/') != NULL) {
        diag_error(diags, EXIT_USAGE, "a directory goes into --output-dir, a whole path into -o",
                   "--name takes a file name, not the path '%s'", request->name);
        return false;
    }
    return true;
}

/* Flags that CPython's option parser takes from --python-flag; others would do something else there
 * (-c, -m, -h, -V end the program; -I is how every executable runs). */
static bool is_python_flag(const char *flag) {
    static const char letters[] = "OuBvbdEsSPqRx";
    if (flag[0] != '-' || flag[1] == '\0') {
        return false;
    }
    if (flag[1] == 'W' || flag[1] == 'X') {
        return flag[2] != '\0';
    }
    return strspn(flag + 1, letters) == strlen(flag + 1);
}

static bool check_python_flags(const Options *options, Diags *diags) {
    const StrVec *flags = &options->request.python_flags;
    for (size_t i = 0; i < flags->count; i++) {
        if (!is_python_flag(flags->items[i])) {
            diag_error(diags, EXIT_USAGE,
                       "allowed are -O, -OO, -u, -W…, -X…, -B, -v, -b, -d, -E, -s, -S, -P and -q",
                       "--python-flag: '%s' is no flag that a built program can have",
                       flags->items[i]);
            return false;
        }
    }
    return true;
}

bool options_check(const Options *options, Diags *diags) {
    const Request *request = &options->request;
    if (request->quiet && (request->verbose > 0 || request->show_progress)) {
        diag_error(diags, EXIT_USAGE, NULL, "--quiet and --%s contradict each other",
                   request->verbose > 0 ? "verbose" : "show-progress");
        return false;
    }
    if (request->pie && request->static_libc) {
        diag_error(diags, EXIT_USAGE, NULL, "--pie and --static cannot be combined");
        return false;
    }
    if (request->full_compat && request->native.count > 0) {
        diag_error(diags, EXIT_USAGE, NULL, "--full-compat and --native contradict each other");
        return false;
    }
    return check_names(options, diags) && check_python_flags(options, diags);
}

/* ---- what was asked for ---- */

static void record_values(const OptionSpec *spec, const StrVec *values, Arena *arena, StrVec *out) {
    for (size_t i = 0; i < values->count; i++) {
        const char *value = values->items[i];
        if (spec->offset == offsetof(Options, request.external_bin)) {
            value = path_base(value); /* no path of this machine goes into the executable */
        } else if (spec->kind == OPTION_ENVIRONMENT) {
            value =
                arena_strndup(arena, value, strcspn(value, "=")); /* the value may be a secret */
        }
        vec_push(out, arena_printf(arena, "--%s=%s", spec->name, value));
    }
}

static void record_one(const Options *options, const OptionSpec *spec, Arena *arena, StrVec *out) {
    static const char *const modes[] = {"onefile", "portable", "embedded", "system"};
    const void *field = (const char *)options + spec->offset;
    switch (spec->kind) {
    case OPTION_FLAG:
        if (*(const bool *)field) {
            vec_push(out, arena_printf(arena, "--%s", spec->name));
        }
        break;
    case OPTION_MODE:
        if (*(const Strategy *)field != STRATEGY_ONEFILE) {
            vec_push(out,
                     arena_printf(arena, "--%s=%s", spec->name, modes[*(const Strategy *)field]));
        }
        break;
    case OPTION_LIST:
    case OPTION_COMMAS:
    case OPTION_ENVIRONMENT: record_values(spec, field, arena, out); break;
    case OPTION_PAIR: {
        const PathPairVec *pairs = field;
        for (size_t i = 0; i < pairs->count; i++) {
            vec_push(out, arena_printf(arena, "--%s=%s:%s", spec->name,
                                       path_base(pairs->items[i].from), pairs->items[i].to));
        }
        break;
    }
    case OPTION_COUNT:
    case OPTION_TEXT:
    case OPTION_SIZE:
    case OPTION_NUMBER: break; /* none of them is recorded: see options.def */
    }
}

void options_record(const Options *options, Arena *arena, StrVec *out) {
    for (size_t i = 0; i < option_count; i++) {
        if (option_specs[i].uses & OPTION_RECORDED) {
            record_one(options, &option_specs[i], arena, out);
        }
    }
}
