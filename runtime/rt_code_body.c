/* rt_code_body.c: bodies of functions are read at the first call.
 *
 * A program calls a tenth of the functions that it imports. Until then a code object of the image
 * has everything that making and calling a function needs, and its instructions; empty are the
 * constants (but for the first, the docstring), the names, the line table and the exception table.
 * A CodeBody stands in the place of the line table and knows where the rest is.
 *
 * It is completed, always under the GIL, before anyone can see the difference. At the first call
 * RESUME, or RETURN_GENERATOR, calls a function that the link wraps; until there no instruction
 * uses constants or names, and the two tuples are filled in place, for the running frame knows
 * them already. A frame object (tracing, profiling, tracebacks) has it completed before it is
 * made. So have attributes, comparison, hash and methods of a code object, and marshal. With
 * tracemalloc and without column information (-X no_debug_ranges) nothing waits, nor in other
 * interpreters than the main one.
 *
 * Follows Objects/codeobject.c and Python/ceval.c of CPython 3.11; other versions start a function
 * in other ways, and read all at once. */
#include "rt_code.h"

#if RT_CODE_BODIES_WAIT

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct CodeBody {
    PyBytesObject bytes; /* empty: as a line table it says that no line is known */
    CodeSource *source;
    const uint8_t *data;
    size_t size;
} CodeBody;

static void body_dealloc(PyObject *self) {
    rt_code_source_release(((CodeBody *)self)->source);
    PyObject_Free(self);
}

/* Never seen by Python code, so it needs no more than this. */
static PyTypeObject body_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0).tp_name = "pyc2c.function_body",
    .tp_basicsize = sizeof(CodeBody),
    .tp_dealloc = body_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BYTES_SUBCLASS,
};

static PyObject *new_body(const FunctionHead *head, CodeSource *source) {
    CodeBody *body = PyObject_Calloc(1, sizeof(*body));
    if (body == NULL) {
        return PyErr_NoMemory();
    }
    PyObject_Init((PyObject *)body, &body_type);
    body->source = rt_code_source_use(source);
    body->data = head->body;
    body->size = head->body_size;
    return (PyObject *)body;
}

static bool is_waiting(PyObject *code) {
    return Py_IS_TYPE(((PyCodeObject *)code)->co_linetable, &body_type);
}

/* ---- completing ---- */

/* The collector stays out meanwhile: what it calls could call this very function. */
static bool complete(PyObject *object) {
    PyCodeObject *code = (PyCodeObject *)object;
    const CodeBody *body = (const CodeBody *)code->co_linetable;
    PyObject *line_table, *exception_table;
    int collects = PyGC_Disable();
    bool ok = rt_code_read_body(body->source, body->data, body->size, code->co_consts,
                                code->co_names, &line_table, &exception_table);
    if (ok) {
        Py_SETREF(code->co_exceptiontable, exception_table);
        Py_SETREF(code->co_linetable, line_table);
        code->co_warmup = QUICKENING_INITIAL_WARMUP_VALUE;
    }
    if (collects) {
        PyGC_Enable();
    }
    return ok;
}

int rt_code_complete(PyObject *code) {
    return !is_waiting(code) || complete(code) ? 0 : -1;
}

/* A call is on its way and RESUME cannot fail: the exception is raised right behind it. What is
 * damaged ends the process, as when the image is opened. */
static void fail_at_resume(PyCodeObject *code) {
    if (!PyErr_ExceptionMatches(PyExc_MemoryError)) {
        fprintf(stderr,
                "%s: the executable is damaged (a function of it); copy or build it again\n",
                rt_image.exe);
        _exit(70);
    }
    PyErr_Clear();
    code->co_warmup = -1;
    PyThreadState_SetAsyncExc(PyThread_get_thread_ident(), PyExc_MemoryError);
}

void __real__PyCode_Quicken(PyCodeObject *code);
void __wrap__PyCode_Quicken(PyCodeObject *code);

