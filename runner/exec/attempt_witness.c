#include <string.h>

#include "base/clock.h"
#include "exec/attempt_state.h"

static void
ask(struct attempt *attempt, const char *table, const json_t *where, sql_reply_fn *fn)
{
	if (!attempt->session->sql) {
		attempt_trouble(attempt, TROUBLE_DATABASE,
				"the environment names no database, and %s has to be looked at",
				table);
		attempt_advance(attempt);
		return;
	}
	proof_select(table, where, &attempt->arena, &attempt->query);
	attempt->sql_request = (struct sql_request){
		.identity = SQL_WITNESS,
		.text = attempt->query.text,
		.params = attempt->query.params,
		.param_count = attempt->query.param_count,
		.timeout_ms = session_timeout_ms(attempt->session, 0, attempt->deadline_us),
		.max_rows = PROOF_MAX_ROWS,
	};
	attempt->sent_us = clock_now_us();
	sql_send(attempt->session->sql, &attempt->sql_request, fn, attempt);
}

/* The rows of a witness's answer, or NULL after noting that there was none. */
static json_t *
answer(struct attempt *attempt, enum purpose purpose, const char *table,
       const struct sql_reply *reply)
{
	attempt_note_sql(attempt, purpose, "witness", attempt->query.text,
			 attempt->query.params_json, reply);
	if (reply->status == SQL_DONE)
		return proof_rows(reply->values);
	attempt_trouble(attempt, TROUBLE_DATABASE, "the witness cannot read %s: %s", table,
			reply->message ? reply->message : "no answer");
	return NULL;
}

void
attempt_take_before(struct attempt *attempt, size_t item, json_t *rows)
{
	const struct guard *guard = &attempt->now.step->unchanged[item];
	size_t count = json_array_size(rows);

	json_decref(attempt->now.before[item]); /* of an earlier try */
	attempt->now.before[item] = rows;
	if (!guard->empty && count == 0)
		attempt_trouble(attempt, TROUBLE_UNKNOWN,
				"the witness sees no such row in %s, so that it stays unchanged "
				"proves nothing",
				guard->table);
	else if (guard->empty && count > 0)
		attempt_trouble(attempt, TROUBLE_UNKNOWN,
				"%s already has %zu such rows before the step", guard->table,
				count);
}

static void
saw_before(void *arg, const struct sql_reply *reply)
{
	struct attempt *attempt = arg;
	size_t item = attempt->item;
	json_t *rows =
		answer(attempt, PURPOSE_BEFORE, attempt->now.step->unchanged[item].table, reply);

	if (rows)
		attempt_take_before(attempt, item, rows);
	if (attempt->phase == PHASE_BEFORE)
		attempt->item++;
	attempt_advance(attempt);
}

void
attempt_take_after(struct attempt *attempt, size_t item, const json_t *rows)
{
	size_t had = attempt->result.findings.count;

	attempt->result.assertions++;
	proof_compare(attempt->now.step->unchanged[item].table, attempt->now.before[item], rows,
		      &attempt->result.findings);
	attempt->guards_held += attempt->result.findings.count == had;
}

static void
saw_after(void *arg, const struct sql_reply *reply)
{
	struct attempt *attempt = arg;
	const struct guard *guard = &attempt->now.step->unchanged[attempt->item];
	json_t *rows = answer(attempt, PURPOSE_AFTER, guard->table, reply);

	if (rows) {
		attempt_take_after(attempt, attempt->item, rows);
		json_decref(rows);
		attempt->item++;
	}
	attempt_advance(attempt);
}

static void
saw_written(void *arg, const struct sql_reply *reply)
{
	struct attempt *attempt = arg;
	const struct promise *promise = &attempt->now.step->action->writes[attempt->item];
	json_t *rows = answer(attempt, PURPOSE_WRITTEN, promise->table, reply);
	struct error err = { 0 };
	json_t *pattern = NULL;

	if (rows && promise->row.value &&
	    !(pattern = template_fill(promise->row.value, &attempt->scope, &err)))
		attempt_trouble(attempt, TROUBLE_VARIABLE, "in the lens's `writes`: %s",
				err.message);
	if (rows && attempt->phase == PHASE_WRITTEN) {
		size_t had = attempt->result.findings.count;
		attempt->result.assertions++;
		proof_promise(promise, pattern, rows, &attempt->result.findings);
		attempt->promises_held += attempt->result.findings.count == had;
		attempt->item++;
	}
	json_decref(pattern);
	json_decref(rows);
	attempt_advance(attempt);
}

/* Fill the `where` of a promise and ask; a lens that promises nothing is done at once. */
bool
attempt_ask_written(struct attempt *attempt)
{
	const struct step *step = attempt->now.step;
	struct error err = { 0 };

	if (!attempt->now.succeeded || step->kind != STEP_ACTION ||
	    attempt->item == step->action->write_count || attempt_broken(attempt))
		return false;
	const struct promise *promise = &step->action->writes[attempt->item];
	json_t *where = template_fill(promise->where.value, &attempt->scope, &err);
	if (!where) {
		attempt_trouble(attempt, TROUBLE_VARIABLE, "in the lens's `writes`: %s",
				err.message);
		return false;
	}
	ask(attempt, promise->table, where, saw_written);
	json_decref(where);
	return true;
}

static bool
ask_guard(struct attempt *attempt, sql_reply_fn *fn)
{
	const struct step *step = attempt->now.step;

	if (attempt->item == step->unchanged_count)
		return false;
	ask(attempt, step->unchanged[attempt->item].table, attempt->now.guards[attempt->item], fn);
	return true;
}

/* A statement's own transaction looks as well, where it has room for it. */
bool
attempt_ask_before(struct attempt *attempt)
{
	return !attempt->now.looks_inside && ask_guard(attempt, saw_before);
}

bool
attempt_ask_after(struct attempt *attempt)
{
	return !attempt->now.looked_after && ask_guard(attempt, saw_after);
}
