#include "exec/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "exec/attempt.h"
#include "exec/janitor.h"

/* Where a node is; each state is on one queue at most. */
enum state {
	STATE_WAITING, /* counted in `blockers` */
	STATE_READY,   /* in the ready queue */
	STATE_RUNNING, /* owns an attempt in flight */
	STATE_HELD,    /* passed; its controls are not settled; keeps its attempt */
	STATE_SETTLED
};

struct node_state {
	enum state state;
	enum verdict verdict;
	size_t blockers;
	json_t *captures;     /* once it passed, while others may need them */
	size_t watchers;      /* nodes not yet settled that see its captures */
	struct attempt *held; /* also of a fixture that failed, for the record */
	bool told;            /* what that fixture did is on record */
	int tries;
	const char *reason; /* of a fixture that failed, in the engine's arena */
	bool blocked;       /* a node it needs did not pass: */
	size_t blocked_by;
};

struct engine {
	struct session *session;
	const struct plan *plan;
	struct engine_options options;
	struct arena arena;
	struct node_state *states;
	size_t *ready; /* ring of node numbers */
	size_t ready_head, ready_count;
	size_t running, unsettled;
	size_t *held; /* nodes, unordered */
	size_t held_count;
	struct attempt **idle; /* attempts to be used again */
	size_t idle_count, idle_room;
	size_t next_number;
	bool pumping, cleaning;
	size_t clean_at; /* counts down over suites, then over nodes */
	const char *stop_reason;
	struct totals totals;
	json_t *leftovers;
};

static void pump(struct engine *engine);
static void settle(struct engine *engine, size_t node, struct run_case *result);
static void clean_next(struct engine *engine);

static const struct plan_node *
planned(const struct engine *engine, size_t node)
{
	return &engine->plan->nodes[node];
}

static const char *
node_name(const struct plan_node *node)
{
	return node->test ? node->test->id : node->fixture->id;
}

static void
make_ready(struct engine *engine, size_t node)
{
	engine->states[node].state = STATE_READY;
	engine->ready[(engine->ready_head + engine->ready_count++) % engine->plan->node_count] =
		node;
}

struct engine *
engine_new(struct session *session, const struct plan *plan, const struct engine_options *options)
{
	struct engine *engine = must(calloc(1, sizeof(*engine)));

	engine->session = session;
	engine->plan = plan;
	engine->options = *options;
	engine->states = must(calloc(plan->node_count + 1, sizeof(*engine->states)));
	engine->ready = must(calloc(plan->node_count + 1, sizeof(*engine->ready)));
	engine->held = must(calloc(plan->node_count + 1, sizeof(*engine->held)));
	engine->unsettled = plan->node_count;
	engine->totals.planned = (long)plan->case_count;
	engine->leftovers = must(json_array());
	for (size_t i = 0; i < plan->node_count; i++) {
		engine->states[i].blockers = plan->nodes[i].blockers;
		for (size_t k = 0; k < plan->nodes[i].need_count; k++)
			engine->states[plan->nodes[i].needs[k]].watchers++;
	}
	return engine;
}

void
engine_free(struct engine *engine)
{
	if (!engine)
		return;
	for (size_t i = 0; i < engine->plan->node_count; i++) {
		json_decref(engine->states[i].captures);
		attempt_free(engine->states[i].held);
	}
	for (size_t i = 0; i < engine->idle_count; i++)
		attempt_free(engine->idle[i]);
	free(engine->idle);
	free(engine->states);
	free(engine->ready);
	free(engine->held);
	json_decref(engine->leftovers);
	arena_release(&engine->arena);
	free(engine);
}

static void
give_back(struct engine *engine, struct attempt *attempt)
{
	if (engine->idle_count == engine->idle_room) {
		engine->idle_room = engine->idle_room ? engine->idle_room * 2 : 16;
		engine->idle =
			must(realloc(engine->idle, engine->idle_room * sizeof(struct attempt *)));
	}
	engine->idle[engine->idle_count++] = attempt;
}

/* ---- settling ---- */

