# For users: the demo, building a plugin, the benchmarks.
.PHONY: demo build-plugin bench bench-speed bench-builds bench-cost

# The sub-make reads mk/config.mk anew: before bootstrap.sh there may be no Python to ask.
demo:
	@scripts/bootstrap.sh build
	@echo "pyc2c: building the command in $(BUILD)/"
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(PYTHON) scripts/demo.py --build $(BUILD)

# make build-plugin PLUGIN=path [NAME=name] [VENV=directory] [ARGS="options of pyc2c build"]
# The plugin's packages come from VENV, else from the active environment or a .venv beside it, else
# from an environment with mcpd-plugins that is made here.
PLUGIN_VENV = $(or $(VENV),$(VIRTUAL_ENV),$(patsubst %/bin/python,%,$(firstword \
    $(wildcard $(dir $(PLUGIN:%/=%)).venv/bin/python))))
OWN_VENV = $(BUILD)/plugin-venv-$(PY_MINOR)

build-plugin:
	@test -n "$(PLUGIN)" || { \
	    echo "make build-plugin: say which, e.g. PLUGIN=examples/plugins/header.py" >&2; exit 2; }
	@test -e "$(PLUGIN)" || { echo "make build-plugin: $(PLUGIN) is not there" >&2; exit 2; }
	@scripts/bootstrap.sh build
	@$(MAKE) --no-print-directory -j$$(nproc) built-plugin

.PHONY: built-plugin
built-plugin: all
	@$(if $(PLUGIN_VENV),true,scripts/venv.sh $(PYTHON) $(OWN_VENV) examples/plugins/requirements.txt)
	@$(BUILD)/pyc2c build "$(PLUGIN)" --noconfirm $(if $(NAME),--name "$(NAME)") \
	    --python "$(or $(PLUGIN_VENV),$(OWN_VENV))/bin/python" $(ARGS)

# make bench [ARGS="--quick --only hello,plugin"]
bench:
	@scripts/bootstrap.sh build bench
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(PYTHON) benchmarks/run.py --build $(BUILD) $(ARGS)

# make bench-speed [ARGS="--only richards,go --tools pyc2c"]
bench-speed:
	@scripts/bootstrap.sh build bench
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(PYTHON) benchmarks/speed.py --build $(BUILD) $(ARGS)

# make bench-builds [ARGS="--only plugin --tools pyc2c"]
bench-builds:
	@scripts/bootstrap.sh build bench
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(PYTHON) benchmarks/builds.py --build $(BUILD) $(ARGS)

# make bench-cost [ARGS="--rounds 3 --publish"]
bench-cost:
	@scripts/bootstrap.sh build
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(PYTHON) benchmarks/cost.py --build $(BUILD) $(ARGS)
