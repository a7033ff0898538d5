#include "../../compiler/support/proc.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SHELL(text) ARGV("sh", "-c", text)

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void test_output(void) {
    ProcResult result;
    CHECK(proc_run(&(ProcSpec){.argv = SHELL("echo out; echo err >&2")}, &result));
    CHECK_TEXT(strbuf_text(&result.out), "out\n");
    CHECK_TEXT(strbuf_text(&result.err), "err\n");
    proc_result_free(&result);

    CHECK(!proc_run(&(ProcSpec){.argv = SHELL("exit 3")}, &result));
    CHECK(result.exit_code == 3 && result.signal == 0 && !result.not_started);
    proc_result_free(&result);

    CHECK(!proc_run(&(ProcSpec){.argv = SHELL("kill -TERM $$")}, &result));
    CHECK(result.exit_code == -1 && result.signal == SIGTERM);
    proc_result_free(&result);

    /* Both pipes full at the same time, and a large input. */
    StrBuf input = {0};
    while (input.length < 1 << 20) {
        strbuf_puts(&input, "0123456789abcdef");
    }
    ProcSpec copy = {
        .argv = SHELL("tee /dev/stderr"), .input = input.data, .input_size = input.length};
    CHECK(proc_run(&copy, &result));
    CHECK(result.out.length == input.length && result.err.length == input.length);
    CHECK(memcmp(result.out.data, input.data, input.length) == 0);
    proc_result_free(&result);
    ProcSpec unread = {.argv = ARGV("true"), .input = input.data, .input_size = input.length};
    CHECK(proc_run(&unread, &result));
    proc_result_free(&result);
    strbuf_free(&input);

    CHECK(proc_run(&(ProcSpec){.argv = ARGV("cat")}, &result)); /* no input is /dev/null */
    CHECK(result.out.length == 0);
    proc_result_free(&result);
}

static void test_not_started(void) {
    ProcResult result;
    CHECK(!proc_run(&(ProcSpec){.argv = ARGV("no-such-program-at-all")}, &result));
    CHECK(result.not_started && result.start_errno == ENOENT);
    proc_result_free(&result);
    CHECK(!proc_run(&(ProcSpec){.argv = ARGV("/etc/passwd")}, &result));
    CHECK(result.not_started && result.start_errno == EACCES);
    proc_result_free(&result);
    CHECK(!proc_run(&(ProcSpec){.argv = ARGV("true"), .directory = "/nonexistent"}, &result));
    CHECK(result.not_started && result.start_errno == ENOENT);
    proc_result_free(&result);
}

static void test_environment(void) {
    ProcResult result;
    setenv("UNIT_A", "old", 1);
    setenv("UNIT_B", "gone", 1);
    setenv("UNIT_AB", "stays", 1);
    ProcSpec spec = {.argv = SHELL("echo $UNIT_A,$UNIT_B,$UNIT_AB,$UNIT_C; pwd")};
    spec.env = ARGV("UNIT_A=new", "UNIT_B", "UNIT_C=x=y");
    spec.directory = "/usr";
    CHECK(proc_run(&spec, &result));
    CHECK_TEXT(strbuf_text(&result.out), "new,,stays,x=y\n/usr\n");
    proc_result_free(&result);
}

static void test_timeout(void) {
    ProcResult result;
    double start = now();
    ProcSpec spec = {.argv = SHELL("echo before; sleep 30 & sleep 30"), .timeout = 0.3};
    CHECK(!proc_run(&spec, &result));
    CHECK(result.timed_out && result.signal == SIGKILL && now() - start < 5);
    CHECK_TEXT(strbuf_text(&result.out), "before\n");
    proc_result_free(&result);

    /* A child left in the background neither holds us up nor outlives the command. */
    start = now();
    CHECK(proc_run(&(ProcSpec){.argv = SHELL("sleep 30 & echo $!")}, &result));
    CHECK(now() - start < 5);
    pid_t left = (pid_t)strtol(strbuf_text(&result.out), NULL, 10);
    bool gone = false;
    for (int i = 0; i < 200 && !gone; i++) {
        char path[64], state[256] = "";
        snprintf(path, sizeof(path), "/proc/%d/stat", (int)left);
        FILE *file = fopen(path, "r");
        gone = file == NULL || fgets(state, sizeof(state), file) == NULL ||
               strstr(state, ") Z") != NULL;
        if (file != NULL) {
            fclose(file);
        }
        usleep(10000);
    }
    CHECK(gone);
    proc_result_free(&result);
}

typedef struct Seen {
    size_t count;
    size_t order[8];
    bool ok;
} Seen;

static void note(size_t index, const ProcResult *result, void *context) {
    Seen *seen = context;
    seen->order[seen->count++] = index;
    seen->ok = seen->ok && strtol(strbuf_text(&result->out), NULL, 10) == (long)index;
}

static void test_many(void) {
    ProcSpec specs[] = {{.argv = SHELL("sleep 0.4; echo 0")},
                        {.argv = SHELL("echo 1")},
                        {.argv = SHELL("echo 2")},
                        {.argv = SHELL("echo 3")}};
    Seen seen = {.ok = true};
    CHECK(proc_run_all(specs, 4, 2, note, &seen));
    CHECK(seen.count == 4 && seen.ok && seen.order[3] == 0);

    ProcSpec failing[] = {{.argv = SHELL("echo 0; exit 1")},
                          {.argv = SHELL("sleep 0.2; echo 1")},
                          {.argv = SHELL("echo 2")},
                          {.argv = SHELL("echo 3")}};
    seen = (Seen){.ok = true};
    CHECK(!proc_run_all(failing, 4, 2, note, &seen));
    CHECK(seen.count == 2 && seen.ok); /* the running one may finish, no new one starts */
    CHECK(proc_run_all(NULL, 0, 4, note, &seen));
}

static void test_command_line(void) {
    StrBuf line = {0};
    proc_command_line(ARGV("cc", "-o", "a b", "it's", "", "-DX=\"1\""), &line);
    CHECK_TEXT(strbuf_text(&line), "cc -o 'a b' 'it'\\''s' '' '-DX=\"1\"'");
    strbuf_free(&line);
    Arena arena = {0};
    CHECK(proc_find(&arena, "sh") != NULL && proc_find(&arena, "sh")[0] == '/');
    CHECK(proc_find(&arena, "no-such-program-at-all") == NULL);
    CHECK(proc_find(&arena, "") == NULL);
    arena_free(&arena);
}

int main(void) {
    test_output();
    test_not_started();
    test_environment();
    test_timeout();
    test_many();
    test_command_line();
    return unit_report();
}
