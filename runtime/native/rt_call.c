/* Calls.
 *
 * From native code: a function that has native code gets its frame here and its body is called
 * directly, also when it is the __init__ of a class that is called; C code is called as the
 * interpreter does it (rt_call_c.c). From everywhere else native functions are called by their own
 * vectorcall (rt_function_vectorcall).
 * While somebody traces or profiles, or when a call does not fit the parameters, CPython's own
 * function runs the bytecode, or says what is wrong. */
#include "rt_frame.h"

/* ---- calling native code ---- */

enum { MOST_COPIED = 6 };

static void drop_arguments(const RtCode *native, PyObject *const *args, Py_ssize_t count,
                           PyObject *names, const PyObject *result) {
    if (result == NULL) {
        rt_drop_refused(native, args, count, names);
    } else {
        rt_drop_arguments(args, count, names);
    }
}

/* Any arguments. */
static PyObject *call_bound(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                            PyObject *const *args, Py_ssize_t count, PyObject *names,
                            RtArguments whose) {
    PyObject *result = NULL;
    _PyInterpreterFrame *frame = rt_frame_new(ts, function, native);
    if (frame != NULL && rt_bind(native, function, frame->localsplus, args, count, names)) {
        if (whose == RT_MOVED) {
            rt_drop_arguments(args, count, names);
        }
        return rt_frame_run(ts, frame, native);
    }
    if (frame != NULL) {
        rt_frame_clear(ts, frame, native->slots);
        result = rt_function_interpret(ts, function, args, count, names);
    }
    if (whose == RT_MOVED) {
        drop_arguments(native, args, count, names, result);
    }
    return result;
}

/* Arguments that lie somewhere else, and that somebody else holds. */
static RT_NOINLINE PyObject *enter_borrowed(PyThreadState *ts, PyFunctionObject *function,
                                            const RtCode *native, PyObject *const *args) {
    PyObject *own[MOST_COPIED];
    for (uint32_t i = 0; i < native->argcount; i++) {
        own[i] = Py_NewRef(args[i]);
    }
    return native->enter(ts, function, native, own);
}

/* The last `missing` parameters have their defaults. */
static RT_ALWAYS_INLINE PyObject *enter_missing(PyThreadState *ts, PyFunctionObject *function,
                                                const RtCode *native, PyObject *const *args,
                                                uint32_t missing) {
    PyObject *all[RT_BIND_MOST], *defaults = function->func_defaults;
    uint32_t count = native->argcount - missing;
    if (rt_unlikely(defaults == NULL || PyTuple_GET_SIZE(defaults) < missing)) {
        return call_bound(ts, function, native, args, count, NULL, RT_MOVED);
    }
    for (uint32_t i = 0; i < count; i++) {
        all[i] = args[i];
    }
    PyObject *const *end = ((PyTupleObject *)defaults)->ob_item + PyTuple_GET_SIZE(defaults);
    for (uint32_t i = 0; i < missing; i++) {
        all[count + i] = Py_NewRef(end[(Py_ssize_t)i - missing]);
    }
    return native->enter(ts, function, native, all);
}

#define ENTER_MISSING(missing)                                                                     \
    static PyObject *enter_missing_##missing(PyThreadState *ts, PyFunctionObject *function,        \
                                             const RtCode *native, PyObject *const *args) {        \
        return enter_missing(ts, function, native, args, missing);                                 \
    }
ENTER_MISSING(1)
ENTER_MISSING(2)
ENTER_MISSING(3)

/* What enters with `count` arguments by position, or NULL. */
static RtEnter enter_for(const PyFunctionObject *function, const RtCode *native, Py_ssize_t count) {
    static const RtEnter by_missing[] = {NULL, enter_missing_1, enter_missing_2, enter_missing_3};
    Py_ssize_t missing = (Py_ssize_t)native->exact - count;
    if (missing == 0 || native->enter == NULL) {
        return native->enter;
    }
    PyObject *defaults = function->func_defaults;
    return missing > 0 && missing < (Py_ssize_t)(sizeof(by_missing) / sizeof(by_missing[0])) &&
                   native->params <= RT_BIND_MOST && defaults != NULL &&
                   PyTuple_GET_SIZE(defaults) >= missing
               ? by_missing[missing]
               : NULL;
}

