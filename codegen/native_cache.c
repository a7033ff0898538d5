/* Units in the module cache.
 *
 * The key covers all that decides about an object: the code of the unit's functions (by their
 * fingerprints, which leave line numbers out), their numbers, the module's name, pyc2c itself,
 * options of the passes, compiler, flags, and the header that the text includes. The payload is
 *
 *     <ordinal> <why it stays bytecode>\n      for each such function of the unit
 *     \n
 *     the object file; nothing when no function of the unit became native                       */
#include "native_parts.h"

#include "link_stub.h"

#include "../compiler/support/fs.h"
#include "../compiler/support/path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char KIND[] = "native";

/* ---- keys ---- */

/* The one header that the text includes. */
static bool add_header(NativeBuild *build) {
    const char *header = path_join(build->arena, build->include, "native/rt_unit.h");
    uint8_t hash[FRONT_HASH_SIZE];
    uint64_t size;
    if (!front_hash_file(header, hash, &size)) {
        diag_error(build->diags, EXIT_TOOLCHAIN,
                   "install pyc2c again, or run 'make' in its source tree",
                   "cannot read the header '%s': %s", header, strerror(errno));
        return false;
    }
    strbuf_add(&build->identity, hash, sizeof(hash));
    return true;
}

/* One part: its bytes for the keys, and for people a name and what it is, or its hash. */
static void add_part(NativeBuild *build, const char *name, const char *text, size_t from) {
    const StrBuf *all = &build->identity;
    if (text == NULL) {
        uint8_t hash[FRONT_HASH_SIZE];
        char hex[2 * FRONT_HASH_SIZE + 1];
        front_hash(all->data + from, all->length - from, hash);
        front_hash_hex(hash, hex);
        text = arena_strndup(build->arena, hex, 16);
    }
    vec_push(&build->identity_names, name);
    vec_push(&build->identity_values, text);
}

/* GCC's passes that find next to nothing in code whose every step is a call or a test in front of
 * one. Without points-to analysis: it takes most of the time for large functions. Without the
 * second removal of dead stores code is the same. Clang does not know the flags. */
static const char *const idle_passes[] = {"-fno-tree-pta", "-fno-dse"};

/* Further ones, where a build is to be quick: a tenth of the compiler's work. Passes that stay do
 * nearly all of what these do: richards, deltablue, raytrace, hexiom and fannkuch execute between
 * 0.1 and 0.5 % more instructions without them, nbody 1.2 %, spectral_norm 1.2 % fewer. (Loops of
 * arithmetic need the loops' own passes, if-conversion and -ftree-sink; all code needs the
 * threading of jumps by -ftree-dominator-opts.) */
static const char *const slight_passes[] = {"-fno-forward-propagate",
                                            "-fno-tree-ccp",
                                            "-fno-tree-bit-ccp",
                                            "-fno-tree-copy-prop",
                                            "-fno-tree-dse",
                                            "-fno-tree-sra",
                                            "-fno-tree-slsr",
                                            "-fno-tree-phiprop",
                                            "-fno-ssa-backprop",
                                            "-fno-ipa-pure-const",
                                            "-fno-split-wide-types",
                                            "-fno-combine-stack-adjustments",
                                            "-fno-delete-null-pointer-checks"};

static void add_flags(NativeBuild *build, const char *const *flags, size_t count) {
    for (size_t i = 0; i < count; i++) {
        vec_push(&build->flags, flags[i]);
    }
}

static void add_flags_of_compiler(NativeBuild *build) {
    if (strstr(strbuf_text(&build->identity), "clang") != NULL) {
        return;
    }
    add_flags(build, idle_passes, sizeof(idle_passes) / sizeof(idle_passes[0]));
    if (!build->request->optimize_speed && !build->request->optimize_size) {
        add_flags(build, slight_passes, sizeof(slight_passes) / sizeof(slight_passes[0]));
    }
}

bool native_identity(NativeBuild *build) {
    StrBuf *text = &build->identity;
    const OptControl *opt = &build->control->opt;
    StrBuf flags = {0};
    strbuf_printf(text, "native " PYC2C_VERSION " %s\n", build->plan.python);
    add_part(build, "Python", build->plan.python, 0);
    size_t from = text->length;
    if (!link_compiler_identity(&build->plan, text, build->diags)) {
        return false;
    }
    add_flags_of_compiler(build);
    add_part(build, "compiler", NULL, from);
    from = text->length;
    if (!add_header(build)) {
        return false;
    }
    add_part(build, "header", NULL, from);
    from = text->length;
    for (size_t i = 0; i < build->flags.count; i++) {
        const char *flag = build->flags.items[i];
        if (strncmp(flag, "-I", 2) != 0) { /* what is there was hashed, or has a version */
            strbuf_add(text, flag, strlen(flag) + 1);
            strbuf_printf(&flags, "%s%s", flags.length > 0 ? " " : "", flag);
        }
    }
    add_part(build, "flags", arena_strdup(build->arena, strbuf_text(&flags)), from);
    strbuf_free(&flags);
    from = text->length;
    for (int i = 0; i < OPT_PASS_COUNT; i++) {
        strbuf_putc(text, opt->disabled[i] ? '-' : '+');
    }
    strbuf_printf(text, " %ld %d\n", opt->limit, (int)build->control->inlining);
    add_part(build, "passes",
             arena_strndup(build->arena, text->data + from, text->length - from - 1), 0);
    return true;
}

