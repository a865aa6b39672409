#include "base/histogram.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static int
by_value(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static void
expect_near(int64_t found, int64_t exact, double percent)
{
	cr_expect(found >= exact, "P%g: %lld is below %lld", percent, (long long)found,
		  (long long)exact);
	cr_expect((double)(found - exact) <= 0.008 * (double)exact + 1,
		  "P%g: %lld is more than 0.8 %% above %lld", percent, (long long)found,
		  (long long)exact);
}

Test(histogram, percentiles_are_within_one_percent_of_the_exact_ones)
{
	static const double percents[] = { 0.1, 1, 50, 90, 95, 99, 99.9, 100 };
	static int64_t values[20000];
	struct histogram histogram = { 0 };
	uint64_t seed = 42;

	for (size_t i = 0; i < 20000; i++) {
		seed = seed * 6364136223846793005U + 1442695040888963407U;
		/* from microseconds to hours: the shift varies as well */
		values[i] = (int64_t)((seed >> 20) >> (8 + (seed & 31)));
		histogram_add(&histogram, values[i]);
	}
	qsort(values, 20000, sizeof(values[0]), by_value);
	for (size_t i = 0; i < 8; i++) {
		size_t rank = (size_t)(20000 * percents[i] / 100.0 + 0.999999);
		expect_near(histogram_percentile(&histogram, percents[i]), values[rank - 1],
			    percents[i]);
	}
	cr_expect_eq(histogram.min, values[0]);
	cr_expect_eq(histogram.max, values[19999]);
}

Test(histogram, small_values_are_exact)
{
	struct histogram histogram = { 0 };

	for (int64_t i = 1; i <= 100; i++)
		histogram_add(&histogram, i);
	cr_expect_eq(histogram_percentile(&histogram, 50), 50);
	cr_expect_eq(histogram_percentile(&histogram, 99), 99);
	cr_expect_eq(histogram_percentile(&histogram, 100), 100);
	cr_expect_eq(histogram.sum, 5050);
}

Test(histogram, an_empty_one_says_zero)
{
	struct histogram histogram = { 0 };

	cr_expect_eq(histogram_percentile(&histogram, 99), 0);
}

Test(histogram, a_value_beyond_its_range_is_the_maximum_and_no_more)
{
	struct histogram histogram = { 0 };

	histogram_add(&histogram, INT64_MAX / 4);
	cr_expect_eq(histogram_percentile(&histogram, 50), histogram.max);
}

Test(histogram, two_merged_are_as_one)
{
	struct histogram all = { 0 }, odd = { 0 }, even = { 0 };

	for (int64_t i = 0; i < 5000; i++) {
		histogram_add(&all, i * 37);
		histogram_add(i % 2 ? &odd : &even, i * 37);
	}
	histogram_merge(&odd, &even);
	cr_expect_eq(odd.count, all.count);
	cr_expect_eq(odd.min, all.min);
	cr_expect_eq(odd.max, all.max);
	cr_expect_eq(histogram_percentile(&odd, 95), histogram_percentile(&all, 95));
}
