/* Guards: the tests in front of short ways.
 *
 * A short way is taken where its guard holds; the long way behind it is right for everything. So a
 * guard may fail for no reason, and nobody must notice: builds for tests make guards do that
 * (`make stress-guards`, runtime/native/stress/), so that long ways, refilled caches and every
 * mixture of them run in every program. rt_guard belongs around what decides, once: two guards
 * may answer differently.
 *
 * rt_native_guard is around the question whether native code may run now at all. In other builds
 * (`make stress-mixed`) the interpreter takes over at random there: a call, or a generator between
 * two of its suspensions. It holds its arguments until the call ends, which a program can see. */
#ifndef PYC2C_RUNTIME_RT_GUARD_H
#define PYC2C_RUNTIME_RT_GUARD_H

#if defined(RT_STRESS_GUARDS) || defined(RT_STRESS_MIXED)
#include <stdbool.h>

bool rt_stress_holds(void);
#endif

#ifdef RT_STRESS_GUARDS
#define rt_guard(condition) ((condition) && rt_stress_holds())
#else
#define rt_guard(condition) (condition)
#endif

#ifdef RT_STRESS_MIXED
#define rt_native_guard(condition) ((condition) && rt_stress_holds())
#else
#define rt_native_guard(condition) (condition)
#endif

#endif
