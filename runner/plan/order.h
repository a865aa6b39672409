/* order.h - another order in which cases may start, for finding out that one leans on another.
 *
 * What the plan links stays in its order: `needs`, fixtures, serial suites. Reports stay in the
 * order of the suites. The same seed gives the same order everywhere: splitmix64 (Steele, Lea and
 * Flood, OOPSLA 2014) feeds a Fisher-Yates shuffle.
 */
#ifndef PLAN_ORDER_H
#define PLAN_ORDER_H

#include "plan/plan.h"

/* Set the plan's order and seed, and shuffle what each node unlocks. `seed` is not 0. */
void plan_shuffle(struct plan *plan, long seed);

/* The node that starts as number `place` among those that wait for nothing. */
size_t plan_at(const struct plan *plan, size_t place);

#endif
