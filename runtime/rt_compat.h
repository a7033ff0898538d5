/* Everything in the runtime that depends on the Python version.
 *
 * Included first by every runtime file that uses Python. CPython's internal headers are needed for
 * the collector's lists, pending calls and generator states; each use is named here. */
#ifndef PYC2C_RUNTIME_RT_COMPAT_H
#define PYC2C_RUNTIME_RT_COMPAT_H

#define PY_SSIZE_T_CLEAN
#ifndef Py_BUILD_CORE
#define Py_BUILD_CORE 1
#endif
/* CPython's internal headers are not clean under -Wundef and -Wstrict-prototypes. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <Python.h>
#include <stdbool.h>
#define object rt_asdl_object /* from 3.12 on a type's name, in a header that these include */
#include <internal/pycore_ceval.h>
#include <internal/pycore_code.h>
#include <internal/pycore_dict.h>
#include <internal/pycore_gc.h>
#include <internal/pycore_genobject.h>
#include <internal/pycore_frame.h>
#include <internal/pycore_initconfig.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_pylifecycle.h>
#include <internal/pycore_pystate.h>
#if PY_VERSION_HEX >= 0x030D0000
#include <internal/pycore_pythonrun.h>
#include <internal/pycore_pathconfig.h>
#include <internal/pycore_runtime.h>
#elif PY_VERSION_HEX < 0x030C0000
#include <internal/pycore_pathconfig.h>
#else
#include <internal/pycore_pathconfig.h>
#include <internal/pycore_runtime.h>
#endif
#include <internal/pycore_import.h>
#include <marshal.h>
#undef object
#pragma GCC diagnostic pop

#if PY_VERSION_HEX < 0x030B0000 || PY_VERSION_HEX >= 0x030E0000
#error "pyc2c's runtime knows Python 3.11, 3.12 and 3.13"
#endif

/* A shared libpython (see runtime/shared/rt_boot.c) keeps some functions to itself that a static
 * one lets us call or replace; what to do without them is decided here. */
#ifdef RT_LIBPYTHON_SHARED
#define RT_HAS_HIDDEN_FUNCTIONS 0
#else
#define RT_HAS_HIDDEN_FUNCTIONS 1
#endif

/* Of each member of libpython that only extension modules refer to one function, since the linker
 * would leave the member out. */
#if PY_VERSION_HEX >= 0x030D0000
#define RT_FOR_EXTENSIONS                                                                          \
    (void (*)(void)) Py_FrozenMain, (void (*)(void))_PyInterpreterConfig_InitFromDict
#else
#define RT_FOR_EXTENSIONS (void (*)(void)) Py_FrozenMain
#endif

/* Static code objects in libpython (Tools/scripts/deepfreeze.py) with eager interning. 3.12 interns
 * while it starts, too, but through other means that cannot be postponed; 3.13 has none. */
#define RT_HAS_DEEPFREEZE (PY_VERSION_HEX < 0x030C0000 && RT_HAS_HIDDEN_FUNCTIONS)

/* How class creation asks dicts (rt_lookup.c). 3.13 has another function, which locks. A shared
 * libpython cannot be told to call ours. */
#if PY_VERSION_HEX < 0x030D0000 && !defined(RT_LIBPYTHON_SHARED)
#define RT_HAS_KNOWN_HASH_LOOKUP 1
#else
#define RT_HAS_KNOWN_HASH_LOOKUP 0
#endif

/* From 3.12 on, interpreters count the versions of their dicts each for itself, and may run at the
 * same time. */
#define RT_DICT_VERSIONS_ARE_UNIQUE (PY_VERSION_HEX < 0x030C0000)

/* Bodies of functions can be read at the first call (rt_code_body.c). */
#define RT_CODE_BODIES_WAIT (PY_VERSION_HEX < 0x030C0000 && RT_HAS_HIDDEN_FUNCTIONS)

/* Texts compiled at build time (rt_texts.c); mk/build.mk wraps their functions for this version. */
#define RT_HAS_KEPT_TEXTS (PY_VERSION_HEX < 0x030C0000 && RT_HAS_HIDDEN_FUNCTIONS)

/* LOAD_ATTR's argument carries a flag in its lowest bit. */
#define RT_LOAD_ATTR_HAS_FLAG (PY_VERSION_HEX >= 0x030C0000)

/* True after the main program ended with an uncaught KeyboardInterrupt (main.c: exit_sigint). */
#if PY_VERSION_HEX < 0x030C0000
extern int _Py_UnhandledKeyboardInterrupt;
#define RT_UNHANDLED_INTERRUPT _Py_UnhandledKeyboardInterrupt
#else
#define RT_UNHANDLED_INTERRUPT _PyRuntime.signals.unhandled_keyboard_interrupt
#endif

