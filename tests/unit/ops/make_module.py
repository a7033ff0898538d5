"""Writes a C extension module that has one function for each operation of ops.def.

    make_module.py MODULE [OPERATION…] < compiler/ir/ops.def > module.c

By the rule at the top of ops.def, so that compiling the result checks all signatures. A function takes
the operands (NULL stands for an absent one), a list as the variable ones, then the immediates: names and
constants as objects, numbers as ints, a site() as the cache site. The frame is the caller's. It returns
the result; with a second result or several, a tuple; ints for truth values. What an operation takes over
is increfed first, so that every function borrows.
"""

import re
import sys

ROW = re.compile(r'^OP\((\w+), (\w+), (\w+), "(.*?)", "(.*?)", (.+?), (\w+), "(.*)"\)$')

# What the emitter writes itself (codegen/emit_ops.c, emit_control.c).
IN_PLACE = """const null true slot_get slot_bound slot_set item second jump branch return raise reraise
resume yield sent check loc incref decref not is is_none has_value box_bool unreachable pop""".split()

HEAD = """#include "native/rt_native.h"

static PyObject null_object = {_PyObject_EXTRA_INIT 1 << 20, &PyBaseObject_Type};

static PyObject *object_of(PyObject *argument) {
    return argument == &null_object ? NULL : argument;
}

static PyObject *result_of(PyObject *value) {
    if (value == NULL && !PyErr_Occurred()) {
        return Py_NewRef(&null_object);
    }
    return value;
}

static PyObject *number_of(int status) {
    return status < 0 ? NULL : PyLong_FromLong(status);
}

static PyObject *done(void) {
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *with_second(PyObject *value, PyObject *second) {
    if (value == NULL) {
        return NULL;
    }
    return Py_BuildValue("(NN)", value, second == NULL ? Py_NewRef(&null_object) : second);
}

static PyObject *tuple_of(int status, PyObject **results, long count) {
    PyObject *tuple = status < 0 ? NULL : PyTuple_New(count);
    for (long i = 0; tuple != NULL && i < count; i++) {
        PyTuple_SET_ITEM(tuple, i, results[i]);
    }
    return tuple;
}

static void *site_of(PyObject *capsule) {
    return PyCapsule_GetPointer(capsule, NULL);
}

static PyObject *make_site(PyObject *self, PyObject *ignored) {
    (void)self;
    (void)ignored;
    return PyCapsule_New(PyMem_Calloc(1, sizeof(RtAttrSite) + sizeof(RtCallSite)), NULL, NULL);
}

#define FRAME PyThreadState *ts = PyThreadState_Get(); \\
    _PyInterpreterFrame *frame = ts->cframe->current_frame; \\
    (void)frame; (void)self; (void)args; (void)count
"""

SITES = {"A": "RtAttrSite", "M": "RtMethodSite", "G": "RtGlobalSite", "C": "RtCallSite"}


def read_rows(text):
    rows = []
    for line in text.splitlines():
        if line.startswith("OP("):
            match = ROW.match(line)
            assert match, f"not a row of ops.def: {line}"
            rows.append(match.groups())
    return rows


def call_arguments(args, imms, result, second):
    """C expressions for the helper's parameters, number of Python arguments, statements before."""
    values, before, at = ["ts"], [], 0
    if "f" in imms:
        values.append("frame")
    for index, letter in enumerate(args):
        if letter in "*+":
            steals = letter == "+" or args[index - 1:index] == "s"
            before.append(f"PyObject *list = args[{at}];")
            before.append("PyObject *room[40] = {NULL}; PyObject **items = room + 4;")
            before.append("memcpy(items, ((PyListObject *)list)->ob_item, "
                          "(size_t)PyList_GET_SIZE(list) * sizeof(PyObject *));")
            if steals:
                before.append("for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) "
                              "Py_INCREF(items[i]);")
            values += ["items", "PyList_GET_SIZE(list)"]
        elif letter == "b":
            values.append(f"args[{at}] == Py_True")
        else:
            value = f"object_of(args[{at}])"
            values.append(f"Py_XNewRef({value})" if letter in "sm" else value)
        at += 1
    if second != "NONE":
        before.append("int second = 0;" if second == "BOOL" else "PyObject *second = NULL;")
        values.append("&second")
    if result == "LIST":
        before.append("PyObject *results[64];")
        values.append("results")
    counts = []
    for letter in imms:
        if letter == "f":
            continue
        if letter == "L":
            values.append("NULL")
            continue
        if letter in SITES:
            values.append(f"({SITES[letter]} *)site_of(args[{at}])")
        elif letter in "kn":
            values.append(f"args[{at}]")
        else:
            counts.append(f"(int)PyLong_AsLong(args[{at}])")
            values.append(counts[-1])
        at += 1
    return values, at, before, counts


