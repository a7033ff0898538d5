/* pyc2c doctor: what of the toolchain is there, and the command that installs what is not. */
#include "commands.h"

#include "package_names.h"

#include "../../codegen/link_plan.h"
#include "../support/fs.h"
#include "../support/path.h"
#include "../support/proc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef enum Finding { FINDING_OK, FINDING_MISSING, FINDING_OPTIONAL } Finding;

typedef struct Check {
    const char *name;
    Finding finding;
    const char *detail;  /* where it is, or what it is needed for */
    const char *install; /* the command; NULL when found */
} Check;

typedef struct Examination {
    Session *session;
    Arena *arena;
    LinkPlan plan;
    bool has_plan;
    VEC(Check) checks;
} Examination;

static void found(Examination *exam, const char *name, const char *detail) {
    Check check = {name, FINDING_OK, detail, NULL};
    vec_push(&exam->checks, check);
}

static void missing(Examination *exam, const char *name, Finding finding, const char *detail,
                    const char *install) {
    Check check = {name, finding, detail, install};
    vec_push(&exam->checks, check);
}

/* ---- single checks ---- */

/* First line of what a command prints; NULL when it cannot be run. */
static const char *first_line(Examination *exam, const char *const *argv) {
    ProcSpec spec = {.argv = argv, .timeout = 20};
    ProcResult result = {0};
    const char *line = NULL;
    if (proc_run(&spec, &result)) {
        const char *text = strbuf_text(&result.out);
        line = arena_strndup(exam->arena, text, strcspn(text, "\n"));
    }
    proc_result_free(&result);
    return line;
}

static const char *compiler(const Examination *exam) {
    return exam->has_plan && exam->plan.cc.count > 0 ? exam->plan.cc.items[0] : "cc";
}

static void check_compiler(Examination *exam) {
    const char *const argv[] = {compiler(exam), "--version", NULL};
    const char *line = first_line(exam, argv);
    if (line != NULL) {
        found(exam, "C compiler", line);
    } else {
        missing(exam, "C compiler", FINDING_MISSING,
                arena_printf(exam->arena, "'%s' cannot be run; needed to link", argv[0]),
                package_command(exam->arena, PACKAGE_COMPILER, PYC2C_PYTHON_MINOR));
    }
}

static void check_linkers(Examination *exam) {
    static const char *const names[] = {"ld", "ld.gold", "ld.lld", "mold"};
    StrBuf text = {0};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (proc_find(exam->arena, names[i]) != NULL) {
            strbuf_printf(&text, "%s%s", text.length > 0 ? ", " : "", names[i]);
        }
    }
    if (text.length > 0) {
        found(exam, "linker", arena_strdup(exam->arena, strbuf_text(&text)));
    } else {
        missing(exam, "linker", FINDING_MISSING, "neither ld, gold, lld nor mold is in PATH",
                package_command(exam->arena, PACKAGE_COMPILER, PYC2C_PYTHON_MINOR));
    }
    strbuf_free(&text);
}

static void check_python(Examination *exam) {
    Session *session = exam->session;
    const char *python = target_choose(exam->arena, &session->options.request, &session->diags);
    Target target;
    int major, minor;
    front_python_minor(&major, &minor);
    if (python == NULL || !target_query(exam->arena, python, &target, &session->diags)) {
        const Diags *diags = &session->diags;
        const char *why = diags->items.count > 0
                              ? diags->items.items[diags->items.count - 1].message
                              : "no interpreter was found";
        missing(exam, "Python", FINDING_MISSING, arena_strdup(exam->arena, why),
                package_command(exam->arena, PACKAGE_PYTHON, PYC2C_PYTHON_MINOR));
        return;
    }
    const char *detail = arena_printf(exam->arena, "%s (%s)", target.version, target.executable);
    if (target.major == major && target.minor == minor) {
        found(exam, "Python", detail);
        return;
    }
    const char *self = session_self(exam->arena);
    const char *other =
        arena_printf(exam->arena, "%s/pyc2c-%d.%d",
                     path_dir(exam->arena, self != NULL ? self : "."), target.major, target.minor);
    if (access(other, X_OK) == 0) {
        found(exam, "Python", arena_printf(exam->arena, "%s, served by %s", detail, other));
    } else {
        missing(exam, "Python", FINDING_MISSING,
                arena_printf(exam->arena, "%s, but this pyc2c is for Python %s", detail,
                             PYC2C_PYTHON_MINOR),
                arena_printf(exam->arena, "make PYTHON=%s", target.executable));
    }
}

static void check_file(Examination *exam, const char *name, const char *path, const char *purpose,
                       PackageKind package) {
    if (path != NULL && fs_is_file(path)) {
        found(exam, name, path);
    } else {
        missing(exam, name, FINDING_MISSING, purpose,
                package_command(exam->arena, package, PYC2C_PYTHON_MINOR));
    }
}

/* Linked into executables, or, where Python has only a shared one, carried inside them. */
static void check_libpython(Examination *exam) {
    const char *shared = exam->has_plan ? exam->plan.libpython_shared : NULL;
    if (shared != NULL && fs_is_file(shared)) {
        found(exam, "shared libpython",
              arena_printf(exam->arena, "%s, carried in every executable", shared));
    } else {
        check_file(exam, "static libpython", exam->has_plan ? exam->plan.libpython : NULL,
                   arena_printf(exam->arena, "libpython%s.a is needed to link", PYC2C_PYTHON_MINOR),
                   PACKAGE_LIBPYTHON);
    }
}

/* A static library on the compiler's search path; the compiler prints the bare name if there is
 * none. */
