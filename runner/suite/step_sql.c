#include "suite/step_sql.h"

#include <string.h>

#include "suite/expectation.h"
#include "suite/guard.h"
#include "suite/reading.h"
#include "suite/statement.h"

/* The table it is about as the lens would write it: without the schema that is searched anyway. */
static void
target_read(struct loading *loading, struct step *step)
{
	struct statement_target target;

	statement_target(step->sql, &target);
	if (!target.name[0])
		return;
	bool bare = !target.schema[0] || strcmp(target.schema, "public") == 0;
	step->target = arena_printf(&loading->suite->arena, "%s%s%s", bare ? "" : target.schema,
				    bare ? "" : ".", target.name);
}

/* The runner adds `where current of`, so that the statement reads no column: it has no WHERE and
 * no RETURNING of its own. */
static bool
blind_read(struct loading *loading, const struct node *node, struct step *step)
{
	struct node blind, sql;
	char verb[16];

	if (!node_member(node, "blind", &blind))
		return true;
	if (!guard_read_row(&blind, loading->suite, &step->blind))
		return false;
	if (!step->sql || !node_member(node, "sql", &sql))
		return false;
	statement_verb(step->sql, verb);
	if (strcmp(verb, "update") != 0 && strcmp(verb, "delete") != 0)
		return node_fail(&sql, "only an update or a delete can be blind");
	if (statement_mentions(step->sql, "where") || statement_mentions(step->sql, "returning"))
		return node_fail(&sql, "a blind statement has no `where` and no `returning`: it is "
				       "pointed at the row that `blind` names");
	return true;
}

/* `true` would not say which row stays, so nobody could take it away again. */
static bool
commit_read(const struct node *node, struct suite *suite, struct step *step)
{
	if (!json_is_object(node->value))
		return node_fail(node, "names the one row that may stay: {table: T, id: X}");
	return guard_read_row(node, suite, &step->commit);
}

bool
step_sql_read(struct loading *loading, const struct node *node, struct step *step)
{
	struct node params, stored, commit;

	if (node_member(node, "params", &params) && !json_is_array(params.value))
		return node_fail(&params, "must be a list");
	reading_template(node, "params", &step->params);
	bool ok = reading_sql(node, "sql", &step->params, &step->sql);
	if (ok)
		target_read(loading, step);
	ok &= blind_read(loading, node, step);
	if (node_member(node, "stored", &stored))
		ok &= guard_read_stored(&stored, loading->suite, step);
	if (node_member(node, "commit", &commit))
		ok &= commit_read(&commit, loading->suite, step);
	return ok;
}

static bool
sees_rows(const struct step *step)
{
	for (size_t i = 0; i < step->unchanged_count; i++) {
		if (!step->unchanged[i].empty)
			return true;
	}
	return step->blind != NULL;
}

/* What a statement's outcome can only be told by. */
bool
step_sql_witnessed(const struct node *node, const struct step *step)
{
	struct node expect;

	if (step->kind != STEP_SQL || !node_member(node, "expect", &expect))
		return true;
	if (!step->persona && (step->blind || step->stored))
		return node_fail(node, "`%s` is for the statement of a persona",
				 step->blind ? "blind" : "stored");
	if (step->expect.outcome_count == 1 &&
	    step->expect.outcome[0].outcome == OUTCOME_FILTERED && !sees_rows(step))
		return node_fail(&expect,
				 "`filtered` needs `unchanged`: a row that the witness sees");
	if (expectation_expects(&step->expect, OUTCOME_PARTIAL) &&
	    (step->unchanged_count != 1 || step->unchanged[0].empty))
		return node_fail(&expect,
				 "`partial` needs one `unchanged`: all the rows there are");
	if (expectation_expects(&step->expect, OUTCOME_REWRITTEN) && !step->stored)
		return node_fail(&expect, "`rewritten` needs `stored`: what the row would be like");
	return true;
}

bool
step_sql_may_commit(const struct node *node, const struct step *step)
{
	struct node commit;

	if (!step->commit || !node_member(node, "commit", &commit))
		return true;
	if (!step->persona)
		return node_fail_key(&commit, "only a persona's statement is committed");
	if (step->expect.outcome_count != 1 || step->expect.outcome[0].outcome != OUTCOME_ALLOWED)
		return node_fail_key(&commit, "only what is expected to be `allowed` is committed: "
					      "what is refused is tried and rolled back");
	return true;
}

/* A refusal nobody named a control for has one that the suite finds. */
void
step_sql_note(struct loading *loading, struct unit *unit, const struct node *node,
	      struct step *step)
{
	if (step->kind != STEP_SQL || !step->persona || !loading->in_case || loading->skipping)
		return;
	if (expectation_reaches(&step->expect))
		unit_reaches(&loading->units, unit, step->target);
	if (!step->refusal || step->control || step->unproved)
		return;
	step->control_implied = true;
	unit_refuses(&loading->units, unit, node, step->target, &step->control);
}
