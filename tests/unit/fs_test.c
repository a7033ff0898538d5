#include "../../compiler/support/fs.h"
#include "../../compiler/support/path.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static Arena arena;
static const char *top;

static const char *at(const char *name) {
    return path_join(&arena, top, name);
}

static void put(const char *name, const char *text) {
    fs_make_dirs(path_dir(&arena, at(name)));
    CHECK(fs_write_atomic(at(name), text, strlen(text), 0644));
}

static size_t count_entries(const char *path) {
    StrVec names = {0};
    fs_list(&arena, path, &names);
    size_t count = names.count;
    vec_free(&names);
    return count;
}

static void test_read_write(void) {
    StrBuf text = {0};
    struct stat status;
    put("file", "hello");
    put("file", "other");
    CHECK(fs_read(at("file"), &text));
    CHECK_TEXT(strbuf_text(&text), "other");
    strbuf_free(&text);
    CHECK(!fs_read(at("none"), &text) && errno == ENOENT);
    CHECK(!fs_read(top, &text) && errno == EISDIR);
    CHECK(fs_read("/proc/self/stat", &text) && text.length > 10);
    strbuf_free(&text);

    mode_t mask = umask(027);
    CHECK(fs_write_atomic(at("program"), "", 0, 0755));
    umask(mask);
    CHECK(stat(at("program"), &status) == 0 && (status.st_mode & 0777) == 0750);

    const uint8_t *data;
    size_t size;
    CHECK(fs_map(at("file"), &data, &size) && size == 5 && memcmp(data, "other", 5) == 0);
    fs_unmap(data, size);
    CHECK(fs_map(at("program"), &data, &size) && size == 0 && data != NULL);
    fs_unmap(data, size);

    CHECK(!fs_write_atomic(at("no/such/dir"), "x", 1, 0644) && errno == ENOENT);
    fs_make_dirs(at("is_dir/inner"));
    CHECK(!fs_write_atomic(at("is_dir"), "x", 1, 0644) && errno == EISDIR);
    CHECK(count_entries(top) == 3); /* failures leave nothing behind */
}

/* A file size limit stands for the full disk: the old content must stay, and no piece of the new.
 */
