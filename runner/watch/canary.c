#include "watch/canary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/digest.h"
#include "watch/replies.h"

#define SLOW_ROUNDS 2

static const char *const verdict_names[] = { [CANARY_PROMOTE] = "promote",
					     [CANARY_HOLD] = "hold",
					     [CANARY_ROLL_BACK] = "roll back",
					     [CANARY_INCONCLUSIVE] = "inconclusive" };

const char *
canary_verdict_name(enum canary_verdict verdict)
{
	return verdict_names[verdict];
}

enum canary_verdict
canary_worse(enum canary_verdict a, enum canary_verdict b)
{
	/* A fault outweighs too few rounds, and these every "not so good". */
	static const int weights[] = { [CANARY_PROMOTE] = 0,
				       [CANARY_HOLD] = 1,
				       [CANARY_INCONCLUSIVE] = 2,
				       [CANARY_ROLL_BACK] = 3 };

	return weights[a] > weights[b] ? a : b;
}

long
canary_wrong(const json_t *row)
{
	double percent = json_number_value(json_object_get(row, "error_rate_percent"));
	double sample = (double)json_integer_value(json_object_get(row, "sample_size"));

	return (long)(sample * percent / 100.0 + 0.5);
}

void
canary_add(struct canary_window *window, const struct canary_stage *stage, const json_t *row)
{
	json_t *checks = json_object_get(json_object_get(row, "notes"), "checks");
	const char *status = json_string_value(json_object_get(row, "status"));
	long sample = (long)json_integer_value(json_object_get(row, "sample_size"));
	const char *name;
	json_t *check;
	bool slow = false;

	window->rounds++;
	window->up += status && strcmp(status, "unhealthy") != 0;
	window->checks += sample;
	window->wrong += canary_wrong(row);
	window->replies += replies_count(row);
	window->replies_5xx += replies_count_5xx(row);
	json_object_foreach(checks, name, check)
	{
		const json_t *took = json_object_get(check, "latency_ms");

		if (!took)
			continue;
		histogram_add(&window->times_ms, json_integer_value(took));
		slow |= json_integer_value(took) > stage->p99_ms;
	}
	window->slow_rounds += slow;
}

static double
percent_of(long part, long whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

enum { FIVE_XX, SLOW, ROUNDS, P99, WRONG, UPTIME };

static void
judge_all(struct canary_criterion *criteria, const struct canary_runbooks *runbooks)
{
	const char *const books[] = { [FIVE_XX] = runbooks->errors, [SLOW] = runbooks->slow,
				      [ROUNDS] = runbooks->silence, [P99] = runbooks->slow,
				      [WRONG] = runbooks->errors,   [UPTIME] = runbooks->errors };

	for (size_t i = 0; i < CANARY_CRITERIA; i++) {
		struct canary_criterion *c = &criteria[i];

		c->met = c->least ? c->seen >= c->limit : c->seen <= c->limit;
		c->runbook = books[i];
	}
}

void
canary_judge(const struct canary_window *w, const struct canary_stage *stage,
	     struct canary_judgement *out)
{
	struct canary_criterion *c = out->criteria;
	long replies = (long)w->times_ms.count;

	c[FIVE_XX] = (struct canary_criterion){ .what = "5xx replies",
						.unit = "",
						.seen = (double)w->replies_5xx,
						.limit = (double)stage->max_5xx,
						.sample = w->replies };
	c[SLOW] = (struct canary_criterion){ .what = "rounds with a reply over the limit",
					     .unit = "",
					     .seen = (double)w->slow_rounds,
					     .limit = SLOW_ROUNDS - 1,
					     .sample = w->rounds };
	c[ROUNDS] = (struct canary_criterion){ .what = "rounds in the window",
					       .unit = "",
					       .seen = (double)w->rounds,
					       .limit = (double)w->expected,
					       .least = true,
					       .sample = w->expected };
	c[P99] = (struct canary_criterion){ .what = "P99 of all replies",
					    .unit = " ms",
					    .seen = (double)histogram_percentile(&w->times_ms, 99),
					    .limit = (double)stage->p99_ms,
					    .sample = replies };
	c[WRONG] = (struct canary_criterion){ .what = "wrong checks",
					      .unit = " %",
					      .seen = percent_of(w->wrong, w->checks),
					      .limit = stage->error_rate_percent,
					      .sample = w->checks };
	c[UPTIME] = (struct canary_criterion){ .what = "uptime, a missing round counts as down",
					       .unit = " %",
					       .seen = percent_of(w->up, w->expected),
					       .limit = stage->uptime_percent,
					       .least = true,
					       .sample = w->expected };
	judge_all(c, &stage->runbooks);
	if (!c[FIVE_XX].met || !c[SLOW].met)
		out->verdict = CANARY_ROLL_BACK;
	else if (!c[ROUNDS].met || replies == 0)
		out->verdict = CANARY_INCONCLUSIVE;
	else
		out->verdict =
			c[P99].met && c[WRONG].met && c[UPTIME].met ? CANARY_PROMOTE : CANARY_HOLD;
}

void
canary_table(const struct canary_judgement *judgement, struct buf *out)
{
	buf_printf(out,
		   "| criterion | wanted | seen | margin | of | |\n|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < CANARY_CRITERIA; i++) {
		const struct canary_criterion *c = &judgement->criteria[i];

		buf_printf(out, "| %s | at %s %.6g%s | %.6g%s | %+.6g%s | %ld | %s |\n", c->what,
			   c->least ? "least" : "most", c->limit, c->unit, c->seen, c->unit,
			   c->least ? c->seen - c->limit : c->limit - c->seen, c->unit, c->sample,
			   c->met ? "met" : "**not met**");
	}
}

json_t *
canary_list(const struct canary_judgement *judgement)
{
	json_t *list = json_array();

	for (size_t i = 0; i < CANARY_CRITERIA; i++) {
		const struct canary_criterion *c = &judgement->criteria[i];

		json_array_append_new(list, json_pack("{s:s, s:f, s:f, s:I, s:b}", "criterion",
						      c->what, c->least ? "at_least" : "at_most",
						      c->limit, "seen", c->seen, "of",
						      (json_int_t)c->sample, "met", (int)c->met));
	}
	return list;
}

bool
canary_is_in(const char *lens, const char *tenant, double percent)
{
	char text[400], hex[DIGEST_HEX_BYTES], head[9];
	int len = snprintf(text, sizeof(text), "lensgate.rollout\n%s\n%s", lens, tenant);

	digest_hex(text, len < (int)sizeof(text) ? (size_t)len : sizeof(text) - 1, hex);
	(void)snprintf(head, sizeof(head), "%.8s", hex);
	double place = (double)strtoul(head, NULL, 16) / 4294967296.0 * 100.0;
	return place < percent;
}
