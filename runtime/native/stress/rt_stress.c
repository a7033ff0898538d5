/* Guards that fail at random, for `make stress-guards stress-mixed`.
 *
 * The numbers follow from PYC2C_STRESS_SEED (1 where it is not set) alone, so a failure comes again
 * with its seed, in programs of one thread. The seed also says how often guards fail: one in 2, 4,
 * 16 or 64, by its remainder, for some faults need several guards to hold in a row. Children
 * continue where their parent was. */
#include "../rt_guard.h"

#include <stdint.h>
#include <stdlib.h>

static uint64_t state = 1;
static uint64_t mask;

__attribute__((constructor)) static void read_seed(void) {
    static const uint64_t masks[] = {3, 15, 63, 1};
    const char *text = getenv("PYC2C_STRESS_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 1;
    mask = masks[seed % (sizeof(masks) / sizeof(masks[0]))];
    state = seed * UINT64_C(0x9E3779B97F4A7C15) | 1; /* far apart, and never 0 */
}

/* Marsaglia's xorshift; its lowest bits are weak, so higher ones count. */
bool rt_stress_holds(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 24 & mask) != 0;
}
