#include <string.h>

#include "base/clock.h"
#include "exec/attempt_state.h"
#include "suite/statement.h"

#define CLASHES 3 /* a transaction the server broke off for others' sake is tried so many times */

/* ---- what is sent ---- */

/* What it says it is. A function it calls may write all the same: then the server refuses, and it
 * is asked once more. */
static bool
only_reads(const char *sql)
{
	static const char *const verbs[] = { "select", "table", "values" };
	char verb[16];

	statement_verb(sql, verb);
	for (size_t i = 0; i < COUNTOF(verbs); i++) {
		if (strcmp(verb, verbs[i]) == 0)
			return true;
	}
	return false;
}

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

struct sql_statement
attempt_statement_of(const struct proof_query *query)
{
	return (struct sql_statement){ query->text, query->params, query->param_count };
}

static bool
add_look(struct attempt *attempt, const char *table, const json_t *where, bool before, bool after)
{
	struct current *now = &attempt->now;

	if (now->look_count == SQL_LOOKS)
		return false;
	proof_select(table, where, &attempt->arena, &now->queries[now->look_count]);
	now->looks[now->look_count] =
		(struct sql_look){ attempt_statement_of(&now->queries[now->look_count]), before,
				   after };
	now->look_count++;
	return true;
}

/* What must stay as it is: seen in the same transaction, before the role is taken and, where
 * nothing may happen, after the statement. A success may change the row: there only what stays
 * after the rollback counts. */
static void
look_inside(struct attempt *attempt)
{
	struct current *now = &attempt->now;
	const struct step *step = now->step;

	if (!step->persona || step->unchanged_count + (step->stored != NULL) > SQL_LOOKS)
		return;
	now->looks_inside = true;
	for (size_t i = 0; i < step->unchanged_count; i++)
		(void)add_look(attempt, step->unchanged[i].table, now->guards[i], true,
			       step->refusal);
}

static json_t *
filled(struct attempt *attempt, const struct guard *guard, const char *what, struct error *err)
{
	json_t *where = template_fill(guard->where.value, &attempt->scope, err);

	if (!where)
		(void)error_within(err, what);
	return where;
}

bool
attempt_prepare_sql(struct attempt *attempt, struct error *err)
{
	struct current *now = &attempt->now;
	const struct step *step = now->step;
	json_t *where = NULL;

	now->statement = now->request.sql;
	now->read_only = step->persona && !step->commit && only_reads(now->statement);
	look_inside(attempt);
	if (step->stored) {
		if (!(where = filled(attempt, step->stored, "stored", err)))
			return false;
		(void)add_look(attempt, step->stored->table, where, false, true);
		json_decref(where);
	}
	if (step->blind) {
		if (!(where = filled(attempt, step->blind, "blind", err)))
			return false;
		now->statement = pointed(attempt, now->request.sql);
		proof_cursor(step->blind->table, where, &attempt->arena, &now->row);
		json_decref(where);
	}
	return !step->commit || attempt_prepare_commit(attempt, err);
}

static void
ask(struct attempt *attempt, enum sql_identity identity, const char *text, bool again,
    sql_reply_fn *fn)
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
		.row = attempt_statement_of(&now->row),
		.looks = now->looks,
		.look_count = again ? 0 : now->look_count,
		.without_triggers = now->without_triggers,
		.read_only = now->read_only,
		.leash = again         ? NULL
			 : now->commit ? &now->leash
				       : NULL,
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

/* One look's answer in the record. A new array of the rows themselves. */
static json_t *
take_look(struct attempt *attempt, enum purpose purpose, size_t item, json_t *values)
{
	const struct proof_query *query = &attempt->now.queries[item];
	const struct sql_reply looked = { .status = SQL_DONE,
					  .rows = (long)json_array_size(values),
					  .values = values };

	attempt_note_sql(attempt, purpose, "witness", query->text, query->params_json, &looked);
	return proof_rows(values);
}

static void
take_looks_before(struct attempt *attempt, const struct sql_reply *reply)
{
	const struct current *now = &attempt->now;

	if (!now->looks_inside)
		return;
	for (size_t i = 0; i < now->step->unchanged_count && reply->before[i]; i++)
		attempt_take_before(attempt, i,
				    take_look(attempt, PURPOSE_BEFORE, i, reply->before[i]));
}