/* What does not fit by position, and generators. */
static RT_NOINLINE PyObject *call_otherwise(PyThreadState *ts, PyFunctionObject *function,
                                            const RtCode *native, PyObject *const *args,
                                            Py_ssize_t count, PyObject *names, RtArguments whose) {
    PyObject *all[RT_BIND_MOST];
    if (rt_guard((native->flags & RT_CODE_PLAIN) && native->params <= RT_BIND_MOST) &&
        rt_bind_all(native, function, all, args, count, names, whose)) {
        return native->step == NULL ? native->enter(ts, function, native, all)
                                    : rt_generator_plain(ts, function, native, all);
    }
    if (native->step == NULL) {
        return call_bound(ts, function, native, args, count, names, whose);
    }
    PyObject *result = rt_generator_new(ts, function, native, args, count, names);
    if (whose == RT_MOVED) {
        drop_arguments(native, args, count, names, result);
    }
    return result;
}

static inline PyObject *call_native(PyThreadState *ts, PyFunctionObject *function,
                                    const RtCode *native, PyObject *const *args, Py_ssize_t count,
                                    PyObject *names, RtArguments whose) {
    if (rt_likely(rt_guard(native->enter != NULL && names == NULL &&
                           count == (Py_ssize_t)native->exact))) {
        if (whose == RT_MOVED) {
            return native->enter(ts, function, native, args);
        }
        if (count <= MOST_COPIED) {
            return enter_borrowed(ts, function, native, args);
        }
    }
    return call_otherwise(ts, function, native, args, count, names, whose);
}

PyObject *rt_function_interpret(PyThreadState *ts, PyFunctionObject *function,
                                PyObject *const *args, Py_ssize_t count, PyObject *names) {
    bool optimized = ((PyCodeObject *)function->func_code)->co_flags & CO_OPTIMIZED;
    return _PyEval_Vector(ts, function, optimized ? NULL : function->func_globals, args,
                          (size_t)count, names);
}

/* Does C code call, and not the interpreter, whose arguments lie on its own stack? (C code that
 * only hands its arguments on is taken for the interpreter.) */
static inline bool comes_from_c(PyThreadState *ts, PyObject *const *args) {
    const _PyInterpreterFrame *frame = RT_C_LEVELS > 0 ? RT_CURRENT(ts) : NULL;
    if (frame == NULL || RT_IS_C_FRAME(frame)) {
        return RT_C_LEVELS > 0;
    }
    size_t entries = (size_t)(RT_CODE(frame)->co_nlocalsplus + RT_CODE(frame)->co_stacksize);
    return (uintptr_t)args - (uintptr_t)frame->localsplus > entries * sizeof(PyObject *);
}

/* Callers from C need not keep the function alive; this does. */
PyObject *rt_function_vectorcall(PyObject *object, PyObject *const *args, size_t flags,
                                 PyObject *names) {
    PyThreadState *ts = _PyThreadState_GET();
    PyFunctionObject *function = (PyFunctionObject *)object;
    const RtCode *native = rt_code_of((PyCodeObject *)function->func_code);
    bool from_c = comes_from_c(ts, args);
    if (rt_unlikely(native == NULL || !rt_may_run(ts) || (from_c && !rt_c_enter(ts)))) {
        return rt_function_interpret(ts, function, args, PyVectorcall_NARGS(flags), names);
    }
    Py_INCREF(function);
    PyObject *result =
        call_native(ts, function, native, args, PyVectorcall_NARGS(flags), names, RT_BORROWED);
    Py_DECREF(function);
    if (from_c) {
        rt_c_leave(ts);
    }
    return result;
}

