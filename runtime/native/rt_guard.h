/* Guards: the tests in front of short ways.
 *
 * A short way is taken where its guard holds; the long way behind it is right for everything. So a
 * guard may fail for no reason, and nobody must notice: builds for tests make guards do that
 * (`make STRESS=guards`, runtime/native/stress/), so that long ways, refilled caches and every
 * mixture of them run in every program. rt_guard belongs around what decides, once: two guards
 * may answer differently. */
#ifndef PYC2C_RUNTIME_RT_GUARD_H
#define PYC2C_RUNTIME_RT_GUARD_H

#ifdef RT_STRESS_GUARDS
#include <stdbool.h>

bool rt_stress_holds(void);
#define rt_guard(condition) ((condition) && rt_stress_holds())
#else
#define rt_guard(condition) (condition)
#endif

#endif
