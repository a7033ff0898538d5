/* Distributions: what is installed, which files belong to it, what it says about itself.
 *
 * RECORD is the source for files; distributions installed without one (Debian's packages, old eggs)
 * are described by top_level.txt or installed-files.txt and the directories these name. Only file
 * names are read for everything that is installed; metadata is read for what goes in. */
#include "distinfo.h"
#include "names.h"

#include "../support/fs.h"
#include "../support/path.h"

#include <ctype.h>
#include <string.h>

typedef VEC(Distribution *) DistList;

/* ---- small parsers ---- */

/* Calls `each` for every line of a file, without line ends. False when it cannot be read. */
static bool each_line(Arena *arena, const char *path, void (*each)(void *context, char *line),
                      void *context) {
    StrBuf text = {0};
    if (!fs_read(path, &text)) {
        strbuf_free(&text);
        return false;
    }
    const char *at = strbuf_text(&text);
    const char *end = at + text.length;
    while (at < end) {
        size_t length = strcspn(at, "\n");
        char *line =
            arena_strndup(arena, at, length > 0 && at[length - 1] == '\r' ? length - 1 : length);
        each(context, line);
        at += length + 1;
    }
    strbuf_free(&text);
    return true;
}

/* First field of a CSV line, unquoted in place. */
static char *csv_field(char *line) {
    if (line[0] != '"') {
        line[strcspn(line, ",")] = '\0';
        return line;
    }
    char *to = line;
    for (const char *from = line + 1; *from != '\0'; from++) {
        if (*from == '"') {
            if (from[1] != '"') {
                break;
            }
            from++;
        }
        *to++ = *from;
    }
    *to = '\0';
    return line;
}

static char *trim(char *text) {
    while (isspace((unsigned char)*text)) {
        text++;
    }
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        text[--length] = '\0';
    }
    return text;
}

/* ---- files of one distribution ---- */

typedef struct FileContext {
    DistIndex *index;
    Distribution *dist;
} FileContext;

static void take_record_line(void *context, char *line) {
    FileContext *files = context;
    char *path = csv_field(line);
    const char *below = path_below(path, files->dist->site_dir); /* absolute entries are allowed */
    if (*path != '\0') {
        vec_push(&files->dist->files, below != NULL && *below != '\0' ? below : path);
    }
}

static void take_installed_file(void *context, char *line) {
    FileContext *files = context; /* relative to the egg-info directory */
    Arena *arena = files->index->arena;
    const char *path = path_normal(arena, path_join(arena, files->dist->info_dir, trim(line)));
    const char *below = path_below(path, files->dist->site_dir);
    if (below != NULL && *below != '\0') {
        vec_push(&files->dist->files, below);
    }
}

static bool skip_caches(const char *relative, bool is_dir, void *context) {
    (void)context;
    return is_dir && strcmp(path_base(relative), "__pycache__") == 0;
}

static void take_tree(FileContext *files, const char *name) {
    Arena *arena = files->index->arena;
    const char *root = path_join(arena, files->dist->site_dir, name);
    if (!fs_is_dir(root)) {
        const char *module = arena_printf(arena, "%s.py", name);
        if (fs_is_file(path_join(arena, files->dist->site_dir, module))) {
            vec_push(&files->dist->files, module);
        }
        return;
    }
    StrVec found = {0};
    fs_walk(arena, root, &found, skip_caches, NULL);
    for (size_t i = 0; i < found.count; i++) {
        vec_push(&files->dist->files, path_join(arena, name, found.items[i]));
    }
    vec_free(&found);
}

static void take_top_level(void *context, char *line) {
    char *name = trim(line);
    if (*name != '\0') {
        take_tree(context, name);
    }
}

/* The name as a module would spell it, for distributions that list nothing: "foo-bar" -> foo_bar.
 */
static const char *guess_module(Arena *arena, const char *name) {
    char *module = arena_strdup(arena, name);
    for (char *at = module; *at != '\0'; at++) {
        *at = *at == '-' || *at == '.' ? '_' : *at;
    }
    return module;
}

static void read_files(DistIndex *index, Distribution *dist) {
    FileContext files = {index, dist};
    Arena *arena = index->arena;
    const char *info = dist->info_dir;
    if (each_line(arena, path_join(arena, info, "RECORD"), take_record_line, &files) ||
        each_line(arena, path_join(arena, info, "installed-files.txt"), take_installed_file,
                  &files)) {
        return;
    }
    if (!each_line(arena, path_join(arena, info, "top_level.txt"), take_top_level, &files)) {
        take_tree(&files, guess_module(arena, dist->name));
    }
    if (!fs_is_dir(info)) {
        vec_push(&dist->files, path_base(info));
        return;
    }
    take_tree(&files, path_base(info));
}

/* ---- the index ---- */

static DistList *list_of(DistIndex *index, const char *key) {
    DistList *list = strmap_get(&index->by_top, key);
    if (list == NULL) {
        list = ARENA_NEW(index->arena, DistList);
        strmap_set(&index->by_top, key, list);
    }
    return list;
}

