/* What native code and its runtime know of CPython's insides that depends on the version: names and
 * layouts of fields, and how a state is asked for. What differs in how things are done is a row of
 * switches at the end; the code that they choose stands where it belongs. */
#ifndef PYC2C_RUNTIME_RT_COMPAT_NATIVE_H
#define PYC2C_RUNTIME_RT_COMPAT_NATIVE_H

#include "../rt_compat.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <internal/pycore_long.h>
#include <internal/pycore_object.h>
#include <internal/pycore_pyerrors.h>
#include <internal/pycore_pymem.h> /* tracemalloc */
#if PY_VERSION_HEX >= 0x030C0000
#include <internal/pycore_intrinsics.h>
#include <internal/pycore_range.h>
#endif
#include <internal/pycore_runtime.h>
#if PY_VERSION_HEX >= 0x030D0000
#include <internal/pycore_opcode_utils.h>
#include <internal/pycore_setobject.h>
#endif
#include <internal/pycore_typeobject.h>
#pragma GCC diagnostic pop

#define RT_PYTHON_311 (PY_VERSION_HEX < 0x030C0000)
#define RT_PYTHON_313 (PY_VERSION_HEX >= 0x030D0000)

#if RT_PYTHON_311
/* ---- references ---- */
#define RT_IS_COUNTED(object) 1
#define RT_OBJECT_INIT(type) {_PyObject_EXTRA_INIT 1, type}

/* ---- threads ---- */
#define RT_RECURSION(ts) ((ts)->recursion_remaining)
/* At the end of the recursion: -1 with a RecursionError, and the level is not counted any more. */
#define rt_recursion_error(ts) _Py_CheckRecursiveCall(ts, "")
/* C code that calls into Python is not counted apart, nor what calls count
 * (_Py_EnterRecursiveCall). */
enum { RT_C_LEVELS = 0 };
#define RT_CALL_RECURSION(ts) RT_RECURSION(ts)
#define RT_RAISED(ts) ((ts)->curexc_type != NULL)
/* The exception that is set, normalised and with its traceback; none is set any more. */
static inline PyObject *rt_take_exception(PyThreadState *ts) {
    PyObject *type, *value, *traceback;
    _PyErr_Fetch(ts, &type, &value, &traceback);
    if (traceback != NULL && value != NULL && (PyObject *)Py_TYPE(value) == type &&
        PyType_CheckExact(type)) {
        Py_XSETREF(((PyBaseExceptionObject *)value)->traceback, traceback);
        Py_DECREF(type);
        return value;
    }
    _PyErr_NormalizeException(ts, &type, &value, &traceback);
    PyException_SetTraceback(value, traceback != NULL ? traceback : Py_None);
    Py_XDECREF(traceback);
    Py_XDECREF(type);
    return value;
}
#define RT_TRASH_NESTING(ts) ((ts)->trash_delete_nesting)
/* What native code keeps for reuse is the main interpreter's, where others have a lock and an
 * allocator of their own. */
#define rt_may_keep(interp) true
#define RT_TRACEMALLOC_TRACES (_Py_tracemalloc_config.tracing)
/* Somebody traces or profiles. */
#define rt_is_watched(ts) ((ts)->cframe->use_tracing)
/* The collector waits to be run where signals are asked for, too. */
#define rt_collector_waits() 0
#define RT_IMPORT_FUNCTION(interp) ((interp)->import_func)
/* What cannot be imported from a module; suggestions need the name. */
#define rt_import_error(message, package, path, name)                                              \
    ((void)(name), PyErr_SetImportError(message, package, path))
#define RT_IMPORTLIB(interp) ((interp)->importlib)

/* ---- frames and code objects ---- */
#define RT_FUNCTION(frame) ((frame)->f_func)
#define RT_SET_FUNCTION(frame, function) ((frame)->f_func = (function))
#define RT_SET_ENTRY(frame) ((frame)->is_entry = true)
#define RT_FIRST_FREE(code) ((code)->co_nplaincellvars + (code)->co_nlocals)
#define RT_NEW_CHUNK(ts, size) _PyThreadState_BumpFramePointerSlow(ts, size)
#define RT_GENERATOR_CODE(generator) ((generator)->gi_code)
#define RT_SET_GENERATOR_CODE(generator, code)                                                     \
    ((generator)->gi_code = (PyCodeObject *)Py_NewRef(code))
