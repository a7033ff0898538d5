/* CPython's internal headers that the operations need, in one place; each use is named.
 *
 * What depends on the version is in rt_compat_native.h. All functions used are in a static
 * libpython; some are hidden in a shared one, where there is no native code. */
#ifndef PYC2C_RUNTIME_RT_OP_PYTHON_H
#define PYC2C_RUNTIME_RT_OP_PYTHON_H

#include "rt_compat_native.h"
#include "rt_guard.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <internal/pycore_abstract.h> /* _PyIndex_Check, power without modulus */
#include <internal/pycore_call.h>
#include <internal/pycore_dict.h> /* keys, entries, inline values */
#include <internal/pycore_exceptions.h>
#include <internal/pycore_global_objects.h> /* small integers, identifiers */
#include <internal/pycore_list.h>
#include <internal/pycore_long.h>
#include <internal/pycore_moduleobject.h> /* _PyModuleSpec_IsInitializing */
#include <internal/pycore_object.h>       /* where an object keeps its values and its dict */
#include <internal/pycore_pyerrors.h>
#include <internal/pycore_runtime.h>
#include <internal/pycore_tuple.h> /* tuple iterator */
#include <internal/pycore_typeobject.h>
#include <internal/pycore_unicodeobject.h>
#pragma GCC diagnostic pop

/* Iterators whose layout no header of CPython declares: Objects/listobject.c, dictobject.c and
 * enumobject.c, Python/bltinmodule.c. tests/unit/ops iterates over the first, and over that of
 * ranges (rt_compat_native.h), tests/run/lang_pairs.py over the others. */
typedef struct RtListIter {
    PyObject_HEAD Py_ssize_t index;
    PyListObject *list; /* NULL when exhausted */
} RtListIter;

typedef struct RtDictItemIter {
    PyObject_HEAD PyDictObject *dict; /* NULL when exhausted */
    Py_ssize_t used, position;
    PyObject *result; /* a tuple that is given out again while nobody else has it */
    Py_ssize_t left;
} RtDictItemIter;

typedef struct RtEnumerate {
    PyObject_HEAD Py_ssize_t index;
    PyObject *iterator, *result;
} RtEnumerate;

typedef struct RtZip {
    PyObject_HEAD Py_ssize_t count;
    PyObject *iterators, *result; /* tuples */
    int strict;
} RtZip;

#endif
