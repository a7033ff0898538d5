# make test: every suite, in one go. Parts of it:
#
#   make test-unit      C programs of tests/unit; test-unit-python runs them and what drives them
#   make test-run       programs compared with CPython (also: test-cli test-behaviour test-apps
#                       test-plugins test-property test-signals test-faults test-determinism)
#   make test-shared    programs with a shared libpython inside, for a Python without an archive
#   make test-oracle    the compared programs against CPython alone: no pyc2c needed
#   make test-large     programs with large packages: SciPy, pandas, matplotlib, checkers of sources
#   make test-long      what takes too long for every day
#   make test-sanitizers    programs of native code under ASan and UBSan; test-valgrind under memcheck
#   make test-debug-python  the same programs with a Python that checks itself and counts references
#   make test-soak      a plugin answers 100,000 calls with flat memory
#   make test-stress    native code in all its shapes, guards that fail at random among them
#   make test-conformance test-projects test-peers test-fuzz   long suites of native code, at the end of this file
#
# T="-k name" chooses tests; TEST_JOBS=n sets how many run at once.
TEST_JOBS   ?= $(shell nproc)
TEST_PYTHON := $(abspath $(BUILD)/tests/venv/bin/python)
TEST_APPS   := $(abspath $(BUILD)/tests/apps/bin/python)
SUITES      := run cli behaviour apps plugins property signals faults determinism
T ?=

# What nohup, or a shell without job control, lets its jobs ignore would be ignored by the programs under test, too.
PYTEST_ONLY = PYC2C_TEST_APPS_PYTHON=$(TEST_APPS) PYTHONDONTWRITEBYTECODE=1 \
              env --default-signal=HUP,INT,QUIT $(TEST_PYTHON) -m pytest -n $(TEST_JOBS) --dist=worksteal
PYTEST = PYC2C=$(abspath $(BUILD)/pyc2c) $(PYTEST_ONLY)

.PHONY: test test-all test-tools test-venvs test-versions test-unit-python test-oracle test-large test-long test-shared \
        $(SUITES:%=test-%)

# The sub-makes build the command for each further Python found here; the link goes back to the default.
test: test-tools
	$(Q)$(MAKE) --no-print-directory all test-venvs
	$(Q)$(MAKE) --no-print-directory test-versions test-unit-python
	$(Q)$(if $(NATIVE),$(MAKE) --no-print-directory test-stress-guards STRESS_SEEDS=3 STRESS_MODULES= T="-k '$(STRESS_SAMPLE)'")
	$(Q)cd tests && $(PYTEST) -c pytest.ini $(T) $(SUITES)

# Debian packages that the tests use, strace and the like; does nothing when they are there.
test-tools:
	$(Q)scripts/bootstrap.sh build test

test-venvs:
	$(Q)scripts/venv.sh $(PYTHON) $(BUILD)/tests/venv tests/requirements.txt
	$(Q)scripts/venv.sh $(PYTHON) $(BUILD)/tests/apps tests/apps/requirements.txt

test-versions: | all
	$(Q)for python in $$($(PYTHON) tests/support/others.py); do \
	    echo "building for $$python"; \
	    $(MAKE) --no-print-directory PYTHON=$$python all || exit 1; \
	done
	$(Q)ln -sf pyc2c-$(PY_MINOR) $(BUILD)/pyc2c

test-unit-python: unit test-venvs
	$(Q)$(PYTEST) -c tests/unit/pytest.ini tests/unit

$(SUITES:%=test-%): test-%: all test-venvs
	$(Q)cd tests && $(PYTEST) -c pytest.ini $(T) $*

test-shared: test-venvs
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/shared LIBPYTHON=shared all
	$(Q)cd tests && PYC2C=$(abspath $(BUILD)/shared/pyc2c) $(PYTEST_ONLY) -c pytest.ini $(T) run behaviour signals cli

test-large: TEST_APPS := $(abspath $(BUILD)/tests/large/bin/python)
test-large: all test-venvs
	$(Q)scripts/venv.sh $(PYTHON) $(BUILD)/tests/large tests/apps/large/requirements.txt
	$(Q)cd tests && PYC2C_TEST_APPS_FOLDER=large $(PYTEST) --timeout=1500 -c pytest.ini $(T) \
	    apps/test_programs.py

