#include "carried.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"

#include <string.h>
#include <sys/stat.h>

static const char *const names[] = {
#define CORE_BUILTIN(name)
#define SMALL_BUILTIN(name)
#define CARRIED_BUILTIN(name) name,
#include "core_builtins.def"
#undef CORE_BUILTIN
#undef SMALL_BUILTIN
#undef CARRIED_BUILTIN
};

static const char reason[] = "built-in module";

static void add(Program *program, const char *path, const char *name) {
    const Module *module = strmap_get(&program->modules, name);
    struct stat info;
    EmbeddedFile file = {
        .vpath = arena_printf(program->arena, "lib/.libs/%s.so", name),
        .path = path,
        .size = stat(path, &info) == 0 ? (size_t)info.st_size : 0,
        .mapped = true,
        .late = module == NULL || module->late,
        .reason = reason,
    };
    vec_push(&program->files, file);
}

void carried_add(Program *program, const Request *request, const char *directory) {
    for (size_t i = 0; !request->static_libc && i < sizeof(names) / sizeof(names[0]); i++) {
        const char *path = arena_printf(program->arena, "%s/builtin/%s.so", directory, names[i]);
        if (fs_is_file(path)) {
            add(program, path, names[i]);
        }
    }
}

bool carried_has(const Program *program, const char *name) {
    for (size_t i = 0; i < program->files.count; i++) {
        const EmbeddedFile *file = &program->files.items[i];
        size_t length = strlen(name);
        const char *base = path_base(file->vpath);
        if (file->reason == reason && strncmp(base, name, length) == 0 &&
            strcmp(base + length, ".so") == 0) {
            return true;
        }
    }
    return false;
}
