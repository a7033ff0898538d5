/* pyc2c: the command.
 *
 * The first word chooses the command; the rest is parsed by options.def's rows for it. Every exit
 * goes through session_finish, which prints what was collected; signals remove what is unfinished
 * (support/cleanup.c). */
#include "commands.h"

#include "../support/suggest.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

const Command commands[] = {
    {"build", COMMAND_BUILD, "[OPTION]… SOURCE | -m MODULE",
     "make an executable of a Python program", command_build},
    {"check", COMMAND_CHECK, "[OPTION]… SOURCE | -m MODULE",
     "check entry point, configuration and imports without building", command_check},
    {"inspect", COMMAND_INSPECT, "[OPTION]… EXECUTABLE", "show what an executable contains",
     command_inspect},
    {"doctor", COMMAND_DOCTOR, "[OPTION]…",
     "show what of the toolchain is there and what is missing", command_doctor},
    {"explain", COMMAND_EXPLAIN, "[OPTION]… SOURCE[:FUNCTION] | -m MODULE",
     "show which functions become native code, and why others do not", command_explain},
    {"watch", COMMAND_BUILD | COMMAND_WATCH, "[OPTION]… SOURCE | -m MODULE [-- ARGUMENT…]",
     "build again whenever a source changes, and run the program with --run", command_watch},
    {"cache", COMMAND_CACHE, "[OPTION]… stats | prune | verify | clear | explain MODULE",
     "show, tidy, check or empty the module cache, or tell why a module was made anew",
     command_cache},
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

static const Command *find_command(const char *name) {
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static int print_version(void) {
    printf("pyc2c %s (Python %s)\n", PYC2C_VERSION, front_python_version());
    return 0;
}

static int unknown_command(Session *session, const char *word) {
    const char *names[16];
    size_t count = 0;
    for (size_t i = 0; i < command_count; i++) {
        names[count++] = commands[i].name;
    }
    names[count++] = "help";
    names[count++] = "version";
    const char *near = suggest(word, names, count);
    size_t length = strlen(word);
    const char *hint = "`pyc2c help` lists the commands";
    if (near != NULL) {
        hint = arena_printf(&session->arena, "did you mean 'pyc2c %s'?", near);
    } else if (length > 3 && strcmp(word + length - 3, ".py") == 0) {
        hint = arena_printf(&session->arena, "to build it: pyc2c build %s", word);
    }
    diag_error(&session->diags, EXIT_USAGE, hint, "there is no %s '%s'",
               word[0] == '-' ? "option" : "command", word);
    return EXIT_USAGE;
}

static int run_help(Session *session, const char *topic) {
    if (topic == NULL) {
        help_print(NULL);
        return 0;
    }
    if (strcmp(topic, "config") == 0) {
        help_print_config();
        return 0;
    }
    const Command *command = find_command(topic);
    if (command == NULL) {
        return unknown_command(session, topic);
    }
    help_print(command);
    return 0;
}

static int run(Session *session, int argc, char **argv) {
    const char *word = argc > 1 ? argv[1] : NULL;
    if (word == NULL) {
        help_print(NULL);
        return EXIT_USAGE;
    }
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        return run_help(session, argc > 2 ? argv[2] : NULL);
    }
    if (strcmp(word, "version") == 0 || strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        return print_version();
    }
    const Command *command = find_command(word);
    if (command == NULL) {
        return unknown_command(session, word);
    }
    bool ok = command_line_parse(&session->line, &session->arena, argc - 2, argv + 2, command->mask,
                                 &session->diags);
    if (session->line.help) {
        help_print(command);
        session->diags.errors = 0;
        return 0;
    }
    return ok ? command->run(session) : EXIT_USAGE;
}

int main(int argc, char **argv) {
    static Session session; /* zero-initialised; lives as long as the process */
    session.argv = argv;
    session.colour = diag_use_colour(stderr);
    signal(SIGPIPE, SIG_DFL); /* `pyc2c inspect x | head` ends quietly */
    int code = run(&session, argc, argv);
    int collected = session_finish(&session);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("pyc2c: cannot write the output");
        return EXIT_USER;
    }
    return collected != 0 ? collected : code;
}
