/* A part of a run as a run of its own. */
#include <stdlib.h>
#include <string.h>

#include "run/run.h"

/* True when the case's own steps asked something. */
static bool
count_exchanges(struct invariants *invariants, const struct run_case *run_case)
{
	bool asked = false;

	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *exchange = &run_case->exchanges[i];
		bool step = exchange->purpose == PURPOSE_STEP;

		asked = asked || step;
		invariants->retried += exchange->attempt > 1;
		if (exchange->kind == EXCHANGE_SQL)
			invariants->statements += step;
		else if (exchange->http.status && !exchange->http.problem)
			invariants->replies++;
		else
			invariants->transport_errors++;
	}
	for (size_t i = 0; i < run_case->findings.count; i++) {
		enum finding_type type = run_case->findings.items[i].type;

		invariants->replies_5xx += type == FINDING_INVARIANT;
		invariants->late += type == FINDING_LATENCY;
	}
	return asked;
}

static void
count_case(struct run *part, const struct run_entry *entry, const struct run_case *run_case)
{
	struct totals *totals = &part->totals;
	bool asked = count_exchanges(&part->invariants, run_case);
	enum verdict verdict = run_case->verdict;

	totals->planned++;
	totals->passed += verdict == VERDICT_PASS;
	totals->failed += verdict == VERDICT_FAIL;
	totals->errors += verdict == VERDICT_ERROR;
	totals->blocked += run_case->trouble == TROUBLE_BLOCKED;
	totals->skipped += verdict == VERDICT_SKIP;
	totals->flaky += entry->flaky;
	totals->executed += verdict == VERDICT_PASS || verdict == VERDICT_FAIL ||
			    (verdict == VERDICT_ERROR && asked);
	part->interrupted = part->interrupted || run_case->trouble == TROUBLE_INTERRUPTED;
	part->complete = part->complete && entry->offset >= 0;
}

static bool
has_suite(const struct run *part, const char *name)
{
	for (size_t i = 0; i < part->entry_count; i++) {
		if (strcmp(part->entries[i].planned.suite, name) == 0)
			return true;
	}
	return false;
}

/* The header of the whole, but for what the whole was held to: the pinned count is not that of a
 * part, and suites that gave no case have no business in it. */
static json_t *
header_of(const struct run *part, const struct run *run, const char *title)
{
	json_t *header = json_deep_copy(run->header);
	json_t *about = json_object_get(header, "run");
	json_t *suites = json_object_get(header, "suites");

	(void)json_object_del(about, "expected_count");
	if (title)
		json_object_set_new(about, "title", json_string(title));
	json_object_set_new(about, "part_of",
			    json_pack("{s:I, s:i}", "planned", (json_int_t)run->entry_count,
				      "exit_status", run_exit_status(run)));
	for (size_t i = json_array_size(suites); i-- > 0;) {
		const json_t *name = json_object_get(json_array_get(suites, i), "name");

		if (json_is_string(name) && !has_suite(part, json_string_value(name)))
			(void)json_array_remove(suites, i);
	}
	return header;
}

/* The footer without what only the whole can be blamed for. */
static json_t *
footer_of(const struct run *run)
{
	json_t *footer = run->footer ? json_deep_copy(run->footer) : NULL;

	(void)json_object_del(footer, "exit_status");
	(void)json_object_del(footer, "interrupted");
	(void)json_object_del(footer, "reason");
	return footer;
}

struct run *
run_part(const struct run *run, run_wanted_fn *wanted, const void *arg, const char *title,
	 struct error *err)
{
	struct run *part = calloc(1, sizeof(*part));
	bool ok = true;

	if (!part)
		abort();
	part->path = strdup(run->path);
	part->entries = calloc(run->entry_count + 1, sizeof(*part->entries));
	if (!part->path || !part->entries)
		abort();
	part->preflight = run->preflight ? json_incref(run->preflight) : NULL;
	part->footer = footer_of(run);
	part->complete = part->footer && !run->broken[0];
	part->line_count = run->line_count;
	memcpy(part->digest, run->digest, sizeof(part->digest));
	memcpy(part->broken, run->broken, sizeof(part->broken));
	for (size_t i = 0; ok && i < run->entry_count; i++) {
		struct arena arena = { 0 };
		struct run_case run_case;

		if (!wanted(&run->entries[i].planned, arg))
			continue;
		part->entries[part->entry_count++] = run->entries[i];
		ok = run_case_read(run, i, &arena, &run_case, err);
		if (ok)
			count_case(part, &run->entries[i], &run_case);
		arena_release(&arena);
	}
	part->header = header_of(part, run, title);
	if (ok)
		return part;
	run_free(part);
	return NULL;
}
