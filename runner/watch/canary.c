#include "watch/canary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/digest.h"
#include "document/node.h"

#define SLOW_ROUNDS 2
#define EVERY_MS    900000
#define DAY_MS      86400000

static const char *const verdict_names[] = { [CANARY_PROMOTE] = "promote",
					     [CANARY_HOLD] = "hold",
					     [CANARY_ROLL_BACK] = "roll back",
					     [CANARY_INCONCLUSIVE] = "inconclusive" };

const char *
canary_verdict_name(enum canary_verdict verdict)
{
	return verdict_names[verdict];
}

static bool
number_read(const struct node *item, const char *key, double *out)
{
	struct node member;

	if (!node_member(item, key, &member))
		return true;
	if (!json_is_number(member.value))
		return node_fail(&member, "must be a number");
	*out = json_number_value(member.value);
	return true;
}

static bool
stage_read(const struct node *item, struct canary_stage *stage)
{
	static const char *const keys[] = { "name",
					    "title",
					    "days",
					    "every",
					    "max_5xx",
					    "p99_ms",
					    "error_rate_percent",
					    "uptime_percent" };
	int64_t days = 1;

	*stage = (struct canary_stage){ .every_ms = EVERY_MS,
					.p99_ms = 10000,
					.error_rate_percent = 1,
					.uptime_percent = 99.5 };
	bool ok = node_is_object(item) && node_keys(item, keys, COUNTOF(keys)) &&
		  node_text(item, "name", REQUIRED, &stage->name) &&
		  node_text(item, "title", REQUIRED, &stage->title) &&
		  node_integer(item, "days", REQUIRED, 1, 365, &days) &&
		  node_duration(item, "every", OPTIONAL, &stage->every_ms) &&
		  node_integer(item, "max_5xx", OPTIONAL, 0, 1000000, &stage->max_5xx) &&
		  node_integer(item, "p99_ms", OPTIONAL, 1, 3600000, &stage->p99_ms) &&
		  number_read(item, "error_rate_percent", &stage->error_rate_percent) &&
		  number_read(item, "uptime_percent", &stage->uptime_percent);
	stage->window_ms = days * DAY_MS;
	return ok && (stage->every_ms > 0 || node_fail(item, "`every` must not be zero"));
}

bool
canary_stage_load(struct canary_stage *stage, const char *path, const char *name,
		  struct document **document, struct errors *errors)
{
	static const char *const keys[] = { "stages" };
	struct node list;
	bool ok = true, found = false;

	*document = document_load(path, errors);
	if (!*document)
		return false;
	struct node root = node_root(*document, errors);
	if (!node_is_object(&root) || !node_keys(&root, keys, COUNTOF(keys)))
		return false;
	if (!node_member(&root, "stages", &list))
		return node_fail(&root, "missing key `stages`");
	if (!node_is_array(&list))
		return false;
	for (size_t i = 0; i < json_array_size(list.value); i++) {
		struct node item = node_item(&list, i);
		struct canary_stage one;

		ok = stage_read(&item, &one) && ok;
		if (one.name && strcmp(one.name, name) == 0) {
			*stage = one;
			found = true;
		}
	}
	return ok && (found || node_fail(&list, "no stage is called `%s`", name));
}

void
canary_add(struct canary_window *window, const struct canary_stage *stage, const json_t *row)
{
	json_t *checks = json_object_get(json_object_get(row, "notes"), "checks");
	const char *status = json_string_value(json_object_get(row, "status"));
	double error_rate = json_number_value(json_object_get(row, "error_rate_percent"));
	long sample = (long)json_integer_value(json_object_get(row, "sample_size"));
	const char *name;
	json_t *check;
	bool slow = false;

	window->rounds++;
	window->up += status && strcmp(status, "unhealthy") != 0;
	window->checks += sample;
	window->wrong += (long)((double)sample * error_rate / 100.0 + 0.5);
	json_object_foreach(checks, name, check)
	{
		int64_t code = json_integer_value(json_object_get(check, "status_code"));
		const json_t *took = json_object_get(check, "latency_ms");

		window->replies_5xx += code >= 500 && code <= 599;
		if (!took)
			continue;
		histogram_add(&window->times_ms, json_integer_value(took));
		slow |= json_integer_value(took) > stage->p99_ms;
	}
	window->slow_rounds += slow;
}

/* One line of the table: `seen` must be at most (or, for `least`, at least) `limit`. */
struct criterion {
	const char *what, *unit;
	double seen, limit;
	bool least;
	long sample;
};

static bool
judge_one(struct buf *out, const struct criterion *c)
{
	bool met = c->least ? c->seen >= c->limit : c->seen <= c->limit;

	buf_printf(out, "| %s | at %s %.6g%s | %.6g%s | %+.6g%s | %ld | %s |\n", c->what,
		   c->least ? "least" : "most", c->limit, c->unit, c->seen, c->unit,
		   c->least ? c->seen - c->limit : c->limit - c->seen, c->unit, c->sample,
		   met ? "met" : "**not met**");
	return met;
}

static double
percent_of(long part, long whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

enum canary_verdict
canary_judge(const struct canary_window *w, const struct canary_stage *stage, struct buf *table)
{
	long replies = (long)w->times_ms.count;
	double p99 = (double)histogram_percentile(&w->times_ms, 99);
	const struct criterion five = { "5xx replies",          "",    (double)w->replies_5xx,
					(double)stage->max_5xx, false, replies };
	const struct criterion slow = { "rounds with a reply over the limit",
					"",
					(double)w->slow_rounds,
					SLOW_ROUNDS - 1,
					false,
					w->rounds };
	const struct criterion rounds = { "rounds in the window", "",   (double)w->rounds,
					  (double)w->expected,    true, w->expected };
	const struct criterion rest[] = {
		{ "P99 of all replies", " ms", p99, (double)stage->p99_ms, false, replies },
		{ "wrong checks", " %", percent_of(w->wrong, w->checks), stage->error_rate_percent,
		  false, w->checks },
		{ "uptime, a missing round counts as down", " %", percent_of(w->up, w->expected),
		  stage->uptime_percent, true, w->expected },
	};
	bool good = true;

	buf_printf(table,
		   "| criterion | wanted | seen | margin | of | |\n|---|---|---|---|---|---|\n");
	bool no_5xx = judge_one(table, &five);
	bool fast = judge_one(table, &slow);
	bool enough = judge_one(table, &rounds);
	for (size_t i = 0; i < COUNTOF(rest); i++)
		good &= judge_one(table, &rest[i]);
	if (!no_5xx || !fast)
		return CANARY_ROLL_BACK;
	if (!enough || replies == 0)
		return CANARY_INCONCLUSIVE;
	return good ? CANARY_PROMOTE : CANARY_HOLD;
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
