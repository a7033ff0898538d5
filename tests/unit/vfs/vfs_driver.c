/* Exercises the virtual files from inside an executable that carries some; test_runtime_vfs.py
 * makes the image and says which part to run: vfs_driver calls|proc|exec|gone|threads|bench|child …
 * The image has app.py, pkg/{__init__.py,data.txt,sub/deep.txt}, pkg-x/y, data/blob (3,000,000
 * bytes), lib/packed.txt (compressed), bin/{tool (cat), script, plain}. */
#include "../../../runtime/rt_exec.h"
#include "../unit.h"

#include <dirent.h>
#include <ftw.h>
#include <glob.h>
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <utime.h>

enum { BLOB = 3000000 };
static const char *volatile nothing; /* NULL, unknown to the compiler */

int __open_2(const char *path, int flags);
int __xstat(int version, const char *path, struct stat *status);
int __fxstat(int version, int fd, struct stat *status);

#define CHECK_FAILS(call, error)                                                                   \
    do {                                                                                           \
        errno = 0;                                                                                 \
        CHECK((call) == -1);                                                                       \
        check_errno(__LINE__, #call, error);                                                       \
    } while (0)
#define CHECK_NULL(call, error)                                                                    \
    do {                                                                                           \
        errno = 0;                                                                                 \
        CHECK((call) == NULL);                                                                     \
        check_errno(__LINE__, #call, error);                                                       \
    } while (0)

static void check_errno(int line, const char *call, int error) {
    unit_checks++;
    if (errno != error) {
        unit_failures++;
        fprintf(stderr, "line %d: %s: errno is %s, should be %s\n", line, call,
                strerrorname_np(errno), strerrorname_np(error));
    }
}

static const char *at(const char *path) {
    static char names[8][PATH_MAX];
    static int next;
    char *name = names[next++ % 8];
    snprintf(name, PATH_MAX, "%s/%s", rt_image.exe, path);
    return name;
}

static char *content(int fd) {
    static char text[4096];
    ssize_t size = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    if (size < 0) {
        return NULL;
    }
    text[size] = 0;
    return text;
}

static char *text_of(const char *path) {
    return content(open(path, O_RDONLY));
}

/* ---- open ---- */

static void test_open(void) {
    CHECK_TEXT(text_of(at("pkg/data.txt")), "hello");
    CHECK_TEXT(content(open64(at("pkg/sub/deep.txt"), O_RDONLY | O_CLOEXEC)), "deep");
    CHECK_TEXT(content(openat(AT_FDCWD, at("pkg-x/y"), O_RDONLY)), "z");
    CHECK_TEXT(content(__open_2(at("pkg/data.txt"), O_RDONLY)), "hello");
    CHECK_TEXT(text_of(at("pkg/__init__.py")), "");
    CHECK_TEXT(text_of(at("./pkg//sub/../data.txt")), "hello");
    CHECK(strncmp(text_of(at("lib/packed.txt")), "packed packed ", 14) == 0);
    CHECK_FAILS(open(at("missing"), O_RDONLY), ENOENT);
    CHECK_FAILS(open(at("no/where"), O_RDONLY), ENOENT);
    CHECK_FAILS(open(at("pkg/data.txt/x"), O_RDONLY), ENOTDIR);
    CHECK_FAILS(open(at("pkg/data.txt/"), O_RDONLY), ENOTDIR);
    CHECK_FAILS(open(at("pkg/data.txt/../data.txt"), O_RDONLY), ENOTDIR);
    CHECK_FAILS(open(at("pkg/none/../data.txt"), O_RDONLY), ENOENT);
    CHECK_FAILS(open(at("pkg/data.txt"), O_RDWR), EROFS);
    CHECK_FAILS(open(at("pkg/data.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0666), EROFS);
    CHECK_FAILS(open(at("pkg/new"), O_WRONLY | O_CREAT, 0666), EROFS);
    CHECK_FAILS(open(at("pkg/data.txt"), O_WRONLY | O_CREAT | O_EXCL, 0666), EEXIST);
    CHECK_FAILS(open(at("none/new"), O_WRONLY | O_CREAT, 0666), ENOENT);
    CHECK_FAILS(open(at("pkg"), O_WRONLY), EISDIR);
    CHECK_FAILS(open(at("pkg/data.txt"), O_RDONLY | O_DIRECTORY), ENOTDIR);
    CHECK_FAILS(open(nothing, O_RDONLY), EFAULT);
    CHECK_FAILS(open("", O_RDONLY), ENOENT);
    char longest[PATH_MAX + 300];
    snprintf(longest, sizeof longest, "%s/", rt_image.exe);
    memset(longest + strlen(longest), 'a', 300);
    longest[rt_image.exe_length + 301] = 0;
    CHECK_FAILS(open(longest, O_RDONLY), ENAMETOOLONG);
    errno = 7;
    close(open(at("pkg/data.txt"), O_RDONLY));
    CHECK(errno == 7);
}

static void test_descriptor(bool proc) {
    int fd = open(at("pkg/data.txt"), O_RDONLY | O_CLOEXEC);
    struct stat one;
    struct stat other;
    CHECK(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(fstat(fd, &one) == 0 && stat(at("pkg/data.txt"), &other) == 0);
    CHECK(one.st_ino == other.st_ino && one.st_dev == other.st_dev && one.st_size == 5);
    CHECK(one.st_mtime == 315532800 && S_ISREG(one.st_mode) && (one.st_mode & 0777) == 0444);
    CHECK(__fxstat(1, fd, &other) == 0 && one.st_ino == other.st_ino);
    CHECK(fstatat(fd, "", &other, AT_EMPTY_PATH) == 0 && one.st_ino == other.st_ino);
    struct statx extended;
    CHECK(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &extended) == 0);
    CHECK(extended.stx_ino == one.st_ino && extended.stx_nlink == 1);
    CHECK(ftruncate(fd, 0) == -1);
    if (proc) {
        CHECK_FAILS(write(fd, "x", 1), EBADF);
        CHECK((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
    }
    CHECK(lseek(fd, 1, SEEK_SET) == 1);
    void *map = mmap(NULL, 5, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(map != MAP_FAILED && memcmp(map, "hello", 5) == 0);
    int copy = dup(fd);
    CHECK(fstat(copy, &other) == 0 && other.st_ino == one.st_ino);
    close(copy);
    CHECK(write(fd, "x", 1) == -1);
    CHECK_TEXT(content(fd), "ello");
    fd = open(at("pkg/data.txt"), O_RDONLY);
    CHECK(fcntl(fd, F_GETFD) == 0);
    close(fd);
    if (proc) {
        fd = open(at("pkg"), O_PATH | O_DIRECTORY);
        CHECK(fd >= 0 && fstat(fd, &one) == 0 && S_ISDIR(one.st_mode));
        CHECK(fstatat(fd, "data.txt", &one, 0) == 0 && one.st_size == 5);
        close(fd);
    }
}

static void test_blob(void) {
    int fd = open(at("data/blob"), O_RDONLY);
    unsigned char *data = mmap(NULL, BLOB, PROT_READ, MAP_PRIVATE, fd, 0);
    bool same = data != MAP_FAILED;
    for (size_t i = 0; same && i < BLOB; i++) {
        same = data[i] == (unsigned char)(i * 7 + i / 251);
    }
    CHECK(same);
    struct stat status;
    CHECK(fstat(fd, &status) == 0 && status.st_size == BLOB);
    close(fd);
}

static void test_streams(void) {
    char line[64];
    FILE *stream = fopen(at("pkg/data.txt"), "re");
    CHECK(stream != NULL && fgets(line, sizeof line, stream) != NULL);
    CHECK_TEXT(line, "hello");
    CHECK(freopen(at("pkg/sub/deep.txt"), "r", stream) == stream);
    CHECK(fgets(line, sizeof line, stream) != NULL);
    CHECK_TEXT(line, "deep");
    fclose(stream);
    stream = fopen64(at("pkg-x/y"), "rb");
    CHECK(stream != NULL && fgetc(stream) == 'z' && fgetc(stream) == EOF);
    fclose(stream);
    CHECK_NULL(fopen(at("pkg/data.txt"), "w"), EROFS);
    CHECK_NULL(fopen(at("pkg/data.txt"), "r+"), EROFS);
    CHECK_NULL(fopen(at("pkg/new"), "a"), EROFS);
    CHECK_NULL(fopen(at("pkg/new"), "r"), ENOENT);
    CHECK_NULL(fopen(at("pkg"), "r"), EISDIR);
    stream = fopen("real.txt", "w");
    CHECK(stream != NULL && fputs("real", stream) >= 0 && fclose(stream) == 0);
    CHECK_TEXT(text_of("real.txt"), "real");
    CHECK_NULL(fopen("real.txt/x", "r"), ENOTDIR);
}

/* ---- stat and access ---- */

static void test_stat(void) {
    struct stat status;
    struct stat64 status64;
    struct statx extended;
    CHECK(stat(at("pkg"), &status) == 0 && S_ISDIR(status.st_mode));
    CHECK(stat(at("pkg/"), &status) == 0 && stat(at(""), &status) == 0 && S_ISDIR(status.st_mode));
    CHECK(stat64(at("pkg/data.txt"), &status64) == 0 && status64.st_size == 5);
    CHECK(lstat(at("data/blob"), &status) == 0 && status.st_size == BLOB);
    CHECK(__xstat(1, at("bin/tool"), &status) == 0 && (status.st_mode & 0111) != 0);
    CHECK(stat(rt_image.exe, &status) == 0 && S_ISREG(status.st_mode));
    CHECK(statx(AT_FDCWD, at("pkg/data.txt"), 0, STATX_SIZE, &extended) == 0);
    CHECK(extended.stx_size == 5 && extended.stx_mtime.tv_sec == 315532800);
    CHECK_FAILS(stat(at("none"), &status), ENOENT);
    CHECK_FAILS(stat(at("pkg/data.txt/none"), &status), ENOTDIR);
    CHECK_FAILS(statx(0, nothing, 0, STATX_BASIC_STATS, (struct statx *)(uintptr_t)nothing),
                EFAULT);
    CHECK_FAILS(stat("real.txt/x", &status), ENOTDIR);
    CHECK(access(at("pkg/data.txt"), R_OK) == 0 && access(at("bin/tool"), X_OK) == 0);
    CHECK(eaccess(at("pkg"), R_OK | X_OK) == 0 && faccessat(3, at("pkg"), F_OK, AT_EACCESS) == 0);
    CHECK_FAILS(access(at("pkg/data.txt"), W_OK), EROFS);
    CHECK_FAILS(access(at("pkg/data.txt"), X_OK), EACCES);
    CHECK_FAILS(access(at("none"), F_OK), ENOENT);
    struct statvfs system;
    CHECK(statvfs(at("pkg"), &system) == 0 && system.f_bsize > 0);
}

static void test_spellings(bool proc) {
    struct stat status;
    const char *name = strrchr(rt_image.exe, '/') + 1;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "./%s/pkg/data.txt", name);
    CHECK_TEXT(text_of(path), "hello");
    CHECK(stat(path, &status) == 0 && status.st_size == 5);
    snprintf(path, sizeof path, "%s/pkg/../../real.txt", name);
    CHECK_TEXT(text_of(path), "real");
    CHECK_TEXT(text_of(at("pkg/../../real.txt")), "real");
    CHECK_TEXT(text_of(at("../real.txt")), "real");
    snprintf(path, sizeof path, "pkg/../../%s/pkg/data.txt", name);
    CHECK_TEXT(text_of(at(path)), "hello");
    CHECK_FAILS(stat(at("pkg/../../none"), &status), ENOENT);
    CHECK(stat(at(".."), &status) == 0 && S_ISDIR(status.st_mode));
    snprintf(path, sizeof path, "/%s/pkg/data.txt", rt_image.exe);
    CHECK_TEXT(text_of(path), "hello");
    CHECK(symlink(rt_image.exe, "link") == 0 || errno == EEXIST);
    CHECK_TEXT(text_of("link/pkg/data.txt"), "hello");
    CHECK_FAILS(open("link/none", O_RDONLY), ENOENT);
    CHECK_FAILS(open("link/pkg/data.txt", O_RDWR), EROFS);
    CHECK(access("link/pkg", X_OK) == 0);
    if (proc) {
        CHECK_TEXT(text_of("/proc/self/exe/pkg/data.txt"), "hello");
    }
    CHECK_FAILS(open("pkg/data.txt", O_RDONLY), ENOENT);
    CHECK(rt_vfs_lookup(at("pkg")) != IMAGE_NONE && rt_vfs_lookup("pkg") == IMAGE_NONE);
    CHECK(rt_vfs_lookup(rt_image.exe) == IMAGE_NONE && rt_vfs_lookup(NULL) == IMAGE_NONE);
}

static void test_dirfd(void) {
    struct stat status;
    int fd = open(at("pkg"), O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0 && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode));
    CHECK_TEXT(content(openat(fd, "data.txt", O_RDONLY)), "hello");
    CHECK_TEXT(content(openat(fd, "sub/deep.txt", O_RDONLY)), "deep");
    CHECK_TEXT(content(openat(fd, "../pkg-x/y", O_RDONLY)), "z");
    CHECK_TEXT(content(openat(fd, "../../real.txt", O_RDONLY)), "real");
    CHECK_FAILS(openat(fd, "none", O_RDONLY), ENOENT);
    CHECK(fstatat(fd, "sub", &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode));
    CHECK(faccessat(fd, "data.txt", R_OK, 0) == 0);
    CHECK_FAILS(unlinkat(fd, "data.txt", 0), EROFS);
    CHECK_FAILS(mkdirat(fd, "new", 0777), EROFS);
    char link[8];
    CHECK_FAILS(readlinkat(fd, "data.txt", link, sizeof link), EINVAL);
    int root = openat(fd, "..", O_RDONLY | O_DIRECTORY);
    CHECK_TEXT(content(openat(root, "pkg/data.txt", O_RDONLY)), "hello");
    close(root);
    int file = open("real.txt", O_RDONLY);
    CHECK_FAILS(openat(file, "x", O_RDONLY), ENOTDIR);
    close(file);
    DIR *stream = fdopendir(fd);
    CHECK(stream != NULL && dirfd(stream) == fd && readdir(stream) != NULL);
    CHECK(closedir(stream) == 0 && fcntl(fd, F_GETFD) == -1);
    CHECK_FAILS(fchdir(file = open(at("pkg"), O_RDONLY)), EOPNOTSUPP);
    close(file);
}

/* ---- directories ---- */

static char *names_in(DIR *stream) {
    static char text[1024];
    text[0] = 0;
    struct dirent *entry;
    while ((entry = readdir(stream)) != NULL) {
        sprintf(text + strlen(text), "%s%s ", entry->d_name, entry->d_type == DT_DIR ? "/" : "");
    }
    return text;
}

static int not_hidden(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static int walked;
static int count_walk(const char *path, const struct stat *status, int type, struct FTW *place) {
    walked += strcmp(path + place->base, "deep.txt") == 0 && place->level == 2 && type == FTW_F &&
              status->st_size == 4;
    return 0;
}

static void test_directories(void) {
    DIR *stream = opendir(at(""));
    CHECK_TEXT(names_in(stream), "./ ../ app.py bin/ data/ lib/ pkg/ pkg-x/ ");
    CHECK(readdir(stream) == NULL);
    rewinddir(stream);
    CHECK(readdir64(stream) != NULL && readdir(stream) != NULL);
    long place = telldir(stream);
    CHECK_TEXT(readdir(stream)->d_name, "app.py");
    CHECK_TEXT(readdir(stream)->d_name, "bin");
    seekdir(stream, place);
    CHECK_TEXT(readdir(stream)->d_name, "app.py");
    int fd = dirfd(stream);
    struct stat status;
    CHECK(fstatat(fd, "pkg/data.txt", &status, 0) == 0);
    CHECK(closedir(stream) == 0);
    stream = opendir(rt_image.exe);
    CHECK(stream != NULL && closedir(stream) == 0);
    stream = opendir(at("pkg"));
    CHECK_TEXT(names_in(stream), "./ ../ __init__.py data.txt sub/ ");
    closedir(stream);
    stream = opendir("link/pkg/sub");
    CHECK_TEXT(names_in(stream), "./ ../ deep.txt ");
    closedir(stream);
    CHECK_NULL(opendir(at("none")), ENOENT);
    CHECK_NULL(opendir(at("app.py")), ENOTDIR);
    CHECK_NULL(opendir("real.txt"), ENOTDIR);
    stream = opendir(".");
    CHECK(stream != NULL && strstr(names_in(stream), "real.txt ") != NULL);
    rewinddir(stream);
    closedir(stream);

    struct dirent **list;
    int count = scandir(at("pkg"), &list, not_hidden, alphasort);
    CHECK(count == 3 && strcmp(list[0]->d_name, "__init__.py") == 0);
    for (int i = 0; i < count; i++) {
        free(list[i]);
    }
    free(list);
    count = scandir(".", &list, not_hidden, NULL);
    CHECK(count > 0);
    while (count > 0) {
        free(list[--count]);
    }
    free(list);
    glob_t found;
    CHECK(glob(at("*/*.txt"), 0, NULL, &found) == 0 && found.gl_pathc == 2);
    CHECK_TEXT(found.gl_pathv[1], at("pkg/data.txt"));
    globfree(&found);
    CHECK(glob("*.txt", 0, NULL, &found) == 0 && found.gl_pathc == 1);
    globfree(&found);
    CHECK(nftw(at("pkg"), count_walk, 8, FTW_PHYS) == 0 && walked == 1);
    CHECK_FAILS(nftw(at("none"), count_walk, 8, 0), ENOENT);
}

/* ---- names and changes ---- */

static void test_names(void) {
    char buffer[PATH_MAX];
    CHECK_FAILS(readlink(at("pkg/data.txt"), buffer, 8), EINVAL);
    CHECK_FAILS(readlink(at("none"), buffer, 8), ENOENT);
    CHECK_TEXT(realpath(at("pkg/./sub/../data.txt"), buffer), at("pkg/data.txt"));
    char *name = realpath("link/pkg", NULL);
    CHECK_TEXT(name, at("pkg"));
    free(name);
    CHECK_TEXT(realpath(at(""), buffer), rt_image.exe);
    CHECK_NULL(realpath(at("none"), buffer), ENOENT);
    name = canonicalize_file_name("/");
    CHECK_TEXT(name, "/");
    free(name);
    CHECK(listxattr(at("pkg"), buffer, 8) == 0 && llistxattr("link/app.py", NULL, 0) == 0);
    CHECK_FAILS(getxattr(at("pkg"), "user.x", buffer, 8), ENODATA);
    CHECK_FAILS(chdir(at("pkg")), EOPNOTSUPP);
    CHECK_FAILS(chdir(at("app.py")), ENOTDIR);
    CHECK_FAILS(chdir(at("none")), ENOENT);
    CHECK(chdir(".") == 0);
}

static void test_changes(void) {
    CHECK_FAILS(unlink(at("pkg/data.txt")), EROFS);
    CHECK_FAILS(unlink(at("none")), ENOENT);
    CHECK_FAILS(remove(at("pkg/data.txt")), EROFS);
    CHECK_FAILS(rmdir("link/pkg"), EROFS);
    CHECK_FAILS(mkdir(at("pkg"), 0777), EEXIST);
    CHECK_FAILS(mkdir(at("new"), 0777), EROFS);
    CHECK_FAILS(mkdir(at("none/new"), 0777), ENOENT);
    CHECK_FAILS(symlink("x", at("new")), EROFS);
    CHECK_FAILS(chmod(at("pkg"), 0777), EROFS);
    CHECK_FAILS(truncate(at("app.py"), 0), EROFS);
    CHECK_FAILS(utime(at("app.py"), NULL), EROFS);
    CHECK_FAILS(utimensat(AT_FDCWD, at("app.py"), NULL, 0), EROFS);
    CHECK_FAILS(chown(at("app.py"), 1, 1), EROFS);
    CHECK_FAILS(rename(at("app.py"), at("b.py")), EROFS);
    CHECK_FAILS(rename(at("app.py"), "b.py"), EXDEV);
    CHECK_FAILS(rename("real.txt", at("b.py")), EXDEV);
    CHECK_FAILS(rename("link/none", "b.py"), ENOENT);
    CHECK_FAILS(link("link/app.py", "b.py"), EXDEV);
    CHECK_FAILS(unlink("real.txt/x"), ENOTDIR);
    CHECK(mkdir("made", 0777) == 0 && rename("made", "moved") == 0 && rmdir("moved") == 0);
    CHECK(mkdir(at("../made"), 0777) == 0 && rmdir("link/../made") == 0);
    CHECK(rename(at("../real.txt"), "other") == 0 &&
          rename("other", at("pkg/../../real.txt")) == 0);
}

/* ---- children ---- */

static char *output_of(char *const argv[], bool search) {
    int ends[2];
    if (pipe(ends) != 0) {
        return NULL;
    }
    pid_t pid = vfork();
    if (pid == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        if (search) {
            execvp(argv[0], argv);
        } else {
            execv(argv[0], argv);
        }
        dprintf(1, "%s", strerrorname_np(errno));
        _exit(127);
    }
    close(ends[1]);
    static char text[4096];
    size_t size = 0;
    ssize_t more;
    while ((more = read(ends[0], text + size, sizeof text - 1 - size)) > 0) {
        size += (size_t)more;
    }
    text[size] = 0;
    close(ends[0]);
    waitpid(pid, NULL, 0);
    return text;
}

#define RUN(...) output_of((char *[]){__VA_ARGS__, NULL}, false)
#define NAME(path) ((char *)(uintptr_t)at(path))
#define TEXT(text) ((char *)(uintptr_t)(text))

static int open_descriptors(void) {
    int count = 0;
    for (int fd = 0; fd < 256; fd++) {
        count += fcntl(fd, F_GETFD) != -1;
    }
    return count;
}

static void test_programs(bool proc) {
    int before = open_descriptors();
    CHECK_TEXT(RUN(NAME("bin/tool"), TEXT("real.txt")), "real");
    CHECK_TEXT(RUN(NAME("app.py")), "EACCES");
    CHECK_TEXT(RUN(NAME("none")), "ENOENT");
    CHECK_TEXT(RUN(NAME("pkg")), "EACCES");
    CHECK_TEXT(RUN(TEXT("/bin/echo"), TEXT("a"), TEXT("b=c")), "a b=c\n");
    if (proc) {
        CHECK_TEXT(RUN(NAME("bin/script"), TEXT("word")), "script word\n");
        CHECK_TEXT(RUN(TEXT("link/bin/tool"), NAME("pkg/data.txt")), "hello");
        CHECK_TEXT(RUN(TEXT("/bin/cat"), NAME("pkg/data.txt"), NAME("lib/../pkg-x/y")), "helloz");
        CHECK_TEXT(output_of((char *[]){TEXT("cat"), NAME("pkg/data.txt"), NULL}, true), "hello");
        char command[2 * PATH_MAX];
        snprintf(command, sizeof command, "cat '%s' %s; echo %s", at("pkg/data.txt"), at("pkg-x/y"),
                 at("none"));
        char expected[PATH_MAX];
        snprintf(expected, sizeof expected, "helloz%s\n", at("none"));
        CHECK_TEXT(RUN(TEXT("/bin/sh"), TEXT("-c"), command), expected);
        FILE *stream = popen(command, "r");
        char line[PATH_MAX];
        CHECK(fgets(line, sizeof line, stream) != NULL && pclose(stream) == 0);
        CHECK_TEXT(line, expected);
        snprintf(command, sizeof command, "test -r %s", at("pkg/data.txt"));
        CHECK(system(command) == 0 && system("exit 3") == 3 << 8);
        pid_t pid;
        int status;
        char *argv[] = {TEXT("grep"), TEXT("-q"), TEXT("hello"), NAME("pkg/data.txt"), NULL};
        CHECK(posix_spawnp(&pid, "grep", NULL, NULL, argv, environ) == 0);
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
        char *tool[] = {TEXT("tool"), TEXT("/dev/null"), NULL};
        CHECK(posix_spawn(&pid, at("bin/tool"), NULL, NULL, tool, environ) == 0);
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
        CHECK(posix_spawn(&pid, at("none"), NULL, NULL, tool, environ) == ENOENT);
    }
    setenv("PATH", "/usr/bin::/bin", 1);
    CHECK_TEXT(output_of((char *[]){TEXT("no-such-program"), NULL}, true), "ENOENT");
    CHECK(open_descriptors() == before);
}

/* ---- parts ---- */

static void *use_files(void *unused) {
    (void)unused;
    for (int i = 0; i < 300; i++) {
        char text[8] = {0};
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/pkg/%s", rt_image.exe,
                 i % 2 == 0 ? "data.txt" : "./data.txt");
        int fd = open(path, O_RDONLY);
        if (read(fd, text, 5) != 5 || strcmp(text, "hello") != 0) {
            return "content";
        }
        close(fd);
        DIR *stream = opendir("link/pkg");
        while (readdir(stream) != NULL) {
        }
        closedir(stream);
    }
    return NULL;
}

static void test_threads(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) {
        pthread_create(&threads[i], NULL, use_files, NULL);
    }
    for (int i = 0; i < 8; i++) {
        void *problem;
        pthread_join(threads[i], &problem);
        CHECK(problem == NULL);
    }
}

static void test_gone(void) {
    for (int fd = 3; fd < 1000; fd++) {
        close(fd);
    }
    CHECK(rename(rt_image.exe, "renamed") == 0);
    CHECK_TEXT(text_of(at("pkg/data.txt")), "hello");
    test_blob();
    FILE *stream = fopen(rt_image.exe, "w");
    fclose(stream);
    CHECK_TEXT(text_of(at("pkg/data.txt")), "hello");
    CHECK(unlink(rt_image.exe) == 0 && unlink("renamed") == 0);
    CHECK_TEXT(text_of(at("pkg/data.txt")), "hello");
    test_blob();
    CHECK_TEXT(text_of("/proc/self/exe/pkg/data.txt"), "hello");
    int fd = rt_image_reopen();
    CHECK(fd >= 0);
    close(fd);
    CHECK_TEXT(RUN(TEXT(rt_image.exe), TEXT("child"), TEXT("-c"), TEXT("x")), "program 1 0\n");
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Least of ten rounds, in nanoseconds a call. */
#define MEASURE(name, count, call)                                                                 \
    do {                                                                                           \
        double best = 1e18;                                                                        \
        for (int round = 0; round < 10; round++) {                                                 \
            double start = now();                                                                  \
            for (int i = 0; i < (count); i++) {                                                    \
                call;                                                                              \
            }                                                                                      \
            double spent = (now() - start) / (count);                                              \
            best = spent < best ? spent : best;                                                    \
        }                                                                                          \
        printf("%-36s %8.0f ns\n", name, best);                                                    \
    } while (0)

static void bench(void) {
    struct stat status;
    const char *file = strdup(at("pkg/data.txt"));
    const char *none = strdup(at("pkg/none.txt"));
    const char *unclean = strdup(at("pkg/./data.txt"));
    const char *beside = strdup(at("../real.txt"));
    close(open("real.txt", O_WRONLY | O_CREAT, 0666));
    MEASURE("virtual stat", 100000, stat(file, &status));
    MEASURE("virtual stat, missing", 100000, stat(none, &status));
    MEASURE("virtual stat, with ./", 100000, stat(unclean, &status));
    MEASURE("virtual open and close", 2000, close(open(file, O_RDONLY)));
    MEASURE("virtual open of 3 MB", 20, close(open(at("data/blob"), O_RDONLY)));
    MEASURE("real stat", 20000, stat("/etc/passwd", &status));
    MEASURE("real stat, raw", 20000, syscall(SYS_newfstatat, AT_FDCWD, "/etc/passwd", &status, 0));
    MEASURE("real open and close", 20000, close(open("/etc/passwd", O_RDONLY)));
    MEASURE("real open and close, raw", 20000,
            close((int)syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY)));
    MEASURE("real fstat", 20000, fstat(0, &status));
    MEASURE("below another file (ENOTDIR)", 20000, stat("/etc/passwd/x", &status));
    MEASURE("out of the tree by ..", 20000, stat(beside, &status));
}

static int report_kind(int argc, char **argv) {
    int first;
    RtChildKind kind = rt_child_kind(argc, argv, &first);
    printf("%s %d %d\n", kind == RT_RUN_INTERPRETER ? "interpreter" : "program", first,
           getenv("_PYC2C_SPAWN") != NULL);
    return 0;
}

int main(int argc, char **argv) {
    const char *part = argc > 1 ? argv[1] : "";
    struct stat self; /* under valgrind /proc/self/exe is another file */
    bool proc = stat("/proc/self/exe", &self) == 0 && self.st_ino == rt_image.exe_ino;
    if (rt_image.base == NULL) {
        struct stat status;
        puts(stat(rt_image.exe, &status) == 0 && rt_setting("x") == NULL &&
                     rt_node_find("", 0) == IMAGE_NONE && rt_module_find("x") == NULL
                 ? "bare"
                 : "broken");
        return 0;
    }
    if (getenv("VFS_KIND") != NULL) {
        return report_kind(argc, argv);
    }
    if (strcmp(part, "restart") == 0) { /* restart ARGS…: run ourselves with them */
        setenv("VFS_KIND", "1", 1);
        argv[1] = TEXT(rt_image.exe);
        fputs(output_of(argv + 1, false), stdout);
        return 0;
    }
    if (strcmp(part, "child") == 0) {
        return report_kind(argc, argv);
    }
    if (strcmp(part, "deep") == 0) { /* starts itself until it is stopped */
        int first;
        rt_child_kind(argc, argv, &first);
        fputs(RUN(argv[0], TEXT("deep")), stdout);
        return 0;
    }
    if (strcmp(part, "replace") == 0) { /* replaces itself so many times */
        int first;
        int left = atoi(argv[2]);
        char text[16];
        rt_child_kind(argc, argv, &first);
        snprintf(text, sizeof text, "%d", left - 1);
        if (left > 0) {
            return execv(argv[0], (char *[]){argv[0], argv[1], text, NULL});
        }
        puts("replaced");
        return 0;
    }
    if (strcmp(part, "environment") == 0) { /* what another program gets from us */
        fputs(output_of((char *[]){TEXT("env"), NULL}, true), stdout);
        return 0;
    }
    if (strcmp(part, "bench") == 0) {
        bench();
        return 0;
    }
    if (strcmp(part, "gone") == 0) {
        test_gone();
        return unit_report();
    }
    test_open();
    test_descriptor(proc);
    test_blob();
    test_streams();
    test_stat();
    test_spellings(proc);
    test_dirfd();
    test_directories();
    test_names();
    test_changes();
    test_threads();
    test_programs(proc);
    return unit_report();
}
