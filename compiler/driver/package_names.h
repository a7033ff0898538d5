/* How to install a part of the toolchain on this system. */
#ifndef PYC2C_DRIVER_PACKAGE_NAMES_H
#define PYC2C_DRIVER_PACKAGE_NAMES_H

#include "../support/arena.h"

typedef enum PackageKind {
    PACKAGE_COMPILER,
    PACKAGE_PYTHON,
    PACKAGE_PYTHON_DEV,
    PACKAGE_LIBPYTHON, /* the static library */
    PACKAGE_ZLIB,
    PACKAGE_EXPAT,
    PACKAGE_OPENSSL,
    PACKAGE_KINDS
} PackageKind;

/* "apt install zlib1g-dev", by what /etc/os-release says; `minor` is "3.11". */
const char *package_command(Arena *arena, PackageKind kind, const char *minor);

#endif
