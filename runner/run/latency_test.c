#include "run/latency.h"

#include <criterion/criterion.h>

Test(latency, a_bucket_holds_what_begins_it_and_ends_before_the_next)
{
	for (int i = 0; i + 1 < LATENCY_BUCKETS; i++) {
		cr_assert_eq(latency_bucket(latency_bucket_us(i)), i, "bucket %d", i);
		cr_assert_eq(latency_bucket(latency_bucket_us(i + 1) - 1), i, "bucket %d", i);
	}
}

Test(latency, nothing_measured_has_no_percentile)
{
	struct latency latency = { 0 };

	cr_expect_eq(latency_percentile(&latency, 99), 0);
}

Test(latency, one_duration_is_every_percentile)
{
	struct latency latency = { 0 };

	latency_add(&latency, 123457);
	cr_expect_eq(latency_percentile(&latency, 1), 123457);
	cr_expect_eq(latency_percentile(&latency, 50), 123457);
	cr_expect_eq(latency_percentile(&latency, 100), 123457);
}

Test(latency, a_percentile_is_never_below_and_at_most_a_step_above)
{
	static const int percents[] = { 1, 50, 90, 95, 99, 100 };
	struct latency latency = { 0 };

	for (int i = 1; i <= 1000; i++)
		latency_add(&latency, (int64_t)i * 1000);
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		int64_t exact = (int64_t)percents[i] * 10000;
		int64_t found = latency_percentile(&latency, percents[i]);

		cr_expect(found >= exact && found <= exact + exact / 32 + 1, "p%d: %ld",
			  percents[i], (long)found);
	}
	cr_expect_eq(latency.least_us, 1000);
	cr_expect_eq(latency.greatest_us, 1000000);
}

Test(latency, what_is_out_of_range_is_counted_all_the_same)
{
	struct latency latency = { 0 };

	latency_add(&latency, -5);
	latency_add(&latency, INT64_MAX / 2);
	cr_expect_eq(latency.count, 2);
	cr_expect_eq(latency_percentile(&latency, 1), 0);
}
