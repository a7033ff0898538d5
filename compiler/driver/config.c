/* Reading a configuration file into Options.
 *
 * A file is a tree of tables; each table is a section with a set of keys (config.def, options.def).
 * The TOML parser reports no places, so the line of a key that is complained about is looked up in
 * the text afterwards. */
#include "config.h"

#include "config_place.h"
#include "license_key.h"

#include "../front/front.h"
#include "../support/fs.h"
#include "../support/path.h"
#include "../support/suggest.h"

#include <errno.h>
#include <string.h>

enum { IN_TOP = 1, IN_APP = 2, IN_PYTHON = 4, IN_HOOKS = 8, IN_LICENSE = 16, IN_ENV = 32 };

typedef struct Section {
    const char *name;
    unsigned mask;
} Section;

static const Section sections[] = {{"build", IN_TOP},       {"app", IN_APP},
                                   {"python", IN_PYTHON},   {"hooks", IN_HOOKS},
                                   {"license", IN_LICENSE}, {"env", IN_ENV}};
static const size_t section_count = sizeof(sections) / sizeof(sections[0]);

typedef struct KeySpec {
    unsigned sections;
    OptionSpec spec; /* only name, kind, offset, argument and uses are set */
} KeySpec;

#define TOP IN_TOP
#define APP IN_APP
#define PYTHON IN_PYTHON
#define HOOKS IN_HOOKS
#define LICENSE IN_LICENSE
#define PATH OPTION_IS_PATH
#define KEY(key, mask, of_kind, field, how)                                                        \
    {mask,                                                                                         \
     {.name = key,                                                                                 \
      .kind = OPTION_##of_kind,                                                                    \
      .offset = offsetof(Options, field),                                                          \
      .argument = "VALUE",                                                                         \
      .uses = how}},
static const KeySpec keys[] = {
#include "config.def"
};
#undef KEY
#undef PATH
#undef LICENSE
#undef HOOKS
#undef PYTHON
#undef APP
#undef TOP
static const size_t key_count = sizeof(keys) / sizeof(keys[0]);

typedef struct Reader {
    Options *options;
    Arena *arena;
    Diags *diags;
    const char *file;
    const char *base; /* absolute directory of the file */
    const char *text;
    const char *prefix; /* "tool.pyc2c." in pyproject.toml, else "" */
} Reader;

/* ---- errors ---- */

/* The place of a key of a section ("" = top), for messages. */
static Diag place_of(const Reader *reader, const char *section, const char *key) {
    const char *table = arena_printf(reader->arena, "%s%s", reader->prefix, section);
    size_t length = strlen(table);
    if (length > 0 && table[length - 1] == '.') {
        table = arena_strndup(reader->arena, table, length - 1);
    }
    Diag place = {.level = DIAG_ERROR, .file = reader->file};
    config_locate(reader->text, table, key, &place);
    return place;
}

static bool complain(const Reader *reader, const char *section, const char *key, const char *hint,
                     const char *message) {
    Diag diag = place_of(reader, section, key);
    diag.message = message;
    diag.hint = hint;
    diag_add(reader->diags, &diag, EXIT_USAGE);
    return false;
}

static const char *shown_key(const Reader *reader, const char *section, const char *key) {
    return *section != '\0' ? arena_printf(reader->arena, "%s.%s", section, key) : key;
}

static bool wrong_type(const Reader *reader, const char *section, const char *key,
                       const char *expected, const Value *value) {
    return complain(reader, section, key, NULL,
                    arena_printf(reader->arena, "'%s' must be %s, not %s",
                                 shown_key(reader, section, key), expected,
                                 value_kind_name(value)));
}

/* ---- single values ---- */

typedef struct Slot {
    const Reader *reader;
    const char *section;
    const char *key;
    const OptionSpec *spec;
} Slot;

static bool set_text(const Slot *slot, const char *text) {
    const Reader *reader = slot->reader;
    Diag place = place_of(reader, slot->section, slot->key);
    return option_set(reader->options, slot->spec, text, reader->base, reader->arena, &place,
                      reader->diags);
}

static bool wrong_slot_type(const Slot *slot, const char *expected, const Value *value) {
    return wrong_type(slot->reader, slot->section, slot->key, expected, value);
}

/* A pattern of files ("assets/x?.png") without a destination keeps its own place: DEST is its
 * directory; a directory's content goes to a directory of the same name. */