static void take_path_line(void *context, char *line) {
    FileContext *files = context;
    if (line[0] == '/') {
        strmap_set(&files->index->editable, trim(line), files->dist);
    }
}

/* Files of `dist` by their first path component; .pth files lead to editable source trees. */
static void index_files(DistIndex *index, Distribution *dist) {
    const char *last = "";
    for (size_t i = 0; i < dist->files.count; i++) {
        const char *file = dist->files.items[i];
        size_t length = strcspn(file, "/");
        if (text_starts(file, "../") || file[0] == '/' ||
            (strncmp(file, last, length) == 0 && last[length] == '\0')) {
            continue;
        }
        last = arena_strndup(index->arena, file, length);
        DistList *list = list_of(index, path_join(index->arena, dist->site_dir, last));
        if (list->count == 0 || list->items[list->count - 1] != dist) {
            vec_push(list, dist);
        }
        if (text_ends(file, ".pth") && strchr(file, '/') == NULL) {
            FileContext context = {index, dist};
            each_line(index->arena, path_join(index->arena, dist->site_dir, file), take_path_line,
                      &context);
        }
    }
}

/* "grpcio-1.85.0.dist-info" -> name and version; false for other entries. */
static bool split_info_name(Arena *arena, const char *entry, const char **name,
                            const char **version) {
    size_t length = strlen(entry);
    if (text_ends(entry, ".dist-info")) {
        length -= strlen(".dist-info");
    } else if (text_ends(entry, ".egg-info")) {
        length -= strlen(".egg-info");
    } else {
        return false;
    }
    char *stem = arena_strndup(arena, entry, length);
    char *dash = strchr(stem, '-');
    *version = "";
    if (dash != NULL) {
        *dash = '\0';
        const char *end = strchr(dash + 1, '-'); /* egg: name-version-py3.11 */
        *version =
            end == NULL ? dash + 1 : arena_strndup(arena, dash + 1, (size_t)(end - dash - 1));
    }
    *name = stem;
    return length > 0;
}

static void index_root(DistIndex *index, const Portion *root) {
    StrVec entries = {0};
    fs_list(index->arena, root->dir, &entries);
    for (size_t i = 0; i < entries.count; i++) {
        const char *name, *version;
        if (!split_info_name(index->arena, entries.items[i], &name, &version)) {
            continue;
        }
        const char *canonical = name_canonical(index->arena, name);
        if (strmap_has(index->by_name, canonical)) {
            continue;
        }
        Distribution *dist = ARENA_NEW(index->arena, Distribution);
        dist->name = name;
        dist->version = version;
        dist->info_dir = path_join(index->arena, root->dir, entries.items[i]);
        dist->site_dir = root->dir;
        strmap_set(index->by_name, canonical, dist);
        read_files(index, dist);
        index_files(index, dist);
    }
    vec_free(&entries);
}

void distinfo_start(DistIndex *index, Arena *arena, Finder *finder, StrMap *by_name) {
    *index = (DistIndex){.arena = arena, .finder = finder, .by_name = by_name};
    for (size_t i = 0; i < finder->roots.count; i++) {
        if (finder->roots.items[i].origin != ORIGIN_STDLIB) {
            index_root(index, &finder->roots.items[i]);
        }
    }
}

void distinfo_free(DistIndex *index) {
    strmap_free(&index->by_top);
    strmap_free(&index->editable);
    vec_free(&index->points);
}

static bool lists_file(const Distribution *dist, const char *file) {
    return strvec_has(&dist->files, file);
}

static Distribution *of_installed_file(const DistIndex *index, const char *root, const char *rest) {
    const char *top = arena_strndup(index->arena, rest, strcspn(rest, "/"));
    const DistList *list = strmap_get(&index->by_top, path_join(index->arena, root, top));
    if (list == NULL) {
        return NULL;
    }
    if (list->count == 1) {
        return list->items[0];
    }
    for (size_t i = 0; i < list->count; i++) {
        if (lists_file(list->items[i], rest)) {
            return list->items[i];
        }
    }
    return NULL;
}

Distribution *distinfo_of_file(const DistIndex *index, const char *path) {
    for (size_t i = 0; i < index->finder->roots.count; i++) {
        const Portion *root = &index->finder->roots.items[i];
        const char *rest = root->origin == ORIGIN_STDLIB ? NULL : path_below(path, root->dir);
        Distribution *dist =
            rest != NULL && *rest != '\0' ? of_installed_file(index, root->dir, rest) : NULL;
        if (dist != NULL) {
            return dist;
        }
    }
    for (size_t i = 0; i < index->editable.count; i++) {
        if (path_below(path, index->editable.entries[i].key) != NULL) {
            return index->editable.entries[i].value;
        }
    }
    return NULL;
}

