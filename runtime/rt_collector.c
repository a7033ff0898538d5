/* The pause of the garbage collector during imports.
 *
 * Imports create objects that stay; collecting meanwhile finds nothing and costs a tenth of
 * start-up. The youngest generation's counter is lowered for the duration, and what was allocated
 * moves to the oldest generation, as if it had survived. gc.disable(), gc.collect() and friends
 * keep their meaning. */
#include "rt_import.h"

enum { COLLECTOR_HEAD_START = 1 << 20 };
static int import_depth;

void rt_collector_pause(PyInterpreterState *interp) {
    if (import_depth++ == 0) {
        interp->gc.generations[0].count -= COLLECTOR_HEAD_START;
    }
}

/* Appends list `from` to list `to`: gc_list_merge of gcmodule.c. */
static void merge_generation(PyGC_Head *from, PyGC_Head *to) {
    PyGC_Head *first = _PyGCHead_NEXT(from);
    if (first == from) {
        return;
    }
    PyGC_Head *to_tail = _PyGCHead_PREV(to);
    PyGC_Head *from_tail = _PyGCHead_PREV(from);
    _PyGCHead_SET_NEXT(to_tail, first);
    _PyGCHead_SET_PREV(first, to_tail);
    _PyGCHead_SET_NEXT(from_tail, to);
    _PyGCHead_SET_PREV(to, from_tail);
    from->_gc_next = from->_gc_prev = (uintptr_t)from;
}

void rt_collector_resume(PyInterpreterState *interp) {
    if (--import_depth > 0) {
        return;
    }
    struct _gc_runtime_state *gc = &interp->gc;
    if (gc->generations[0].count >= -COLLECTOR_HEAD_START / 2) {
        return; /* the program collected by itself, which reset the counter */
    }
    gc->generations[0].count += COLLECTOR_HEAD_START;
    if (gc->collecting || gc->generations[0].count <= gc->generations[0].threshold) {
        return;
    }
    merge_generation(&gc->generations[0].head, &gc->generations[2].head);
    merge_generation(&gc->generations[1].head, &gc->generations[2].head);
    gc->long_lived_pending += gc->generations[0].count;
    gc->generations[0].count = 0;
    gc->generations[1].count = 0;
}
