# The runtime of native code: linked, after librt.a, only into programs that have some.
#
#   librt-native.a, librt-native-pic.a   whole archives, like librt.a
#   include/native/rt_unit.h             what generated C includes: -I <runtime>/include
#   include/native/rt_native.h, ...      what that is made of, for the unit tests
#
# Native code is for Python 3.11, 3.12 and 3.13 and a static libpython so far.
#
# For tests (make test-stress) there are three more of it: inline caches remember one way only, guards
# fail at random, the interpreter takes over at random (runtime/native/rt_guard.h). `make stress-guards`
# makes $(BUILD)/stress/guards/pyc2c, which shares all else with this build.
NATIVE := $(if $(filter 3.11 3.12 3.13,$(PY_MINOR)),$(LINKED_LIB))
# Functions of libpython whose callers inside libpython are led through runtime/native first.
NATIVE_WRAPS_3.11 := _Py_Specialize_Precall
NATIVE_WRAPS_3.12 := _PyMonitoring_SetEvents
NATIVE_WRAPS_3.13 := _PyMonitoring_SetEvents _PyFunction_SetVersion _Py_Specialize_Call \
                     PyThread_start_joinable_thread
NATIVE_WRAPS := PyFunction_New PyEval_EvalCode _PyEval_Vector _PyEval_EvalFrameDefault PyThread_start_new_thread \
                _PyAsyncGen_ClearFreeLists PyErr_CheckSignals _PyEval_SignalReceived \
                $(NATIVE_WRAPS_$(PY_MINOR))
# What only other versions need: how functions are told apart, who is asked whether somebody traces.
NATIVE_ONLY_3.13 := runtime/native/rt_specialize.c runtime/native/rt_locals.c
NATIVE_OTHER_3.11 := runtime/native/rt_watch.c $(NATIVE_ONLY_3.13)
NATIVE_OTHER_3.12 := runtime/native/rt_exact.c $(NATIVE_ONLY_3.13)
NATIVE_OTHER_3.13 := runtime/native/rt_exact.c
STRESS_KINDS        := one-way guards mixed
STRESS_FLAG_one-way := -DRT_STRESS_ONE_WAY
STRESS_FLAG_guards  := -DRT_STRESS_GUARDS
STRESS_FLAG_mixed   := -DRT_STRESS_MIXED
STRESS_SRC_guards   := runtime/native/stress/rt_stress.c
STRESS_SRC_mixed    := $(STRESS_SRC_guards)
# STRESS is set by the rule of stress-%, for the make that it calls.
NATIVE_BUILD := $(BUILD)$(if $(STRESS),/stress/$(STRESS))
NATIVE_RTDIR := $(NATIVE_BUILD)/lib/pyc2c/$(PY_MINOR)
NATIVE_SRC := $(filter-out $(NATIVE_OTHER_$(PY_MINOR)),$(sort $(wildcard runtime/native/*.c))) \
              $(STRESS_SRC_$(STRESS))
NATIVE_OBJ := $(NATIVE_SRC:%.c=$(NATIVE_BUILD)/obj/$(PY_MINOR)/%.o)
NATIVE_PIC_OBJ := $(NATIVE_SRC:%.c=$(NATIVE_BUILD)/obj/$(PY_MINOR)/pic/%.o)
# Slots of a new frame are a few words: no call of memset for them.
$(NATIVE_OBJ) $(NATIVE_PIC_OBJ): RUNTIME_CFLAGS += -fno-tree-loop-distribute-patterns \
                                                 $(STRESS_FLAG_$(STRESS))
NATIVE_HEADERS := runtime/rt_compat.h $(wildcard runtime/native/*.h runtime/native/*.def)
NATIVE_INSTALLED := $(NATIVE_HEADERS:runtime/%=$(NATIVE_RTDIR)/include/%)

$(NATIVE_RTDIR)/librt-native.a: $(NATIVE_OBJ)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(NATIVE_RTDIR)/librt-native-pic.a: $(NATIVE_PIC_OBJ)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(NATIVE_INSTALLED): $(NATIVE_RTDIR)/include/%: runtime/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

# With the flags of generated code, as far as headers look at them.
NATIVE_UNIT_CFLAGS := -std=gnu11 -O1 -DNDEBUG $(STRESS_FLAG_$(STRESS)) -I$(NATIVE_RTDIR)/include -I$(PY_INC)
$(NATIVE_RTDIR)/include/native/rt_unit.h: scripts/slim_header.py $(NATIVE_INSTALLED) $(wildcard codegen/emit*.c)
	$(Q)$(PYTHON) $< $@ $(NATIVE_RTDIR)/include/native/rt_native.h codegen/emit $(CC) $(NATIVE_UNIT_CFLAGS)

ifneq ($(STRESS),)
$(NATIVE_BUILD)/obj/$(PY_MINOR)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(RUNTIME_CFLAGS) -c $< -o $@

$(NATIVE_BUILD)/pyc2c: $(NATIVE_RTDIR)/librt-native.a $(NATIVE_RTDIR)/include/native/rt_unit.h $(BUILD)/pyc2c-$(PY_MINOR)
	$(Q)cp -rsn $(abspath $(SHARE))/. $(NATIVE_BUILD)/lib/pyc2c/
	$(Q)rm -f $(NATIVE_RTDIR)/librt-native-pic.a
	$(Q)cp $(BUILD)/pyc2c-$(PY_MINOR) $(@D)/ && ln -sf pyc2c-$(PY_MINOR) $@
else ifneq ($(NATIVE),)
$(BUILD)/pyc2c: $(RTDIR)/librt-native.a $(RTDIR)/include/native/rt_unit.h $(if $(LINKED_PIC),$(RTDIR)/librt-native-pic.a)
endif

.PHONY: $(STRESS_KINDS:%=stress-%)
$(STRESS_KINDS:%=stress-%): stress-%: all
	$(Q)$(MAKE) --no-print-directory STRESS=$* $(BUILD)/stress/$*/pyc2c

-include $(NATIVE_OBJ:.o=.d) $(NATIVE_PIC_OBJ:.o=.d)
