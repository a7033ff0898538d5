/* Frames: what happens off the fast path, and operations on a frame's slots. */
#include "rt_frame.h"

/* ---- frames ---- */

/* A new chunk of the data stack. */
_PyInterpreterFrame *rt_frame_room(PyThreadState *ts, const RtCode *native) {
    _PyInterpreterFrame *frame = RT_NEW_CHUNK(ts, native->frame_size);
    if (frame == NULL && !PyErr_Occurred()) {
        PyErr_NoMemory();
    }
    return frame;
}

void rt_frame_leave_chunk(PyThreadState *ts, _PyInterpreterFrame *frame) {
    _PyThreadState_PopFrame(ts, frame);
}

/* There is a frame object. _PyFrame_Clear moves the frame into it if somebody else holds it; it
 * takes over, or drops, references to function and code that this frame had only borrowed. */
void rt_frame_leave_shared(PyThreadState *ts, _PyInterpreterFrame *frame) {
    rt_drop_replaced(frame);
    Py_INCREF(RT_FUNCTION(frame));
    if (RT_FRAMES_DROP_CODE) {
        Py_INCREF(RT_CODE(frame));
    }
    rt_frame_release(frame);
    rt_frame_free(ts, frame);
}

/* ---- slots ---- */

int rt_slot_del(PyThreadState *ts, _PyInterpreterFrame *frame, int slot) {
    if (frame->localsplus[slot] == NULL) {
        rt_unbound(ts, frame, slot);
        return -1;
    }
    rt_slot_set(ts, frame, NULL, slot);
    return 0;
}

/* As MAKE_CELL. */
int rt_cell_make(PyThreadState *ts, _PyInterpreterFrame *frame, int slot) {
    PyObject *cell = PyCell_New(frame->localsplus[slot]);
    if (cell == NULL) {
        return -1;
    }
    rt_slot_set(ts, frame, cell, slot);
    return 0;
}

/* As COPY_FREE_VARS. */
void rt_cells_copy(RT_UNUSED PyThreadState *ts, _PyInterpreterFrame *frame) {
    const PyCodeObject *code = RT_CODE(frame);
    PyObject *closure = RT_FUNCTION(frame)->func_closure;
    PyObject **slots = frame->localsplus + RT_FIRST_FREE(code);
    for (int i = 0; i < code->co_nfreevars; i++) {
        slots[i] = Py_NewRef(PyTuple_GET_ITEM(closure, i));
    }
}
