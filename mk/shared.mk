# The runtime for a Python that has only a shared libpython; runtime/shared/rt_boot.c says how it works.
#
#   stub, librt.a         the half that knows nothing of Python
#   carried/              what every executable carries: the other half and libpython
#   librt-python.a        the other half once more, for links with modules from sources
RT_PYTHON_SRC := $(sort $(shell grep -lE '^.include "rt_(py|import|compat|code)\.h"' runtime/*.c))
RT_CORE_SRC   := $(filter-out $(RT_PYTHON_SRC),$(RUNTIME_SRC)) runtime/shared/rt_boot.c
RT_PYTHON_OBJ := $(RT_PYTHON_SRC:%.c=$(BUILD)/obj/$(PY_MINOR)/shared/%.o)
RT_CORE_OBJ   := $(RT_CORE_SRC:%.c=$(BUILD)/obj/$(PY_MINOR)/shared/%.o)
PY_SONAME     := $(notdir $(PY_SO))

# The halves see each other's functions by their names.
$(RT_CORE_OBJ): SHARED_CFLAGS := -fvisibility=default
$(RT_PYTHON_OBJ): SHARED_CFLAGS := -fPIC -DRT_LIBPYTHON_SHARED

$(BUILD)/obj/$(PY_MINOR)/shared/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(RUNTIME_CFLAGS) $(SHARED_CFLAGS) -c $< -o $@

$(RTDIR)/librt.a: $(RT_CORE_OBJ)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(RTDIR)/librt-python.a: $(RT_PYTHON_OBJ)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(RTDIR)/stub: $(RTDIR)/librt.a
	$(Q)$(CC) $(STUB_LDFLAGS) -s -o $@ -Wl,--whole-archive $< -Wl,--no-whole-archive $(PY_LIBS)

# Symbols that it needs from the executable and from libpython stay open until it is loaded.
$(RTDIR)/carried/libpyc2c-runtime.so: $(RTDIR)/librt-python.a $(RTDIR)/carried/$(PY_SONAME)
	$(Q)$(CC) -shared -s -o $@ -Wl,-soname,$(@F) -Wl,--build-id=none -Wl,-z,noseparate-code \
	    -Wl,--whole-archive $< -Wl,--no-whole-archive $(RTDIR)/carried/$(PY_SONAME)

$(RTDIR)/carried/$(PY_SONAME): $(PY_SO)
	@mkdir -p $(@D)
	$(Q)strip -o $@ $<

$(BUILD)/pyc2c: $(RTDIR)/carried/libpyc2c-runtime.so $(RTDIR)/librt-python.a

-include $(RT_PYTHON_OBJ:.o=.d) $(RT_CORE_OBJ:.o=.d)
