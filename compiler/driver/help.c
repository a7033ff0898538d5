/* Help, from the rows of options.def and config.def. Lines have at most 100 columns. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 100, TEXT_COLUMN = 34 };

static const char *const group_titles[GROUP_COUNT] = {
    [GROUP_OUTPUT] = "What comes out",
    [GROUP_PROGRAM] = "The program",
    [GROUP_CONTENT] = "What goes in",
    [GROUP_CODE] = "The executable's code",
    [GROUP_WORK] = "How it is done",
    [GROUP_SHOW] = "What is shown",
    [GROUP_DEVELOP] = "For work on pyc2c itself",
};

/* Prints `text` from the current column on, wrapped at blanks; further lines start at TEXT_COLUMN.
 */
static void print_wrapped(size_t column, const char *text) {
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        size_t shown = 0; /* characters, not bytes */
        for (size_t i = 0; i < length; i++) {
            shown += ((unsigned char)text[i] & 0xC0) != 0x80;
        }
        if (column + 1 + shown > WIDTH) {
            printf("\n%*s", TEXT_COLUMN, "");
            column = TEXT_COLUMN;
        } else if (column > TEXT_COLUMN) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)length, text);
        column += shown;
        text += length + (text[length] == ' ');
    }
    putchar('\n');
}

static void print_row(const char *left, const char *text) {
    size_t column = strlen(left) + 2;
    printf("  %s", left);
    if (column + 2 > TEXT_COLUMN) {
        putchar('\n');
        column = 0;
    }
    printf("%*s", (int)(TEXT_COLUMN - column), "");
    print_wrapped(TEXT_COLUMN, text);
}

static void print_option(const OptionSpec *spec) {
    char left[160], text[400];
    int at = spec->letter != 0 ? snprintf(left, sizeof(left), "-%c, ", spec->letter)
                               : snprintf(left, sizeof(left), "    ");
    snprintf(left + at, sizeof(left) - (size_t)at, "--%s%s%s", spec->name,
             spec->argument != NULL ? "=" : "", spec->argument != NULL ? spec->argument : "");
    at = snprintf(text, sizeof(text), "%s", spec->help);
    const char *other;
    for (size_t i = 0; (other = option_alias(spec, i)) != NULL; i++) {
        at += snprintf(text + at, sizeof(text) - (size_t)at, "%s--%s", i == 0 ? "; also " : ", ",
                       other);
    }
    if (spec->kind == OPTION_LIST || spec->kind == OPTION_PAIR ||
        spec->kind == OPTION_ENVIRONMENT) {
        at += snprintf(text + at, sizeof(text) - (size_t)at, " (may be repeated)");
    }
    print_row(left, text);
}

static void print_options(unsigned mask) {
    for (OptionGroup group = 0; group < GROUP_COUNT; group++) {
        bool titled = false;
        for (size_t i = 0; i < option_count; i++) {
            if (option_specs[i].group == group && (option_specs[i].commands & mask)) {
                if (!titled) {
                    printf("\n%s:\n", group_titles[group]);
                    titled = true;
                }
                print_option(&option_specs[i]);
            }
        }
    }
}

static void print_overview(void) {
    puts("Usage: pyc2c COMMAND [OPTION]… [ARGUMENT]\n\n"
         "Makes one self-contained native executable of a Python program.\n\nCommands:");
    for (size_t i = 0; i < command_count; i++) {
        print_row(commands[i].name, commands[i].summary);
    }
    print_row("help [COMMAND | config]", "this text; the options of a command; configuration keys");
    print_row("version", "show the versions of pyc2c and of its Python");
    puts("\nExamples:");
    print_row("pyc2c build app.py", "dist/app from a script");
    print_row("pyc2c build pkg/ -o out/tool", "out/tool, runs as `python -m pkg`");
    print_row("pyc2c build pkg.cli:main", "calls a function");
    print_row("pyc2c inspect dist/app", "what is in it");
}

