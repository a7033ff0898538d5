/* Collector: the state that the parts of modules/ share while one program is collected. */
#ifndef PYC2C_MODULES_COLLECT_H
#define PYC2C_MODULES_COLLECT_H

#include "distinfo.h"
#include "finder.h"
#include "modules.h"
#include "rules.h"

typedef struct Collector {
    Arena *arena;
    Program *program;
    const Request *request;
    const char *support_dir;
    const CacheOps *cache; /* NULL = none */
    const Progress *progress;
    Diags *diags;
    int optimize;

    Finder finder;
    DistIndex dists;
    Rules rules;

    /* Modules whose imports are still to be followed; the program's own come first, so that the
     * packages they use are known early. */
    VEC(Module *) own_queue, queue;
    size_t own_next, next;
    StrMap file_numbers;       /* virtual path -> index in program->files, plus 1 */
    bool base;                 /* adding what every executable has: see graph_add_base */
    StrMap shallow;            /* modules whose function-level imports were not followed */
    StrMap missing;            /* name -> MissingImport* */
    VEC(MissingImport) typing; /* imports under TYPE_CHECKING, judged at the end */
    StrMap groups;             /* entry point groups that were asked for */
    StrMap used_rules;         /* "when" keys whose modules were added already */
    VEC(Module *) extensions;  /* all extension modules, in order of discovery */
    size_t extensions_next;    /* the first whose constants were not looked at */
    StrMap traced;             /* names seen by the traced import */
    bool trace_ran;
} Collector;

/* ---- graph.c ---- */

/* Adds a module with its parents and puts it in the queue. When there is none, that is recorded
 * as missing; NULL then, and when it is excluded. */
Module *graph_add(Collector *collector, const char *name, const ImportEdge *edge);
/* The same, but a module that does not exist is no news. */
Module *graph_try(Collector *collector, const char *name, const ImportEdge *edge);
/* Adds a module that every executable has. As long as nothing else asks for it, only the imports
 * that run when it starts are followed: what hello world carries has to stay small. */
void graph_add_base(Collector *collector, const char *pattern);
/* Adds what a list of rules or an option names: "pkg.mod", or "pkg.*" for all below pkg. */
void graph_try_pattern(Collector *collector, const char *pattern, const ImportEdge *edge);
/* Adds every module below a package (tests among them only when `tests`). */
void graph_add_below(Collector *collector, const char *package, bool tests, const ImportEdge *edge);
/* Puts a distribution into the program with every module of it (tests among them only when
 * `tests`). */
void graph_add_distribution(Collector *collector, Distribution *dist, bool tests,
                            const ImportEdge *edge);
/* Follows imports until nothing is left to follow; only those of the program's own modules when
 * `own_only`. False when an error ended it. */
bool graph_run(Collector *collector, bool own_only);
bool graph_has(const Collector *collector, const char *name);
bool graph_is_excluded(const Collector *collector, const char *name);
/* Judges what is left: imports for type checkers only, names that only exist at run time. */
void graph_finish(Collector *collector);
/* Puts a distribution into the program: its metadata, data, files. */
void graph_include_distribution(Collector *collector, Distribution *dist);

/* ---- source.c ---- */

/* Reads a module's source, compiles it (or takes the cached result), fills code and facts. False
 * when the source is broken or unreadable; *why says so then, in the arena. */
bool source_load(Collector *collector, Module *module, const char **why, FrontError *error);

/* Fills the facts of an extension module from the source that it was made from, where that lies
 * beside it (mypyc's and Cython's packages have it): imports in functions show nowhere else. False
 * when there is none, or none that can be read. */
bool source_scan_twin(Collector *collector, Module *module);

/* ---- names used by several parts ---- */

/* Is this (relative) path or module name part a directory of tests? */
bool is_test_name(const char *name);

#endif