/* ---- calls from native code ---- */

/* The native code of a function, unless somebody gave it another vectorcall; or NULL. */
static inline const RtCode *code_of(const PyFunctionObject *function) {
    return rt_calls_itself(function) ? rt_code_of((PyCodeObject *)function->func_code) : NULL;
}

/* The native code that a function runs now, or NULL. Remembers in the site what can be called with
 * `count` arguments by position. */
static const RtCode *native_of(PyThreadState *ts, PyFunctionObject *function, Py_ssize_t count,
                               RtCallSite *site) {
    if (!rt_may_run(ts)) {
        return NULL;
    }
    const RtCode *native = code_of(function);
    RtEnter enter = native != NULL ? enter_for(function, native, count) : NULL;
    if (enter != NULL) {
        site->code = function->func_code;
        site->native = native;
        site->enter = enter;
        site->count = count;
    }
    return native;
}

/* As from C, for which the interpreter runs what has no native code (what dataclasses and named
 * tuples put together). Takes over the arguments. */
static inline PyObject *call_from_c(PyThreadState *ts, PyObject *object, PyObject *const *args,
                                    Py_ssize_t count, PyObject *names) {
    PyFunctionObject *function = (PyFunctionObject *)object;
    const RtCode *native = code_of(function);
    PyObject *result;
    if (native != NULL) {
        rt_c_count(ts);
        result = call_native(ts, function, native, args, count, names, RT_MOVED);
        rt_c_leave(ts);
    } else {
        result = _PyObject_VectorcallTstate(ts, object, args, (size_t)count, names);
        rt_drop_arguments(args, count, names);
    }
    return result;
}

PyObject *rt_call_from_c(PyThreadState *ts, PyObject *object, PyObject *const *args,
                         Py_ssize_t count, PyObject *names) {
    return call_from_c(ts, object, args, count, names);
}

static bool has_native_code(PyObject *function) {
    return code_of((PyFunctionObject *)function) != NULL;
}

/* ---- classes ---- */

/* What decides is in the class and its bases, so the site remembers it for the class's version; but
 * for the metaclass's __call__. */
static inline bool is_constructed(PyThreadState *ts, PyTypeObject *type, RtCallSite *site) {
    return Py_TYPE(type)->tp_call == PyType_Type.tp_call && rt_may_run(ts) && rt_c_has_room(ts) &&
           (rt_guard(site->version != 0 && site->version == type->tp_version_tag) ||
            rt_construct_find(type, site));
}

static inline void hold_arguments(PyObject *const *args, Py_ssize_t count, PyObject *names) {
    Py_ssize_t total = names != NULL ? count + PyTuple_GET_SIZE(names) : count;
    for (Py_ssize_t i = 0; i < total; i++) {
        Py_INCREF(args[i]);
    }
}

static PyObject *new_object(PyTypeObject *type, PyObject *const *args, Py_ssize_t count) {
    if (rt_unlikely(type->tp_new != PyBaseObject_Type.tp_new)) {
        return rt_construct_exception(type, args, count);
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL && rt_values_init(self) < 0) {
        Py_CLEAR(self);
    }
    return self;
}

static PyObject *construct_by_init(PyThreadState *ts, PyTypeObject *type, PyObject *init,
                                   PyObject *const *args, Py_ssize_t count, PyObject *names) {
    PyObject *self = new_object(type, args, count);
    if (self == NULL) {
        return NULL;
    }
    PyObject **all = (PyObject **)args - 1;
    all[0] = Py_NewRef(self);
    hold_arguments(args, count, names);
    PyObject *done = call_from_c(ts, init, all, count + 1, names);
    if (done != Py_None) {
        if (done != NULL) {
            _PyErr_Format(ts, PyExc_TypeError, "__init__() should return None, not '%.200s'",
                          Py_TYPE(done)->tp_name);
        }
        Py_CLEAR(self);
    }
    Py_XDECREF(done);
    return self;
}

