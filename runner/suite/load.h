/* load.h - reads `load`: one request sent many times, and what is measured of it.
 *
 *   load: { at_once: 30, requests: 600, warm_up: 30, measured: { p95_ms: { $lt: 2000 } } }
 *   load: { per_second: 50, for: 10s, measured: {...} }
 *
 * The first is a closed model, so many in flight at any moment; the second an open one: requests
 * are due on a grid, and time counts from when one was due, so a target that stalls is seen to.
 */
#ifndef SUITE_LOAD_H
#define SUITE_LOAD_H

#include "suite/loading.h"

/* Read `load` of the step at `node`, if it is there. */
bool load_read(struct loading *loading, const struct node *node, struct step *step);

#endif
