/* Functions that have native code, and, for 3.11, their type.
 *
 * CPython 3.11 calls every exact function by running its bytecode in place, whatever the function's
 * vectorcall is. So native functions have a type of their own, below PyFunction_Type, which the
 * interpreter calls through vectorcall. They are ordinary function objects otherwise: made by
 * PyFunction_New, whose callers the link leads through the wrapper here. What differs because C
 * code asks for exact functions is in rt_exact.c. Generator-like functions stay exact: the
 * interpreter makes their generators fast, and these find their native step by themselves.
 *
 * Later versions look at `vectorcall`; there native functions are exact ones. */
#include "rt_frame.h"
#include "rt_spare.h"

#include <structmember.h>

PyObject *__real_PyFunction_New(PyObject *code, PyObject *globals);
PyObject *__wrap_PyFunction_New(PyObject *code, PyObject *globals);

#if RT_FUNCTIONS_HAVE_TYPE
/* ---- attributes ---- */

/* pickle and copy know exact functions by their type; this makes them do the same. */
static PyObject *function_reduce(PyObject *self, RT_UNUSED PyObject *unused) {
    return Py_NewRef(((PyFunctionObject *)self)->func_qualname);
}

static PyObject *function_get_class(RT_UNUSED PyObject *self, RT_UNUSED void *unused) {
    return Py_NewRef((PyObject *)&PyFunction_Type);
}

/* As for every function: refused, with the message that object.__class__ has for it. */
static int function_set_class(PyObject *self, PyObject *value, RT_UNUSED void *unused) {
    PyObject *descriptor = PyDict_GetItemString(PyBaseObject_Type.tp_dict, "__class__");
    return Py_TYPE(descriptor)->tp_descr_set(descriptor, self, value);
}