/* State of a generator-like object: suspended in its body, or created and not started. */
#define RT_GENERATOR_STATE(object) (((PyGenObject *)(object))->gi_frame_state)
#if PY_VERSION_HEX < 0x030D0000
#define RT_GENERATOR_SUSPENDED(object) (RT_GENERATOR_STATE(object) == FRAME_SUSPENDED)
#else
#define RT_GENERATOR_SUSPENDED(object)                                                             \
    (RT_GENERATOR_STATE(object) == FRAME_SUSPENDED ||                                              \
     RT_GENERATOR_STATE(object) == FRAME_SUSPENDED_YIELD_FROM)
#endif
#define RT_GENERATOR_CREATED(object) (RT_GENERATOR_STATE(object) == FRAME_CREATED)

static inline int rt_other_threads(PyInterpreterState *interp) {
#if PY_VERSION_HEX < 0x030B0000
    return interp->tstate_head->next != NULL;
#else
    return interp->threads.head->next != NULL;
#endif
}

/* What a second reading of the configuration forgets: whether the environment counts, in the
 * configuration and in the global variable that older parts of CPython (sys.breakpointhook) still
 * ask, deprecated for users since 3.12; and -X warn_default_encoding. */
static inline void rt_keep_options(PyInterpreterState *interp, int use_environment,
                                   int warn_default_encoding) {
    interp->config.use_environment = use_environment;
    interp->config.warn_default_encoding = warn_default_encoding;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    Py_IgnoreEnvironmentFlag = !use_environment;
#pragma GCC diagnostic pop
}

/* True when the pending exception is a SystemExit; *code is its status and what it says is printed.
 * 3.13 hides the function; there PyErr_Print does all of it, down to ending the process. */
static inline bool rt_handle_system_exit(int *code) {
#if RT_HAS_HIDDEN_FUNCTIONS || PY_VERSION_HEX < 0x030D0000
    return _Py_HandleSystemExit(code);
#else
    (void)code;
    return false;
#endif
}

/* A code object. New reference, or NULL with an exception set. */
static inline PyObject *rt_new_code(struct _PyCodeConstructor *made) {
#if RT_HAS_HIDDEN_FUNCTIONS || PY_VERSION_HEX < 0x030D0000
    return _PyCode_Validate(made) < 0 ? NULL : (PyObject *)_PyCode_New(made);
#else
    /* The exported function takes the local variables in three tuples; an argument that is a cell
     * stands in two of them. */
    static const unsigned char kinds[] = {CO_FAST_LOCAL, CO_FAST_CELL, CO_FAST_FREE};
    PyObject *lists[3] = {PyList_New(0), PyList_New(0), PyList_New(0)};
    PyObject *tuples[3] = {NULL};
    PyObject *code = NULL;
    bool ok = lists[0] != NULL && lists[1] != NULL && lists[2] != NULL;
    for (Py_ssize_t i = 0; ok && i < PyTuple_GET_SIZE(made->localsplusnames); i++) {
        unsigned char kind = (unsigned char)PyBytes_AS_STRING(made->localspluskinds)[i];
        for (int k = 0; ok && k < 3; k++) {
            PyObject *name = PyTuple_GET_ITEM(made->localsplusnames, i);
            ok = !(kind & kinds[k]) || PyList_Append(lists[k], name) == 0;
        }
    }
    for (int k = 0; k < 3; k++) {
        tuples[k] = ok ? PyList_AsTuple(lists[k]) : NULL;
        ok = ok && tuples[k] != NULL;
        Py_XDECREF(lists[k]);
    }
    if (ok) {
        code = (PyObject *)PyUnstable_Code_NewWithPosOnlyArgs(
            made->argcount, made->posonlyargcount, made->kwonlyargcount,
            (int)PyTuple_GET_SIZE(tuples[0]), made->stacksize, made->flags, made->code,
            made->consts, made->names, tuples[0], tuples[2], tuples[1], made->filename, made->name,
            made->qualname, made->firstlineno, made->linetable, made->exceptiontable);
    }
    for (int k = 0; k < 3; k++) {
        Py_XDECREF(tuples[k]);
    }
    return code;
#endif
}

static inline void rt_set_finalizing(PyThreadState *tstate) {
    _PyRuntimeState_SetFinalizing(&_PyRuntime, tstate);
#if PY_VERSION_HEX >= 0x030C0000
    _PyInterpreterState_SetFinalizing(tstate->interp, tstate);
#endif
}

#endif