/* The case's captures are wanted no more by this node; the last one lets them go. */
static void
unwatch_needs(struct engine *engine, const struct plan_node *node)
{
	for (size_t i = 0; i < node->need_count; i++) {
		struct node_state *needed = &engine->states[node->needs[i]];
		/* A fixture's captures are kept for its own clean-up. */
		if (--needed->watchers == 0 && !planned(engine, node->needs[i])->fixture) {
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

/* A case that never ran: its whole record is one sentence. */
static void
settle_unrun(struct engine *engine, size_t node, enum verdict verdict, enum trouble kind,
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

	if (!planned(engine, node)->test || !state->held || state->told)
		return;
	state->told = true;
	result->exchanges = attempt_result(state->held)->exchanges;
	result->exchange_count = attempt_result(state->held)->exchange_count;
}

static void
block(struct engine *engine, size_t node, size_t cause)
{
	const struct plan_node *by = planned(engine, cause);
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
	const struct plan_node *done = planned(engine, node);
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
			make_ready(engine, next);
	}
}

/* Record the case, and let everything go on that waited for it. */
static void
settle(struct engine *engine, size_t node, struct run_case *result)
{
	const struct plan_node *plan_node = planned(engine, node);
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
		       node_name(planned(engine, node->controls[0])));
	result->proof = arena_text(result->findings.arena, proof, strlen(proof));
}

/* Settle a case that ran, unless it has to wait for a control. True when it is settled. */
static bool
settle_attempt(struct engine *engine, size_t node, struct attempt *attempt)
{
	const struct plan_node *plan_node = planned(engine, node);
	struct run_case *result = attempt_result(attempt);
	bool wait = false;

	if (result->verdict == VERDICT_PASS && plan_node->test) {
		size_t problem = control_problem(engine, plan_node, &wait);
		if (problem != (size_t)-1) {
			char reason[300];
			(void)snprintf(
				reason, sizeof(reason),
				"the refusal is not proved: its control %s did not pass (%s)",
				node_name(planned(engine, problem)),
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

/* Look again at what was held back; settling one may let another go. */
static void
release_held(struct engine *engine)
{
	for (size_t i = 0; i < engine->held_count;) {
		size_t node = engine->held[i];
		struct attempt *attempt = engine->states[node].held;

		if (!settle_attempt(engine, node, attempt)) {
			i++;
			continue;
		}
		engine->states[node].held = NULL;
		engine->held[i] = engine->held[--engine->held_count];
		give_back(engine, attempt);
		i = 0;
	}
}

/* ---- running ---- */

static bool
try_case_again(struct engine *engine, size_t node, const struct run_case *result)
{
	return planned(engine, node)->test && !engine->session->stopping &&
	       (result->verdict == VERDICT_FAIL || result->verdict == VERDICT_ERROR) &&
	       result->trouble != TROUBLE_VARIABLE && result->trouble != TROUBLE_SCENARIO &&
	       engine->states[node].tries <= engine->options.retries;
}

static void
note_fixture(struct engine *engine, size_t node, const struct run_case *result)
{
	const char *sentence = result->reason;

	if (result->verdict == VERDICT_PASS)
		return;
	if (result->findings.count > 0)
		sentence = result->findings.items[0].message;
	engine->states[node].reason =
		sentence ? arena_text(&engine->arena, sentence, strlen(sentence)) : "no reason";
}

static void start(struct engine *engine, size_t node, struct attempt *attempt);

static void
ended(void *arg, struct attempt *attempt)
{
	struct engine *engine = arg;
	size_t node = attempt_node(attempt);
	struct run_case *result = attempt_result(attempt);
	struct node_state *state = &engine->states[node];

	result->attempts = state->tries;
	if (try_case_again(engine, node, result)) {
		engine->session->invariants.retried++;
		start(engine, node, attempt);
		return;
	}
	engine->running--;
	result->flaky = result->verdict == VERDICT_PASS && state->tries > 1;
	if (planned(engine, node)->fixture)
		note_fixture(engine, node, result);
	if (planned(engine, node)->fixture && result->verdict != VERDICT_PASS)
		state->held = attempt;
	if (settle_attempt(engine, node, attempt)) {
		if (!state->held)
			give_back(engine, attempt);
		release_held(engine);
	} else {
		state->state = STATE_HELD;
		state->held = attempt;
		engine->held[engine->held_count++] = node;
	}
	pump(engine);
}

static size_t
gather_captures(struct engine *engine, const struct plan_node *node, const json_t **found)
{
	size_t found_count = 0;

	for (size_t i = 0; i < node->need_count; i++) {
		if (engine->states[node->needs[i]].captures)
			found[found_count++] = engine->states[node->needs[i]].captures;
	}
	return found_count;
}

static void
start(struct engine *engine, size_t node, struct attempt *attempt)
{
	const struct plan_node *plan_node = planned(engine, node);
	const json_t **needed = NULL;
	struct attempt_work work = {
		.suite = plan_node->suite,
		.test = plan_node->test,
		.steps = plan_node->test ? &plan_node->test->steps : &plan_node->fixture->steps,
		.cleanup = plan_node->test ? &plan_node->test->cleanup : NULL,
		.number = engine->next_number++,
	};

	if (plan_node->need_count > 0) {
		needed = ARENA_ARRAY(&engine->arena, plan_node->need_count, const json_t *);
		work.needed_count = gather_captures(engine, plan_node, needed);
		work.needed = needed;
	}
	engine->states[node].tries++;
	attempt_tag(attempt, node);
	attempt_start(attempt, &work);
}

static void
begin(struct engine *engine, size_t node)
{
	const struct plan_node *plan_node = planned(engine, node);

	if (engine->session->stopping) {
		settle_unrun(engine, node, VERDICT_ERROR, TROUBLE_INTERRUPTED, engine->stop_reason);
		return;
	}
	if (engine->states[node].blocked) {
		block(engine, node, engine->states[node].blocked_by);
		return;
	}
	if (plan_node->test && plan_node->test->skip) {
		settle_unrun(engine, node, VERDICT_SKIP, TROUBLE_NONE, plan_node->test->skip);
		return;
	}
	struct attempt *attempt = engine->idle_count ? engine->idle[--engine->idle_count]
						     : attempt_new(engine->session, ended, engine);
	engine->states[node].state = STATE_RUNNING;
	engine->running++;
	if (plan_node->test && engine->options.started)
		engine->options.started(engine->options.arg, plan_node->case_index);
	start(engine, node, attempt);
}

static void
cleaned_up(void *arg)
{
	struct engine *engine = arg;

	loop_stop(engine->session->loop);
}

/* Start what is ready, as far as jobs allow; go on to clean-up when nothing is left. An attempt
 * may end inside this very call, so it does not nest. */
static void
pump(struct engine *engine)
{
	if (engine->pumping || engine->cleaning)
		return;
	engine->pumping = true;
	while (engine->ready_count > 0 &&
	       (engine->session->stopping || (long)engine->running < engine->options.jobs)) {
		size_t node = engine->ready[engine->ready_head];
		engine->ready_head = (engine->ready_head + 1) % engine->plan->node_count;
		engine->ready_count--;
		if (engine->states[node].state == STATE_READY)
			begin(engine, node);
		release_held(engine);
	}
	engine->pumping = false;
	if (engine->unsettled == 0 && engine->running == 0) {
		engine->cleaning = true;
		engine->clean_at = engine->plan->node_count + engine->plan->suite_count;
		clean_next(engine);
	}
}

/* ---- clean-up of fixtures and suites ---- */

static void
cleaned(void *arg, struct attempt *attempt)
{
	struct engine *engine = arg;
	const struct run_case *result = attempt_result(attempt);

	for (size_t i = 0; i < result->leftover_count; i++)
		json_array_append_new(engine->leftovers, json_string(result->leftovers[i]));
	attempt_free(attempt);
	clean_next(engine);
}

static void
clean(struct engine *engine, const struct suite *suite, const struct step_list *steps,
      json_t *captures)
{
	struct attempt *attempt = attempt_new(engine->session, cleaned, engine);
	struct attempt_work work = { .suite = suite,
				     .steps = steps,
				     .captures = captures ? json_deep_copy(captures) : NULL,
				     .number = engine->next_number++,
				     .cleanup_only = true };

	attempt_start(attempt, &work);
}

/* Suites' clean-ups first, last suite first, then fixtures' in reverse order. */
static void
clean_next(struct engine *engine)
{
	const struct plan *plan = engine->plan;

	while (engine->clean_at > 0) {
		size_t at = --engine->clean_at;
		if (at >= plan->node_count) {
			const struct suite *suite = plan->suites[at - plan->node_count];
			json_t *captures = NULL;
			for (size_t i = 0; i < plan->node_count && suite->has_setup; i++) {
				if (plan->nodes[i].fixture == &suite->fixtures[0])
					captures = engine->states[i].captures;
			}
			if (suite->cleanup.count > 0) {
				clean(engine, suite, &suite->cleanup, captures);
				return;
			}
		} else if (plan->nodes[at].fixture && engine->states[at].tries > 0 &&
			   plan->nodes[at].fixture->cleanup.count > 0) {
			clean(engine, plan->nodes[at].suite, &plan->nodes[at].fixture->cleanup,
			      engine->states[at].captures);
			return;
		}
	}
	janitor_run(engine->session->janitor, engine->session->sql, cleaned_up, engine);
}

/* ---- from outside ---- */

static void
begin_run(void *arg)
{
	struct engine *engine = arg;

	for (size_t i = 0; i < engine->plan->node_count; i++) {
		if (engine->states[i].blockers == 0 && engine->states[i].state == STATE_WAITING)
			make_ready(engine, i);
	}
	pump(engine);
}

bool
engine_run(struct engine *engine, struct error *err)
{
	(void)loop_after(engine->session->loop, 0, begin_run, engine);
	return loop_run(engine->session->loop, err);
}

void
engine_stop(struct engine *engine, const char *reason)
{
	if (engine->session->stopping)
		return;
	engine->session->stopping = true;
	engine->stop_reason = reason;
	pump(engine);
}

void
engine_refuse(struct engine *engine, enum trouble kind, const char *reason)
{
	for (size_t i = 0; i < engine->plan->node_count; i++) {
		if (engine->states[i].state != STATE_SETTLED)
			settle_unrun(engine, i, VERDICT_ERROR, kind, reason);
	}
	engine->ready_count = 0;
}

const struct totals *
engine_totals(const struct engine *engine)
{
	return &engine->totals;
}

const json_t *
engine_leftovers(const struct engine *engine)
{
	return engine->leftovers;
}
