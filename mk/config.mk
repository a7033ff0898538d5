# What a build depends on. Override on the command line: `make PYTHON=python3.12 V=1`.
BUILD   ?= build
PREFIX  ?= /usr/local
PYTHON  ?= /usr/bin/python3.11
MODE    ?= release
VERSION := 0.1.0

Q := $(if $(V),,@)
COMMA := ,

PY_MINOR  := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
PY_EXE    := $(shell $(PYTHON) -c 'import sys; print(sys.executable)' 2>/dev/null)
PY_INC    := $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))' 2>/dev/null)
PY_CONFIG := $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_config_var("LIBPL"))' 2>/dev/null)
PY_STDLIB := $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("stdlib"))' 2>/dev/null)
# 3.11, or 3.11d of a debug build.
PY_LDVERSION := $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_config_var("LDVERSION"))' 2>/dev/null)
PY_ARCHIVE := $(firstword $(wildcard $(PY_CONFIG)/libpython$(PY_LDVERSION).a))
PY_SO     := $(wildcard $(shell $(PYTHON) -c 'import os.path, sysconfig; v = sysconfig.get_config_var; \
                 print(os.path.join(v("LIBDIR"), v("INSTSONAME")))' 2>/dev/null))
# static: libpython in the executable; shared: carried inside it, for a Python that has no archive.
LIBPYTHON ?= $(if $(PY_ARCHIVE),static,$(if $(PY_SO),shared))
PY_LIB    := $(if $(filter shared,$(LIBPYTHON)),$(PY_SO),$(PY_ARCHIVE))
# A package manager puts a new libpython there with its own, older date. What is made of it depends on this file, too,
# which is written anew when the library is another one.
PY_STAMP  := $(if $(PY_LIB),$(BUILD)/obj/$(PY_MINOR)/libpython.stamp)
PY_STATUS := $(if $(PY_LIB),$(shell stat -Lc '%n %s %Y %Z' $(PY_LIB)))
ifneq ($(PY_STATUS),$(if $(wildcard $(PY_STAMP)),$(file < $(PY_STAMP))))
$(shell mkdir -p $(dir $(PY_STAMP)))
$(file > $(PY_STAMP),$(PY_STATUS))
endif

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wwrite-strings \
        -Wvla -Wimplicit-fallthrough -Wformat=2 $(if $(WERROR),-Werror)
OPT_release := -O2
OPT_debug   := -O0 -g3
OPT_asan    := -O1 -g
# Also for native code, its runtime and the runtime's Python parts, and for links, which keep symbols.
DEVELOP_debug := -g3
DEVELOP_asan  := -g -fsanitize=address,undefined -fno-omit-frame-pointer
DEVELOP       := $(DEVELOP_$(MODE))
# Native code alone: checks of each pointer are half of the code, and find what ASan finds, too. Where variables live is
# not for reports either, and in the function of a long module body gcc looks for it three quarters of its time.
DEVELOP_NATIVE := $(if $(filter asan,$(MODE)),-fno-var-tracking -fno-sanitize=null$(COMMA)alignment$(COMMA)object-size)
CSTD   := -std=gnu11 -D_GNU_SOURCE
CFLAGS ?= $(OPT_$(MODE))
