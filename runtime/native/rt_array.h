/* Items of array.array, without a C call for each step and without objects that die at once. */
#ifndef PYC2C_RUNTIME_RT_ARRAY_H
#define PYC2C_RUNTIME_RT_ARRAY_H

#include "rt_native.h"

/* The item at `index`, negative ones counted from the end: new reference. NULL, perhaps with
 * MemoryError: no array, no such item, or a kind of items that takes the long way. */
PyObject *rt_array_get(PyObject *container, int64_t index);

/* Stores a number to a place that is there: an object, or RT_INT or RT_FLOAT with the number in
 * `v`. False, with nothing changed: take the long way. */
bool rt_array_set(PyObject *container, int64_t index, PyObject *value, int64_t v);

#endif
