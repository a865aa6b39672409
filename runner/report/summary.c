#include "report/summary.h"

#include <string.h>

#include "base/base.h"

const char *
summary_verdict(const struct run *run)
{
	static const struct {
		int status;
		const char *word;
	} words[] = {
		{ 0, "PASSED" },           { 1, "FAILED" },           { 3, "COULD NOT JUDGE" },
		{ 4, "INCOMPLETE" },       { 5, "NOTHING SELECTED" }, { 6, "EVIDENCE DAMAGED" },
		{ 7, "OVER A THRESHOLD" }, { 8, "INCONCLUSIVE" },
	};
	int status = run_exit_status(run);

	for (size_t i = 0; i < COUNTOF(words); i++) {
		if (words[i].status == status)
			return words[i].word;
	}
	/* 130 and 143: a signal ended it. */
	return "INCOMPLETE";
}

const char *
summary_text(const struct run *run, const char *group, const char *key)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(run->header, group), key));

	return text ? text : "";
}

long
summary_number(const struct run *run, const char *group, const char *key, long otherwise)
{
	const json_t *value = json_object_get(json_object_get(run->header, group), key);

	return json_is_integer(value) ? (long)json_integer_value(value) : otherwise;
}

/* Neither a case failed nor one was left unjudged, and still the run is red: why. */
static void
say_other_reason(const struct run *run, struct buf *out)
{
	const struct totals *totals = &run->totals;
	long expected = summary_number(run, "run", "expected_count", totals->executed);
	long budget = summary_number(run, "run", "flaky_budget", totals->flaky);
	const char *reason = json_string_value(json_object_get(run->footer, "reason"));

	if (totals->executed != expected)
		buf_printf(out, "%ld executed, where the gate pins %ld", totals->executed,
			   expected);
	else if (totals->flaky > budget)
		buf_printf(out, "%ld passed only on a retry, where the flaky budget is %ld",
			   totals->flaky, budget);
	else if (run->invariants.replies_5xx > 0)
		buf_printf(out, "%ld of %ld replies were 5xx that no step expected",
			   run->invariants.replies_5xx, run->invariants.replies);
	else
		buf_printf(out, "%s", reason ? reason : "the run itself says so");
}

static void
say_incomplete(const struct run *run, struct buf *out)
{
	const char *reason = json_string_value(json_object_get(run->footer, "reason"));
	long unsettled = 0;

	for (size_t i = 0; i < run->entry_count; i++)
		unsettled += run->entries[i].offset < 0;
	if (!run->footer)
		buf_printf(out, "the run was cut short, and %ld of %zu cases never settled",
			   unsettled, run->entry_count);
	else if (unsettled)
		buf_printf(out, "%ld of %zu cases never settled", unsettled, run->entry_count);
	else
		buf_printf(out, "%s",
			   reason && *reason ? reason : "the run was stopped before its end");
}

static void
say_failed(const struct totals *totals, struct buf *out)
{
	buf_printf(out, "%ld of %ld cases failed", totals->failed, totals->planned);
	if (totals->blocked)
		buf_printf(out, ", which left %ld unjudged", totals->blocked);
}

/* What the first check said that kept the run from being begun; NULL: none did. */
static const char *
preflight_problem(const struct run *run)
{
	const json_t *checks = json_object_get(run->preflight, "checks");

	for (size_t i = 0; i < json_array_size(checks); i++) {
		const json_t *check = json_array_get(checks, i);
		if (json_is_false(json_object_get(check, "ok")))
			return json_string_value(json_object_get(check, "sentence"));
	}
	return NULL;
}

static void
say_unjudged(const struct run *run, struct buf *out)
{
	const struct totals *totals = &run->totals;
	const char *problem = preflight_problem(run);

	if (problem) {
		buf_printf(out, "none of %ld cases was judged: %s", totals->planned, problem);
		return;
	}
	buf_printf(out, "%ld of %ld cases could not be judged", totals->errors, totals->planned);
	if (totals->failed)
		buf_printf(out, ", and %ld failed", totals->failed);
}