static const char *own_destination(const Reader *reader, const char *from) {
    const char *full = path_join(reader->arena, reader->base, from);
    const char *to = from;
    if (!fs_is_dir(full)) {
        size_t fixed = strcspn(from, "*?[");
        while (fixed > 0 && from[fixed - 1] != '/' && strpbrk(from, "*?[") != NULL) {
            fixed--;
        }
        to = strpbrk(from, "*?[") == NULL ? path_dir(reader->arena, from)
                                          : arena_strndup(reader->arena, from, fixed);
    }
    to = path_normal(reader->arena, *to != '\0' ? to : ".");
    return to[0] == '/' || strncmp(to, "..", 2) == 0 ? "." : to;
}

static bool set_pair(const Slot *slot, const Value *item) {
    Arena *arena = slot->reader->arena;
    if (item->kind == VALUE_STRING) {
        const char *text = item->string;
        if (strchr(text, ':') == NULL) {
            text = arena_printf(arena, "%s:%s", text, own_destination(slot->reader, text));
        }
        return set_text(slot, text);
    }
    const char *from = value_string(value_get(item, "from"));
    const char *to = value_string(value_get(item, "to"));
    if (item->kind != VALUE_TABLE || from == NULL || to == NULL || item->count != 2) {
        return complain(slot->reader, slot->section, slot->key, NULL,
                        arena_printf(arena,
                                     "each entry of '%s' must be a string or "
                                     "{ from = \"…\", to = \"…\" }",
                                     shown_key(slot->reader, slot->section, slot->key)));
    }
    return set_text(slot, arena_printf(arena, "%s:%s", from, *to != '\0' ? to : "."));
}

static bool set_pairs(const Slot *slot, const Value *value) {
    bool ok = true;
    if (value->kind == VALUE_TABLE && value_get(value, "from") == NULL) {
        for (size_t i = 0; i < value->count; i++) { /* { "assets/logo.png" = "images" } */
            const char *to = value_string(&value->items[i]);
            ok &= to != NULL ? set_text(slot, arena_printf(slot->reader->arena, "%s:%s",
                                                           value->keys[i], *to != '\0' ? to : "."))
                             : wrong_slot_type(slot, "a table of strings", value);
        }
        return ok;
    }
    if (value->kind != VALUE_LIST) {
        return set_pair(slot, value);
    }
    for (size_t i = 0; i < value->count; i++) {
        ok &= set_pair(slot, &value->items[i]);
    }
    return ok;
}

/* A list of strings; one string stands for a list of one. */
static bool set_list(const Slot *slot, const Value *value) {
    if (value->kind == VALUE_STRING) {
        return set_text(slot, value->string);
    }
    if (value->kind != VALUE_LIST) {
        return wrong_slot_type(slot, "a list of strings", value);
    }
    bool ok = true;
    for (size_t i = 0; i < value->count; i++) {
        const Value *item = &value->items[i];
        if (item->kind != VALUE_STRING) {
            return complain(slot->reader, slot->section, slot->key, NULL,
                            arena_printf(slot->reader->arena,
                                         "'%s' must hold strings only, entry %zu is %s",
                                         shown_key(slot->reader, slot->section, slot->key), i + 1,
                                         value_kind_name(item)));
        }
        ok &= set_text(slot, item->string);
    }
    return ok;
}

static bool set_variables(const Reader *reader, const char *section, const Value *table) {
    const OptionSpec *spec = option_find("env");
    bool ok = true;
    for (size_t i = 0; i < table->count; i++) {
        const Value *value = &table->items[i];
        const char *name = table->keys[i];
        const char *text = value_string(value);
        if (value->kind == VALUE_INT) {
            text = arena_printf(reader->arena, "%lld", (long long)value->integer);
        }
        if (text == NULL || strchr(name, '=') != NULL) {
            ok = wrong_type(reader, section, name, "a string", value);
            continue;
        }
        Slot slot = {reader, section, name, spec};
        ok &= set_text(&slot, arena_printf(reader->arena, "%s=%s", name, text));
    }
    return ok;
}

/* { "pkg.fast" = ["fast.c", "helper.c"] }, or "pkg.fast=fast.c,helper.c" */
static bool set_c_sources(const Slot *slot, const Value *value) {
    const Reader *reader = slot->reader;
    if (value->kind != VALUE_TABLE) {
        return wrong_slot_type(slot, "a table of modules with lists of C files", value);
    }
    bool ok = true;
    for (size_t i = 0; i < value->count; i++) {
        const Value *files = &value->items[i];
        StrBuf text = {0};
        strbuf_printf(&text, "%s=", value->keys[i]);
        for (size_t k = 0; files->kind == VALUE_LIST && k < files->count; k++) {
            const char *name = value_string(&files->items[k]);
            if (name != NULL) {
                strbuf_printf(&text, "%s%s", k > 0 ? "," : "",
                              path_join(reader->arena, reader->base, name));
            }
        }
        if (files->kind != VALUE_LIST || files->count == 0) {
            ok = wrong_slot_type(slot, "a table of modules with lists of C files", value);
        } else {
            ok &= set_text(slot, arena_strdup(reader->arena, strbuf_text(&text)));
        }
        strbuf_free(&text);
    }
    return ok;
}

