/* expectation.h - reads `expect`: what a step's reply or statement has to be like. */
#ifndef SUITE_EXPECTATION_H
#define SUITE_EXPECTATION_H

#include "suite/suite.h"

/* Read the mapping at `node` for a step of `kind`. Patterns are checked here; ${} in them is not.
 */
bool expectation_read(const struct node *node, enum step_kind kind, struct expectation *expect);

/* It expects to be refused: a status of 400 and up, denied or filtered. */
bool expectation_refuses(const struct expectation *expect);

/* It expects that a statement is stopped by what is no refusal: a constraint, a trigger, an error.
 */
bool expectation_fails(const struct expectation *expect);

/* `outcome` itself is among the outcomes it accepts. */
bool expectation_expects(const struct expectation *expect, enum outcome outcome);

/* What meets it shows that a persona gets through to the rows of a table: it is allowed, or it asks
 * for rows. */
bool expectation_reaches(const struct expectation *expect);

#endif
