/* Arguments to parameters.
 *
 * Slots are laid out as in every code object: positional parameters, keyword-only ones, *args,
 * **kwargs, then everything else. Binding follows initialize_locals of ceval.c, but never raises:
 * on any trouble it gives up, and the caller makes the same call through CPython, whose message
 * then is the right one. */
#include "rt_frame.h"

typedef struct Binding {
    const PyCodeObject *code;
    PyFunctionObject *function;
    PyObject **slots;
    PyObject *extra; /* the dict of **kwargs, borrowed from its slot, or NULL */
} Binding;

static bool bind_rest(const Binding *binding, PyObject *const *args, Py_ssize_t count) {
    const PyCodeObject *code = binding->code;
    Py_ssize_t taken = code->co_argcount;
    if (!(code->co_flags & CO_VARARGS)) {
        return count <= taken;
    }
    PyObject *rest =
        count > taken ? _PyTuple_FromArray(args + taken, count - taken) : PyTuple_New(0);
    binding->slots[taken + code->co_kwonlyargcount] = rest;
    return rest != NULL;
}

/* Number of the parameter that `name` names; -1: none; -2: an exception is set. */
static Py_ssize_t find_parameter(const PyCodeObject *code, PyObject *name) {
    PyObject *const *names = ((PyTupleObject *)code->co_localsplusnames)->ob_item;
    Py_ssize_t total = code->co_argcount + code->co_kwonlyargcount;
    for (Py_ssize_t i = code->co_posonlyargcount; i < total; i++) {
        if (names[i] == name) {
            return i;
        }
    }
    if (PyUnicode_CheckExact(name) && PyUnicode_CHECK_INTERNED(name)) {
        return -1; /* names of parameters are interned, too */
    }
    for (Py_ssize_t i = code->co_posonlyargcount; i < total; i++) {
        int same = PyObject_RichCompareBool(name, names[i], Py_EQ);
        if (same != 0) {
            return same > 0 ? i : -2;
        }
    }
    return -1;
}

static bool bind_named(const Binding *binding, PyObject *name, PyObject *value) {
    if (!PyUnicode_Check(name)) {
        return false;
    }
    Py_ssize_t index = find_parameter(binding->code, name);
    if (index >= 0) {
        if (binding->slots[index] != NULL) {
            return false;
        }
        binding->slots[index] = Py_NewRef(value);
        return true;
    }
    return index == -1 && binding->extra != NULL &&
           PyDict_SetItem(binding->extra, name, value) == 0;
}

static bool bind_defaults(const Binding *binding, Py_ssize_t count) {
    const PyCodeObject *code = binding->code;
    PyObject *defaults = binding->function->func_defaults;
    Py_ssize_t size = defaults != NULL ? PyTuple_GET_SIZE(defaults) : 0;
    Py_ssize_t first = code->co_argcount - size;
    for (Py_ssize_t i = count; i < code->co_argcount; i++) {
        if (binding->slots[i] != NULL) {
            continue;
        }
        if (i < first) {
            return false;
        }
        binding->slots[i] = Py_NewRef(PyTuple_GET_ITEM(defaults, i - first));
    }
    return true;
}

static bool bind_keyword_defaults(const Binding *binding) {
    const PyCodeObject *code = binding->code;
    PyObject *defaults = binding->function->func_kwdefaults;
    Py_ssize_t end = code->co_argcount + code->co_kwonlyargcount;
    for (Py_ssize_t i = code->co_argcount; i < end; i++) {
        if (binding->slots[i] != NULL) {
            continue;
        }
        PyObject *name = PyTuple_GET_ITEM(code->co_localsplusnames, i);
        PyObject *value = defaults != NULL ? PyDict_GetItemWithError(defaults, name) : NULL;
        if (value == NULL) {
            return false;
        }
        binding->slots[i] = Py_NewRef(value);
    }
    return true;
}

static bool bind_all(Binding *binding, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    const PyCodeObject *code = binding->code;
    if (code->co_flags & CO_VARKEYWORDS) {
        binding->extra = PyDict_New();
        binding->slots[code->co_argcount + code->co_kwonlyargcount +
                       ((code->co_flags & CO_VARARGS) != 0)] = binding->extra;
        if (binding->extra == NULL) {
            return false;
        }
    }
    if (!bind_rest(binding, args, count)) {
        return false;
    }
    for (Py_ssize_t i = 0; names != NULL && i < PyTuple_GET_SIZE(names); i++) {
        if (!bind_named(binding, PyTuple_GET_ITEM(names, i), args[count + i])) {
            return false;
        }
    }
    return bind_defaults(binding, count) && bind_keyword_defaults(binding);
}

bool rt_bind(const RtCode *native, PyFunctionObject *function, PyObject **slots,
             PyObject *const *args, Py_ssize_t count, PyObject *names) {
    Binding binding = {native->code, function, slots, NULL};
    Py_ssize_t positional = count < native->argcount ? count : (Py_ssize_t)native->argcount;
    for (Py_ssize_t i = 0; i < positional; i++) {
        slots[i] = Py_NewRef(args[i]);
    }
    for (Py_ssize_t i = positional; i < (Py_ssize_t)native->slots; i++) {
        slots[i] = NULL;
    }
    if (bind_all(&binding, args, count, names)) {
        return true;
    }
    PyErr_Clear();
    return false;
}
