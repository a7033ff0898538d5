/* Patterns of match statements. */
#ifndef PYC2C_RUNTIME_RT_OP_MATCH_H
#define PYC2C_RUNTIME_RT_OP_MATCH_H

#include "rt_op_python.h"

RT_INLINE int rt_match_mapping(PyThreadState *ts, PyObject *subject) {
    (void)ts;
    return (Py_TYPE(subject)->tp_flags & Py_TPFLAGS_MAPPING) != 0;
}

RT_INLINE int rt_match_sequence(PyThreadState *ts, PyObject *subject) {
    (void)ts;
    return (Py_TYPE(subject)->tp_flags & Py_TPFLAGS_SEQUENCE) != 0;
}

/* MATCH_KEYS: the values of a tuple of keys, or None when one is missing. */
PyObject *rt_match_keys(PyThreadState *ts, PyObject *subject, PyObject *keys);

/* MATCH_CLASS: the attributes for `count` positional patterns and the names, or None when the
 * subject does not match. */
PyObject *rt_match_class(PyThreadState *ts, PyObject *subject, PyObject *type, PyObject *names,
                         int count);

#endif
