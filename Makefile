# pyc2c: `make` builds build/pyc2c; `make help` lists the targets.
include mk/config.mk

.PHONY: all
ifeq ($(PY_MINOR),)
all:
	@echo "make: there is no $(PYTHON); scripts/bootstrap.sh installs what is missing on Debian," >&2
	@echo "and make PYTHON=… takes another interpreter" >&2
	@exit 1
else ifeq ($(PY_LIB),)
all:
	@echo "make: $(PYTHON) has neither libpython$(PY_MINOR).a nor a shared libpython;" >&2
	@echo "Debian has the first in libpython$(PY_MINOR)-dev" >&2
	@exit 1
else
all: $(BUILD)/pyc2c
endif

include mk/build.mk
include mk/tools.mk
include mk/demo.mk
include mk/unit.mk
include mk/test.mk
