#!/bin/sh
# Installs the Debian packages that pyc2c needs and that this machine does not have.
#
#   scripts/bootstrap.sh [--check] [build] [test] [check] [bench]
#
# Without a group it looks after `build`: what `make`, `make demo` and a user of the command need.
# `test` and `check` add what `make test` and `make check` run, `bench` what the peers need. It does
# nothing when all is there, so that calling it is always cheap: no network, no package lists read.
# --check only says what is missing and ends with status 1 when something is.
set -eu

say() { printf 'bootstrap: %s\n' "$*" >&2; }

PYTHON_PACKAGES="python3.11 python3.11-dev python3.11-venv"
BUILD="make gcc libc6-dev binutils zlib1g-dev liblzma-dev libexpat1-dev ca-certificates $PYTHON_PACKAGES"
TEST="strace ccache distcc nginx-light git openssl libssl-dev libffi-dev g++ tzdata util-linux"
CHECK="clang clang-tidy git"
BENCH="g++ patchelf"

check_only=no
wanted=
for argument in "$@"; do
    case $argument in
    --check) check_only=yes ;;
    build) ;;
    test) wanted="$wanted $TEST" ;;
    check) wanted="$wanted $CHECK" ;;
    bench) wanted="$wanted $BENCH" ;;
    *)
        say "unknown argument '$argument' (groups: build test check bench)"
        exit 2
        ;;
    esac
done
wanted="$BUILD $wanted"

# A machine without dpkg is not Debian; there the caller's own tools have to do.
if ! command -v dpkg-query >/dev/null 2>&1; then
    say "this is not a Debian system, so nothing can be installed here."
    say "Install a C compiler, make, binutils, and Python 3.11 with headers, venv and libpython3.11.a,"
    say "zlib and expat with headers and static archives; then 'build/pyc2c doctor' says what is left."
    for tool in make cc /usr/bin/python3.11; do
        command -v "$tool" >/dev/null 2>&1 || exit 1
    done
    exit 0
fi

missing=
for package in $wanted; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    case " $missing " in
    *" $package "*) continue ;;
    esac
    [ "$state" = installed ] || missing="$missing $package"
done
missing=${missing# }
[ -n "$missing" ] || exit 0

if [ "$check_only" = yes ]; then
    say "missing: $missing"
    exit 1
fi

if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    say "these Debian packages are missing, and installing them needs root (there is no sudo here):"
    say "  apt-get install --no-install-recommends $missing"
    exit 1
fi

say "installing: $missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Environment assignments go through env: sudo drops those that precede it.
install_missing() {
    # shellcheck disable=SC2086 # the lists are words on purpose
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends $missing >"$log" 2>&1
}

# Package lists that are there may do; fetch them only when installing with them fails.
if ! install_missing; then
    if ! $as_root apt-get update -q >"$log" 2>&1 || ! install_missing; then
        sed 's/^/  /' "$log" | tail -n 20 >&2
        say "apt-get could not install them (its last lines are above). Needed: $missing"
        say "pyc2c is developed on Debian 12; elsewhere the packages may have other names."
        exit 1
    fi
fi
say "done"
