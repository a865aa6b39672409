/* guard.h - reads which rows a step is about: those the witness looks at (`unchanged`, `stored`),
 * the one a statement is pointed at (`blind`), the one it may leave (`commit`). */
#ifndef SUITE_GUARD_H
#define SUITE_GUARD_H

#include "suite/suite.h"

/* Read one guard or a list of them into `step`. The suite's lens, when it lists tables, knows
 * which there are; the suite owns what is made on the way. */
bool guard_read_all(const struct node *node, struct suite *suite, struct step *step);

/* `blind` or `commit`: one row. */
bool guard_read_row(const struct node *node, struct suite *suite, const struct guard **row);

/* `stored`: the rows a statement must have left when it ended, and what they are like. */
bool guard_read_stored(const struct node *node, struct suite *suite, struct step *step);

#endif
