#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "check/pattern.h"
#include "exec/judge.h"
#include "suite/expectation.h"

/* "allowed 2", "denied.policy own_rows", "allowed.constraint items_status 23514", "error 42P01". */
static const char *
outcome_line(enum outcome outcome, long rows, const char *named, const char *sqlstate,
	     struct arena *arena)
{
	const char *name = outcome_name(outcome);

	if (outcome_is(outcome, OUTCOME_ALLOWED) && rows >= 0)
		return judge_line(arena, "%s %ld", name, rows);
	if (outcome_is(outcome, OUTCOME_DENIED) && outcome != OUTCOME_DENIED)
		sqlstate = ""; /* each of them has only one */
	return judge_line(arena, "%s%s%.64s%s%s", name, *named ? " " : "", named,
			  *sqlstate ? " " : "", sqlstate);
}

static const char *
expected_outcomes(const struct expectation *expect, struct arena *arena)
{
	const char *text = "";

	for (size_t i = 0; i < expect->outcome_count; i++) {
		const struct outcome_pattern *one = &expect->outcome[i];
		text = judge_line(arena, "%s%s%s", text, i ? " or " : "",
				  outcome_line(one->outcome, one->rows,
					       one->named ? one->named : "", one->sqlstate, arena));
	}
	return text;
}

/* ---- what came against what was expected ---- */

static bool
state_matches(const struct outcome_pattern *pattern, const struct sql_reply *reply)
{
	return reply->status == SQL_ERROR && strcmp(pattern->sqlstate, reply->sqlstate) == 0;
}

static bool
outcome_matches(const struct outcome_pattern *pattern, const struct sql_meaning *meaning,
		const struct sql_reply *reply)
{
	if (pattern->outcome == OUTCOME_ERROR)
		return state_matches(pattern, reply);
	if (!outcome_is(meaning->outcome, pattern->outcome))
		return false;
	if (pattern->rows >= 0 && pattern->rows != reply->rows)
		return false;
	if (pattern->sqlstate[0] && strcmp(pattern->sqlstate, reply->sqlstate) != 0)
		return false;
	return !pattern->named || strcmp(pattern->named, meaning->named) == 0;
}

bool
judge_sql_settled(const struct step *step, const struct sql_reply *reply)
{
	for (size_t i = 0; i < step->expect.outcome_count; i++) {
		if (step->expect.outcome[i].outcome == OUTCOME_ERROR &&
		    state_matches(&step->expect.outcome[i], reply))
			return true;
	}
	return false;
}

static void
outcome_differs(const struct step *step, const struct sql_reply *reply, enum outcome actual,
		struct judgement *judgement)
{
	enum finding_type type = FINDING_RLS_DENIED;

	if (outcome_allows(actual) && step->refusal)
		type = FINDING_RLS_LEAK;
	else if (outcome_is(actual, OUTCOME_ALLOWED))
		type = FINDING_ROWS;
	finding_add(judgement->findings, type, "", judgement->expected, judgement->actual,
		    "as %s, expected %s, got %s%s%.160s", step->as ? step->as : "nobody",
		    judgement->expected, judgement->actual, reply->message ? ": " : "",
		    reply->message ? reply->message : "");
}

static void
judge_outcome(const struct step *step, const struct sql_reply *reply,
	      const struct sql_meaning *meaning, struct judgement *judgement)
{
	const struct expectation *expect = &step->expect;

	judgement->assertions++;
	for (size_t i = 0; i < expect->outcome_count; i++) {
		if (!outcome_matches(&expect->outcome[i], meaning, reply))
			continue;
		judgement->needs_witness = meaning->outcome == OUTCOME_FILTERED;
		if (expect->outcome_count > 1)
			judgement->note =
				judge_line(judgement->findings->arena, "%s, allowed because %s",
					   judgement->actual, expect->because);
		return;
	}
	outcome_differs(step, reply, meaning->outcome, judgement);
}

static void
trouble(struct judgement *judgement, enum trouble kind, const char *reason)
{
	if (judgement->trouble == TROUBLE_NONE) {
		judgement->trouble = kind;
		judgement->reason = reason;
	}
}

/* ---- what was stored ---- */

/* The rows the witness found before the rollback, against what the statement asked for. */
static void
judge_stored(const struct step *step, const struct scope *scope, struct sql_meaning *meaning,
	     struct judgement *judgement)
{
	struct arena *arena = judgement->findings->arena;
	struct findings differences = { .arena = arena };
	struct error err = { 0 };
	size_t count = json_array_size(judgement->stored);
	json_t *pattern = template_fill(step->stored->row.value, scope, &err);
	char pointer[32];

