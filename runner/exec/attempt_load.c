/* Many times: a closed or an open model drives one request; replies are counted, not kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/histogram.h"
#include "base/must.h"
#include "check/pattern.h"
#include "exec/attempt_state.h"

#define STATUSES      600
#define KEPT_MISFITS  5 /* whole exchanges on record, beside the first one */
#define MAX_IN_FLIGHT 4096
#define MISFIT_BYTES  300

/* One request on its way. */
struct shot {
	struct shot *next; /* of those that are free */
	struct attempt *attempt;
	int64_t due_us;
};

struct load_state {
	const struct load *model;
	struct shot *free;
	struct arena arena;   /* of the shots */
	struct arena scratch; /* of one reply's judgement */
	struct histogram times_us;
	int64_t began_us, measured_from_us, ended_us;
	int64_t sent, answered, fitting, transport_errors, status_5xx, in_flight;
	int64_t statuses[STATUSES];
	long noted;
	char misfit[MISFIT_BYTES]; /* the first one, as a sentence */
	bool ticking;              /* a timer will look for what is due */
	bool stopped;
};

void
attempt_free_load(struct load_state *state)
{
	if (!state)
		return;
	arena_release(&state->arena);
	arena_release(&state->scratch);
	free(state);
}

static double
milliseconds(int64_t us)
{
	return (double)us / 1000.0;
}

static double
per_second(const struct load_state *state)
{
	double seconds = (double)(state->ended_us - state->measured_from_us) / 1e6;

	return seconds > 0 ? (double)state->times_us.count / seconds : 0;
}

static json_t *
measured(const struct load_state *state)
{
	static const struct {
		const char *name;
		double percent;
	} ranks[] = { { "p50_ms", 50 }, { "p90_ms", 90 }, { "p95_ms", 95 }, { "p99_ms", 99 } };
	const struct histogram *times = &state->times_us;
	json_t *statuses = json_object();
	char status[16];

	for (int i = 0; i < STATUSES; i++) {
		if (state->statuses[i] == 0)
			continue;
		(void)snprintf(status, sizeof(status), "%d", i);
		json_object_set_new(statuses, status, json_integer(state->statuses[i]));
	}
	json_t *object = json_pack(
		"{s:I, s:I, s:I, s:f, s:o, s:I, s:I, s:f, s:f}", "requests",
		(json_int_t)state->sent, "replies",
		(json_int_t)(state->answered - state->transport_errors), "transport_errors",
		(json_int_t)state->transport_errors, "success_percent",
		state->answered ? 100.0 * (double)state->fitting / (double)state->answered : 0.0,
		"status", statuses, "status_5xx", (json_int_t)state->status_5xx, "samples",
		(json_int_t)times->count, "per_second", per_second(state), "mean_ms",
		times->count ? milliseconds(times->sum) / (double)times->count : 0.0);
	for (size_t i = 0; i < COUNTOF(ranks); i++)
		json_object_set_new(
			object, ranks[i].name,
			json_real(milliseconds(histogram_percentile(times, ranks[i].percent))));
	json_object_set_new(object, "max_ms", json_real(milliseconds(times->max)));
	return object;
}

/* Hold what was measured against what the step wants of it. */
static void
judge_measured(struct attempt *attempt, const struct load_state *state, const json_t *object)
{
	struct findings *findings = &attempt->result.findings;
	const struct template *wanted = &state->model->measured;
	struct error err = { 0 };
	long misfits = (long)(state->answered - state->transport_errors - state->fitting);

	attempt->result.assertions += 2;
	if (state->status_5xx)
		finding_add(findings, FINDING_INVARIANT, "/measured/status_5xx", "0", "",
			    "%lld of %lld replies were 5xx", (long long)state->status_5xx,
			    (long long)state->answered);
	if (state->transport_errors && state->transport_errors < state->answered)
		finding_add(findings, FINDING_INVARIANT, "/measured/transport_errors", "0", "",
			    "%lld of %lld requests had no whole reply",
			    (long long)state->transport_errors, (long long)state->answered);
	if (!wanted->value) {
		if (misfits)
			finding_add(findings, FINDING_MEASURED, "/measured/success_percent", "100",
				    "", "%ld of %lld replies were not as expected: %s", misfits,
				    (long long)state->answered, state->misfit);
		return;
	}
	json_t *filled = template_fill(wanted->value, &attempt->scope, &err);
	if (!filled) {
		attempt_trouble(attempt, TROUBLE_VARIABLE, "%s", err.message);
		return;
	}
	attempt->result.assertions += (long)json_object_size(filled);
	pattern_match(filled, object, "/measured", FINDING_MEASURED, findings);
	json_decref(filled);
}

static void
settle_load(struct attempt *attempt)
{
	struct load_state *state = attempt->now.load;
	const struct histogram *times = &state->times_us;
	json_t *object = measured(state);
	char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6));
	char actual[200];

	(void)snprintf(actual, sizeof(actual),
		       "%lld replies, %.0f/s, P50 %.1f ms, P95 %.1f ms, P99 %.1f ms, max %.1f ms",
		       (long long)(state->answered - state->transport_errors), per_second(state),
		       milliseconds(histogram_percentile(times, 50)),
		       milliseconds(histogram_percentile(times, 95)),
		       milliseconds(histogram_percentile(times, 99)), milliseconds(times->max));
	attempt->result.measured = attempt_kept(attempt, text);
	attempt->result.actual = attempt_kept(attempt, actual);
	free(text);
	if (state->answered && state->transport_errors == state->answered)
		attempt_trouble(attempt, TROUBLE_TRANSPORT, "not one of %lld requests had a reply",
				(long long)state->answered);
	else if (state->stopped)
		attempt_trouble(attempt, TROUBLE_INTERRUPTED,
				"the load was stopped after %lld of %lld requests",
				(long long)state->sent, (long long)state->model->requests);
	else
		judge_measured(attempt, state, object);
	json_decref(object);
	attempt_look_further(attempt);
}