test-oracle: test-venvs
	$(Q)cd tests && $(PYTEST) -c pytest.ini --oracle-only $(T) run behaviour apps

test-long: all test-venvs test-shared
	$(Q)cd tests && PYC2C_TEST_EXAMPLES=1000 $(PYTEST) -c pytest.ini --long --all-targets \
	    --timeout=3000 $(T) $(SUITES)

# ---- native code in all its shapes ----
#
# The programs of tests/run, and what CPython's test suite has about the language. When a guard that
# fails brings up a difference, the report says which seed it was:
# make test-stress-guards STRESS_SEEDS=7 T="-k name".
STRESS_SHAPES  := default optimize-speed full-compat $(STRESS_KINDS)
STRESS_SEEDS   ?= 1 3
STRESS_MODULES ?= test_grammar test_generators test_generator_stop test_coroutines test_asyncgen test_exceptions \
                  test_exception_group test_exception_variations test_except_star test_raise test_traceback \
                  test_frame test_super test_property test_class test_descr test_metaclass test_subclassinit \
                  test_funcattrs test_decorators test_keywordonlyarg test_positional_only_arg test_call \
                  test_extcall test_scope test_global test_named_expressions test_patma test_fstring \
                  test_listcomps test_setcomps test_dictcomps test_genexps test_with test_contextlib \
                  test_contextlib_async test_augassign test_binop test_compare test_richcmp test_contains \
                  test_iter test_range test_enumerate test_index test_slice test_int test_long test_float \
                  test_bool test_list test_tuple test_dict test_set test_unpack test_unpack_ex test_unicode \
                  test_bytes test_string test_functools test_itertools test_collections test_dataclasses test_enum \
                  test_copy test_weakref test_gc test_sys_settrace test_sys_setprofile test_threading test_opcodes \
                  test_typing test_operator