static PyMethodDef function_methods[] = {
    {"__reduce__", function_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static PyMemberDef function_members[] = {
    /* A type without it gets a __doc__ of its own, which would hide the function's. */
    {"__doc__", T_OBJECT, offsetof(PyFunctionObject, func_doc), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};
static PyGetSetDef function_getset[] = {
    {"__class__", function_get_class, function_set_class, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject rt_function_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0).tp_name = "function",
    .tp_basicsize = sizeof(PyFunctionObject),
    .tp_vectorcall_offset = offsetof(PyFunctionObject, vectorcall),
    .tp_dealloc = rt_function_dealloc,
    .tp_call = PyVectorcall_Call,
    /* The flag for the collector is inherited with the functions that it needs. */
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_base = &PyFunction_Type,
    .tp_methods = function_methods,
    .tp_members = function_members,
    .tp_getset = function_getset,
};
#endif

/* ---- making functions ---- */

/* What calls of it run. */
static inline void set_kind(PyFunctionObject *function, const RtCode *native) {
    if (native != NULL && native->body != NULL) {
        if (RT_FUNCTIONS_HAVE_TYPE) {
            Py_SET_TYPE(function, &rt_function_type);
        }
        function->vectorcall = rt_function_vectorcall;
    }
}

/* Every MAKE_FUNCTION comes here. */
PyObject *__wrap_PyFunction_New(PyObject *code, PyObject *globals) {
    PyObject *function = __real_PyFunction_New(code, globals);
    if (function != NULL) {
        set_kind((PyFunctionObject *)function, rt_code_of((PyCodeObject *)code));
    }
    return function;
}

/* Where a variable is that most modules' dicts have in the same entry, and its name, held: several
 * objects are equal to an identifier of CPython's. */
typedef struct UsualGlobal {
    Py_ssize_t entry;
    PyObject *name;
} UsualGlobal;

/* Its value: borrowed, or NULL. */
static inline PyObject *usual_global(PyObject *globals, PyObject *name, UsualGlobal *usual) {
    PyDictObject *dict = (PyDictObject *)globals;
    PyDictKeysObject *keys = dict->ma_keys;
    if (dict->ma_values != NULL || keys->dk_kind != DICT_KEYS_UNICODE) {
        return NULL;
    }
    PyDictUnicodeEntry *entries = DK_UNICODE_ENTRIES(keys);
    if (rt_unlikely(usual->entry >= keys->dk_nentries || usual->name == NULL ||
                    entries[usual->entry].me_key != usual->name)) {
        Py_ssize_t found = _PyDictKeys_StringLookup(keys, name);
        if (found < 0) {
            return NULL;
        }
        usual->entry = found;
        Py_XSETREF(usual->name, Py_NewRef(entries[found].me_key));
    }
    return entries[usual->entry].me_value;
}

/* As _PyEval_BuiltinsFromGlobals: borrowed, or NULL. */
static inline PyObject *builtins_of(PyObject *globals) {
    static UsualGlobal usual;
    PyObject *builtins = usual_global(globals, &_Py_ID(__builtins__), &usual);
    return builtins != NULL && PyModule_Check(builtins) ? PyModule_GetDict(builtins) : builtins;
}

static inline PyObject *docstring_of(const PyCodeObject *code) {
    PyObject *doc =
        PyTuple_GET_SIZE(code->co_consts) > 0 ? PyTuple_GET_ITEM(code->co_consts, 0) : Py_None;
    return PyUnicode_Check(doc) ? doc : Py_None;
}

/* PyFunction_New without looking for two global variables that every module has. A comprehension
 * is a new function each time. */
static PyFunctionObject *new_function(RT_UNUSED PyThreadState *ts, PyCodeObject *code,
                                      PyObject *globals) {
    static UsualGlobal usual;
    PyObject *module = usual_global(globals, &_Py_ID(__name__), &usual);
    PyObject *builtins = builtins_of(globals);
    if (!rt_guard(module != NULL && builtins != NULL && !rt_functions_are_watched(ts))) {
        return (PyFunctionObject *)PyFunction_New((PyObject *)code, globals);
    }
    Py_INCREF(module); /* what a collection runs may change the variables */
    Py_INCREF(builtins);
    PyFunctionObject *function = rt_spare_function();
    if (rt_unlikely(function == NULL)) {
        Py_DECREF(module);
        Py_DECREF(builtins);
        return NULL;
    }
    function->func_globals = Py_NewRef(globals);
    function->func_builtins = builtins;
    function->func_name = Py_NewRef(code->co_name);
    function->func_qualname = Py_NewRef(code->co_qualname);
    function->func_code = Py_NewRef(code);
    function->func_doc = Py_NewRef(docstring_of(code));
    function->func_dict = NULL;
    function->func_weakreflist = NULL;
    function->func_module = module;
    function->vectorcall = _PyFunction_Vectorcall;
    RT_NO_TYPE_PARAMS(function);
    function->func_version = 0;
    set_kind(function, rt_code_of(code));
    return function;
}

/* As MAKE_FUNCTION. Takes over all references but the code's. */
PyObject *rt_func_new(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *code,
                      PyObject *defaults, PyObject *kwdefaults, PyObject *annotations,
                      PyObject *closure) {
    PyFunctionObject *function = new_function(ts, (PyCodeObject *)code, frame->f_globals);
    if (function == NULL) {
        Py_XDECREF(defaults);
        Py_XDECREF(kwdefaults);
        Py_XDECREF(annotations);
        Py_XDECREF(closure);
        return NULL;
    }
    function->func_defaults = defaults;
    function->func_kwdefaults = kwdefaults;
    function->func_annotations = annotations;
    function->func_closure = closure;
    if (!_PyObject_GC_IS_TRACKED(function)) {
        _PyObject_GC_TRACK(function);
    }
    return (PyObject *)function;
}

/* ---- type parameters and aliases ---- */

PyObject *rt_intrinsic(PyThreadState *ts, PyObject *value, int which) {
    return RT_INTRINSIC_UNARY(ts, which, value);
}

PyObject *rt_intrinsic_pair(PyThreadState *ts, PyObject *left, PyObject *right, int which) {
    return RT_INTRINSIC_BINARY(ts, which, left, right);
}

/* ---- start ---- */

int rt_function_start(void) {
#if RT_FUNCTIONS_HAVE_TYPE
    /* What the flag for method descriptors stands for; it must be there before the rest is
     * inherited. */
    rt_function_type.tp_descr_get = PyFunction_Type.tp_descr_get;
    return PyType_Ready(&rt_function_type);
#else
    return 0;
#endif
}