void
summary_reason(const struct run *run, struct buf *out)
{
	const struct totals *totals = &run->totals;

	switch (run_exit_status(run)) {
	case 0:
		if (totals->passed == totals->planned)
			buf_printf(out, "all %ld planned cases passed", totals->planned);
		else
			buf_printf(out, "%ld of %ld planned cases passed, %ld skipped",
				   totals->passed, totals->planned, totals->skipped);
		return;
	case 3:
		say_unjudged(run, out);
		return;
	case 5:
		buf_printf(out, "no case was planned");
		return;
	case 6:
		buf_printf(out, "%s", run->broken);
		return;
	default:
		break;
	}
	if (strcmp(summary_verdict(run), "INCOMPLETE") == 0)
		say_incomplete(run, out);
	else if (totals->failed)
		say_failed(totals, out);
	else
		say_other_reason(run, out);
}

static void
add_count(struct buf *out, long count, const char *one, const char *many)
{
	if (count)
		buf_printf(out, ", %ld %s", count, count == 1 ? one : many);
}

void
summary_totals(const struct totals *totals, struct buf *out)
{
	buf_printf(out, "%ld planned, %ld passed", totals->planned, totals->passed);
	add_count(out, totals->failed, "failed", "failed");
	add_count(out, totals->errors, "error", "errors");
	add_count(out, totals->skipped, "skipped", "skipped");
	add_count(out, totals->flaky, "flaky", "flaky");
}

void
summary_invariants(const struct invariants *invariants, const char *separator, struct buf *out)
{
	long requests = invariants->replies + invariants->transport_errors;

	if (invariants->replies) {
		buf_printf(out, "%ld of %ld replies were 5xx%s", invariants->replies_5xx,
			   invariants->replies, separator);
		buf_printf(out, "%ld of %ld replies were late%s", invariants->late,
			   invariants->replies, separator);
	} else {
		buf_printf(out, "no reply was received, so nothing is said about 5xx%s", separator);
	}
	if (requests)
		buf_printf(out, "%ld of %ld requests had no whole reply%s",
			   invariants->transport_errors, requests, separator);
	else
		buf_printf(out, "no request was sent%s", separator);
	if (invariants->statements)
		buf_printf(out, "%ld SQL statement%s judged%s", invariants->statements,
			   invariants->statements == 1 ? " was" : "s were", separator);
	if (invariants->retried)
		buf_printf(out, "%ld attempt%s made again%s", invariants->retried,
			   invariants->retried == 1 ? " was" : "s were", separator);
}

void
summary_time(int64_t us, struct buf *out)
{
	long long whole = (long long)us;

	if (us < 1000)
		buf_printf(out, "%lld us", whole);
	else if (us < 1000000)
		buf_printf(out, "%lld ms", whole / 1000);
	else if (us < 60000000)
		buf_printf(out, "%lld.%02lld s", whole / 1000000, whole / 10000 % 100);
	else
		buf_printf(out, "%lld min %lld s", whole / 60000000, whole / 1000000 % 60);
}

void
summary_target(const struct run *run, struct buf *out)
{
	const char *commit = summary_text(run, "target", "commit");
	const char *url = summary_text(run, "environment", "base_url");
	json_t *flags = json_object_get(json_object_get(run->header, "environment"), "flags");
	const char *name;
	json_t *value;

	buf_printf(out, "commit %s", *commit ? commit : "unknown");
	if (*url)
		buf_printf(out, " at %s", url);
	json_object_foreach(flags, name, value)
	{
		buf_printf(out, ", %s=%s", name,
			   json_is_true(value)    ? "true"
			   : json_is_false(value) ? "false"
						  : "unset");
	}
}

int64_t
summary_elapsed_us(const struct run *run)
{
	const json_t *elapsed = json_object_get(run->footer, "elapsed_us");
	int64_t latest = 0;

	if (json_is_integer(elapsed))
		return json_integer_value(elapsed);
	for (size_t i = 0; i < run->entry_count; i++) {
		if (run->entries[i].ended_us > latest)
			latest = run->entries[i].ended_us;
	}
	return latest;
}

const char *
summary_title(const struct run *run, const char *title)
{
	const char *own = summary_text(run, "run", "title");

	if (title)
		return title;
	return *own ? own : "Run without a title";
}
