/* The state is text, a line for each input:
 *
 *     o <hash> <size> <mtime> <ctime> <inode> <path>     the output
 *     f <hash> <size> <mtime> <ctime> <inode> <path>     a file
 *     d <hash of the names> <mtime> <path>               a directory
 *     text                                               the rest is what the build said
 *
 * A file that was written while the build ran may or may not be what went in: then no state is
 * kept. */
#include "state.h"

#include "native_options.h"

#include "../../codegen/link_plan.h"

#include "../support/fs.h"
#include "../support/path.h"
#include "../support/proc.h"
#include "../support/strmap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char KIND[] = "state";
/* Larger files, the output among them, are known by size and times only: hashing them would cost
 * more than it is worth. */
static const off_t HASHED_UP_TO = 4 << 20;

/* ---- the key ---- */

/* Options that change how a build is done, not what comes out. */
static bool is_about_the_work(const OptionSpec *spec) {
    return spec->group == GROUP_WORK || spec->offset == offsetof(Options, noconfirm);
}

static void add_list(StrBuf *text, const char *name, const StrVec *list) {
    for (size_t i = 0; i < list->count; i++) {
        strbuf_printf(text, "%s=%s\n", name, list->items[i]);
    }
}

static void add_environment(StrBuf *text) {
    static const char *const names[] = {
        "CC",   "CFLAGS",         "LDFLAGS",           "CPATH",
        "PATH", "PYTHONOPTIMIZE", "SOURCE_DATE_EPOCH", "LIBRARY_PATH"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        strbuf_printf(text, "%s=%s\n", names[i], value != NULL ? value : "");
    }
}

static void add_target(StrBuf *text, const Target *target) {
    strbuf_printf(text, "python %s %s %s\n", target->executable, target->version, target->stdlib);
    add_list(text, "path", &target->path);
    add_list(text, "mapped", &target->mapped_names);
    add_list(text, "mapped-path", &target->mapped_paths);
}

static bool has_sources_of_its_own(const Request *request) {
    return request->c_sources.count + request->cffi_modules.count + request->sdists.count > 0;
}

void state_start(BuildState *state, Session *session, const char *output) {
    const Request *request = &session->options.request;
    StrBuf text = {0};
    clock_gettime(CLOCK_REALTIME, &state->started);
    strbuf_printf(&text, "%s %s %s\n%s\n%s\n", PYC2C_VERSION, PYC2C_PYTHON_MINOR,
                  session->support_dir, output, path_absolute(&session->arena, "."));
    for (size_t i = 0; i < session->line.uses.count; i++) {
        const OptionUse *use = &session->line.uses.items[i];
        if (!is_about_the_work(use->spec)) {
            strbuf_printf(&text, "--%s=%s\n", use->spec->name,
                          use->value != NULL ? use->value : "");
        }
    }
    add_list(&text, "operand", &session->line.operands);
    add_environment(&text);
    add_target(&text, &session->target);
    front_hash(text.data, text.length, state->key);
    strbuf_free(&text);
    /* C sources include headers that only the compiler knows; a directory output has many files. */
    state->usable = !has_sources_of_its_own(request) && request->strategy != STRATEGY_PORTABLE &&
                    !native_options_show(&session->options);
}

/* ---- inputs ---- */

typedef struct Signature {
    uint64_t size, inode;
    int64_t changed, status_changed; /* nanoseconds */
} Signature;