/* As type_call with slot_tp_init or slot_tp_new, but for a tuple of the arguments: they live until
 * the call is over, and what was not finished is gone before them. Takes over the arguments; a
 * level of recursion is counted as PyObject_Vectorcall does it for types. */
static PyObject *construct(PyThreadState *ts, PyTypeObject *type, PyObject *const *args,
                           Py_ssize_t count, PyObject *names, const RtCallSite *site) {
    PyObject *self = NULL;
    PyObject *method = Py_NewRef(site->init); /* the class may lose it meanwhile */
    if (!_Py_EnterRecursiveCallTstate(ts, " while calling a Python object")) {
        if (rt_unlikely(Py_IS_TYPE(method, &PyStaticMethod_Type))) {
            hold_arguments(args, count, names);
            self = rt_construct_by_new(ts, type, method, args, count, names);
        } else {
            self = construct_by_init(ts, type, method, args, count, names);
        }
        _Py_LeaveRecursiveCallTstate(ts);
    }
    Py_DECREF(method);
    rt_drop_arguments(args, count, names);
    return self;
}

/* ---- other callables ---- */

/* The function with native code that is `__call__` of a Python class: what is in the slot then
 * calls it, update_one_slot sees to that. Borrowed, or NULL. */
static PyFunctionObject *call_function(PyThreadState *ts, PyTypeObject *type) {
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || type->tp_flags & Py_TPFLAGS_HAVE_VECTORCALL ||
        type->tp_call == PyType_Type.tp_call || !rt_may_run(ts) || !rt_c_has_room(ts)) {
        return NULL;
    }
    PyObject *function = _PyType_Lookup(type, &_Py_ID(__call__));
    return rt_guard(function != NULL && Py_IS_TYPE(function, &rt_function_type)) &&
                   has_native_code(function)
               ? (PyFunctionObject *)function
               : NULL;
}

/* As _PyObject_MakeTpCall with slot_tp_call, but for the tuple, which holds the arguments until the
 * call has ended. Takes over the arguments. */
static PyObject *call_object(PyThreadState *ts, PyObject *callable, PyFunctionObject *function,
                             PyObject *const *args, Py_ssize_t count, PyObject *names) {
    PyObject *result = NULL;
    if (!_Py_EnterRecursiveCallTstate(ts, " while calling a Python object")) {
        const RtCode *native = rt_code_of((PyCodeObject *)function->func_code);
        PyObject **all = (PyObject **)args - 1;
        all[0] = callable;
        Py_INCREF(function);
        rt_c_count(ts);
        result = call_native(ts, function, native, all, count + 1, names, RT_BORROWED);
        rt_c_leave(ts);
        Py_DECREF(function);
        _Py_LeaveRecursiveCallTstate(ts);
    }
    rt_drop_arguments(args, count, names);
    return result;
}

/* `args` has a writable entry in front; its references are taken over. */
static RT_NOINLINE PyObject *call_any(PyThreadState *ts, PyObject *callable, PyObject *const *args,
                                      Py_ssize_t count, PyObject *names, RtCallSite *site) {
    if (rt_is_function(callable)) {
        PyFunctionObject *function = (PyFunctionObject *)callable;
        const RtCode *native = native_of(ts, function, count, site);
        if (native != NULL) {
            return call_native(ts, function, native, args, count, names, RT_MOVED);
        }
    }
    if (PyType_Check(callable)) {
        PyTypeObject *type = (PyTypeObject *)callable;
        if (is_constructed(ts, type, site)) {
            return construct(ts, type, args, count, names, site);
        }
    }
    PyFunctionObject *function = call_function(ts, Py_TYPE(callable));
    if (function != NULL) {
        return call_object(ts, callable, function, args, count, names);
    }
    return rt_call_c(ts, callable, args, count, names);
}

