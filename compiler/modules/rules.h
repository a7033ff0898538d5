/* Rules: knowledge about packages that nothing in their files tells, kept as data.
 *
 * implicit.toml describes the standard library; packages/<top-level name>.toml is read when the
 * first module of that name is met. Each file holds [[rule]] tables:
 *
 *     when         module name, or a list of them; "pkg.*" stands for everything below pkg
 *     why          one sentence, shown in the report
 *     imports      modules that come with it where they exist; "pkg.*" = all modules below pkg
 *     soon         the same for modules that its functions load in nearly every program while it
 *                  starts: stored ready for use (late.h)
 *     cut          modules that `when` imports but does not need: not followed
 *     virtual      names that only exist at run time (made in sys.modules): never missing
 *     data         patterns of further files of the distribution, relative to its directory
 *     no_data      patterns of data files that are not needed at run time
 *     metadata     distributions whose metadata is read
 *     entry_groups entry point groups it loads
 *     cut_groups   entry point groups that it would load, but does not need
 */
#ifndef PYC2C_MODULES_RULES_H
#define PYC2C_MODULES_RULES_H

#include "../support/arena.h"
#include "../support/diag.h"
#include "../support/strmap.h"
#include "../support/vec.h"

#include <stdbool.h>

typedef struct Rule {
    const char *file; /* "uvicorn", for messages */
    const char *why;
    StrVec when;
    StrVec imports, soon, cut, virtual_names, data, no_data, metadata, entry_groups, cut_groups;
} Rule;

typedef VEC(const Rule *) RuleVec;

typedef struct Rules {
    Arena *arena;
    const char *directory; /* the support directory */
    Diags *diags;
    StrMap by_module;       /* `when` -> RuleVec* */
    StrMap files;           /* top-level names whose file was looked for */
    StrVec runtime;         /* of implicit.toml: what every executable needs */
    StrVec start;           /* … and what the interpreter imports whenever it starts */
    StrVec ignored_strings; /* names that are common words: not taken from strings of extensions */
} Rules;

/* Reads implicit.toml. False with an error in diags when it is missing or wrong. */
bool rules_start(Rules *rules, Arena *arena, const char *support_dir, Diags *diags);
void rules_free(Rules *rules);
/* Adds every rule whose `when` covers `module`. */
void rules_for(Rules *rules, const char *module, RuleVec *list);
/* Does one of the rules cut `target` off? */
bool rules_cut(const RuleVec *list, const char *target);
/* Does one of the rules cut an entry point group off? */
bool rules_cut_group(const RuleVec *list, const char *group);
/* Does a name only exist at run time? */
bool rules_virtual(Rules *rules, const char *name);

#endif
