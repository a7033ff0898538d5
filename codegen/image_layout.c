/* From a Program to the tables of an image.
 *
 * Order is everything here: the runtime searches modules by name and nodes by path, and equal
 * inputs must give equal bytes. So nothing depends on the order in which the program's lists were
 * filled, except settings with one key, whose order means something.
 *
 * Where the contents lie is decided behind this (image_stage.c). */
#include "image_layout.h"

#include "code_pack.h"

#include "../compiler/support/parallel.h"

#include <stdlib.h>
#include <string.h>

int layout_compare_paths(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    if (*a == *b) {
        return 0;
    }
    int left = *a == '\0' ? -1 : *a == '/' ? 0 : (unsigned char)*a;
    int right = *b == '\0' ? -1 : *b == '/' ? 0 : (unsigned char)*b;
    return left < right ? -1 : 1;
}

static uint32_t add_string(ImageLayout *layout, const char *text) {
    if (text == NULL) {
        text = "";
    }
    uintptr_t place = (uintptr_t)strmap_get(&layout->string_places, text);
    if (place == 0) {
        place = layout->strings.length + 1;
        strbuf_add(&layout->strings, text, strlen(text) + 1);
        strmap_set(&layout->string_places, arena_strdup(layout->arena, text), (void *)place);
    }
    return (uint32_t)(place - 1);
}

/* ---- nodes ---- */

typedef struct PathItem {
    const char *path;
    const EmbeddedFile *file; /* NULL: a directory */
} PathItem;

typedef VEC(PathItem) PathItems;

static int compare_items(const void *a, const void *b) {
    return layout_compare_paths(((const PathItem *)a)->path, ((const PathItem *)b)->path);
}

/* Virtual paths come from our own finders; a bad one would put a file where nothing can find it. */
static bool is_plain_path(const char *path) {
    for (const char *part = path;;) {
        const char *slash = strchrnul(part, '/');
        size_t length = (size_t)(slash - part);
        if (length == 0 || (length == 1 && part[0] == '.') ||
            (length == 2 && part[0] == '.' && part[1] == '.')) {
            return false;
        }
        if (*slash == '\0') {
            return true;
        }
        part = slash + 1;
    }
}

static bool add_directories(Arena *arena, StrMap *known, PathItems *items, const char *path,
                            Diags *diags) {
    for (const char *slash = strrchr(path, '/'); slash != NULL; slash = strrchr(path, '/')) {
        path = arena_strndup(arena, path, (size_t)(slash - path));
        if (strmap_has(known, path)) {
            if (strmap_get(known, path) != NULL) {
                diag_error(diags, EXIT_USER, "give one of them another destination",
                           "'%s' would be a file and a directory in the executable", path);
                return false;
            }
            return true;
        }
        strmap_set(known, path, NULL);
        vec_push(items, ((PathItem){.path = path}));
    }
    return true;
}

static const char *file_origin(const EmbeddedFile *file) {
    return file->path != NULL ? file->path : "generated content";
}

/* Every file and every directory above one, sorted, the root first. */
static bool collect_items(ImageLayout *layout, const Program *program, PathItems *items,
                          Diags *diags) {
    StrMap known = {0};
    bool ok = true;
    vec_push(items, ((PathItem){.path = ""}));
    strmap_set(&known, "", NULL);
    for (size_t i = 0; ok && i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        if (!is_plain_path(file->vpath)) {
            diag_error(diags, EXIT_USER, "use a relative path without '.' and '..' parts",
                       "'%s' is no valid place in the executable (for %s)", file->vpath,
                       file_origin(file));
            ok = false;
        } else if (strmap_has(&known, file->vpath)) {
            const EmbeddedFile *other = strmap_get(&known, file->vpath);
            diag_error(diags, EXIT_USER, "give one of them another destination",
                       "two things claim the place '%s' in the executable: %s and %s", file->vpath,
                       other != NULL ? file_origin(other) : "a directory", file_origin(file));
            ok = false;
        } else {
            strmap_set(&known, file->vpath, (void *)(uintptr_t)file);
            vec_push(items, ((PathItem){.path = file->vpath, .file = file}));
            ok = add_directories(layout->arena, &known, items, file->vpath, diags);
        }
    }
    strmap_free(&known);
    if (ok) {
        qsort(items->items, items->count, sizeof(*items->items), compare_items);
    }
    return ok;
}

