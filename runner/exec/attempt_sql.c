#include <string.h>

#include "base/clock.h"
#include "exec/attempt_state.h"

/* ---- what is sent ---- */

/* The statement ends where its row is named; a `;` would end it before. */
static const char *
pointed(struct attempt *attempt, const char *sql)
{
	size_t len = strlen(sql);

	while (len && strchr("; \t\r\n", sql[len - 1]))
		len--;
	/* On a line of its own: the text may end with a comment. */
	return arena_printf(&attempt->arena, "%.*s\nwhere current of " SQL_ROW_CURSOR, (int)len,
			    sql);
}

static bool
fill_rows(struct attempt *attempt, const struct guard *guard, const char *what,
	  void (*make)(const char *, const json_t *, struct arena *, struct proof_query *),
	  struct proof_query *query, struct error *err)
{
	json_t *where = template_fill(guard->where.value, &attempt->scope, err);

	if (!where)
		return error_within(err, what);
	make(guard->table, where, &attempt->arena, query);
	json_decref(where);
	return true;
}

bool
attempt_prepare_sql(struct attempt *attempt, struct error *err)
{
	struct current *now = &attempt->now;
	const struct step *step = now->step;

	now->statement = now->request.sql;
	if (step->stored &&
	    !fill_rows(attempt, step->stored, "stored", proof_select, &now->look, err))
		return false;
	if (!step->blind)
		return true;
	now->statement = pointed(attempt, now->request.sql);
	return fill_rows(attempt, step->blind, "blind", proof_cursor, &now->row, err);
}

static struct sql_statement
statement_of(const struct proof_query *query)
{
	return (struct sql_statement){ query->text, query->params, query->param_count };
}

static void
ask(struct attempt *attempt, enum sql_identity identity, const char *text, sql_reply_fn *fn)
{
	const struct current *now = &attempt->now;
	const struct credential *who = now->credential;

	attempt->sql_request = (struct sql_request){
		.identity = identity,
		.role = who->role,
		.claims = who->claims,
		.text = text,
		.params = now->request.params,
		.param_count = now->request.param_count,
		.timeout_ms = session_timeout_ms(attempt->session, now->step->timeout_ms,
						 attempt->deadline_us),
		.max_rows = PROOF_MAX_ROWS,
		.row = statement_of(&now->row),
		.look = statement_of(&now->look),
		.without_triggers = now->without_triggers,
	};
	attempt->sent_us = clock_now_us();
	sql_send(attempt->session->sql, &attempt->sql_request, fn, attempt);
}

/* ---- what came back ---- */

/* A zero counts as "filtered" only when the witness sees a row it could have touched. */
static void
require_witness(struct attempt *attempt)
{
	const struct step *step = attempt->now.step;

	for (size_t i = 0; i < step->unchanged_count; i++) {
		if (!step->unchanged[i].empty)
			return;
	}
	if (!step->blind)
		attempt_trouble(attempt, TROUBLE_UNKNOWN,
				"no row was touched, but the witness was not asked whether there "
				"is one: add `unchanged`");
}

/* Whether the cursor stood on one row, and on no other's brother. */
static void
require_one_row(struct attempt *attempt, int aimed)
{
	const char *table = attempt->now.step->blind->table;

	if (aimed == 0)
		attempt_trouble(attempt, TROUBLE_UNKNOWN,
				"the witness sees no such row in %s as `blind` names", table);
	else if (aimed > 1)
		attempt_trouble(attempt, TROUBLE_UNKNOWN, "`blind` names more than one row of %s",
				table);
}

static void
note_looked(struct attempt *attempt, const struct sql_reply *reply)
{
	const struct sql_reply looked = { .status = SQL_DONE,
					  .rows = (long)json_array_size(reply->looked),
					  .values = reply->looked };

	if (reply->looked)
		attempt_note_sql(attempt, PURPOSE_WRITTEN, "witness", attempt->now.look.text,
				 attempt->now.look.params_json, &looked);
}

