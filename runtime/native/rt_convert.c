/* float(x) and int(x) of exact numbers and of plain decimal text; all else is left to CPython's own
 * functions. A class of Python code that derives from them does not come here.
 *
 * Follows float_vectorcall, long_new_impl and what they lead to. Text of at most 15 digits is a
 * double without rounding, so is a power of ten up to 10^15: their quotient is rounded once, as it
 * must be (W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990). */
#include "rt_compute.h"
#include "rt_frame.h"

static vectorcallfunc original_float;
static vectorcallfunc original_int; /* NULL: int has none of its own, type's tp_call is next */

static const double powers_of_ten[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
enum { EXACT_DIGITS = 15, INT64_DIGITS = 18 };

/* What is left of a text. */
typedef struct Text {
    const char *at, *end;
    bool negative;
} Text;

/* The text of an exact str without its sign; false: it is not ASCII. */
static bool read_sign(PyObject *object, Text *text) {
    if (!rt_guard(PyUnicode_CheckExact(object) && PyUnicode_IS_COMPACT_ASCII(object))) {
        return false;
    }
    text->at = (const char *)((PyASCIIObject *)object + 1);
    text->end = text->at + PyUnicode_GET_LENGTH(object);
    text->negative = *text->at == '-';
    text->at += *text->at == '-' || *text->at == '+'; /* a NUL ends it */
    return true;
}

/* Adds digits to *value, which has room for `most`; their number. */
static int read_digits(Text *text, int64_t *value, int most) {
    int count = 0;
    for (; text->at < text->end && count < most; count++, text->at++) {
        unsigned number = (unsigned)*text->at - '0';
        if (number > 9) {
            break;
        }
        *value = *value * 10 + number;
    }
    return count;
}

/* False: take the long way, which also words the errors. */
static bool read_float(Text text, double *out) {
    if (text.end - text.at == 3 && memcmp(text.at, "inf", 3) == 0) {
        *out = INFINITY;
    } else {
        int64_t value = 0;
        int whole = read_digits(&text, &value, EXACT_DIGITS), fraction = 0;
        if (text.at < text.end && *text.at == '.') {
            text.at++;
            fraction = read_digits(&text, &value, EXACT_DIGITS - whole);
        }
        if (text.at < text.end || whole + fraction == 0) {
            return false;
        }
        *out = (double)value / powers_of_ten[fraction];
    }
    *out = text.negative ? -*out : *out;
    return true;
}

static PyObject *new_float(PyObject *type, PyObject *const *args, size_t flags, PyObject *names) {
    if (PyVectorcall_NARGS(flags) == 1 && names == NULL) {
        int64_t integer;
        double value;
        Text text;
        if (rt_guard(PyFloat_CheckExact(args[0]))) {
            return Py_NewRef(args[0]);
        }
        if (rt_guard(small_int(args[0], &integer))) {
            return PyFloat_FromDouble((double)integer);
        }
        if (read_sign(args[0], &text) && read_float(text, &value)) {
            return PyFloat_FromDouble(value);
        }
    }
    return original_float(type, args, flags, names);
}

static PyObject *new_int(PyObject *type, PyObject *const *args, size_t flags, PyObject *names) {
    if (PyVectorcall_NARGS(flags) == 1 && names == NULL) {
        Text text;
        if (rt_guard(PyLong_CheckExact(args[0]))) {
            return Py_NewRef(args[0]);
        }
        if (rt_guard(PyFloat_CheckExact(args[0]))) {
            double value = PyFloat_AS_DOUBLE(args[0]);
            if (fabs(value) < (double)RT_EXACT_MAX) {
                return PyLong_FromLongLong((int64_t)value);
            }
        } else if (read_sign(args[0], &text)) {
            int64_t value = 0;
            if (read_digits(&text, &value, INT64_DIGITS) > 0 && text.at == text.end) {
                return PyLong_FromLongLong(text.negative ? -value : value);
            }
        }
    }
    if (original_int != NULL) {
        return original_int(type, args, flags, names);
    }
    /* Counts a level of recursion. */
    return _PyObject_MakeTpCall(_PyThreadState_GET(), type, args, PyVectorcall_NARGS(flags), names);
}

/* Before the interpreter exists. */
__attribute__((constructor)) static void replace_constructors(void) {
    original_float = PyFloat_Type.tp_vectorcall;
    PyFloat_Type.tp_vectorcall = new_float;
    original_int = PyLong_Type.tp_vectorcall;
    PyLong_Type.tp_vectorcall = new_int;
}
