#include "evidence/merge_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"

static const char *
text_of(const struct run *run, const char *group, const char *key)
{
	const char *text = json_string_value(merge_member(run, group, key));

	return text ? text : "";
}

/* Iteration and copying take no const pointer. */
static json_t *
copy_of(const json_t *value)
{
	return value ? json_deep_copy(value) : NULL;
}

static const struct run *
earliest(const struct merge *merge)
{
	const struct run *first = merge->shards[0];

	/* UTC in one format: the order of texts is that of times. */
	for (size_t i = 1; i < merge->count; i++) {
		if (strcmp(text_of(merge->shards[i], "run", "started"),
			   text_of(first, "run", "started")) < 0)
			first = merge->shards[i];
	}
	return first;
}

void
merge_shifts(const struct merge *merge, int64_t *shifts_us)
{
	int64_t first_us = 0, began_us = 0;

	(void)clock_parse(text_of(earliest(merge), "run", "started"), &first_us);
	for (size_t i = 0; i < merge->count; i++) {
		bool known = clock_parse(text_of(merge->shards[i], "run", "started"), &began_us);
		shifts_us[i] = known ? began_us - first_us : 0;
	}
}

/* ---- header ---- */

/* Which record each part came from: its digest ties it to this one. */
static json_t *
origins(const struct merge *merge)
{
	json_t *array = json_array();

	for (size_t i = 0; i < merge->count; i++) {
		const struct run *run = merge->shards[i];
		json_array_append_new(array,
				      json_pack("{s:I, s:s, s:s, s:s, s:I, s:s}", "number",
						(json_int_t)i + 1, "id", text_of(run, "run", "id"),
						"started", text_of(run, "run", "started"), "digest",
						run->digest, "cases", (json_int_t)run->entry_count,
						"host", text_of(run, "machine", "host")));
	}
	return array;
}

static void
describe_run(json_t *part, const struct merge *merge, const char *const *argv)
{
	const json_t *shard = merge_member(merge->shards[0], "run", "shard");
	json_t *command = json_array();
	json_t *expected = json_object_get(shard, "expected_count");

	for (size_t i = 0; argv[i]; i++)
		json_array_append_new(command, json_string(argv[i]));
	json_object_set_new(part, "id", json_string(merge->id));
	json_object_set_new(part, "started",
			    json_string(text_of(earliest(merge), "run", "started")));
	json_object_set_new(part, "command", command);
	json_object_set(part, "title", json_object_get(shard, "title"));
	if (expected)
		json_object_set(part, "expected_count", expected);
	json_object_set_new(part, "merged",
			    json_pack("{s:O, s:O, s:O, s:o}", "count",
				      json_object_get(shard, "count"), "plan",
				      json_object_get(shard, "plan"), "packing",
				      json_object_get(shard, "packing"), "shards", origins(merge)));
	(void)json_object_del(part, "shard");
}

json_t *
merge_header(const struct merge *merge, const char *const *argv)
{
	json_t *header = copy_of(merge->shards[0]->header);
	json_t *commit = json_object_get(header, "suites_commit");

	/* What the writer of the record says of its lines. */
	(void)json_object_del(header, "previous");
	(void)json_object_del(header, "record");
	(void)json_object_del(header, "format");
	/* The shard's, not ours. */
	(void)json_object_del(json_object_get(header, "run"), "reports");
	describe_run(json_object_get(header, "run"), merge, argv);
	for (size_t i = 0; i < merge->count; i++) {
		if (json_is_true(merge_member(merge->shards[i], "suites_commit", "dirty")))
			json_object_set_new(commit, "dirty", json_true());
		if (json_object_size(json_object_get(header, "database")) == 0)
			json_object_set_new(
				header, "database",
				copy_of(merge_member(merge->shards[i], "database", NULL)));
	}
	return header;
}

/* ---- preflight ---- */