const char *native_job_profile(NativeBuild *build, const NativeJob *job) {
    if (build->request->profile == NULL) {
        return NULL;
    }
    const char *path = arena_printf(build->arena, "%s/%s.gcda", build->request->profile, job->name);
    return fs_is_file(path) ? path : NULL;
}

/* Module, numbers and code of its functions. */
static void hash_functions(const NativeJob *job, uint8_t out[FRONT_HASH_SIZE]) {
    StrBuf text = {0};
    const NativeModule *module = job->module;
    strbuf_add(&text, module->module->name, strlen(module->module->name) + 1);
    for (uint32_t i = 0; i < job->count; i++) {
        const FrontCode *code = module->functions[job->ordinals[i]].code;
        strbuf_add(&text, &code->ordinal, sizeof(code->ordinal));
        strbuf_add(&text, code->fingerprint, FRONT_HASH_SIZE);
    }
    front_hash(text.data, text.length, out);
    strbuf_free(&text);
}

void native_job_key(NativeBuild *build, NativeJob *job) {
    StrBuf text = {0};
    uint8_t hash[FRONT_HASH_SIZE];
    char hex[2 * FRONT_HASH_SIZE + 1];
    uint64_t size;
    hash_functions(job, hash);
    front_hash_hex(hash, hex);
    job->name = arena_printf(build->arena, "unit-%.24s", hex);
    strbuf_add(&text, build->identity.data, build->identity.length);
    strbuf_add(&text, hash, sizeof(hash));
    const char *profile = native_job_profile(build, job);
    if (profile != NULL && front_hash_file(profile, hash, &size)) {
        strbuf_add(&text, hash, sizeof(hash));
    }
    front_hash(text.data, text.length, job->key);
    strbuf_free(&text);
}

/* ---- entries ---- */

static bool take_reasons(NativeBuild *build, const NativeJob *job, const char **at,
                         const char *end) {
    while (*at < end && **at != '\n') {
        char *text;
        unsigned long ordinal = strtoul(*at, &text, 10);
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (stop == NULL || ordinal >= job->module->code.count || *text != ' ') {
            return false;
        }
        job->module->functions[ordinal].reason =
            arena_strndup(&build->native->arena, text + 1, (size_t)(stop - text) - 1);
        *at = stop + 1;
    }
    return *at < end;
}

bool native_cache_get(NativeBuild *build, const NativeJob *job) {
    const uint8_t *data;
    size_t size;
    if (build->control->fresh || build->cache == NULL ||
        !build->cache->get(build->cache->context, KIND, job->key, build->arena, &data, &size)) {
        return false;
    }
    const char *at = (const char *)data, *end = at + size;
    if (!take_reasons(build, job, &at, end)) {
        return false;
    }
    at++;
    const char *object = native_job_file(build, job, ".o");
    if (at < end) {
        if (!fs_write_private(object, at, (size_t)(end - at), 0600)) {
            return false;
        }
        vec_push(build->objects, object);
    }
    build->native->cached++;
    job->module->units_found++;
    return true;
}

void native_cache_put(NativeBuild *build, const NativeJob *job) {
    StrBuf text = {0};
    const uint8_t *data;
    size_t size;
    for (uint32_t i = 0; i < job->count; i++) {
        const char *reason = job->module->functions[job->ordinals[i]].reason;
        if (reason != NULL) {
            strbuf_printf(&text, "%u ", (unsigned)job->ordinals[i]);
            for (const char *at = reason; *at != '\0'; at++) {
                strbuf_putc(&text, *at == '\n' ? ' ' : *at);
            }
            strbuf_putc(&text, '\n');
        }
    }
    strbuf_putc(&text, '\n');
    if (fs_map(native_job_file(build, job, ".o"), &data, &size)) {
        strbuf_add(&text, data, size);
        fs_unmap(data, size);
    }
    if (build->cache != NULL && build->control->opt.limit < 0) {
        build->cache->put(build->cache->context, KIND, job->key, (const uint8_t *)text.data,
                          text.length);
    }
    strbuf_free(&text);
}
