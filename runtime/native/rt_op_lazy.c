/* Numbers that are no objects yet: the ways that are not in place. */
#include "rt_array.h"
#include "rt_compute.h"

/* ---- values ---- */

typedef struct Number {
    int64_t integer;
    double real;
    bool is_float, is_bool;
} Number;

static inline bool read_number(PyObject *value, int64_t number, Number *out) {
    *out = (Number){.is_float = value == RT_FLOAT};
    if (value == RT_FLOAT) {
        out->real = rt_number_float(number);
        return true;
    }
    if (value == RT_INT) {
        out->integer = number;
        return true;
    }
    if (PyFloat_CheckExact(value)) {
        out->is_float = true;
        out->real = PyFloat_AS_DOUBLE(value);
        return true;
    }
    out->is_bool = PyBool_Check(value);
    return small_int_or_bool(value, &out->integer);
}

static inline double real_of(const Number *number) {
    return number->is_float ? number->real : (double)number->integer;
}

PyObject *rt_lazy_box(PyObject *value, int64_t number) {
    if (value == RT_INT) {
        return rt_int_new(number);
    }
    return value == RT_FLOAT ? float_new(rt_number_float(number)) : value;
}

/* Both operands as objects. False with MemoryError, after those that `op` takes are dropped. */
static bool box_both(PyObject **left, int64_t l, PyObject **right, int64_t r, int op) {
    PyObject *a = rt_lazy_box(*left, l), *b = a != NULL ? rt_lazy_box(*right, r) : NULL;
    if (rt_likely(b != NULL)) {
        *left = a;
        *right = b;
        return true;
    }
    if (op & RT_TAKES_LEFT) {
        if (a != NULL) {
            Py_DECREF(a);
        }
    }
    if ((op & RT_TAKES_RIGHT) && !rt_is_number(*right)) {
        Py_DECREF(*right);
    }
    return false;
}

static inline void drop_objects(PyObject *left, PyObject *right, int op) {
    if ((op & RT_TAKES_LEFT) && !rt_is_number(left)) {
        Py_DECREF(left);
    }
    if ((op & RT_TAKES_RIGHT) && !rt_is_number(right)) {
        Py_DECREF(right);
    }
}

/* ---- arithmetic ---- */

/* RT_INT or RT_FLOAT with the number in *out; NULL: take the long way. */
static inline PyObject *compute(PyObject *left, int64_t l, PyObject *right, int64_t r, int op,
                                int64_t *out) {
    Number a, b;
    double real;
    int operator= op & RT_OPERATOR;
    if (!rt_guard(read_number(left, l, &a) && read_number(right, r, &b))) {
        return NULL;
    }
    if (a.is_bool && b.is_bool) {
        return NULL; /* its own type for &, | and ^ */
    }
    if (a.is_float || b.is_float) {
        if (compute_float(real_of(&a), real_of(&b), operator, & real)) {
            *out = rt_float_number(real);
            return RT_FLOAT;
        }
    } else if (is_true_divide(operator)) {
        if (divide_exact(a.integer, b.integer, &real)) {
            *out = rt_float_number(real);
            return RT_FLOAT;
        }
    } else if (compute_int(a.integer, b.integer, operator, out)) {
        return RT_INT;
    }
    return NULL;
}

/* What is to be done with objects. */
static RT_NOINLINE PyObject *binary_boxed(PyObject *left, int64_t l, PyObject *right, int64_t r,
                                          int op) {
    bool other = rt_guard(!rt_is_number(left) && is_other(left));
    if (rt_is_number(left) || rt_is_number(right)) {
        if (!box_both(&left, l, &right, r, op)) {
            return NULL;
        }
    }
    return other ? rt_binary_other(left, right, op) : rt_binary_call(left, right, op);
}

PyObject *rt_lazy_binary_call(PyObject *left, int64_t l, PyObject *right, int64_t r, int op,
                              int64_t *out) {
    PyObject *result = compute(left, l, right, r, op, out);
    if (rt_likely(result != NULL)) {
        drop_objects(left, right, op);
        return result;
    }
    *out = 0;
    return binary_boxed(left, l, right, r, op);
}

/* Puts the number in the place of the variable's value if nobody else holds that. */
static inline bool store_in_place(PyObject *old, PyObject *value, int64_t number) {
    if (!rt_guard(old != NULL && Py_REFCNT(old) == 1)) {
        return false;
    }
    if (value == RT_FLOAT && PyFloat_CheckExact(old)) {
        ((PyFloatObject *)old)->ob_fval = rt_number_float(number);
        return true;
    }
    if (value == RT_INT && rt_is_digit(old) && rt_is_unshared_digit(number)) {
        rt_digit_set(old, number);
        return true;
    }
    return false;
}

int rt_slot_set_int(_PyInterpreterFrame *frame, int64_t number, int slot) {
    PyObject *old = frame->localsplus[slot];
    if (rt_guard(rt_is_unshared_digit(number) && old != NULL && Py_REFCNT(old) == 1 &&
                 rt_is_digit(old))) {
        rt_digit_set(old, number);
        return 0;
    }
    return store_slot(frame, rt_int_new(number), slot);
}

static RT_NOINLINE int slot_binary(_PyInterpreterFrame *frame, PyObject *left, int64_t l,
                                   PyObject *right, int64_t r, int slot, int op) {
    int64_t number;
    PyObject *result = compute(left, l, right, r, op, &number);
    if (rt_unlikely(result == NULL)) {
        return box_both(&left, l, &right, r, op) ? rt_slot_binary_call(frame, left, right, slot, op)
                                                 : -1;
    }
    bool in_place = store_in_place(frame->localsplus[slot], result, number);
    drop_objects(left, right, op);
    return in_place ? 0 : store_slot(frame, rt_lazy_box(result, number), slot);
}

