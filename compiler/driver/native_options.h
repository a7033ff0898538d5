/* Options about native code that are for working on pyc2c: --dump-ir, --stop-after and friends. */
#ifndef PYC2C_DRIVER_NATIVE_OPTIONS_H
#define PYC2C_DRIVER_NATIVE_OPTIONS_H

#include "session.h"

#include "../../codegen/native.h"

/* Sets `control` from the options; false with an error. Dumps go to standard output. */
bool native_options(Session *session, NativeControl *control);
/* True when the build has to show something, so that it must not be skipped. */
bool native_options_show(const Options *options);
/* --time-passes: a table on standard output. */
void native_options_print_times(const NativeCode *native, const NativeControl *control);

#endif
