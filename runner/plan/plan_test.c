#include "plan/plan.h"

#include <criterion/criterion.h>
#include <string.h>

/* A suite by hand: five cases, a setup and one `once`. */
static const char *const needs_a[] = { "a" };
static const char *const needs_once[] = { "login" };
static const char *const needs_b[] = { "b" };
static const struct step denial[] = { { .kind = STEP_HTTP, .control = "e", .refusal = true } };
static const char *const tags_of_c[] = { "slow" };
static const struct suite_case cases[] = {
	{ .id = "a", .title = "first", .place = { "s.yaml", 10, 1 } },
	{ .id = "b",
	  .title = "second",
	  .needs = needs_a,
	  .need_count = 1,
	  .place = { "s.yaml", 20, 1 } },
	{ .id = "c",
	  .title = "third",
	  .needs = needs_b,
	  .need_count = 1,
	  .tags = tags_of_c,
	  .tag_count = 1,
	  .place = { "s.yaml", 30, 1 } },
	{ .id = "d", .title = "denied", .steps = { denial, 1 }, .place = { "s.yaml", 40, 1 } },
	{ .id = "e",
	  .title = "allowed",
	  .needs = needs_once,
	  .need_count = 1,
	  .place = { "s.yaml", 50, 1 } },
};
static const struct fixture fixtures[] = { { .id = "setup" }, { .id = "login" } };
static const struct suite suite = { .name = "s",
				    .cases = cases,
				    .case_count = 5,
				    .fixtures = fixtures,
				    .fixture_count = 2,
				    .has_setup = true };

static struct plan *
build(const struct suite *one, const struct selection_options *options)
{
	struct error err = { 0 };
	struct selection *selection = selection_new(options, &err);
	/* The plan borrows the array, so it must outlive this call. */
	static const struct suite *suites[1];

	cr_assert_not_null(selection, "%s", err.message);
	suites[0] = one;
	struct plan *plan = plan_build(suites, 1, selection);
	selection_free(selection);
	return plan;
}

static void
expect_print(const struct selection_options *options, const char *expected)
{
	struct plan *plan = build(&suite, options);
	struct buf out;

	buf_init(&out, 4096);
	plan_print(plan, &out);
	cr_expect_str_eq(out.text, expected, "%s", out.text);
	buf_release(&out);
	plan_free(plan);
}

Test(plan, everything_runs_after_what_it_needs)
{
	expect_print(&(struct selection_options){ 0 }, "   1  s/setup  (fixture)\n"
						       "   2  s/a  after setup\n"
						       "   3  s/d  after setup  proved by e\n"
						       "   4  s/login  (fixture)  after setup\n"
						       "   5  s/b  after a, setup\n"
						       "   6  s/e  after login, setup\n"
						       "   7  s/c  after b, setup\n"
						       "5 planned\n");
}

Test(plan, a_selected_case_brings_what_it_needs_and_nothing_else)
{
	static const char *const tags[] = { "slow" };

	expect_print(&(struct selection_options){ .tags = tags, .tag_count = 1 },
		     "   1  s/setup  (fixture)\n"
		     "   2  s/a  after setup  (needed by a selected case)\n"
		     "   3  s/b  after a, setup  (needed by a selected case)\n"
		     "   4  s/c  after b, setup\n"
		     "3 planned\n");
}

Test(plan, a_denial_brings_its_control)
{
	static const char *const ids[] = { "s/d" };

	expect_print(&(struct selection_options){ .ids = ids, .id_count = 1 },
		     "   1  s/setup  (fixture)\n"
		     "   2  s/d  after setup  proved by e\n"
		     "   3  s/login  (fixture)  after setup\n"
		     "   4  s/e  after login, setup  (needed by a selected case)\n"
		     "2 planned\n");
}

Test(plan, a_line_names_the_case_that_contains_it)
{
	static const char *const ids[] = { "s.yaml:15" };

	expect_print(&(struct selection_options){ .ids = ids, .id_count = 1 },
		     "   1  s/setup  (fixture)\n"
		     "   2  s/a  after setup\n"
		     "1 planned\n");
}

Test(plan, grep_reads_ids_and_titles)
{
	expect_print(&(struct selection_options){ .grep = "^s/a FIRST$" },
		     "   1  s/setup  (fixture)\n"
		     "   2  s/a  after setup\n"
		     "1 planned\n");
}

Test(plan, nothing_selected_is_an_empty_plan)
{
	expect_print(&(struct selection_options){ .last_failed = true }, "0 planned\n");
}

Test(plan, captures_are_seen_through_a_chain_nearest_first)
{
	struct plan *plan = build(&suite, &(struct selection_options){ 0 });
	const struct plan_node *c = &plan->nodes[plan->cases[2]];

	cr_assert_eq(c->need_count, 3);
	const char *first =
		plan->nodes[c->needs[0]].test ? plan->nodes[c->needs[0]].test->id : "fixture";
	const char *second =
		plan->nodes[c->needs[1]].test ? plan->nodes[c->needs[1]].test->id : "fixture";
	cr_expect(strcmp(first, "b") == 0 || strcmp(second, "b") == 0);
	cr_expect_eq(plan->nodes[c->needs[2]].test, &cases[0]);
	plan_free(plan);
}

Test(plan, a_serial_suite_is_a_chain_that_failures_do_not_break)
{
	struct suite serial = suite;

	serial.serial = true;
	struct plan *plan = build(&serial, &(struct selection_options){ 0 });
	const struct plan_node *d = &plan->nodes[plan->cases[3]];
	cr_expect_eq(d->blockers, 2); /* setup and c */
	const struct plan_node *c = &plan->nodes[plan->cases[2]];
	cr_assert_eq(c->unlock_count, 1);
	cr_expect_not(c->unlocks[0].need);
	plan_free(plan);
}

Test(plan, a_wrong_selection_is_refused)
{
	struct error err = { 0 };
	static const char *const tags[] = { "a and" };

	cr_expect_null(
		selection_new(&(struct selection_options){ .tags = tags, .tag_count = 1 }, &err));
	cr_expect_eq(err.code, ERROR_USAGE);
	err = (struct error){ 0 };
	cr_expect_null(selection_new(&(struct selection_options){ .grep = "(" }, &err));
	cr_expect_eq(err.code, ERROR_USAGE);
}
