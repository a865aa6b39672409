/* knowledge.h - which names a case or fixture may use: its own captures, and those of what it
 * needs.
 *
 * Each name is carried forward once, from whoever captures it to all that need them, so that
 * thousands of cases in a chain cost no more than their number.
 */
#ifndef SUITE_KNOWLEDGE_H
#define SUITE_KNOWLEDGE_H

#include "base/error.h"

struct units;

/* Every used name that nothing gives is an error. The units must be linked. */
void knowledge_check(struct units *units, struct errors *errors);

#endif