static bool set_value(const Slot *slot, const Value *value) {
    Arena *arena = slot->reader->arena;
    if (strcmp(slot->spec->name, "c_sources") == 0 && value->kind == VALUE_TABLE) {
        return set_c_sources(slot, value);
    }
    switch (slot->spec->kind) {
    case OPTION_FLAG:
        if (value->kind != VALUE_BOOL) {
            return wrong_slot_type(slot, "true or false", value);
        }
        return !value->boolean || set_text(slot, "true");
    case OPTION_COUNT:
        if (value->kind == VALUE_BOOL) {
            return !value->boolean || set_text(slot, "1");
        }
        return wrong_slot_type(slot, "true or false", value);
    case OPTION_NUMBER:
        if (value->kind != VALUE_INT) {
            return wrong_slot_type(slot, "a whole number", value);
        }
        return set_text(slot, arena_printf(arena, "%lld", (long long)value->integer));
    case OPTION_TEXT:
    case OPTION_SIZE:
    case OPTION_MODE:
        if (value->kind != VALUE_STRING) {
            return wrong_slot_type(slot, "a string", value);
        }
        return set_text(slot, value->string);
    case OPTION_PAIR: return set_pairs(slot, value);
    case OPTION_LIST:
    case OPTION_COMMAS:
    case OPTION_ENVIRONMENT: return set_list(slot, value);
    }
    return false;
}

/* ---- sections ---- */

static bool same_key(const char *a, const char *b) {
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        if (*a != *b && !((*a == '_' || *a == '-') && (*b == '_' || *b == '-'))) {
            return false;
        }
    }
    return *a == *b;
}

static const OptionSpec *find_key(unsigned mask, const char *key) {
    for (size_t i = 0; i < key_count; i++) {
        if ((keys[i].sections & mask) && same_key(keys[i].spec.name, key)) {
            return &keys[i].spec;
        }
    }
    const OptionSpec *option = mask & IN_TOP ? option_find(key) : NULL;
    return option != NULL && (option->uses & OPTION_IN_CONFIG) ? option : NULL;
}

static bool unknown_key(const Reader *reader, const char *section, unsigned mask, const char *key,
                        bool is_table) {
    StrVec names = {0};
    for (size_t i = 0; i < key_count; i++) {
        if (keys[i].sections & mask) {
            vec_push(&names, keys[i].spec.name);
        }
    }
    for (size_t i = 0; (mask & IN_TOP) && i < option_count; i++) {
        if (option_specs[i].uses & OPTION_IN_CONFIG) {
            vec_push(&names, option_specs[i].name);
        }
    }
    for (size_t i = 0; *section == '\0' && i < section_count; i++) {
        vec_push(&names, sections[i].name);
    }
    const char *near = suggest(key, names.items, names.count);
    vec_free(&names);
    const char *hint = near != NULL ? arena_printf(reader->arena, "did you mean '%s'?", near)
                                    : "`pyc2c help config` lists the keys";
    return complain(reader, section, key, hint,
                    arena_printf(reader->arena, "unknown %s '%s'", is_table ? "section" : "key",
                                 shown_key(reader, section, key)));
}

static bool read_section(const Reader *reader, const char *section, unsigned mask,
                         const Value *table) {
    if (mask == IN_ENV) {
        return set_variables(reader, section, table);
    }
    bool ok = true;
    for (size_t i = 0; i < table->count; i++) {
        const char *key = table->keys[i];
        const Value *value = &table->items[i];
        const Section *inner = NULL;
        for (size_t k = 0; *section == '\0' && k < section_count; k++) {
            if (value->kind == VALUE_TABLE && strcmp(sections[k].name, key) == 0) {
                inner = &sections[k];
            }
        }
        Slot slot = {reader, section, key, find_key(mask, key)};
        if (inner != NULL) {
            ok &= read_section(reader, key, inner->mask, value);
        } else if (slot.spec == NULL) {
            ok = unknown_key(reader, section, mask, key, value->kind == VALUE_TABLE);
        } else {
            ok &= set_value(&slot, value);
        }
    }
    return ok;
}

/* ---- the whole file ---- */