static int64_t nanoseconds(struct timespec time) {
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static bool sign(const char *path, Signature *signature) {
    struct stat status;
    if (stat(path, &status) != 0 || S_ISDIR(status.st_mode)) {
        return false;
    }
    *signature = (Signature){.size = (uint64_t)status.st_size,
                             .inode = (uint64_t)status.st_ino,
                             .changed = nanoseconds(status.st_mtim),
                             .status_changed = nanoseconds(status.st_ctim)};
    return true;
}

static bool is_same(const Signature *one, const Signature *other) {
    return one->size == other->size && one->inode == other->inode &&
           one->changed == other->changed && one->status_changed == other->status_changed;
}

/* The line of a file, without its letter. */
static bool read_line(const char *line, char hex[2 * FRONT_HASH_SIZE + 2], Signature *signature,
                      const char **path) {
    int at = 0;
    bool ok = sscanf(line, "%65s %" SCNu64 " %" SCNd64 " %" SCNd64 " %" SCNu64 " %n", hex,
                     &signature->size, &signature->changed, &signature->status_changed,
                     &signature->inode, &at) == 5 &&
              at > 0;
    *path = line + at;
    return ok;
}

/* Names in a directory, as a hash. Byte code caches and the output itself come and go. */
static bool hash_names(const char *directory, const char *output, int64_t since, bool *fresh,
                       uint8_t hash[FRONT_HASH_SIZE]) {
    Arena arena = {0};
    StrVec names = {0};
    StrBuf text = {0};
    bool ok = fs_list(&arena, directory, &names);
    for (size_t i = 0; ok && i < names.count; i++) {
        const char *path = path_join(&arena, directory, names.items[i]);
        if (strcmp(names.items[i], "__pycache__") == 0 || path_below(output, path) != NULL) {
            continue;
        }
        strbuf_printf(&text, "%s\n", names.items[i]);
        struct stat status;
        if (fresh != NULL && lstat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
            *fresh |= nanoseconds(status.st_ctim) >= since;
        }
    }
    front_hash(strbuf_text(&text), text.length, hash);
    strbuf_free(&text);
    vec_free(&names);
    arena_free(&arena);
    return ok;
}

typedef struct Inputs {
    Arena *arena;
    StrMap files;
    StrMap directories;
} Inputs;

static void add_directory(Inputs *inputs, const char *path) {
    if (path != NULL) {
        strmap_set(&inputs->directories, path, inputs);
    }
}

static void add_file(Inputs *inputs, const char *path, bool with_directory) {
    if (path != NULL) {
        strmap_set(&inputs->files, path, inputs);
        if (with_directory) {
            add_directory(inputs, path_dir(inputs->arena, path));
        }
    }
}

static void add_program(Inputs *inputs, const Program *program) {
    for (size_t i = 0; i < program->sorted.count; i++) {
        const Module *module = program->sorted.items[i];
        bool directory = module->kind == MODULE_NAMESPACE;
        if (directory) {
            add_directory(inputs, module->path);
        } else {
            add_file(inputs, module->path, module->origin != ORIGIN_STDLIB);
        }
    }
    for (size_t i = 0; i < program->files.count; i++) {
        add_file(inputs, program->files.items[i].path, true);
    }
    for (size_t i = 0; i < program->libraries.count; i++) {
        add_file(inputs, program->libraries.items[i].path, false);
    }
    add_directory(inputs, program->entry.root);
}

/* The directory that holds all a pattern can match: "assets/x" of "assets/x/?.png". */
static const char *fixed_part(Arena *arena, const char *pattern) {
    size_t length = strcspn(pattern, "*?[");
    while (pattern[length] != '\0' && length > 1 && pattern[length - 1] != '/') {
        length--;
    }
    const char *path = path_normal(arena, arena_strndup(arena, pattern, length));
    return fs_is_dir(path) ? path : NULL;
}

static void add_request(Inputs *inputs, const Request *request) {
    const PathPairVec *const lists[] = {&request->add_data, &request->add_binary};
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < lists[k]->count; i++) {
            add_directory(inputs, fixed_part(inputs->arena, lists[k]->items[i].from));
        }
    }
    for (size_t i = 0; i < request->include_paths.count; i++) {
        add_directory(inputs, path_absolute(inputs->arena, request->include_paths.items[i]));
    }
    add_file(inputs, request->config_file, false);
    add_file(inputs, request->lock, false);
}

/* A directory and the files in it. */
static void add_files_of(Inputs *inputs, const char *directory) {
    StrVec names = {0};
    if (fs_list(inputs->arena, directory, &names)) {
        add_directory(inputs, directory);
        for (size_t i = 0; i < names.count; i++) {
            const char *file = path_join(inputs->arena, directory, names.items[i]);
            if (fs_is_file(file)) {
                add_file(inputs, file, false);
            }
        }
    }
    vec_free(&names);
}

