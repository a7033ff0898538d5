/* Brief forms of the most frequent operations, for code that runs seldom.
 *
 * Most of a program's code is of that kind, and what it costs is the C compiler's time, which goes
 * by the number of statements. There an operation is one call that also does what would stand
 * before and behind it:
 *
 *     v1 = rt_brief_attr_get(frame, v0, 3, &s4_attr[0], RT_AT(12, 1));
 *
 * `at` is RT_AT(instruction, drops): the frame stands at the instruction with this offset, and
 * after the operation, before anybody looks at its result, operand number i loses a reference for
 * each bit i of `drops`. Names and constants come as their number in the code object. A variable
 * number of operands is an array and its length; in front of it RT_CALL_ROOM entries may be written
 * to for calls, and a call's `self` is the entry before the first. Otherwise they are as the
 * helpers that they end in: codegen/emit_brief.c has the list, with the order of the drops. */
#ifndef PYC2C_RUNTIME_RT_BRIEF_H
#define PYC2C_RUNTIME_RT_BRIEF_H

#include "rt_native.h"

#define RT_AT(offset, drops) ((uint32_t)(offset) << 3 | (drops))

/* ---- names, attributes, items ---- */
PyObject *rt_brief_global_get(_PyInterpreterFrame *frame, int name, RtGlobalSite *site,
                              uint32_t at);
PyObject *rt_brief_attr_get(_PyInterpreterFrame *frame, PyObject *owner, int name, RtAttrSite *site,
                            uint32_t at);
int rt_brief_attr_set(_PyInterpreterFrame *frame, PyObject *owner, PyObject *value, int name,
                      RtAttrSite *site, uint32_t at);
PyObject *rt_brief_method_get(_PyInterpreterFrame *frame, PyObject *owner, PyObject **self,
                              int name, RtMethodSite *site, uint32_t at);
PyObject *rt_brief_item_get(_PyInterpreterFrame *frame, PyObject *container, PyObject *key,
                            uint32_t at);
int rt_brief_item_set(_PyInterpreterFrame *frame, PyObject *container, PyObject *key,
                      PyObject *value, uint32_t at);
PyObject *rt_brief_cell_get(_PyInterpreterFrame *frame, int slot, uint32_t at);
void rt_brief_slot_set(_PyInterpreterFrame *frame, PyObject *value, int slot, uint32_t at);

/* ---- arithmetic and tests ---- */
PyObject *rt_brief_binary(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int op,
                          uint32_t at);
int rt_brief_slot_binary(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int slot,
                         int op, uint32_t at);
PyObject *rt_brief_compare(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int op,
                           uint32_t at);
int rt_brief_compare_truth(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int op,
                           uint32_t at);
int rt_brief_contains(_PyInterpreterFrame *frame, PyObject *container, PyObject *item, uint32_t at);
int rt_brief_truth(_PyInterpreterFrame *frame, PyObject *value, uint32_t at);
int rt_brief_exc_match(_PyInterpreterFrame *frame, PyObject *exception, PyObject *type,
                       uint32_t at);

/* ---- displays ---- */
PyObject *rt_brief_tuple_new(_PyInterpreterFrame *frame, PyObject *const *items, Py_ssize_t count,
                             uint32_t at);
PyObject *rt_brief_list_new(_PyInterpreterFrame *frame, PyObject *const *items, Py_ssize_t count,
                            uint32_t at);
PyObject *rt_brief_format(_PyInterpreterFrame *frame, PyObject *value, PyObject *spec,
                          int conversion, uint32_t at);

/* ---- calls and iteration ---- */
PyObject *rt_brief_call(_PyInterpreterFrame *frame, PyObject *callable, PyObject *const *items,
                        Py_ssize_t count, RtCallSite *site, uint32_t at);
PyObject *rt_brief_call_super(_PyInterpreterFrame *frame, PyObject *callable,
                              PyObject *const *items, Py_ssize_t count, RtCallSite *site,
                              uint32_t at);
PyObject *rt_brief_call_range(_PyInterpreterFrame *frame, PyObject *callable, RtLoop *loop,
                              PyObject *const *items, Py_ssize_t count, RtCallSite *site,
                              uint32_t at);
PyObject *rt_brief_call_enumerate(_PyInterpreterFrame *frame, PyObject *callable, RtLoop *loop,
                                  PyObject *const *items, Py_ssize_t count, RtCallSite *site,
                                  uint32_t at);
PyObject *rt_brief_call_zip(_PyInterpreterFrame *frame, PyObject *callable, RtLoop *loop,
                            PyObject *const *items, Py_ssize_t count, RtCallSite *site,
                            uint32_t at);
PyObject *rt_brief_call_method(_PyInterpreterFrame *frame, PyObject *callable,
                               PyObject *const *items, Py_ssize_t count, RtCallSite *site,
                               uint32_t at);
PyObject *rt_brief_iter(_PyInterpreterFrame *frame, PyObject *value, RtLoop *loop, uint32_t at);
PyObject *rt_brief_pair_iter(_PyInterpreterFrame *frame, PyObject *value, RtLoop *loop,
                             uint32_t at);
PyObject *rt_brief_iter_next(_PyInterpreterFrame *frame, PyObject *iterator, RtLoop *loop,
                             uint32_t at);
PyObject *rt_brief_pair_next(_PyInterpreterFrame *frame, PyObject *iterator, RtLoop *loop,
                             PyObject **pair, uint32_t at);
/* UNPACK_SEQUENCE and `count` (16 at most) STORE_FASTs behind it, to these slots. */
int rt_brief_unpack(_PyInterpreterFrame *frame, PyObject *value, const uint8_t *slots, int count,
                    uint32_t at);
int rt_brief_poll(_PyInterpreterFrame *frame, uint32_t at);

/* Without a place. */
void rt_brief_decref(PyObject *value);

#endif