/* Drops what a frame holds; its code object, too. */
#define rt_frame_release(frame) _PyFrame_Clear(frame)

/* ---- ints: exact ones of at most one digit, and all of them as sign and digits ---- */
#define RT_LONG_DIGITS(object) (((PyLongObject *)(object))->ob_digit)
#define RT_LONG_SIZE(object) Py_SIZE(object)
#define RT_LONG_IS_DIGIT(object) ((size_t)(Py_SIZE(object) + 1) <= 2)
#define RT_LONG_DIGIT(object) ((int64_t)Py_SIZE(object) * RT_LONG_DIGITS(object)[0])
/* Sign and number of digits; of one digit, which is not zero. */
#define RT_LONG_SET_SIZE(object, size) Py_SET_SIZE(object, size)
/* Of one that is kept for reuse: the field that links it with the next. */
#define RT_LONG_LINK(object) ((PyObject *)(intptr_t)Py_SIZE(object))
#define RT_LONG_SET_LINK(object, next) Py_SET_SIZE(object, (Py_ssize_t)(intptr_t)(next))

/* ---- where objects have their attributes ---- */
#define rt_inline_values(owner) (*_PyObject_ValuesPointer(owner))
#define rt_managed_dict(owner) (*_PyObject_ManagedDictPointer(owner))
#define rt_dict_place(owner) _PyObject_DictPointer(owner)
#define rt_type_dict(type) ((type)->tp_dict)
#define rt_keys_version(keys) _PyDictKeys_GetVersionForCurrentState(keys)
/* Before a value of a dict is replaced: somebody wants to be told by PyDict_SetItem. After it. */
#define rt_dict_is_watched(dict) false
#define rt_dict_changed(dict) ((dict)->ma_version_tag = DICT_NEXT_VERSION())

/* ---- iterators of ranges: as Objects/rangeobject.c declares it ---- */
typedef struct RtRangeIter {
    PyObject_HEAD long index, start, step, length;
} RtRangeIter;
#define RT_RANGE_SET(at, first, by, count)                                                         \
    ((at)->index = 0, (at)->start = (first), (at)->step = (by), (at)->length = (count))
#define RT_RANGE_HAS_NEXT(at) ((at)->index < (at)->length)
#define RT_RANGE_NEXT(at)                                                                          \
    (long)((unsigned long)(at)->start + (unsigned long)(at)->index * (unsigned long)(at)->step)
#define RT_RANGE_STEP(at) ((void)(at)->index++)

/* ---- what an exception was set with, beside its class ---- */
#define RT_EXCEPTION_ARGS(value) (value)

/* ---- functions ---- */
#define rt_functions_are_watched(ts) ((void)(ts), false)
/* Nobody gave the function another vectorcall (PyFunction_SetVectorcall, from 3.12 on). */
#define rt_calls_itself(function) ((void)(function), true)
#define RT_NO_TYPE_PARAMS(function) ((void)(function))
/* Its compiler emits none. */
#define RT_INTRINSIC_UNARY(ts, which, value)                                                       \
    ((void)(ts), (void)(which), (void)(value), PyErr_BadInternalCall(), NULL)
#define RT_INTRINSIC_BINARY(ts, which, left, right)                                                \
    ((void)(ts), (void)(which), (void)(left), (void)(right), PyErr_BadInternalCall(), NULL)

/* ---- asynchronous generators ---- */
#define rt_async_wrapper(ts, value) ((void)(ts), _PyAsyncGenValueWrapperNew(value))

#else
/* ---- references ---- */
/* References to immortal objects are not counted. In one piece of 64 bits, as they are stored:
 * CPython's own Py_INCREF writes half of that, which the next read of the whole waits for. */
#define RT_IS_COUNTED(object) ((int32_t)(object)->ob_refcnt >= 0)