/* A portable build keeps its files beside the executable, where they can be changed; shared objects
 * stay inside, because they are mapped from there. */
static bool lies_beside(LayoutFiles files, const EmbeddedFile *file) {
    return files == LAYOUT_FILES_BESIDE && !file->mapped;
}

static uint64_t size_on_disk(const EmbeddedFile *file) {
    struct stat info;
    return file->path != NULL && stat(file->path, &info) == 0 ? (uint64_t)info.st_size : file->size;
}

/* Shared objects are mapped in place, unless they are small and needed late if at all. */
static bool add_file_content(ImageLayout *layout, const EmbeddedFile *file, const Request *request,
                             uint32_t *number, Diags *diags) {
    bool in_place = file->mapped && !file->late;
    bool source = file->reason != NULL && strcmp(file->reason, "source") == 0;
    Content wish = {.name = file->vpath,
                    .path = file->path,
                    .data = file->data,
                    .size = file->size,
                    .packing = in_place                                 ? PACK_NEVER
                               : file->mapped || request->optimize_size ? PACK_ALWAYS
                                                                        : PACK_TEXT,
                    .group = source ? GROUP_SOURCE : GROUP_DATA,
                    .page_aligned = in_place};
    if (file->path == NULL) {
        *number = content_add_data(&layout->contents, &wish);
        return true;
    }
    return content_add_file(&layout->contents, &wish, number, diags);
}

static uint32_t file_flags(const EmbeddedFile *file) {
    return (file->executable ? IMAGE_NODE_EXECUTABLE : 0u) |
           (file->mapped ? IMAGE_NODE_MAPPED : 0u);
}

/* Links node `number` behind the last child of its parent. Items are sorted, so the parent and the
 * elder siblings are there already. */
static void link_node(ImageLayout *layout, StrMap *numbers, uint32_t *last_child, uint32_t number,
                      const char *path) {
    ImageNode *node = &layout->nodes.items[number];
    const char *slash = strrchr(path, '/');
    uint32_t parent = 0;
    if (slash != NULL) {
        char *directory = arena_strndup(layout->arena, path, (size_t)(slash - path));
        parent = (uint32_t)(uintptr_t)strmap_get(numbers, directory);
    }
    node->parent = parent;
    if (last_child[parent] == IMAGE_NONE) {
        layout->nodes.items[parent].first_child = number;
    } else {
        layout->nodes.items[last_child[parent]].next_sibling = number;
    }
    last_child[parent] = number;
}

/* `numbers` gets path -> node number. */
static bool add_nodes(ImageLayout *layout, const Program *program, const Request *request,
                      LayoutFiles files, StrMap *numbers, Diags *diags) {
    PathItems items = {0};
    bool ok = collect_items(layout, program, &items, diags);
    uint32_t *last_child = xmalloc(items.count * sizeof(*last_child));
    for (size_t i = 0; ok && i < items.count; i++) {
        const PathItem *item = &items.items[i];
        ImageNode node = {.path = add_string(layout, item->path),
                          .flags =
                              item->file != NULL ? file_flags(item->file) : IMAGE_NODE_DIRECTORY,
                          .block = IMAGE_NONE,
                          .first_child = IMAGE_NONE,
                          .next_sibling = IMAGE_NONE};
        uint32_t content = IMAGE_NONE;
        if (item->file != NULL && lies_beside(files, item->file)) {
            node.flags |= IMAGE_NODE_BESIDE;
            node.size = size_on_disk(item->file);
        } else if (item->file != NULL) {
            ok = add_file_content(layout, item->file, request, &content, diags);
        }
        vec_push(&layout->nodes, node);
        vec_push(&layout->node_contents, content);
        strmap_set(numbers, item->path, (void *)(uintptr_t)i);
        last_child[i] = IMAGE_NONE;
        if (i > 0) {
            link_node(layout, numbers, last_child, (uint32_t)i, item->path);
        }
    }
    free(last_child);
    vec_free(&items);
    return ok;
}

/* ---- modules ---- */

typedef VEC(const Module *) ModulePointers;