static void check_archive(Examination *exam, const char *file, Finding when_missing,
                          const char *purpose, PackageKind package) {
    const char *option = arena_printf(exam->arena, "-print-file-name=%s", file);
    const char *const argv[] = {compiler(exam), option, NULL};
    const char *path = first_line(exam, argv);
    if (path != NULL && path[0] == '/' && fs_is_file(path)) {
        found(exam, file, path_normal(exam->arena, path));
    } else {
        missing(exam, file, when_missing, purpose,
                package_command(exam->arena, package, PYC2C_PYTHON_MINOR));
    }
}

static void check_runtime(Examination *exam) {
    Session *session = exam->session;
    const char *command = arena_printf(exam->arena, "make PYTHON=python%s (in pyc2c's source tree)",
                                       PYC2C_PYTHON_MINOR);
    if (!session_find_support(session)) {
        missing(exam, "runtime", FINDING_MISSING, "lib/pyc2c is not beside or above pyc2c",
                command);
        return;
    }
    const char *stub = path_join(exam->arena, session->support_dir, PYC2C_PYTHON_MINOR "/stub");
    if (fs_is_file(stub)) {
        found(exam, "runtime", stub);
    } else {
        missing(exam, "runtime", FINDING_MISSING, "the prebuilt interpreter is not there", command);
    }
    exam->has_plan = session_start_front(session) &&
                     link_plan_read(&exam->plan, exam->arena, &session->options.request,
                                    session->support_dir, &session->diags);
}

static void check_cache(Examination *exam) {
    const char *directory = session_cache_dir(exam->session);
    const char *at = directory;
    while (at != NULL && !fs_exists(at) && strcmp(at, "/") != 0) {
        at = path_dir(exam->arena, at);
    }
    if (at != NULL && fs_is_dir(at) && access(at, W_OK | X_OK) == 0) {
        found(exam, "module cache", directory);
    } else {
        missing(exam, "module cache", FINDING_OPTIONAL,
                directory == NULL
                    ? "no directory: builds are slower"
                    : arena_printf(exam->arena, "cannot write %s: builds are slower", directory),
                "export PYC2C_CACHE_DIR=/path/to/a/directory");
    }
}

/* ---- output ---- */

static void print_text(const Examination *exam) {
    size_t absent = 0;
    for (size_t i = 0; i < exam->checks.count; i++) {
        const Check *check = &exam->checks.items[i];
        static const char *const words[] = {"ok", "missing", "optional"};
        absent += check->finding == FINDING_MISSING;
        printf("%-9s %-18s %s\n", words[check->finding], check->name, check->detail);
        if (check->install != NULL) {
            printf("%-9s %-18s -> %s\n", "", "", check->install);
        }
    }
    if (absent == 0) {
        puts("\npyc2c is ready.");
    } else {
        printf("\n%zu thing%s missing; the commands above install %s.\n", absent,
               absent == 1 ? " is" : "s are", absent == 1 ? "it" : "them");
    }
}

static void print_json(const Examination *exam) {
    StrBuf out = {0};
    strbuf_puts(&out, "{\n  \"pyc2c\": ");
    strbuf_json_string(&out, PYC2C_VERSION);
    strbuf_puts(&out, ",\n  \"checks\": [");
    for (size_t i = 0; i < exam->checks.count; i++) {
        const Check *check = &exam->checks.items[i];
        strbuf_printf(&out, "%s\n    {\"name\": ", i > 0 ? "," : "");
        strbuf_json_string(&out, check->name);
        strbuf_printf(&out, ", \"ok\": %s, \"required\": %s, \"detail\": ",
                      check->finding == FINDING_OK ? "true" : "false",
                      check->finding != FINDING_OPTIONAL ? "true" : "false");
        strbuf_json_string(&out, check->detail);
        strbuf_puts(&out, ", \"install\": ");
        strbuf_json_string(&out, check->install);
        strbuf_putc(&out, '}');
    }
    strbuf_puts(&out, "\n  ]\n}\n");
    fwrite(strbuf_text(&out), 1, out.length, stdout);
    strbuf_free(&out);
}

int command_doctor(Session *session) {
    if (session->line.operands.count > 0) {
        diag_error(&session->diags, EXIT_USAGE, NULL, "pyc2c doctor takes no argument '%s'",
                   session->line.operands.items[0]);
        return EXIT_USAGE;
    }
    if (!command_line_apply(&session->line, &session->options, &session->arena, &session->diags)) {
        return EXIT_USAGE;
    }
    session_finish_request(session);
    Examination exam = {.session = session, .arena = &session->arena};
    check_runtime(&exam); /* first: it tells which compiler and libraries the others are about */
    const LinkPlan *plan = exam.has_plan ? &exam.plan : NULL;
    check_python(&exam);
    check_compiler(&exam);
    check_linkers(&exam);
    check_file(&exam, "Python headers",
               plan != NULL ? path_join(exam.arena, plan->include, "Python.h") : NULL,
               "Python.h is needed to compile C extensions", PACKAGE_PYTHON_DEV);
    check_libpython(&exam);
    check_archive(&exam, "libz.a", FINDING_MISSING, "needed to link", PACKAGE_ZLIB);
    check_archive(&exam, "libexpat.a", FINDING_MISSING, "needed to link", PACKAGE_EXPAT);
    check_archive(&exam, "libcrypto.a", FINDING_OPTIONAL, "needed for [license] only",
                  PACKAGE_OPENSSL);
    check_cache(&exam);
    diag_free(&session->diags); /* what the checks complained about is in the list */
    if (session->options.json) {
        print_json(&exam);
    } else {
        print_text(&exam);
    }
    int code = 0;
    for (size_t i = 0; i < exam.checks.count; i++) {
        code |= exam.checks.items[i].finding == FINDING_MISSING;
    }
    vec_free(&exam.checks);
    return code;
}
