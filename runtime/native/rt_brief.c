/* Brief forms: the place, the operation, the drops. The common cases are in place here. */
#include "rt_brief.h"

#include "rt_op.h"

/* ---- what all have in common ---- */

static inline void stand(_PyInterpreterFrame *frame, uint32_t at) {
    frame->prev_instr = _PyCode_CODE(frame->f_code) + (at >> 3);
}

static inline PyObject *name_at(_PyInterpreterFrame *frame, int name) {
    return PyTuple_GET_ITEM(frame->f_code->co_names, name);
}

static inline void drop(PyObject *value, uint32_t at, int operand) {
    if (at & 1u << operand) {
        Py_DECREF(value);
    }
}

#define HERE PyThreadState *const ts = _PyThreadState_GET()

/* ---- names, attributes, items ---- */

PyObject *rt_brief_global_get(_PyInterpreterFrame *frame, int name, RtGlobalSite *site,
                              uint32_t at) {
    stand(frame, at);
    PyObject *value = rt_global_value(frame, site);
    return rt_likely(value != NULL)
               ? Py_NewRef(value)
               : rt_global_get_slow(_PyThreadState_GET(), frame, name_at(frame, name), site);
}

PyObject *rt_brief_attr_get(_PyInterpreterFrame *frame, PyObject *owner, int name, RtAttrSite *site,
                            uint32_t at) {
    HERE;
    stand(frame, at);
    PyObject *result = rt_attr_get(ts, owner, name_at(frame, name), site);
    drop(owner, at, 0);
    return result;
}

int rt_brief_attr_set(_PyInterpreterFrame *frame, PyObject *owner, PyObject *value, int name,
                      RtAttrSite *site, uint32_t at) {
    HERE;
    stand(frame, at);
    int result = rt_attr_set(ts, owner, value, name_at(frame, name), site);
    drop(value, at, 1);
    drop(owner, at, 0);
    return result;
}

PyObject *rt_brief_method_get(_PyInterpreterFrame *frame, PyObject *owner, PyObject **self,
                              int name, RtMethodSite *site, uint32_t at) {
    HERE;
    stand(frame, at);
    return rt_method_get(ts, owner, self, name_at(frame, name), site);
}

PyObject *rt_brief_item_get(_PyInterpreterFrame *frame, PyObject *container, PyObject *key,
                            uint32_t at) {
    HERE;
    stand(frame, at);
    PyObject *result = rt_item_get(ts, container, key);
    drop(container, at, 0);
    drop(key, at, 1);
    return result;
}

int rt_brief_item_set(_PyInterpreterFrame *frame, PyObject *container, PyObject *key,
                      PyObject *value, uint32_t at) {
    HERE;
    stand(frame, at);
    int result = rt_item_set(ts, container, key, value);
    drop(value, at, 2);
    drop(container, at, 0);
    drop(key, at, 1);
    return result;
}

PyObject *rt_brief_cell_get(_PyInterpreterFrame *frame, int slot, uint32_t at) {
    HERE;
    stand(frame, at);
    return rt_cell_get(ts, frame, slot);
}

void rt_brief_slot_set(_PyInterpreterFrame *frame, PyObject *value, int slot, uint32_t at) {
    stand(frame, at);
    rt_slot_set(NULL, frame, value, slot);
}

/* ---- arithmetic and tests ---- */

PyObject *rt_brief_binary(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int op,
                          uint32_t at) {
    stand(frame, at);
    PyObject *result = rt_binary_call(left, right, op);
    drop(left, at, 0);
    drop(right, at, 1);
    return result;
}

int rt_brief_slot_binary(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int slot,
                         int op, uint32_t at) {
    stand(frame, at);
    int result = rt_slot_binary_call(frame, left, right, slot, op);
    drop(left, at, 0);
    drop(right, at, 1);
    return result;
}

PyObject *rt_brief_compare(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int op,
                           uint32_t at) {
    HERE;
    stand(frame, at);
    PyObject *result = rt_compare(ts, left, right, op);
    drop(left, at, 0);
    drop(right, at, 1);
    return result;
}

