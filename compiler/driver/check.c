/* pyc2c check: is there anything that would make a build or the program fail? */
#include "commands.h"

#include "summary.h"

#include <stdio.h>

static void say_result(Session *session, const Program *program) {
    ProgramCounts counts = program_count(program);
    const Entry *entry = &program->entry;
    progress_finish(&session->view);
    if (session->options.request.quiet || session->options.list) {
        return;
    }
    printf("entry point  %s%s%s\n", entry->kind == ENTRY_SCRIPT ? entry->path : entry->module,
           entry->kind == ENTRY_FUNCTION ? ":" : "",
           entry->kind == ENTRY_FUNCTION ? entry->function : "");
    printf("Python       %s (%s)\n", program->target.version, program->target.executable);
    if (session->options.request.config_file != NULL) {
        printf("settings     %s\n", session->options.request.config_file);
    }
    printf("modules      %zu of the program, %zu of distributions, %zu standard library\n",
           counts.modules[ORIGIN_PROGRAM], counts.modules[ORIGIN_DISTRIBUTION],
           counts.modules[ORIGIN_STDLIB]);
    if (counts.absent > 0) {
        printf("optional     %zu imports that are not installed and need not be\n", counts.absent);
    }
    if (session->diags.errors == 0) {
        puts("everything that the program imports was found");
    }
}

int command_check(Session *session) {
    static Program program; /* large, and alive until the process ends */
    if (!session_configure(session) || !session_open_target(session) ||
        !session_find_support(session)) {
        return session->diags.exit_code;
    }
    session_open_work(session, "checking");
    program.arena = &session->arena;
    program.target = session->target;
    if (!entry_resolve(&session->arena, &session->options.request, &session->target, &program.entry,
                       &session->diags)) {
        return session->diags.exit_code;
    }
    bool ok = program_check(&program, &session->options.request, session->support_dir,
                            &session->cache_ops, &session->progress, &session->diags);
    if (session->options.list && program.main_module != NULL) {
        StrBuf text = {0};
        program_dump(&program, &text);
        fwrite(strbuf_text(&text), 1, text.length, stdout);
        strbuf_free(&text);
    }
    say_result(session, &program);
    return ok ? 0 : session->diags.exit_code;
}