/* RESUME counts calls and comes here when the counter reaches zero: for us at the first one. */
void __wrap__PyCode_Quicken(PyCodeObject *code) {
    if (!is_waiting((PyObject *)code)) {
        __real__PyCode_Quicken(code);
    } else if (complete((PyObject *)code)) {
        code->co_warmup++; /* this call counts */
    } else {
        fail_at_resume(code);
    }
}

PyObject *__real__Py_MakeCoro(PyFunctionObject *function);
PyObject *__wrap__Py_MakeCoro(PyFunctionObject *function);

PyObject *__wrap__Py_MakeCoro(PyFunctionObject *function) {
    return rt_code_complete(function->func_code) < 0 ? NULL : __real__Py_MakeCoro(function);
}

PyFrameObject *__real__PyFrame_MakeAndSetFrameObject(_PyInterpreterFrame *frame);
PyFrameObject *__wrap__PyFrame_MakeAndSetFrameObject(_PyInterpreterFrame *frame);

PyFrameObject *__wrap__PyFrame_MakeAndSetFrameObject(_PyInterpreterFrame *frame) {
    if (is_waiting((PyObject *)frame->f_code)) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        if (!complete((PyObject *)frame->f_code)) {
            Py_XDECREF(type);
            Py_XDECREF(value);
            Py_XDECREF(traceback);
            return NULL;
        }
        PyErr_Restore(type, value, traceback);
    }
    return __real__PyFrame_MakeAndSetFrameObject(frame);
}

PyObject *__real__PyCode_GetCode(PyCodeObject *code);
PyObject *__wrap__PyCode_GetCode(PyCodeObject *code);

/* The first thing that marshal asks of a code object. */
PyObject *__wrap__PyCode_GetCode(PyCodeObject *code) {
    return rt_code_complete((PyObject *)code) < 0 ? NULL : __real__PyCode_GetCode(code);
}

/* ---- the type of code objects ---- */

static hashfunc stock_hash;
static richcmpfunc stock_compare;

static Py_hash_t code_hash(PyObject *code) {
    return rt_code_complete(code) < 0 ? -1 : stock_hash(code);
}

static PyObject *code_compare(PyObject *left, PyObject *right, int operator) {
    if (PyCode_Check(left) && PyCode_Check(right) &&
        (rt_code_complete(left) < 0 || rt_code_complete(right) < 0)) {
        return NULL;
    }
    return stock_compare(left, right, operator);
}

/* Attributes that are there without the body; asked for while modules are imported. */
static bool is_in_head(PyObject *name) {
    static const char *const names[] = {
        "co_flags",          "co_name",     "co_argcount", "co_varnames", "co_posonlyargcount",
        "co_kwonlyargcount", "co_filename", "co_nlocals",  "co_cellvars", "co_freevars",
        "co_firstlineno",    "co_qualname", "co_stacksize"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (PyUnicode_Check(name) && _PyUnicode_EqualToASCIIString(name, names[i])) {
            return true;
        }
    }
    return false;
}

static PyObject *code_attribute(PyObject *code, PyObject *name) {
    if (is_waiting(code) && !is_in_head(name) && !complete(code)) {
        return NULL;
    }
    return PyObject_GenericGetAttr(code, name);
}

/* Methods can be called without asking for the attribute: CodeType.replace(code). */
static PyCFunction stock_lines, stock_positions;
static _PyCFunctionFastWithKeywords stock_replace;

static PyObject *code_lines(PyObject *code, PyObject *unused) {
    return rt_code_complete(code) < 0 ? NULL : stock_lines(code, unused);
}

static PyObject *code_positions(PyObject *code, PyObject *unused) {
    return rt_code_complete(code) < 0 ? NULL : stock_positions(code, unused);
}

static PyObject *code_replace(PyObject *code, PyObject *const *arguments, Py_ssize_t count,
                              PyObject *keywords) {
    return rt_code_complete(code) < 0 ? NULL : stock_replace(code, arguments, count, keywords);
}

static PyCFunction exchange_method(const char *name, PyCFunction ours) {
    PyMethodDef *method = PyCode_Type.tp_methods;
    while (strcmp(method->ml_name, name) != 0) {
        method++;
    }
    PyCFunction stock = method->ml_meth;
    method->ml_meth = ours;
    return stock;
}

