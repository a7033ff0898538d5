/* The one place of the front end that knows which CPython it is compiled against. 3.11 to 3.13.
 *
 * The front end uses the parser and the compiler below `compile()`: one parse gives the syntax tree
 * that the facts are read from and that is then compiled. These entry points are internal to
 * CPython, which is why pyc2c is built once per minor version, against that version's headers. */
#ifndef PYC2C_FRONT_PY_COMPAT_H
#define PYC2C_FRONT_PY_COMPAT_H

#define PY_SSIZE_T_CLEAN
#define Py_BUILD_CORE 1

#include <Python.h>
#include <marshal.h>

#if PY_VERSION_HEX < 0x030B0000 || PY_VERSION_HEX >= 0x030E0000
#error "pyc2c's front end knows CPython 3.11, 3.12 and 3.13"
#endif

/* COMPAT_NEW_STATEMENTS stands in switches that list every kind: statements that only newer
 * versions have, of which the facts need nothing but the number of type parameters. */
#if PY_VERSION_HEX >= 0x030C0000
#define COMPAT_NEW_STATEMENTS case TypeAlias_kind:
#define COMPAT_TYPE_PARAMETERS(s)                                                                  \
    asdl_seq_LEN((s)->kind == FunctionDef_kind        ? (s)->v.FunctionDef.type_params             \
                 : (s)->kind == AsyncFunctionDef_kind ? (s)->v.AsyncFunctionDef.type_params        \
                 : (s)->kind == ClassDef_kind         ? (s)->v.ClassDef.type_params                \
                 : (s)->kind == TypeAlias_kind        ? (s)->v.TypeAlias.type_params               \
                                                      : NULL)
#else
#define COMPAT_NEW_STATEMENTS
#define COMPAT_TYPE_PARAMETERS(s) ((void)(s), 0)
#endif

/* Instructions at the end of a loop that an exhausted one skips. */
#if PY_VERSION_HEX >= 0x030D0000
enum { COMPAT_END_FOR_LENGTH = 2 };
#else
enum { COMPAT_END_FOR_LENGTH = 1 };
#endif

/* The pending exception as one normalised object, cleared; NULL when there is none. New reference.
 */
static inline PyObject *compat_take_exception(void) {
#if PY_VERSION_HEX >= 0x030C0000
    return PyErr_GetRaisedException();
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
#endif
}

#endif
