/* Program: what goes into an executable. Filled by modules/, consumed by codegen/ and reports. */
#ifndef PYC2C_MODULES_PROGRAM_H
#define PYC2C_MODULES_PROGRAM_H

#include "../front/front.h"
#include "../support/arena.h"
#include "../support/diag.h"
#include "../support/strmap.h"
#include "../support/vec.h"

#include <stdbool.h>
#include <stdint.h>

/* The Python environment whose modules are embedded. */
typedef struct Target {
    const char *executable; /* the interpreter asked */
    const char *version;    /* "3.11.2" */
    int major, minor;
    const char *stdlib;        /* directory of the standard library */
    const char *dynload;       /* directory of its extension modules */
    StrVec path;               /* sys.path as a script sees it, without the script's own directory;
                                  the three kinds below are parts of it */
    StrVec site_dirs;          /* site-packages, dist-packages: in sys.path order */
    StrVec extra_paths;        /* other entries: PYTHONPATH, .pth files */
    StrVec mapped_names;       /* editable installs by import hook: module names … */
    StrVec mapped_paths;       /* … and the package directory or file of each */
    StrVec builtin_names;      /* sys.builtin_module_names */
    StrVec frozen_names;       /* frozen in libpython, and in the standard library as files */
    StrVec stdlib_names;       /* sys.stdlib_module_names */
    StrVec extension_suffixes; /* ".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so" */
    const char *soabi;
    const char *pyc_magic; /* first four bytes of its .pyc files, in hex */
    StrVec warnings;       /* -W of the environment are NOT taken over; kept for the report */
} Target;

typedef enum Origin { ORIGIN_PROGRAM, ORIGIN_DISTRIBUTION, ORIGIN_STDLIB } Origin;

typedef enum ModuleKind {
    MODULE_SOURCE,
    MODULE_EXTENSION,
    MODULE_STATIC,   /* extension linked into the executable */
    MODULE_BUILTIN,  /* in libpython: nothing to embed */
    MODULE_FROZEN,   /* frozen in libpython (os, abc, …); source embedded for tracebacks */
    MODULE_NAMESPACE /* a directory without __init__ */
} ModuleKind;

typedef struct Distribution {
    const char *name; /* as in METADATA */
    const char *version;
    const char *info_dir; /* absolute path of the .dist-info or .egg-info */
    const char *site_dir; /* directory it is installed in */
    StrVec files;         /* RECORD entries, relative to site_dir */
    StrVec
        requires;  /* names from Requires-Dist without unmet markers/extras */
    bool included; /* modules of it are in: metadata, licences and data files come along */
    bool metadata; /* --copy-metadata: only that */
    bool whole;    /* --collect-all: every module and file */
} Distribution;

typedef struct Module Module;

/* Why a module is in the program. */
typedef struct ImportEdge {
    Module *from; /* NULL: an option, a rule, the trace, the entry point */
    const char
        *reason; /* "import", "--hidden-import", "rule uvicorn", "trace", "strings of x.so" … */
    int line;
    unsigned flags; /* of ImportFact */
    bool immediate; /* runs as soon as `from` does; see late.h. Set by graph.c */
} ImportEdge;

struct Module {
    const char *name;
    ModuleKind kind;
    Origin origin;
    bool is_package;
    bool late;         /* not loaded while the program starts, as far as can be told */
    const char *path;  /* absolute path on disk; NULL for builtins */
    const char *vpath; /* "app.py", "lib/grpc/__init__.py", "lib/python3.11/json/__init__.py" */
    Distribution *distribution;
    VEC(ImportEdge) imported_by;
    const uint8_t *source; /* file content while it is needed */
    size_t source_size;
    const uint8_t *code; /* canonical marshal (MODULE_SOURCE; also FROZEN where wanted) */
    size_t code_size;
    SourceFacts facts;
    const char *init_symbol; /* MODULE_STATIC: PyInit function in the linked object */
};

/* A file served below the executable. Sources of modules are in this list too. */
typedef struct EmbeddedFile {
    const char *vpath;
    const char *path; /* on disk, or NULL with data/size */
    const uint8_t *data;
    size_t size;
    bool executable;
    bool mapped; /* shared object: page aligned, not compressed unless `late` */
    bool late;   /* a small shared object that is not needed while the program starts */
    Distribution *distribution;
    const char *reason; /* "source", "data of certifi", "--add-data", "metadata" … */
} EmbeddedFile;

typedef struct Library {
    const char *soname;
    const char *path;
    const char *vpath;
    Distribution *distribution; /* NULL: from the build host's system */
    StrVec needed_by;           /* vpaths */
} Library;

/* An import that could not be resolved. */
typedef struct MissingImport {
    const char *name;
    ImportEdge edge; /* first place; `from` is never NULL unless an option named it */
    bool matters;    /* top level, unconditional, not in try: the program will fail there */
    bool excluded;   /* left out on request */
    const char
        *why; /* "not installed", "excluded by --exclude-module", "only under TYPE_CHECKING" */
} MissingImport;

typedef struct Hint {
    const char *name;
    const char *advice;
} Hint;

typedef struct Setting {
    const char *key;
    const char *value;
} Setting;

typedef enum EntryKind { ENTRY_SCRIPT, ENTRY_MODULE, ENTRY_FUNCTION } EntryKind;

typedef struct Entry {
    EntryKind kind;
    const char *module;   /* ENTRY_MODULE: "pkg" or "pkg.mod" as for -m; ENTRY_FUNCTION: module */
    const char *function; /* ENTRY_FUNCTION: attribute path */
    const char *path;     /* ENTRY_SCRIPT: file on disk */
    const char *root;     /* directory that is the program's own source tree (sys.path[0]) */
    const char *name;     /* default name of the executable */
} Entry;

/* A Python text that a module compiles while it is imported (texts.h). In the program's arena. */
typedef struct KeptText {
    const char *module; /* whose import it is */
    const char *file;   /* co_filename: "<string>" */
    const char *text;
    bool expression; /* for eval; else for exec */
} KeptText;

typedef VEC(KeptText) KeptTexts;

typedef struct Program {
    Arena *arena;
    Target target;
    Entry entry;
    StrMap modules;          /* name -> Module* */
    VEC(Module *) sorted;    /* the same, sorted by name; made by modules_finish */
    StrMap distributions;    /* canonical name (PEP 503) -> Distribution* */
    VEC(EmbeddedFile) files; /* sorted by vpath after modules_finish, each vpath once */
    VEC(Library) libraries;  /* sorted by soname */
    VEC(MissingImport) missing;
    VEC(Hint) hints;
    VEC(Setting) settings; /* written to the image as they are */
    VEC(Module *)
    support_modules; /* the runtime's own Python parts, "_pyc2c.<file>"; filled by
                        codegen's support_modules_add, never in `modules` */
    KeptTexts texts; /* seen by the traced import */
    StrVec notes;    /* sentences for the report: trace, environment, leftovers */
    Module *main_module;
} Program;

/* The whole program as sorted text, one line for each thing: for tests and `check --list`. */
void program_dump(const Program *program, StrBuf *out);

#endif
