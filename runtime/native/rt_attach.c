/* Native code meets its code objects.
 *
 * Generated units lie in a section of the executable. When a module's code object was read, the
 * units of that module are connected with it: code objects are counted in preorder, as the compiler
 * did (front_decode), and each that has native code refers to it from co_extra, where every call
 * finds it. What the number finds must be the code that was compiled (identity_of): otherwise the
 * function stays bytecode. So code that is replaced (`f.__code__ = ...`), copied or made at run
 * time has none and runs as bytecode. The module's code object is kept: whoever asks for it again
 * (reload, runpy, get_code) gets the same one, with its native code. */
#include "../rt_py.h"
#include "rt_frame.h"
#include "rt_spare.h"

#include "../../compiler/front/py_identity.h"

#include <string.h>

extern const RtUnit *const __start_pyc2c_units[] __attribute__((weak));
extern const RtUnit *const __stop_pyc2c_units[] __attribute__((weak));

/* A module that was attached. */
typedef struct Kept {
    const char *module; /* of its unit */
    PyObject *code;     /* owned */
    struct Kept *next;
} Kept;

static Kept *kept;

/* ---- start ---- */

int rt_native_start(void) {
    if (_PyEval_RequestCodeExtraIndex(NULL) != RT_EXTRA_FUNCTION ||
        _PyEval_RequestCodeExtraIndex(NULL) != RT_EXTRA_BODY) {
        PyErr_SetString(PyExc_SystemError, "somebody took the place of native code first");
        return -1;
    }
    rt_int_start();
    rt_spare_start();
    return rt_function_start() < 0 || rt_construct_start() < 0 || rt_builtin_start() < 0 ||
                   rt_super_start() < 0 || rt_instance_start() < 0
               ? -1
               : rt_version_start();
}

/* ---- attaching ---- */

typedef struct Attaching {
    RtCode **by_ordinal;
    uint32_t count, next;
} Attaching;

static void fill(RtCode *native, PyCodeObject *code) {
    native->code = (PyCodeObject *)Py_NewRef(code);
    native->consts = ((PyTupleObject *)code->co_consts)->ob_item;
    native->names = ((PyTupleObject *)code->co_names)->ob_item;
    native->first = _PyCode_CODE(code);
    native->slots = (uint32_t)code->co_nlocalsplus;
    native->argcount = (uint32_t)code->co_argcount;
    native->params = (uint32_t)(code->co_argcount + code->co_kwonlyargcount) +
                     ((code->co_flags & CO_VARARGS) != 0) +
                     ((code->co_flags & CO_VARKEYWORDS) != 0);
    native->exact = native->params == native->argcount ? native->argcount : UINT32_MAX;
    native->frame_size =
        (uint32_t)(code->co_nlocalsplus + code->co_stacksize + (int)FRAME_SPECIALS_SIZE);
    bool plain = native->body != NULL || rt_generator_is_plain(native);
    native->flags |= plain ? RT_CODE_PLAIN : 0;
    native->start = native->flags & RT_CODE_POLLED ? native->first : RT_FRAME_START(native->first);
    native->enter = native->body != NULL ? rt_enter_choose(native) : NULL;
}

/* 1: this is the code object that was compiled; 0: another one; -1 with an exception set. */
static int is_compiled_from(const RtCode *native, PyCodeObject *code) {
    PyObject *units = PyCode_GetCode(code);
    if (units == NULL) {
        return -1;
    }
    bool same = identity_of(code, units) == native->identity;
    Py_DECREF(units);
    if (!same && _Py_GetConfig()->verbose) {
        PySys_FormatStderr("# native code of %U is not of this code object: bytecode runs\n",
                           code->co_qualname);
    }
    return same;
}

static int attach_code(Attaching *attaching, PyCodeObject *code) {
    uint32_t ordinal = attaching->next++;
    RtCode *native = ordinal < attaching->count ? attaching->by_ordinal[ordinal] : NULL;
    if (native != NULL && native->code == NULL) {
        int same = is_compiled_from(native, code);
        if (same < 0) {
            return -1;
        }
        if (same) {
            fill(native, code);
            bool function = code->co_flags & CO_OPTIMIZED;
            if (_PyCode_SetExtra((PyObject *)code, function ? RT_EXTRA_FUNCTION : RT_EXTRA_BODY,
                                 native) < 0) {
                return -1;
            }
        }
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(code->co_consts); i++) {
        PyObject *item = PyTuple_GET_ITEM(code->co_consts, i);
        if (PyCode_Check(item) && attach_code(attaching, (PyCodeObject *)item) < 0) {
            return -1;
        }
    }
    return 0;
}

/* The module's first unit from `at` on, or NULL. Native code belongs to the main interpreter. */
static const RtUnit *const *next_unit(const RtUnit *const *at, const char *module) {
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        return NULL;
    }
    for (; at < __stop_pyc2c_units; at++) {
        if (strcmp((*at)->module, module) == 0) {
            return at;
        }
    }
    return NULL;
}

bool rt_attach_is_native(const char *module) {
    return next_unit(__start_pyc2c_units, module) != NULL;
}

/* Calls visit for the units of a module; returns the first one. */
static const RtUnit *each_unit(const char *module, void (*visit)(const RtUnit *, Attaching *),
                               Attaching *attaching) {
    const RtUnit *const *first = next_unit(__start_pyc2c_units, module);
    for (const RtUnit *const *at = first; at != NULL; at = next_unit(at + 1, module)) {
        visit(*at, attaching);
    }
    return first != NULL ? *first : NULL;
}

static void count_codes(const RtUnit *unit, Attaching *attaching) {
    for (uint32_t i = 0; i < unit->count; i++) {
        uint32_t end = unit->codes[i].ordinal + 1;
        attaching->count = end > attaching->count ? end : attaching->count;
    }
}

static void list_codes(const RtUnit *unit, Attaching *attaching) {
    for (uint32_t i = 0; i < unit->count; i++) {
        attaching->by_ordinal[unit->codes[i].ordinal] = &unit->codes[i];
    }
}

static int keep(const char *module, PyObject *code) {
    Kept *item = PyMem_RawMalloc(sizeof(*item));
    if (item == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *item = (Kept){module, Py_NewRef(code), kept};
    kept = item;
    return 0;
}

int rt_attach_module(const char *module, PyObject *code) {
    Attaching attaching = {0};
    const RtUnit *unit = each_unit(module, count_codes, &attaching);
    if (unit == NULL) {
        return 0;
    }
    attaching.by_ordinal = PyMem_RawCalloc(attaching.count, sizeof(RtCode *));
    if (attaching.by_ordinal == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    each_unit(module, list_codes, &attaching);
    int result = attach_code(&attaching, (PyCodeObject *)code);
    PyMem_RawFree(attaching.by_ordinal);
    return result < 0 ? -1 : keep(unit->module, code);
}

PyObject *rt_attach_kept(const char *module) {
    if (kept == NULL || PyInterpreterState_Get() != PyInterpreterState_Main()) {
        return NULL;
    }
    for (const Kept *item = kept; item != NULL; item = item->next) {
        if (strcmp(item->module, module) == 0) {
            return Py_NewRef(item->code);
        }
    }
    return NULL;
}