static bool
reads_bodies(const struct step *step)
{
	return step->kind == STEP_ACTION || step->expect.body.value || step->expect.error_count;
}

static void
note_misfit(struct attempt *attempt, const struct http_reply *reply, const char *why)
{
	struct load_state *state = attempt->now.load;

	if (!*state->misfit)
		(void)snprintf(state->misfit, sizeof(state->misfit), "%s", why);
	if (state->noted++ <= KEPT_MISFITS)
		attempt_note_http(attempt, reply);
}

/* Count one reply; true when it is as the step expects. */
static bool
judge_one(struct attempt *attempt, const struct http_reply *reply)
{
	struct load_state *state = attempt->now.load;
	struct findings findings = { .arena = &state->scratch };
	struct judgement judgement = { .findings = &findings };

	arena_reset(&state->scratch);
	attempt_take_reply(attempt, reply, reads_bodies(attempt->now.step));
	if (reply->problem != HTTP_OK) {
		state->transport_errors++;
		note_misfit(attempt, reply, reply->sentence);
		return false;
	}
	if (reply->status >= 0 && reply->status < STATUSES)
		state->statuses[reply->status]++;
	state->status_5xx +=
		reply->status >= 500 && !judge_status_expected(attempt->now.step, reply->status);
	judge_http(attempt->now.step, &attempt->scope, reply, attempt->now.reply, &judgement);
	if (!attempt->result.expected)
		attempt->result.expected = attempt_kept(attempt, judgement.expected);
	if (findings.count == 0 && judgement.trouble == TROUBLE_NONE)
		return true;
	note_misfit(attempt, reply, findings.count ? findings.items[0].message : judgement.reason);
	return false;
}

static void fire_due(struct attempt *attempt);

static void
got_one(void *arg, const struct http_reply *reply)
{
	struct shot *shot = arg;
	struct attempt *attempt = shot->attempt;
	struct load_state *state = attempt->now.load;
	int64_t now_us = clock_now_us();
	/* In the open model a late start is the target's doing: it counts from when it was due. */
	int64_t took_us = state->model->at_once ? reply->total_us : now_us - shot->due_us;

	shot->next = state->free;
	state->free = shot;
	state->in_flight--;
	if (state->answered == 0)
		attempt_note_http(attempt, reply);
	state->answered++;
	state->fitting += judge_one(attempt, reply);
	if (state->answered == state->model->warm_up)
		state->measured_from_us = now_us;
	else if (state->answered > state->model->warm_up && reply->problem == HTTP_OK)
		histogram_add(&state->times_us, took_us);
	state->ended_us = now_us;
	fire_due(attempt);
}

static void
fire(struct attempt *attempt, int64_t due_us)
{
	struct load_state *state = attempt->now.load;
	struct shot *shot = state->free;

	if (shot)
		state->free = shot->next;
	else
		shot = ARENA_ARRAY(&state->arena, 1, struct shot);
	*shot = (struct shot){ .attempt = attempt, .due_us = due_us };
	state->sent++;
	state->in_flight++;
	http_send(attempt->session->http, attempt->now.credential->identity, &attempt->http_request,
		  got_one, shot);
}

static bool
must_stop(const struct attempt *attempt)
{
	return attempt->session->stopping ||
	       (attempt->deadline_us && clock_now_us() > attempt->deadline_us);
}

static void
tick(void *arg)
{
	struct attempt *attempt = arg;

	attempt->now.load->ticking = false;
	fire_due(attempt);
}

static int64_t
due_at(const struct load_state *state, int64_t index)
{
	return state->began_us + index * 1000000 / state->model->per_second;
}

static void
fire_closed(struct attempt *attempt)
{
	const struct load_state *state = attempt->now.load;

	while (state->sent < state->model->requests && state->in_flight < state->model->at_once)
		fire(attempt, 0);
}

static void
fire_open(struct attempt *attempt)
{
	struct load_state *state = attempt->now.load;
	int64_t now_us = clock_now_us();

	while (state->sent < state->model->requests && state->in_flight < MAX_IN_FLIGHT &&
	       due_at(state, state->sent) <= now_us)
		fire(attempt, due_at(state, state->sent));
	if (state->ticking || state->sent == state->model->requests)
		return;
	state->ticking = true;
	int64_t wait_us = due_at(state, state->sent) - now_us;
	(void)loop_after(attempt->session->loop, wait_us > 0 ? (wait_us + 999) / 1000 : 1, tick,
			 attempt);
}

/* Send everything that is due; when nothing is left to send or to wait for, the step is over. */
static void
fire_due(struct attempt *attempt)
{
	struct load_state *state = attempt->now.load;

	state->stopped |= state->sent < state->model->requests && must_stop(attempt);
	if (!state->stopped && state->model->at_once)
		fire_closed(attempt);
	else if (!state->stopped)
		fire_open(attempt);
	if (state->in_flight == 0 && !state->ticking)
		settle_load(attempt);
}

void
attempt_send_load(struct attempt *attempt)
{
	struct load_state *state = must(calloc(1, sizeof(*state)));

	state->model = attempt->now.step->load;
	state->began_us = state->measured_from_us = clock_now_us();
	attempt->now.load = state;
	fire_due(attempt);
}
