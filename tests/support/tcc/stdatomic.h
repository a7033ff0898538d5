/* For tcc 0.9.27, which has no <stdatomic.h>: what CPython 3.11's headers use of it. Only for
 * programs of one thread. */
#ifndef PYC2C_TCC_STDATOMIC_H
#define PYC2C_TCC_STDATOMIC_H

#include <stdint.h>

#define _Atomic volatile

typedef volatile int atomic_int;
typedef volatile uintptr_t atomic_uintptr_t;

typedef enum {
    memory_order_relaxed,
    memory_order_consume,
    memory_order_acquire,
    memory_order_release,
    memory_order_acq_rel,
    memory_order_seq_cst
} memory_order;

#define atomic_load_explicit(place, order) (*(place))
#define atomic_store_explicit(place, value, order) (*(place) = (value))

#endif