static int compare_modules(const void *a, const void *b) {
    return strcmp((*(const Module *const *)a)->name, (*(const Module *const *)b)->name);
}

/* Built-in and frozen modules are in libpython, namespace packages are just directories. */
static bool has_entry(const Module *module) {
    switch (module->kind) {
    case MODULE_SOURCE:
    case MODULE_EXTENSION:
    case MODULE_STATIC: return true;
    case MODULE_BUILTIN:
    case MODULE_FROZEN:
    case MODULE_NAMESPACE: return false;
    }
    return false;
}

static void sorted_modules(const Program *program, ModulePointers *modules) {
    bool main_seen = program->main_module == NULL;
    for (size_t i = 0; i < program->sorted.count; i++) {
        const Module *module = program->sorted.items[i];
        main_seen |= module == program->main_module;
        if (has_entry(module)) {
            vec_push(modules, module);
        }
    }
    if (!main_seen) {
        vec_push(modules, program->main_module);
    }
    for (size_t i = 0; i < program->support_modules.count; i++) {
        vec_push(modules, program->support_modules.items[i]);
    }
    if (modules->count > 0) {
        qsort(modules->items, modules->count, sizeof(*modules->items), compare_modules);
    }
}

static bool is_support(const Program *program, const Module *module) {
    for (size_t i = 0; i < program->support_modules.count; i++) {
        if (program->support_modules.items[i] == module) {
            return true;
        }
    }
    return false;
}

/* Extension modules have none. */
static bool has_code(const Module *module) {
    return module->code != NULL && module->kind == MODULE_SOURCE;
}

static uint32_t module_kind(const Program *program, const Module *module) {
    return is_support(program, module)        ? IMAGE_MODULE_SUPPORT
           : module->kind == MODULE_EXTENSION ? IMAGE_MODULE_EXTENSION
           : module->kind == MODULE_STATIC    ? IMAGE_MODULE_STATIC
                                              : IMAGE_MODULE_SOURCE;
}

/* `code` is its packed code. */
static void add_module(ImageLayout *layout, const Program *program, const Request *request,
                       const StrMap *numbers, const Module *module, const StrBuf *code) {
    ImageModule entry = {.name = add_string(layout, module->name),
                         .kind = module_kind(program, module),
                         .flags = module->is_package ? IMAGE_MODULE_PACKAGE : 0,
                         .node = IMAGE_NONE,
                         .block = IMAGE_NONE,
                         .path = add_string(layout, module->vpath)};
    if (module->vpath != NULL && strmap_has(numbers, module->vpath)) {
        entry.node = (uint32_t)(uintptr_t)strmap_get(numbers, module->vpath);
    }
    uint32_t content = IMAGE_NONE;
    if (has_code(module)) {
        char *kept = arena_strndup(layout->arena, strbuf_text(code), code->length);
        Content wish = {.name = module->name,
                        .data = (const uint8_t *)kept,
                        .size = code->length,
                        .packing =
                            module->late || request->optimize_size ? PACK_ALWAYS : PACK_NEVER,
                        .group = module->late ? GROUP_LATE_CODE : GROUP_START_CODE};
        content = content_add_data(&layout->contents, &wish);
    }
    vec_push(&layout->modules, entry);
    vec_push(&layout->module_contents, content);
}

typedef struct PackedModules {
    const CodePacker *packer;
    const ModulePointers *modules;
    StrBuf *codes; /* one for each module */
    bool *failed;
} PackedModules;

static void pack_module(void *context, size_t index) {
    const PackedModules *packing = context;
    const Module *module = packing->modules->items[index];
    packing->failed[index] =
        has_code(module) &&
        !code_pack_write(packing->packer, module->code, module->code_size, &packing->codes[index]);
}

static void count_names(CodePacker *packer, const Program *program, const ModulePointers *modules,
                        bool own) {
    for (size_t i = 0; i < modules->count; i++) {
        const Module *module = modules->items[i];
        bool is_own = module->origin == ORIGIN_PROGRAM && !is_support(program, module);
        if (has_code(module) && is_own == own) {
            code_pack_count(packer, module->code, module->code_size, own);
        }
    }
}