/* ---- threads ---- */
#define RT_RECURSION(ts) ((ts)->py_recursion_remaining)
static inline int rt_recursion_error(PyThreadState *ts) {
    int status = _Py_CheckRecursiveCallPy(ts);
    ts->py_recursion_remaining += status < 0;
    return status;
}
/* What C code that calls into Python counts, as _PyEval_EvalFrameDefault: levels of C recursion,
 * of which calls count one (_Py_EnterRecursiveCall). */
enum { RT_C_LEVELS = 2 };
#define RT_CALL_RECURSION(ts) ((ts)->c_recursion_remaining)
#define RT_RAISED(ts) ((ts)->current_exception != NULL)
#define rt_take_exception(ts) _PyErr_GetRaisedException(ts)
/* What native code keeps for reuse is the main interpreter's, where others have a lock and an
 * allocator of their own. */
#define rt_may_keep(interp) ((interp) == _PyInterpreterState_Main())
/* Somebody traces, profiles or has a tool of sys.monitoring (rt_watch.c), in whichever thread. */
extern int rt_watchers;
#define rt_is_watched(ts) ((void)(ts), rt_watchers != 0)
#define RT_IMPORT_FUNCTION(interp) ((interp)->imports.import_func)
/* What cannot be imported from a module; suggestions need the name. */
#define rt_import_error(message, package, path, name)                                              \
    _PyErr_SetImportErrorWithNameFrom(message, package, path, name)
#define RT_IMPORTLIB(interp) ((interp)->imports.importlib)

/* ---- frames and code objects ---- */
#define RT_FUNCTION(frame) ((PyFunctionObject *)(frame)->f_funcobj)
#define RT_SET_FUNCTION(frame, function) ((frame)->f_funcobj = (PyObject *)(function))
#define RT_SET_ENTRY(frame) ((frame)->return_offset = 0)
#define RT_FIRST_FREE(code) ((code)->co_nlocalsplus - (code)->co_nfreevars)
#define RT_NEW_CHUNK(ts, size) _PyThreadState_PushFrame(ts, size)
/* A generator has its code object from its frame. */
#define RT_GENERATOR_CODE(generator) RT_CODE((_PyInterpreterFrame *)(generator)->gi_iframe)
#define RT_SET_GENERATOR_CODE(generator, code) ((void)(generator), (void)(code))
/* Drops what a frame holds, but for its code object. */
#define rt_frame_release(frame) _PyFrame_ClearExceptCode(frame)

/* ---- ints: exact ones of at most one digit, and all of them as sign and digits ---- */
#define RT_LONG_TAG(object) (((PyLongObject *)(object))->long_value.lv_tag)
#define RT_LONG_DIGITS(object) (((PyLongObject *)(object))->long_value.ob_digit)
#define RT_LONG_SIGN(object) (1 - (Py_ssize_t)(RT_LONG_TAG(object) & _PyLong_SIGN_MASK))
#define RT_LONG_SIZE(object)                                                                       \
    (RT_LONG_SIGN(object) * (Py_ssize_t)(RT_LONG_TAG(object) >> _PyLong_NON_SIZE_BITS))
#define RT_LONG_IS_DIGIT(object) (RT_LONG_TAG(object) < (2 << _PyLong_NON_SIZE_BITS))
#define RT_LONG_DIGIT(object) ((int64_t)RT_LONG_SIGN(object) * RT_LONG_DIGITS(object)[0])
#define RT_LONG_SET_SIZE(object, size)                                                             \
    _PyLong_SetSignAndDigitCount((PyLongObject *)(object), (size) < 0 ? -1 : 1,                    \
                                 (size) < 0 ? -(size) : (size))
#define RT_LONG_LINK(object) ((PyObject *)RT_LONG_TAG(object))
#define RT_LONG_SET_LINK(object, next) (RT_LONG_TAG(object) = (uintptr_t)(next))

/* ---- where objects have their attributes ---- */
#define rt_type_dict(type) _PyType_GetDict(type)
#define rt_keys_version(keys)                                                                      \
    _PyDictKeys_GetVersionForCurrentState(_PyInterpreterState_Main(), keys)
#define rt_dict_is_watched(dict) (((dict)->ma_version_tag & (DICT_VERSION_INCREMENT - 1)) != 0)
#define rt_dict_changed(dict)                                                                      \
    ((dict)->ma_version_tag = DICT_NEXT_VERSION(_PyInterpreterState_Main()))