/* A function that is another one than before, or called with other arguments. */
static RT_NOINLINE PyObject *call_another(PyThreadState *ts, PyObject *callable,
                                          PyObject *const *args, Py_ssize_t count,
                                          RtCallSite *site) {
    PyFunctionObject *function = (PyFunctionObject *)callable;
    const RtCode *native = native_of(ts, function, count, site);
    return native != NULL ? call_native(ts, function, native, args, count, NULL, RT_MOVED)
                          : rt_call_c(ts, callable, args, count, NULL);
}

static PyObject *call_bound_method(PyThreadState *ts, PyObject *callable, PyObject *const *items,
                                   Py_ssize_t count, PyObject *names, RtCallSite *site);

/* What is neither a function nor one of C. */
static RT_NOINLINE PyObject *call_other(PyThreadState *ts, PyObject *callable,
                                        PyObject *const *args, Py_ssize_t count, RtCallSite *site) {
    PyObject *result;
    if (rt_guard(PyType_CheckExact(callable))) {
        if (site->version == 0 && rt_call_c_class(ts, callable, args, count, &result)) {
            return result;
        }
    } else if (PyMethod_Check(callable)) {
        return call_bound_method(ts, callable, args, count, NULL, site);
    }
    return call_any(ts, callable, args, count, NULL, site);
}

/* The short ways. */
static RT_ALWAYS_INLINE PyObject *call_again(PyThreadState *ts, PyObject *callable,
                                             PyObject *const *args, Py_ssize_t count,
                                             RtCallSite *site) {
    PyFunctionObject *function = (PyFunctionObject *)callable;
    if (rt_guard(Py_IS_TYPE(callable, &rt_function_type))) {
        if (rt_likely(rt_guard(function->func_code == site->code && count == site->count) &&
                      rt_calls_itself(function) && rt_may_run(ts))) {
            return site->enter(ts, function, site->native, args);
        }
        return call_another(ts, callable, args, count, site);
    }
    if (rt_guard(PyCFunction_CheckExact(callable))) {
        return rt_call_c_function(ts, callable, args, count);
    }
    if (rt_guard(Py_IS_TYPE(callable, &PyMethodDescr_Type))) {
        return rt_call_c_method(ts, callable, args, count);
    }
    return call_other(ts, callable, args, count, site);
}

/* A bound method is called by its parts, as PRECALL takes it apart. */
static PyObject *call_bound_method(PyThreadState *ts, PyObject *callable, PyObject *const *items,
                                   Py_ssize_t count, PyObject *names, RtCallSite *site) {
    PyObject *function = Py_NewRef(PyMethod_GET_FUNCTION(callable));
    PyObject **args = (PyObject **)items - 1;
    args[0] = Py_NewRef(PyMethod_GET_SELF(callable));
    PyObject *result = names == NULL ? call_again(ts, function, args, count + 1, site)
                                     : call_any(ts, function, args, count + 1, names, site);
    Py_DECREF(function);
    return result;
}

PyObject *rt_call(PyThreadState *ts, PyObject *callable, PyObject *const *items, Py_ssize_t count,
                  RtCallSite *site) {
    return call_again(ts, callable, items, count, site);
}

PyObject *rt_call_method(PyThreadState *ts, PyObject *callable, PyObject *self,
                         PyObject *const *items, Py_ssize_t count, RtCallSite *site) {
    PyObject **args = (PyObject **)items;
    if (rt_likely(self != NULL)) {
        *--args = self;
        count++;
    }
    return call_again(ts, callable, args, count, site);
}

PyObject *rt_call_kw(PyThreadState *ts, PyObject *callable, PyObject *self, PyObject *const *items,
                     Py_ssize_t count, PyObject *names, RtCallSite *site) {
    Py_ssize_t positional = count - PyTuple_GET_SIZE(names);
    if (self != NULL) {
        PyObject **args = (PyObject **)items - 1;
        args[0] = self;
        return call_any(ts, callable, args, positional + 1, names, site);
    }
    return PyMethod_Check(callable)
               ? call_bound_method(ts, callable, items, positional, names, site)
               : call_any(ts, callable, items, positional, names, site);
}

