/* pyc2c inspect of what the strategies `embedded` and `system` make: a start file for the host's
 * Python with the program in a zip archive behind it. It holds no interpreter and no native code.
 */
#include "inspect.h"
#include "summary.h"

#include "../../codegen/launcher_file.h"
#include "../support/strmap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *setting(const LauncherFile *file, const char *key) {
    size_t length = strlen(key);
    for (size_t i = 0; i < file->settings.count; i++) {
        const char *line = file->settings.items[i];
        if (strncmp(line, key, length) == 0 && line[length] == '=') {
            return line + length + 1;
        }
    }
    return NULL;
}

static bool is_source(const LauncherMember *member) {
    size_t length = strlen(member->name);
    return length > 3 && strcmp(member->name + length - 3, ".py") == 0;
}

/* ---- text ---- */

static void print_all(const LauncherFile *file, const char *key, const char *title) {
    size_t length = strlen(key);
    size_t shown = 0;
    for (size_t i = 0; i < file->settings.count; i++) {
        const char *line = file->settings.items[i];
        if (strncmp(line, key, length) == 0 && line[length] == '=') {
            printf("%-12s %s\n", shown++ == 0 ? title : "", line + length + 1);
        }
    }
}

static void print_entry(const LauncherFile *file) {
    const char *module = setting(file, "built.entry.module");
    const char *function = setting(file, "built.entry.function");
    const char *path = setting(file, "built.entry.path");
    if (function != NULL) {
        printf("%-12s %s:%s\n", "entry point", module, function);
    } else if (module != NULL) {
        printf("%-12s -m %s\n", "entry point", module);
    } else {
        printf("%-12s %s\n", "entry point", path != NULL ? path : "__main__.py");
    }
}

static void print_overview(const LauncherFile *file, Arena *arena) {
    size_t sources = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < file->members.count; i++) {
        sources += is_source(&file->members.items[i]);
        bytes += file->members.items[i].size;
    }
    print_all(file, "built.app.name", "application");
    print_all(file, "built.app.version", "version");
    print_all(file, "built.app.title", "title");
    print_entry(file);
    const char *wanted = setting(file, "python");
    printf("%-12s the host's, %s or later\n", "Python", wanted != NULL ? wanted : "3");
    print_all(file, "built.pyc2c", "pyc2c");
    print_all(file, "built.strategy", "strategy");
    print_all(file, "built.option", "options");
    print_all(file, "flag", "flags");
    printf("%-12s %zu of Python, %zu of data, %s\n", "files", sources,
           file->members.count - sources, format_size(arena, bytes));
    printf("%-12s %s: launcher %s, archive %s\n", "size", format_size(arena, file->file_size),
           format_size(arena, file->file_size - file->archive_size),
           format_size(arena, file->archive_size));
}

static void print_members(const LauncherFile *file, Arena *arena, bool sources) {
    for (size_t i = 0; i < file->members.count; i++) {
        const LauncherMember *member = &file->members.items[i];
        if (is_source(member) == sources) {
            printf("%12s  %s\n", format_size(arena, member->size), member->name);
        }
    }
}

/* ---- JSON ---- */

/* As in inspect_json: every key has a list. Values of --env are not shown, as there. */
static void add_settings(const LauncherFile *file, StrBuf *out) {
    StrMap seen = {0};
    strbuf_puts(out, "  \"settings\": {");
    for (size_t i = 0; i < file->settings.count; i++) {
        const char *line = file->settings.items[i];
        size_t length = strcspn(line, "=");
        char *key = strndup(line, length);
        if (strcmp(key, "env") != 0 && !strmap_has(&seen, key)) {
            strbuf_puts(out, seen.count > 0 ? ",\n    " : "\n    ");
            strbuf_json_string(out, key);
            strbuf_puts(out, ": [");
            const char *before = "";
            for (size_t k = i; k < file->settings.count; k++) {
                const char *other = file->settings.items[k];
                if (strncmp(other, line, length) == 0 && other[length] == '=') {
                    strbuf_puts(out, before);
                    strbuf_json_string(out, other + length + 1);
                    before = ", ";
                }
            }
            strbuf_putc(out, ']');
            strmap_set(&seen, key, NULL);
        }
        free(key);
    }
    strbuf_puts(out, seen.count > 0 ? "\n  },\n" : "},\n");
    strmap_free(&seen);
}

static void print_json(const LauncherFile *file) {
    StrBuf out = {0};
    strbuf_puts(&out, "{\n  \"executable\": ");
    strbuf_json_string(&out, file->path);
    strbuf_printf(&out, ",\n  \"bytes\": %llu,\n  \"launcher_bytes\": %llu,\n",
                  (unsigned long long)file->file_size,
                  (unsigned long long)(file->file_size - file->archive_size));
    add_settings(file, &out);
    strbuf_puts(&out, "  \"files\": [");
    for (size_t i = 0; i < file->members.count; i++) {
        const LauncherMember *member = &file->members.items[i];
        strbuf_puts(&out, i > 0 ? ",\n    {\"path\": " : "\n    {\"path\": ");
        strbuf_json_string(&out, member->name);
        strbuf_printf(&out, ", \"bytes\": %llu, \"stored_bytes\": %llu}",
                      (unsigned long long)member->size, (unsigned long long)member->stored);
    }
    strbuf_puts(&out, "\n  ]\n}\n");
    fwrite(strbuf_text(&out), 1, out.length, stdout);
    strbuf_free(&out);
}

/* ---- the command ---- */

static int damaged(Session *session, const LauncherFile *file, const char *name) {
    diag_error(&session->diags, EXIT_USER, "copy it again, or build it again",
               "'%s': the embedded file '%s' is damaged", file->path, name);
    return EXIT_USER;
}

static int extract(Session *session, const LauncherFile *file, const char *name) {
    StrBuf content = {0};
    int code = 0;
    const LauncherMember *member = NULL;
    for (size_t i = 0; i < file->members.count && member == NULL; i++) {
        if (strcmp(file->members.items[i].name, name) == 0) {
            member = &file->members.items[i];
        }
    }
    if (member == NULL) {
        diag_error(&session->diags, EXIT_USER, "`pyc2c inspect --files --modules` lists them",
                   "'%s' has no embedded file '%s'", file->path, name);
        code = EXIT_USER;
    } else if (launcher_read(member, &content)) {
        fwrite(strbuf_text(&content), 1, content.length, stdout);
    } else {
        code = damaged(session, file, name);
    }
    strbuf_free(&content);
    return code;
}

static int verify(Session *session, const LauncherFile *file) {
    for (size_t i = 0; i < file->members.count; i++) {
        StrBuf content = {0};
        bool intact = launcher_read(&file->members.items[i], &content);
        strbuf_free(&content);
        if (!intact) {
            return damaged(session, file, file->members.items[i].name);
        }
    }
    if (!session->options.json && session->options.extract == NULL) {
        printf("%s: the embedded content is intact\n", file->path);
    }
    return 0;
}

int inspect_launcher(Session *session, const LauncherFile *file) {
    const Options *options = &session->options;
    int code = options->verify ? verify(session, file) : 0;
    if (code != 0) {
        return code;
    }
    if (options->extract != NULL) {
        return extract(session, file, options->extract);
    }
    if (options->json) {
        print_json(file);
        return 0;
    }
    if (!options->show_modules && !options->show_files && !options->show_libraries) {
        print_overview(file, &session->arena);
    }
    if (options->show_modules) {
        print_members(file, &session->arena, true);
    }
    if (options->show_files) {
        print_members(file, &session->arena, false);
    }
    return 0;
}