	if (!pattern) {
		trouble(judgement, TROUBLE_VARIABLE,
			judge_line(arena, "in `stored`: %s", err.message));
		return;
	}
	if (count == 0)
		meaning->unknown = "the witness finds no such row as `stored` names, though the "
				   "statement reports one";
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(pointer, sizeof(pointer), "/stored/%zu", i);
		pattern_match(pattern, json_array_get(judgement->stored, i), pointer,
			      FINDING_WRITTEN, &differences);
	}
	if (differences.count > 0)
		meaning->outcome = OUTCOME_REWRITTEN;
	if (differences.count > 0 && !expectation_expects(&step->expect, OUTCOME_REWRITTEN)) {
		for (size_t i = 0; i < differences.count; i++) {
			const struct finding *one = &differences.items[i];
			finding_add(judgement->findings, one->type, one->pointer, one->expected,
				    one->actual, "%s", one->message);
		}
	}
	judgement->assertions++;
	json_decref(pattern);
}

/* ---- the whole reply ---- */

/* Fill a pattern and match it; a ${} without a value is a trouble. */
static void
match(const struct template *pattern, const struct scope *scope, const json_t *actual,
      struct judgement *judgement)
{
	struct error err = { 0 };
	json_t *filled = template_fill(pattern->value, scope, &err);

	if (!filled) {
		trouble(judgement, TROUBLE_VARIABLE,
			judge_line(judgement->findings->arena, "%s", err.message));
		return;
	}
	judgement->assertions++;
	pattern_match(filled, actual, "", FINDING_ROWS, judgement->findings);
	json_decref(filled);
}

static void
judge_rows(const struct step *step, const struct scope *scope, const struct sql_reply *reply,
	   struct judgement *judgement)
{
	if (step->expect.rows.value) {
		json_t *rows = json_integer(reply->rows);
		match(&step->expect.rows, scope, rows, judgement);
		json_decref(rows);
	}
	if (step->expect.values.value)
		match(&step->expect.values, scope, reply->values, judgement);
}

/* No answer, or none that says anything about the persona. */
static bool
cannot_judge(const struct step *step, const struct sql_reply *reply,
	     const struct sql_meaning *meaning, struct judgement *judgement)
{
	bool witness = !step->persona;

	if (meaning->outcome != OUTCOME_NONE && (!witness || reply->status == SQL_DONE))
		return false;
	judgement->actual = "no answer";
	trouble(judgement, TROUBLE_DATABASE,
		judge_line(judgement->findings->arena, "%s%s%s", reply->sqlstate,
			   reply->sqlstate[0] ? " " : "",
			   reply->message ? reply->message : "the statement got no answer"));
	return true;
}

void
judge_sql(const struct step *step, const struct scope *scope, const struct sql_reply *reply,
	  struct judgement *judgement)
{
	struct arena *arena = judgement->findings->arena;
	struct sql_meaning meaning =
		judgement->meaning ? *judgement->meaning : sql_meaning(reply, step->sql);

	judgement->expected = "rows that match";
	if (step->expect.outcome_count > 0)
		judgement->expected = expected_outcomes(&step->expect, arena);
	if (cannot_judge(step, reply, &meaning, judgement))
		return;
	if (meaning.outcome == OUTCOME_ALLOWED && judgement->before &&
	    expectation_expects(&step->expect, OUTCOME_PARTIAL) &&
	    reply->rows < (long)json_array_size(judgement->before))
		meaning.outcome = OUTCOME_PARTIAL;
	if (meaning.outcome == OUTCOME_ALLOWED && step->stored)
		judge_stored(step, scope, &meaning, judgement);
	judgement->actual =
		outcome_line(meaning.outcome, reply->rows, meaning.named, reply->sqlstate, arena);
	if (meaning.unknown)
		trouble(judgement, TROUBLE_UNKNOWN, judge_line(arena, "%s", meaning.unknown));
	else if (step->expect.outcome_count > 0)
		judge_outcome(step, reply, &meaning, judgement);
	else if (reply->status != SQL_DONE)
		outcome_differs(step, reply, meaning.outcome, judgement);
	if (reply->status == SQL_DONE)
		judge_rows(step, scope, reply, judgement);
}
