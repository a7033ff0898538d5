/* CPython with the operations of native code as two built-in modules: as hot functions have them
 * (RT_HOT 1) and as others have them. */
#include "native/rt_native.h"

PyMODINIT_FUNC PyInit__ops_hot(void);
PyMODINIT_FUNC PyInit__ops_cold(void);

int main(int argc, char **argv) {
    PyImport_AppendInittab("_ops_hot", PyInit__ops_hot);
    PyImport_AppendInittab("_ops_cold", PyInit__ops_cold);
    return Py_BytesMain(argc, argv);
}