STRESS_TEST    := run/test_run.py::test_runs_as_under_cpython[py$(PY_MINOR)
STRESS_SAMPLE  := native_functions or patched_while_hot or unboxed_numbers or super_methods
STRESS_OPTIONS_optimize-speed := --optimize-speed
STRESS_OPTIONS_full-compat    := --full-compat
# The modules themselves are native. --full-compat is --native=none, and takes no other.
EMPTY :=
STRESS_MODULES_NATIVE := --native $(subst $(EMPTY) $(EMPTY),$(COMMA),$(strip $(STRESS_MODULES:%=test.%)))
$(foreach shape,$(STRESS_SHAPES),$(eval STRESS_CONFORMANCE_$(shape) := $(STRESS_MODULES_NATIVE)))
STRESS_CONFORMANCE_optimize-speed += --build-options=--optimize-speed
STRESS_CONFORMANCE_full-compat    := --native none
# Levels of recursion that C code counts depend on the way that was taken, as under CPython; the
# interpreter holds a call's arguments until it ends. With Python 3.12 a delegate that is resumed the long
# way leaves tb_lasti at SEND instead of behind it.
STRESS_LEFT_OUT_guards := native_recursion_through_c $(if $(filter 3.12,$(PY_MINOR)),generators_resumed)
STRESS_LEFT_OUT_mixed  := native_functions native_recursion destructor_times lang_super_methods \
                          native_entered_frames lang_arguments native_spare_objects
# Once for each seed where guards fail.
STRESS_RUNS = $(if $(STRESS_SRC_$*),$(STRESS_SEEDS),1)
STRESS_PYC2C = $(abspath $(BUILD)/$(if $(filter $(STRESS_KINDS),$*),stress/$*/)pyc2c)

.PHONY: test-stress $(STRESS_SHAPES:%=test-stress-%)
test-stress: $(STRESS_SHAPES:%=test-stress-%)

$(STRESS_KINDS:%=test-stress-%): test-stress-%: stress-%
$(STRESS_SHAPES:%=test-stress-%): test-stress-%: all test-venvs
	$(Q)for seed in $(STRESS_RUNS); do \
	    export PYC2C_STRESS_SEED=$$seed; \
	    (cd tests && PYC2C=$(STRESS_PYC2C) PYC2C_TEST_OPTIONS=$(STRESS_OPTIONS_$*) $(PYTEST_ONLY) \
	        -c pytest.ini $(T) $(patsubst %,--deselect "$(STRESS_TEST)-%",$(STRESS_LEFT_OUT_$*)) run) || exit 1; \
	    test -z "$(STRESS_MODULES)" || $(PYTHON) tests/conformance/run.py --pyc2c $(STRESS_PYC2C) \
	        --python $(PYTHON) --work $(BUILD)/tests/stress-$*-$$seed \
	        $(STRESS_CONFORMANCE_$*) \
	        $(STRESS_MODULES) || exit 1; \
	done

# ---- long suites of native code: hours, each one command ----

.PHONY: test-conformance test-projects test-peers test-fuzz test-sanitizers test-valgrind \
        test-debug-python test-soak
# CPython's own test suite, compiled natively. T="test_grammar test_json" chooses modules.
test-conformance: all
	$(Q)$(PYTHON) tests/conformance/run.py --pyc2c $(BUILD)/pyc2c --python $(PYTHON) \
	    --work $(BUILD)/tests/conformance $(T)

# Test suites of projects from PyPI with the project compiled natively. T="attrs click" chooses.
test-projects: all
	$(Q)$(PYTHON) tests/projects/run.py --pyc2c $(BUILD)/pyc2c --python $(PYTHON) \
	    --work $(BUILD)/tests/projects $(T)

# Programs that Nuitka and mypyc test themselves with. T="--cc tcc mypyc" chooses.
test-peers: all test-venvs
	$(Q)$(TEST_PYTHON) tests/peers/run.py --pyc2c $(BUILD)/pyc2c --python $(PYTHON) \
	    --work $(BUILD)/tests/peers $(T)

# Drawn programs, compiled and compared. T="--count 20000 --seed 7" says how many.
test-fuzz: all test-venvs
	$(Q)$(TEST_PYTHON) tests/fuzz/run.py --pyc2c $(BUILD)/pyc2c --python $(PYTHON) \
	    --work $(BUILD)/tests/fuzz $(T)

test-sanitizers test-valgrind test-debug-python test-soak: export PYC2C_TEST_BUILD_SECONDS ?= 2400

# Programs of tests/run with native code and its runtime instrumented, and under memcheck.
# PYC2C_TEST_CPU_SECONDS=n: processor time of a program; one that needs more is skipped.
test-sanitizers: export ASAN_OPTIONS := detect_leaks=0
test-sanitizers: test-venvs
	$(Q)$(MAKE) --no-print-directory MODE=asan BUILD=$(BUILD)/asan all
	$(Q)cd tests && PYC2C=$(abspath $(BUILD)/asan/pyc2c) PYC2C_TEST_TOOL=asan \
	    $(PYTEST_ONLY) -c pytest.ini $(T) sanitizers

test-valgrind: test-venvs
	$(Q)$(MAKE) --no-print-directory MODE=debug BUILD=$(BUILD)/debug all
	$(Q)cd tests && PYC2C=$(abspath $(BUILD)/debug/pyc2c) PYC2C_TEST_TOOL=valgrind \
	    $(PYTEST_ONLY) -c pytest.ini $(T) sanitizers

# With a Python that checks itself and counts all references (Debian's python3.11-dbg). Its archive is
# not position independent. Where memory runs out its own assertions fail.
test-debug-python: export PYC2C_TEST_RUN_SECONDS ?= 600
test-debug-python: test-venvs
	$(Q)$(MAKE) --no-print-directory PYTHON=/usr/bin/python3.11-dbg PY_LIB_PIC= BUILD=$(BUILD)/debug-python all
	$(Q)cd tests && PYC2C=$(abspath $(BUILD)/debug-python/pyc2c) PYC2C_TEST_PYTHON_3_11=/usr/bin/python3.11-dbg \
	    $(PYTEST_ONLY) -c pytest.ini --timeout=3000 $(or $(T),-k "(native or lang_ or references or suspended or generators) and not memory") run

test-soak: all test-venvs
	$(Q)cd tests && $(PYTEST) -c pytest.ini --long -s $(T) plugins/test_soak.py
