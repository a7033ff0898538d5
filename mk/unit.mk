# Unit tests: tests/unit/*_test.c, one program each, and *_tool.c, which the Python tests drive.
UNIT_DIR  := $(BUILD)/unit/$(PY_MINOR)
UNIT_OBJ  := $(patsubst %.c,$(BUILD)/obj/$(PY_MINOR)/%.o,$(sort $(wildcard compiler/support/*.c \
                                                                         compiler/front/*.c \
                                    compiler/ir/*.c compiler/lower/*.c compiler/opt/*.c \
                                    codegen/emit_hot.c)))
UNIT_BIN  := $(patsubst tests/unit/%.c,$(UNIT_DIR)/%,$(sort $(wildcard tests/unit/*_test.c)))
UNIT_TOOL := $(patsubst tests/unit/%.c,$(UNIT_DIR)/%,$(sort $(wildcard tests/unit/*_tool.c)))
PY_STDLIB := $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("stdlib"))' 2>/dev/null)

$(UNIT_DIR)/%: tests/unit/%.c $(UNIT_OBJ) $(PY_LIB) $(PY_STAMP)
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMPILER_CFLAGS) -no-pie -o $@ $< $(UNIT_OBJ) $(PY_LIB) $(PY_RPATH) $(PY_LIBS) \
	    -Wl,-export-dynamic

$(UNIT_DIR)/tree_test: COMPILER_CFLAGS += -I$(PY_INC)

.PHONY: unit test-unit
unit: $(UNIT_BIN) $(UNIT_TOOL)

# Each program prints the number of its checks, or what failed.
test-unit: unit
	$(Q)for test in $(UNIT_BIN); do \
	    printf '%s: ' "$${test##*/}"; PYC2C_STDLIB=$(PY_STDLIB) $$test || exit 1; \
	done

-include $(wildcard $(UNIT_DIR)/*.d)
