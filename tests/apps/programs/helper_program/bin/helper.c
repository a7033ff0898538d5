/* The helper: prints its arguments and environment size, copies stdin to stdout, ends with 7. */
#include <stdio.h>
#include <string.h>

extern char **environ;

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "quiet") == 0) {
        return 9;
    }
    for (int i = 1; i < argc; i++) {
        printf("argument %d: %s\n", i, argv[i]);
    }
    int variables = 0;
    while (environ[variables] != NULL) {
        variables++;
    }
    printf("environment %s\n", variables == 1 ? environ[0] : "of several");
    for (int c = getchar(); c != EOF; c = getchar()) {
        putchar(c);
    }
    fprintf(stderr, "done\n");
    return 7;
}
