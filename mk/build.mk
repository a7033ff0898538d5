# Building the command, the runtime and the stub.
SHARE := $(BUILD)/lib/pyc2c
RTDIR := $(SHARE)/$(PY_MINOR)

# ---- the command ----
COMPILER_SRC := $(sort $(wildcard compiler/support/*.c compiler/modules/*.c compiler/driver/*.c \
                                  compiler/front/*.c compiler/ir/*.c compiler/lower/*.c \
                                  compiler/opt/*.c codegen/*.c))
COMPILER_OBJ := $(COMPILER_SRC:%.c=$(BUILD)/obj/$(PY_MINOR)/%.o)
COMPILER_CFLAGS := $(CSTD) $(CFLAGS) $(DEVELOP) $(WARN) -fno-pie -MMD -MP \
                   -DPYC2C_VERSION='"$(VERSION)"' -DPYC2C_PYTHON_MINOR='"$(PY_MINOR)"' \
                   -DPYC2C_PYTHON='"$(PY_EXE)"'
# The driver reads configuration with the standard library it was built with, while that is there.
$(BUILD)/obj/$(PY_MINOR)/compiler/driver/%.o: COMPILER_CFLAGS += -DPYC2C_STDLIB='"$(PY_STDLIB)"'
# Cached results hold for the sources of the front end that made them: another state of these sources
# has another cache.
SOURCE_ID := $(shell cat $(sort $(wildcard compiler/front/*.[ch] compiler/front/*.def \
                 compiler/modules/*.[ch] compiler/ir/*.* compiler/lower/*.* compiler/opt/*.* \
                 codegen/*.[ch])) | cksum | cut -d' ' -f1)
$(BUILD)/obj/source_id: FORCE
	@mkdir -p $(@D)
	@echo $(SOURCE_ID) | cmp -s - $@ || echo $(SOURCE_ID) > $@
.PHONY: FORCE
CACHE_OBJ := $(patsubst %.c,$(BUILD)/obj/$(PY_MINOR)/%.o,$(wildcard compiler/driver/cache*.c))
$(CACHE_OBJ): COMPILER_CFLAGS += -DPYC2C_SOURCE_ID='"$(SOURCE_ID)"'
$(CACHE_OBJ): $(BUILD)/obj/source_id
# System libraries that libpython.a needs; static where Debian has archives, so that pyc2c and the
# executables need none of them on the target.
PY_LIBS := -Wl,-Bstatic -lexpat -lz -Wl,-Bdynamic -ldl -lutil -lm -lpthread
# Where pyc2c itself finds a shared libpython.
PY_RPATH := $(if $(filter shared,$(LIBPYTHON)),-Wl$(COMMA)-rpath$(COMMA)$(dir $(PY_SO)))
ifeq ($(LIBPYTHON),shared)
COMPILER_CFLAGS += -DPYC2C_LIBPYTHON_SHARED
endif

# liblzma is for --optimize-size; without it that uses zlib for everything.
HAVE_LZMA := $(shell $(CC) -E -include lzma.h -xc /dev/null >/dev/null 2>&1 && \
    $(CC) -print-file-name=liblzma.a | grep -q / && echo 1)
LZMA_LIBS := $(if $(HAVE_LZMA),-l:liblzma.a)
$(BUILD)/obj/$(PY_MINOR)/codegen/pack_method.o: COMPILER_CFLAGS += $(if $(HAVE_LZMA),-DPYC2C_HAVE_LZMA)

$(BUILD)/obj/$(PY_MINOR)/compiler/front/%.o: COMPILER_CFLAGS += -I$(PY_INC)

# Syntax trees as this Python describes them.
$(BUILD)/obj/$(PY_MINOR)/py_tree_tables.def: scripts/ast_tables.py
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $< > $@
$(BUILD)/obj/$(PY_MINOR)/compiler/front/py_tree.o: COMPILER_CFLAGS += -I$(BUILD)/obj/$(PY_MINOR)
$(BUILD)/obj/$(PY_MINOR)/compiler/front/py_tree.o: $(BUILD)/obj/$(PY_MINOR)/py_tree_tables.def

$(BUILD)/obj/$(PY_MINOR)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMPILER_CFLAGS) -c $< -o $@

$(BUILD)/pyc2c-$(PY_MINOR): $(COMPILER_OBJ) $(PY_LIB) $(PY_STAMP)
	$(Q)$(CC) $(CFLAGS) $(DEVELOP) -no-pie -o $@ $(COMPILER_OBJ) $(LZMA_LIBS) $(PY_LIB) $(PY_RPATH) $(PY_LIBS) \
	    -Wl,-export-dynamic

$(BUILD)/pyc2c: $(BUILD)/pyc2c-$(PY_MINOR) $(RTDIR)/stub $(SHARE)/.data $(RTDIR)/cache.pack
	$(Q)cd $(@D) && ln -sf $$(ls -d pyc2c-3.* | sort | head -n 1) $(@F)

# The standard library, compiled once here instead of once by every user.
$(RTDIR)/cache.pack: $(BUILD)/obj/source_id $(SHARE)/.data | $(BUILD)/pyc2c-$(PY_MINOR)
	@mkdir -p $(@D)
	$(Q)$(BUILD)/pyc2c-$(PY_MINOR) cache seed $@

# ---- the runtime, and the stub that bytecode-only executables start from ----
RUNTIME_SRC := $(sort $(wildcard runtime/*.c))
RUNTIME_OBJ := $(RUNTIME_SRC:%.c=$(BUILD)/obj/$(PY_MINOR)/%.o)
RUNTIME_CFLAGS := $(CSTD) -O2 $(if $(filter release,$(MODE)),-DNDEBUG) $(WARN) -fno-pie -fvisibility=hidden -MMD -MP -I$(PY_INC) \
                  -ffunction-sections -fdata-sections
# Functions of libpython that the runtime replaces or watches, by version.
STUB_WRAPS_3.11 := _PyDict_GetItem_KnownHash _PyCode_Quicken _Py_MakeCoro _PyFrame_MakeAndSetFrameObject \
                   _PyCode_GetCode PyRun_StringFlags PyRun_String Py_CompileStringObject
STUB_WRAPS_3.12 := _PyDict_GetItem_KnownHash
STUB_WRAPS := _PyImportZip_Init _Py_Deepfreeze_Init $(STUB_WRAPS_$(PY_MINOR))
STUB_LDFLAGS := $(DEVELOP) -no-pie -rdynamic -Wl,--exclude-libs,libz.a:libexpat.a -Wl,-z,noseparate-code

# The rest replaces functions of libc, which sanitizers call before they are ready.
ifneq ($(DEVELOP),)
RUNTIME_CFLAGS += $(if $(filter asan,$(MODE)),-DRT_SANITIZED)
DEVELOPED := $(shell grep -lE '^.include "rt_(py|import|compat)\.h"' runtime/*.c) runtime/native/%.c
$(patsubst %.c,$(BUILD)/obj/$(PY_MINOR)/%.o,$(DEVELOPED)): RUNTIME_CFLAGS += $(DEVELOP)
endif

$(BUILD)/obj/$(PY_MINOR)/runtime/%.o: runtime/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(RUNTIME_CFLAGS) -c $< -o $@

ifeq ($(LIBPYTHON),shared)
include mk/shared.mk
else
$(RTDIR)/librt.a: $(RUNTIME_OBJ)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(RTDIR)/stub: $(RTDIR)/librt.a $(BUILD)/obj/$(PY_MINOR)/libpython-lean.a \
               $(BUILD)/obj/$(PY_MINOR)/all_builtins.c
	$(Q)$(CC) $(STUB_LDFLAGS) $(STUB_WRAPS:%=-Wl,--wrap=%) -s -o $@ \
	    $(BUILD)/obj/$(PY_MINOR)/all_builtins.c -Wl,--whole-archive $(RTDIR)/librt.a \
	    -Wl,--no-whole-archive $(PY_LIB_LEAN) $(PY_LIBS)
endif

include mk/codegen.mk
include mk/native.mk

DATA_SRC := $(wildcard stdlib-support/packages/* stdlib-support/adapters/* stdlib-support/probe/* stdlib-support/*.toml)
$(SHARE)/.data: $(DATA_SRC) scripts/parse_toml.py
	@mkdir -p $(SHARE)
	$(Q)rm -rf $(SHARE)/packages $(SHARE)/adapters $(SHARE)/probe
	$(Q)cp -r stdlib-support/. $(SHARE)/
	$(Q)$(PYTHON) scripts/parse_toml.py $(SHARE)/*.toml $(SHARE)/packages/*.toml
	$(Q)touch $@

-include $(COMPILER_OBJ:.o=.d) $(RUNTIME_OBJ:.o=.d)
