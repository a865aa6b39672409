/* guard.h - reads which rows the witness looks at for a step: `unchanged`, `blind` and `stored`. */
#ifndef SUITE_GUARD_H
#define SUITE_GUARD_H

#include "suite/suite.h"

/* Read one guard or a list of them into `step`. The suite's lens, when it lists tables, knows
 * which there are; the suite owns what is made on the way. */
bool guard_read_all(const struct node *node, struct suite *suite, struct step *step);

/* `blind`: the one row a statement is pointed at. */
bool guard_read_blind(const struct node *node, struct suite *suite, struct step *step);

/* `stored`: the rows a statement must have left when it ended, and what they are like. */
bool guard_read_stored(const struct node *node, struct suite *suite, struct step *step);

#endif
