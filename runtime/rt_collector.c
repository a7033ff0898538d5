/* The pause of the garbage collector during imports.
 *
 * Imports create objects that stay; collecting meanwhile finds nothing and costs a tenth of
 * start-up. The youngest generation's counter is lowered for the duration, and what was allocated
 * moves to the oldest generation, as if it had survived. The collections that are left out count,
 * so that those to come find what they find under CPython: a full one costs a program most when it
 * is due just as all its objects are in use, or right after. gc.disable(), gc.collect() and friends
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

/* What gc_collect_generations and gc_collect_main of gcmodule.c do to the counters when that many
 * objects are allocated and all of them live on. */
static void count_collections(struct _gc_runtime_state *gc, int allocated) {
    struct gc_generation *generations = gc->generations;
    int each = generations[0].threshold + 1;
    gc->long_lived_pending += allocated;
    for (int left = allocated / each; left > 0; left--) {
        if (generations[2].count > generations[2].threshold &&
            gc->long_lived_pending >= gc->long_lived_total / 4) {
            gc->long_lived_total += gc->long_lived_pending;
            gc->long_lived_pending = 0;
            generations[1].count = generations[2].count = 0;
        } else if (generations[1].count > generations[1].threshold) {
            generations[1].count = 0;
            generations[2].count++;
        } else {
            generations[1].count++;
        }
    }
    generations[0].count = allocated % each;
}

void rt_collector_resume(PyInterpreterState *interp) {
    if (--import_depth > 0) {
        return;
    }
    struct _gc_runtime_state *gc = &interp->gc;
    if (gc->generations[0].count >= -COLLECTOR_HEAD_START / 2) {
        return; /* the program collected by itself, which reset the counter */
    }
    struct gc_generation *youngest = &gc->generations[0];
    youngest->count += COLLECTOR_HEAD_START;
    bool collects = gc->enabled && youngest->threshold > 0 && !gc->collecting;
    if (!collects || youngest->count <= youngest->threshold) {
        return;
    }
    merge_generation(&youngest->head, &gc->generations[2].head);
    merge_generation(&gc->generations[1].head, &gc->generations[2].head);
    count_collections(gc, youngest->count);
}