/* What of pyc2c itself decides about the result. */
static void add_tool(Inputs *inputs, const Session *session) {
    static const char *const parts[] = {"packages", "adapters", PYC2C_PYTHON_MINOR};
    add_file(inputs, session_self(inputs->arena), false);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        add_files_of(inputs, path_join(inputs->arena, session->support_dir, parts[i]));
    }
}

/* The C compiler that made native code, and the headers it read. */
static void add_compiler(Inputs *inputs, const Session *session) {
    Arena *arena = inputs->arena;
    const char *const headers[] = {"include", "include/native"};
    const char *support = path_join(arena, session->support_dir, PYC2C_PYTHON_MINOR);
    LinkPlan plan;
    Diags trouble = {0};
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        add_files_of(inputs, path_join(arena, support, headers[i]));
    }
    if (link_plan_read(&plan, arena, &session->options.request, session->support_dir, &trouble) &&
        plan.cc.count > 0) {
        add_file(inputs, proc_find(arena, plan.cc.items[0]), false);
        add_file(inputs, path_join(arena, plan.include, "patchlevel.h"), false);
    }
    diag_free(&trouble);
}

/* ---- writing ---- */

/* Lines of the state that there was, by path. */
typedef StrMap Known;

/* The hash that a file had when it looked the same. */
static bool was_hashed(const Known *known, const char *path, const Signature *now,
                       char hex[2 * FRONT_HASH_SIZE + 2]) {
    Signature then;
    const char *path_then;
    const char *line = strmap_get(known, path);
    return line != NULL && read_line(line, hex, &then, &path_then) && hex[0] != '-' &&
           is_same(now, &then);
}

static bool write_file(StrBuf *text, char letter, const char *path, const Known *known) {
    Signature signature;
    uint8_t hash[FRONT_HASH_SIZE];
    char hex[2 * FRONT_HASH_SIZE + 2] = "-";
    uint64_t size;
    if (strchr(path, '\n') != NULL || !sign(path, &signature)) {
        return false;
    }
    if (signature.size <= (uint64_t)HASHED_UP_TO && !was_hashed(known, path, &signature, hex)) {
        if (!front_hash_file(path, hash, &size)) {
            return false;
        }
        front_hash_hex(hash, hex);
    }
    strbuf_printf(text, "%c %s %" PRIu64 " %" PRId64 " %" PRId64 " %" PRIu64 " %s\n", letter, hex,
                  signature.size, signature.changed, signature.status_changed, signature.inode,
                  path);
    return true;
}

static bool is_newer(const char *path, int64_t time) {
    Signature signature;
    return !sign(path, &signature) || signature.changed >= time || signature.status_changed >= time;
}

static bool write_inputs(const Inputs *inputs, const char *output, int64_t started,
                         const char *lock, const Known *known, StrBuf *text) {
    bool ok = true;
    for (size_t i = 0; ok && i < inputs->files.count; i++) {
        const char *path = inputs->files.entries[i].key;
        bool own = lock != NULL && strcmp(path, lock) == 0; /* written by this build */
        ok = (own || !is_newer(path, started)) && write_file(text, 'f', path, known);
    }
    for (size_t i = 0; ok && i < inputs->directories.count; i++) {
        const char *path = inputs->directories.entries[i].key;
        uint8_t hash[FRONT_HASH_SIZE];
        char hex[2 * FRONT_HASH_SIZE + 1];
        struct stat status;
        bool fresh = false;
        ok = strchr(path, '\n') == NULL && stat(path, &status) == 0;
        int64_t changed = ok ? nanoseconds(status.st_mtim) : 0;
        ok = ok && hash_names(path, output, started, changed >= started ? &fresh : NULL, hash);
        ok = ok && !fresh;
        if (ok) {
            front_hash_hex(hash, hex);
            strbuf_printf(text, "d %s %" PRId64 " %s\n", hex, changed, path);
        }
    }
    return ok;
}