/* Entries and code of all modules, names numbered over all of them. */
static bool add_modules(ImageLayout *layout, const Program *program, const Request *request,
                        const StrMap *numbers, Diags *diags) {
    ModulePointers modules = {0};
    sorted_modules(program, &modules);
    CodePacker packer = {.arena = layout->arena};
    count_names(&packer, program, &modules, false);
    count_names(&packer, program, &modules, true);
    code_pack_number(&packer);
    PackedModules packing = {.packer = &packer,
                             .modules = &modules,
                             .codes = xcalloc(modules.count, sizeof(StrBuf)),
                             .failed = xcalloc(modules.count, sizeof(bool))};
    parallel_run(modules.count, parallel_jobs(request->jobs), pack_module, &packing);
    bool ok = true;
    for (size_t i = 0; i < modules.count; i++) {
        add_module(layout, program, request, numbers, modules.items[i], &packing.codes[i]);
        strbuf_free(&packing.codes[i]);
        if (packing.failed[i]) {
            diag_error(diags, EXIT_INTERNAL, "build with --clean; if that does not help, report it",
                       "the code object of module '%s' cannot be packed", modules.items[i]->name);
            ok = false;
        }
    }
    free(packing.codes);
    free(packing.failed);
    for (size_t i = 0; i < packer.names.count; i++) {
        const char *text = packer.names.items[i]->text;
        ImageName name = {.text = add_string(layout, text), .length = (uint32_t)strlen(text)};
        vec_push(&layout->names, name);
    }
    code_pack_free(&packer);
    vec_free(&modules);
    return ok;
}

/* ---- the small tables ---- */

typedef struct SettingItem {
    const Setting *setting;
    size_t position;
} SettingItem;

static int compare_settings(const void *a, const void *b) {
    const SettingItem *left = a;
    const SettingItem *right = b;
    int order = strcmp(left->setting->key, right->setting->key);
    return order != 0 ? order : left->position < right->position ? -1 : 1;
}

static void add_settings(ImageLayout *layout, const Program *program) {
    size_t count = program->settings.count;
    SettingItem *items = xmalloc(count * sizeof(*items));
    for (size_t i = 0; i < count; i++) {
        items[i] = (SettingItem){.setting = &program->settings.items[i], .position = i};
    }
    qsort(items, count, sizeof(*items), compare_settings);
    for (size_t i = 0; i < count; i++) {
        ImageSetting setting = {.key = add_string(layout, items[i].setting->key),
                                .value = add_string(layout, items[i].setting->value)};
        vec_push(&layout->settings, setting);
    }
    free(items);
}

static int compare_libraries(const void *a, const void *b) {
    return strcmp(((const Library *)a)->soname, ((const Library *)b)->soname);
}

static void add_libraries(ImageLayout *layout, const Program *program, const StrMap *numbers) {
    size_t count = program->libraries.count;
    Library *sorted = xmalloc(count * sizeof(*sorted));
    if (count > 0) {
        memcpy(sorted, program->libraries.items, count * sizeof(*sorted));
        qsort(sorted, count, sizeof(*sorted), compare_libraries);
    }
    for (size_t i = 0; i < count; i++) {
        const Distribution *from = sorted[i].distribution;
        const char *text =
            from != NULL ? arena_printf(layout->arena, "%s %s", from->name, from->version) : "";
        if (strmap_has(numbers, sorted[i].vpath)) {
            ImageLibrary library = {.soname = add_string(layout, sorted[i].soname),
                                    .node =
                                        (uint32_t)(uintptr_t)strmap_get(numbers, sorted[i].vpath),
                                    .distribution = add_string(layout, text)};
            vec_push(&layout->libraries, library);
        }
    }
    free(sorted);
}

static int compare_hints(const void *a, const void *b) {
    return strcmp(((const Hint *)a)->name, ((const Hint *)b)->name);
}

static void add_hints(ImageLayout *layout, const Program *program) {
    size_t count = program->hints.count;
    Hint *sorted = xmalloc(count * sizeof(*sorted));
    if (count > 0) {
        memcpy(sorted, program->hints.items, count * sizeof(*sorted));
        qsort(sorted, count, sizeof(*sorted), compare_hints);
    }
    for (size_t i = 0; i < count; i++) {
        ImageHint hint = {.name = add_string(layout, sorted[i].name),
                          .advice = add_string(layout, sorted[i].advice)};
        vec_push(&layout->hints, hint);
    }
    free(sorted);
}

