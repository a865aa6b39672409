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

static void
row(struct buf *out, const char *what, const char *wanted, const char *seen, const char *margin,
    long sample, bool met)
{
	buf_printf(out, "| %s | %s | %s | %s | %ld | %s |\n", what, wanted, seen, margin, sample,
		   met ? "met" : "**not met**");
}

/* One criterion with numbers: `seen` must be at most (or, for `least`, at least) `limit`. */
static bool
criterion(struct buf *out, const char *what, const char *unit, double seen, double limit,
	  bool least, long sample)
{
	char wanted[48], found[48], margin[48];
	bool met = least ? seen >= limit : seen <= limit;

	(void)snprintf(wanted, sizeof(wanted), "at %s %.6g%s", least ? "least" : "most", limit,
		       unit);
	(void)snprintf(found, sizeof(found), "%.6g%s", seen, unit);
	(void)snprintf(margin, sizeof(margin), "%+.6g%s", least ? seen - limit : limit - seen,
		       unit);
	row(out, what, wanted, found, margin, sample, met);
	return met;
}

static double
percent_of(long part, long whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

enum canary_verdict
canary_judge(const struct canary_window *window, const struct canary_stage *stage,
	     struct buf *table)
{
	const struct histogram *times = &window->times_ms;
	double p99 = (double)histogram_percentile(times, 99);
	bool good = true;

	buf_printf(table,
		   "| criterion | wanted | seen | margin | of | |\n|---|---|---|---|---|---|\n");
	bool no_5xx = criterion(table, "5xx replies", "", (double)window->replies_5xx,
				(double)stage->max_5xx, false, (long)times->count);
	bool fast = criterion(table, "rounds with a reply over the limit", "",
			      (double)window->slow_rounds, SLOW_ROUNDS - 1, false, window->rounds);
	bool enough = criterion(table, "rounds in the window", "", (double)window->rounds,
				(double)window->expected, true, window->expected);
	good &= criterion(table, "P99 of all replies", " ms", p99, (double)stage->p99_ms, false,
			  (long)times->count);
	good &= criterion(table, "wrong checks", " %", percent_of(window->wrong, window->checks),
			  stage->error_rate_percent, false, window->checks);
	good &= criterion(table, "uptime, a missing round counts as down", " %",
			  percent_of(window->up, window->expected), stage->uptime_percent, true,
			  window->expected);
	if (!no_5xx || !fast)
		return CANARY_ROLL_BACK;
	if (!enough || times->count == 0)
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
