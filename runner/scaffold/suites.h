/* suites.h - the cases of each suite that is made for a lens, one file a suite.
 *
 * Each returns the members of a suite file that follow its head: {once?, cases}, a new reference.
 * NULL when the lens says nothing that such cases could be made of.
 */
#ifndef SCAFFOLD_SUITES_H
#define SCAFFOLD_SUITES_H

#include "scaffold/draft.h"

/* The list as each role sees it; each action by who may, by who may not, by who is nobody, without
 * what it requires, and from another yacht; signatures of SIGNED actions. */
json_t *acceptance_make(const struct draft *draft);

/* With the lens's flags off and unset nothing is offered and nothing runs. */
json_t *flags_make(const struct draft *draft);

/* Direct SQL: what the actions do by those who may and who may not, and the rows of the tables that
 * an action creates rows in. */
json_t *rls_make(const struct draft *draft);

/* Every role, every action: in the list and on execution. */
json_t *roles_make(const struct draft *draft);

/* Each action once, by the last role that may; refused to the first that may not. */
json_t *smoke_make(const struct draft *draft);

/* The list, suggestions, what only reads, and a refusal, many at once. */
json_t *stress_make(const struct draft *draft);

#endif
