"""ctypes: libc and libm, structures, callbacks, find_library, errno."""
import ctypes
import ctypes.util

libc = ctypes.CDLL(None, use_errno=True)
libm = ctypes.CDLL("libm.so.6")
libm.sqrt.restype, libm.sqrt.argtypes = ctypes.c_double, [ctypes.c_double]
print(libm.sqrt(2.0), libc.abs(-5), libc.strlen(b"four"))


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_double), ("name", ctypes.c_char * 4)]


point = Point(1, 2.5, b"ab")
print(point.x, point.y, point.name, ctypes.sizeof(Point), bytes(point)[:4])
compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
values = (ctypes.c_int * 5)(5, 1, 4, 2, 3)
libc.qsort(values, len(values), ctypes.sizeof(ctypes.c_int), compare(lambda a, b: a[0] - b[0]))
print(list(values), libc.close(-1), ctypes.get_errno())
buffer = ctypes.create_string_buffer(b"text", 10)
ctypes.memset(buffer, ord("x"), 2)
print(buffer.value, ctypes.string_at(buffer, 3), ctypes.cast(buffer, ctypes.c_char_p).value)
print(ctypes.pythonapi.PyLong_AsLong(ctypes.py_object(42)), ctypes.py_object([1]).value)
print(ctypes.util.find_library("m"), ctypes.util.find_library("nonexistent"))
try:
    ctypes.CDLL("libnonexistent.so")
except OSError as problem:
    print(problem)
try:
    libc.no_such_function
except AttributeError as problem:
    print(str(problem).partition(": ")[2])
print(ctypes.c_uint8(300).value, ctypes.c_wchar_p("grün").value, ctypes.byref(point) is not None)