/* ---- f(*args, **kwargs) ---- */

/* As check_args_iterable and CALL_FUNCTION_EX. New reference. */
static PyObject *argument_tuple(PyThreadState *ts, PyObject *callable, PyObject *args) {
    if (PyTuple_CheckExact(args)) {
        return Py_NewRef(args);
    }
    if (Py_TYPE(args)->tp_iter != NULL || PySequence_Check(args)) {
        return PySequence_Tuple(args);
    }
    _PyErr_Clear(ts);
    PyObject *text = _PyObject_FunctionStr(callable);
    if (text != NULL) {
        _PyErr_Format(ts, PyExc_TypeError, "%U argument after * must be an iterable, not %.200s",
                      text, Py_TYPE(args)->tp_name);
        Py_DECREF(text);
    }
    return NULL;
}

/* New reference to a dict; NULL with an exception set. */
static PyObject *keyword_dict(PyThreadState *ts, PyObject *callable, PyObject *mapping) {
    if (PyDict_CheckExact(mapping)) {
        return Py_NewRef(mapping);
    }
    PyObject *dict = PyDict_New();
    if (dict != NULL && rt_dict_merge(ts, dict, mapping, callable) < 0) {
        Py_CLEAR(dict);
    }
    return dict;
}

/* PyObject_Call copies keywords to where vectorcall wants them; without keywords there is nothing
 * to copy, and native functions are called directly. */
static PyObject *call_tuple(PyThreadState *ts, PyObject *callable, PyObject *args,
                            PyObject *keywords) {
    if (keywords == NULL || PyDict_GET_SIZE(keywords) == 0) {
        const RtCode *native = rt_is_function(callable) && rt_may_run(ts)
                                   ? code_of((PyFunctionObject *)callable)
                                   : NULL;
        if (native != NULL) {
            return call_native(ts, (PyFunctionObject *)callable, native,
                               ((PyTupleObject *)args)->ob_item, PyTuple_GET_SIZE(args), NULL,
                               RT_BORROWED);
        }
    }
    return PyObject_Call(callable, args, keywords);
}

PyObject *rt_call_ex(PyThreadState *ts, PyObject *callable, PyObject *args, PyObject *kwargs) {
    PyObject *keywords = NULL;
    if (kwargs != NULL) {
        keywords = keyword_dict(ts, callable, kwargs);
        if (keywords == NULL) {
            return NULL;
        }
    }
    PyObject *tuple = argument_tuple(ts, callable, args);
    PyObject *result = tuple != NULL ? call_tuple(ts, callable, tuple, keywords) : NULL;
    Py_XDECREF(tuple);
    Py_XDECREF(keywords);
    return rt_polled(ts, result);
}

/* ---- the same, where a function gets the arguments and nothing holds them beside it ---- */

/* A call's arguments in one row, named ones last. */
typedef struct Spread {
    PyObject *const *items;
    Py_ssize_t count; /* without the named ones */
    PyObject *names;  /* a tuple, or NULL */
    PyObject **memory;
} Spread;

static void spread_free(Spread *spread) {
    PyMem_Free(spread->memory);
    Py_XDECREF(spread->names);
}