/* What the statement did, before it was rolled back. */
static void
take_looks_after(struct attempt *attempt, const struct sql_reply *reply)
{
	struct current *now = &attempt->now;

	if (!now->looks_inside || !reply->after)
		return;
	for (size_t i = 0; i < now->step->unchanged_count && reply->after[i]; i++) {
		json_t *rows = take_look(attempt, PURPOSE_AFTER, i, reply->after[i]);

		attempt_take_after(attempt, i, rows);
		json_decref(rows);
		now->looked_after = true;
	}
}

static json_t *
take_stored(struct attempt *attempt, const struct sql_reply *reply)
{
	const struct current *now = &attempt->now;
	size_t item = now->look_count - 1;

	if (!now->step->stored || !reply->after || !reply->after[item])
		return NULL;
	return take_look(attempt, PURPOSE_WRITTEN, item, reply->after[item]);
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
	json_t *stored = take_stored(attempt, reply);
	now->judgement.stored = stored;
	judge_sql(now->step, &attempt->scope, reply, &now->judgement);
	json_decref(stored);
	if (!attempt_settle(attempt))
		return;
	if (attempt->phase == PHASE_SEND && now->judgement.needs_witness)
		require_witness(attempt);
	if (attempt->phase == PHASE_SEND && !attempt_broken(attempt)) {
		attempt_take_captures(attempt, NULL, reply->values);
		attempt->sql_held += now->step->persona && !attempt_broken(attempt);
	}
	if (attempt->phase == PHASE_SEND)
		take_looks_after(attempt, reply);
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
	kept.before = kept.after = NULL;
	return kept;
}

/* With the row it is pointed at, which its text does not name. */
static const char *
shown(struct attempt *attempt)
{
	const struct current *now = &attempt->now;

	if (!now->row.text)
		return now->statement;
	return arena_printf(&attempt->arena,
			    "%s -- as the witness: declare " SQL_ROW_CURSOR " cursor for %s, %s",
			    now->statement, now->row.text, now->row.params_json);
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
		ask(attempt, SQL_PERSONA, now->statement, true, got_without_triggers);
		return;
	}
	ask(attempt, SQL_WITNESS, arena_printf(&attempt->arena, "explain %s", now->request.sql),
	    true, got_explained);
}

/* What the witness saw on the way, and whether it could. */
static void
take_witness(struct attempt *attempt, const struct sql_reply *reply)
{
	const struct step *step = attempt->now.step;
	size_t failed = (size_t)reply->look_failed;

	if (failed)
		attempt_trouble(attempt, TROUBLE_DATABASE, "the witness cannot read %s: %s",
				failed <= step->unchanged_count && attempt->now.looks_inside
					? step->unchanged[failed - 1].table
					: step->stored->table,
				reply->message);
	else if (step->blind && reply->aimed >= 0)
		require_one_row(attempt, reply->aimed);
}

/* It wrote where it was held to reading, or the server broke it off: a deadlock, or another's
 * commit between its reads. All of it was rolled back, and says nothing yet. */
static bool
wants_another_transaction(struct attempt *attempt, const struct sql_reply *reply)
{
	struct current *now = &attempt->now;
	bool wrote = strcmp(reply->sqlstate, "25006") == 0;
	bool clashed =
		strcmp(reply->sqlstate, "40P01") == 0 || strcmp(reply->sqlstate, "40001") == 0;

	if (now->read_only && wrote) {
		now->read_only = false;
		return true;
	}
	return clashed && !attempt->session->stopping && ++now->clashes < CLASHES;
}

static void
got_sql(void *arg, const struct sql_reply *reply)
{
	struct attempt *attempt = arg;
	struct current *now = &attempt->now;
	bool persona = now->step->persona != NULL;

	take_looks_before(attempt, reply);
	note_step(attempt, persona ? "persona" : "witness", shown(attempt), reply);
	if (persona && wants_another_transaction(attempt, reply)) {
		ask(attempt, SQL_PERSONA, now->statement, false, got_sql);
		return;
	}
	if (now->commit)
		attempt_committed(attempt, reply);
	take_witness(attempt, reply);
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
	    false, got_sql);
}