/* ---- iterators of ranges ---- */
typedef _PyRangeIterObject RtRangeIter;
#define RT_RANGE_SET(at, first, by, count)                                                         \
    ((at)->start = (first), (at)->step = (by), (at)->len = (count))
#define RT_RANGE_HAS_NEXT(at) ((at)->len > 0)
#define RT_RANGE_NEXT(at) ((at)->start)
#define RT_RANGE_STEP(at)                                                                          \
    ((at)->start = (long)((unsigned long)(at)->start + (unsigned long)(at)->step),                 \
     (void)(at)->len--)

/* ---- what an exception was set with, beside its class: it is an instance by now ---- */
#define RT_EXCEPTION_ARGS(value) ((value) != NULL ? ((PyBaseExceptionObject *)(value))->args : NULL)

/* ---- functions ---- */
/* Somebody wants to be told of each new one. */
#define rt_functions_are_watched(ts) ((ts)->interp->active_func_watchers != 0)
#define rt_calls_itself(function)                                                                  \
    ((function)->vectorcall == rt_function_vectorcall ||                                           \
     (function)->vectorcall == _PyFunction_Vectorcall)
#define RT_NO_TYPE_PARAMS(function) ((function)->func_typeparams = NULL)
#if RT_PYTHON_313
#define RT_INTRINSIC_UNARY(ts, which, value) _PyIntrinsics_UnaryFunctions[which].func(ts, value)
#define RT_INTRINSIC_BINARY(ts, which, left, right)                                                \
    _PyIntrinsics_BinaryFunctions[which].func(ts, left, right)
#else
#define RT_INTRINSIC_UNARY(ts, which, value) _PyIntrinsics_UnaryFunctions[which](ts, value)
#define RT_INTRINSIC_BINARY(ts, which, left, right)                                                \
    _PyIntrinsics_BinaryFunctions[which](ts, left, right)
#endif

/* ---- asynchronous generators ---- */
#define rt_async_wrapper(ts, value) _PyAsyncGenValueWrapperNew(ts, value)

#if RT_PYTHON_313
#include "rt_compat_313.h"
#else
#define RT_OBJECT_INIT(type) {_PyObject_EXTRA_INIT{_Py_IMMORTAL_REFCNT}, type}
#define RT_TRACEMALLOC_TRACES (_PyRuntime.tracemalloc.config.tracing)
#define RT_TRASH_NESTING(ts) ((ts)->trash.delete_nesting)
#define rt_collector_waits()                                                                       \
    _Py_atomic_load_relaxed(&_PyThreadState_GET()->interp->ceval.gc_scheduled)

static inline PyDictValues *rt_inline_values(PyObject *owner) {
    PyDictOrValues place = *_PyObject_DictOrValuesPointer(owner);
    return _PyDictOrValues_IsValues(place) ? _PyDictOrValues_GetValues(place) : NULL;
}
static inline PyObject *rt_managed_dict(PyObject *owner) {
    PyDictOrValues place = *_PyObject_DictOrValuesPointer(owner);
    return _PyDictOrValues_IsValues(place) ? NULL : _PyDictOrValues_GetDict(place);
}
/* Where the dict is that an object has now; it has no inline values. */
static inline PyObject **rt_dict_place(PyObject *owner) {
    return Py_TYPE(owner)->tp_flags & Py_TPFLAGS_MANAGED_DICT
               ? &_PyObject_DictOrValuesPointer(owner)->dict
               : _PyObject_ComputedDictPointer(owner);
}
#endif
#endif

#if !RT_PYTHON_313
/* ---- the same in 3.11 and 3.12, otherwise later ---- */