# Operators and comparisons are constants in generated code; a switch makes them so here.
CONSTANT_OPERATOR = {"binary": range(26), "compare": range(6), "compare_truth": range(6)}


def body_of(name, result, second, args, imms, error):
    values, arity, before, counts = call_arguments(args, imms, result, second)
    lines = [*before]
    if name in CONSTANT_OPERATOR:
        kind = "PyObject *value = NULL" if result == "OBJ" else "int value = -1"
        lines.append(f"{kind}; switch ({values[-1]}) {{")
        for number in CONSTANT_OPERATOR[name]:
            inner = ", ".join([*values[:-1], str(number)])
            lines.append(f"case {number}: value = rt_{name}({inner}); break;")
        lines.append("}")
        call = "value"
    else:
        call = f"rt_{name}({', '.join(values)})"
    if second == "BOOL":
        lines.append(f"PyObject *value = {call};")
        lines.append("return with_second(value, PyLong_FromLong(second));")
    elif second != "NONE":
        lines.append(f"PyObject *value = {call};")
        lines.append("return with_second(value, second);")
    elif result == "LIST":
        total = counts[0] if len(counts) == 1 else f"{counts[0]} + 1 + {counts[1]}"
        lines.append(f"return tuple_of({call}, results, {total});")
    elif result == "OBJ":
        lines.append(f"return result_of({call});")
    elif result == "BORROWED":
        lines.append(f"return Py_XNewRef({call});")
    elif result == "BOOL":
        lines.append(f"return number_of({call});")
    elif error == "NEG":
        lines.append(f"return {call} < 0 ? NULL : Py_NewRef(Py_None);")
    else:
        lines.append(f"{call};")
        lines.append("return done();")
    return lines, arity


def main():
    module, chosen = sys.argv[1], sys.argv[2:]
    functions = []
    out = [HEAD]
    for name, result, second, args, imms, _, error, _ in read_rows(sys.stdin.read()):
        if name in IN_PLACE or (chosen and name not in chosen):
            continue
        lines, arity = body_of(name, result, second, args, imms, error)
        out.append(f"static PyObject *op_{name}(PyObject *self, PyObject *const *args, "
                   "Py_ssize_t count) {\n    FRAME;")
        out.append(f"    if (count != {arity}) {{ PyErr_SetString(PyExc_SystemError, "
                   f"\"{name} takes {arity} arguments\"); return NULL; }}")
        out += [f"    {line}" for line in lines] + ["}"]
        functions.append(name)
    out.append("static PyMethodDef methods[] = {")
    out.append('    {"site", make_site, METH_NOARGS, NULL},')
    for name in functions:
        out.append(f'    {{"{name}", (PyCFunction)(void (*)(void))op_{name}, METH_FASTCALL, NULL}},')
    out.append("    {NULL, NULL, 0, NULL}};")
    out.append(f'static struct PyModuleDef definition = {{PyModuleDef_HEAD_INIT, "{module}", NULL, -1,'
               " methods, NULL, NULL, NULL, NULL};")
    out.append(f"PyMODINIT_FUNC PyInit_{module}(void);")
    out.append(f"PyMODINIT_FUNC PyInit_{module}(void) {{")
    out.append("    rt_int_start();")
    out.append("    PyObject *module = PyModule_Create(&definition);")
    out.append('    PyModule_AddObjectRef(module, "NULL", &null_object);')
    out.append("    return module;\n}")
    print("\n".join(out))


if __name__ == "__main__":
    main()
