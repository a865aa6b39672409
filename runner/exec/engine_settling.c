#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "exec/engine_state.h"

static void settle(struct engine *engine, size_t node, struct run_case *result);

static const char *
node_name(const struct plan_node *node)
{
	return node->test ? node->test->id : node->fixture->id;
}

/* The case's captures are wanted no more by this node; the last one lets them go. */
static void
unwatch_needs(struct engine *engine, const struct plan_node *node)
{
	for (size_t i = 0; i < node->need_count; i++) {
		struct node_state *needed = &engine->states[node->needs[i]];
		/* A fixture's captures are kept for its own clean-up. */
		if (--needed->watchers == 0 && !engine_planned(engine, node->needs[i])->fixture) {
			json_decref(needed->captures);
			needed->captures = NULL;
		}
	}
}

static void
count(struct engine *engine, const struct run_case *result)
{
	struct totals *totals = &engine->totals;

	switch (result->verdict) {
	case VERDICT_PASS:
		totals->passed++;
		break;
	case VERDICT_FAIL:
		totals->failed++;
		break;
	case VERDICT_ERROR:
		totals->errors++;
		totals->blocked += result->trouble == TROUBLE_BLOCKED;
		break;
	case VERDICT_SKIP:
		totals->skipped++;
		break;
	case VERDICT_NONE:
		break;
	}
	totals->flaky += result->flaky;
	totals->executed += result->verdict == VERDICT_PASS || result->verdict == VERDICT_FAIL;
}

void
engine_settle_unrun(struct engine *engine, size_t node, enum verdict verdict, enum trouble kind,
		    const char *reason)
{
	struct run_case result = {
		.verdict = verdict,
		.trouble = kind,
		.reason = reason,
		.started_us = clock_now_us() - engine->session->began_us,
	};

	settle(engine, node, &result);
}

/* The first case that a failed fixture blocks shows what the fixture asked and was answered: it has
 * no record of its own. */
static void
tell_of_fixture(struct engine *engine, size_t node, size_t cause, struct run_case *result)
{
	struct node_state *state = &engine->states[cause];

	if (!engine_planned(engine, node)->test || !state->held || state->told)
		return;
	state->told = true;
	result->exchanges = attempt_result(state->held)->exchanges;
	result->exchange_count = attempt_result(state->held)->exchange_count;
}

void
engine_block(struct engine *engine, size_t node, size_t cause)
{
	const struct plan_node *by = engine_planned(engine, cause);
	const struct node_state *state = &engine->states[cause];
	/* A fixture that saw the target answer wrongly blocks as a case that failed does. */
	enum trouble kind =
		by->test || state->verdict == VERDICT_FAIL ? TROUBLE_BLOCKED : TROUBLE_SETUP;
	char reason[700];

	if (!by->test)
		(void)snprintf(reason, sizeof(reason), "its %s did not succeed: %s",
			       strcmp(by->fixture->id, "setup") == 0 ? "suite's setup"
								     : by->fixture->id,
			       state->reason ? state->reason : "it was blocked itself");
	else
		(void)snprintf(reason, sizeof(reason), "%s, which it needs, did not pass (%s)",
			       node_name(by), verdict_name(state->verdict));
	struct run_case result = {
		.verdict = VERDICT_ERROR,
		.trouble = kind,
		.reason = arena_text(&engine->arena, reason, strlen(reason)),
		.started_us = clock_now_us() - engine->session->began_us,
	};
	tell_of_fixture(engine, node, cause, &result);
	settle(engine, node, &result);
}

/* Count the dependants down. One that is blocked goes through the ready queue as well: settling
 * it from here would nest as deep as the longest chain. */
static void
unlock(struct engine *engine, size_t node)
{
	const struct plan_node *done = engine_planned(engine, node);
	bool passed = engine->states[node].verdict == VERDICT_PASS;

	for (size_t i = 0; i < done->unlock_count; i++) {
		size_t next = done->unlocks[i].node;
		struct node_state *state = &engine->states[next];

		if (state->state != STATE_WAITING)
			continue;
		state->blockers--;
		if (done->unlocks[i].need && !passed) {
			state->blocked = true;
			state->blocked_by = node;
		}
		if (state->blocked || state->blockers == 0)
			engine_make_ready(engine, next);
	}
}

/* Record the case, and let everything go on that waited for it. */
static void
settle(struct engine *engine, size_t node, struct run_case *result)
{
	const struct plan_node *plan_node = engine_planned(engine, node);
	struct node_state *state = &engine->states[node];

	state->state = STATE_SETTLED;
	state->verdict = result->verdict;
	engine->unsettled--;
	if (plan_node->test) {
		result->index = plan_node->case_index;
		count(engine, result);
		if (engine->options.settled)
			engine->options.settled(engine->options.arg, result);
		if (engine->options.fail_fast &&
		    (result->verdict == VERDICT_FAIL || result->verdict == VERDICT_ERROR))
			engine_stop(engine, "not run: an earlier case did not pass and "
					    "--fail-fast was given");
	}
	unwatch_needs(engine, plan_node);
	unlock(engine, node);
}

/* What the controls of a passing case say: wait, blocked by one, or proved. */
static size_t
control_problem(const struct engine *engine, const struct plan_node *node, bool *wait)
{
	for (size_t i = 0; i < node->control_count; i++) {
		const struct node_state *control = &engine->states[node->controls[i]];
		if (control->state != STATE_SETTLED)
			*wait = true;
		else if (control->verdict != VERDICT_PASS)
			return node->controls[i];
	}
	return (size_t)-1;
}

static void
add_control_proof(struct engine *engine, const struct plan_node *node, struct run_case *result)
{
	char proof[400];

	if (node->control_count == 0)
		return;
	(void)snprintf(proof, sizeof(proof), "%s%scontrol %s passed",
		       result->proof ? result->proof : "", result->proof ? "; " : "",
		       node_name(engine_planned(engine, node->controls[0])));
	result->proof = arena_text(result->findings.arena, proof, strlen(proof));
}

bool
engine_settle_attempt(struct engine *engine, size_t node, struct attempt *attempt)
{
	const struct plan_node *plan_node = engine_planned(engine, node);
	struct run_case *result = attempt_result(attempt);
	bool wait = false;

	if (result->verdict == VERDICT_PASS && plan_node->test) {
		size_t problem = control_problem(engine, plan_node, &wait);
		if (problem != (size_t)-1) {
			char reason[300];
			(void)snprintf(
				reason, sizeof(reason),
				"the refusal is not proved: its control %s did not pass (%s)",
				node_name(engine_planned(engine, problem)),
				verdict_name(engine->states[problem].verdict));
			result->verdict = VERDICT_ERROR;
			result->trouble = TROUBLE_BLOCKED;
			result->reason = arena_text(result->findings.arena, reason, strlen(reason));
		} else if (wait) {
			return false;
		} else {
			add_control_proof(engine, plan_node, result);
		}
	}
	if (result->verdict == VERDICT_PASS &&
	    engine->states[node].watchers + (plan_node->fixture != NULL) > 0)
		engine->states[node].captures = attempt_captures(attempt);
	settle(engine, node, result);
	return true;
}
