/* python_harness.c: an interpreter that loads extension modules in place.
 *
 * Static libpython with the loader, without pyc2c's importer: the program given as first argument
 * runs with a module `inplace` that has load(name, path, spec) -> module and is_in_place(address).
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "../../../runtime/rt_elf.h"

static PyObject *load(PyObject *self, PyObject *arguments) {
    const char *name, *path;
    PyObject *spec;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "ssO", &name, &path, &spec)) {
        return NULL;
    }
    uint32_t node = rt_vfs_lookup(path);
    RtObject *object = node == IMAGE_NONE ? NULL : rt_elf_load(node, RTLD_NOW);
    char symbol[256];
    const char *dot = strrchr(name, '.');
    snprintf(symbol, sizeof symbol, "PyInit_%s", dot ? dot + 1 : name);
    PyObject *(*init)(void) = object ? (PyObject * (*)(void)) rt_elf_symbol(object, symbol) : NULL;
    if (!init) {
        PyErr_Format(PyExc_ImportError, "%s: %s", path, rt_elf_error());
        return NULL;
    }
    const char *context = _Py_PackageContext;
    _Py_PackageContext = name;
    PyObject *result = init();
    _Py_PackageContext = context;
    if (result && PyObject_TypeCheck(result, &PyModuleDef_Type)) {
        result = PyModule_FromDefAndSpec((PyModuleDef *)result, spec);
        return result;
    }
    if (result) {
        PyModuleDef *def = PyModule_GetDef(result);
        PyObject *file = PyUnicode_FromString(path);
        def->m_base.m_init = init;
        PyModule_AddObject(result, "__file__", file);
        PyObject *full = PyUnicode_FromString(name);
        _PyImport_FixupExtensionObject(result, full, file, PyImport_GetModuleDict());
        Py_DECREF(full);
    }
    return result;
}

static PyObject *execute(PyObject *self, PyObject *module) {
    PyModuleDef *def = PyModule_Check(module) ? PyModule_GetDef(module) : NULL;
    (void)self;
    if (def && !PyModule_GetState(module) && PyModule_ExecDef(module, def) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *is_in_place(PyObject *self, PyObject *address) {
    (void)self;
    return PyBool_FromLong(rt_elf_at((uintptr_t)PyLong_AsVoidPtr(address)) != NULL);
}

static PyMethodDef methods[] = {{"load", load, METH_VARARGS, NULL},
                                {"execute", execute, METH_O, NULL},
                                {"is_in_place", is_in_place, METH_O, NULL},
                                {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "inplace", NULL, -1, methods, NULL, NULL, NULL, NULL};

static PyObject *init_inplace(void) {
    return PyModule_Create(&definition);
}

int main(int argc, char **argv) {
    rt_image_open();
    PyImport_AppendInittab("inplace", init_inplace);
    return Py_BytesMain(argc, argv);
}
