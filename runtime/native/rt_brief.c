/* Brief forms: the place, the operation, the drops. The common cases are in place here. */
#include "rt_brief.h"

#include "rt_op.h"

/* ---- what all have in common ---- */

static inline void stand(_PyInterpreterFrame *frame, uint32_t at) {
    frame->prev_instr = _PyCode_CODE(RT_CODE(frame)) + (at >> 3);
}

static inline PyObject *name_at(_PyInterpreterFrame *frame, int name) {
    return PyTuple_GET_ITEM(RT_CODE(frame)->co_names, name);
}

static inline void drop(PyObject *value, uint32_t at, int operand) {
    if (at & 1u << operand) {
        Py_DECREF(value);
    }
}

/* The end of a helper whose short way needs no room on the C stack: that is made only when an
 * operand is dropped, or for the long way (functions apart, called last). */
static RT_NOINLINE PyObject *drop_both(PyObject *result, PyObject *first, PyObject *second,
                                       uint32_t at) {
    drop(first, at, 0);
    drop(second, at, 1);
    return result;
}

static RT_NOINLINE int drop_both_int(int result, PyObject *first, PyObject *second, uint32_t at) {
    drop(first, at, 0);
    drop(second, at, 1);
    return result;
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

static RT_NOINLINE PyObject *attr_get_long(_PyInterpreterFrame *frame, PyObject *owner, int name,
                                           RtAttrSite *site, uint32_t at) {
    HERE;
    PyObject *result = rt_attr_get_call(ts, owner, name_at(frame, name), site);
    drop(owner, at, 0);
    return result;
}

PyObject *rt_brief_attr_get(_PyInterpreterFrame *frame, PyObject *owner, int name, RtAttrSite *site,
                            uint32_t at) {
    stand(frame, at);
    PyObject *value = rt_attr_value(owner, site);
    if (rt_unlikely(value == NULL)) {
        return attr_get_long(frame, owner, name, site, at);
    }
    Py_INCREF(value);
    return (at & 1) == 0 ? value : drop_both(value, owner, NULL, at);
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

static RT_NOINLINE PyObject *method_get_long(_PyInterpreterFrame *frame, PyObject *owner,
                                             PyObject **self, int name, RtMethodSite *site) {
    HERE;
    return owner == &rt_super_pending
               ? rt_super_method(ts, self, name_at(frame, name), site)
               : rt_method_get_call(ts, owner, self, name_at(frame, name), site);
}

PyObject *rt_brief_method_get(_PyInterpreterFrame *frame, PyObject *owner, PyObject **self,
                              int name, RtMethodSite *site, uint32_t at) {
    stand(frame, at);
    const RtWay *way = &site->ways[0];
    if (rt_likely(rt_guard(way->key == RT_WAY_KEY(RT_WAY_METHOD, Py_TYPE(owner)->tp_version_tag) &&
                           rt_way_unhidden(owner, way)))) {
        *self = owner;
        return Py_NewRef(way->value);
    }
    return method_get_long(frame, owner, self, name, site);
}

static RT_NOINLINE PyObject *item_get_long(PyObject *container, PyObject *key, uint32_t at) {
    HERE;
    PyObject *result = rt_item_get_call(ts, container, key);
    drop(container, at, 0);
    drop(key, at, 1);
    return result;
}

PyObject *rt_brief_item_get(_PyInterpreterFrame *frame, PyObject *container, PyObject *key,
                            uint32_t at) {
    stand(frame, at);
    PyObject *item = PyList_CheckExact(container) ? rt_list_item(container, key) : NULL;
    if (rt_unlikely(item == NULL)) {
        return item_get_long(container, key, at);
    }
    return (at & 3) == 0 ? item : drop_both(item, container, key, at);
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

static RT_NOINLINE int slot_binary_long(_PyInterpreterFrame *frame, PyObject *left, PyObject *right,
                                        int slot, int op, uint32_t at) {
    int result = rt_slot_binary_call(frame, left, right, slot, op);
    drop(left, at, 0);
    drop(right, at, 1);
    return result;
}

int rt_brief_slot_binary(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int slot,
                         int op, uint32_t at) {
    stand(frame, at);
    if ((at & 3) == 0 && (op == NB_INPLACE_ADD || op == NB_ADD) &&
        rt_slot_add(frame, left, right, slot, false)) {
        return 0;
    }
    return slot_binary_long(frame, left, right, slot, op, at);
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

static RT_NOINLINE int compare_truth_long(PyObject *left, PyObject *right, int op, uint32_t at) {
    HERE;
    int result = rt_compare_truth_call(ts, left, right, op);
    drop(left, at, 0);
    drop(right, at, 1);
    return result;
}

int rt_brief_compare_truth(_PyInterpreterFrame *frame, PyObject *left, PyObject *right, int op,
                           uint32_t at) {
    stand(frame, at);
    if (rt_likely(rt_guard(rt_is_digit(left) && rt_is_digit(right)))) {
        int result = rt_compare_digits(rt_digit(left), rt_digit(right), op);
        return (at & 3) == 0 ? result : drop_both_int(result, left, right, at);
    }
    return compare_truth_long(left, right, op, at);
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

static RT_NOINLINE int truth_long(PyObject *value, uint32_t at) {
    int result = rt_truth_call(value);
    drop(value, at, 0);
    return result;
}

int rt_brief_truth(_PyInterpreterFrame *frame, PyObject *value, uint32_t at) {
    stand(frame, at);
    if (rt_likely(rt_guard(value == Py_True || value == Py_False || value == Py_None))) {
        return (at & 1) == 0 ? value == Py_True : drop_both_int(value == Py_True, value, NULL, at);
    }
    return truth_long(value, at);
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
#undef BRIEF_CALL

#define BRIEF_LOOP_CALL(name, call)                                                                \
    PyObject *name(_PyInterpreterFrame *frame, PyObject *callable, RtLoop *loop,                   \
                   PyObject *const *items, Py_ssize_t count, RtCallSite *site, uint32_t at) {      \
        HERE;                                                                                      \
        stand(frame, at);                                                                          \
        PyObject *result = call(ts, callable, loop, items, count, site);                           \
        drop(callable, at, 0);                                                                     \
        return result;                                                                             \
    }
BRIEF_LOOP_CALL(rt_brief_call_range, rt_call_range)
BRIEF_LOOP_CALL(rt_brief_call_enumerate, rt_call_enumerate)
BRIEF_LOOP_CALL(rt_brief_call_zip, rt_call_zip)
#undef BRIEF_LOOP_CALL

PyObject *rt_brief_call_method(_PyInterpreterFrame *frame, PyObject *callable,
                               PyObject *const *items, Py_ssize_t count, RtCallSite *site,
                               uint32_t at) {
    HERE;
    stand(frame, at);
    PyObject *result = rt_call_method(ts, callable, items[-1], items, count, site);
    drop(callable, at, 0);
    return result;
}

PyObject *rt_brief_iter(_PyInterpreterFrame *frame, PyObject *value, RtLoop *loop, uint32_t at) {
    HERE;
    stand(frame, at);
    PyObject *result = rt_iter(ts, value, loop);
    drop(value, at, 0);
    return result;
}

PyObject *rt_brief_pair_iter(_PyInterpreterFrame *frame, PyObject *value, RtLoop *loop,
                             uint32_t at) {
    HERE;
    stand(frame, at);
    PyObject *result = rt_pair_iter(ts, value, loop);
    drop(value, at, 0);
    return result;
}

static RT_NOINLINE PyObject *iter_next_long(PyObject *iterator, RtLoop *loop, uint32_t at) {
    HERE;
    PyObject *result =
        loop != NULL ? rt_loop_next(ts, iterator, loop) : rt_range_next_call(ts, iterator);
    drop(iterator, at, 0);
    return result;
}

PyObject *rt_brief_iter_next(_PyInterpreterFrame *frame, PyObject *iterator, RtLoop *loop,
                             uint32_t at) {
    stand(frame, at);
    PyObject *item = rt_listed_next(iterator, loop);
    if (rt_likely(item != NULL)) {
        return (at & 1) == 0 ? item : drop_both(item, iterator, NULL, at);
    }
    return iter_next_long(iterator, loop, at);
}

PyObject *rt_brief_pair_next(_PyInterpreterFrame *frame, PyObject *iterator, RtLoop *loop,
                             PyObject **pair, uint32_t at) {
    HERE;
    stand(frame, at);
    PyObject *result = rt_pair_next_outlined(ts, iterator, loop, pair);
    drop(iterator, at, 0);
    return result;
}

int rt_brief_unpack(_PyInterpreterFrame *frame, PyObject *value, const uint8_t *slots, int count,
                    uint32_t at) {
    enum { MOST_UNPACKED = 16 };
    PyObject *items[MOST_UNPACKED];
    stand(frame, at);
    int status = rt_unpack(_PyThreadState_GET(), value, items, count);
    drop(value, at, 0);
    if (rt_unlikely(status < 0)) {
        return status;
    }
    bool half = false;
    frame->prev_instr++; /* the cache entry */
    for (int i = 0; i < count; i++) {
        rt_stand_at_store(frame, &half);
        rt_slot_set(NULL, frame, items[i], slots[i]);
    }
    return 0;
}

int rt_brief_poll(_PyInterpreterFrame *frame, uint32_t at) {
    HERE;
    stand(frame, at);
    return rt_poll(ts, frame);
}

void rt_brief_decref(PyObject *value) {
    Py_DECREF(value);
}
