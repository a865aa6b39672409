#include "report/times.h"

#include <criterion/criterion.h>

Test(times, whole_replies_and_statements_are_counted_and_a_timeout_is_not)
{
	struct error err = { 0 };
	struct run *run = run_load("fixtures/golden/mixed.jsonl", &err);
	struct times times;

	cr_assert_not_null(run, "%s", err.message);
	cr_assert(times_measure(&times, run, &err), "%s", err.message);
	cr_expect_eq(times.http.count, 3, "%ld", times.http.count);
	cr_expect_eq(times.http.greatest_us, 1200);
	cr_expect_eq(times.sql.count, 2, "%ld", times.sql.count);
	cr_expect_eq(times.sql.least_us, 300);
	cr_expect_eq(times.sql.greatest_us, 450);
	run_free(run);
}