static void test_disk_full(void) {
    put("kept", "old");
    size_t before = count_entries(top);
    pid_t child = fork();
    if (child == 0) {
        char *big = calloc(1, 1 << 20);
        struct rlimit limit = {4096, 4096};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(!fs_write_atomic(at("kept"), big, 1 << 20, 0644) && errno == EFBIG ? 0 : 1);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    StrBuf text = {0};
    CHECK(fs_read(at("kept"), &text));
    CHECK_TEXT(strbuf_text(&text), "old");
    strbuf_free(&text);
    CHECK(count_entries(top) == before);
}

static bool skip_hidden(const char *relative, bool is_dir, void *context) {
    (void)context;
    return is_dir && path_base(relative)[0] == '.';
}

static void test_walk(void) {
    put("tree/b/two.py", "");
    put("tree/b.py", "");
    put("tree/a/one.py", "");
    put("tree/.git/x", "");
    CHECK(symlink("..", at("tree/a/loop")) == 0);
    CHECK(symlink("../b", at("tree/a/other")) == 0);
    CHECK(symlink("nowhere", at("tree/a/dangling")) == 0);
    StrVec files = {0};
    CHECK(fs_walk(&arena, at("tree"), &files, skip_hidden, NULL));
    StrBuf all = {0};
    for (size_t i = 0; i < files.count; i++) {
        strbuf_printf(&all, "%s ", files.items[i]);
    }
    CHECK_TEXT(strbuf_text(&all), "a/one.py a/other/two.py b.py b/two.py ");
    strbuf_free(&all);
    vec_free(&files);
    CHECK(!fs_walk(&arena, at("nowhere"), &files, NULL, NULL) && errno == ENOENT);
}

static void test_remove(void) {
    put("gone/deep/er/file", "x");
    for (int i = 0; i < 500; i++) {
        put(arena_printf(&arena, "gone/many/file-with-a-rather-long-name-%d", i), "");
    }
    CHECK(symlink(at("file"), at("gone/link")) == 0);
    CHECK(chmod(at("gone/deep"), 0000) == 0);
    CHECK(fs_remove_tree(at("gone")));
    CHECK(!fs_exists(at("gone")) && fs_exists(at("file")));
    CHECK(fs_remove_tree(at("gone")));
    CHECK(fs_make_dirs(at("x//y/z/")) && fs_is_dir(at("x/y/z")));
    CHECK(!fs_make_dirs(at("file/below")) && errno == ENOTDIR);
}

static void test_copy(void) {
    StrBuf big = {0}, back = {0};
    for (int i = 0; i < 300000; i++) {
        strbuf_printf(&big, "%d,", i);
    }
    CHECK(fs_write_atomic(at("big"), big.data, big.length, 0644));
    int from = open(at("big"), O_RDONLY);
    int to = open(at("copy"), O_RDWR | O_CREAT, 0644);
    CHECK(write(to, "head", 4) == 4);
    CHECK(fs_copy_range(from, 10, to, big.length - 20));
    CHECK(!fs_copy_range(from, (off_t)big.length - 5, to, 10) && errno == EIO);
    CHECK(fs_read(at("copy"), &back));
    CHECK(memcmp(back.data, "head", 4) == 0);
    CHECK(memcmp(back.data + 4, big.data + 10, big.length - 20) == 0);
    int pipes[2];
    CHECK(pipe(pipes) == 0 && fs_copy_range(from, 0, pipes[1], 1000));
    char piece[1000];
    CHECK(read(pipes[0], piece, 1000) == 1000 && memcmp(piece, big.data, 1000) == 0);
    close(pipes[0]);
    close(pipes[1]);
    close(from);
    close(to);
    strbuf_free(&big);
    strbuf_free(&back);
}

/* A child makes a temporary tree and ends in the given way; nothing may be left. */
static void test_cleanup(int signal_number) {
    int pipes[2], seen[2]; /* the second one: the parent has looked at it */
    CHECK(pipe(pipes) == 0 && pipe(seen) == 0);
    pid_t child = fork();
    if (child == 0) {
        char *directory = fs_temp_dir(&arena);
        char *inner = path_join(&arena, directory, "a/b");
        fs_make_dirs(inner);
        fs_write_atomic(path_join(&arena, inner, "c"), "x", 1, 0600);
        fs_write_atomic(at("unfinished"), "x", 1, 0600);
        fs_write_atomic(at("finished"), "x", 1, 0600);
        fs_remove_at_exit(at("unfinished"));
        fs_remove_at_exit(at("finished"));
        fs_forget(at("finished"));
        if (write(pipes[1], directory, strlen(directory) + 1) < 0) {
            _exit(1);
        }
        char byte;
        if (signal_number == 0 && read(seen[0], &byte, 1) == 1) {
            exit(7);
        }
        pause();
    }
    char directory[4096];
    CHECK(read(pipes[0], directory, sizeof(directory)) > 0 && fs_is_dir(directory));
    CHECK(signal_number != 0 ? kill(child, signal_number) == 0 : write(seen[1], "", 1) == 1);
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(signal_number == 0 ? WIFEXITED(status) && WEXITSTATUS(status) == 7
                             : WIFSIGNALED(status) && WTERMSIG(status) == signal_number);
    CHECK(!fs_exists(directory) && !fs_exists(at("unfinished")) && fs_exists(at("finished")));
    close(pipes[0]);
    close(pipes[1]);
    close(seen[0]);
    close(seen[1]);
}

int main(void) {
    char directory[] = "/tmp/pyc2c-test-XXXXXX";
    signal(SIGHUP, SIG_DFL); /* nohup ignores it, and then so do we */
    top = mkdtemp(directory);
    test_cleanup(0); /* first: the handlers belong to the process that registers something */
    test_cleanup(SIGINT);
    test_cleanup(SIGTERM);
    test_cleanup(SIGHUP);
    CHECK(fs_remove_tree(at("finished")));
    test_read_write();
    test_disk_full();
    test_walk();
    test_remove();
    test_copy();
    CHECK(fs_remove_tree(top));
    arena_free(&arena);
    return unit_report();
}
