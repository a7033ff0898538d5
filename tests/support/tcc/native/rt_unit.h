/* For tcc 0.9.27, which does not know what gcc makes of <stdatomic.h>: generated C gets the whole
 * headers. And it has no arithmetic that tells of overflow. */
#ifndef PYC2C_TCC_RT_UNIT_H
#define PYC2C_TCC_RT_UNIT_H

#include <stdint.h>

/* The sum as unsigned numbers; it overflowed if its sign differs from both operands'. */
static int tcc_add_overflow(int64_t a, int64_t b, int64_t *out) {
    *out = (int64_t)((uint64_t)a + (uint64_t)b);
    return ((a ^ *out) & (b ^ *out)) < 0;
}

static int tcc_sub_overflow(int64_t a, int64_t b, int64_t *out) {
    *out = (int64_t)((uint64_t)a - (uint64_t)b);
    return ((a ^ b) & (a ^ *out)) < 0;
}

static int tcc_mul_overflow(int64_t a, int64_t b, int64_t *out) {
    *out = (int64_t)((uint64_t)a * (uint64_t)b);
    return a != 0 && ((a == -1 && b == INT64_MIN) || *out / a != b);
}

#define __builtin_add_overflow tcc_add_overflow
#define __builtin_sub_overflow tcc_sub_overflow
#define __builtin_mul_overflow tcc_mul_overflow

#include "native/rt_native.h"

#endif
