/* step.h - reads one step: what is sent, by whom, and what must come of it. */
#ifndef SUITE_STEP_H
#define SUITE_STEP_H

#include "suite/loading.h"

/* Read the step at `node` of `unit`, whose steps act as `as` unless they say otherwise (NULL:
 * nobody in particular). What it captures is known to the unit afterwards. */
bool step_read(struct loading *loading, struct unit *unit, const struct node *node, const char *as,
	       struct step *step);

#endif