Distribution *distinfo_of_command(const DistIndex *index, const char *path) {
    for (size_t i = 0; i < index->by_name->count; i++) {
        Distribution *dist = index->by_name->entries[i].value;
        for (size_t k = 0; k < dist->files.count; k++) {
            const char *file = dist->files.items[k];
            if (text_starts(file, "../") && strcmp(path_base(file), path_base(path)) == 0 &&
                strcmp(path_normal(index->arena, path_join(index->arena, dist->site_dir, file)),
                       path) == 0) {
                return dist;
            }
        }
    }
    return NULL;
}

Distribution *distinfo_named(const DistIndex *index, const char *name) {
    return strmap_get(index->by_name, name_canonical(index->arena, name));
}

/* ---- metadata ---- */

typedef struct MetadataContext {
    Arena *arena;
    Distribution *dist;
    bool body; /* after the headers comes the description */
} MetadataContext;

static void take_header(void *context, char *line) {
    MetadataContext *metadata = context;
    Distribution *dist = metadata->dist;
    metadata->body = metadata->body || *line == '\0';
    if (metadata->body) {
        return;
    }
    if (text_starts(line, "Name:")) {
        dist->name = trim(line + strlen("Name:"));
    } else if (text_starts(line, "Version:")) {
        dist->version = trim(line + strlen("Version:"));
    } else if (text_starts(line, "Requires-Dist:")) {
        char *text = trim(line + strlen("Requires-Dist:"));
        const char *marker = strchr(text, ';');
        if (marker == NULL || strstr(marker, "extra") == NULL) {
            size_t length = strcspn(text, " ;<>=!~([");
            vec_push(&dist->requires,
                     name_canonical(metadata->arena, arena_strndup(metadata->arena, text, length)));
        }
    }
}

void distinfo_read_metadata(DistIndex *index, Distribution *dist) {
    if (dist->requires.count > 0) {
        return;
    }
    MetadataContext context = {index->arena, dist, false};
    static const char *const files[] = {"METADATA", "PKG-INFO"};
    for (size_t i = 0; i < 2; i++) {
        if (each_line(index->arena, path_join(index->arena, dist->info_dir, files[i]), take_header,
                      &context)) {
            break;
        }
    }
    if (!fs_is_dir(dist->info_dir)) {
        each_line(index->arena, dist->info_dir, take_header, &context);
    }
    strvec_sort_unique(&dist->requires);
}

bool distinfo_requires(const DistIndex *index, const Distribution *dist,
                       const Distribution *other) {
    return dist != NULL && other != NULL &&
           (dist == other ||
            strvec_has(&dist->requires, name_canonical(index->arena, other->name)));
}

void distinfo_top_names(DistIndex *index, const Distribution *dist, StrVec *names) {
    for (size_t i = 0; i < dist->files.count; i++) {
        const char *file = dist->files.items[i];
        size_t length = strcspn(file, "/");
        const char *stem = arena_strndup(index->arena, file, length);
        if (file[length] == '\0') { /* a module, not a package */
            size_t end = strcspn(stem, ".");
            const char *suffix = stem + end;
            if (strcmp(suffix, ".py") != 0 &&
                !strvec_has(&index->finder->target->extension_suffixes, suffix)) {
                continue;
            }
            stem = arena_strndup(index->arena, stem, end);
        }
        if (name_is_word(stem, strlen(stem)) && strcmp(stem, "__pycache__") != 0 &&
            (names->count == 0 || strcmp(names->items[names->count - 1], stem) != 0)) {
            vec_push(names, stem);
        }
    }
    strvec_sort_unique(names);
}

/* ---- entry points ---- */

typedef struct PointContext {
    DistIndex *index;
    Distribution *dist;
    const char *group;
} PointContext;

static void take_point_line(void *context, char *line) {
    PointContext *points = context;
    char *text = trim(line);
    if (*text == '[') {
        text[strcspn(text, "]")] = '\0';
        points->group = trim(text + 1);
        return;
    }
    char *equals = strchr(text, '=');
    if (equals == NULL || *text == '#' || points->group == NULL) {
        return;
    }
    *equals = '\0';
    char *module = trim(equals + 1);
    module[strcspn(module, ":[ ")] = '\0';
    if (!name_is_dotted(module)) {
        return;
    }
    EntryPoint point = {points->group, trim(text), module, points->dist};
    vec_push(&points->index->points, point);
}

static void read_points(DistIndex *index) {
    index->points_read = true;
    for (size_t i = 0; i < index->by_name->count; i++) {
        Distribution *dist = index->by_name->entries[i].value;
        PointContext context = {index, dist, NULL};
        each_line(index->arena, path_join(index->arena, dist->info_dir, "entry_points.txt"),
                  take_point_line, &context);
    }
}

void distinfo_entry_points(DistIndex *index, const char *group,
                           void (*each)(void *context, const EntryPoint *point), void *context) {
    if (!index->points_read) {
        read_points(index);
    }
    for (size_t i = 0; i < index->points.count; i++) {
        if (group == NULL || strcmp(index->points.items[i].group, group) == 0) {
            each(context, &index->points.items[i]);
        }
    }
}
