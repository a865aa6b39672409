#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "exec/engine_state.h"
#include "plan/order.h"

void
engine_make_ready(struct engine *engine, size_t node)
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

static void pump(struct engine *engine);

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

/* Look again at what was held back; settling one may let another go. */
static void
release_held(struct engine *engine)
{
	for (size_t i = 0; i < engine->held_count;) {
		size_t node = engine->held[i];
		struct attempt *attempt = engine->states[node].held;

		if (!engine_settle_attempt(engine, node, attempt)) {
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
	return engine_planned(engine, node)->test && !engine->session->stopping &&
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
	if (engine_planned(engine, node)->fixture)
		note_fixture(engine, node, result);
	if (engine_planned(engine, node)->fixture && result->verdict != VERDICT_PASS)
		state->held = attempt;
	if (engine_settle_attempt(engine, node, attempt)) {
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
	const struct plan_node *plan_node = engine_planned(engine, node);
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
	const struct plan_node *plan_node = engine_planned(engine, node);

	if (engine->session->stopping) {
		engine_settle_unrun(engine, node, VERDICT_ERROR, TROUBLE_INTERRUPTED,
				    engine->stop_reason);
		return;
	}
	if (engine->states[node].blocked) {
		engine_block(engine, node, engine->states[node].blocked_by);
		return;
	}
	if (plan_node->test && plan_node->test->skip) {
		engine_settle_unrun(engine, node, VERDICT_SKIP, TROUBLE_NONE,
				    plan_node->test->skip);
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

/* Start what is ready, as far as jobs allow; go on to clean-up when nothing is left. An attempt
 * may end inside this very call, so it does not nest. */
static void
pump(struct engine *engine)
{
	if (engine->pumping || engine->cleaning)
		return;
	engine->pumping = true;
	while (engine->plan->node_count > 0 && engine->ready_count > 0 &&
	       (engine->session->stopping || (long)engine->running < engine->options.jobs)) {
		size_t node = engine->ready[engine->ready_head];
		engine->ready_head = (engine->ready_head + 1) % engine->plan->node_count;
		engine->ready_count--;
		if (engine->states[node].state == STATE_READY)
			begin(engine, node);
		release_held(engine);
	}
	engine->pumping = false;
	if (engine->unsettled == 0 && engine->running == 0)
		engine_clean_up(engine);
}

/* ---- from outside ---- */

static void
begin_run(void *arg)
{
	struct engine *engine = arg;

	for (size_t i = 0; i < engine->plan->node_count; i++) {
		size_t node = plan_at(engine->plan, i);

		if (engine->states[node].blockers == 0 &&
		    engine->states[node].state == STATE_WAITING)
			engine_make_ready(engine, node);
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
			engine_settle_unrun(engine, i, VERDICT_ERROR, kind, reason);
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
