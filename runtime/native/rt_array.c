/* Items of array.array.
 *
 * Follows Modules/arraymodule.c: array_subscr and array_ass_subscr with an index, getitem and
 * setitem of the kinds of items that are C numbers. The module has no header and makes its type
 * when it is imported, anew for each import; but there is one function behind `a[i]`, and what is
 * an array is what has this function in its slot. So a subclass is one, too, unless it has a
 * __getitem__ or __setitem__ of its own. */
#include "rt_array.h"

#include "rt_compute.h"

typedef struct Kind {
    char typecode;
    int itemsize; /* others follow */
} Kind;

typedef struct Array {
    PyObject_VAR_HEAD char *items;
    Py_ssize_t allocated;
    const Kind *kind;
    PyObject *weak_references;
    Py_ssize_t exports;
} Array;

/* ---- which objects ---- */

/* Slots of the type, known once an array was met. */
static binaryfunc get_slot;
static objobjargproc set_slot;

/* A type made by C code, of that name and size: no class statement and no call of type() makes one.
 */
static bool is_array_type(const PyTypeObject *type) {
    const unsigned long made = Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_IMMUTABLETYPE;
    return (type->tp_flags & made) == made && type->tp_basicsize == sizeof(Array) &&
           strcmp(type->tp_name, "array.array") == 0;
}

static inline const PyMappingMethods *slots_of(PyObject *container) {
    static const PyMappingMethods none;
    const PyMappingMethods *slots = Py_TYPE(container)->tp_as_mapping;
    if (rt_unlikely(get_slot == NULL) && slots != NULL && is_array_type(Py_TYPE(container))) {
        get_slot = slots->mp_subscript;
        set_slot = slots->mp_ass_subscript;
    }
    return slots != NULL && get_slot != NULL ? slots : &none;
}

/* ---- items ---- */

PyObject *rt_array_get(PyObject *container, int64_t index) {
    const Array *array = (const Array *)container;
    const PyMappingMethods *slots = slots_of(container);
    if (!rt_guard(slots->mp_subscript != NULL && slots->mp_subscript == get_slot)) {
        return NULL;
    }
    Py_ssize_t at = rt_place(index, Py_SIZE(container));
    if (rt_unlikely(at < 0)) {
        return NULL;
    }
    switch (array->kind->typecode) {
    case 'd': return float_new(((const double *)array->items)[at]);
    case 'f': return float_new(((const float *)array->items)[at]);
    case 'b': return rt_int_new(((const signed char *)array->items)[at]);
    case 'B': return rt_int_new(((const unsigned char *)array->items)[at]);
    case 'h': return rt_int_new(((const short *)array->items)[at]);
    case 'H': return rt_int_new(((const unsigned short *)array->items)[at]);
    case 'i': return rt_int_new(((const int *)array->items)[at]);
    case 'I': return rt_int_new(((const unsigned int *)array->items)[at]);
    case 'l':
    case 'q': return rt_int_new(((const int64_t *)array->items)[at]);
    default: return NULL;
    }
}

static inline bool number_float(PyObject *value, int64_t v, double *out) {
    if (rt_is_number(value)) {
        *out = value == RT_FLOAT ? rt_number_float(v) : (double)v;
        return true;
    }
    return as_float(value, out);
}

#define STORE(type) (integer == (type)integer && (((type *)array->items)[at] = (type)integer, true))

static inline bool set_int(const Array *array, Py_ssize_t at, int64_t integer) {
    switch (array->kind->typecode) {
    case 'b': return STORE(signed char);
    case 'B': return STORE(unsigned char);
    case 'h': return STORE(short);
    case 'H': return STORE(unsigned short);
    case 'i': return STORE(int);
    case 'I': return STORE(unsigned int);
    case 'l':
    case 'q': return STORE(int64_t);
    default: return false;
    }
}

bool rt_array_set(PyObject *container, int64_t index, PyObject *value, int64_t v) {
    const Array *array = (const Array *)container;
    const PyMappingMethods *slots = slots_of(container);
    if (!rt_guard(slots->mp_ass_subscript != NULL && slots->mp_ass_subscript == set_slot)) {
        return false;
    }
    Py_ssize_t at = rt_place(index, Py_SIZE(container));
    char typecode = array->kind->typecode;
    if (rt_unlikely(at < 0)) {
        return false;
    }
    if (typecode == 'd' || typecode == 'f') {
        double real;
        if (!number_float(value, v, &real)) {
            return false;
        }
        if (typecode == 'd') {
            ((double *)array->items)[at] = real;
        } else {
            ((float *)array->items)[at] = (float)real;
        }
        return true;
    }
    int64_t integer = v;
    return (value == RT_INT || (!rt_is_number(value) && small_int(value, &integer))) &&
           set_int(array, at, integer);
}