static void
judge(struct attempt *attempt, const struct sql_reply *reply, const struct sql_meaning *meaning)
{
	struct current *now = &attempt->now;

	now->judgement =
		(struct judgement){ .findings = &attempt->result.findings,
				    .meaning = meaning,
				    .before = now->step->unchanged_count == 1 ? now->before[0]
									      : NULL };
	judge_sql(now->step, &attempt->scope, reply, &now->judgement);
	if (!attempt_settle(attempt))
		return;
	if (attempt->phase == PHASE_SEND && now->judgement.needs_witness)
		require_witness(attempt);
	if (attempt->phase == PHASE_SEND && !attempt_broken(attempt)) {
		judge_captures(now->step, NULL, NULL, reply->values, attempt->captures,
			       &attempt->result.findings);
		attempt->sql_held += now->step->persona && !attempt_broken(attempt);
	}
	attempt_look_further(attempt);
}

/* ---- doubts ---- */

/* What is left of the first reply while another question is asked. */
static struct sql_reply
kept_reply(struct attempt *attempt, const struct sql_reply *reply)
{
	struct sql_reply kept = *reply;

	kept.message = attempt_kept(attempt, reply->message);
	kept.source_function = attempt_kept(attempt, reply->source_function);
	kept.constraint = attempt_kept(attempt, reply->constraint);
	kept.table = attempt_kept(attempt, reply->table);
	kept.context = NULL;
	return kept;
}

static void
note_step(struct attempt *attempt, const char *identity, const char *text,
	  const struct sql_reply *reply)
{
	attempt_note_sql(attempt, PURPOSE_STEP, identity, text, attempt->now.request.params_json,
			 reply);
}

static void
got_without_triggers(void *arg, const struct sql_reply *reply)
{
	struct attempt *attempt = arg;
	struct current *now = &attempt->now;
	struct sql_meaning again = sql_meaning(reply, now->statement);
	struct sql_meaning meaning = sql_meaning_without_triggers(&now->meaning, &again);

	now->without_triggers = false;
	note_step(
		attempt, "persona",
		arena_printf(&attempt->arena, "%s -- once more, without triggers", now->statement),
		reply);
	judge(attempt, &now->live, &meaning);
}

static void
got_explained(void *arg, const struct sql_reply *reply)
{
	struct attempt *attempt = arg;
	struct current *now = &attempt->now;
	struct sql_meaning meaning =
		sql_meaning_explained(&now->meaning, now->live.sqlstate, reply);

	note_step(attempt, "witness", attempt->sql_request.text, reply);
	judge(attempt, &now->live, &meaning);
}

static void
ask_again(struct attempt *attempt, const struct sql_reply *reply)
{
	struct current *now = &attempt->now;

	now->live = kept_reply(attempt, reply);
	if (now->meaning.doubt == DOUBT_TRIGGER) {
		now->without_triggers = true;
		ask(attempt, SQL_PERSONA, now->statement, got_without_triggers);
		return;
	}
	ask(attempt, SQL_WITNESS, arena_printf(&attempt->arena, "explain %s", now->request.sql),
	    got_explained);
}

static void
got_sql(void *arg, const struct sql_reply *reply)
{
	struct attempt *attempt = arg;
	struct current *now = &attempt->now;
	bool persona = now->step->persona != NULL;

	note_step(attempt, persona ? "persona" : "witness", now->statement, reply);
	note_looked(attempt, reply);
	if (now->step->blind && reply->status != SQL_LOST && reply->aimed >= 0)
		require_one_row(attempt, reply->aimed);
	if (attempt->phase != PHASE_SEND) {
		attempt_advance(attempt);
		return;
	}
	now->meaning = sql_meaning(reply, now->statement);
	if (persona && now->meaning.doubt != DOUBT_NONE && !judge_sql_settled(now->step, reply))
		ask_again(attempt, reply);
	else
		judge(attempt, reply, &now->meaning);
}

void
attempt_send_sql(struct attempt *attempt)
{
	if (!attempt->session->sql) {
		attempt_trouble(attempt, TROUBLE_DATABASE,
				"the environment names no database for the SQL step");
		attempt_advance(attempt);
		return;
	}
	ask(attempt, attempt->now.step->persona ? SQL_PERSONA : SQL_WITNESS, attempt->now.statement,
	    got_sql);
}