/* False, and nothing is held, when memory is out or a name is no str: PyObject_Call says so. */
static bool spread_named(Spread *spread, PyObject *args, PyObject *keywords) {
    Py_ssize_t position = 0, at = spread->count, named = PyDict_GET_SIZE(keywords);
    PyObject *name, *value;
    spread->memory = PyMem_Malloc((size_t)(at + named) * sizeof(*spread->memory));
    spread->names = spread->memory != NULL ? PyTuple_New(named) : NULL;
    if (spread->names == NULL) {
        spread_free(spread);
        PyErr_Clear();
        return false;
    }
    for (Py_ssize_t i = 0; i < at; i++) {
        spread->memory[i] = PyTuple_GET_ITEM(args, i);
    }
    while (PyDict_Next(keywords, &position, &name, &value)) {
        if (!PyUnicode_Check(name)) {
            spread_free(spread);
            return false;
        }
        PyTuple_SET_ITEM(spread->names, at - spread->count, Py_NewRef(name));
        spread->memory[at++] = value;
    }
    spread->items = spread->memory;
    return true;
}

static bool spread_new(Spread *spread, PyObject *args, PyObject *keywords) {
    *spread = (Spread){((PyTupleObject *)args)->ob_item, PyTuple_GET_SIZE(args), NULL, NULL};
    return keywords == NULL || PyDict_GET_SIZE(keywords) == 0 ||
           spread_named(spread, args, keywords);
}

static void drop_both(PyObject *args, PyObject *keywords) {
    Py_DECREF(args);
    Py_XDECREF(keywords);
}

/* What `spread` lies in is dropped as soon as the arguments are in their places. */
static PyObject *call_spread(PyThreadState *ts, PyFunctionObject *function, const RtCode *native,
                             const Spread *spread, PyObject *args, PyObject *keywords) {
    PyObject *all[RT_BIND_MOST], *result = NULL;
    if (rt_guard((native->flags & RT_CODE_PLAIN) && native->params <= RT_BIND_MOST) &&
        rt_bind_all(native, function, all, spread->items, spread->count, spread->names,
                    RT_BORROWED)) {
        drop_both(args, keywords);
        return native->step == NULL ? native->enter(ts, function, native, all)
                                    : rt_generator_plain(ts, function, native, all);
    }
    if (native->step != NULL) {
        result =
            rt_generator_new(ts, function, native, spread->items, spread->count, spread->names);
    } else {
        _PyInterpreterFrame *frame = rt_frame_new(ts, function, native);
        if (frame != NULL && rt_bind(native, function, frame->localsplus, spread->items,
                                     spread->count, spread->names)) {
            drop_both(args, keywords);
            return rt_frame_run(ts, frame, native);
        }
        if (frame != NULL) {
            rt_frame_clear(ts, frame, native->slots);
            result =
                rt_function_interpret(ts, function, spread->items, spread->count, spread->names);
        }
    }
    drop_both(args, keywords);
    return result;
}

/* Takes over both. */
static PyObject *call_moved(PyThreadState *ts, PyObject *callable, PyObject *args,
                            PyObject *keywords) {
    Spread spread;
    bool function = rt_is_function(callable);
    const RtCode *native =
        function && rt_may_run(ts) ? code_of((PyFunctionObject *)callable) : NULL;
    if (native != NULL && spread_new(&spread, args, keywords)) {
        PyObject *result =
            call_spread(ts, (PyFunctionObject *)callable, native, &spread, args, keywords);
        spread_free(&spread);
        return result;
    }
    if (function) {
        rt_c_exempt(ts);
    }
    PyObject *result = PyObject_Call(callable, args, keywords);
    if (function) {
        rt_c_exempt_end(ts);
    }
    drop_both(args, keywords);
    return result;
}

PyObject *rt_call_ex_moved(PyThreadState *ts, PyObject *callable, PyObject *args,
                           PyObject *kwargs) {
    PyObject *keywords = kwargs != NULL ? keyword_dict(ts, callable, kwargs) : NULL;
    bool refused = kwargs != NULL && keywords == NULL;
    PyObject *tuple = refused ? NULL : argument_tuple(ts, callable, args);
    Py_DECREF(args);
    Py_XDECREF(kwargs);
    if (tuple == NULL) {
        Py_XDECREF(keywords);
        return NULL;
    }
    return rt_polled(ts, call_moved(ts, callable, tuple, keywords));
}
