#include "diag.h"

#include "fs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_ERRORS_PRINTED = 20 };

static const char *copy_or_null(Arena *arena, const char *text) {
    return text != NULL ? arena_strdup(arena, text) : NULL;
}

void diag_add(Diags *diags, const Diag *diag, int exit_code) {
    Diag copy = *diag;
    copy.file = copy_or_null(&diags->arena, diag->file);
    copy.source = copy_or_null(&diags->arena, diag->source);
    copy.message = copy_or_null(&diags->arena, diag->message);
    copy.hint = copy_or_null(&diags->arena, diag->hint);
    vec_push(&diags->items, copy);
    if (diag->level == DIAG_ERROR) {
        if (diags->errors == 0) {
            diags->exit_code = exit_code;
        }
        diags->errors++;
    } else if (diag->level == DIAG_WARNING) {
        diags->warnings++;
    }
}

static void add_without_place(Diags *diags, DiagLevel level, int exit_code, const char *hint,
                              const char *format, va_list args) {
    Diag diag = {.level = level, .hint = hint};
    diag.message = arena_vprintf(&diags->arena, format, args);
    diag_add(diags, &diag, exit_code);
}

void diag_error(Diags *diags, int exit_code, const char *hint, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_without_place(diags, DIAG_ERROR, exit_code, hint, format, args);
    va_end(args);
}

void diag_warning(Diags *diags, const char *hint, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_without_place(diags, DIAG_WARNING, 0, hint, format, args);
    va_end(args);
}

void diag_move(Diags *to, Diags *from) {
    for (size_t i = 0; i < from->items.count; i++) {
        diag_add(to, &from->items.items[i], from->exit_code);
    }
    diag_free(from);
}

void diag_flush(Diags *diags, FILE *stream, bool colour) {
    size_t errors = 0;
    for (size_t i = 0; i < diags->items.count; i++) {
        const Diag *diag = &diags->items.items[i];
        errors += diag->level == DIAG_ERROR;
        if (diag->level != DIAG_ERROR || errors <= MAX_ERRORS_PRINTED) {
            diag_print(diag, stream, colour);
        }
    }
    if (errors > MAX_ERRORS_PRINTED) {
        size_t rest = errors - MAX_ERRORS_PRINTED;
        fprintf(stream, "pyc2c: %zu more error%s not shown\n", rest, rest == 1 ? "" : "s");
    }
    fflush(stream);
    vec_free(&diags->items);
    arena_free(&diags->arena);
}

void diag_free(Diags *diags) {
    vec_free(&diags->items);
    arena_free(&diags->arena);
    memset(diags, 0, sizeof(*diags));
}

bool diag_use_colour(FILE *stream) {
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return isatty(fileno(stream)) && (no_colour == NULL || no_colour[0] == '\0') &&
           terminal != NULL && strcmp(terminal, "dumb") != 0;
}