static json_t *
find_check(const json_t *checks, const json_t *name)
{
	for (size_t i = 0; i < json_array_size(checks); i++) {
		json_t *check = json_array_get(checks, i);

		if (json_equal(json_object_get(check, "name"), name))
			return check;
	}
	return NULL;
}

/* Every check of any shard, once; one that said no in some shard is a no. */
static json_t *
all_checks(const struct merge *merge)
{
	json_t *all = json_array();

	for (size_t s = 0; s < merge->count; s++) {
		const json_t *checks = json_object_get(merge->shards[s]->preflight, "checks");

		for (size_t i = 0; i < json_array_size(checks); i++) {
			const json_t *check = json_array_get(checks, i);
			json_t *found = find_check(all, json_object_get(check, "name"));

			if (!found)
				json_array_append_new(all, copy_of(check));
			else if (json_is_true(json_object_get(found, "ok")) &&
				 !json_is_true(json_object_get(check, "ok")))
				json_object_update_new(found, copy_of(check));
		}
	}
	return all;
}

/* The path of a URL: an embedded target has another port in every shard. */
static const char *
path_of(const char *url)
{
	const char *host = url ? strstr(url, "://") : NULL;
	const char *path = host ? strchr(host + 3, '/') : NULL;

	return path ? path : "";
}

static bool
same_text(const char *left, const char *right)
{
	return strcmp(left ? left : "", right ? right : "") == 0;
}

static bool
same_question(const struct exchange *left, const struct exchange *right)
{
	return left->kind == right->kind && same_text(left->persona, right->persona) &&
	       same_text(left->http.method, right->http.method) &&
	       same_text(path_of(left->http.url), path_of(right->http.url)) &&
	       same_text(left->http.request_body, right->http.request_body) &&
	       same_text(left->sql.text, right->sql.text);
}

void
merge_preflight(const struct merge *merge, struct record *record)
{
	struct arena arena = { 0 };
	struct exchange *all = NULL;
	json_t *checks = all_checks(merge);
	size_t count = 0;

	for (size_t s = 0; s < merge->count; s++) {
		size_t more = 0;
		const struct exchange *asked =
			run_preflight_exchanges(merge->shards[s], &arena, &more);

		all = must(realloc(all, (count + more + 1) * sizeof(*all)));
		for (size_t i = 0; i < more; i++) {
			bool seen = false;
			for (size_t k = 0; k < count && !seen; k++)
				seen = same_question(&all[k], &asked[i]);
			if (!seen)
				all[count++] = asked[i];
		}
	}
	record_preflight(record, checks, all, count);
	json_decref(checks);
	free(all);
	arena_release(&arena);
}

/* ---- footer ---- */

static json_t *
sum_of_totals(const struct merge *merge)
{
	struct totals t = { 0 };

	for (size_t i = 0; i < merge->count; i++) {
		const struct totals *one = &merge->shards[i]->totals;
		t.planned += one->planned;
		t.executed += one->executed;
		t.passed += one->passed;
		t.failed += one->failed;
		t.errors += one->errors;
		t.skipped += one->skipped;
		t.flaky += one->flaky;
	}
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "planned", (json_int_t)t.planned,
			 "executed", (json_int_t)t.executed, "passed", (json_int_t)t.passed,
			 "failed", (json_int_t)t.failed, "errors", (json_int_t)t.errors, "skipped",
			 (json_int_t)t.skipped, "flaky", (json_int_t)t.flaky);
}

static json_t *
sum_of_invariants(const struct merge *merge)
{
	struct invariants v = { 0 };

	for (size_t i = 0; i < merge->count; i++) {
		const struct invariants *one = &merge->shards[i]->invariants;
		v.replies += one->replies;
		v.replies_5xx += one->replies_5xx;
		v.transport_errors += one->transport_errors;
		v.late += one->late;
		v.statements += one->statements;
		v.retried += one->retried;
	}
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "replies", (json_int_t)v.replies,
			 "replies_5xx", (json_int_t)v.replies_5xx, "transport_errors",
			 (json_int_t)v.transport_errors, "late", (json_int_t)v.late, "statements",
			 (json_int_t)v.statements, "retried", (json_int_t)v.retried);
}

