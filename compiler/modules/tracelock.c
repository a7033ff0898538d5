/* tracelock: JSON, sorted, one name a line, so that changes read well in a review:
 *
 *     {"pyc2c-lock": 1, "python": "3.11", "packages": [...], "modules": [...], "texts": [...]}
 *
 * Texts (texts.h) may be absent. */
#include "tracelock.h"
#include "names.h"
#include "texts.h"

#include "../support/fs.h"

#include <errno.h>
#include <string.h>

static const char ADVICE[] = "delete the file to trace again";

static bool wrong(Collector *collector, const char *path, const char *what) {
    diag_error(collector->diags, EXIT_USER, ADVICE, "--lock: '%s' %s", path, what);
    return false;
}

static const char *python_minor(const Collector *collector) {
    return arena_printf(collector->arena, "%d.%d", collector->program->target.major,
                        collector->program->target.minor);
}

/* A list of module names; anything else makes the file invalid. */
static bool read_names(const Value *document, const char *key, StrVec *names) {
    const Value *list = value_get(document, key);
    if (list == NULL || list->kind != VALUE_LIST) {
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        const char *name = value_string(&list->items[i]);
        if (name == NULL || !name_is_importable(name)) {
            return false;
        }
        vec_push(names, name);
    }
    return true;
}

static void check_packages(Collector *collector, const char *path, const StrVec *locked,
                           const StrVec *packages) {
    for (size_t i = 0; i < packages->count; i++) {
        if (!strvec_has(locked, packages->items[i])) {
            diag_warning(collector->diags, ADVICE,
                         "--lock: '%s' was made before the program imported '%s'", path,
                         packages->items[i]);
            return;
        }
    }
}

static bool read_document(Collector *collector, const char *path, const Value *document,
                          const StrVec *packages, StrVec *modules, KeptTexts *texts) {
    const Value *format = value_get(document, "pyc2c-lock");
    const char *python = value_string(value_get(document, "python"));
    if (format == NULL || format->kind != VALUE_INT || format->integer != 1 || python == NULL) {
        return wrong(collector, path, "is not a lock file of this pyc2c");
    }
    if (strcmp(python, python_minor(collector)) != 0) {
        return wrong(collector, path,
                     arena_printf(collector->arena, "is for Python %s, this build is for %s",
                                  python, python_minor(collector)));
    }
    StrVec locked = {0};
    bool ok = read_names(document, "packages", &locked) &&
              read_names(document, "modules", modules) &&
              texts_read_list(value_get(document, "texts"), texts);
    if (ok) {
        check_packages(collector, path, &locked, packages);
    } else {
        wrong(
            collector, path,
            "is damaged: 'packages' and 'modules' have to be lists of names, 'texts' one of texts");
    }
    vec_free(&locked);
    strvec_sort_unique(modules);
    texts_sort_unique(texts);
    return ok;
}

bool tracelock_read(Collector *collector, const char *path, const StrVec *packages, StrVec *modules,
                    KeptTexts *texts) {
    StrBuf text = {0};
    Value document;
    FrontError error = {0};
    bool ok;
    if (!fs_read(path, &text)) {
        ok = wrong(collector, path,
                   arena_printf(collector->arena, "cannot be read: %s", strerror(errno)));
    } else if (!front_parse_json(collector->arena, strbuf_text(&text), &document, &error)) {
        ok = wrong(collector, path,
                   arena_printf(collector->arena, "is not JSON: %s", error.message));
    } else {
        ok = read_document(collector, path, &document, packages, modules, texts);
    }
    strbuf_free(&text);
    return ok;
}

static void write_names(StrBuf *out, const char *key, const StrVec *names) {
    strbuf_printf(out, "  \"%s\": [", key);
    for (size_t i = 0; i < names->count; i++) {
        strbuf_puts(out, i == 0 ? "\n    " : ",\n    ");
        strbuf_json_string(out, names->items[i]);
    }
    strbuf_puts(out, names->count > 0 ? "\n  ]" : "]");
}

void tracelock_write(Collector *collector, const char *path, const StrVec *packages,
                     const StrVec *modules, const KeptTexts *texts) {
    StrBuf text = {0};
    strbuf_printf(&text, "{\n  \"pyc2c-lock\": 1,\n  \"python\": \"%s\",\n",
                  python_minor(collector));
    write_names(&text, "packages", packages);
    strbuf_puts(&text, ",\n");
    write_names(&text, "modules", modules);
    strbuf_puts(&text, ",\n  \"texts\": [");
    texts_write_list(texts, &text);
    strbuf_puts(&text, texts->count > 0 ? "\n  ]\n}\n" : "]\n}\n");
    if (!fs_write_atomic(path, text.data, text.length, 0644)) {
        diag_error(collector->diags, EXIT_USER, NULL, "--lock: cannot write '%s': %s", path,
                   strerror(errno));
    }
    strbuf_free(&text);
}
