# The runtime of native code: linked, after librt.a, only into programs that have some.
#
#   librt-native.a, librt-native-pic.a   whole archives, like librt.a
#   include/native/rt_unit.h             what generated C includes: -I <runtime>/include
#   include/native/rt_native.h, ...      what that is made of, for the unit tests
#
# Native code is for Python 3.11 and a static libpython so far.
#
# STRESS=one-way|guards, for tests (make test-stress): inline caches remember one way only, or guards
# fail at random (runtime/native/rt_guard.h). Each has a build folder of its own.
NATIVE := $(if $(filter 3.11,$(PY_MINOR)),$(LINKED_LIB))
# Functions of libpython whose callers inside libpython are led through runtime/native first.
NATIVE_WRAPS := PyFunction_New _PyEval_EvalFrameDefault _Py_Specialize_Precall \
                PyThread_start_new_thread _PyAsyncGen_ClearFreeLists
NATIVE_SRC := $(sort $(wildcard runtime/native/*.c))
STRESS_FLAG_one-way := -DRT_STRESS_ONE_WAY
STRESS_FLAG_guards  := -DRT_STRESS_GUARDS
STRESS_SRC_guards   := runtime/native/stress/rt_stress.c
ifneq ($(STRESS),)
STRESS_FLAG := $(STRESS_FLAG_$(STRESS))
$(if $(STRESS_FLAG),,$(error STRESS is one-way or guards, not '$(STRESS)'))
NATIVE_SRC += $(STRESS_SRC_$(STRESS))
endif
NATIVE_OBJ := $(NATIVE_SRC:%.c=$(BUILD)/obj/$(PY_MINOR)/%.o)
NATIVE_PIC_OBJ := $(NATIVE_SRC:%.c=$(BUILD)/obj/$(PY_MINOR)/pic/%.o)
# Slots of a new frame are a few words: no call of memset for them.
$(NATIVE_OBJ) $(NATIVE_PIC_OBJ): RUNTIME_CFLAGS += -fno-tree-loop-distribute-patterns $(STRESS_FLAG)
NATIVE_HEADERS := runtime/rt_compat.h $(wildcard runtime/native/*.h runtime/native/*.def)
NATIVE_INSTALLED := $(NATIVE_HEADERS:runtime/%=$(RTDIR)/include/%)

$(RTDIR)/librt-native.a: $(NATIVE_OBJ)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(RTDIR)/librt-native-pic.a: $(NATIVE_PIC_OBJ)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(NATIVE_INSTALLED): $(RTDIR)/include/%: runtime/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

# With the flags of generated code, as far as headers look at them.
NATIVE_UNIT_CFLAGS := -std=gnu11 -O1 -DNDEBUG $(STRESS_FLAG) -I$(RTDIR)/include -I$(PY_INC)
$(RTDIR)/include/native/rt_unit.h: scripts/slim_header.py $(NATIVE_INSTALLED) $(wildcard codegen/emit*.c)
	$(Q)$(PYTHON) $< $@ $(RTDIR)/include/native/rt_native.h codegen/emit $(CC) $(NATIVE_UNIT_CFLAGS)

ifneq ($(NATIVE),)
$(BUILD)/pyc2c: $(RTDIR)/librt-native.a $(RTDIR)/include/native/rt_unit.h $(if $(LINKED_PIC),$(RTDIR)/librt-native-pic.a)
endif

-include $(NATIVE_OBJ:.o=.d) $(NATIVE_PIC_OBJ:.o=.d)
