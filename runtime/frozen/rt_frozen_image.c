/* Frozen modules from the image instead of libpython's static code objects.
 *
 * libpython 3.11 holds importlib, os and others as initialised C structures (deepfreeze.o), a
 * megabyte of them. This object defines the same accessors and takes the place of that archive
 * member; the code lies packed in the image, under names that no module can have. It is linked in
 * only by builds that ask for small executables. */
#include "../rt_import.h"

#include <stdlib.h>

/* `name` is also the file name of these code objects: "<frozen os>". New reference. */
static PyObject *read_frozen(const char *name) {
    const ImageModule *module = rt_module_find(name);
    bool owned = false;
    const uint8_t *data = module != NULL ? rt_module_code(module, &owned) : NULL;
    if (data == NULL) {
        PyErr_Format(PyExc_ImportError, "the code of %s in %s is missing or damaged", name,
                     rt_image.exe);
        return NULL;
    }
    PyObject *filename = PyUnicode_FromString(name);
    PyObject *code =
        filename != NULL ? rt_code_read(data, module->code_size, filename, !owned) : NULL;
    Py_XDECREF(filename);
    if (owned) {
        free((void *)data);
    }
    return code;
}

#define FROZEN(accessor, module, file)                                                             \
    PyObject *_Py_get_##accessor##_toplevel(void);                                                 \
    PyObject *_Py_get_##accessor##_toplevel(void) {                                                \
        return read_frozen("<frozen " module ">");                                                 \
    }
#include "../rt_frozen.def"

/* Modules for CPython's own tests, whose sources installations do not have. */
#define TEST_MODULE(accessor, module)                                                              \
    PyObject *_Py_get_##accessor##_toplevel(void);                                                 \
    PyObject *_Py_get_##accessor##_toplevel(void) {                                                \
        return read_frozen("<frozen " module ">");                                                 \
    }
TEST_MODULE(__phello__, "__phello__")
TEST_MODULE(__phello___ham, "__phello__.ham")
TEST_MODULE(__phello___ham_eggs, "__phello__.ham.eggs")
TEST_MODULE(__phello___spam, "__phello__.spam")
TEST_MODULE(frozen_only, "__hello_only__")

/* Nothing static to release. */
void _Py_Deepfreeze_Fini(void);
void _Py_Deepfreeze_Fini(void) {
}

/* Tells rt_frozen.c that this object is linked in. */
void rt_frozen_in_image(void);
void rt_frozen_in_image(void) {
}