int rt_brief_compare_truth(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int op,
                           uint32_t at) {
    HERE;
    stand(frame, at);
    int result = rt_compare_truth(ts, left, right, op);
    drop(left, at, 0);
    drop(right, at, 1);
    return result;
}

int rt_brief_contains(_PyInterpreterFrame *frame, PyObject *container, PyObject *item,
                      uint32_t at) {
    HERE;
    stand(frame, at);
    int result = rt_contains(ts, container, item);
    drop(item, at, 1);
    drop(container, at, 0);
    return result;
}

int rt_brief_truth(_PyInterpreterFrame *frame, PyObject *value, uint32_t at) {
    HERE;
    stand(frame, at);
    int result = rt_truth(ts, value);
    drop(value, at, 0);
    return result;
}

int rt_brief_exc_match(_PyInterpreterFrame *frame, PyObject *exception, PyObject *type,
                       uint32_t at) {
    HERE;
    stand(frame, at);
    int result = rt_exc_match(ts, exception, type);
    drop(exception, at, 0);
    drop(type, at, 1);
    return result;
}

/* ---- displays ---- */

PyObject *rt_brief_tuple_new(_PyInterpreterFrame *frame, PyObject *const *items, Py_ssize_t count,
                             uint32_t at) {
    HERE;
    stand(frame, at);
    return rt_tuple_new(ts, items, count);
}

PyObject *rt_brief_list_new(_PyInterpreterFrame *frame, PyObject *const *items, Py_ssize_t count,
                            uint32_t at) {
    HERE;
    stand(frame, at);
    return rt_list_new(ts, items, count);
}

PyObject *rt_brief_format(_PyInterpreterFrame *frame, PyObject *value, PyObject *spec,
                          int conversion, uint32_t at) {
    HERE;
    stand(frame, at);
    PyObject *result = rt_format(ts, value, spec, conversion);
    drop(value, at, 0);
    drop(spec, at, 1);
    return result;
}

/* ---- calls and iteration ---- */

#define BRIEF_CALL(name, call)                                                                     \
    PyObject *name(_PyInterpreterFrame *frame, PyObject *callable, PyObject *const *items,         \
                   Py_ssize_t count, RtCallSite *site, uint32_t at) {                              \
        HERE;                                                                                      \
        stand(frame, at);                                                                          \
        PyObject *result = call(ts, callable, items, count, site);                                 \
        drop(callable, at, 0);                                                                     \
        return result;                                                                             \
    }
BRIEF_CALL(rt_brief_call, rt_call)
BRIEF_CALL(rt_brief_call_super, rt_call_super)
BRIEF_CALL(rt_brief_call_range, rt_call_range)
#undef BRIEF_CALL

PyObject *rt_brief_call_method(_PyInterpreterFrame *frame, PyObject *callable,
                               PyObject *const *items, Py_ssize_t count, RtCallSite *site,
                               uint32_t at) {
    HERE;
    stand(frame, at);
    PyObject *result = rt_call_method(ts, callable, items[-1], items, count, site);
    drop(callable, at, 0);
    return result;
}

PyObject *rt_brief_iter(_PyInterpreterFrame *frame, PyObject *value, uint32_t at) {
    HERE;
    stand(frame, at);
    PyObject *result = rt_iter(ts, value);
    drop(value, at, 0);
    return result;
}

PyObject *rt_brief_iter_next(_PyInterpreterFrame *frame, PyObject *iterator, uint32_t at) {
    HERE;
    stand(frame, at);
    PyObject *result = rt_iter_next(ts, iterator);
    drop(iterator, at, 0);
    return result;
}

int rt_brief_poll(_PyInterpreterFrame *frame, uint32_t at) {
    HERE;
    stand(frame, at);
    return rt_poll(ts, frame);
}

void rt_brief_decref(PyObject *value) {
    Py_DECREF(value);
}
