/* trace: a traced import of the packages that a program uses. */
#ifndef PYC2C_MODULES_TRACE_H
#define PYC2C_MODULES_TRACE_H

#include "collect.h"

typedef struct Trace Trace;

/* Begins a traced import of the installed packages that the modules known so far import; it runs
 * beside the caller. NULL when there is nothing to do (--no-trace, no packages) or on an error in
 * diags. */
Trace *trace_start(Collector *collector);
/* Waits for the result and adds what was loaded. True when modules were added. */
bool trace_take(Trace *trace, Collector *collector);
/* Frees it; stops it first if trace_take was not reached. NULL is fine. */
void trace_end(Trace *trace);

#endif
