/* The command line: words into options and operands.
 *
 * Forms: --name=value, --name value, --flag, -o value, -ovalue, -qv (flags together), -- (the rest
 * are operands). A word that begins with a dash is not taken as the value of the option before it,
 * because
 * `--name --debug` is a forgotten value; --python-flag, whose values look like that, is the
 * exception for words with a single dash. */
#include "options.h"

#include <string.h>

typedef struct Words {
    int argc;
    char **argv;
    int next;
    unsigned command;
    CommandLine *line;
    Arena *arena;
    Diags *diags;
} Words;

static void add_use(Words *words, const OptionSpec *spec, const char *value) {
    OptionUse use = {.spec = spec, .value = value};
    vec_push(&words->line->uses, use);
}

static bool may_be_value(const OptionSpec *spec, const char *word) {
    if (word[0] != '-' || word[1] == '\0') {
        return true;
    }
    return strcmp(spec->name, "python-flag") == 0 && word[1] != '-';
}

static bool take_value(Words *words, const OptionSpec *spec, const char *shown) {
    const char *word = words->next < words->argc ? words->argv[words->next] : NULL;
    if (word == NULL || !may_be_value(spec, word)) {
        const char *hint = NULL;
        if (word != NULL) {
            hint = arena_printf(words->arena, "for a value that begins with a dash write --%s=%s",
                                spec->name, word);
        }
        diag_error(words->diags, EXIT_USAGE, hint, "option %s needs a value: %s", shown,
                   spec->argument);
        return false;
    }
    words->next++;
    add_use(words, spec, word);
    return true;
}

static void unknown_option(Words *words, const char *shown, const char *name) {
    static const char *const commands[] = {"build", "check",   "inspect", "doctor",
                                           "cache", "explain", "watch"};
    const OptionSpec *elsewhere = option_find(name);
    const char *hint = NULL;
    if (elsewhere != NULL) {
        size_t first = 0;
        while (!(elsewhere->commands >> first & 1)) {
            first++;
        }
        hint = arena_printf(words->arena, "it is an option of `pyc2c %s`", commands[first]);
    } else {
        const char *near = option_suggest(words->arena, name, words->command);
        hint = near != NULL ? arena_printf(words->arena, "did you mean '%s'?", near)
                            : "`pyc2c help` lists what there is";
    }
    diag_error(words->diags, EXIT_USAGE, hint, "unknown option '%s'", shown);
}

static bool parse_long(Words *words, const char *word) {
    const char *equals = strchr(word, '=');
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const char *shown = arena_strndup(words->arena, word, length);
    const char *name = shown + strlen("--");
    const OptionSpec *spec = option_find(name);
    if (strcmp(name, "help") == 0 && equals == NULL) {
        words->line->help = true;
        return true;
    }
    if (spec == NULL || !(spec->commands & words->command)) {
        unknown_option(words, shown, name);
        return false;
    }
    if (spec->argument == NULL) {
        if (equals != NULL) {
            diag_error(words->diags, EXIT_USAGE, NULL, "option %s takes no value", shown);
            return false;
        }
        add_use(words, spec, NULL);
        return true;
    }
    if (equals != NULL) {
        add_use(words, spec, equals + 1);
        return true;
    }
    return take_value(words, spec, shown);
}

static const OptionSpec *find_letter(char letter, unsigned command) {
    for (size_t i = 0; i < option_count; i++) {
        if (option_specs[i].letter == letter && (option_specs[i].commands & command)) {
            return &option_specs[i];
        }
    }
    return NULL;
}

/* "-output=x": one dash too few, which would otherwise read as -o with the value "utput=x". */
static bool has_dash_too_few(Words *words, const char *word) {
    const char *name = arena_strndup(words->arena, word + 1, strcspn(word + 1, "="));
    const OptionSpec *spec = strlen(name) > 1 ? option_find(name) : NULL;
    if (spec == NULL || !(spec->commands & words->command)) {
        return false;
    }
    diag_error(words->diags, EXIT_USAGE, arena_printf(words->arena, "did you mean '-%s'?", word),
               "unknown option '-%s'", name);
    return true;
}

static bool parse_letters(Words *words, const char *word) {
    if (has_dash_too_few(words, word)) {
        return false;
    }
    for (const char *at = word + 1; *at != '\0'; at++) {
        const char *shown = arena_printf(words->arena, "-%c", *at);
        const OptionSpec *spec = find_letter(*at, words->command);
        if (*at == 'h') {
            words->line->help = true;
        } else if (spec == NULL) {
            diag_error(words->diags, EXIT_USAGE, NULL, "unknown option '%s'", shown);
            return false;
        } else if (spec->argument == NULL) {
            add_use(words, spec, NULL);
        } else if (at[1] != '\0') {
            add_use(words, spec, at[1] == '=' ? at + 2 : at + 1);
            return true;
        } else {
            return take_value(words, spec, shown);
        }
    }
    return true;
}

bool command_line_parse(CommandLine *line, Arena *arena, int argc, char **argv, unsigned command,
                        Diags *diags) {
    Words words = {argc, argv, 0, command, line, arena, diags};
    bool ok = true, only_operands = false;
    while (words.next < argc) {
        const char *word = argv[words.next++];
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            vec_push(&line->operands, word);
        } else if (strcmp(word, "--") == 0) {
            only_operands = true;
        } else {
            ok &= word[1] == '-' ? parse_long(&words, word) : parse_letters(&words, word);
        }
    }
    return ok;
}

bool command_line_apply(const CommandLine *line, Options *options, Arena *arena, Diags *diags) {
    bool ok = true;
    for (size_t i = 0; i < line->uses.count; i++) {
        const OptionUse *use = &line->uses.items[i];
        ok &= option_set(options, use->spec, use->value, NULL, arena, NULL, diags);
    }
    return ok;
}

const char *command_line_value(const CommandLine *line, const char *name) {
    const OptionSpec *spec = option_find(name);
    const char *value = NULL;
    for (size_t i = 0; i < line->uses.count; i++) {
        if (line->uses.items[i].spec == spec) {
            value = line->uses.items[i].value;
        }
    }
    return value;
}
