# pyc2c: `make` builds build/pyc2c; `make help` lists the targets.
include mk/config.mk

.PHONY: all
all: $(BUILD)/pyc2c

include mk/build.mk
include mk/tools.mk
include mk/demo.mk
include mk/unit.mk
include mk/test.mk
