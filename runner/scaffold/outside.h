/* outside.h - what can be tried of an action whose payload and writes nobody has filled in yet: who
 * gets past the router, and who does not.
 *
 * Checks go in order: the role comes before the required fields. So an empty payload shows who is
 * let through (400, a field is missing) and who is not (403), and writes nothing.
 */
#ifndef SCAFFOLD_OUTSIDE_H
#define SCAFFOLD_OUTSIDE_H

#include "scaffold/draft.h"

/* Append the cases of `action`; none when it requires nothing: then an empty payload might do
 * something. */
void outside_add(const struct draft *draft, const struct action *action, json_t *cases);

#endif
