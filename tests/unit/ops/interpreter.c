/* CPython with the operations of native code as two built-in modules: as hot functions have them
 * (RT_HOT 1) and as others have them. */
#include "native/rt_native.h"
#include "native/rt_generator.h"

PyMODINIT_FUNC PyInit__ops_hot(void);
PyMODINIT_FUNC PyInit__ops_cold(void);

/* Here all generators are CPython's own. */
PySendResult rt_generator_send(PyThreadState *ts, PyGenObject *generator, PyObject *value,
                               PyObject **result) {
    (void)ts;
    return PyIter_Send((PyObject *)generator, value != NULL ? value : Py_None, result);
}

PySendResult rt_async_send(PyThreadState *ts, PyObject *object, PyObject *value,
                           PyObject **result) {
    (void)ts;
    return PyIter_Send(object, value, result);
}

int main(int argc, char **argv) {
    PyImport_AppendInittab("_ops_hot", PyInit__ops_hot);
    PyImport_AppendInittab("_ops_cold", PyInit__ops_cold);
    return Py_BytesMain(argc, argv);
}
