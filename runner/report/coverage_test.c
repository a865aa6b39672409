#include "report/coverage.h"

#include <criterion/criterion.h>

/* From fixtures/golden: one lens, three actions, two roles. */
static struct run *
load(const char *path, struct coverage *coverage)
{
	struct error err = { 0 };
	struct run *run = run_load(path, &err);

	cr_assert_not_null(run, "%s", err.message);
	cr_assert(coverage_init(coverage, run, &err), "%s", err.message);
	return run;
}

Test(coverage, what_the_lens_declares_stands_beside_what_was_measured)
{
	struct coverage coverage;
	struct run *run = load("fixtures/golden/passing.jsonl", &coverage);

	cr_assert_eq(coverage.lens_count, 1);
	const struct lens_coverage *lens = &coverage.lenses[0];
	cr_expect_eq(lens->action_count, 3);
	cr_expect_eq(lens->role_count, 2);
	cr_expect_eq(lens->transitions, 2);

	const struct cell *denied = coverage_cell(lens, 1, 0, LAYER_EXECUTE);
	cr_expect_not(denied->allowed);
	cr_expect_eq(denied->judged, 1);
	cr_expect_str_eq(denied->actual, "403 INSUFFICIENT_PERMISSIONS");
	cr_expect(coverage_cell(lens, 1, 1, LAYER_EXECUTE)->allowed);
	cr_expect_eq(coverage_cell(lens, 1, 1, LAYER_EXECUTE)->cases, 0);
	cr_expect_not(coverage_cell(lens, 2, 0, LAYER_RLS)->applies, "there is no statement");
	coverage_release(&coverage);
	run_free(run);
}

Test(coverage, a_table_is_touched_by_a_statement_that_names_it)
{
	struct coverage coverage;
	struct run *run = load("fixtures/golden/passing.jsonl", &coverage);
	const struct lens_coverage *lens = &coverage.lenses[0];

	cr_expect_str_eq(lens->tables[0].name, "pms_shopping_list_items");
	cr_expect(lens->tables[0].seen);
	cr_expect_not(lens->tables[1].seen);
	cr_expect(lens->errors[0].seen);
	cr_expect_not(lens->errors[1].seen);
	coverage_release(&coverage);
	run_free(run);
}

Test(coverage, the_worst_of_several_cases_counts_and_an_error_judges_nothing)
{
	struct coverage coverage;
	struct run *run = load("fixtures/golden/mixed.jsonl", &coverage);
	const struct lens_coverage *lens = &coverage.lenses[0];
	const struct cell *create = coverage_cell(lens, 0, 0, LAYER_EXECUTE);
	const struct cell *listed = coverage_cell(lens, 1, 0, LAYER_LIST);

	cr_expect_eq(create->cases, 4);
	cr_expect_eq(create->judged, 2);
	cr_expect_eq(create->worst, VERDICT_ERROR);
	cr_expect_eq(listed->cases, 9);
	cr_expect_eq(listed->judged, 0);
	coverage_release(&coverage);
	run_free(run);
}

Test(coverage, without_a_lens_there_is_none)
{
	struct run run = { .header = json_object() };
	struct coverage coverage;
	struct error err = { 0 };

	cr_expect(coverage_init(&coverage, &run, &err));
	cr_expect_eq(coverage.lens_count, 0);
	coverage_release(&coverage);
	json_decref(run.header);
}
