/* What is otherwise in Python 3.13 than in 3.12 (rt_compat_native.h, which includes this). */
#ifndef PYC2C_RUNTIME_RT_COMPAT_313_H
#define PYC2C_RUNTIME_RT_COMPAT_313_H

/* ---- references ---- */
#define RT_OBJECT_INIT(type) {{_Py_IMMORTAL_REFCNT}, type}

/* ---- threads ---- */
#define RT_CURRENT(ts) ((ts)->current_frame)
/* The upper bits are the version of sys.monitoring's tools, which rt_watchers stands for. */
#define rt_asked(ts) (_Py_atomic_load_uintptr_relaxed(&(ts)->eval_breaker) & _PY_EVAL_EVENTS_MASK)
#define rt_collector_waits() _Py_eval_breaker_bit_is_set(_PyThreadState_GET(), _PY_GC_SCHEDULED_BIT)
typedef int RtFlag;
#define rt_flag_get(flag) _Py_atomic_load_int_relaxed(flag)
#define rt_flag_set(flag) _Py_atomic_store_int_relaxed(flag, 1)
#define RT_SIGNAL_PARAMETERS void
#define RT_SIGNAL_ARGUMENTS
#define RT_FREE_LISTS_PARAMETERS struct _Py_object_freelists *lists, int at_end
#define RT_FREE_LISTS_ARGUMENTS lists, at_end
#define RT_FREE_LISTS_ARE_KEPT (lists == &_PyInterpreterState_Main()->object_state.freelists)

/* Or somebody wants to be told of each new object (PyRefTracer_SetTracer). */
#define RT_TRACEMALLOC_TRACES                                                                      \
    (_PyRuntime.tracemalloc.config.tracing || _PyRuntime.ref_tracer.tracer_func != NULL)
/* What POP_EXCEPT stores: nothing, where nothing was handled before. */
#define rt_handled_before(previous) (Py_IsNone(previous) ? NULL : (previous))
typedef struct _Py_float_freelist RtFloats;
#define RT_FREE_FLOATS (&_PyRuntime.interpreters.main->object_state.freelists.floats)
#define RT_FIRST_FLOAT items

/* ---- earlier names ---- */
#define _PyLong_AsInt PyLong_AsInt
#define _PyObject_LookupAttr PyObject_GetOptionalAttr

/* _PyDict_LoadGlobal gives a reference. */
#define RT_HOLD_GLOBAL(value) ((void)(value))

/* ---- frames ---- */
/* A frame's variables are never copied (PEP 667). */
#define rt_locals_from_frame(frame) ((void)(frame), 0)
#define rt_locals_to_frame(frame) ((void)(frame))
/* What was replaced in a frame's slots while it ran (rt_locals.c). */
void rt_locals_leave(const PyFrameObject *frame);
#define rt_drop_replaced(frame) rt_locals_leave((frame)->frame_obj)
#define RT_CODE(frame) ((PyCodeObject *)(frame)->f_executable)
#define RT_SET_CODE(frame, code) ((frame)->f_executable = (PyObject *)(code))
/* One of C code, that holds no code object. */
#define RT_IS_C_FRAME(frame) ((frame)->owner == FRAME_OWNED_BY_CSTACK)
/* Where the frame stands, by its earlier name. It is the instruction that runs, as before; but a
 * suspended generator stands at the next one, and so does a frame at its start. */
#define prev_instr instr_ptr
#define RT_FRAME_START(first) (first)
/* Two stores of an unpacking may be one instruction. */
static inline void rt_stand_at_store(_PyInterpreterFrame *frame, bool *half) {
    frame->instr_ptr += !*half;
    *half = !*half && _Py_OPCODE(*frame->instr_ptr) == STORE_FAST_STORE_FAST;
}
#define rt_suspended_at(unit) ((unit) + 1)
/* The frame goes on to where it will be continued. What a YIELD_VALUE suspends for is its argument.
 */
#define rt_suspend_state(frame) (int8_t)(FRAME_SUSPENDED + ((frame)->instr_ptr++)->op.arg)
#define RT_SUSPENDED_FOR_DELEGATE FRAME_SUSPENDED_YIELD_FROM
#define rt_is_suspended(generator) FRAME_STATE_SUSPENDED((generator)->gi_frame_state)

/* ---- where objects have their attributes: behind the object, also while a dict shows them ---- */
#define rt_managed_dict(owner) ((PyObject *)_PyObject_ManagedDictPointer(owner)->dict)
static inline PyDictValues *rt_way_values(PyObject *owner) {
    PyDictValues *values = _PyObject_InlineValues(owner);
    return values->valid ? values : NULL;
}
/* A dict would have to be told. */
static inline PyDictValues *rt_values_to_set(PyObject *owner) {
    PyDictValues *values = _PyObject_InlineValues(owner);
    return values->valid && rt_managed_dict(owner) == NULL ? values : NULL;
}
static inline PyDictValues *rt_inline_values(PyObject *owner) {
    return Py_TYPE(owner)->tp_flags & Py_TPFLAGS_INLINE_VALUES ? rt_way_values(owner) : NULL;
}
#define rt_way_to_set(owner, kind)                                                                 \
    ((kind) == RT_WAY_VALUE && rt_managed_dict(owner) != NULL ? RT_WAY_ENTRY : (kind))
#define rt_values_init(object) ((void)(object), 0) /* tp_alloc has done it */
static inline PyObject **rt_dict_place(PyObject *owner) {
    return Py_TYPE(owner)->tp_flags & Py_TPFLAGS_MANAGED_DICT
               ? (PyObject **)&_PyObject_ManagedDictPointer(owner)->dict
               : _PyObject_ComputedDictPointer(owner);
}

#endif
