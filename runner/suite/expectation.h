/* expectation.h - reads `expect`: what a step's reply or statement has to be like. */
#ifndef SUITE_EXPECTATION_H
#define SUITE_EXPECTATION_H

#include "suite/suite.h"

/* Read the mapping at `node` for a step of `kind`. Patterns are checked here; ${} in them is not.
 */
bool expectation_read(const struct node *node, enum step_kind kind, struct expectation *expect);

/* It expects to be refused: a status of 400 and up, denied or filtered. */
bool expectation_refuses(const struct expectation *expect);

/* It expects that a statement ends with an SQLSTATE other than 42501: a constraint or a trigger. */
bool expectation_fails(const struct expectation *expect);

#endif
