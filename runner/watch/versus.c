#include "watch/versus.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "document/node.h"
#include "watch/significance.h"

#define TABLE_BYTES 2000

void
versus_init(struct versus *versus, const char *baseline, const char *candidate)
{
	*versus = (struct versus){ .baseline = { .version = baseline, .rounds = json_array() },
				   .candidate = { .version = candidate, .rounds = json_array() } };
}

void
versus_release(struct versus *versus)
{
	json_decref(versus->baseline.rounds);
	json_decref(versus->candidate.rounds);
	*versus = (struct versus){ 0 };
}

/* Did the target, as `row` has it, call itself by the version of `side`? By commit or by version.
 */
static bool
is_of(const struct versus_side *side, const json_t *row)
{
	static const char *const members[] = { "commit", "version" };
	const json_t *target = json_object_get(json_object_get(row, "notes"), "target");

	for (size_t i = 0; i < COUNTOF(members); i++) {
		const char *said = json_string_value(json_object_get(target, members[i]));

		if (said && strncmp(said, side->version, strlen(side->version)) == 0)
			return true;
	}
	return false;
}

void
versus_add(struct versus *versus, const json_t *row)
{
	struct versus_side *side =
		is_of(&versus->baseline, row) ? &versus->baseline : &versus->candidate;

	if (!is_of(side, row))
		return;
	json_array_append(side->rounds, node_writable(row));
	side->checks += (long)json_integer_value(json_object_get(row, "sample_size"));
	side->wrong += canary_wrong(row);
}

/* ---- what is compared ---- */

static const json_t *
latency(const json_t *row, const char *check)
{
	const json_t *checks = json_object_get(json_object_get(row, "notes"), "checks");

	return json_object_get(json_object_get(checks, check), "latency_ms");
}

static bool
was_asked(const struct versus_side *side, const char *check)
{
	for (size_t i = 0; i < json_array_size(side->rounds); i++) {
		if (latency(json_array_get(side->rounds, i), check))
			return true;
	}
	return false;
}

/* {check: null} for each check with a reply on both sides. A new reference. */
static json_t *
shared_checks(const struct versus *versus)
{
	json_t *shared = json_object();

	for (size_t i = 0; i < json_array_size(versus->baseline.rounds); i++) {
		const json_t *row = json_array_get(versus->baseline.rounds, i);
		json_t *checks = json_object_get(json_object_get(row, "notes"), "checks");
		const char *name;
		json_t *check;

		json_object_foreach(checks, name, check)
		{
			if (!json_object_get(shared, name) &&
			    json_object_get(check, "latency_ms") &&
			    was_asked(&versus->candidate, name))
				json_object_set_new(shared, name, json_null());
		}
	}
	return shared;
}

static int
ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Microseconds that a reply took on average, for each round in which every shared check had one;
 * in ascending order, and the caller's. */
static int64_t *
times_of(const struct versus_side *side, json_t *shared, size_t *count)
{
	int64_t *times = calloc(json_array_size(side->rounds) + 1, sizeof(*times));
	int64_t checks = (int64_t)json_object_size(shared);

	if (!times)
		abort();
	*count = 0;
	for (size_t i = 0; checks && i < json_array_size(side->rounds); i++) {
		const char *name;
		json_t *ignored;
		int64_t sum_ms = 0, there = 0;

		json_object_foreach(shared, name, ignored)
		{
			const json_t *took = latency(json_array_get(side->rounds, i), name);

			there += took != NULL;
			sum_ms += json_integer_value(took);
		}
		if (there == checks)
			times[(*count)++] = sum_ms * 1000 / checks;
	}
	qsort(times, *count, sizeof(*times), ascending);
	return times;
}

/* ---- what it says ---- */

/* One comparison: the difference, what of it is allowed, and how both are told. */
struct finding {
	const char *about;          /* "latency" */
	const char *worse, *better; /* "slower", "faster" */
	const char *unit, *units;   /* of 1, and of any other number */
	double seen, low, high, limit;
	double sure_percent;
};

static enum canary_verdict
judge(const struct finding *f)
{
	if (f->low > f->limit)
		return CANARY_ROLL_BACK;
	if (f->high <= f->limit)
		return CANARY_PROMOTE;
	return f->low > 0 ? CANARY_HOLD : CANARY_INCONCLUSIVE;
}

#define AMOUNT_BYTES 48

/* "1 point", "12 points", "12 %" */
static const char *
amount(const struct finding *f, double value, char text[AMOUNT_BYTES])
{
	char number[24];

	(void)snprintf(number, sizeof(number), "%.3g", fabs(value));
	(void)snprintf(text, AMOUNT_BYTES, "%s %s", number,
		       strcmp(number, "1") == 0 ? f->unit : f->units);
	return text;
}

/* "abc is slower by 12 % (95 % sure that it is between 5 % and 20 %)" */
static void
tell_surely(const struct finding *f, const char *candidate, struct buf *text)
{
	char seen[AMOUNT_BYTES], least[AMOUNT_BYTES], most[AMOUNT_BYTES];
	bool worse = f->low > 0;

	buf_printf(text, "%s is %s by %s (%.3g %% sure that it is between %s and %s)", candidate,
		   worse ? f->worse : f->better, amount(f, f->seen, seen), f->sure_percent,
		   amount(f, worse ? f->low : f->high, least),
		   amount(f, worse ? f->high : f->low, most));
}

