/* step_sql.h - reads what only a SQL step has: the statement, the row it is pointed at, what it has
 * to leave, and what has to be seen for its outcome to be told. */
#ifndef SUITE_STEP_SQL_H
#define SUITE_STEP_SQL_H

#include "suite/loading.h"

/* The statement with its parameters, `blind`, `stored` and `commit`. */
bool step_sql_read(struct loading *loading, const struct node *node, struct step *step);

/* Whether the expected outcomes have the witness they can only be told by: a zero needs a row, a
 * part needs the whole. Of any step; with its actor, expectation and `unchanged` read. */
bool step_sql_witnessed(const struct node *node, const struct step *step);

/* Whether what is to be committed may be: a persona's statement that is expected to be allowed. Of
 * any step, with its actor and expectation read. */
bool step_sql_may_commit(const struct node *node, const struct step *step);

/* Tell the unit what the step reaches, and which refusal of it has no control yet. */
void step_sql_note(struct loading *loading, struct unit *unit, const struct node *node,
		   struct step *step);

#endif
