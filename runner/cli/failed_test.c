#include "cli/failed.h"

#include <criterion/criterion.h>
#include <string.h>

Test(failed, every_case_that_did_not_pass_is_named_and_the_run_too)
{
	struct failed_cases failed = { 0 };
	struct error err = { 0 };

	cr_assert(failed_cases_load(&failed, "fixtures/golden/killed.jsonl", "nowhere", &err), "%s",
		  err.message);
	cr_assert_gt(failed.count, 0);
	for (size_t i = 0; i < failed.count; i++)
		cr_expect(strchr(failed.items[i], '/'), "%s", failed.items[i]);
	cr_expect(strstr(failed.run, "2026-"), "%s", failed.run);
	failed_cases_release(&failed);
	cr_assert(failed_cases_load(&failed, "fixtures/golden/passing.jsonl", "nowhere", &err));
	cr_expect_eq(failed.count, 0);
	failed_cases_release(&failed);
}

Test(failed, where_nothing_ran_yet_is_said)
{
	struct failed_cases failed = { 0 };
	struct error err = { 0 };

	cr_expect_not(failed_cases_load(&failed, NULL, "/nonexistent/reports", &err));
	cr_expect_eq(err.code, ERROR_USAGE);
	cr_expect(strstr(err.message, "no run below /nonexistent/reports yet"), "%s", err.message);
	failed_cases_release(&failed);
}

Test(failed, a_case_that_no_suite_has_any_more_is_counted)
{
	const char *names[] = { "shop/a", "shop/gone", "shopping/a", "other/a" };
	const struct suite_case cases[] = { { .id = "a" }, { .id = "b" } };
	const struct suite suite = { .name = "shop", .cases = cases, .case_count = 2 };
	const struct suite *suites[] = { &suite };
	struct failed_cases failed = { .items = names, .count = COUNTOF(names) };

	cr_expect_eq(failed_cases_gone(&failed, suites, 1), 3);
}