static void
tell(const struct finding *f, const char *candidate, struct buf *text)
{
	char low[AMOUNT_BYTES], high[AMOUNT_BYTES];

	if (isinf(f->low))
		buf_printf(text, "too few rounds to be %.3g %% sure of anything", f->sure_percent);
	else if (f->low > 0 || f->high < 0)
		tell_surely(f, candidate, text);
	else
		buf_printf(text,
			   "%s is neither surely %s nor %s (%.3g %% sure that it is between %s %s "
			   "and %s %s)",
			   candidate, f->worse, f->better, f->sure_percent, amount(f, f->low, low),
			   f->better, amount(f, f->high, high), f->worse);
}

/* A bullet, and the verdict on it. */
static enum canary_verdict
conclude(const struct finding *f, const char *candidate, struct buf *text)
{
	enum canary_verdict verdict = judge(f);
	char most[AMOUNT_BYTES];

	buf_printf(text, "- %s: ", f->about);
	tell(f, candidate, text);
	buf_printf(text,
		   verdict == CANARY_INCONCLUSIVE
			   ? "; a difference of %s, the limit, is not ruled out.\n"
			   : "; the limit is %s.\n",
		   amount(f, f->limit, most));
	return verdict;
}

static enum canary_verdict
compare_errors(const struct versus *v, const struct canary_difference *limit, struct buf *text,
	       struct buf *table)
{
	const struct versus_side *a = &v->baseline, *b = &v->candidate;
	bool asked = a->checks && b->checks;
	struct share_test test = significance_shares((struct share){ a->wrong, a->checks },
						     (struct share){ b->wrong, b->checks },
						     limit->sure_percent / 100);
	const struct finding finding = {
		.about = "errors",
		.worse = "more often wrong",
		.better = "less often wrong",
		.unit = "point",
		.units = "points",
		.seen = test.difference * 100,
		.low = asked ? test.low * 100 : -HUGE_VAL,
		.high = asked ? test.high * 100 : HUGE_VAL,
		.limit = limit->error_points,
		.sure_percent = limit->sure_percent,
	};

	buf_printf(table,
		   "| wrong checks | %ld of %ld | %ld of %ld | %.2g | Fisher's exact test, "
		   "Newcombe's interval |\n",
		   a->wrong, a->checks, b->wrong, b->checks, test.p);
	return conclude(&finding, v->candidate.version, text);
}

static double
median_ms(const int64_t *times, size_t count)
{
	int64_t lower = times[(count - 1) / 2], upper = times[count / 2];

	return (double)(lower + upper) / 2000;
}

static enum canary_verdict
compare_samples(const struct versus *v, const struct canary_difference *limit,
		struct sample baseline, struct sample candidate, struct buf *text,
		struct buf *table)
{
	struct shift_test test = significance_shift(baseline, candidate, limit->sure_percent / 100);
	double base_ms = median_ms(baseline.values, baseline.count);
	/* Below a millisecond a round's times are not known well enough to take a share of. */
	double percent = 100 / (1000 * (base_ms > 1 ? base_ms : 1));
	const struct finding finding = {
		.about = "latency",
		.worse = "slower",
		.better = "faster",
		.unit = "%",
		.units = "%",
		.seen = test.shift * percent,
		.low = test.low * percent,
		.high = test.high * percent,
		.limit = limit->slower_percent,
		.sure_percent = limit->sure_percent,
	};

	buf_printf(table,
		   "| a reply, median of the rounds | %.1f ms of %zu | %.1f ms of %zu | %.2g | "
		   "Mann-Whitney U%s, Hodges-Lehmann shift %+.1f ms |\n",
		   base_ms, baseline.count, median_ms(candidate.values, candidate.count),
		   candidate.count, test.p, test.exact ? " (exact)" : "", test.shift / 1000);
	return conclude(&finding, v->candidate.version, text);
}

static enum canary_verdict
compare_times(const struct versus *v, const struct canary_difference *limit, struct buf *text,
	      struct buf *table)
{
	enum canary_verdict verdict = CANARY_INCONCLUSIVE;
	json_t *shared = shared_checks(v);
	struct sample baseline = { 0 }, candidate = { 0 };
	int64_t *before = times_of(&v->baseline, shared, &baseline.count);
	int64_t *after = times_of(&v->candidate, shared, &candidate.count);

	baseline.values = before;
	candidate.values = after;
	if (baseline.count && candidate.count)
		verdict = compare_samples(v, limit, baseline, candidate, text, table);
	else
		buf_printf(text,
			   "- latency: nothing can be said; %s has no round with a reply "
			   "to each check that both were asked.\n",
			   candidate.count ? v->baseline.version : v->candidate.version);
	free(before);
	free(after);
	json_decref(shared);
	return verdict;
}

enum canary_verdict
versus_judge(const struct versus *v, const struct canary_difference *limit, struct buf *text)
{
	struct buf table;

	buf_init(&table, TABLE_BYTES);
	enum canary_verdict errors = compare_errors(v, limit, text, &table);
	enum canary_verdict times = compare_times(v, limit, text, &table);
	buf_printf(text,
		   "\n| what | baseline %s | candidate %s | p | test |\n|---|---|---|---|---|\n"
		   "| rounds | %zu | %zu | | |\n%s",
		   v->baseline.version, v->candidate.version, json_array_size(v->baseline.rounds),
		   json_array_size(v->candidate.rounds), table.text);
	buf_release(&table);
	return canary_worse(errors, times);
}
