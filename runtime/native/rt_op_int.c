/* Int objects.
 *
 * Boxed integers come and go in every loop, and CPython 3.11 takes each from its allocator and
 * gives it back there. Here, one-digit ones that die are kept for the next, as CPython itself keeps
 * floats: int's tp_dealloc is replaced. Subclasses reach it, too, as their base's, and are freed as
 * before. While tracemalloc looks on nothing is kept. From 3.12 on, the small ints are immortal,
 * and who drops one too often comes here, too. */
#include "rt_native.h"

enum { KEPT_MAX = 256 };

static struct {
    PyObject *first; /* each has the address of the next in place of its size */
    int count;
} kept;

_Static_assert(sizeof(((PyVarObject *)NULL)->ob_size) == sizeof(PyObject *), "size of an address");

static destructor original_dealloc;

static void dealloc_int(PyObject *number) {
    if (rt_likely(PyLong_CheckExact(number) && RT_LONG_IS_DIGIT(number) && kept.count < KEPT_MAX &&
                  !RT_TRACEMALLOC_TRACES && rt_may_keep(_PyInterpreterState_GET()) &&
                  (RT_INTS_ARE_COUNTED || rt_is_unshared_digit(rt_digit(number))))) {
        RT_LONG_SET_LINK(number, kept.first);
        kept.first = number;
        kept.count++;
        return;
    }
    if (RT_INTS_ARE_COUNTED) {
        Py_TYPE(number)->tp_free(number);
    } else {
        original_dealloc(number);
    }
}

void rt_int_start(void) {
    if (!RT_INTS_ARE_COUNTED) {
        original_dealloc = PyLong_Type.tp_dealloc;
    }
    PyLong_Type.tp_dealloc = dealloc_int;
}

/* An uninitialised one of one digit, positive. */
static inline PyLongObject *new_digit(void) {
    PyObject *number = kept.first;
    if (rt_unlikely(!rt_guard(number != NULL && !RT_TRACEMALLOC_TRACES))) {
        return _PyLong_New(1);
    }
    kept.first = RT_LONG_LINK(number);
    kept.count--;
    Py_SET_REFCNT(number, 1);
    RT_LONG_SET_SIZE(number, 1);
    return (PyLongObject *)number;
}

static PyObject *new_large(int64_t value) {
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    Py_ssize_t size = magnitude >> 2 * PyLong_SHIFT == 0 ? 2 : 3;
    PyLongObject *result = _PyLong_New(size);
    if (result == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        RT_LONG_DIGITS(result)[i] = (digit)(magnitude & PyLong_MASK);
        magnitude >>= PyLong_SHIFT;
    }
    RT_LONG_SET_SIZE(result, value < 0 ? -size : size);
    return (PyObject *)result;
}

PyObject *rt_int_new(int64_t value) {
    if (-_PY_NSMALLNEGINTS <= value && value < _PY_NSMALLPOSINTS) {
        return Py_NewRef(_PyLong_SMALL_INTS + _PY_NSMALLNEGINTS + value);
    }
    if (rt_unlikely(value > RT_DIGIT_MAX || value < -RT_DIGIT_MAX)) {
        return new_large(value);
    }
    PyLongObject *result = new_digit();
    if (rt_unlikely(result == NULL)) {
        return NULL;
    }
    RT_LONG_DIGITS(result)[0] = (digit)(value < 0 ? -value : value);
    if (value < 0) {
        RT_LONG_SET_SIZE(result, -1);
    }
    return (PyObject *)result;
}
