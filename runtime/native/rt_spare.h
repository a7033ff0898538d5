/* Objects kept for reuse. */
#ifndef PYC2C_RUNTIME_RT_SPARE_H
#define PYC2C_RUNTIME_RT_SPARE_H

#include "rt_native.h"

/* Once, before the program starts. */
void rt_spare_start(void);
/* By full collections: what is kept goes back to the allocator. */
void rt_spare_free(void);

/* An exact function, not tracked, whose fields are not set; NULL with an exception. */
PyFunctionObject *rt_spare_function(void);
#if RT_FUNCTIONS_HAVE_TYPE
/* tp_dealloc of functions with native code. */
void rt_function_dealloc(PyObject *object);
#endif

/* iter(list) of a list whose class has the iterator of lists. */
PyObject *rt_list_iterator(PyObject *list);

#endif
