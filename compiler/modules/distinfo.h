/* Installed distributions: *.dist-info and *.egg-info directories on the search path. */
#ifndef PYC2C_MODULES_DISTINFO_H
#define PYC2C_MODULES_DISTINFO_H

#include "finder.h"
#include "program.h"

typedef struct EntryPoint {
    const char *group;
    const char *name;
    const char *module;
    Distribution *distribution;
} EntryPoint;

typedef struct DistIndex {
    Arena *arena;
    const Finder *finder;
    StrMap *by_name;        /* canonical name -> Distribution*: Program.distributions */
    StrMap by_top;          /* "<site>/<first component>" -> DistList* */
    StrMap editable;        /* source directory of an editable install -> Distribution* */
    VEC(EntryPoint) points; /* of all distributions, once they were asked for */
    bool points_read;
} DistIndex;

/* Finds every distribution of the finder's roots; the first of a name on the path wins, as for
 * importlib.metadata. */
void distinfo_start(DistIndex *index, Arena *arena, Finder *finder, StrMap *by_name);
void distinfo_free(DistIndex *index);
/* The distribution that installed a file, NULL when none did. */
Distribution *distinfo_of_file(const DistIndex *index, const char *path);
/* The distribution that installed a command (a script outside its modules' directories), NULL when
 * none did. */
Distribution *distinfo_of_command(const DistIndex *index, const char *path);
/* By any spelling of the name; NULL if it is not installed. */
Distribution *distinfo_named(const DistIndex *index, const char *name);
/* Reads name, version and requirements from the metadata; harmless to repeat. */
void distinfo_read_metadata(DistIndex *index, Distribution *dist);
/* Is `other` the distribution itself, or one that it requires? Either may be NULL: no. The metadata
 * of `dist` must have been read. */
bool distinfo_requires(const DistIndex *index, const Distribution *dist, const Distribution *other);
/* Top-level importable names of a distribution, sorted. */
void distinfo_top_names(DistIndex *index, const Distribution *dist, StrVec *names);
/* Entry points of a group (NULL: of all) in any installed distribution: calls `each` in a fixed
 * order. */
void distinfo_entry_points(DistIndex *index, const char *group,
                           void (*each)(void *context, const EntryPoint *point), void *context);

#endif
