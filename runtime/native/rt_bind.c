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

/* Number of the parameter whose name is this very object, or -1. */
static inline Py_ssize_t find_same(const PyCodeObject *code, PyObject *name) {
    PyObject *const *names = ((PyTupleObject *)code->co_localsplusnames)->ob_item;
    Py_ssize_t total = code->co_argcount + code->co_kwonlyargcount;
    for (Py_ssize_t i = code->co_posonlyargcount; i < total; i++) {
        if (names[i] == name) {
            return i;
        }
    }
    return -1;
}

/* Names of parameters are interned: they are the same as such a name, or different. */
static inline bool is_interned(PyObject *name) {
    return PyUnicode_CheckExact(name) && PyUnicode_CHECK_INTERNED(name);
}

/* Number of the parameter that `name` names; -1: none; -2: an exception is set. */
static Py_ssize_t find_parameter(const PyCodeObject *code, PyObject *name) {
    PyObject *const *names = ((PyTupleObject *)code->co_localsplusnames)->ob_item;
    Py_ssize_t total = code->co_argcount + code->co_kwonlyargcount;
    Py_ssize_t found = find_same(code, name);
    if (found >= 0 || is_interned(name)) {
        return found;
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

/* New reference, or NULL without an exception. */
static PyObject *default_of(const PyCodeObject *code, const PyFunctionObject *function,
                            Py_ssize_t index) {
    if (index >= code->co_argcount) {
        PyObject *defaults = function->func_kwdefaults;
        PyObject *name = PyTuple_GET_ITEM(code->co_localsplusnames, index);
        PyObject *value = defaults != NULL ? PyDict_GetItemWithError(defaults, name) : NULL;
        if (value == NULL) {
            PyErr_Clear();
        }
        return Py_XNewRef(value);
    }
    PyObject *defaults = function->func_defaults;
    Py_ssize_t size = defaults != NULL ? PyTuple_GET_SIZE(defaults) : 0;
    Py_ssize_t at = index - (code->co_argcount - size);
    return at >= 0 ? Py_NewRef(PyTuple_GET_ITEM(defaults, at)) : NULL;
}

static bool bind_defaults(const Binding *binding, Py_ssize_t count) {
    const PyCodeObject *code = binding->code;
    Py_ssize_t total = code->co_argcount + code->co_kwonlyargcount;
    for (Py_ssize_t i = count < code->co_argcount ? count : code->co_argcount; i < total; i++) {
        if (binding->slots[i] == NULL) {
            binding->slots[i] = default_of(code, binding->function, i);
            if (binding->slots[i] == NULL) {
                return false;
            }
        }
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
    return bind_defaults(binding, count);
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

/* ---- calls that are refused ---- */

/* What initialize_locals does with a keyword: its parameter, -1 for **kwargs, -2: it is wrong. */
static Py_ssize_t place_of(const PyCodeObject *code, Py_ssize_t taken, PyObject *names,
                           Py_ssize_t which) {
    Py_ssize_t index = find_parameter(code, PyTuple_GET_ITEM(names, which));
    if (index == -2) {
        PyErr_Clear();
    }
    if (index == -1 && !(code->co_flags & CO_VARKEYWORDS)) {
        return -2;
    }
    return index >= 0 && index < taken ? -2 : index;
}

/* Drops the first `right` keywords that are in the place: a parameter, or -1. */
static void drop_placed(const PyCodeObject *code, Py_ssize_t taken, PyObject *const *values,
                        PyObject *names, Py_ssize_t right, Py_ssize_t place) {
    for (Py_ssize_t i = 0; i < right; i++) {
        if (place_of(code, taken, names, i) == place) {
            Py_DECREF(values[i]);
        }
    }
}

void rt_drop_refused(const RtCode *native, PyObject *const *args, Py_ssize_t count,
                     PyObject *names) {
    const PyCodeObject *code = native->code;
    Py_ssize_t total = code->co_argcount + code->co_kwonlyargcount, right = 0;
    Py_ssize_t taken = count < code->co_argcount ? count : code->co_argcount;
    Py_ssize_t named = names != NULL ? PyTuple_GET_SIZE(names) : 0;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    for (Py_ssize_t i = taken; !(code->co_flags & CO_VARARGS) && i < count; i++) {
        Py_DECREF(args[i]);
    }
    while (right < named && place_of(code, taken, names, right) != -2) {
        right++;
    }
    for (Py_ssize_t i = right; i < named; i++) {
        Py_DECREF(args[count + i]);
    }
    for (Py_ssize_t i = 0; i < taken; i++) {
        Py_DECREF(args[i]);
    }
    for (Py_ssize_t i = taken; right > 0 && i < total; i++) {
        drop_placed(code, taken, args + count, names, right, i);
    }
    for (Py_ssize_t i = count; (code->co_flags & CO_VARARGS) && i-- > taken;) {
        Py_DECREF(args[i]); /* as a tuple does it */
    }
    drop_placed(code, taken, args + count, names, right, -1);
    PyErr_Restore(type, value, traceback);
}

/* ---- into an array ---- */

/* A call, while its arguments are put in their places. Sets of parameters have a bit for each. */
typedef struct Arranging {
    const RtCode *native;
    PyObject **all;
    PyObject *const *args;
    PyObject *names;
    Py_ssize_t count;
    uint32_t given;  /* what the call fills */
    uint32_t extras; /* of its keywords: those for **kwargs */
} Arranging;

static Py_ssize_t named_parameters(const Arranging *call) {
    return call->native->code->co_argcount + call->native->code->co_kwonlyargcount;
}

static bool arrange_named(Arranging *call) {
    const PyCodeObject *code = call->native->code;
    Py_ssize_t named = PyTuple_GET_SIZE(call->names);
    for (Py_ssize_t i = 0; i < named; i++) {
        PyObject *name = PyTuple_GET_ITEM(call->names, i);
        Py_ssize_t index = find_same(code, name);
        if (index >= 0) {
            if (call->given >> index & 1) {
                return false;
            }
            call->all[index] = call->args[call->count + i];
            call->given |= 1u << index;
        } else if (i < 32 && (code->co_flags & CO_VARKEYWORDS) && is_interned(name)) {
            call->extras |= 1u << i;
        } else {
            return false;
        }
    }
    return true;
}

static bool drop_defaults(const Arranging *call, Py_ssize_t from, Py_ssize_t end) {
    for (Py_ssize_t i = from; i < end; i++) {
        if (!(call->given >> i & 1)) {
            Py_DECREF(call->all[i]);
        }
    }
    return false;
}

static PyObject *extra_keywords(const Arranging *call) {
    PyObject *dict = PyDict_New();
    for (uint32_t left = call->extras; dict != NULL && left != 0; left &= left - 1) {
        int i = __builtin_ctz(left);
        if (PyDict_SetItem(dict, PyTuple_GET_ITEM(call->names, i), call->args[call->count + i]) <
            0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

/* *args and **kwargs, which have references of their own to what is in them. False when memory is
 * out: then there is neither. */
static bool arrange_rest(Arranging *call) {
    const PyCodeObject *code = call->native->code;
    Py_ssize_t at = named_parameters(call);
    PyObject *rest = NULL;
    if (code->co_flags & CO_VARARGS) {
        Py_ssize_t taken = call->count < code->co_argcount ? call->count : code->co_argcount;
        rest = _PyTuple_FromArray(call->args + taken, call->count - taken);
        call->all[at++] = rest;
        if (rest == NULL) {
            PyErr_Clear();
            return false;
        }
    }
    if (code->co_flags & CO_VARKEYWORDS) {
        call->all[at] = extra_keywords(call);
        if (call->all[at] == NULL) {
            Py_XDECREF(rest);
            PyErr_Clear();
            return false;
        }
    }
    return true;
}

/* For each object of the call one reference: in the array, or, of one that *args or **kwargs hold,
 * none. */
static void settle_references(const Arranging *call, RtArguments whose) {
    if (whose == RT_BORROWED) {
        for (uint32_t left = call->given; left != 0; left &= left - 1) {
            Py_INCREF(call->all[__builtin_ctz(left)]);
        }
        return;
    }
    for (Py_ssize_t i = call->native->argcount; i < call->count; i++) {
        Py_DECREF(call->args[i]);
    }
    for (uint32_t left = call->extras; left != 0; left &= left - 1) {
        Py_DECREF(call->args[call->count + __builtin_ctz(left)]);
    }
}

bool rt_bind_all(const RtCode *native, PyFunctionObject *function, PyObject **all,
                 PyObject *const *args, Py_ssize_t count, PyObject *names, RtArguments whose) {
    Arranging call = {native, all, args, names, count, 0, 0};
    Py_ssize_t taken = native->argcount, total = named_parameters(&call);
    if (count <= taken) {
        taken = count;
    } else if (!(native->code->co_flags & CO_VARARGS)) {
        return false;
    }
    for (Py_ssize_t i = 0; i < taken; i++) {
        all[i] = args[i];
    }
    call.given = (1u << taken) - 1;
    if (names != NULL && !arrange_named(&call)) {
        return false;
    }
    for (Py_ssize_t i = taken; i < total; i++) {
        if (!(call.given >> i & 1)) {
            all[i] = default_of(native->code, function, i);
            if (all[i] == NULL) {
                return drop_defaults(&call, taken, i);
            }
        }
    }
    if (native->params > total && !arrange_rest(&call)) {
        return drop_defaults(&call, taken, total);
    }
    settle_references(&call, whose);
    return true;
}