/* ---- all together ---- */

/* Tables in the order of ImageIndex: ROW(member of ImageIndex, vector of ImageLayout). */
#define TABLES(ROW)                                                                                \
    ROW(settings)                                                                                  \
    ROW(modules)                                                                                   \
    ROW(nodes)                                                                                     \
    ROW(libraries)                                                                                 \
    ROW(hints)                                                                                     \
    ROW(names)                                                                                     \
    ROW(blocks)

static uint64_t align8(uint64_t value) {
    return (value + 7) & ~(uint64_t)7;
}

bool layout_build(ImageLayout *layout, Arena *arena, const Program *program, const Request *request,
                  LayoutFiles files, Diags *diags) {
    *layout = (ImageLayout){.arena = arena, .contents = {.arena = arena}};
    add_string(layout, "");
    StrMap numbers = {0};
    bool ok = add_nodes(layout, program, request, files, &numbers, diags);
    ok = add_modules(layout, program, request, &numbers, diags) && ok;
    add_settings(layout, program);
    add_libraries(layout, program, &numbers);
    add_hints(layout, program);
    strmap_free(&numbers);
    content_plan_make(&layout->plan, &layout->contents, request->optimize_size);
    for (uint32_t i = 0; i < layout->plan.blocks; i++) {
        vec_push(&layout->blocks, ((ImageBlock){0}));
    }
    layout->tables_size = sizeof(ImageIndex);
#define COUNT(name) layout->tables_size += layout->name.count * sizeof(*layout->name.items);
    TABLES(COUNT)
#undef COUNT
    layout->tables_size = align8(layout->tables_size + layout->strings.length);
    return ok;
}

static void fill_contents(const ImageLayout *layout) {
    for (size_t i = 0; i < layout->modules.count; i++) {
        if (layout->module_contents.items[i] != IMAGE_NONE) {
            const Content *content =
                &layout->contents.items.items[layout->module_contents.items[i]];
            ImageModule *module = &layout->modules.items[i];
            module->code = content->offset;
            module->code_size = (uint32_t)content->size;
            module->block = content->block;
        }
    }
    for (size_t i = 0; i < layout->nodes.count; i++) {
        if (layout->node_contents.items[i] != IMAGE_NONE) {
            const Content *content = &layout->contents.items.items[layout->node_contents.items[i]];
            ImageNode *node = &layout->nodes.items[i];
            node->data = content->offset;
            node->size = content->size;
            node->block = content->block;
        }
    }
}

void layout_tables(const ImageLayout *layout, StrBuf *out) {
    fill_contents(layout);
    ImageIndex index = {.format = IMAGE_FORMAT};
    memcpy(index.magic, IMAGE_MAGIC, sizeof(index.magic));
    uint64_t offset = sizeof(index);
#define PLACE(name)                                                                                \
    index.name = (ImageTable){.offset = offset,                                                    \
                              .count = (uint32_t)layout->name.count,                               \
                              .entry_size = (uint32_t)sizeof(*layout->name.items)};                \
    offset += layout->name.count * sizeof(*layout->name.items);
    TABLES(PLACE)
#undef PLACE
    index.strings_offset = offset;
    index.strings_size = layout->strings.length;
    strbuf_add(out, &index, sizeof(index));
#define ADD(name)                                                                                  \
    strbuf_add(out, layout->name.items, layout->name.count * sizeof(*layout->name.items));
    TABLES(ADD)
#undef ADD
    strbuf_add(out, layout->strings.data, layout->strings.length);
    while (out->length < layout->tables_size) {
        strbuf_putc(out, '\0');
    }
}

void layout_free(ImageLayout *layout) {
    strbuf_free(&layout->strings);
    strmap_free(&layout->string_places);
    content_free(&layout->contents);
    content_plan_free(&layout->plan);
    vec_free(&layout->settings);
    vec_free(&layout->modules);
    vec_free(&layout->module_contents);
    vec_free(&layout->nodes);
    vec_free(&layout->node_contents);
    vec_free(&layout->libraries);
    vec_free(&layout->hints);
    vec_free(&layout->names);
    vec_free(&layout->blocks);
}