void help_print(const Command *command) {
    if (command == NULL) {
        print_overview();
        return;
    }
    printf("Usage: pyc2c %s %s\n\n%c%s.\n", command->name, command->arguments,
           command->summary[0] - 'a' + 'A', command->summary + 1);
    if (command->mask & (COMMAND_BUILD | COMMAND_CHECK)) {
        puts(
            "\nSOURCE is a script, a package directory, or module:function. Every option may also "
            "stand in\npyc2c.toml or in pyproject.toml under [tool.pyc2c]; `pyc2c help config` "
            "lists "
            "the keys. The command\nline wins: a single value replaces that of the file, a list is "
            "added to it; the last of several\nvalues counts.");
    }
    print_options(command->mask);
    print_row("-h, --help", "show this text");
    if (command->mask & COMMAND_BUILD) {
        puts("\nAn existing output is replaced when pyc2c made it; anything else only with "
             "--noconfirm, "
             "or after\na question on a terminal. Options for own C sources, resources and "
             "licences are "
             "keys of the\nconfiguration only.");
    }
}

/* ---- configuration ---- */

typedef struct KeyHelp {
    const char *key, *text;
} KeyHelp;

static void print_keys(const char *title, const KeyHelp *keys, size_t count) {
    printf("\n%s\n", title);
    for (size_t i = 0; i < count; i++) {
        print_row(keys[i].key, keys[i].text);
    }
}

void help_print_config(void) {
    static const KeyHelp top[] = {
        {"entry_point", "\"app.py\", \"package/\" or \"module:function\""},
        {"strategy",
         "standalone, portable, embedded (host's Python) or system (its packages, too)"},
        {"include_paths", "directories with further sources"},
        {"packages", "distributions to include whole"},
        {"module_search_paths",
         "run-time sys.path; $EXTRACT_DIR, $SITE_PACKAGES and $RESOURCES_DIR "
         "name the embedded tree"},
        {"filesystem_importer", "also import from real directories at run time"},
        {"resources", "files: \"pattern\", { from = \"…\", to = \"…\" }, or a table SRC = DEST"},
        {"exclude", "patterns of files to leave out"},
        {"external_bin", "helper programs, found under bin/"},
        {"c_sources", "own C extensions to link in: { \"pkg.fast\" = [\"fast.c\"] }"},
        {"cffi_modules", "CFFI builders to link in: \"build_ext.py:ffibuilder\""},
        {"sdists", "source distributions to build and link in"},
        {"trace_timeout", "seconds for the traced imports of the build"},
        {"cc", "C compiler (default: $CC or cc)"}};
    static const KeyHelp python[] = {{"version", "\"3.12\": which Python to build for"},
                                     {"executable", "interpreter or virtual environment"}};
    static const KeyHelp app[] = {{"name, version, title", "identity, shown by `pyc2c inspect`"}};
    static const KeyHelp hooks[] = {
        {"collect", "list of { from = \"pattern\", to = \"directory\" }"}};
    static const KeyHelp env[] = {{"NAME = \"VALUE\"", "set before Python starts"}};
    static const KeyHelp license[] = {
        {"type", "\"token\": a signed token is checked before the program starts"},
        {"public_key", "Ed25519 key: 32 bytes in base64, or a file"},
        {"product", "name that tokens must carry (default: the program's)"}};
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
    puts("Configuration: pyc2c.toml, or the table [tool.pyc2c] of pyproject.toml, in the directory "
         "of "
         "the\nprogram or above it. Relative paths start at the file's directory. Dashes and "
         "underscores in keys\nare the same.");
    print_keys("Top level, [build] and, except cc, [python]:", top, COUNT(top));
    print_keys("[python]:", python, COUNT(python));
    print_keys("[app]:", app, COUNT(app));
    print_keys("[hooks]:", hooks, COUNT(hooks));
    print_keys("[env]:", env, COUNT(env));
    print_keys("[license]:", license, COUNT(license));
#undef COUNT
    puts("\nOptions of the command line as keys of the top level and of [build]:");
    size_t column = 0;
    for (size_t i = 0; i < option_count; i++) {
        if (option_specs[i].uses & OPTION_IN_CONFIG) {
            size_t length = strlen(option_specs[i].name) + 2;
            if (column == 0 || column + length > WIDTH) {
                printf("%s  ", column == 0 ? "" : "\n");
                column = 2;
            }
            printf("%s  ", option_specs[i].name);
            column += length;
        }
    }
    putchar('\n');
}
