# Targets for developers and packagers: check, format, install, uninstall, help, clean.
.PHONY: help check check-build check-docs check-format check-layers check-analyzer format install uninstall clean

help:
	@echo "make                        build $(BUILD)/pyc2c for $(PYTHON)"
	@echo "make LIBPYTHON=shared       carry the shared libpython instead of linking the static one"
	@echo "make PYTHON=python3.12      the same for another Python (pyc2c-3.12 lies beside pyc2c-3.11)"
	@echo "make demo                   install what is missing, build a gRPC plugin, call it"
	@echo "make build-plugin PLUGIN=x  build a plugin as the host's documentation describes"
	@echo "make test                   run all tests (test-unit, test-long: see tests/)"
	@echo "make check                  warnings as errors, formatter, static analysis, layering"
	@echo "make format                 format all C sources"
	@echo "make bench                  compare with PyInstaller and Nuitka"
	@echo "make bench-speed            compare the speed of compiled programs"
	@echo "make bench-builds           compare builds and rebuilds"
	@echo "make bench-cost             size of native code, and the time that making it takes"
	@echo "make install PREFIX=/usr/local [DESTDIR=…]   install; make uninstall takes it away"
	@echo "make clean                  remove $(BUILD)/"
	@echo "Variables: V=1 prints commands, MODE=debug|asan, WERROR=1, BUILD=directory"

# ---- check ----
C_FILES := $(sort $(wildcard compiler/*/*.[ch] codegen/*.[ch] codegen/*/*.[ch] runtime/*.[ch] \
                            runtime/*/*.[ch] runtime/*/*/*.[ch] tests/unit/*.[ch] tests/unit/*/*.[ch]))
TOOLS   := $(BUILD)/tools
CLANG_FORMAT := $(TOOLS)/bin/clang-format

check: check-layers check-format check-docs check-build check-analyzer
	@echo "check: everything is in order"

check-build:
	$(Q)$(MAKE) --no-print-directory WERROR=1 BUILD=$(BUILD)/check CFLAGS="-O1" all

# One version for everybody: what is well formed must not depend on the machine.
$(CLANG_FORMAT):
	$(Q)$(PYTHON) -m venv $(TOOLS)
	$(Q)$(TOOLS)/bin/pip install --quiet --disable-pip-version-check clang-format==18.1.8
	$(Q)touch $@

check-format: $(CLANG_FORMAT)
	$(Q)$(CLANG_FORMAT) --dry-run -Werror $(C_FILES)

format: $(CLANG_FORMAT)
	$(Q)$(CLANG_FORMAT) -i $(C_FILES)

check-docs:
	$(Q)$(PYTHON) scripts/ir_reference.py --check docs/IR.md

docs/IR.md: scripts/ir_reference.py compiler/ir/ops.def compiler/ir/types.def compiler/opt/passes.def
	$(Q)$(PYTHON) $< > $@

check-layers:
	$(Q)$(PYTHON) tests/tools/check_layers.py

# gcc's analyzer over everything that holds no Python objects; it does not know reference counts.
# Left out: malloc-leak and file-leak, because arenas and fs_remove_at_exit free at the end on purpose,
# and null-argument/possible-null, because xmalloc never returns NULL, which it cannot see.
ANALYZED := $(filter-out compiler/front/py_%,$(COMPILER_SRC))
ANALYZER := -fanalyzer -Wno-analyzer-malloc-leak -Wno-analyzer-file-leak \
            -Wno-analyzer-possible-null-argument -Wno-analyzer-possible-null-dereference \
            -Werror -DPYC2C_SOURCE_ID='"0"' -DPYC2C_STDLIB='"$(PY_STDLIB)"'
ANALYZER_OK := $(ANALYZED:%.c=$(BUILD)/analyzed/%.ok)

$(BUILD)/analyzed/%.ok: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMPILER_CFLAGS) -O1 $(ANALYZER) -MF $(@:.ok=.d) -MT $@ \
	    -c $< -o $(@:.ok=.o)
	@touch $@

check-analyzer: $(ANALYZER_OK)

-include $(ANALYZER_OK:.ok=.d)

# ---- install ----
INSTALLED := $(DESTDIR)$(PREFIX)

install: all
	$(Q)install -d $(INSTALLED)/bin $(INSTALLED)/lib/pyc2c $(INSTALLED)/share/doc/pyc2c
	$(Q)install -m 755 $(BUILD)/pyc2c-3.* $(INSTALLED)/bin/
	$(Q)ln -sf $$(readlink $(BUILD)/pyc2c) $(INSTALLED)/bin/pyc2c
	$(Q)cp -R --no-preserve=ownership $(SHARE)/. $(INSTALLED)/lib/pyc2c/
	$(Q)install -m 644 $(wildcard README.md LICENSE docs/*.md) $(INSTALLED)/share/doc/pyc2c/

uninstall:
	$(Q)rm -f $(INSTALLED)/bin/pyc2c $(INSTALLED)/bin/pyc2c-3.*
	$(Q)rm -rf $(INSTALLED)/lib/pyc2c $(INSTALLED)/share/doc/pyc2c

clean:
	$(Q)rm -rf $(BUILD)
