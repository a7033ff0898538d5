/* pyc2c inspect: what an executable contains, read from its image. */
#include "commands.h"

#include "inspect.h"
#include "summary.h"

#include "../../codegen/image_file.h"

#include <stdio.h>
#include <string.h>

/* ---- facts ---- */

static bool starts(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

const char *inspect_origin(const char *path) {
    return starts(path, "lib/python3.") ? "standard library"
           : starts(path, "lib/.libs/") ? "system"
           : starts(path, "lib/")       ? "distribution"
                                        : "program";
}

const char *inspect_kind(const ImageModule *module) {
    return module->kind == IMAGE_MODULE_EXTENSION ? "extension"
           : module->kind == IMAGE_MODULE_STATIC  ? "linked in"
           : module->flags & IMAGE_MODULE_PACKAGE ? "package"
                                                  : "source";
}

static bool is_metadata(const char *path) {
    return strstr(path, ".dist-info/") != NULL || strstr(path, ".egg-info/") != NULL;
}

/* Module sources, shared objects and metadata are listed elsewhere. */
bool inspect_is_data(const ImageFile *image, uint32_t node, const bool *module_nodes) {
    const ImageNode *entry = &image->nodes[node];
    const char *path = image_string(image, entry->path);
    size_t length = strlen(path);
    bool source =
        length > 3 && strcmp(path + length - 3, ".py") == 0 && starts(path, "lib/python3.");
    return !(entry->flags & (IMAGE_NODE_DIRECTORY | IMAGE_NODE_MAPPED)) && !module_nodes[node] &&
           !is_metadata(path) && !source;
}

bool *inspect_module_nodes(const ImageFile *image) {
    bool *nodes = xcalloc(image->index->nodes.count + 1, sizeof(*nodes));
    for (uint32_t i = 0; i < image->index->modules.count; i++) {
        if (image->modules[i].node != IMAGE_NONE) {
            nodes[image->modules[i].node] = true;
        }
    }
    return nodes;
}

/* ---- the summary ---- */

static void print_settings(const ImageFile *image, const char *key, const char *title) {
    for (uint32_t i = 0, shown = 0; i < image->index->settings.count; i++) {
        if (strcmp(image_string(image, image->settings[i].key), key) == 0) {
            printf("%-12s %s\n", shown++ == 0 ? title : "",
                   image_string(image, image->settings[i].value));
        }
    }
}

/* Distributions: "name version<TAB>directory". */
static void print_distributions(const ImageFile *image) {
    for (uint32_t i = 0, shown = 0; i < image->index->settings.count; i++) {
        if (strcmp(image_string(image, image->settings[i].key), "dist") == 0) {
            const char *value = image_string(image, image->settings[i].value);
            printf("%-12s %.*s\n", shown++ == 0 ? "packages" : "", (int)strcspn(value, "\t"),
                   value);
        }
    }
}

static void print_entry(const ImageFile *image) {
    const char *kind = image_setting(image, "entry.kind");
    const char *module = image_setting(image, "entry.module");
    const char *function = image_setting(image, "entry.function");
    const char *path = image_setting(image, "entry.path");
    if (kind != NULL && strcmp(kind, "function") == 0) {
        printf("%-12s %s:%s\n", "entry point", module, function);
    } else if (kind != NULL && strcmp(kind, "module") == 0) {
        printf("%-12s -m %s\n", "entry point", module);
    } else {
        printf("%-12s %s\n", "entry point", path != NULL ? path : "?");
    }
}

static void print_identity(const ImageFile *image) {
    const char *name = image_setting(image, "app.name");
    const char *version = image_setting(image, "app.version");
    if (name != NULL) {
        printf("%-12s %s%s%s\n", "application", name, version != NULL ? " " : "",
               version != NULL ? version : "");
    }
    print_settings(image, "app.title", "title");
    print_settings(image, "license.product", "license for");
}

static void print_counts(const ImageFile *image, Arena *arena) {
    uint32_t kinds[4] = {0};
    uint64_t code = 0, data_bytes = 0;
    size_t data = 0;
    bool *module_nodes = inspect_module_nodes(image);
    for (uint32_t i = 0; i < image->index->modules.count; i++) {
        kinds[image->modules[i].kind & 3]++;
        code += image_stored_size(image, image->modules[i].block, image->modules[i].code_size);
    }
    for (uint32_t i = 0; i < image->index->nodes.count; i++) {
        if (inspect_is_data(image, i, module_nodes)) {
            data++;
            data_bytes += image->nodes[i].size;
        }
    }
    free(module_nodes);
    printf("%-12s %u of Python (%s of byte code), %u extension%s, %u linked in\n", "modules",
           kinds[0], format_size(arena, code), kinds[1], kinds[1] == 1 ? "" : "s", kinds[2]);
    printf("%-12s %zu file%s, %s\n", "data", data, data == 1 ? "" : "s",
           format_size(arena, data_bytes));
    printf("%-12s %s: interpreter %s, embedded %s\n", "size", format_size(arena, image->file_size),
           format_size(arena, image->stub_size), format_size(arena, image->head->size));
}

/* ---- the lists ---- */

static void print_libraries(const ImageFile *image, Arena *arena) {
    for (uint32_t i = 0; i < image->index->modules.count; i++) {
        const ImageModule *module = &image->modules[i];
        if (module->kind == IMAGE_MODULE_EXTENSION || module->kind == IMAGE_MODULE_STATIC) {
            const char *path = image_string(image, module->path);
            printf("%-44s %-28s %s\n", image_string(image, module->name),
                   inspect_distribution(image, arena, path),
                   module->node != IMAGE_NONE ? format_size(arena, image->nodes[module->node].size)
                                              : "linked in");
        }
    }
    for (uint32_t i = 0; i < image->index->libraries.count; i++) {
        const ImageLibrary *library = &image->libraries[i];
        const char *from = image_string(image, library->distribution);
        printf("%-44s %-28s %s\n", image_string(image, library->soname),
               *from != '\0' ? from : "build system",
               format_size(arena, image->nodes[library->node].size));
    }
}

static void print_modules(const ImageFile *image, Arena *arena) {
    for (uint32_t i = 0; i < image->index->modules.count; i++) {
        const ImageModule *module = &image->modules[i];
        if (module->kind != IMAGE_MODULE_SUPPORT) {
            const char *path = image_string(image, module->path);
            printf("%-44s %-10s %-28s %s\n", image_string(image, module->name),
                   inspect_kind(module), inspect_distribution(image, arena, path), path);
        }
    }
}

static void print_files(const ImageFile *image, Arena *arena) {
    bool *module_nodes = inspect_module_nodes(image);
    for (uint32_t i = 0; i < image->index->nodes.count; i++) {
        if (inspect_is_data(image, i, module_nodes)) {
            printf("%12s  %s\n", format_size(arena, image->nodes[i].size),
                   image_string(image, image->nodes[i].path));
        }
    }
    free(module_nodes);
}

static void print_overview(const ImageFile *image, Arena *arena) {
    print_identity(image);
    print_entry(image);
    print_settings(image, "python", "Python");
    print_settings(image, "pyc2c", "pyc2c");
    print_settings(image, "strategy", "strategy");
    print_settings(image, "option", "options");
    print_settings(image, "flag", "flags");
    print_counts(image, arena);
    print_distributions(image);
    if (image->index->libraries.count > 0) {
        puts("\nNative code:");
        print_libraries(image, arena);
    }
}

/* ---- the command ---- */

static int extract(Session *session, const ImageFile *image, const char *path) {
    uint32_t node = image_find_node(image, path);
    if (node == IMAGE_NONE || (image->nodes[node].flags & IMAGE_NODE_DIRECTORY)) {
        diag_error(&session->diags, EXIT_USER, "`pyc2c inspect --files` lists what there is",
                   "'%s' has no embedded file '%s'", image->path, path);
        return EXIT_USER;
    }
    StrBuf content = {0};
    bool ok = image_read_node(image, node, &content);
    if (ok) {
        fwrite(strbuf_text(&content), 1, content.length, stdout);
    } else {
        diag_error(&session->diags, EXIT_USER, NULL, "'%s': the embedded file '%s' is damaged",
                   image->path, path);
    }
    strbuf_free(&content);
    return ok ? 0 : EXIT_USER;
}

static int show(Session *session, const ImageFile *image) {
    const Options *options = &session->options;
    Arena *arena = &session->arena;
    if (options->extract != NULL) {
        return extract(session, image, options->extract);
    }
    if (options->json) {
        inspect_json(image, arena);
        return 0;
    }
    if (!options->show_modules && !options->show_files && !options->show_libraries) {
        print_overview(image, arena);
    }
    if (options->show_modules) {
        print_modules(image, arena);
    }
    if (options->show_files) {
        print_files(image, arena);
    }
    if (options->show_libraries) {
        print_libraries(image, arena);
    }
    return 0;
}

/* The hash function lives in the front end, which needs some standard library to start. */
static bool verify(Session *session, const ImageFile *image) {
    if (!session_start_front(session) || !image_verify(image, &session->diags)) {
        return false;
    }
    if (!session->options.json && session->options.extract == NULL) {
        printf("%s: the embedded content is intact\n", image->path);
    }
    return true;
}

int command_inspect(Session *session) {
    if (session->line.operands.count != 1) {
        diag_error(&session->diags, EXIT_USAGE, "for example `pyc2c inspect dist/app`",
                   session->line.operands.count == 0 ? "no executable given"
                                                     : "one executable at a time");
        return EXIT_USAGE;
    }
    if (!command_line_apply(&session->line, &session->options, &session->arena, &session->diags)) {
        return EXIT_USAGE;
    }
    const char *path = session->line.operands.items[0];
    LauncherFile *launcher = launcher_open(&session->arena, path);
    if (launcher != NULL) {
        int code = inspect_launcher(session, launcher);
        launcher_close(launcher);
        return code;
    }
    ImageFile *image = image_open(path, &session->diags);
    if (image == NULL) {
        return session->diags.exit_code;
    }
    int code = 0;
    if (session->options.verify && !verify(session, image)) {
        code = session->diags.exit_code;
    } else {
        code = show(session, image);
    }
    image_close(image);
    return code;
}
