#include "package_names.h"

#include "../support/fs.h"
#include "../support/strbuf.h"

#include <string.h>
#include <unistd.h>

/* %s stands for the Python minor version. NULL: the family ships no such package. */
typedef struct Family {
    const char *names; /* ID and ID_LIKE words */
    const char *command;
    const char *packages[PACKAGE_KINDS];
} Family;

static const Family families[] = {
    {"debian ubuntu",
     "apt install",
     {"gcc libc6-dev", "python%s", "python%s-dev", "libpython%s-dev", "zlib1g-dev", "libexpat1-dev",
      "libssl-dev"}},
    {"fedora rhel centos",
     "dnf install",
     {"gcc", "python%s", "python%s-devel", NULL, "zlib-static", "expat-static", "openssl-devel"}},
    {"suse opensuse",
     "zypper install",
     {"gcc", "python%s", "python%s-devel", NULL, "zlib-devel-static", NULL, "libopenssl-devel"}},
    {"arch", "pacman -S", {"gcc", "python", "python", NULL, "zlib", "expat", "openssl"}},
};

static const char *const by_hand[PACKAGE_KINDS] = {
    "install gcc or clang and binutils",
    "install CPython %s",
    "install the headers of CPython %s",
    "build CPython %s with ./configure (it installs the static library), then `make PYTHON=…`",
    "install zlib with its static library",
    "install expat with its static library",
    "install OpenSSL's development files"};

/* ID=debian, ID_LIKE="rhel fedora" */
static bool belongs_to(const char *release, const Family *family) {
    for (const char *line = release; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        size_t skip = strncmp(line, "ID=", 3) == 0 ? 3 : strncmp(line, "ID_LIKE=", 8) == 0 ? 8 : 0;
        for (const char *at = line + skip; skip > 0 && at < line + length;) {
            size_t word = strcspn(at, "\" \n");
            for (const char *name = family->names; *name != '\0';) {
                size_t size = strcspn(name, " ");
                if (word == size && strncmp(at, name, size) == 0) {
                    return true;
                }
                name += size + (name[size] == ' ');
            }
            at += word + 1;
        }
        line += length + (line[length] == '\n');
    }
    return false;
}

static const char *fill(Arena *arena, const char *before, const char *text, const char *minor) {
    StrBuf out = {0};
    strbuf_puts(&out, before);
    for (; *text != '\0'; text++) {
        if (text[0] == '%' && text[1] == 's') {
            strbuf_puts(&out, minor);
            text++;
        } else {
            strbuf_putc(&out, *text);
        }
    }
    const char *result = arena_strdup(arena, strbuf_text(&out));
    strbuf_free(&out);
    return result;
}

const char *package_command(Arena *arena, PackageKind kind, const char *minor) {
    StrBuf release = {0};
    const char *result = NULL;
    if (fs_read("/etc/os-release", &release)) {
        for (size_t i = 0; result == NULL && i < sizeof(families) / sizeof(families[0]); i++) {
            if (belongs_to(strbuf_text(&release), &families[i]) &&
                families[i].packages[kind] != NULL) {
                const char *before = arena_printf(arena, "%s%s ", geteuid() == 0 ? "" : "sudo ",
                                                  families[i].command);
                result = fill(arena, before, families[i].packages[kind], minor);
            }
        }
    }
    strbuf_free(&release);
    return result != NULL ? result : fill(arena, "", by_hand[kind], minor);
}