#define RT_CURRENT(ts) ((ts)->cframe->current_frame)
/* Something waits to be done between instructions. */
#define rt_asked(ts) _Py_atomic_load_relaxed(&(ts)->interp->ceval.eval_breaker)
#define RT_CODE(frame) ((frame)->f_code)
#define RT_SET_CODE(frame, code) ((frame)->f_code = (code))
/* One of C code, that holds no code object. */
#define RT_IS_C_FRAME(frame) ((void)(frame), false)
/* Dead floats, which are the next ones. */
typedef struct _Py_float_state RtFloats;
#define RT_FREE_FLOATS (&_PyRuntime.interpreters.main->float_state)
#define RT_FIRST_FLOAT free_list
/* `import *` gives the namespace from the frame's variables, and writes it back. */
#define rt_locals_from_frame(frame) _PyFrame_FastToLocalsWithError(frame)
#define rt_locals_to_frame(frame) _PyFrame_LocalsToFast(frame, 0)
/* The instruction of the next one of an unpacking's stores. */
#define rt_stand_at_store(frame, half) ((void)(half), (frame)->prev_instr++)
/* Nobody else stores to the slots of a frame that runs. */
#define rt_drop_replaced(frame) ((void)(frame))

typedef _Py_atomic_int RtFlag;
#define rt_flag_get(flag) _Py_atomic_load_relaxed(flag)
#define rt_flag_set(flag) _Py_atomic_store_relaxed(flag, 1)
/* Parameters of _PyEval_SignalReceived and of _PyAsyncGen_ClearFreeLists, and what is handed on. */
#define RT_SIGNAL_PARAMETERS PyInterpreterState *interp
#define RT_SIGNAL_ARGUMENTS interp
#define RT_FREE_LISTS_PARAMETERS PyInterpreterState *interp
#define RT_FREE_LISTS_ARGUMENTS interp
#define RT_FREE_LISTS_ARE_KEPT rt_may_keep(interp)
/* Memory for inline values of a new object; -1 with an exception set. */
#define rt_values_init(object) _PyObject_InitializeDict(object)
/* What _PyDict_LoadGlobal found is borrowed. */
#define RT_HOLD_GLOBAL(value) Py_INCREF(value)
/* What POP_EXCEPT stores: None, where nothing was handled before. */
#define rt_handled_before(previous) (previous)
/* Inline values of an object whose class has such, by the way of a site; to be stored to. */
#define rt_way_values(owner) rt_inline_values(owner)
#define rt_values_to_set(owner) rt_inline_values(owner)
#define rt_way_to_set(owner, kind) (kind)

/* A suspended generator stands at its YIELD_VALUE, and a new one at RETURN_GENERATOR. */
#define rt_suspended_at(unit) (unit)
#define rt_suspend_state(frame) FRAME_SUSPENDED
#define rt_is_suspended(generator) ((generator)->gi_frame_state == FRAME_SUSPENDED)
#define RT_SUSPENDED_FOR_DELEGATE FRAME_SUSPENDED
#define RT_FRAME_START(first) ((first) - 1)
#endif

/* ---- instructions, as they lie in memory ---- */

/* SEND, YIELD_VALUE, RESUME. Where its delegate runs, the generator stands at the last unit of its
 * SEND, on 3.13 at the first. RT_SEND_BEHIND: from there to where it stands when it is suspended;
 * RT_RESUME_AHEAD: from there to the RESUME; rt_send_length: from the SEND to where it goes on when
 * the delegate has returned. */
#if RT_PYTHON_311
enum { RT_SEND_UNITS = 1, RT_SEND_BEHIND = 1, RT_RESUME_AHEAD = 1 };
#define RT_IS_RESUME(unit) (_Py_OPCODE(unit) == RESUME || _Py_OPCODE(unit) == RESUME_QUICK)
#define RT_RESUME_PLACE(unit) _Py_OPARG(unit)
#define rt_send_length(at) _Py_OPARG(*(at))
#elif !RT_PYTHON_313
enum { RT_SEND_UNITS = 1 + INLINE_CACHE_ENTRIES_SEND, RT_SEND_BEHIND = 1, RT_RESUME_AHEAD = 1 };
#define RT_IS_RESUME(unit) (_Py_OPCODE(unit) == RESUME || _Py_OPCODE(unit) == INSTRUMENTED_RESUME)
#define RT_RESUME_PLACE(unit) _Py_OPARG(unit)
#define rt_send_length(at) _Py_OPARG((at)[1 - RT_SEND_UNITS])
#else
enum {
    RT_SEND_UNITS = 1 + INLINE_CACHE_ENTRIES_SEND,
    RT_SEND_BEHIND = RT_SEND_UNITS + 1,
    RT_RESUME_AHEAD = 0
};
#define RT_IS_RESUME(unit)                                                                         \
    (_Py_OPCODE(unit) == RESUME || _Py_OPCODE(unit) == RESUME_CHECK ||                             \
     _Py_OPCODE(unit) == INSTRUMENTED_RESUME)