/* Values whose meaning depends on others or on files beside the configuration. */
static bool finish(const Reader *reader) {
    Options *options = reader->options;
    Request *request = &options->request;
    if (request->source != NULL) {
        const char *file = path_join(reader->arena, reader->base, request->source);
        if (fs_exists(file)) {
            request->source = file;
        }
    }
    for (size_t i = 0; i < request->sdists.count; i++) {
        const char *file = path_join(reader->arena, reader->base, request->sdists.items[i]);
        if (fs_exists(file)) {
            request->sdists.items[i] = file;
        }
    }
    if (request->python != NULL) {
        const char *place = path_join(reader->arena, reader->base, request->python);
        bool is_path = strchr(request->python, '/') != NULL ||
                       fs_is_file(path_join(reader->arena, place, "pyvenv.cfg"));
        request->python = is_path ? place : request->python;
    }
    request->trace_timeout = options->trace_timeout;
    if (options->license_type == NULL && request->license_public_key == NULL) {
        return true;
    }
    Diag place = place_of(reader, "license", options->license_type != NULL ? "type" : "public_key");
    return license_key_resolve(options, reader->base, reader->arena, &place, reader->diags);
}

static bool parse(Reader *reader, Value *document) {
    FrontError error = {0};
    if (front_parse_toml(reader->arena, reader->text, document, &error)) {
        return true;
    }
    Diag diag = {.level = DIAG_ERROR,
                 .file = reader->file,
                 .line = error.line,
                 .column = error.column,
                 .source = error.source,
                 .message = arena_printf(reader->arena, "not valid TOML: %s", error.message)};
    diag_add(reader->diags, &diag, EXIT_USAGE);
    return false;
}

bool config_read(const char *file, Options *options, Arena *arena, Diags *diags) {
    StrBuf text = {0};
    if (!fs_read(file, &text)) {
        diag_error(diags, EXIT_USAGE, NULL, "cannot read the configuration '%s': %s", file,
                   strerror(errno));
        return false;
    }
    Reader reader = {options, arena, diags, file, path_dir(arena, path_absolute(arena, file)),
                     NULL,    ""};
    reader.text = arena_strdup(arena, strbuf_text(&text));
    strbuf_free(&text);
    Value document;
    if (!parse(&reader, &document)) {
        return false;
    }
    const Value *table = &document;
    if (strcmp(path_base(file), "pyproject.toml") == 0) {
        table = value_get(value_get(&document, "tool"), "pyc2c");
        reader.prefix = "tool.pyc2c.";
        if (table == NULL || table->kind != VALUE_TABLE) {
            diag_error(diags, EXIT_USAGE, "settings of pyc2c stand in a table of that name",
                       "'%s' has no [tool.pyc2c]", file);
            return false;
        }
    }
    options->request.project_root = reader.base;
    return read_section(&reader, "", IN_TOP, table) && finish(&reader);
}

/* ---- finding it ---- */

/* A pyproject.toml that speaks of us; parsing waits until it is known to be the one. */
static bool has_own_table(const char *file) {
    StrBuf text = {0};
    bool found = fs_is_file(file) && fs_read(file, &text) &&
                 strstr(strbuf_text(&text), "tool.pyc2c") != NULL;
    if (found) {
        Diag place = {0};
        found = config_locate(strbuf_text(&text), "tool.pyc2c", NULL, &place);
        /* [tool.pyc2c.python] alone is enough: TOML makes the table above it by itself. */
        for (size_t i = 0; !found && i < section_count; i++) {
            found = config_locate(strbuf_text(&text), "tool.pyc2c", sections[i].name, &place);
        }
    }
    strbuf_free(&text);
    return found;
}

static bool is_project_top(Arena *arena, const char *directory) {
    static const char *const marks[] = {"pyproject.toml", "setup.py", "setup.cfg", ".git"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (fs_exists(path_join(arena, directory, marks[i]))) {
            return true;
        }
    }
    return false;
}

static const char *config_in(Arena *arena, const char *directory) {
    const char *own = path_join(arena, directory, "pyc2c.toml");
    const char *shared = path_join(arena, directory, "pyproject.toml");
    return fs_is_file(own) ? own : has_own_table(shared) ? shared : NULL;
}

const char *config_find(Arena *arena, const char *source) {
    const char *start = path_absolute(arena, source != NULL ? source : ".");
    if (!fs_is_dir(start)) {
        start = fs_exists(start) ? path_dir(arena, start) : path_absolute(arena, ".");
    }
    const char *found = config_in(arena, start);
    const char *first_above = NULL;
    for (const char *at = start; found == NULL; at = path_dir(arena, at)) {
        if (first_above == NULL) {
            first_above = config_in(arena, at);
        }
        if (is_project_top(arena, at)) {
            return first_above;
        }
        if (strcmp(at, "/") == 0) {
            return NULL;
        }
    }
    return found;
}
