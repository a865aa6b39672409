/* guard.h - reads `unchanged`: the rows that must be the same before and after a step. */
#ifndef SUITE_GUARD_H
#define SUITE_GUARD_H

#include "suite/suite.h"

/* Read one guard or a list of them into `step`. The suite's lens, when it lists tables, knows
 * which there are; the suite owns what is made on the way. */
bool guard_read_all(const struct node *node, struct suite *suite, struct step *step);

#endif
