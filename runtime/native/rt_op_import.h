/* import statements. */
#ifndef PYC2C_RUNTIME_RT_OP_IMPORT_H
#define PYC2C_RUNTIME_RT_OP_IMPORT_H

#include "rt_op_python.h"

/* IMPORT_NAME: through builtins.__import__, which the program may have replaced. */
PyObject *rt_import(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *level,
                    PyObject *fromlist, PyObject *name);
/* IMPORT_FROM. */
PyObject *rt_import_from(PyThreadState *ts, PyObject *module, PyObject *name);
/* IMPORT_STAR, into the frame's locals(). */
int rt_import_star(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *module);

#endif