int rt_lazy_slot_binary_call(_PyInterpreterFrame *frame, PyObject *left, int64_t l, PyObject *right,
                             int64_t r, int slot, int op) {
    if (rt_guard(!rt_is_number(left) && !rt_is_number(right) && is_other(left))) {
        return rt_slot_binary_other(frame, left, right, slot, op);
    }
    return slot_binary(frame, left, l, right, r, slot, op);
}

/* ---- comparison ---- */

int rt_lazy_compare_truth_call(PyThreadState *ts, PyObject *left, int64_t l, PyObject *right,
                               int64_t r, int op) {
    Number a, b;
    if (rt_likely(rt_guard(read_number(left, l, &a) && read_number(right, r, &b)))) {
        if (a.is_float && b.is_float) {
            return rt_compare_floats(a.real, b.real, op);
        }
        if (!a.is_float && !b.is_float) {
            return rt_compare_digits(a.integer, b.integer, op);
        }
        int64_t integer = a.is_float ? b.integer : a.integer;
        if (-RT_EXACT_MAX <= integer && integer <= RT_EXACT_MAX) {
            return rt_compare_floats(real_of(&a), real_of(&b), op);
        }
    }
    PyObject *x = left, *y = right;
    int takes =
        (rt_is_number(left) ? RT_TAKES_LEFT : 0) | (rt_is_number(right) ? RT_TAKES_RIGHT : 0);
    if (!box_both(&x, l, &y, r, takes)) {
        return -1;
    }
    int result = rt_compare_truth_call(ts, x, y, op);
    if (takes & RT_TAKES_LEFT) {
        Py_DECREF(x);
    }
    if (takes & RT_TAKES_RIGHT) {
        Py_DECREF(y);
    }
    return result;
}

/* ---- items ---- */

PyObject *rt_lazy_item_get_call(PyThreadState *ts, PyObject *container, PyObject *key, int64_t k) {
    if (key == RT_INT) {
        PyObject *item = rt_item_at(container, k);
        if (rt_likely(item != NULL || PyErr_Occurred())) {
            return item;
        }
    }
    PyObject *object = rt_lazy_box(key, k);
    if (object == NULL) {
        return NULL;
    }
    PyObject *result = rt_item_get_call(ts, container, object);
    if (rt_is_number(key)) {
        Py_DECREF(object);
    }
    return result;
}

/* The place of an item that is there; NULL: take the long way. */
static inline PyObject **list_place(PyObject *container, PyObject *key, int64_t k) {
    if (!rt_guard(PyList_CheckExact(container))) {
        return NULL;
    }
    Py_ssize_t size = PyList_GET_SIZE(container), index = -1;
    if (key == RT_INT) {
        index = k + (k < 0 ? size : 0);
    } else if (!rt_is_number(key)) {
        index = rt_position(key, size);
    }
    return (size_t)index < (size_t)size ? ((PyListObject *)container)->ob_item + index : NULL;
}

static inline bool array_set(PyObject *container, PyObject *key, int64_t k, PyObject *value,
                             int64_t v) {
    if (key == RT_INT) {
        return rt_array_set(container, k, value, v);
    }
    return !rt_is_number(key) && rt_is_digit(key) &&
           rt_array_set(container, rt_digit(key), value, v);
}

int rt_lazy_item_set_call(PyThreadState *ts, PyObject *container, PyObject *key, int64_t k,
                          PyObject *value, int64_t v) {
    PyObject **place = list_place(container, key, k);
    if (rt_likely(place != NULL) && rt_is_number(value) && store_in_place(*place, value, v)) {
        return 0;
    }
    if (place == NULL && array_set(container, key, k, value, v)) {
        return 0;
    }
    PyObject *object = rt_lazy_box(value, v);
    if (object == NULL) {
        return -1;
    }
    int result = 0;
    if (rt_likely(place != NULL)) {
        PyObject *old = *place;
        *place = rt_is_number(value) ? object : Py_NewRef(object);
        Py_DECREF(old);
        return 0;
    }
    PyObject *index = rt_lazy_box(key, k);
    result = index != NULL ? rt_item_set_call(ts, container, index, object) : -1;
    if (rt_is_number(value)) {
        Py_DECREF(object);
    }
    if (index != NULL && rt_is_number(key)) {
        Py_DECREF(index);
    }
    return result;
}

/* ---- attributes ---- */

int rt_lazy_attr_set(PyThreadState *ts, PyObject *owner, PyObject *value, int64_t v, PyObject *name,
                     RtAttrSite *site) {
    if (rt_likely(rt_is_number(value)) && store_in_place(rt_attr_member(owner, site), value, v)) {
        return 0;
    }
    PyObject *object = rt_lazy_box(value, v);
    if (object == NULL) {
        return -1;
    }
    int result = rt_attr_set_call(ts, owner, object, name, site);
    if (rt_is_number(value)) {
        Py_DECREF(object);
    }
    return result;
}

/* ---- iteration ---- */

PyObject *rt_iter_next_slot_call(PyThreadState *ts, _PyInterpreterFrame *frame, PyObject *iterator,
                                 int slot) {
    return rt_range_next_slot(ts, frame, iterator, slot);
}