static json_t *
sum_of_cleanups(const struct merge *merge)
{
	json_t *leftovers = json_array();
	json_int_t registered = 0, removed = 0;

	for (size_t i = 0; i < merge->count; i++) {
		const json_t *cleanup = json_object_get(merge->shards[i]->footer, "cleanup");
		registered += json_integer_value(json_object_get(cleanup, "registered"));
		removed += json_integer_value(json_object_get(cleanup, "removed"));
		json_array_extend(leftovers, json_object_get(cleanup, "leftovers"));
		if (!cleanup)
			json_array_append_new(
				leftovers,
				json_sprintf("shard %d was cut short: whatever it had made by then",
					     (int)i + 1));
	}
	return json_pack("{s:I, s:I, s:o}", "registered", registered, "removed", removed,
			 "leftovers", leftovers);
}

/* The first of these that a shard ended with is how the run ended. */
static int
worst_status(const struct merge *merge, const struct run **whose)
{
	static const int order[] = { 6, 130, 143, 4, 3, 1, 7, 8, 5 };

	for (size_t k = 0; k < COUNTOF(order); k++) {
		for (size_t i = 0; i < merge->count; i++) {
			*whose = merge->shards[i];
			if (run_exit_status(*whose) == order[k])
				return order[k] == 130 || order[k] == 143 ? 4 : order[k];
		}
	}
	*whose = NULL;
	return 0;
}

static void
add_verdict(json_t *footer, int status, const struct run *whose)
{
	const char *reason =
		whose ? json_string_value(json_object_get(whose->footer, "reason")) : NULL;
	const json_t *shard = whose ? merge_member(whose, "run", "shard") : NULL;
	json_int_t number = json_integer_value(json_object_get(shard, "number"));

	json_object_set_new(footer, "verdict",
			    json_string(status == 0   ? "passed"
					: status == 1 ? "failed"
					: status == 3 ? "could not judge"
						      : "incomplete"));
	json_object_set_new(footer, "exit_status", json_integer(status));
	if (reason)
		json_object_set_new(footer, "reason",
				    json_sprintf("in shard %d: %s", (int)number, reason));
	else if (whose && !whose->footer)
		json_object_set_new(footer, "reason",
				    json_sprintf("shard %d was cut short", (int)number));
	if (status == 4 || (whose && !whose->footer))
		json_object_set_new(footer, "interrupted", json_true());
}

/* From the start of the first shard to the end of the last. */
static void
add_times(json_t *footer, const struct merge *merge, const int64_t *shifts_us)
{
	const char *last = "";
	int64_t longest_us = 0;

	for (size_t i = 0; i < merge->count; i++) {
		const json_t *theirs = merge->shards[i]->footer;
		const char *ended = json_string_value(json_object_get(theirs, "ended"));
		int64_t end_us =
			shifts_us[i] + json_integer_value(json_object_get(theirs, "elapsed_us"));

		if (ended && strcmp(ended, last) > 0)
			last = ended;
		if (end_us > longest_us)
			longest_us = end_us;
	}
	json_object_set_new(footer, "elapsed_us", json_integer(longest_us));
	json_object_set_new(footer, "ended", json_string(last));
}

json_t *
merge_footer(const struct merge *merge, const int64_t *shifts_us)
{
	const struct run *whose;
	int status = worst_status(merge, &whose);
	json_t *footer = json_object();

	json_object_set_new(footer, "totals", sum_of_totals(merge));
	json_object_set_new(footer, "invariants", sum_of_invariants(merge));
	json_object_set_new(footer, "cleanup", sum_of_cleanups(merge));
	add_verdict(footer, status, whose);
	add_times(footer, merge, shifts_us);
	return footer;
}
