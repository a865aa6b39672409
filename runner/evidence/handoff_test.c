#include "evidence/handoff.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence/variant.h"
#include "run/record.h"

/* Two suites of one lens; the second names its document. */
static const struct planned_case cases[] = {
	{ .suite = "l.smoke", .id = "a", .tags = "smoke post-deploy" },
	{ .suite = "l.smoke", .id = "b", .tags = "smoke post-deploy" },
	{ .suite = "l.rest", .id = "c", .tags = "mutate" },
	{ .suite = "l.rest", .id = "d", .layer = "rls", .tags = "smokeless" },
};

/* Id and start end in `number`; case c fails when it is odd. */
static struct run *
make_run(int number)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };
	char path[64], id[64], started[64];

	(void)snprintf(path, sizeof(path), "/tmp/lensgate-handoff-%ld-%d.jsonl", (long)getpid(),
		       number);
	(void)snprintf(id, sizeof(id), "01a205fe-0000-7000-8000-00000000000%d", number);
	(void)snprintf(started, sizeof(started), "2026-11-22T10:00:0%d.000Z", number);
	struct record *record = record_create(path, mask, RECORD_FULL, &err);
	cr_assert_not_null(record, "%s", err.message);
	json_t *header = json_pack(
		"{s:{s:s, s:s, s:s, s:i}, s:[{s:s, s:s}, {s:s, s:s, s:s}], s:[{s:s}], s:{s:s}}",
		"run", "id", id, "started", started, "title", "The run", "expected_count", 4,
		"suites", "name", "l.smoke", "title", "Smoke", "name", "l.rest", "title", "Rest",
		"evidence", "canary/REST.md", "lenses", "name", "parts-list", "environment", "name",
		"staging");
	record_header(record, header);
	for (size_t i = 0; i < COUNTOF(cases); i++)
		record_planned(record, &cases[i]);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct run_case run_case = { .index = i,
					     .verdict = i == 2 && number % 2 ? VERDICT_FAIL
									     : VERDICT_PASS,
					     .attempts = 1,
					     .elapsed_us = 5 };
		record_case(record, &run_case);
	}
	json_t *footer = json_pack("{s:i}", "exit_status", number % 2);
	record_footer(record, footer);
	cr_assert(record_close(record, &err), "%s", err.message);
	json_decref(header);
	json_decref(footer);
	mask_free(mask);
	struct run *run = run_load(path, &err);
	cr_assert_not_null(run, "%s", err.message);
	return run;
}

static void
drop_run(struct run *run)
{
	(void)unlink(run->path);
	run_free(run);
}

static void
expect_part(const struct run *run, const char *name, long planned, int status)
{
	struct error err = { 0 };
	struct run *part = variant_part(variant_find(name), run, &err);

	cr_expect_eq(part != NULL, planned > 0, "%s", name);
	if (part) {
		cr_expect_eq(part->totals.planned, planned, "%s: %ld", name, part->totals.planned);
		cr_expect_eq((long)part->entry_count, planned);
		cr_expect_eq(run_exit_status(part), status, "%s: %d", name, run_exit_status(part));
	}
	run_free(part);
}

Test(variant, it_has_the_cases_with_its_tags_or_layer_and_their_verdict)
{
	struct run *run = make_run(1);

	expect_part(run, "canary-smoke", 2, 0);
	expect_part(run, "mutate-role", 1, 1);
	expect_part(run, "rls", 1, 0);
	expect_part(run, "staging-acceptance", 4, 1);
	expect_part(run, "stress", 0, 0);
	expect_part(run, "first-health", 0, 0);
	cr_expect_null(variant_find("smoke"));
	drop_run(run);
}

Test(variant, its_heading_names_lens_and_environment)
{
	struct error err = { 0 };
	struct run *run = make_run(1);
	struct run *part = variant_part(variant_find("staging-acceptance"), run, &err);
	const json_t *about = json_object_get(part->header, "run");
	const char *title = json_string_value(json_object_get(about, "title"));

	cr_expect_str_eq(title, "Acceptance on staging: parts-list");
	cr_expect_null(json_object_get(about, "expected_count"));
	cr_expect_eq(
		json_integer_value(json_object_get(json_object_get(about, "part_of"), "planned")),
		4);
	run_free(part);
	drop_run(run);
}

Test(variant, a_part_keeps_no_suite_that_gave_no_case)
{
	struct error err = { 0 };
	struct run *run = make_run(2);
	struct run *part = variant_part(variant_find("canary-smoke"), run, &err);

	cr_expect_eq(json_array_size(json_object_get(part->header, "suites")), 1);
	cr_expect_eq(json_array_size(json_object_get(run->header, "suites")), 2);
	run_free(part);
	drop_run(run);
}

static bool
has(const struct handoff *handoff, const char *path, size_t run)
{
	for (size_t i = 0; i < handoff->count; i++) {
		if (strcmp(handoff->documents[i].path, path) == 0)
			return handoff->documents[i].run == run;
	}
	return false;
}

Test(handoff, the_newest_run_has_the_plain_names)
{
	struct error err = { 0 };
	struct run *runs[] = { make_run(2), make_run(3) };
	struct handoff handoff;

	cr_assert(handoff_plan(&handoff, (const struct run *const *)runs, 2, &err));
	cr_expect_str_eq(handoff.summary, "PARTS_LIST_CONSOLIDATED_SUMMARY.md");
	cr_expect_eq(handoff.runs[0], runs[1]);
	cr_expect(has(&handoff, "acceptance/PARTS_LIST_STAGING_ACCEPTANCE.md", 0));
	cr_expect(has(&handoff, "canary/PARTS_LIST_CANARY_SMOKE.md", 0));
	cr_expect(has(&handoff, "canary/PARTS_LIST_CANARY_SMOKE.00000002.md", 1));
	cr_expect(has(&handoff, "canary/PARTS_LIST_MUTATE_ROLE_ACCEPTANCE.md", 0));
	cr_expect(has(&handoff, "rls/PARTS_LIST_RLS_RESULTS.md", 0));
	cr_expect(has(&handoff, "canary/REST.md", 0));
	cr_expect(!has(&handoff, "stress/PARTS_LIST_STRESS_RESULTS.md", 0));
	cr_expect_str_eq(handoff_run_folder(&handoff, 0),
			 "runs/01a205fe-0000-7000-8000-000000000003");
	handoff_release(&handoff);
	drop_run(runs[0]);
	drop_run(runs[1]);
}

Test(handoff, one_run_cannot_be_handed_over_twice)
{
	struct error err = { 0 };
	struct run *run = make_run(2);
	const struct run *runs[] = { run, run };
	struct handoff handoff;

	cr_expect(!handoff_plan(&handoff, runs, 2, &err));
	cr_expect(strstr(err.message, "the same run"), "%s", err.message);
	handoff_release(&handoff);
	drop_run(run);
}
