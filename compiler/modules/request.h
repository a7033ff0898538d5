/* Request: what the user asked for, after the command line and the configuration were merged.
 * Filled by driver/, read by modules/ and codegen/. Lists keep the order of the command line. */
#ifndef PYC2C_MODULES_REQUEST_H
#define PYC2C_MODULES_REQUEST_H

#include "../support/arena.h"
#include "../support/diag.h"
#include "../support/vec.h"

#include <stdbool.h>

typedef enum Strategy {
    STRATEGY_ONEFILE,  /* one executable ("standalone" in pyc2c.toml) */
    STRATEGY_PORTABLE, /* a directory: executable plus the files it embeds, side by side */
    STRATEGY_EMBEDDED, /* a launcher that carries the program and runs it with the host's Python */
    STRATEGY_SYSTEM    /* a launcher: host's Python and host's packages, own sources carried */
} Strategy;

typedef struct PathPair {
    const char *from; /* absolute path or glob on disk */
    const char *to;   /* virtual destination */
} PathPair;

typedef VEC(PathPair) PathPairVec;

typedef struct ByteLimit {
    bool given;
    unsigned long long bytes;
} ByteLimit;

typedef struct Request {
    /* what to build */
    const char *source;     /* script, package directory, "module:function"; NULL with -m */
    const char *module;     /* -m */
    const char *name;       /* --name */
    const char *output;     /* -o: path of the executable; NULL: <output_dir>/<name> */
    const char *output_dir; /* "dist" */
    const char *python;     /* --python, or NULL */
    Strategy strategy;

    /* how to build */
    StrVec native; /* --native values, split at commas */
    bool optimize_speed, optimize_size, full_compat, debug, strip;
    const char *train;     /* --train: a command that makes the program do what it usually does */
    bool instrument;       /* native code counts what it does */
    const char *profile;   /* directory with such counts; NULL: none */
    int jobs;              /* 0 = number of processors */
    const char *cache_dir; /* resolved module cache directory; NULL = no cache */
    ByteLimit cache_limit; /* of that directory; 0 bytes: none */
    const char *cache_url; /* of a cache that machines share; NULL: none */
    bool clean;            /* ignore and rewrite cached results */
    bool no_trace;
    double trace_timeout; /* seconds */
    const char *lock;     /* --lock FILE */
    StrVec python_flags;  /* "-O", "-u", "-Wignore", "-Xdev" … */
    bool pie, static_libc;
    const char *cc; /* $CC or "cc"; may hold arguments, split at spaces */

    /* what goes in */
    StrVec hidden_imports;
    StrVec collect_all, collect_submodules, collect_data, collect_binaries, copy_metadata;
    StrVec excludes;      /* module names; a package covers its submodules; * and ? allowed */
    StrVec exclude_files; /* configuration `exclude`: file patterns */
    PathPairVec add_data, add_binary;
    StrVec external_bin;  /* helper programs, found under bin/ */
    StrVec include_paths; /* further source roots */
    StrVec packages;      /* distributions to include whole */
    StrVec c_sources;     /* the program's own C extensions: "pkg.mod=src1.c,src2.c" */
    StrVec cffi_modules;  /* "build_script.py:ffibuilder" */
    StrVec sdists;        /* paths or requirement names to link statically from source */

    /* run time */
    StrVec env;            /* NAME=VALUE */
    StrVec external_paths; /* --external-path: real directories on sys.path */
    bool filesystem_importer;
    StrVec module_search_paths; /* with $EXTRACT_DIR, $SITE_PACKAGES, $RESOURCES_DIR */
    const char *app_name, *app_version, *app_title;
    bool license_token;
    const char *license_public_key; /* base64 of 32 bytes, or a path to such a file */
    const char *license_product;

    /* talk */
    bool quiet, show_progress;
    int verbose;
    const char *report_dir;
    const char *config_file;
    const char
        *project_root; /* directory of the configuration file; relative paths in it are there */
} Request;

/* Progress reports go through this; driver/ decides how they look. Never NULL. */
typedef struct Progress {
    void (*step)(void *context, const char *what); /* a new phase begins */
    void (*count)(void *context, size_t done, size_t total, const char *item);
    void (*detail)(void *context, const char *text); /* shown with --verbose */
    void *context;
} Progress;

#endif