/* The state of the build before: what did not change since need not be read again. */
static void find_known(const BuildState *state, Session *session, Known *known) {
    const uint8_t *data;
    size_t size;
    if (session->options.request.clean ||
        !session->cache_ops.get(session->cache_ops.context, KIND, state->key, &session->arena,
                                &data, &size)) {
        return;
    }
    char *line = arena_strndup(&session->arena, (const char *)data, size);
    for (char *end; (end = strchr(line, '\n')) != NULL && strncmp(line, "text\n", 5) != 0;
         line = end + 1) {
        char hex[2 * FRONT_HASH_SIZE + 2];
        Signature signature;
        const char *path;
        *end = '\0';
        if (line[0] == 'f' && read_line(line + 2, hex, &signature, &path)) {
            strmap_set(known, path, line + 2);
        }
    }
}

void state_save(const BuildState *state, Session *session, const Program *program,
                const NativeCode *native, const char *output, const char *said) {
    if (!state->usable || native->lacks_tools || session->cache.directory == NULL) {
        return;
    }
    const Request *request = &session->options.request;
    Inputs inputs = {.arena = &session->arena};
    add_program(&inputs, program);
    add_request(&inputs, request);
    add_tool(&inputs, session);
    if (native->units > 0) {
        add_compiler(&inputs, session);
    }
    StrBuf text = {0};
    Known known = {0};
    find_known(state, session, &known);
    bool ok =
        write_file(&text, 'o', output, &known) &&
        write_inputs(&inputs, output, nanoseconds(state->started), request->lock, &known, &text);
    strmap_free(&known);
    if (ok) {
        strbuf_printf(&text, "text\n%s", said);
        session->cache_ops.put(session->cache_ops.context, KIND, state->key,
                               (const uint8_t *)text.data, text.length);
    }
    strbuf_free(&text);
    strmap_free(&inputs.files);
    strmap_free(&inputs.directories);
}

/* ---- reading ---- */

static bool same_file(const char *line) {
    char hex[2 * FRONT_HASH_SIZE + 2], now[2 * FRONT_HASH_SIZE + 1];
    Signature then, current;
    const char *path;
    if (!read_line(line, hex, &then, &path) || !sign(path, &current) || current.size != then.size) {
        return false;
    }
    if (is_same(&current, &then)) {
        return true;
    }
    uint8_t hash[FRONT_HASH_SIZE];
    uint64_t size;
    if (strcmp(hex, "-") == 0 || !front_hash_file(path, hash, &size)) {
        return false;
    }
    front_hash_hex(hash, now);
    return strcmp(now, hex) == 0;
}

static bool same_directory(const char *line, const char *output) {
    char hex[2 * FRONT_HASH_SIZE + 2], now[2 * FRONT_HASH_SIZE + 1];
    int64_t changed;
    int at = 0;
    struct stat status;
    if (sscanf(line, "%65s %" SCNd64 " %n", hex, &changed, &at) != 2 || at == 0 ||
        stat(line + at, &status) != 0) {
        return false;
    }
    if (nanoseconds(status.st_mtim) == changed) {
        return true;
    }
    uint8_t hash[FRONT_HASH_SIZE];
    if (!hash_names(line + at, output, 0, NULL, hash)) {
        return false;
    }
    front_hash_hex(hash, now);
    return strcmp(now, hex) == 0;
}

static bool has_report(const Request *request) {
    Arena arena = {0};
    bool there = request->report_dir == NULL ||
                 fs_is_file(path_join(&arena, request->report_dir, "report.json"));
    arena_free(&arena);
    return there;
}

bool state_is_current(const BuildState *state, Session *session, const char *output,
                      const char **said) {
    const Request *request = &session->options.request;
    const uint8_t *data;
    size_t size;
    if (!state->usable || request->clean || access(output, X_OK) != 0 || !has_report(request) ||
        !session->cache_ops.get(session->cache_ops.context, KIND, state->key, &session->arena,
                                &data, &size)) {
        return false;
    }
    char *line = arena_strndup(&session->arena, (const char *)data, size);
    while (strncmp(line, "text\n", 5) != 0) {
        char *end = strchr(line, '\n');
        if (end == NULL) {
            return false;
        }
        *end = '\0';
        bool same = line[0] == 'd' ? same_directory(line + 2, output) : same_file(line + 2);
        if (!same) {
            return false;
        }
        line = end + 1;
    }
    *said = line + 5;
    return true;
}
