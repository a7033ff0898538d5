/* Finder: from a module's name to its file, as the import system would find it.
 *
 * The search order is that of sys.path: builtin and frozen names, the program's own tree, further
 * source roots, then the environment's sys.path in its order, then editable installs. Directory
 * listings are read once; names are compared exactly, also on file systems that ignore case. */
#ifndef PYC2C_MODULES_FINDER_H
#define PYC2C_MODULES_FINDER_H

#include "program.h"
#include "request.h"

#include <stdbool.h>

/* A directory in which modules are sought, and where its files go below the executable. */
typedef struct Portion {
    const char *dir;  /* on disk */
    const char *vdir; /* "", "lib", "lib/python3.11/json" */
    Origin origin;
} Portion;

typedef VEC(Portion) PortionVec;

typedef struct Found {
    ModuleKind kind;
    Origin origin;
    bool is_package;
    const char *path;    /* NULL for builtins, namespaces, and modules linked from sources */
    const char *vpath;   /* NULL where there is no file */
    PortionVec portions; /* packages: where submodules are */
} Found;

typedef struct Finder {
    Arena *arena;
    const Target *target;
    PortionVec roots; /* sys.path of the finished program, as directories of today */
    StrMap found;     /* name -> Found*, NULL when there is no such module */
    StrMap listings;  /* directory -> what is in it (finder.c) */
    StrMap linked;    /* names of --c-source modules */
    StrMap builtins, frozen;
} Finder;

/* `entry` may be NULL: then there is no own tree. */
void finder_start(Finder *finder, Arena *arena, const Target *target, const Request *request,
                  const Entry *entry);
void finder_finish(Finder *finder);
/* NULL when there is no such module. The result is shared: do not change it. */
const Found *finder_find(Finder *finder, const char *name);
/* Is there any module below the package? Plain directories without one are data. */
bool finder_has_modules(Finder *finder, const char *package);
/* Names (dotted, sorted, each once) of the modules directly below a package. Empty for modules. */
void finder_children(Finder *finder, const char *package, StrVec *names);
/* Does the directory hold an entry of exactly this name? */
bool finder_has(Finder *finder, const char *directory, const char *name);
/* Where a file below one of the roots goes; NULL when it is below none. */
const char *finder_vpath(const Finder *finder, const char *path, Origin *origin);

#endif