void rt_code_prepare(void) {
    stock_hash = PyCode_Type.tp_hash;
    stock_compare = PyCode_Type.tp_richcompare;
    PyCode_Type.tp_hash = code_hash;
    PyCode_Type.tp_richcompare = code_compare;
    PyCode_Type.tp_getattro = code_attribute;
    stock_lines = exchange_method("co_lines", code_lines);
    stock_positions = exchange_method("co_positions", code_positions);
    stock_replace = (_PyCFunctionFastWithKeywords)(void (*)(void))exchange_method(
        "replace", (PyCFunction)(void (*)(void))code_replace);
}

/* ---- making them ---- */

bool rt_code_bodies_wait(void) {
    PyInterpreterState *interp = PyInterpreterState_Get();
    const PyConfig *config = _PyInterpreterState_GetConfig(interp);
    return interp == PyInterpreterState_Main() && config->code_debug_ranges && !config->tracemalloc;
}

/* The instructions as the bytes object that _PyCode_New copies: one for all. Borrowed. */
static PyObject *code_bytes(const FunctionHead *head) {
    static PyObject *scratch;
    static size_t capacity;
    if (head->code != NULL) {
        return head->code;
    }
    if (scratch == NULL || capacity < head->plain_size) {
        capacity = head->plain_size < 4096 ? 4096 : 2 * head->plain_size;
        Py_XDECREF(scratch);
        scratch = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)capacity);
        if (scratch == NULL) {
            return NULL;
        }
    }
    memcpy(PyBytes_AS_STRING(scratch), head->plain_code, head->plain_size);
    Py_SET_SIZE(scratch, (Py_ssize_t)head->plain_size);
    return scratch;
}

/* Puts the real tuple into the code object. One with empty places is none of the collector's
 * business: it would show it to the program. */
static void set_tuple(PyObject **place, PyObject *tuple) {
    if (PyTuple_GET_SIZE(tuple) > 0 &&
        PyTuple_GET_ITEM(tuple, PyTuple_GET_SIZE(tuple) - 1) == NULL) {
        PyObject_GC_UnTrack(tuple);
    }
    Py_INCREF(tuple);
    Py_SETREF(*place, tuple);
}

PyObject *rt_code_without_body(const FunctionHead *head, CodeSource *source) {
    static PyObject *no_items, *no_bytes;
    if (no_items == NULL) {
        no_items = PyTuple_New(0);
        no_bytes = PyBytes_FromStringAndSize(NULL, 0);
    }
    PyObject *body = new_body(head, source);
    if (body == NULL || no_items == NULL || no_bytes == NULL) {
        Py_XDECREF(body);
        return NULL;
    }
    struct _PyCodeConstructor constructor = {
        .filename = source->filename,
        .name = head->name,
        .qualname = head->qualname,
        .flags = (int)head->numbers[4],
        .code = code_bytes(head),
        .firstlineno = (int)head->numbers[5],
        .linetable = body,
        .consts = no_items,
        .names = no_items,
        .localsplusnames = head->locals,
        .localspluskinds = head->kinds,
        .argcount = (int)head->numbers[0],
        .posonlyargcount = (int)head->numbers[1],
        .kwonlyargcount = (int)head->numbers[2],
        .stacksize = (int)head->numbers[3],
        .exceptiontable = no_bytes,
    };
    PyCodeObject *code = (PyCodeObject *)rt_new_code(&constructor);
    Py_DECREF(body);
    if (code != NULL) {
        set_tuple(&code->co_consts, head->constants);
        set_tuple(&code->co_names, head->names);
        code->co_warmup = -1;
    }
    return (PyObject *)code;
}

#else

bool rt_code_bodies_wait(void) {
    return false;
}

PyObject *rt_code_without_body(const FunctionHead *head, CodeSource *source) {
    (void)head;
    (void)source;
    PyErr_BadInternalCall();
    return NULL;
}

int rt_code_complete(PyObject *code) {
    (void)code;
    return 0;
}

void rt_code_prepare(void) {
}

#endif
