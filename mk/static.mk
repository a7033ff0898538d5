# The runtime for --static, where the compiler has a static C library.
#
# The runtime's replacements of libc functions become __wrap_x, and the link wraps x: so each of them
# can still call the C library's own as __real_x, without a dynamic linker to ask for it.
STATIC_SRC := $(filter-out runtime/rt_elf_host.c,$(RUNTIME_SRC)) runtime/static/rt_host_static.c
STATIC_OBJ := $(STATIC_SRC:%.c=$(BUILD)/obj/$(PY_MINOR)/static/%.o)

$(BUILD)/obj/$(PY_MINOR)/static/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(RUNTIME_CFLAGS) -DRT_LIBC_STATIC -c $< -o $@

$(RTDIR)/librt-static.a: $(STATIC_OBJ) $(RTDIR)/exports.txt $(LED)
	@mkdir -p $(@D)
	$(Q)sed 's/\(.*\)/\1 __wrap_\1/' $(RTDIR)/exports.txt > $(BUILD)/obj/$(PY_MINOR)/static/wraps.txt
	$(Q)rm -f $@ && ar rcsD $@ $(STATIC_OBJ)
	$(Q)objcopy -D --redefine-syms=$(BUILD)/obj/$(PY_MINOR)/static/wraps.txt $@
	$(Q)$(if $(LED),ar rsD $@ $(LED))

$(BUILD)/pyc2c: $(RTDIR)/librt-static.a

-include $(STATIC_OBJ:.o=.d)
