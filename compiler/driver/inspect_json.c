/* pyc2c inspect --json, and the distribution that an embedded file belongs to. */
#include "inspect.h"

#include "../support/strmap.h"

#include <stdio.h>
#include <string.h>

/* ---- distributions ---- */

/* The lines of one RECORD: path,hash,size; a path with a comma is in quotes. */
static void add_record(StrMap *owners, Arena *arena, char *record, const char *owner) {
    for (char *line = record, *next; line != NULL && *line != '\0'; line = next) {
        next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        bool quoted = *line == '"';
        line += quoted;
        size_t length = strcspn(line, quoted ? "\"" : ",");
        strmap_set(owners, arena_strndup(arena, line, length), (void *)(uintptr_t)owner);
    }
}

/* Which distribution lists which file: made once, for the only image of the process. */
static const StrMap *file_owners(const ImageFile *image, Arena *arena) {
    static StrMap owners;
    static bool made;
    for (uint32_t i = 0; !made && i < image->index->settings.count; i++) {
        if (strcmp(image_string(image, image->settings[i].key), "dist") != 0) {
            continue;
        }
        const char *value = image_string(image, image->settings[i].value);
        size_t name = strcspn(value, "\t");
        if (value[name] == '\0') {
            continue;
        }
        const char *owner = arena_strndup(arena, value, name);
        uint32_t node =
            image_find_node(image, arena_printf(arena, "lib/%s/RECORD", value + name + 1));
        StrBuf text = {0};
        if (node != IMAGE_NONE && image_read_node(image, node, &text)) {
            add_record(&owners, arena, arena_strdup(arena, strbuf_text(&text)), owner);
        }
        strbuf_free(&text);
    }
    made = true;
    return &owners;
}

const char *inspect_distribution(const ImageFile *image, Arena *arena, const char *path) {
    const char *origin = inspect_origin(path);
    if (strcmp(origin, "distribution") != 0) {
        return origin;
    }
    const char *owner = strmap_get(file_owners(image, arena), path + strlen("lib/"));
    return owner != NULL ? owner : "environment";
}

/* ---- JSON ---- */

static void text_member(StrBuf *out, const char *name, const char *value) {
    char last = out->length > 0 ? out->data[out->length - 1] : '{';
    strbuf_puts(out, last == '{' ? "" : ", ");
    strbuf_printf(out, "\"%s\": ", name);
    strbuf_json_string(out, value);
}

static void number_member(StrBuf *out, const char *name, uint64_t value) {
    strbuf_printf(out, ", \"%s\": %llu", name, (unsigned long long)value);
}

static void open_item(StrBuf *out, bool first) {
    strbuf_puts(out, first ? "\n    {" : ",\n    {");
}

/* Settings by key; a key that repeats becomes a list like the others, so that readers need one
 * rule. */
static void add_settings(const ImageFile *image, StrBuf *out) {
    const char *previous = NULL;
    strbuf_puts(out, "  \"settings\": {");
    for (uint32_t i = 0; i < image->index->settings.count; i++) {
        const char *key = image_string(image, image->settings[i].key);
        if (previous == NULL || strcmp(key, previous) != 0) {
            strbuf_puts(out, previous == NULL ? "\n    " : "],\n    ");
            strbuf_json_string(out, key);
            strbuf_puts(out, ": [");
        } else {
            strbuf_puts(out, ", ");
        }
        strbuf_json_string(out, image_string(image, image->settings[i].value));
        previous = key;
    }
    strbuf_puts(out, previous != NULL ? "]\n  },\n" : "},\n");
}

static void add_modules(const ImageFile *image, Arena *arena, StrBuf *out) {
    bool first = true;
    strbuf_puts(out, "  \"modules\": [");
    for (uint32_t i = 0; i < image->index->modules.count; i++) {
        const ImageModule *module = &image->modules[i];
        if (module->kind == IMAGE_MODULE_SUPPORT) {
            continue;
        }
        const char *path = image_string(image, module->path);
        open_item(out, first);
        first = false;
        text_member(out, "name", image_string(image, module->name));
        text_member(out, "kind", inspect_kind(module));
        text_member(out, "origin", inspect_origin(path));
        text_member(out, "distribution", inspect_distribution(image, arena, path));
        text_member(out, "path", path);
        number_member(out, "code_bytes", module->code_size);
        number_member(out, "stored_bytes",
                      image_stored_size(image, module->block, module->code_size));
        strbuf_putc(out, '}');
    }
    strbuf_puts(out, "\n  ],\n");
}

static void add_libraries(const ImageFile *image, StrBuf *out) {
    strbuf_puts(out, "  \"libraries\": [");
    for (uint32_t i = 0; i < image->index->libraries.count; i++) {
        const ImageLibrary *library = &image->libraries[i];
        const char *from = image_string(image, library->distribution);
        open_item(out, i == 0);
        text_member(out, "soname", image_string(image, library->soname));
        text_member(out, "distribution", *from != '\0' ? from : NULL);
        text_member(out, "path", image_string(image, image->nodes[library->node].path));
        number_member(out, "bytes", image->nodes[library->node].size);
        strbuf_putc(out, '}');
    }
    strbuf_puts(out, "\n  ],\n");
}

static void add_files(const ImageFile *image, StrBuf *out) {
    bool *module_nodes = inspect_module_nodes(image);
    bool first = true;
    strbuf_puts(out, "  \"files\": [");
    for (uint32_t i = 0; i < image->index->nodes.count; i++) {
        const ImageNode *node = &image->nodes[i];
        if (node->flags & IMAGE_NODE_DIRECTORY) {
            continue;
        }
        open_item(out, first);
        first = false;
        text_member(out, "path", image_string(image, node->path));
        number_member(out, "bytes", node->size);
        number_member(out, "stored_bytes", image_stored_size(image, node->block, node->size));
        strbuf_printf(out, ", \"executable\": %s, \"data\": %s}",
                      node->flags & IMAGE_NODE_EXECUTABLE ? "true" : "false",
                      inspect_is_data(image, i, module_nodes) ? "true" : "false");
    }
    strbuf_puts(out, "\n  ]\n");
    free(module_nodes);
}

void inspect_json(const ImageFile *image, Arena *arena) {
    StrBuf out = {0};
    strbuf_puts(&out, "{\n  \"executable\": ");
    strbuf_json_string(&out, image->path);
    strbuf_printf(&out,
                  ",\n  \"bytes\": %llu,\n  \"interpreter_bytes\": %llu,\n"
                  "  \"embedded_bytes\": %llu,\n",
                  (unsigned long long)image->file_size, (unsigned long long)image->stub_size,
                  (unsigned long long)image->head->size);
    add_settings(image, &out);
    add_modules(image, arena, &out);
    add_libraries(image, &out);
    add_files(image, &out);
    strbuf_puts(&out, "}\n");
    fwrite(strbuf_text(&out), 1, out.length, stdout);
    strbuf_free(&out);
}