#define RT_RESUME_PLACE(unit) (_Py_OPARG(unit) & RESUME_OPARG_LOCATION_MASK)
#define rt_send_length(at) (RT_SEND_UNITS + _Py_OPARG(*(at)))
#endif

/* ---- recursion through C ---- */

/* Is there room for entering Python code from C? Otherwise the interpreter has to say that this is
 * too deep. */
#if RT_PYTHON_311
#define rt_c_has_room(ts) true
#define rt_c_count(ts) ((void)0)
#define rt_c_leave(ts) ((void)0)
#define rt_c_enter(ts) true
#else
#define rt_c_has_room(ts) ((ts)->c_recursion_remaining > RT_C_LEVELS + 1)
#define rt_c_count(ts) ((void)((ts)->c_recursion_remaining -= RT_C_LEVELS))
#define rt_c_leave(ts) ((void)((ts)->c_recursion_remaining += RT_C_LEVELS))
/* False, and nothing is counted: there is no room. */
static inline bool rt_c_enter(PyThreadState *ts) {
    bool room = ts->c_recursion_remaining > RT_C_LEVELS;
    if (room) {
        rt_c_count(ts);
    }
    return room;
}
#endif
/* Around what the interpreter would call without recursion of C. */
#define rt_c_exempt(ts) rt_c_leave(ts)
#define rt_c_exempt_end(ts) rt_c_count(ts)

/* ---- what is done otherwise ---- */

/* The interpreter calls exact functions without looking at `vectorcall` (rt_function.c). */
#define RT_FUNCTIONS_HAVE_TYPE RT_PYTHON_311
/* An entry of a traceback has its line number from the start (rt_traceback.c). */
#define RT_TRACEBACKS_HAVE_LINES RT_PYTHON_311
/* _Py_HandlePending does all that waits to be done; otherwise it can be told from outside. */
#define RT_HAS_HANDLE_PENDING (!RT_PYTHON_311)
/* All ints are counted, the small ones, too. */
#define RT_INTS_ARE_COUNTED RT_PYTHON_311
/* Clearing a frame drops its code object. */
#define RT_FRAMES_DROP_CODE RT_PYTHON_311
/* _PyEval_EvalFrameDefault leaves it to its caller to unlink a generator's exceptions, to clear it
 * at its end, and to say that it must not raise StopIteration. Otherwise it does the first two, and
 * the generator's own code does the third. */
#define RT_RESUMER_ENDS_GENERATORS RT_PYTHON_311
/* An exception from a delegate is raised in a generator that stands at its YIELD_VALUE; otherwise
 * at its SEND, which may have another handler. */
#define RT_DELEGATE_RAISES_AT_YIELD RT_PYTHON_311
/* A frame's builtins may be any mapping, and `import` asks it. */
#define RT_BUILTINS_ARE_MAPPINGS RT_PYTHON_313
/* `raise … from` a class whose instances are no exceptions is an error. */
#define RT_CAUSES_ARE_CHECKED RT_PYTHON_313
/* anext() of a generator that runs already cannot be awaited again. */
#define RT_REFUSED_AWAIT_IS_OVER RT_PYTHON_313
/* Threads are started by another function than PyThread_start_new_thread. */
#define RT_THREADS_CAN_BE_JOINED RT_PYTHON_313
/* A dropped generator without handlers can be told from its exception table; otherwise close()
 * finds it by itself. */
#define RT_CLOSES_SILENTLY (!RT_PYTHON_313)
/* sum() of floats gathers what is lost by rounding (rt_builtin.c). */
#define RT_SUMS_ARE_COMPENSATED (!RT_PYTHON_311)
/* SEND drops a delegate that has returned; otherwise END_SEND does, to which it leads. */
#define RT_SEND_DROPS_DELEGATE RT_PYTHON_311

#endif
