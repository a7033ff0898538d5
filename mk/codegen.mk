# What codegen/ needs beside the stub: how to link a fresh one, and small helper programs.
#
# link.toml records this build's Python for `pyc2c`: a link at the user's place must use the very
# libpython and flags that the runtime was compiled for.

PY_VERSION := $(shell $(PYTHON) -c 'import platform; print(platform.python_version())' 2>/dev/null)
# Debian has a position independent archive; a Python configured with --enable-shared has only such.
PY_SHARED  := $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_config_var("Py_ENABLE_SHARED") or "")' 2>/dev/null)
PY_LIB_PIC := $(firstword $(wildcard $(PY_CONFIG)/libpython$(PY_LDVERSION)-pic.a) \
                          $(if $(filter 1,$(PY_SHARED)),$(PY_LIB)))
# A shared libpython is no part of a link of the executable.
LINKED_LIB := $(filter %.a,$(PY_LIB))
LINKED_PIC := $(if $(LINKED_LIB),$(PY_LIB_PIC))

# Flags of every stub; -rdynamic and -no-pie are added by those who link, and flags of MODE belong to
# the compiler's command.
LINK_FLAGS := $(filter-out -no-pie -rdynamic $(DEVELOP),$(STUB_LDFLAGS)) $(STUB_WRAPS:%=-Wl,--wrap=%)

$(RTDIR)/link.toml: mk/codegen.mk mk/build.mk mk/config.mk mk/native.mk scripts/parse_toml.py
	@mkdir -p $(@D)
	$(Q){ echo 'python = "$(PY_VERSION)"'; \
	  echo 'include = "$(PY_INC)"'; \
	  echo 'libpython = "$(LINKED_LIB)"'; \
	  echo 'libpython_pic = "$(LINKED_PIC)"'; \
	  echo 'libpython_shared = "$(if $(LINKED_LIB),,carried/$(PY_SONAME))"'; \
	  echo 'develop = ['; for flag in $(DEVELOP) $(DEVELOP_NATIVE); do echo "    \"$$flag\","; done; echo ']'; \
	  echo 'flags = ['; for flag in $(LINK_FLAGS); do echo "    \"$$flag\","; done; echo ']'; \
	  echo 'native_flags = ['; for flag in $(if $(NATIVE),$(NATIVE_WRAPS:%=-Wl,--wrap=%)); do echo "    \"$$flag\","; done; echo ']'; \
	  echo 'libraries = ['; for flag in $(PY_LIBS); do echo "    \"$$flag\","; done; echo ']'; \
	  echo 'builtins = ['; \
	  sed -n 's/^ *{"\([A-Za-z0-9_]*\)", *\([A-Za-z0-9_]*\)}.*/    "\1=\2",/p' $(PY_CONFIG)/config.c; \
	  echo ']'; } > $@
	$(Q)$(PYTHON) scripts/parse_toml.py $@

# Symbols that the runtime exports: its replacements of libc functions must be seen by every library.
$(RTDIR)/exports.txt: $(RTDIR)/librt.a
	$(Q)readelf -sW $< | awk '/^File: / { own = !/(typeobject.o)/ } \
	    own && $$5 == "GLOBAL" && $$6 == "DEFAULT" && $$7 != "UND" { print $$8 }' | LC_ALL=C sort -u > $@

# ---- the object of libpython in which one call is led to runtime/rt_slots.c ----
# A part of the runtime's archives, which are linked whole: so libpython's own is not.
LED := $(if $(filter 3.11,$(PY_MINOR)),$(if $(LINKED_LIB),$(BUILD)/obj/$(PY_MINOR)/led/typeobject.o))
LED_PIC := $(if $(LED),$(if $(LINKED_PIC),$(BUILD)/obj/$(PY_MINOR)/led/pic/typeobject.o))

$(RTDIR)/librt.a: $(LED)
$(LED): $(PY_LIB) $(PY_STAMP)
$(LED_PIC): $(PY_LIB_PIC) $(PY_STAMP)
$(LED) $(LED_PIC): scripts/lead_call.py
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $< $(filter %.a,$^) $(@F) $@
	$(Q)objcopy -R .eh_frame -R .rela.eh_frame $@

# ---- libpython without unwind tables: half a megabyte less in every executable ----
# No C++ exception passes through CPython's C code; see link_size_archive in codegen/link_size.h.
PY_LIB_LEAN := $(BUILD)/obj/$(PY_MINOR)/libpython-lean.a

$(PY_LIB_LEAN): $(PY_LIB) $(PY_STAMP) mk/codegen.mk
	@mkdir -p $(@D)
	$(Q)objcopy -D -R .eh_frame -R .rela.eh_frame $(PY_LIB) $@

# ---- tables of built-in modules for the stubs ----
BUILTINS_OF = $(shell sed -n 's/^$(1)_BUILTIN("\(.*\)").*/\1/p' codegen/core_builtins.def)
# Those of this libpython that become shared objects, which needs position independent code.
CARRIED := $(if $(and $(LINKED_LIB),$(PY_LIB_PIC)),$(shell for name in \
               $(call BUILTINS_OF,CARRIED); do grep -q "\"$$name\"" $(PY_CONFIG)/config.c && echo $$name; done))

$(BUILD)/obj/$(PY_MINOR)/small_builtins.c: codegen/core_builtins.def scripts/builtin_table.sh
	@mkdir -p $(@D)
	$(Q)scripts/builtin_table.sh $(PY_CONFIG)/config.c "$(CARRIED)" "$(call BUILTINS_OF,[A-Z]*)" > $@

