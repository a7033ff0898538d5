/* Interpreter core modules: interned when used.
 *
 * libpython 3.11 and 3.12 hold importlib, os and others as static code objects and intern every
 * string of all of them at start, used or not: a tenth of the start of a small program. Here
 * _Py_Deepfreeze_Init does nothing (the link wraps it), and the table of frozen modules is replaced
 * by a copy whose entries intern their strings when the module is first asked for. zipimport is
 * imported when sys.path names a file (rt_import.c) instead of always. */
#include "rt_py.h"

#include <string.h>

/* Reached only through the linker's --wrap; with a shared libpython nothing refers to them. */
PyStatus __wrap__PyImportZip_Init(PyThreadState *tstate);

PyStatus __wrap__PyImportZip_Init(PyThreadState *tstate) {
    (void)tstate;
    return PyStatus_Ok();
}

#if RT_HAS_DEEPFREEZE

/* Defined where frozen modules lie in the image: runtime/frozen/. */
void rt_frozen_in_image(void) __attribute__((weak));

extern int _PyStaticCode_InternStrings(PyCodeObject *code);
int __wrap__Py_Deepfreeze_Init(void);

int __wrap__Py_Deepfreeze_Init(void) {
    return 0;
}

static int intern_code(PyObject *code) {
    if (_PyStaticCode_InternStrings((PyCodeObject *)code) < 0) {
        return -1;
    }
    PyObject *constants = ((PyCodeObject *)code)->co_consts;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(constants); i++) {
        PyObject *constant = PyTuple_GET_ITEM(constants, i);
        if (PyCode_Check(constant) && intern_code(constant) < 0) {
            return -1;
        }
    }
    return 0;
}

#define FROZEN(name, module, file)                                                                 \
    extern PyObject *_Py_get_##name##_toplevel(void);                                              \
    static PyObject *get_##name(void) {                                                            \
        static bool interned;                                                                      \
        PyObject *code = _Py_get_##name##_toplevel();                                              \
        if (code != NULL && !interned) {                                                           \
            interned = true;                                                                       \
            if (intern_code(code) < 0) {                                                           \
                Py_CLEAR(code);                                                                    \
            }                                                                                      \
        }                                                                                          \
        return code;                                                                               \
    }
#include "rt_frozen.def"
#undef FROZEN

typedef PyObject *(*CodeGetter)(void);

static const struct {
    CodeGetter stock, interning;
} accessors[] = {
#define FROZEN(name, module, file) {_Py_get_##name##_toplevel, get_##name},
#include "rt_frozen.def"
#undef FROZEN
};

enum { TABLE_MAX = 24 };
static struct _frozen bootstrap_table[TABLE_MAX], stdlib_table[TABLE_MAX];

/* Copies a table with our accessors; keeps the stock one when an entry is unknown. */
static void replace_table(const struct _frozen **table, struct _frozen *copy) {
    int count = 0;
    for (const struct _frozen *entry = *table; entry->name != NULL; entry++) {
        if (count == TABLE_MAX - 1) {
            return;
        }
        copy[count] = *entry;
        for (size_t i = 0; i < sizeof(accessors) / sizeof(accessors[0]); i++) {
            if (entry->get_code == accessors[i].stock) {
                copy[count].get_code = accessors[i].interning;
            }
        }
        count++;
    }
    *table = copy;
}

void rt_frozen_prepare(void) {
    if (rt_frozen_in_image != NULL) {
        return; /* read like other code, with names that are interned */
    }
    replace_table(&_PyImport_FrozenBootstrap, bootstrap_table);
    replace_table(&_PyImport_FrozenStdlib, stdlib_table);
}

#else

#if PY_VERSION_HEX < 0x030D0000 && RT_HAS_HIDDEN_FUNCTIONS
/* 3.12 sets static code up in the same function: nothing can be left out. */
int __wrap__Py_Deepfreeze_Init(void);
extern int __real__Py_Deepfreeze_Init(void);

int __wrap__Py_Deepfreeze_Init(void) {
    return __real__Py_Deepfreeze_Init();
}
#endif

void rt_frozen_prepare(void) {
}

#endif
