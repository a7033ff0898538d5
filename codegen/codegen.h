/* codegen/: from a collected program to an executable file. */
#ifndef PYC2C_CODEGEN_CODEGEN_H
#define PYC2C_CODEGEN_CODEGEN_H

#include "../compiler/modules/modules.h"

#include <stdbool.h>

/* Compiles the runtime's own Python parts (<support_dir>/adapters/ *.py) into
 * `program->support_modules`, as "_pyc2c.<file>". Call it once, before the executable is written.
 */
bool support_modules_add(Program *program, const char *support_dir, const CacheOps *cache,
                         Diags *diags);
/* One more: sets kind and code of `module`, whose name, path and vpath are set. */
bool support_module_add(Program *program, Module *module, const StrBuf *source,
                        const CacheOps *cache, Diags *diags);
/* Regular expressions of all that is not the standard library's, as "_pyc2c.patterns.<module>". */
bool support_patterns_add(Program *program, const char *support_dir, const CacheOps *cache,
                          Diags *diags);
/* Texts that modules compile while they are imported, as "_pyc2c.texts" and
 * "_pyc2c.texts.<number>". */
bool support_texts_add(Program *program, const char *support_dir, const Request *request,
                       const CacheOps *cache, Diags *diags);
/* As support_modules_add for frozen modules that the stub does not hold but reads from the image
 * (runtime/frozen/), as "<frozen os>": sources in `directory`. */
bool frozen_modules_add(Program *program, const char *directory, const CacheOps *cache,
                        Diags *diags);

/* Extension modules that are linked in from sources, compiled through the cache. */
typedef struct StaticWork {
    Program *program; /* its target and arena must be set */
    Request *request;
    const char *support_dir;
    const CacheOps *cache; /* may be NULL */
    const Progress *progress;
    StrVec *objects;   /* gets the relocatable files for the link … */
    StrVec *libraries; /* … and what they need from the system (-lfoo) */
    Diags *diags;
} StaticWork;

/* Before the program is collected: the program's own C sources and CFFI modules. Enters them into
 * the program as MODULE_STATIC, and what they import from C into `request->hidden_imports`. */
bool static_sources_build(const StaticWork *work);
/* After it was collected: packages named in `sdists`. Turns their extension modules that the
 * program reaches into MODULE_STATIC; a package that cannot be built this way is a warning. */
bool static_sdists_build(const StaticWork *work);

/* What the stub needs in the image. Call it once, before the image is prepared. */
bool stub_additions(Program *program, const Request *request, const char *support_dir,
                    const CacheOps *cache, Diags *diags);
/* With a shared libpython, what is linked is carried in the image, which then comes after it. */
#ifdef PYC2C_LIBPYTHON_SHARED
enum { STUB_CHANGES_PROGRAM = true };
#else
enum { STUB_CHANGES_PROGRAM = false };
#endif
/* The executable without its image: the prebuilt stub of `support_dir`/<minor>/ where nothing has
 * to be linked, else a fresh link in a private directory. `native`: native code is among the
 * objects. *path is valid until exit. */
bool stub_provide(Program *program, const Request *request, const char *support_dir,
                  const StrVec *objects, const StrVec *libraries, bool native,
                  const CacheOps *cache, const char **path, Diags *diags);

/* Where files lie: in the image, or (portable) beside the executable, all but shared objects. */
typedef enum LayoutFiles { LAYOUT_FILES_INSIDE, LAYOUT_FILES_BESIDE } LayoutFiles;

typedef struct ImageStage ImageStage;

/* Begins to prepare the image in a thread of its own. `program` and what it refers to stay as they
 * are until image_stage_write or image_stage_free returns. `cache` may be NULL. */
ImageStage *image_stage_start(const Program *program, const Request *request, LayoutFiles files,
                              const CacheOps *cache);
/* Stub + image -> `output`, atomically (private temporary file beside it, rename), streaming:
 * memory use does not grow with the files' sizes. Same inputs, same bytes. */
bool image_stage_write(ImageStage *stage, const char *stub, const char *output,
                       const Progress *progress, Diags *diags);
/* May be NULL; ends what has not ended yet. */
void image_stage_free(ImageStage *stage);

/* STRATEGY_PORTABLE: the directory `output` with the executable of the same name and its files as
 * plain files beside it, in <name>.data/. Replaces what is there: the caller checks that it may. */
bool portable_write(const Program *program, const Request *request, const char *stub,
                    const char *output, const CacheOps *cache, const Progress *progress,
                    Diags *diags);
/* STRATEGY_EMBEDDED and STRATEGY_SYSTEM: an executable that starts the host's Python. */
bool launcher_write(const Program *program, const Request *request, const char *support_dir,
                    const char *output, const Progress *progress, Diags *diags);

#endif