$(BUILD)/obj/$(PY_MINOR)/all_builtins.c: codegen/core_builtins.def scripts/builtin_table.sh
	@mkdir -p $(@D)
	$(Q)scripts/builtin_table.sh $(PY_CONFIG)/config.c "$(CARRIED)" > $@

$(RTDIR)/builtin/%.so: $(PY_LIB_PIC) mk/codegen.mk
	@mkdir -p $(@D)
	$(Q)ar p $(PY_LIB_PIC) $*.o > $(BUILD)/obj/$(PY_MINOR)/builtin_$*.o
	$(Q)objcopy -R .eh_frame -R .rela.eh_frame $(BUILD)/obj/$(PY_MINOR)/builtin_$*.o
	$(Q)$(CC) -shared -nostartfiles -s -o $@ -Wl,-z,noseparate-code -Wl,--build-id=none \
	    -Wl,--gc-sections $(BUILD)/obj/$(PY_MINOR)/builtin_$*.o

# ---- frozen modules that the image can carry: their sources, and what reads them ----
# libpython 3.11 holds them as static objects.
FROZEN := $(if $(and $(LINKED_LIB),$(filter 3.11,$(PY_MINOR))),$(RTDIR)/frozen/.done \
              $(RTDIR)/rt_frozen_image.o)
FROZEN_ROWS := $(shell sed -n 's/^FROZEN([^,]*, "\(.*\)", "\(.*\)").*/\1=\2/p' runtime/rt_frozen.def)

$(RTDIR)/frozen/.done: runtime/rt_frozen.def
	@mkdir -p $(@D)
	$(Q)for row in $(FROZEN_ROWS); do cp $(PY_STDLIB)/$${row#*=} $(@D)/$${row%%=*}.py || exit 1; done
	$(Q)touch $@

$(RTDIR)/rt_frozen_image.o: runtime/frozen/rt_frozen_image.c runtime/rt_frozen.def
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -fno-pie -MMD -MP,$(RUNTIME_CFLAGS)) -fPIE -c $< -o $@

# ---- a smaller stub for programs that need few built-in modules ----

$(RTDIR)/stub-small: $(RTDIR)/librt.a $(PY_LIB_LEAN) $(BUILD)/obj/$(PY_MINOR)/small_builtins.c
	$(Q)$(CC) $(STUB_LDFLAGS) $(STUB_WRAPS:%=-Wl,--wrap=%) -O1 -s -o $@ -Wl,--gc-sections \
	    $(BUILD)/obj/$(PY_MINOR)/small_builtins.c -Wl,--whole-archive $(RTDIR)/librt.a \
	    -Wl,--no-whole-archive $(PY_LIB_LEAN) $(PY_LIBS)

# ---- the runtime once more, position independent, for --pie ----
RUNTIME_PIC_SRC := $(if $(LINKED_LIB),$(RUNTIME_SRC),$(RT_CORE_SRC))
RUNTIME_PIC_OBJ := $(RUNTIME_PIC_SRC:%.c=$(BUILD)/obj/$(PY_MINOR)/pic/%.o)
STUB_CFLAGS = $(filter-out -fno-pie,$(RUNTIME_CFLAGS)) $(if $(LINKED_LIB),,-fvisibility=default)

$(BUILD)/obj/$(PY_MINOR)/pic/runtime/%.o: runtime/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(STUB_CFLAGS) -fPIE -c $< -o $@

$(RTDIR)/librt-pic.a: $(RUNTIME_PIC_OBJ) $(LED_PIC)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsD $@ $^

# ---- and for --static ----
ifneq ($(LINKED_LIB),)
ifneq ($(filter /%,$(shell $(CC) -print-file-name=libc.a)),)
include mk/static.mk
endif
endif

# ---- the license check: needs libcrypto's headers, and is linked in only where it is asked for ----
HAVE_CRYPTO := $(shell $(CC) -E -include openssl/evp.h -xc /dev/null >/dev/null 2>&1 && echo 1)

$(RTDIR)/rt_license.o: runtime/license/rt_license.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(STUB_CFLAGS)) -fPIE -c $< -o $@

# ---- the standard library's regular expressions, compiled ----
$(RTDIR)/patterns/.made: scripts/regex_patterns.py stdlib-support/probe/patterns.py
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $< $(@D)
	@touch $@

$(BUILD)/pyc2c: $(RTDIR)/patterns/.made

# ---- texts that the standard library compiles while it is imported (rt_texts.c) ----
TEXTS := $(if $(LINKED_LIB),$(if $(filter 3.11,$(PY_MINOR)),$(RTDIR)/texts.txt))

$(RTDIR)/texts.txt: scripts/kept_texts.py scripts/regex_patterns.py stdlib-support/probe/texts.py
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $< $@

# ---- helper programs: the host-Python launcher, the compiler wrapper that captures objects ----
$(SHARE)/launcher: codegen/launcher/launcher.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) -O2 $(WARN) -s -o $@ $<

$(SHARE)/capture-cc: codegen/capture/capture_cc.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) -O2 $(WARN) -s -o $@ $<
	$(Q)ln -sf capture-cc $(SHARE)/capture-cxx

$(BUILD)/pyc2c: $(CARRIED:%=$(RTDIR)/builtin/%.so) $(FROZEN) $(TEXTS) \
                $(RTDIR)/link.toml $(RTDIR)/exports.txt $(SHARE)/launcher $(SHARE)/capture-cc \
                $(if $(LINKED_LIB),$(RTDIR)/stub-small) $(if $(HAVE_CRYPTO),$(RTDIR)/rt_license.o) \
                $(if $(LINKED_PIC)$(if $(LINKED_LIB),,shared),$(RTDIR)/librt-pic.a)

-include $(RUNTIME_PIC_OBJ:.o=.d)
