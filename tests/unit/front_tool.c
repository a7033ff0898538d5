/* Runs the front end for tests that are written in Python. One request per line of standard input:
 *
 *     compile OPTIMIZE NAME<TAB>FILE    facts 0 NAME<TAB>FILE    json 0 x<TAB>FILE    toml 0
 * x<TAB>FILE
 *
 * One answer per request: "<tag> <size>\n" and size bytes; the tag is "ok" or "error". */
#include "../../compiler/front/front.h"
#include "../../compiler/support/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void answer(const char *tag, const void *data, size_t size) {
    printf("%s %zu\n", tag, size);
    fwrite(data, 1, size, stdout);
    fflush(stdout);
}

static void print_list(StrBuf *out, const char *name, const char *const *list) {
    strbuf_printf(out, ", \"%s\": ", name);
    if (list == NULL) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '[');
    for (size_t i = 0; list[i] != NULL; i++) {
        strbuf_puts(out, i > 0 ? ", " : "");
        strbuf_json_string(out, list[i]);
    }
    strbuf_putc(out, ']');
}

static void print_facts(StrBuf *out, const SourceFacts *facts) {
    strbuf_puts(out, "{\"imports\": [");
    for (size_t i = 0; i < facts->import_count; i++) {
        const ImportFact *fact = &facts->imports[i];
        strbuf_puts(out, i > 0 ? ", {\"module\": " : "{\"module\": ");
        strbuf_json_string(out, fact->module);
        print_list(out, "names", fact->names);
        strbuf_printf(out, ", \"level\": %d, \"line\": %d, \"flags\": %u}", fact->level, fact->line,
                      fact->flags);
    }
    strbuf_putc(out, ']');
    print_list(out, "all", facts->all_names);
    print_list(out, "groups", facts->entry_groups);
    print_list(out, "strings", facts->strings);
    strbuf_putc(out, '}');
}

static void print_value(StrBuf *out, const Value *value) {
    switch (value->kind) {
    case VALUE_NULL: strbuf_puts(out, "null"); break;
    case VALUE_BOOL: strbuf_puts(out, value->boolean ? "true" : "false"); break;
    case VALUE_INT: strbuf_printf(out, "%lld", (long long)value->integer); break;
    case VALUE_FLOAT: strbuf_printf(out, "%.17g", value->number); break;
    case VALUE_STRING: strbuf_json_string(out, value->string); break;
    case VALUE_LIST:
    case VALUE_TABLE:
        strbuf_putc(out, value->kind == VALUE_LIST ? '[' : '{');
        for (size_t i = 0; i < value->count; i++) {
            strbuf_puts(out, i > 0 ? ", " : "");
            if (value->kind == VALUE_TABLE) {
                strbuf_json_string(out, value->keys[i]);
                strbuf_puts(out, ": ");
            }
            print_value(out, &value->items[i]);
        }
        strbuf_putc(out, value->kind == VALUE_LIST ? ']' : '}');
        break;
    }
}

static bool run(const char *request, int optimize, const char *name, const StrBuf *source,
                Arena *arena, StrBuf *out, FrontError *error) {
    const uint8_t *data = (const uint8_t *)strbuf_text(source);
    if (strcmp(request, "compile") == 0) {
        CompiledSource compiled;
        bool ok = front_compile(arena, name, data, source->length, optimize, &compiled, error);
        strbuf_add(out, ok ? compiled.code : data, ok ? compiled.code_size : 0);
        return ok;
    }
    if (strcmp(request, "facts") == 0) {
        SourceFacts facts, again;
        StrBuf bytes = {0};
        if (!front_scan(arena, name, data, source->length, &facts, error)) {
            return false;
        }
        front_facts_write(&facts, &bytes); /* what comes through the cache must be the same */
        bool ok =
            front_facts_read(arena, (const uint8_t *)strbuf_text(&bytes), bytes.length, &again);
        strbuf_free(&bytes);
        if (ok) {
            print_facts(out, &again);
        }
        return ok;
    }
    Value value;
    bool ok = strcmp(request, "json") == 0
                  ? front_parse_json(arena, strbuf_text(source), &value, error)
                  : front_parse_toml(arena, strbuf_text(source), &value, error);
    if (ok) {
        print_value(out, &value);
    }
    return ok;
}

static void serve(char *line) {
    char request[16] = "";
    int optimize = 0, start = 0;
    Arena arena = {0};
    StrBuf source = {0}, out = {0};
    FrontError error = {0};
    line[strcspn(line, "\n")] = '\0';
    sscanf(line, "%15s %d %n", request, &optimize, &start);
    char *name = line + start;
    char *file = strchr(name, '\t');
    if (file == NULL) {
        fprintf(stderr, "bad request: %s\n", line);
        exit(2);
    }
    *file++ = '\0';
    if (!fs_read(file, &source)) {
        perror(file);
        exit(2);
    }
    if (run(request, optimize, name, &source, &arena, &out, &error)) {
        answer("ok", strbuf_text(&out), out.length);
    } else {
        strbuf_clear(&out);
        strbuf_puts(&out, "{\"message\": ");
        strbuf_json_string(&out, error.message != NULL ? error.message : "");
        strbuf_printf(&out, ", \"line\": %d, \"column\": %d, \"end_column\": %d, \"source\": ",
                      error.line, error.column, error.end_column);
        strbuf_json_string(&out, error.source != NULL ? error.source : "");
        strbuf_putc(&out, '}');
        answer("error", strbuf_text(&out), out.length);
    }
    strbuf_free(&source);
    strbuf_free(&out);
    arena_free(&arena);
}

int main(int argc, char **argv) {
    const char *error = NULL;
    if (argc != 2 || !front_init(argv[1], &error)) {
        fprintf(stderr, "front_tool: %s\n", error != NULL ? error : "usage: front_tool STDLIB");
        return 2;
    }
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        serve(line);
    }
    free(line);
    front_finish();
    return 0;
}
