#include "check/pattern.h"
#include "exec/attempt_state.h"
#include "exec/janitor.h"

#define SHOWN_BYTES 200

/* A statement may leave one row behind: a new one, or one that this run made. The leash sees to it
 * that nothing else of that table changed, the janitor that the row goes when the run ends. */
bool
attempt_prepare_commit(struct attempt *attempt, struct error *err)
{
	struct current *now = &attempt->now;
	const struct guard *row = now->step->commit;

	now->commit = template_fill(row->where.value, &attempt->scope, err);
	if (!now->commit)
		return error_within(err, "commit");
	now->commit_ours = janitor_has(attempt->session->janitor, row->table, now->commit);
	proof_leash(row->table, now->commit, now->commit_ours, &attempt->arena, now->leash_queries);
	now->leash = (struct sql_leash){
		.before = attempt_statement_of(&now->leash_queries[0]),
		.after = attempt_statement_of(&now->leash_queries[1]),
	};
	return true;
}

static void
tell_of_leash(struct attempt *attempt)
{
	const struct current *now = &attempt->now;
	const char *table = now->step->commit->table;
	const char *row = pattern_text(now->commit, SHOWN_BYTES, &attempt->arena);

	attempt_trouble(attempt, TROUBLE_DATABASE,
			now->commit_ours
				? "nothing was committed: more than %s %s would have changed, or "
				  "that row is gone"
				: "nothing was committed: %s %s is no new row, or more than it "
				  "would have changed",
			table, row);
}

void
attempt_committed(struct attempt *attempt, const struct sql_reply *reply)
{
	struct current *now = &attempt->now;
	const char *table = now->step->commit->table;

	if (reply->leashed) {
		tell_of_leash(attempt);
	} else if (reply->status == SQL_DONE && !now->commit_ours) {
		janitor_register(attempt->session->janitor, table, json_incref(now->commit));
	} else if (reply->status == SQL_LOST && !now->commit_ours && !*reply->sqlstate) {
		/* The connection went, maybe after the commit. A row that may be somebody else's
		 * is not removed. */
		attempt_leftover(
			attempt,
			arena_printf(&attempt->arena,
				     "%s %s: whether it was committed is not known", table,
				     pattern_text(now->commit, SHOWN_BYTES, &attempt->arena)));
	}
}
